"""A table as it is printed: the same numbers as the result, in words, in every file it is written to."""

import csv
import itertools
import re
import zipfile
from datetime import date

import chitieu as ct
import openpyxl
import polars as pl
import pytest
from chitieu._printed import BESIDE, cell_of, instead


@pytest.fixture(params=["vi", "en"])
def language(request):
    ct.set_language(request.param)
    yield request.param
    ct.set_language("en")


@pytest.fixture
def vietnamese():
    ct.set_language("vi")
    yield
    ct.set_language("en")


@pytest.fixture(scope="module")
def result():
    dataset = ct.synthetic.province("33", children=20_000, year=2022, silent=3)
    ids = ["child_population", "birth_registration_under_5", "abused_children", "special_circumstances"]
    by = ["sex", "age_group", "form"]
    return ct.compute(dataset, period="2022H1", by=by, indicators=ids, area_level="commune")


@pytest.fixture(scope="module")
def small():
    """Three children under five of 12364 (Huyện Tiên Lữ), two registered; one elsewhere, of unknown sex."""
    children = pl.DataFrame(
        {
            "child_id": ["a", "b", "c", "d"],
            "birth_year": [2020, 2019, 2021, 2020],
            "sex": ["male", "female", "female", None],
            "commune": ["12364", "12364", "12364", "12205"],
            "birth_registered": [True, False, True, True],
        }
    )
    ids = ["birth_registration_under_5", "child_population"]
    dataset = ct.Dataset(children=children)
    return ct.compute(dataset, period="2022", by=["sex"], indicators=ids, area_level="district")


def test_a_table_worked_by_hand(small, vietnamese):
    table = small.table("birth_registration_under_5", columns="sex", source="sổ hộ tịch")
    assert table.title == "Tỷ lệ trẻ em dưới 5 tuổi được đăng ký khai sinh, chia theo địa bàn và giới tính"
    assert (table.subtitle, table.unit) == ("Tỉnh Hưng Yên, năm 2022", "Đơn vị tính: %")
    assert table.head == ("Địa bàn", "Tổng số", "Nam", "Nữ", "Không xác định")
    assert table.notes[-1] == "Nguồn: sổ hộ tịch."
    found = dict(zip(table.names, ([str(c) for c in row] for row in table.cells), strict=True))
    # 3 of 4; 1 of 1 boy, 1 of 2 girls, 1 of 1 of unknown sex. All too few to be reliable.
    assert found["Tỉnh Hưng Yên"] == ["75,00*", "100,00*", "50,00*", "100,00*"]
    # 2 of 3 are 66,666... %, which are rounded up; no child of unknown sex there.
    assert found["Huyện Tiên Lữ"] == ["66,67*", "100,00*", "50,00*", "..."]
    assert found["Huyện Phù Cừ"] == ["(cbc)"] * 4


