"""Real files of every kind, each with the exact records and the exact report."""

import os
import unicodedata
from datetime import date, datetime

import chitieu as ct
import openpyxl
import polars as pl
import pytest
import xlsxwriter
import xlwt
from legacy_text import TCVN3, tcvn3, vni

HEADER = [
    "STT",
    "Mã trẻ",
    "Họ và tên",
    "Ngày tháng năm sinh",
    "Giới tính",
    "Dân tộc",
    "Xã/Phường",
    "Quận/Huyện",
    "Ghi chú",
]
ROWS = [
    ["1", "T1", "Nguyễn Thị Ánh", "05/03/2014", "Nữ", "Kinh", "Xã Hải Triều", "Huyện Tiên Lữ", "mới chuyển đến"],
    ["2", "T2", "Trần Đức Hoà", "15-12-2015", "Nam", "Mường", "X. Thủ Sỹ", "Tiên Lữ", ""],
    ["3", "T3", "Lê Quý", "2016", "nữ", "Kinh", "Hải Triều", "H. Tiên Lữ", ""],
    ["4", "T4", "Phạm Ngọc", "31/02/2014", "1", "Tày", "Xã Hải Triều", "Tiên Lữ", ""],
]
TEXT = "\n".join(";".join(row) for row in [HEADER, *ROWS]) + "\n"
AREAS = {"area_vintage": "2022-12-31", "within": "33"}


def read_rows(reading):
    columns = ["child_id", "full_name", "birth_date", "birth_year", "sex", "ethnicity", "commune", "source_unread"]
    return reading.to_polars().select(columns).rows()


def expected(name=lambda text: text):
    code = ct.find_area("Xã Thủ Sỹ", within="33", on="2022-12-31")["code"].to_list()
    assert len(code) == 1
    return [
        ("T1", name("Nguyễn Thị Ánh"), date(2014, 3, 5), None, "female", "01", "12364", None),
        ("T2", name("Trần Đức Hoà"), date(2015, 12, 15), None, "male", "06", code[0], None),
        ("T3", name("Lê Quý"), None, 2016, "female", "01", "12364", None),
        ("T4", name("Phạm Ngọc"), None, None, "male", "02", "12364", "birth_date"),
    ]


def counts(reading):
    return {(column, rule): rows for column, rule, rows in reading.changes.select("column", "rule", "rows").iter_rows()}


CHANGES = {
    ("birth_date", "day_month_year"): 2,
    ("birth_date", "year_only"): 1,
    ("sex", "code_name"): 4,
    ("ethnicity", "ethnic_name"): 4,
    ("commune", "area_name"): 4,
}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16-le", "utf-16-be", "utf-16"])
@pytest.mark.parametrize("delimiter", [";", ",", "\t"])
def test_text_in_unicode(tmp_path, encoding, delimiter):
    file = tmp_path / "tre_em.csv"
    file.write_bytes(TEXT.replace(";", delimiter).encode(encoding))
    reading = ct.read(file, table="children", **AREAS)
    assert read_rows(reading) == expected()
    assert counts(reading) == CHANGES
    assert reading.findings.rows() == [("tre_em.csv", "", 5, "birth_date", "a day that the month has")]
    assert reading.to_polars()["source_row"].to_list() == [2, 3, 4, 5]
    how = dict(reading.columns.select("header", "how").iter_rows())
    assert how["STT"] == "ignored" and how["Ghi chú"] == "ignored" and how["Dân tộc"] == "synonym"


@pytest.mark.parametrize("named", [False, True])
def test_text_in_tcvn3(tmp_path, named):
    file = tmp_path / "tre_em.csv"
    file.write_bytes(tcvn3(TEXT))
    reading = ct.read(file, table="children", encoding="tcvn3" if named else None, **AREAS)
    # The letter Á has no place in that font: its capitals are a font of their own.
    assert read_rows(reading) == expected(lambda name: name.replace("Á", "á"))
    found = counts(reading)
    assert found[("full_name", "tcvn3")] == 4
    assert found[("sex", "tcvn3")] == 2
    assert reading.files["encoding"].to_list() == ["tcvn3"]
    assert {k: v for k, v in found.items() if k[1] != "tcvn3"} == CHANGES


