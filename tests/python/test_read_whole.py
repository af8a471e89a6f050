"""What a cell alone does not tell, in files that no text case can hold: merged cells, dates, hidden rows, links."""

import os
import zipfile
from datetime import date, datetime

import chitieu as ct
import openpyxl
import polars as pl
import pytest
import xlwt

AREAS = {"area_vintage": "2022-12-31", "within": "33"}


def workbook(path, rows, *merges):
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    for merge in merges:
        book.active.merge_cells(merge)
    book.save(path)
    return book.active


def test_an_amount_of_several_rows_is_the_amount_of_none(tmp_path):
    """120 people of both sexes: neither 120 men nor 240 people."""
    rows = [["Năm", "Xã", "Giới tính", "Số người"], [2022, "12364", "Nam", 120], [None, None, "Nữ", None]]
    rows += [[2022, "12361", "Nam", 50], [2022, "12361", "Nữ", 60]]
    workbook(tmp_path / "t.xlsx", rows, "D2:D3", "A2:A3", "B2:B3")
    reading = ct.read(tmp_path / "t.xlsx", table="population")
    frame = reading.to_polars()
    assert frame["persons"].to_list() == [None, None, 50, 60]
    assert frame["commune"].to_list() == ["12364", "12364", "12361", "12361"] and frame["year"].to_list() == [2022] * 4
    expected = "a value of this cell; it is merged over several rows or columns"
    assert reading.findings.select("row", "column", "expected").rows() == [(n, "persons", expected) for n in (2, 3)]
    counts = {
        c: n for c, rule, n in reading.changes.select("column", "rule", "rows").iter_rows() if rule == "merged_cell"
    }
    assert counts == {"commune": 1, "year": 1}


@pytest.mark.parametrize(
    ("table", "header", "column", "value"),
    [
        ("sanctions", "Số tiền phạt", "fine", 5_000_000),
        ("victims", "Số giờ can thiệp khẩn cấp", "emergency_hours", 12),
        ("deaths", "Tuổi (ngày)", "age_days", 5),
        ("pupils", "Số học sinh đầu năm", "enrolled", 30),
        ("pupils", "Bỏ học", "dropped_out", 1),
    ],
)
def test_each_amount_of_each_table(tmp_path, table, header, column, value):
    key = {"sanctions": "Số quyết định", "victims": "Mã vụ việc", "deaths": "Ngày chết", "pupils": "Lớp"}[table]
    keys = ["05/03/2022", "06/03/2022"] if table == "deaths" else [4, 5] if table == "pupils" else ["v1", "v2"]
    rows = [[key, "Xã", header], [keys[0], "12364", value], [keys[1], "12364", None]]
    workbook(tmp_path / "t.xlsx", rows, "C2:C3")
    reading = ct.read(tmp_path / "t.xlsx", table=table)
    assert reading.to_polars()[column].to_list() == [None, None]
    assert reading.findings.select("row", "column").rows() == [(2, column), (3, column)]


def test_a_value_merged_over_columns_is_that_of_none(tmp_path):
    """30 pupils and 30 that completed, or 30 of both? Names may be wide, headings of groups are."""
    rows = [["Xã", "Thôn", "Lớp", "Số học sinh", "Hoàn thành", "Bỏ học"], ["12364", None, 1, 30, None, 0]]
    rows += [["12361", "Đông", 2, 20, 19, 1], ["12361", "Đông", 3, None, None, None]]
    workbook(tmp_path / "t.xlsx", rows, "A2:B2", "D2:E2", "D4:E4")
    reading = ct.read(tmp_path / "t.xlsx", table="pupils")
    frame = reading.to_polars()
    assert frame["enrolled"].to_list() == [None, 20, None] and frame["completed"].to_list() == [None, 19, None]
    assert frame["commune"].to_list() == ["12364", "12361", "12361"]
    assert reading.findings.select("row", "column").rows() == [(2, "enrolled"), (2, "completed")]