@pytest.mark.parametrize(
    ("indicator", "options"),
    [
        ("child_population", {"columns": "sex"}),
        ("child_population", {"columns": "sex", "area_level": "district"}),
        ("birth_registration_under_5", {"columns": "age_group", "area": "330"}),
        ("abused_children", {"columns": "form", "measure": "count", "area_level": "district"}),
        ("abused_children", {"rows": "form", "columns": "sex", "measure": "percent"}),
        ("abused_children", {"rows": "sex", "columns": "measure", "form": "violence"}),
        ("special_circumstances", {"rows": "area", "area_level": "province", "area": "VN"}),
    ],
)
def test_every_cell_is_the_printed_value_of_the_result(result, language, indicator, options):
    """The oracle is ``result.only``: one row for each cell, found by names through the words of the result."""
    table = result.without_protection("test").table(indicator, **options)
    rows, columns = options.get("rows", "area"), options.get("columns", "measure")
    measure = options.get("measure") or ct.catalogue()[indicator].data["outputs"][-1]
    fixed = {k: v for k, v in options.items() if k in ("form", "sex", "age_group")}
    place = options.get("area", "33")
    every = list(itertools.product(enumerate(table.names), enumerate(table.head[1:])))
    # Of a table of all communes one in some: each is looked up in the whole result.
    some = every[:: 1 + len(every) // 150]
    assert {at for _, (at, _) in some} == set(range(len(table.head) - 1))
    for (nth, name), (at, head) in some:
        where = {"measure": measure, "area": place, **fixed}
        for axis, given in ((rows, name), (columns, head)):
            if axis == "area":
                where["area"] = code_of(given)
            else:
                where[axis] = given
        found = result.only(indicator, **where)
        assert found.height == 1
        cell = table.cells[nth][at]
        assert cell.status == found["status"][0]
        if (value := found["value"][0]) is None:
            assert cell.number is None
        elif where["measure"] in ("count", "Số lượng", "Count"):
            assert cell.number == value
        else:
            assert abs(cell.number - value) <= 0.5 * 10**-cell.decimals + 1e-9


def code_of(name):
    units = ct.areas(on="2022-12-31")
    inside = units.filter(pl.col("parent") == "33", pl.col("level") == "district")["code"]
    of_33 = (pl.col("parent").is_in(inside.implode())) | (pl.col("parent") == "33") | pl.col("code").is_in(["33", "VN"])
    short = name.split(" (")[0]
    found = units.filter(pl.col("name") == short, of_33)["code"]
    assert len(found) >= 1, name
    return found[0]


def test_parts_come_after_their_whole_and_add_up(result):
    table = result.table("child_population", columns="sex", area_level="district")
    numbers = [[cell.number for cell in row] for row in table.cells]
    assert table.names[0] == "Tỉnh Hưng Yên" and len(table.names) == 11
    assert numbers[0] == [sum(column) for column in zip(*numbers[1:], strict=True)]
    assert all(row[0] == sum(row[1:]) for row in numbers)


def test_what_a_reader_must_know_is_below(result, vietnamese):
    notes = result.table("abused_children", rows="form", columns="sex", measure="count").notes
    assert "†: Chưa đủ xã báo cáo." in notes
    assert "158/161 xã đã báo cáo." in notes
    assert not [note for note in notes if "giới tính" in note]  # girls and boys add up
    fixed = result.table("abused_children", rows="sex", measure="count", form="violence")
    assert fixed.title == "Số trẻ em bị xâm hại (hình thức xâm hại: bạo lực), chia theo giới tính"


def test_parts_that_do_not_add_up_are_said(vietnamese):
    """Two children with two circumstances each: the parts are four, the total is two."""
    children = pl.DataFrame(
        {
            "child_id": ["a", "b"],
            "birth_year": [2015, 2016],
            "sex": ["male", "female"],
            "commune": ["12364"] * 2,
            "circumstances": [["d", "e"], ["d", "e"]],
        }
    )
    by = ["circumstance", "sex"]
    result = ct.compute(ct.Dataset(children=children), period="2022", by=by, indicators=["special_circumstances"])
    note = (
        "Các phần theo hoàn cảnh đặc biệt không cộng thành tổng số: "
        "một trẻ em có thể ở nhiều phần hoặc không ở phần nào."
    )
    assert note in result.table("special_circumstances", rows="circumstance", columns="sex").notes
    assert not [n for n in result.table("special_circumstances", rows="sex").notes if "cộng thành" in n]


def test_what_the_result_warns_of_is_below(vietnamese):
    """One child and two who were abused: more than all."""
    children = pl.DataFrame({"child_id": ["a"], "birth_year": [2015], "commune": ["12364"]})
    victims = pl.DataFrame(
        {
            "case_id": ["v1", "v2"],
            "child_id": ["a", "b"],
            "birth_year": [2015, 2016],
            "commune": ["12364"] * 2,
            "received_date": [date(2022, 5, 1)] * 2,
            "confirmed": [True] * 2,
        }
    )
    dataset = ct.Dataset(children=children, victims=victims)
    result = ct.compute(dataset, period="2022", indicators=["abused_children", "child_population"])
    warned = [str(w) for w in result.warnings if w.code == "numerator_above_denominator"]
    assert warned
    assert set(warned) <= set(result.without_protection("test").table("abused_children").notes)
    assert not set(warned) & set(result.without_protection("test").table("child_population").notes)
    assert not set(warned) & set(result.table("abused_children").notes)  # it tells of numbers that are hidden


def test_a_filtered_table_is_whole_or_refused(result, selection):
    one = result.filter(sex=["male", "female"]).table("child_population", columns="sex", area_level="district")
    assert len(one.head) == 3
    with pytest.raises(ct.PlanError) as caught:
        result.filter(area_level="district").table("child_population")
    assert (caught.value.code, caught.value.expected) == ("not_whole", "VN")
    counts = selection.counts("child", by=["form", "sex"])
    with pytest.raises(ct.PlanError) as caught:
        counts.filter(sex=["male", "female"]).table(rows="form")
    assert caught.value.code == "several_categories"
    girls = counts.filter(sex="female").table(rows="form")
    assert "female" in girls.title
    every = counts.table(rows="form", columns="sex")
    at = every.head.index("Female")
    assert [row[0].number for row in girls.cells][:4] == [row[at - 1].number for row in every.cells][:4]
    holes = counts.filter(form=["total", "violence"], sex=["total", "male"])
    holes = holes._keep(pl.int_range(len(holes), eager=True) != len(holes) - 1)
    with pytest.raises(ct.PlanError) as caught:
        holes.table(rows="form", columns="sex")
    assert caught.value.code == "not_whole"


def test_the_language_is_that_of_the_making(small, vietnamese, tmp_path):
    table = small.table("birth_registration_under_5", columns="sex")
    before = (repr(table), table._repr_html_(), table.write_csv(tmp_path / "a.csv").read_bytes())
    ct.set_language("en")
    assert (repr(table), table._repr_html_(), table.write_csv(tmp_path / "a.csv").read_bytes()) == before


def test_every_status_has_its_own_sign(language):
    known = set(ct._language.codes("status")) - {"ok"}
    signs = {status: BESIDE.get(status) or instead(status) for status in known}
    assert len(set(signs.values())) == len(known)
    for status in known - set(BESIDE):
        assert str(cell_of(None, 0, status)) == signs[status]
    for status in BESIDE:
        assert str(cell_of(12_345, 0, status)).endswith(signs[status])


def test_a_workbook_holds_numbers_and_everything_around_them(small, language, tmp_path):
    table = small.table("birth_registration_under_5", columns="sex", source="sổ hộ tịch")
    path = table.write_excel(tmp_path / "bảng.xlsx")
    sheet = openpyxl.load_workbook(path).active
    assert (sheet["A1"].value, sheet["A2"].value) == (table.title, table.subtitle)
    assert sheet["E3"].value == table.unit
    lines = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=4, max_row=4 + len(table.names))]
    assert tuple(lines[0]) == table.head
    for line, name, cells in zip(lines[1:], table.names, table.cells, strict=True):
        assert line == [name, *(cell.number if cell.number is not None else cell.sign for cell in cells)]
    assert sheet["B5"].number_format == '#,##0.00"*"'
    below = [sheet.cell(6 + len(table.names) + nth, 1).value for nth in range(len(table.notes))]
    assert below == table.notes
    assert sheet.freeze_panes == "B5"
    # "Không xác định" needs two lines of a column of numbers, which not every spreadsheet finds by itself.
    if language == "vi":
        assert sheet.row_dimensions[4].height > 1.9 * sheet.row_dimensions[5].height