@pytest.mark.parametrize("named", [False, True])
def test_text_in_vni(tmp_path, named):
    file = tmp_path / "tre_em.csv"
    file.write_bytes(vni(TEXT))
    reading = ct.read(file, table="children", encoding="vni" if named else None, **AREAS)
    assert read_rows(reading) == expected()
    assert {k: v for k, v in counts(reading).items() if k[1] != "vni"} == CHANGES


def test_legacy_letters_every_one(tmp_path):
    letters = [letter for letter in TCVN3 if letter.islower()]
    words = [f"kh{letter}" for letter in letters]
    text = "Họ và tên;Giới tính;Dân tộc\n" + "".join(f"{word};Nữ;Tày\n" for word in words)
    for name, encode in (("tcvn3", tcvn3), ("vni", vni)):
        file = tmp_path / f"{name}.csv"
        file.write_bytes(encode(text))
        reading = ct.read(file, table="children")
        assert reading.to_polars()["full_name"].to_list() == words, name


def test_unknown_bytes_are_refused_with_what_to_do(tmp_path):
    file = tmp_path / "x.csv"
    file.write_bytes(bytes(range(128, 256)) * 5)
    with pytest.raises(ct.DataError, match="encoding") as caught:
        ct.read(file, table="children")
    assert caught.value.code == "unreadable_file"


def test_decomposed_text(tmp_path):
    file = tmp_path / "tre_em.csv"
    file.write_text(unicodedata.normalize("NFD", TEXT), encoding="utf-8")
    reading = ct.read(file, table="children", **AREAS)
    assert read_rows(reading) == expected()
    found = counts(reading)
    assert {k: v for k, v in found.items() if k[1] != "composed"} == CHANGES
    assert found[("full_name", "composed")] == 4


def workbook(path):
    """A form as communes send it: titles, a header of two storeys, groups, totals, a note, a signature."""
    book = xlsxwriter.Workbook(path)
    day = book.add_format({"num_format": "dd/mm/yyyy"})
    book.add_worksheet("Bìa").write("A1", "BÁO CÁO NĂM 2022")
    sheet = book.add_worksheet("Danh sách")
    sheet.merge_range("A1:H1", "UBND HUYỆN TIÊN LỮ")
    sheet.merge_range("A2:H2", "DANH SÁCH TRẺ EM CÓ HOÀN CẢNH ĐẶC BIỆT")
    for column, text in (
        (0, "STT"),
        (1, "Họ và tên"),
        (2, "Ngày tháng\nnăm sinh"),
        (5, "Dân tộc"),
        (6, "Nơi ở hiện nay"),
        (8, "Hoàn cảnh"),
    ):
        if column == 6:
            sheet.merge_range(3, 6, 3, 7, text)
        else:
            sheet.merge_range(3, column, 4, column, text)
    sheet.merge_range(3, 3, 3, 4, "Giới tính")
    sheet.write_row(4, 3, ["Nam", "Nữ"])
    sheet.write_row(4, 6, ["Thôn", "Xã"])
    sheet.write_row(5, 0, [1, 2, 3, 4, 5, 6, 7, 8, 9])
    sheet.merge_range("A7:I7", "I. Thôn Hải Yến")
    sheet.write_row(7, 0, [1, "Nguyễn Văn A"])
    sheet.write_datetime(7, 2, datetime(2014, 3, 5), day)
    sheet.write_row(7, 3, ["x", "", "Kinh", "Hải Yến"])
    sheet.merge_range("H8:H9", "Xã Hải Triều")
    sheet.write(7, 8, "d2")
    sheet.write_row(8, 0, [2, "Trần Thị B", 41703, "", "x", "Kinh", "Hải Yến"])
    sheet.write(8, 8, "Mồ côi cả cha và mẹ")
    sheet.write_row(10, 0, [3, "Lê Văn C", 2015, "x", "x", "Kinh", "Triều Dương", "Hải Triều", "z"])
    sheet.write_row(11, 0, ["Tổng cộng", 3])
    sheet.write(13, 1, "Ghi chú: số liệu đến 31/12/2022")
    sheet.write(14, 7, "Người lập biểu")
    book.close()