def test_a_mark_merged_over_columns_is_a_mark_of_none(tmp_path):
    rows = [["Mã trẻ", "Hoàn cảnh đặc biệt", None, "Xã"], [None, "Khuyết tật", "Bị bỏ rơi", None]]
    rows += [["k1", "x", None, "12364"], ["k2", "x", None, "12364"]]
    workbook(tmp_path / "t.xlsx", rows, "B1:C1", "B4:C4")
    reading = ct.read(tmp_path / "t.xlsx", table="children")
    assert reading.to_polars()["circumstances"].to_list() == [["d"], None]
    assert reading.findings.select("row", "column").rows() == [(4, "circumstances")]


@pytest.mark.parametrize(
    ("shown", "fines"),
    [
        ('0" triệu"', [None, 5_000_000, None]),
        ('#,##0 "triệu đồng"', [None, 5_000_000, None]),
        ('#,##0,," triệu"', [5, 5_000_000, 7]),
        ('#,##0 "đồng"', [5, 5_000_000, 7]),
    ],
)
def test_a_number_whose_format_shows_another_unit(tmp_path, shown, fines):
    """5 shown as "5 triệu" is five million; 5.000.000 shown as "5 triệu" is what it is."""
    rows = [["Số quyết định", "Ngày quyết định", "Số tiền phạt"]]
    rows += [["1/QĐ", "05/03/2022", 5], ["2/QĐ", "05/03/2022", 5_000_000], ["3/QĐ", "05/03/2022", 7]]
    sheet = workbook(tmp_path / "t.xlsx", rows)
    sheet["C2"].number_format = sheet["C4"].number_format = shown
    sheet.parent.save(tmp_path / "t.xlsx")
    reading = ct.read(tmp_path / "t.xlsx", table="sanctions")
    assert reading.to_polars()["fine"].to_list() == fines
    assert reading.findings["row"].to_list() == [
        row for row, fine in zip((2, 3, 4), fines, strict=True) if fine is None
    ]


def test_days_that_an_american_program_made(tmp_path):
    """It made days of what it could, the month first; 25/03 it left as text. 12 December is the same either way."""
    days = [datetime(2014, 5, 3), datetime(2014, 7, 1), datetime(2014, 12, 12)]
    texts = ["25/03/2014", "17/01/2014", "13/10/2014"]
    rows = [["Mã trẻ", "Ngày sinh", "Xã"]] + [[f"s{n}", day, "12364"] for n, day in enumerate(days + texts)]
    workbook(tmp_path / "t.xlsx", rows)
    reading = ct.read(tmp_path / "t.xlsx", table="children")
    kept = [date(2014, 12, 12), date(2014, 3, 25), date(2014, 1, 17), date(2014, 10, 13)]
    assert reading.to_polars()["birth_date"].to_list() == [None, None, *kept]
    expected = "a date whose order of day and month is certain"
    assert reading.findings.select("row", "expected").rows() == [(2, expected), (3, expected)]
    # One day after the 12th, and they are what they say.
    rows[3][1] = datetime(2014, 12, 30)
    workbook(tmp_path / "u.xlsx", rows)
    assert ct.read(tmp_path / "u.xlsx", table="children").findings.height == 0


def test_hidden_rows_and_columns_are_read_and_told(tmp_path):
    rows = [["Mã trẻ", "Ngày sinh", "Xã", "Ghi chú"]] + [[f"t{n}", "05/03/2014", "12364", "a"] for n in range(5)]
    sheet = workbook(tmp_path / "t.xlsx", rows)
    for row in (3, 5):
        sheet.row_dimensions[row].hidden = True
    for column in "BD":
        sheet.column_dimensions[column].hidden = True
    sheet.parent.save(tmp_path / "t.xlsx")
    old = xlwt.Workbook()
    page = old.add_sheet("S")
    for nth, row in enumerate(rows):
        for place, value in enumerate(row):
            page.write(nth, place, value)
    page.row(2).hidden = page.row(4).hidden = page.col(1).hidden = page.col(3).hidden = True
    old.save(str(tmp_path / "t.xls"))
    for name in ("t.xlsx", "t.xls"):
        reading = ct.read(tmp_path / name, table="children")
        assert reading.to_polars().height == 5
        told = [row for row in reading.changes.select("column", "rule", "rows").iter_rows() if "hidden" in row[1]]
        assert sorted(told) == [("birth_date", "hidden_column", 5), ("source_row", "hidden_row", 2)], name
        assert "2 records in hidden rows, 1 hidden columns, read all the same" in repr(reading)


