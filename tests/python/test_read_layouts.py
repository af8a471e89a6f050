"""Layouts, mappings by file, and frames in memory: what the cases of tests/cases cannot hold."""

import io
from datetime import date
from decimal import Decimal

import chitieu as ct
import duckdb
import openpyxl
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

AREAS = {"area_vintage": "2022-12-31", "within": "33"}
PLAIN = "Mã trẻ;Họ và tên;Ngày sinh\nk1;Nguyễn Văn A;05/03/2014\n"


def communes(reading):
    return reading.to_polars()["commune"].to_list()


def rules(reading, column):
    return dict(reading.changes.filter(pl.col("column") == column).select("rule", "rows").iter_rows())


@pytest.fixture
def folder(tmp_path):
    for name in ("xa_hai_trieu.csv", "Thủ Sỹ.csv", "tre_em.csv"):
        (tmp_path / name).write_text(PLAIN, encoding="utf-8")
    return tmp_path


def test_the_commune_of_a_files_name(folder):
    assert communes(ct.read(folder / "xa_hai_trieu.csv", table="children", **AREAS)) == ["12364"]
    found = ct.read_folder(folder, **AREAS).readings["children"].to_polars()
    told = dict(found.select(pl.col("source_file").cast(pl.String), "commune").iter_rows())
    assert told == {"xa_hai_trieu.csv": "12364", "Thủ Sỹ.csv": "12367", "tre_em.csv": None}
    # Without a list of areas no name is looked up, and nothing is said of one.
    assert "commune" not in ct.read(folder / "xa_hai_trieu.csv", table="children").to_polars().columns


def test_the_commune_of_a_sheets_name(tmp_path):
    book = openpyxl.Workbook()
    book.active.title = "Xã Hải Triều"
    other = book.create_sheet("Thủ Sỹ")
    for sheet in (book.active, other):
        sheet.append(["Mã trẻ", "Ngày sinh"])
        sheet.append(["k1", "05/03/2014"])
    book.save(tmp_path / "tre_em.xlsx")
    reading = ct.read(tmp_path / "tre_em.xlsx", table="children", **AREAS)
    assert communes(reading) == ["12364", "12367"]
    assert rules(reading, "commune") == {"area_title": 1}
    assert "joined from 2 sheets of tre_em.xlsx: Xã Hải Triều, Thủ Sỹ" in repr(reading)
    # The name of the file says otherwise: none is taken, and it is told once for each sheet.
    book.save(tmp_path / "xa_duc_thang.xlsx")
    doubtful = ct.read(tmp_path / "xa_duc_thang.xlsx", table="children", **AREAS)
    assert "commune" not in doubtful.to_polars().columns
    assert doubtful.findings.select("row", "column").rows() == [(1, "commune")] * 2


def test_constants_by_file_and_sheet(folder):
    mapping = {"children": {"constants": {"commune": "12364"}, "files": {"Thủ Sỹ.csv": {"commune": "12358"}}}}
    found = ct.read_folder(folder, mapping=mapping).readings["children"]
    told = dict(found.to_polars().select(pl.col("source_file").cast(pl.String), "commune").iter_rows())
    assert told == {"xa_hai_trieu.csv": "12364", "Thủ Sỹ.csv": "12358", "tre_em.csv": "12364"}
    assert rules(found, "commune") == {"mapped_constant": 1}
    toml = folder / "mapping.toml"
    toml.write_text(
        '[children.files."xa_hai_trieu.csv"]\ncommune = "12358"\n[children.files."tre_em.csv"]\ncommune = 12361\n',
        encoding="utf-8",
    )
    assert communes(ct.read(folder / "xa_hai_trieu.csv", table="children", mapping=toml, **AREAS)) == ["12358"]
    assert communes(ct.read(folder / "tre_em.csv", table="children", mapping=toml)) == ["12361"]