def test_a_form_with_titles_and_a_header_of_two_storeys(tmp_path):
    workbook(tmp_path / "form.xlsx")
    reading = ct.read(tmp_path / "form.xlsx", table="children", **AREAS)
    frame = reading.to_polars()
    assert frame.select(
        "full_name", "birth_date", "birth_year", "sex", "commune", "source_sheet", "source_row"
    ).rows() == [
        ("Nguyễn Văn A", date(2014, 3, 5), None, "male", "12364", "Danh sách", 8),
        ("Trần Thị B", date(2014, 3, 5), None, "female", "12364", "Danh sách", 9),
        ("Lê Văn C", None, 2015, None, "12364", "Danh sách", 11),
    ]
    assert frame["circumstances"].to_list() == [["d2"], ["a"], None]
    assert frame["source_unread"].to_list() == [None, None, "sex,circumstances"]
    aside = reading.set_aside.select("row", "why").rows()
    assert aside == [(6, "numbering"), (7, "section"), (12, "total"), (14, "note"), (15, "note")]
    assert reading.files.select("sheet", "table", "header_row", "rows").rows()[0] == ("Danh sách", "children", 4, 3)
    assert "Bìa" in reading.files.filter(pl.col("not_read").is_not_null())["sheet"].to_list()
    found = counts(reading)
    assert found[("birth_date", "excel_serial")] == 1
    assert found[("commune", "merged_cell")] == 1
    assert found[("sex", "tick_columns")] == 2
    assert dict(reading.columns.select("header", "column").iter_rows())["Giới tính / Nữ"] == "sex.female"
    assert len(reading.findings) == 2


def test_an_old_workbook(tmp_path):
    book = xlwt.Workbook()
    for name in ("Quý 1", "Quý 2"):
        sheet = book.add_sheet(name)
        sheet.write_merge(0, 0, 0, 3, "Danh sách trẻ em")
        style = xlwt.easyxf(num_format_str="DD/MM/YYYY")
        for column, text in enumerate(["Mã trẻ", "Họ tên", "Ngày sinh", "Số định danh cá nhân"]):
            sheet.write(2, column, text)
        sheet.write(3, 0, 17)
        sheet.write(3, 1, "Lê Thị D")
        sheet.write(3, 2, datetime(2014, 3, 5), style)
        sheet.write(3, 3, 33314001234)
    book.save(str(tmp_path / "old.xls"))
    reading = ct.read(tmp_path / "old.xls", table="children")
    assert reading.to_polars().select("child_id", "birth_date", "personal_id", "source_sheet", "source_row").rows() == [
        ("17", date(2014, 3, 5), "033314001234", "Quý 1", 4),
        ("17", date(2014, 3, 5), "033314001234", "Quý 2", 4),
    ]
    one = ct.read(tmp_path / "old.xls", table="children", sheet="Quý 2")
    assert one.to_polars()["source_sheet"].to_list() == ["Quý 2"]
    with pytest.raises(ct.DataError, match="Quý 2"):
        ct.read(tmp_path / "old.xls", table="children", sheet="Quý 3")


def test_old_letters_in_a_workbook(tmp_path):
    book = xlwt.Workbook()
    sheet = book.add_sheet("DS")
    for column, text in enumerate(["Họ và tên", "Giới tính", "Dân tộc"]):
        sheet.write(0, column, tcvn3(text).decode("windows-1252"))
        sheet.write(1, column, tcvn3(["Đỗ Thị Nga", "Nữ", "Tày"][column]).decode("windows-1252"))
    book.save(str(tmp_path / "old.xls"))
    reading = ct.read(tmp_path / "old.xls", table="children")
    assert reading.to_polars().select("full_name", "sex", "ethnicity").rows() == [("Đỗ Thị Nga", "female", "02")]