def test_the_same_table_is_the_same_file(small, tmp_path):
    table = small.table("child_population", columns="sex")
    first, second = (table.write_excel(tmp_path / f"{n}.xlsx").read_bytes() for n in (1, 2))
    assert first == second
    with zipfile.ZipFile(tmp_path / "1.xlsx") as book:
        core = book.read("docProps/core.xml").decode()
    assert "2000-01-01" in core and "<dc:creator></dc:creator>" in core


def test_csv_for_excel_and_for_machines(small, vietnamese, tmp_path):
    table = small.table("birth_registration_under_5", columns="sex")
    excel = table.write_csv(tmp_path / "a.csv").read_bytes()
    assert excel.startswith(b"\xef\xbb\xbf")
    lines = list(csv.reader(excel.decode("utf-8-sig").splitlines(), delimiter=";"))
    assert lines[0] == list(table.head)
    assert lines[1] == ["Tỉnh Hưng Yên", "75,00*", "100,00*", "50,00*", "100,00*"]
    machine = pl.read_csv(table.write_csv(tmp_path / "b.csv", reader="machine"))
    assert machine.equals(table.to_polars())
    with pytest.raises(ct.PlanError, match="excel"):
        table.write_csv(tmp_path / "c.csv", reader="exel")
    assert not (tmp_path / "c.csv").exists()


