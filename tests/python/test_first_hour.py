"""Ten things that a provincial analyst does in the first hour, each as it would be typed, in Vietnamese.

1 read a messy workbook; 2 indicators by commune and age; 3 a table in Vietnamese for Excel; 4 one year beside another;
5 abuse by form and sex with per cent; 6 a chart for a report; 7 why a number is what it is; 8 a half-year; 9 after the
reform of 2025; 10 files to hand over.
"""

import base64
import re
from datetime import date

import chitieu as ct
import openpyxl
import polars as pl
import pytest

IDS = ["child_population", "birth_registration_under_5"]


@pytest.fixture(autouse=True)
def vietnamese():
    ct.set_language("vi")
    yield
    ct.set_language("en")


@pytest.fixture(scope="module")
def workbook(tmp_path_factory):
    """A list of two communes with a head, dates written in three ways, names for codes, a day that is none, a total."""
    book = openpyxl.Workbook()
    sheet = book.active
    for line in (["UBND HUYỆN TIÊN LỮ"], ["DANH SÁCH TRẺ EM NĂM 2022"], []):
        sheet.append(line)
    sheet.append(["TT", "Mã trẻ em", "Ngày sinh", "Giới tính", "Xã, thị trấn", "Đã đăng ký khai sinh"])
    # Hải Triều: four under five at the end of 2022, three of them registered; An Viên: two of two.
    for nth, row in enumerate(
        [
            ("a", date(2019, 3, 5), "Nam", "Xã Hải Triều", "x"),
            ("b", "05/03/2020", "nữ", "Hải Triều", "Có"),
            ("c", "2021-07-09", "Nữ", "X. Hải Triều", "Không"),
            ("d", "9-7-2022", "NAM", "Hải Triều", "có"),
            ("e", date(2012, 1, 1), "Nam", "Hải Triều", "Có"),
            ("f", "31/02/2019", "Nữ", "Hải Triều", "Có"),
            ("g", "01/06/2018", "Nữ", "Xã An Viên", "Có"),
            ("h", "02/06/2018", "Nam", "An Viên", "x"),
        ],
        1,
    ):
        sheet.append([nth, *row])
    sheet.append([None, "Tổng cộng", None, None, None, 8])
    path = tmp_path_factory.mktemp("so") / "so_tre_em.xlsx"
    book.save(path)
    return path


@pytest.fixture
def reading(workbook):
    return ct.read(workbook, table="children", area_vintage="2022-12-31", within="33")


@pytest.fixture
def result(reading):
    dataset = ct.Dataset(children=reading)
    return ct.compute(dataset, period="2022", indicators=IDS, by=["sex", "age_group"], area_level="commune")


def test_1_read_a_messy_workbook(reading):
    assert reading.to_polars().height == 8
    assert reading.findings_table().names == ("Ngày sinh: cần ngày có trong tháng",)
    assert [str(cell) for cell in reading.findings_table().cells[0]] == ["1", "1", "10"]
    assert reading.set_aside.filter(why="total").height == 1
    assert set(reading.to_polars()["commune"]) == {"12364", "12355"}


def test_2_and_3_a_table_by_commune_and_age_for_excel(result, tmp_path):
    table = result.table("Dân số trẻ em", rows="area", columns="Nhóm tuổi", area="Huyện Tiên Lữ", source="sổ trẻ em")
    assert table.head == ("Địa bàn", "Tổng số", "0–2 tuổi", "3–5 tuổi", "6–10 tuổi", "11–15 tuổi")
    found = dict(zip(table.names, ([str(c) for c in row] for row in table.cells), strict=True))
    # a is 3, b 2, c 1, d 0, e 10, g and h 4 years old; the age of f is not known.
    assert found["Xã Hải Triều"] == ["5", "3", "1", "1", "0"]
    assert found["Xã An Viên"] == ["2", "0", "2", "0", "0"]
    assert found["Thị trấn Vương"] == ["(cbc)"] * 5
    assert "(cbc): Chưa báo cáo." in table.notes
    assert "1 bản ghi chưa xác định được, không tính vào." in table.notes
    sheet = openpyxl.load_workbook(table.write_excel(tmp_path / "bang.xlsx")).active
    assert sheet["A1"].value == "Dân số trẻ em, chia theo địa bàn và nhóm tuổi"
    assert (
        table.write_csv(tmp_path / "bang.csv").read_text(encoding="utf-8-sig").splitlines()[0].split(";")[3]
        == "3–5 tuổi"
    )