def test_days_from_1904(tmp_path):
    book = openpyxl.Workbook()
    book.epoch = openpyxl.utils.datetime.CALENDAR_MAC_1904
    sheet = book.active
    sheet.append(["Mã trẻ", "Họ tên", "Ngày sinh"])
    sheet.append(["1", "A", datetime(2014, 3, 5)])
    sheet.append(["2", "B", 41703 - 1462])
    book.save(tmp_path / "mac.xlsx")
    reading = ct.read(tmp_path / "mac.xlsx", table="children")
    assert reading.to_polars()["birth_date"].to_list() == [date(2014, 3, 5)] * 2


def test_dates_of_three_columns(tmp_path):
    file = tmp_path / "a.csv"
    file.write_text(
        "Họ tên,Ngày sinh,Tháng sinh,Năm sinh\nA,5,3,2014\nB,,3,2014\nC,,,2014\nD,31,2,2014\nE,,,\n", encoding="utf-8"
    )
    reading = ct.read(file, table="children")
    assert reading.to_polars().select("birth_date", "birth_year", "source_unread").rows() == [
        (date(2014, 3, 5), None, None),
        (None, 2014, None),
        (None, 2014, None),
        (None, None, "birth_date"),
    ]
    # A name alone at the end may as well be a signature: it is set aside, and told.
    assert reading.set_aside.select("row", "why").rows() == [(6, "note")]


def test_mapping(tmp_path):
    file = tmp_path / "a.csv"
    file.write_text("Tên bé|Phân loại|Trợ cấp|Mã nội bộ\nA|T|x|9\nB|G||9\n", encoding="utf-8")
    mapping = {
        "children": {
            "columns": {"Tên bé": "full_name", "Phân loại": "sex", "Trợ cấp": "supported"},
            "values": {"sex": {"T": "male", "G": "female"}},
            "ignore": ["Mã nội bộ"],
            "blank": {"supported": "no"},
            "constants": {"commune": "12364"},
        }
    }
    reading = ct.read(file, table="children", mapping=mapping)
    assert reading.to_polars().select("full_name", "sex", "supported", "commune").rows() == [
        ("A", "male", True, "12364"),
        ("B", "female", False, "12364"),
    ]
    assert reading.columns["how"].to_list() == ["mapping", "mapping", "mapping", "ignored"]
    assert counts(reading)[("supported", "blank_is_no")] == 1
    toml = tmp_path / "m.toml"
    toml.write_text('[children.columns]\n"Tên bé" = "full_name"\n"Phân loại" = "sex"\n', encoding="utf-8")
    assert ct.read(file, table="children", mapping=toml).to_polars()["sex"].to_list() == ["male", "female"]
    for wrong, key in (
        ({"child": {}}, "child"),
        ({"children": {"columns": {"A": "nothing"}}}, "children.columns"),
        ({"children": {"blank": {"supported": "yes"}}}, "children.blank.supported"),
        ({"children": {"column": {}}}, "mapping"),
    ):
        with pytest.raises(ct.PlanError) as caught:
            ct.read(file, table="children", mapping=wrong)
        assert caught.value.code == "mapping" and caught.value.column == key
    with pytest.raises(ct.PlanError, match="constants"):
        ct.read(
            file,
            table="children",
            mapping={
                "children": {"columns": {"Tên bé": "full_name", "Phân loại": "sex"}, "constants": {"household": "?x"}}
            },
        )


def test_a_name_without_a_day_is_no_identity(tmp_path):
    file = tmp_path / "a.csv"
    file.write_text(TEXT, encoding="utf-8")
    with pytest.raises(ct.PlanError, match="area_vintage") as caught:
        ct.read(file, table="children")
    assert (caught.value.code, caught.value.column) == ("no_area_date", "commune")