def test_figures_of_sexes_are_judged_by_all_files_of_a_folder(tmp_path):
    """One commune has girls alone, written 1 as in the others, where 0 is a boy."""
    head = "Mã trẻ;Ngày sinh;Giới tính;Xã\n"
    (tmp_path / "a.csv").write_text(head + "k1;05/03/2014;1;12364\nk2;05/03/2014;Nữ;12364\n", encoding="utf-8")
    (tmp_path / "b.csv").write_text(head + "k3;05/03/2014;2;12361\nk4;05/03/2014;1;12361\n", encoding="utf-8")
    sexes = ct.read_folder(tmp_path).readings["children"].to_polars()["sex"].to_list()
    assert sexes == ["male", "female", "female", "male"]
    (tmp_path / "c.csv").write_text(head + "k5;05/03/2014;0;12367\n", encoding="utf-8")
    reading = ct.read_folder(tmp_path).readings["children"]
    # Beside a 2 a 1 is a boy all the same.
    assert reading.to_polars()["sex"].to_list() == [None, "female", "female", "male", None]
    assert reading.findings.select("file", "row", "column").rows() == [("a.csv", 2, "sex"), ("c.csv", 2, "sex")]
    book = openpyxl.Workbook()
    for name, sex in (("Xã A", 1), ("Xã B", 0)):
        for row in (["Mã trẻ", "Ngày sinh", "Giới tính", "Xã"], [name, "05/03/2014", sex, "12364"]):
            (book[name] if name in book.sheetnames else book.create_sheet(name)).append(row)
    book.save(tmp_path / "d.xlsx")
    assert ct.read(tmp_path / "d.xlsx", table="children").to_polars()["sex"].to_list() == [None, None]


def test_a_height_or_a_width_of_nothing_hides_as_well(tmp_path):
    rows = [["Mã trẻ", "Ngày sinh", "Xã"]] + [[f"t{n}", "05/03/2014", "12364"] for n in range(5)]
    sheet = workbook(tmp_path / "t.xlsx", rows)
    sheet.row_dimensions[3].height = 77
    sheet.column_dimensions["B"].width = 55
    sheet.parent.save(tmp_path / "t.xlsx")
    # The library that writes it takes a size of nothing for none.
    with zipfile.ZipFile(tmp_path / "t.xlsx") as whole, zipfile.ZipFile(tmp_path / "u.xlsx", "w") as made:
        for name in whole.namelist():
            made.writestr(name, whole.read(name).replace(b'ht="77"', b'ht="0"').replace(b'width="55"', b'width="0"'))
    changes = ct.read(tmp_path / "u.xlsx", table="children").changes
    told = changes.filter(pl.col("rule").str.starts_with("hidden")).select("column", "rule", "rows").rows()
    assert sorted(told) == [("birth_date", "hidden_column", 5), ("source_row", "hidden_row", 1)]


def test_numbers_of_more_digits_than_a_cell_keeps(tmp_path):
    rows = [["Mã trẻ", "Số định danh cá nhân", "Ngày sinh", "Xã"]]
    rows += [[39114000001234567, 33114000001, "05/03/2014", "12364"], [17, 33114000002, "06/03/2014", "12364"]]
    workbook(tmp_path / "t.xlsx", rows)
    reading = ct.read(tmp_path / "t.xlsx", table="children")
    assert reading.to_polars()["child_id"].to_list() == [None, "17"]
    assert reading.to_polars()["personal_id"].to_list() == ["033114000001", "033114000002"]
    assert reading.findings.select("row", "column").rows() == [(2, "child_id")]
    # A frame keeps all of them.
    frame = pl.DataFrame({"child_id": [39114000001234567, 1234567890123456], "commune": "12364"})
    frame.write_parquet(tmp_path / "t.parquet")
    read = ct.read(tmp_path / "t.parquet", table="children")
    assert read.to_polars()["child_id"].to_list() == ["39114000001234567", "1234567890123456"]
    assert read.findings.height == 0