def test_constants_by_sheet(tmp_path):
    book = openpyxl.Workbook()
    book.active.title = "2021"
    for sheet in (book.active, book.create_sheet("2022")):
        sheet.append(["Xã", "Điểm vui chơi"])
        sheet.append(["12364", "Có"])
    book.save(tmp_path / "t.xlsx")
    sheets = {"2021": {"year": 2021}, "2022": {"year": "2022"}}
    reading = ct.read(tmp_path / "t.xlsx", table="communes", mapping={"communes": {"sheets": sheets}})
    assert reading.to_polars()["year"].to_list() == [2021, 2022]
    both = {"communes": {"sheets": sheets, "files": {"t.xlsx": {"year": 2020}}}}
    with pytest.raises(ct.PlanError, match="the same value as that of the file"):
        ct.read(tmp_path / "t.xlsx", table="communes", mapping=both)


@pytest.mark.parametrize(
    ("mapping", "said"),
    [
        (
            {"columns": {"full_name": "Họ tên cháu"}},
            r'\{"header of the file": "column"\}, such as \{"Họ tên cháu": "full_name"\}',
        ),
        ({"columns": {"Họ tên cháu": "name"}}, "a column of the table children"),
        ({"files": {"a.csv": {"xa": "12364"}}}, r'children.files."a.csv": expected a column of the table children'),
        ({"sheets": {"S": {"xa": "12364"}}}, r'children.sheets."S"'),
        ({"files": {"t.csv": {"commune": "x"}}}, r'children.files."t.csv".commune'),
    ],
)
def test_a_mapping_that_does_not_hold_together_shows_its_form(tmp_path, mapping, said):
    (tmp_path / "t.csv").write_text(PLAIN, encoding="utf-8")
    with pytest.raises(ct.PlanError, match=said):
        ct.read(tmp_path / "t.csv", table="children", mapping={"children": mapping}, **AREAS)


def test_codes_that_lost_their_zeros(tmp_path):
    def read(header, codes, **areas):
        book = openpyxl.Workbook()
        book.active.append(["Mã trẻ", "Ngày sinh", header])
        for code in codes:
            book.active.append([f"k{code}", "05/03/2014", code])
        book.save(tmp_path / "t.xlsx")
        return ct.read(tmp_path / "t.xlsx", table="children", **areas)

    ha_noi = {"area_vintage": "2022-12-31", "within": "01"}
    assert communes(read("Mã xã", (1, 19, 364), **ha_noi)) == ["00001", "00019", "00364"]
    assert communes(read("Mã xã", ("1", "19"), **ha_noi)) == ["00001", "00019"]
    assert communes(read("Mã xã", (1, 19))) == ["00001", "00019"]
    assert communes(read("Xã", (1, 19, 364), **ha_noi)) == ["00001", "00019", "00364"]
    # 00002 is no commune of that day; without a province figures may number wards; a name among them makes all
    # doubtful.
    assert communes(read("Mã xã", (2,), **ha_noi)) == [None]
    assert communes(read("Phường", (1, 4), area_vintage="2022-12-31")) == [None, None]
    assert communes(read("Phường", (1, 4), area_vintage="2022-12-31", within="79")) == [None, None]
    assert communes(read("Xã", (1, "Phường Phúc Xá"), **ha_noi)) == [None, "00001"]


def test_codes_and_names_of_districts(tmp_path):
    (tmp_path / "t.csv").write_text(
        "Mã trẻ;Ngày sinh;Xã;Huyện;Tỉnh\n1;05/03/2014;Bến Nghé;1;79\n2;05/03/2014;Phúc Xá;1;1\n"
        "3;05/03/2014;Bến Nghé;Q1;TPHCM\n"
        "4;05/03/2014;26740;1;TP.HCM\n5;05/03/2014;Bến Nghé, Q.1, T.P. HCM;;\n",
        encoding="utf-8",
    )
    reading = ct.read(tmp_path / "t.csv", table="children", area_vintage="2022-12-31")
    assert communes(reading) == ["26740", "00001", "26740", "26740", "26740"]