def test_frames_hold_what_is_printed(result):
    table = result.table("child_population", columns="sex")
    assert set(table.to_polars().dtypes[1:]) == {pl.Int64}
    assert table.to_pandas().shape == table.to_polars().shape
    shown = table._repr_html_()
    assert table.title in shown and table.names[5] in shown and str(table.cells[5][0]) in shown
    assert repr(table).splitlines()[0] == table.title


@pytest.mark.parametrize(
    ("options", "first"),
    [
        ({"columns": "sexx"}, "sex"),
        ({"columns": "Nhóm tuổii"}, "age_group"),
        ({"rows": "sex", "columns": "sex"}, None),
        ({"rows": "measure"}, None),
        ({"measure": "per_thousand"}, None),
        ({"area": "Huyện Khoái"}, "330"),
        ({"area_level": "districts"}, "district"),
        ({"columns": "sex", "form": "violense"}, "violence"),
        ({"columns": "sex", "frm": "violence"}, "form"),
        ({"columns": "sex", "status": "ok"}, None),
    ],
)
def test_a_typo_names_what_there_is(result, options, first):
    with pytest.raises(ct.PlanError) as caught:
        result.table("abused_children", **options)
    if first is not None:
        assert re.split(r",| \(", caught.value.expected)[0] == first


def test_words_may_be_names(result, vietnamese):
    by_name = result.table("Số trẻ em bị xâm hại", rows="Hình thức xâm hại", columns="Giới tính", measure="Số lượng")
    by_code = result.table("abused_children", rows="form", columns="sex", measure="count")
    assert (by_name.to_polars().rows(), by_name.notes) == (by_code.to_polars().rows(), by_code.notes)


def test_an_empty_register_is_a_table_of_signs(vietnamese):
    children = pl.DataFrame(
        schema={"child_id": pl.String, "birth_year": pl.Int32, "commune": pl.String, "birth_registered": pl.Boolean}
    )
    result = ct.compute(ct.Dataset(children=children), period="2022", indicators=["birth_registration_under_5"])
    table = result.table("birth_registration_under_5")
    assert {str(cell) for row in table.cells for cell in row} == {"..."}
    assert "...: Không có số liệu." in table.notes


@pytest.fixture(scope="module")
def selection():
    dataset = ct.synthetic.province("33", children=60_000, year=2022)
    return ct.abuse.register(dataset).select(period="2022")


def test_counts_of_abuse_with_their_share_of_the_column(selection, language):
    """Beside ``share``: each form of girls over all girls, each form of boys over all boys."""
    counts = selection.counts("child", by=["form", "sex"])
    table = counts.without_protection("test").table(rows="form", columns="sex", percent=True, source="sổ")
    assert table.notes[-1] == {"vi": "Nguồn: sổ.", "en": "Source: sổ."}[language]
    shares = counts.share(selection.counts("child", by=["sex"])).filter(area="33")
    codes = ["total", *(c for c in ct._language.codes("form") if c in set(shares.to_polars()["form"]))]
    checked = 0
    for name, row in zip(table.names, table.cells, strict=True):
        for head, count, percent in zip(table.head[1::2], row[::2], row[1::2], strict=True):
            found = shares.filter(form=name, sex=head).to_polars()
            assert (count.number, count.decimals) == (found["numerator"].item(), 0)
            assert percent.number == pytest.approx(found["value"].item(), abs=0.005 + 1e-9)
            assert percent.status == found["status"].item()
            checked += 1
    assert checked >= 2 * len(codes)
    assert table.head[2] == f"{table.head[1]} (%)"