def test_4_one_year_beside_another(reading, result):
    dataset = ct.Dataset(children=reading)
    asked = {"indicators": IDS, "by": ["sex", "age_group"], "area_level": "commune", "area_vintage": "2022-12-31"}
    before = ct.compute(dataset, period="2021", **asked)
    table = ct.compare(before, result, indicator="birth_registration_under_5").table(rows="area", area="Xã Hải Triều")
    # At the end of 2021 a, b and c of the list were born, two of them registered; a year later d too.
    assert [str(cell).rstrip("*†") for cell in table.cells[0]][:3] == ["66,67", "75,00", "8,33"]
    assert table.subtitle == "Xã Hải Triều, năm 2022 so với năm 2021"


def test_5_abuse_by_form_and_sex_with_per_cent():
    province = ct.synthetic.province("33", children=60_000, year=2022, seed=1)
    counts = ct.abuse.register(province).select(period="2022").counts("child", by=["form", "sex"])
    table = counts.table(rows="form", columns="sex", percent=True, source="dữ liệu tổng hợp")
    assert table.head[:5] == ("Hình thức xâm hại", "Tổng số", "Tổng số (%)", "Nam", "Nam (%)")
    assert table.names[0] == "Tổng số"
    assert any("không cộng thành tổng số" in note for note in table.notes)


def test_6_a_chart_for_a_report(result, tmp_path):
    chart = result.plot("birth_registration_under_5", area="Huyện Tiên Lữ", title="Khai sinh", subtitle="Phụ lục 1")
    above = chart.to_dict()["title"]
    assert above["text"] == ["Khai sinh"]
    assert above["subtitle"][:2] == ["Phụ lục 1", "Huyện Tiên Lữ, năm 2022"]
    shown, _ = chart._repr_mimebundle_()
    assert shown["image/svg+xml"].startswith("<svg")
    assert base64.b64decode(shown["image/png"]).startswith(b"\x89PNG")
    assert "http" not in re.sub(r'xmlns(:\w+)?="[^"]*"', "", shown["image/svg+xml"])
    assert ct.charts.save_png(chart, path=tmp_path / "hinh.png").stat().st_size > 5_000


def test_7_why_a_number_is_what_it_is(result, reading):
    indicator = ct.catalogue()["birth_registration_under_5"]
    assert indicator.conditions["numerator"] == "COUNT(*) FROM children WHERE age < 5 AND birth_registered"
    shown = repr(indicator)
    for word in ("Khái niệm", "Tử số", "Căn cứ: Quyết định 23/QĐ-TTg năm 2021, chỉ tiêu 14"):
        assert word in shown
    row = result.only("birth_registration_under_5", area="Xã Hải Triều").row(0, named=True)
    # By hand from the list: a, b, d of a, b, c, d; the age of f is not known.
    assert (row["numerator"], row["denominator"], row["undecided"]) == (3, 4, 1)
    born = pl.col("birth_date").is_between(date(2018, 1, 1), date(2022, 12, 31))
    under_5 = reading.to_polars().filter(born, commune="12364")
    assert (under_5["birth_registered"].sum(), under_5.height) == (3, 4)


def test_8_and_9_a_half_year_and_after_the_reform(reading):
    dataset = ct.Dataset(children=reading)
    half = ct.compute(dataset, period="2022H1", indicators=IDS, area_level="commune")
    table = half.table("child_population", area="Xã Hải Triều")
    assert table.subtitle == "Xã Hải Triều, 6 tháng đầu năm 2022"
    assert table.cells[0][0].number == 4  # d was born in July
    moved = ct.compute(dataset, period="2022", indicators=IDS, area_level="commune", area_vintage="2025-07-01")
    where = ct.area_moves(start="2022-12-31", end="2025-07-01").filter(old="12364")["new_name"].item()
    assert moved.table("child_population", area=where).cells[0][0].number >= 5
    assert any("Thái Bình" in note for note in moved.table("child_population", area=where).notes)