def test_lists_of_a_frame_that_hold_nothing(tmp_path):
    lists = [[None], [""], [" "], [], None, ["a", None], ["a"]]
    frame = pl.DataFrame(
        {
            "child_id": [str(n) for n in range(len(lists))],
            "commune": "12364",
            "circumstances": pl.Series(lists, dtype=pl.List(pl.String)),
        }
    )
    frame.write_parquet(tmp_path / "t.parquet")
    reading = ct.read(tmp_path / "t.parquet", table="children")
    assert reading.to_polars()["circumstances"].to_list() == [None, None, None, [], None, None, ["a"]]
    assert reading.findings.select("row", "column").rows() == [(6, "circumstances")]


def test_what_stands_in_a_folder_is_listed(tmp_path):
    folder = tmp_path / "f"
    (folder / "sub").mkdir(parents=True)
    text = "Mã trẻ;Ngày sinh;Xã\n1;05/03/2014;12364\n"
    (folder / "a.csv").write_text(text, encoding="utf-8")
    (tmp_path / "outside.csv").write_text(text, encoding="utf-8")
    os.symlink(folder / "a.csv", folder / "b.csv")
    os.symlink(tmp_path / "outside.csv", folder / "c.csv")
    os.symlink(tmp_path, folder / "sub" / "up")
    os.symlink("nowhere", folder / "d.csv")
    os.mkfifo(folder / "pipe.csv")
    found = ct.read_folder(folder)
    told = dict(found.files.select("file", "not_read").iter_rows())
    link = "a link; read the file it leads to, or copy it into the folder"
    links = dict.fromkeys(["b.csv", "c.csv", "d.csv", "sub/up"], link)
    assert told == {"a.csv": None, "pipe.csv": "not a regular file", **links}
    assert found.readings["children"].to_polars().height == 1


def test_one_damaged_file_does_not_end_the_reading_of_a_folder(tmp_path):
    rows = "".join(f"{n};05/03/2014;12364\n" for n in range(2, 9))
    (tmp_path / "a.csv").write_text(f"Mã trẻ;Ngày sinh;Xã1;05/03/2014;12364\n{rows}", encoding="utf-8")
    (tmp_path / "b.csv").write_text(f"Mã trẻ;Ngày sinh;Xã\n{rows}", encoding="utf-8")
    found = ct.read_folder(tmp_path)
    assert found.readings["children"].to_polars().height == 7
    assert "expected a header that ends with its line" in found.files["not_read"][0]


def test_new_words_in_vietnamese(tmp_path):
    (tmp_path / "t.csv").write_text(
        'Mã trẻ;Mã hồ sơ;Họ và tên;Ngày sinh;Giới tính\n3.9E+16;1;"A\nB";2014-05-03 10:00 EST;0\n', encoding="utf-8"
    )
    ct.set_language("vi")
    try:
        reading = ct.read(tmp_path / "t.csv", table="children")
        told = reading.findings["expected"].to_list() + reading.changes["meaning"].to_list()
    finally:
        ct.set_language("en")
    assert reading.findings.select("row", "column").rows() == [(1, "child_id"), (2, "birth_date"), (2, "sex")]
    assert told[0].startswith("một tiêu đề; có 2 tiêu đề chỉ cột này")
    assert told[1] == "ngày, có giờ và múi giờ, ví dụ +07:00, hoặc chỉ có ngày"
    assert told[2] == "từ hoặc mã; các con số của cột này chưa chắc theo danh mục"
    assert "dòng là phần tiếp của bản ghi (xuống dòng trong ngoặc kép)" in told