def test_counts_of_abuse_worked_by_hand(vietnamese):
    """Three girls and a boy of 12364; one girl by two forms, so that the forms add up to five."""
    victims = pl.DataFrame(
        {
            "case_id": ["v1", "v2", "v3", "v4"],
            "child_id": ["a", "b", "c", "d"],
            "birth_year": [2012, 2013, 2014, 2015],
            "sex": ["female", "female", "female", "male"],
            "commune": ["12364"] * 4,
            "received_date": [date(2022, 5, 1)] * 4,
            "confirmed": [True] * 4,
            "forms": [["violence", "neglect"], ["violence"], ["sexual_abuse"], ["neglect"]],
        }
    )
    register = ct.abuse.register(ct.Dataset(victims=victims), area_vintage="2022-12-31")
    counts = register.select(period="2022").counts("child", by=["form", "sex"])
    asked = {"rows": "Hình thức xâm hại", "columns": "Giới tính", "percent": True}
    table = counts.without_protection("test").table(**asked)
    assert table.title == "Số trẻ em bị xâm hại, chia theo hình thức xâm hại và giới tính"
    assert table.head == ("Hình thức xâm hại", "Tổng số", "Tổng số (%)", "Nam", "Nam (%)", "Nữ", "Nữ (%)")
    found = dict(zip(table.names, ([c.number for c in row] for row in table.cells), strict=True))
    assert found["Tổng số"] == [4, 100.0, 1, 100.0, 3, 100.0]
    assert found["Bạo lực"] == [2, 50.0, 0, 0.0, 2, 66.67]
    assert found["Bỏ mặc"] == [2, 50.0, 1, 100.0, 1, 33.33]
    assert found["Xâm hại tình dục"] == [1, 25.0, 0, 0.0, 1, 33.33]
    # Shares of fewer than 30 are too few; the counts themselves are not.
    assert [str(c) for c in table.cells[0]][:2] == ["4", "100,00*"]
    hidden = counts.table(**asked)
    assert [str(c) for c in hidden.cells[0]] == ["(bm)"] * 6
    assert {str(c) for row in hidden.cells for c in row} == {"(bm)", "0"}


@pytest.mark.parametrize(
    ("options", "first"),
    [
        ({"rows": "frm"}, "form"),
        ({"rows": "form", "columns": "form"}, None),
        ({"rows": "count"}, None),
        ({"rows": "form", "area": "Huyện Tiên Lử"}, "332"),
    ],
)
def test_a_typo_in_a_table_of_abuse(selection, options, first):
    with pytest.raises(ct.PlanError) as caught:
        selection.counts("child", by=["form", "sex"], area_level="district").table(**options)
    if first is not None:
        assert re.split(r",| \(", caught.value.expected)[0] == first


def test_what_is_no_count_of_one_unit_is_refused(selection):
    for table in (selection.units(), selection.forms(), selection.counts("child").share()):
        with pytest.raises(ct.PlanError) as caught:
            table.table(rows="area")
        assert caught.value.code == "missing_column"
    relations = selection.relations().table(rows="relation", percent=True)
    assert relations.cells[0][1].number == 100.0


@pytest.fixture(scope="module")
def check():
    return ct.check(ct.synthetic.province("33", children=2_000, year=2022, silent=2), period="2022")


def test_a_scorecard_is_printed_under_its_whole(check, vietnamese):
    table = check.scorecard("district").table(source="sổ theo dõi")
    assert (table.title, table.subtitle) == ("Chất lượng dữ liệu trẻ em, chia theo địa bàn", "Tỉnh Hưng Yên, năm 2022")
    assert table.head == ("Địa bàn", "Số dòng", "Đầy đủ", "Chính xác", "Kịp thời")
    whole = check.scorecard("province").filter(area="33").to_polars().row(0, named=True)
    scores = [whole[name] for name in ("completeness", "accuracy", "timeliness")]
    assert [cell.number for cell in table.cells[0]] == [whole["rows"], *(round(s + 1e-9, 1) for s in scores)]
    assert len(table.names) == 11
    assert table.names[0] == "Tỉnh Hưng Yên"
    assert table.notes[-2:] == ["159/161 xã đã báo cáo.", "Nguồn: sổ theo dõi."]
    communes = check.scorecard("commune").table(area="Huyện Phù Cừ")
    assert communes.names[0] == "Huyện Phù Cừ"
    assert len(communes.names) == 15
    silent = [row for row in check.scorecard("commune").table().cells if row[0].status == "not_reported"]
    assert len(silent) == 2
    assert {str(cell) for row in silent for cell in row[1:]} == {"(cbc)"}