def test_an_ambiguous_name_is_a_finding_with_codes_and_no_guess(tmp_path):
    file = tmp_path / "a.csv"
    file.write_text("Họ tên,Giới tính,Xã\nBí Mật,Nam,Tân Lập\n", encoding="utf-8")
    reading = ct.read(file, table="children", area_vintage="2022-12-31", within="01")
    assert reading.to_polars()["commune"].to_list() == [None] or reading.findings.height == 0
    reading = ct.read(file, table="children", area_vintage="2022-12-31")
    assert reading.to_polars()["commune"].to_list() == [None]
    told = reading.findings["expected"][0]
    assert told.startswith("one unit; the name may mean 0") and "Bí Mật" not in told


def test_values_of_private_columns_are_told_nowhere(tmp_path):
    file = tmp_path / "a.csv"
    secret = "Nguyễn Bí Mật"
    file.write_text(f"Họ tên,Ngày sinh,Giới tính,Dân tộc\n{secret},{secret},{secret},{secret}\n", encoding="utf-8")
    reading = ct.read(file, table="children")
    told = [
        repr(reading),
        reading._repr_html_(),
        *(str(reading.__getattribute__(p).rows()) for p in ("files", "columns", "changes", "findings")),
    ]
    assert reading.findings.height == 3
    assert not any(secret in text for text in told)
    headless = tmp_path / "b.csv"
    headless.write_text(f"{secret},05/03/2014,Nam,Kinh\n" * 3, encoding="utf-8")
    with pytest.raises(ct.SchemaError) as caught:
        ct.read(headless, table="children")
    assert caught.value.code == "no_header" and secret not in str(caught.value)


def test_what_a_reading_carries_into_a_dataset(tmp_path):
    file = tmp_path / "a.csv"
    file.write_text(TEXT, encoding="utf-8")
    reading = ct.read(file, table="children", ethnic_list="2008", **AREAS)
    dataset = ct.Dataset(children=reading)
    assert (dataset.area_vintage, dataset.ethnic_list) == ("2022-12-31", "2008")
    result = ct.compute(dataset, period="2022", indicators=["child_population"], by=["ethnicity"], area_level="commune")
    table = result.to_polars().filter(pl.col("area") == "12364", pl.col("ethnicity") == "total")
    assert table.select("numerator", "undecided").rows() == [(2, 1)]
    with pytest.raises(ct.PlanError) as caught:
        ct.Dataset(children=reading, area_vintage="2022-06-30")
    assert caught.value.code == "area_vintage"
    with pytest.raises(ct.PlanError):
        ct.Dataset(children=reading, ethnic_list="1979")
    assert ct.read(file, table="children", **AREAS).ethnic_list == "1979"


def test_files_that_cannot_be_read(tmp_path):
    with pytest.raises(FileNotFoundError):
        ct.read(tmp_path / "none.csv", table="children")
    with pytest.raises(FileNotFoundError):
        ct.read(tmp_path / "none.parquet", table="children")
    with pytest.raises(FileNotFoundError):
        ct.read_folder(tmp_path / "none")
    with pytest.raises(ct.DataError):
        ct.read(tmp_path, table="children")
    for name, content in (
        ("empty.csv", b""),
        ("page.xls", b"<html><table></table></html>"),
        ("cut.xlsx", b"PK\x03\x04 not a workbook"),
        ("cut.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 not a workbook"),
        ("cut.parquet", b"PAR1 not parquet"),
        ("zeros.csv", b"\0" * 5000),
    ):
        (tmp_path / name).write_bytes(content)
        with pytest.raises(ct.DataError) as caught:
            ct.read(tmp_path / name, table="children")
        assert caught.value.code == "unreadable_file", name
    with pytest.raises(ct.PlanError):
        ct.read(tmp_path / "empty.csv", table="childs")
    with pytest.raises(ct.PlanError):
        ct.read(tmp_path / "empty.csv", table="children", encoding="latin")


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may read everything")
def test_a_file_without_permission(tmp_path):
    file = tmp_path / "a.csv"
    file.write_text(TEXT, encoding="utf-8")
    file.chmod(0)
    with pytest.raises(PermissionError):
        ct.read(file, table="children")