def test_10_files_to_hand_over(reading, result, tmp_path):
    check = ct.check(ct.Dataset(children=reading), period="2022")
    workbooks = check.write_corrections(tmp_path / "xac_minh")
    assert [path.name for path in workbooks] == ["12364-xa-hai-trieu.xlsx"]
    page = check.write_report(tmp_path / "bao_cao.html").read_text(encoding="utf-8")
    assert "<h1" in page
    for table in (result.table("child_population"), check.findings_table(), check.scorecard("commune").table()):
        assert table.write_excel(tmp_path / "a.xlsx").read_bytes()[:2] == b"PK"


@pytest.mark.parametrize(
    ("typed", "leads"),
    [
        (lambda r: r.table("dan so"), "child_population"),
        (lambda r: r.table("child_population", columns="tuoi"), "age_group"),
        (lambda r: r.table("child_population", area="Xã Hải Triêu"), "12364 (Xã Hải Triều)"),
        (lambda r: r.table("child_population", area_level="thôn"), "commune"),
        (lambda r: r.only("child_population", sex="nử"), "female"),
        (lambda r: r.printed("child_population", area="33", sex="*"), 'thêm sex="unknown"'),
        (lambda r: ct.codes("hình thứ"), "form"),
        (lambda r: ct.plan(period="2022Q5"), "2022Q1"),
    ],
)
def test_what_was_typed_wrong_is_answered_with_what_to_type(result, typed, leads):
    with pytest.raises(ct.PlanError) as answered:
        typed(result)
    assert leads in str(answered.value)


def test_names_without_their_marks_are_understood(result):
    assert result.table("dan so tre em", columns="gioi tinh", area="xa hai trieu").head[1] == "Tổng số"
    assert ct.codes("hinh thuc xam hai").equals(ct.codes("form"))


def read(tmp_path, rows, *, sheet="DS", **more):
    book = openpyxl.Workbook()
    book.active.title = sheet
    for row in rows:
        book.active.append(row)
    path = tmp_path / "so.xlsx"
    book.save(path)
    return ct.read(path, table="children", area_vintage="2022-12-31", within="Tỉnh Hưng Yên", **more)


@pytest.mark.parametrize("word", ["no", "không", "Không"])
def test_a_column_of_marks_alone_is_told_and_can_mean_no(tmp_path, word):
    rows = [["Mã trẻ", "Ngày sinh", "ĐKKS", "Xã"]]
    rows += [[f"A{n}", "01/03/2019", "x" if n % 2 else None, "Tam Đa"] for n in range(50)]
    reading = read(tmp_path, rows)
    assert reading.to_polars()["birth_registered"].null_count() == 25
    assert 'mapping={"children": {"blank": {"birth_registered": "no"}}}' in repr(reading)
    answered = read(tmp_path, rows, mapping={"children": {"blank": {"birth_registered": word}}})
    assert answered.to_polars()["birth_registered"].sum() == 25
    assert answered.to_polars()["birth_registered"].null_count() == 0
    assert "blank" not in repr(answered)
    both = [*rows, ["B", "01/03/2019", "không", "Tam Đa"]]
    assert "blank" not in repr(read(tmp_path, both))


@pytest.mark.parametrize(
    "signed",
    [
        [
            ["NGƯỜI LẬP BIỂU", None, None, "TM. UBND XÃ"],
            ["(Ký, ghi rõ họ tên)", None, None, "CHỦ TỊCH"],
            ["N V L", None, None, "T V C"],
        ],
        [[None, "Người lập", None, "Chủ tịch"], [None, "Nguyễn Văn Lập", None, "Trần Văn Chủ"]],
        [[None, "Cán bộ", "TM. UBND", None], [], [None, "Nguyễn Văn Lập", "Trần Văn Chủ", None]],
    ],
)
def test_who_signed_is_no_child(tmp_path, signed):
    head = ["Mã trẻ", "Họ và tên", "Ngày sinh", "Giới tính", "Xã"]
    children = [["A1", "N", "01/03/2015", "Nữ", "Tam Đa"], ["A2", "M", "02/03/2015", "Nam", "Tam Đa"]]
    reading = read(tmp_path, [head, *children, ["Tổng cộng", 2], [], *signed])
    assert reading.to_polars()["child_id"].to_list() == ["A1", "A2"]
    assert set(reading.set_aside["why"]) <= {"total", "blank", "note"}
    # A child of whom little is known is still one.
    poor = read(
        tmp_path, [head, *children, ["A3", "Cán Bộ An", None, None, None], ["A4", "Lê B", "1/1/2016", None, None]]
    )
    assert poor.to_polars().height == 4
    # Where no row has more than names, a signature cannot be told from a child by what it lacks.
    names = [["Mã trẻ", "Họ và tên"], ["an", "Nguyễn A"], ["ba", "Cán Bộ An"], ["ca", "Lê B"]]
    assert read(tmp_path, names).to_polars().height == 3