def test_a_scorecard_without_districts_is_printed_too():
    units = ct.areas(on="2025-07-01").filter(pl.col("level") == "commune", pl.col("parent") == "33")
    children = pl.DataFrame({"child_id": ["a"], "birth_date": [date(2020, 1, 1)], "commune": [units["code"][0]]})
    check = ct.check(ct.Dataset(children=children, area_vintage="2025-07-01"), period="2025-08")
    table = check.scorecard("commune").table()
    assert table.names == ("Tỉnh Hưng Yên", *units["name"])
    assert [row[0].number for row in table.cells[:2]] == [1, 1]


def test_what_fails_is_grouped_by_severity_table_and_rule(check, vietnamese, tmp_path):
    table = check.findings_table()
    failing = check.summary().filter(pl.col("failed") > 0)
    assert len(table.names) == failing.height > 5
    severities = [str(row[0]) for row in table.cells]
    order = ["Lỗi", "Cảnh báo", "Lưu ý"]
    assert severities == sorted(severities, key=order.index)
    for name, row in zip(table.names, table.cells, strict=True):
        (found,) = failing.filter(pl.col("text") == name.split(": ", 1)[1], pl.col("failed") == row[2].number).rows(
            named=True
        )[:1]
        # A share is rounded once, half up: failed of those decided.
        share = 100 * found["failed"] / (found["passed"] + found["failed"])
        assert abs(row[3].number - share) <= 0.05 + 1e-9
        assert row[4].number == found["undecided"]
    assert table.to_polars().schema["Mức độ"] == pl.String
    sheet = openpyxl.load_workbook(table.write_excel(tmp_path / "a.xlsx")).active
    assert sheet["B5"].alignment.wrap_text
    assert sheet["B5"].value in order
    machine = table.write_csv(tmp_path / "a.csv", reader="machine").read_text(encoding="utf-8").splitlines()
    assert machine[1].split(",")[-1] == str(table.cells[0][4].number)


def test_a_check_of_no_rows_does_not_say_that_all_pass(vietnamese):
    nobody = ct.Dataset(
        children=pl.DataFrame(schema={"child_id": pl.String, "birth_date": pl.Date, "commune": pl.String})
    )
    table = ct.check(nobody, period="2022").findings_table()
    assert table.notes[0] == "Không có gì để xét."
    assert table.to_polars().schema["Bảng và việc cần làm"] == pl.String
    one = pl.DataFrame({"child_id": ["a"], "birth_date": [date(2020, 1, 1)], "commune": ["12364"]})
    table = ct.check(ct.Dataset(children=one), period="2022").findings_table()
    assert (table.names, table.notes[0]) == ((), "Mọi quy tắc đã áp dụng đều đạt.")


def test_values_that_could_not_be_read_are_grouped_by_column(tmp_path, vietnamese):
    lines = [f"k{n};31/02/20{10 + n % 5};{'Nữ' if n % 2 else 'x'};12364" for n in range(12)]
    file = tmp_path / "a.csv"
    file.write_text("\n".join(["Mã trẻ;Ngày sinh;Giới tính;Xã", *lines]), encoding="utf-8")
    reading = ct.read(file, table="children")
    table = reading.findings_table()
    assert dict(zip(table.names, ([str(c) for c in row] for row in table.cells), strict=True)) == {
        "Ngày sinh: cần ngày có trong tháng": ["12", "1", "2, 3, 4, 5, 6, …"],
        "Giới tính: cần một trong Nam, Nữ": ["6", "1", "2, 4, 6, 8, 10, …"],
    }
    assert table.notes == ["Đã đọc 12 bản ghi; các giá trị này để trống."]
    shown = reading._repr_html_()
    assert "Cách chuyển đổi" in shown
    assert "expected" not in shown