def test_a_wrong_ending_is_no_matter(tmp_path):
    file = tmp_path / "really_text.xls"
    file.write_text(TEXT, encoding="utf-8")
    assert ct.read(file, table="children", **AREAS).to_polars().height == 4


def test_messages_in_vietnamese(tmp_path):
    file = tmp_path / "a.csv"
    file.write_text(TEXT, encoding="utf-8")
    ct.set_language("vi")
    try:
        reading = ct.read(file, table="children", **AREAS)
        assert reading.findings["expected"].to_list() == ["ngày có trong tháng"]
        assert "ngày/tháng/năm thành ngày" in reading.changes["meaning"].to_list()
        assert "4 bản ghi" in repr(reading)
        (tmp_path / "b.csv").write_text("a,b\n1,2\n", encoding="utf-8")
        with pytest.raises(ct.SchemaError, match="không có dòng tiêu đề"):
            ct.read(tmp_path / "b.csv", table="children")
    finally:
        ct.set_language("en")


def test_folder(tmp_path):
    (tmp_path / "xa").mkdir()
    (tmp_path / "xa/a.csv").write_text(TEXT, encoding="utf-8")
    workbook(tmp_path / "b.xlsx")
    (tmp_path / "~$b.xlsx").write_bytes(b"lock")
    (tmp_path / "vu_viec.csv").write_text(
        "Mã vụ việc,Ngày tiếp nhận,Mã xã,Hình thức xâm hại\nV1,02/02/2022,12364,Bạo lực; bỏ mặc\n", encoding="utf-8"
    )
    (tmp_path / "cut.xlsx").write_bytes(b"PK\x03\x04")
    (tmp_path / "ngay.csv").write_text("Ngày,Xã\n1/1/2022,12364\n", encoding="utf-8")
    (tmp_path / "note.docx").write_bytes(b"x")
    pl.DataFrame({"date": [date(2022, 1, 1)], "commune": ["12364"], "under_age": [True]}).write_parquet(
        tmp_path / "kh.parquet"
    )
    found = ct.read_folder(tmp_path, **AREAS)
    told = {(f, s): (t, r) for f, s, t, r in found.files.select("file", "sheet", "table", "rows").iter_rows()}
    assert told[("xa/a.csv", "")] == ("children", 4)
    assert told[("b.xlsx", "Danh sách")] == ("children", 3)
    assert told[("vu_viec.csv", "")] == ("victims", 1)
    assert told[("kh.parquet", "")] == ("marriages", 1)
    why = dict(found.files.filter(pl.col("not_read").is_not_null()).select("file", "not_read").iter_rows())
    assert set(why) == {"~$b.xlsx", "cut.xlsx", "note.docx", "b.xlsx", "ngay.csv"}
    dataset = found.dataset
    assert sorted(dataset.tables) == ["children", "marriages", "victims"]
    assert dataset["children"].height == 7
    assert dataset["children"]["source_file"].to_list() == ["b.xlsx"] * 3 + ["xa/a.csv"] * 4
    assert dataset["victims"]["forms"].to_list() == [["violence", "neglect"]]
    assert set(found.findings["file"]) == {"b.xlsx", "xa/a.csv"}
    assert "children" in repr(found) and "~$b.xlsx" in found._repr_html_()
    only = ct.read_folder(tmp_path, tables=["victims"], **AREAS)
    assert list(only.readings) == ["victims"]


def test_a_mapping_that_is_not_utf8_is_told(tmp_path):
    (tmp_path / "map.toml").write_bytes("[children.columns]\n\"Ngày rà soát\" = 'updated_on'".encode("utf-16"))
    with pytest.raises(ct.PlanError) as caught:
        ct.read(tmp_path / "x.csv", table="children", mapping=tmp_path / "map.toml")
    assert (caught.value.code, caught.value.expected, caught.value.got) == ("mapping", "UTF-8", "map.toml")