def test_communes_under_an_unknown_header_go_before_the_name_of_the_sheet(tmp_path):
    rows = [["Mã trẻ", "Ngày sinh", "Xã gì"], ["A1", "01/03/2015", "Xã Minh Tiến"], ["A2", "02/03/2016", "Tam Đa"]]
    reading = read(tmp_path, rows, sheet="Tam Đa")
    assert "commune" not in reading.to_polars().columns or reading.to_polars()["commune"].null_count() == 2
    (finding,) = reading.findings.filter(column="commune").rows(named=True)
    assert "một cột chưa khớp có tên xã" in finding["expected"]
    named = read(tmp_path, rows, sheet="Tam Đa", mapping={"children": {"columns": {"Xã gì": "commune"}}})
    assert named.to_polars()["commune"].to_list() == ["12424", "12421"]
    # Without such a column the sheet says it, and a place of birth or a note says nothing of where a child lives.
    plain = [row[:2] for row in rows]
    births = [[*row, born] for row, born in zip(plain, ["Nơi sinh", "Xã Minh Tiến", "Tam Đa, Phù Cừ"], strict=True)]
    notes = [[*row, note] for row, note in zip(plain, ["Ghi chú", "Xã Minh Tiến", "Tam Đa"], strict=True)]
    for known in (plain, births, notes):
        assert read(tmp_path, known, sheet="Tam Đa").to_polars()["commune"].to_list() == ["12421"] * 2


def test_a_plan_takes_codes_and_names(reading):
    asked = {"period": "2022", "area_level": "commune"}
    by_name = ct.plan(
        indicators=["I.0101", "Tỷ lệ trẻ em dưới 5 tuổi được đăng ký khai sinh"], by=["Giới tính"], **asked
    )
    assert by_name == ct.plan(indicators=IDS, by=["sex"], **asked)
    with pytest.raises(ct.PlanError, match="không có chỉ tiêu"):
        ct.plan(period="2022", indicators=["I.01011"])


def test_rows_are_set_aside_by_the_rules_that_are_named():
    children = pl.DataFrame(
        {
            "child_id": ["a", "a", "b"],
            "birth_year": [2015, 2015, 2016],
            "commune": "12364",
            "supported": [None, None, True],
            "circumstances": pl.Series([[], [], []], dtype=pl.List(pl.String)),
        }
    )
    dataset = ct.Dataset(children=children)
    check = ct.check(dataset, period="2022")
    # b is supported without a circumstance; of a one row stays.
    assert dataset.without(check).set_aside == {"children": 2}
    assert dataset.without(check, rules=["child_repeated"]).set_aside == {"children": 1}
    with pytest.raises(ct.PlanError) as refused:
        dataset.without(check, rules=["child_repeatd"])
    assert "child_repeated" in refused.value.expected
    told = ct.compute(dataset, period="2022", indicators=["child_population"])
    assert [w.code for w in told.warnings if w.code == "repeated_children"] == ["repeated_children"]
    assert any('rules=["child_repeated"]' in note for note in told.notes)
    # What is printed says the fact, not what to type.
    assert not any("dataset" in note for note in told.table("child_population").notes)


def test_a_chart_names_its_source_and_a_workbook_is_an_xlsx(result, tmp_path):
    chart = result.plot("birth_registration_under_5", area="Huyện Tiên Lữ", source="sổ trẻ em")
    assert "Nguồn: sổ trẻ em." in str(chart.to_dict())
    with pytest.raises(ct.PlanError, match="xlsx"):
        result.table("child_population").write_excel(tmp_path / "a.xls")
    with pytest.raises(FileNotFoundError, match="không có tệp"):
        result.table("child_population").write_excel(tmp_path / "nowhere" / "a.xlsx")