def test_an_eth_for_a_d(tmp_path):
    text = "Mã trẻ;Ngày sinh;Xã;Ðã đăng ký khai sinh\n1;05/03/2014;Ðức Thắng;Ðã đăng ký\n"
    (tmp_path / "t.csv").write_text(text, encoding="utf-8")
    read = ct.read(tmp_path / "t.csv", table="children", **AREAS).to_polars()
    assert read.select("commune", "birth_registered").rows() == [("12358", True)]
    assert ct.find_area("\u0189ức Thắng", on="2022-12-31", within="33")["code"].to_list() == ["12358"]


def test_whole_numbers_of_a_database(tmp_path):
    births = pl.DataFrame({"date": [date(2022, 5, 1)] * 4, "commune": ["12364"] * 4})
    sums = duckdb.sql("select 2022 as year, '12364' as commune, sum(n) as persons from (values (1000), (2000)) t(n)")
    dataset = ct.Dataset(population=sums, births=births, area_vintage="2022-12-31")
    result = ct.compute(dataset, period="2022", indicators=["crude_birth_rate"])
    assert result.only("crude_birth_rate", area="33")["denominator"].item() == 3000
    parts = pl.DataFrame(
        {"year": [2022, 2022], "commune": ["12364"] * 2, "persons": [Decimal("12.00"), Decimal("3.50")]}
    )
    with pytest.raises(ct.DataError, match=r"a whole number without a fraction.*first rows: 2") as told:
        ct.compute(
            ct.Dataset(population=parts, births=births, area_vintage="2022-12-31"),
            period="2022",
            indicators=["crude_birth_rate"],
        )
    assert "bigint" in str(told.value)
    assert ct.clean(sums, table="population").to_polars()["persons"].to_list() == [3000]
    reading = ct.clean(parts, table="population")
    assert (reading.to_polars()["persons"].to_list(), reading.findings["row"].to_list()) == ([12, None], [2])
    # Identifiers as numbers keep digits that a float would lose.
    keys = pl.DataFrame({"child_id": [9007199254740993, 9007199254740992], "birth_year": [2014, 2014]})
    assert ct.clean(keys, table="children").to_polars()["child_id"].to_list() == [
        "9007199254740993",
        "9007199254740992",
    ]


TEXT = (
    "UBND XÃ HẢI TRIỀU;;;;;\nSTT;Mã trẻ;Ngày sinh;Giới tính;Xã;Hoàn cảnh đặc biệt\n1;k1;05/03/2014;Nam;Hải Triều;d2\n"
    "2;k2;31/02/2015;Nữ;x. Thủ Sỹ;a; \n3;' k3 ;2016;?;12364;Không\n"
    "4;k1;05/03/2014;Nam;Hải Triều;a\nTổng cộng;;;2;;\n;Ghi chú: hết;;;;\n"
).replace(";a; ", ";a")


def told(reading, shift=0):
    """Return everything a reading tells, with rows counted from another beginning."""
    parts = [
        reading.changes.select("column", "rule", "rows"),
        reading.findings.select(pl.col("row").cast(pl.Int64) + shift, "column", "expected"),
        reading.set_aside.select(pl.col("row").cast(pl.Int64) + shift, "why"),
        reading.to_polars()
        .drop("source_file", "source_sheet")
        .with_columns(pl.col("source_row").cast(pl.Int64) + shift),
    ]
    return [part.rows() for part in parts]


def test_a_frame_is_read_as_its_file(tmp_path):
    (tmp_path / "frame.csv").write_text(TEXT, encoding="utf-8")
    read = ct.read(tmp_path / "frame.csv", table="children", **AREAS)
    # Of the file all lines are rows, of the frame the first one is the header.
    frame = pl.read_csv(io.StringIO(TEXT), separator=";", infer_schema=False)
    expected = told(read)
    assert expected[0] and expected[1] and expected[2] and len(expected[3]) == 3
    assert isinstance(ct.clean(frame, table="children", **AREAS), ct.Reading)
    for form in (frame, frame.lazy(), frame.to_arrow(), frame.to_pandas(), duckdb.sql("select * from frame")):
        assert told(ct.clean(form, table="children", **AREAS), shift=1) == expected, type(form)


def test_typed_columns_are_taken_as_they_are():
    frame = pl.DataFrame(
        {
            "Mã trẻ": [1, 2],
            "Ngày sinh": [date(2014, 3, 5), None],
            "Đã đăng ký khai sinh": [True, False],
            "Mã xã": [12364, 12361],
        }
    )
    reading = ct.clean(frame, table="children", **AREAS)
    read = reading.to_polars().select("child_id", "birth_date", "birth_registered", "commune")
    assert read.rows() == [("1", date(2014, 3, 5), True, "12364"), ("2", None, False, "12361")]
    assert reading.findings.height == 0
    assert ct.Dataset(children=reading).area_vintage == "2022-12-31"


def test_a_frame_of_mixed_values():
    frame = pd.DataFrame(
        {"Mã trẻ": ["k1", 2, 3.0], "Ngày sinh": [pd.Timestamp("2014-03-05"), "06/03/2015", 2016], 7: ["x", None, 1]}
    )
    read = ct.clean(frame, table="children").to_polars()
    assert read.select("child_id", "birth_date", "birth_year").rows() == [
        ("k1", date(2014, 3, 5), None),
        ("2", date(2015, 3, 6), None),
        ("3", None, 2016),
    ]


def test_what_is_no_frame_of_the_table(tmp_path):
    with pytest.raises(ct.SchemaError, match=r"to read a file use ct\.read"):
        ct.clean(str(tmp_path / "t.csv"), table="children")
    with pytest.raises(ct.SchemaError):
        ct.clean(pl.DataFrame({"a": [1], "b": [2]}), table="children")
    with pytest.raises(ct.PlanError):
        ct.clean(pl.DataFrame({"a": [1]}), table="nothing")
    twice = pa.table(
        [pa.array(["k1"]), pa.array(["05/03/2014"]), pa.array(["06/03/1990"])],
        names=["Mã trẻ", "Ngày sinh", "Ngày sinh"],
    )
    with pytest.raises(ct.SchemaError, match="Ngày sinh"):
        ct.clean(twice, table="children")


def test_a_dataset_of_a_file_leads_to_read(tmp_path):
    (tmp_path / "t.csv").write_text(PLAIN, encoding="utf-8")
    with pytest.raises(ct.SchemaError, match=r'read it first: children=ct\.read\(".*t\.csv", "children"\)'):
        ct.Dataset(children=tmp_path / "t.csv")
    children = {"child_id": ["a"], "birth_year": [2014]}
    for commune, said in (("Hải Triều", r"ct\.read.*ct\.find_area"), ("1", "five digits")):
        dataset = ct.Dataset(children=pl.DataFrame(children | {"commune": [commune]}), area_vintage="2022-12-31")
        with pytest.raises(ct.DataError, match=said):
            ct.compute(dataset, period="2022", indicators=["child_population"])


@pytest.mark.parametrize("form", [" k1", "k1", "k1\u00a0", "k1\u200b", "'k1"])
def test_white_space_around_an_identifier_is_no_part_of_it(tmp_path, form):
    (tmp_path / "t.csv").write_text(f"Mã trẻ;Ngày sinh\n{form};05/03/2014\nK1;05/03/2014\n", encoding="utf-8")
    # Case is kept: k1 and K1 are two.
    assert ct.read(tmp_path / "t.csv", table="children").to_polars()["child_id"].to_list() == ["k1", "K1"]
    frame = pl.DataFrame({"child_id": [form, "K1"], "birth_year": [2014, 2014]})
    assert ct.clean(frame, table="children").to_polars()["child_id"].to_list() == ["k1", "K1"]


def test_a_reading_says_of_how_many_files_it_comes(folder):
    assert "from xa_hai_trieu.csv" in repr(ct.read(folder / "xa_hai_trieu.csv", table="children"))
    assert "joined from 3 files, 3 sheets" in repr(ct.read_folder(folder).readings["children"])
