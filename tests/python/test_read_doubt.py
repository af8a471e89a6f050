"""Cells that look readable and may mean something else: told, never guessed."""

from datetime import UTC, date, datetime

import chitieu as ct
import openpyxl
import polars as pl
import pytest
import xlsxwriter
from legacy_text import tcvn3

AREAS = {"area_vintage": "2022-12-31", "within": "33"}


@pytest.fixture
def read(tmp_path):
    """Read a text as a file."""

    def work(text, table="children", **options):
        file = tmp_path / "a.csv"
        file.write_text(text, encoding="utf-8", newline="")
        return ct.read(file, table=table, **(AREAS | options))

    return work


def findings(reading):
    return reading.findings.select("row", "column").rows()


def test_a_code_is_held_against_what_stands_beside_it(read):
    reading = read(
        "Mã trẻ;Mã xã;Xã;Huyện\n"
        "1;12364;Hải Triều;Tiên Lữ\n"
        "2;12364;Thiện Phiến;Tiên Lữ\n"  # the name of 12361
        "3;12364;Hải Triều;Phù Cừ\n"  # another district
        "4;00001;;\n"  # Hà Nội
        "5;12364;Thôn 3;Tiên Lữ\n"  # no commune of that name contradicts nothing
        "6;99999;;\n"  # no code of the list: the check tells it
    )
    assert reading.to_polars()["commune"].to_list() == ["12364", None, None, None, "12364", "99999"]
    assert findings(reading) == [(row, "commune") for row in (3, 4, 5)]


def test_a_failed_formula_is_no_blank(tmp_path):
    file = tmp_path / "a.xlsx"
    book = xlsxwriter.Workbook(file)
    sheet = book.add_worksheet()
    for place, header in enumerate(["Mã trẻ", "Mã xã", "Huyện", "Ngày sinh / Năm", "Nơi ở hiện nay"]):
        sheet.write(0, place, header)
    for row, failed in ((1, 1), (2, 2), (3, 3)):
        for place, value in enumerate([f"T{row}", "12364", "Tiên Lữ", 2014]):
            if place == failed:
                sheet.write_formula(row, place, "=NA()", None, "#N/A")
            else:
                sheet.write(row, place, value)
    book.close()
    reading = ct.read(file, table="children", **AREAS)
    assert reading.to_polars()["commune"].to_list() == [None, None, "12364"]
    assert findings(reading) == [(2, "commune"), (3, "commune"), (4, "birth_date")]
    assert set(reading.findings["expected"]) == {"a value; the cell holds an error"}


def test_hidden_sheets_are_told_and_read_by_name(tmp_path):
    file = tmp_path / "a.xlsx"
    book = openpyxl.Workbook()
    for name in ("DS", "Bản cũ"):
        sheet = book.create_sheet(name)
        sheet.append(["Mã trẻ", "Ngày sinh", "Mã xã"])
        sheet.append([name, "05/03/2014", "12364"])
    del book["Sheet"]
    book["Bản cũ"].sheet_state = "hidden"
    book.save(file)
    reading = ct.read(file, table="children", **AREAS)
    assert reading.to_polars()["child_id"].to_list() == ["DS"]
    told = reading.files.select("sheet", "rows", "not_read").rows()
    assert told == [("DS", 1, None), ("Bản cũ", None, "a hidden sheet; to read it, name it: sheet=...")]
    assert ct.read(file, table="children", sheet="Bản cũ", **AREAS).to_polars()["child_id"].to_list() == ["Bản cũ"]


def test_unicode_beside_an_old_font_is_left_alone(tmp_path):
    file = tmp_path / "a.xlsx"
    book = openpyxl.Workbook()
    book.active.append(["Họ và tên", "Ngày sinh", "Giới tính", "Mã trẻ", "Thôn", "Xã"])
    unicode = ["Nguyễn Thị Hương", "Lã Văn Bão", "Hoàng Quý", "Đỗ Mã", "Võ Hùng", "Lê Tú"]
    old = ["Trần Đức Thắng", "Phạm Thị Hoà", "Vũ Ngọc Bích", "Bùi Đình Sỹ"]
    for name in unicode:
        book.active.append([name, "05/03/2014", "Nữ", "1", "x", "Hải Triều"])
    for name in old:
        shown = [tcvn3(text).decode("windows-1252") for text in (name, "Hải Triều")]
        book.active.append([shown[0], "05/03/2014", "Nam", "1", "x", shown[1]])
    book.save(file)
    records = ct.read(file, table="children", **AREAS).to_polars()
    assert records["full_name"].to_list() == unicode + old
    assert set(records["commune"]) == {"12364"} and set(records["birth_date"]) == {date(2014, 3, 5)}


@pytest.mark.parametrize("opened", ['B;06/03/2014;Hải Triều;"chuyển đi', '"B;06/03/2014;Hải Triều;'])
def test_an_open_quotation_mark_swallows_no_record(read, opened):
    with pytest.raises(ct.DataError, match="quotation marks that are closed, found one open from line 3"):
        read(
            f"Họ và tên;Ngày sinh;Xã;Ghi chú\nA;05/03/2014;Hải Triều;ok\n{opened}\n"
            "C;07/03/2014;Hải Triều;\nD;08/03/2014;Hải Triều;\n"
        )


def test_a_quoted_cell_may_have_lines(read):
    reading = read('Họ và tên;Ngày sinh;Xã;Ghi chú\nA;05/03/2014;Hải Triều;"một;\nhai; ba"\nB;06/03/2014;Hải Triều;\n')
    assert reading.to_polars()["full_name"].to_list() == ["A", "B"]


def test_lines_that_end_with_cr_alone(read):
    reading = read("Họ và tên;Ngày sinh;Xã\rA;05/03/2014;Hải Triều\rB;06/03/2014;Hải Triều\r")
    assert reading.to_polars()["source_row"].to_list() == [2, 3]


@pytest.mark.parametrize("zone", ["Asia/Ho_Chi_Minh", "UTC"])
def test_moments_with_a_zone_are_days_in_viet_nam(tmp_path, zone):
    # Midnight of those days in Viet Nam; in UTC they are the evening before. Saigon was 8 hours ahead until June 1975.
    days = [date(1970, 5, 1), date(2014, 3, 5), None]
    moments = [datetime(1970, 4, 30, 16, tzinfo=UTC), datetime(2014, 3, 4, 17, tzinfo=UTC), None]
    column = pl.Series("birth_date", moments, pl.Datetime("us", "UTC")).dt.convert_time_zone(zone)
    frame = pl.DataFrame({"case_id": ["1", "2", "3"], "commune": "12364", "birth_date": column})
    frame.write_parquet(tmp_path / "a.parquet")
    assert ct.read(tmp_path / "a.parquet", table="perpetrators").to_polars()["birth_date"].to_list() == days


def test_lists_of_a_frame_keep_their_codes(tmp_path):
    pl.DataFrame({"child_id": ["1"], "commune": ["12364"], "circumstances": [["1", "3"]]}).write_parquet(
        tmp_path / "a.parquet"
    )
    assert ct.read(tmp_path / "a.parquet", table="children").to_polars()["circumstances"].to_list() == [["a", "c"]]


def test_a_constant_of_the_mapping_holds_for_every_row(read):
    reading = read("Mã trẻ;Xã\n1;Thôn 1\n2;\n", mapping={"children": {"constants": {"commune": "Hải Triều"}}})
    assert reading.to_polars()["commune"].to_list() == ["12364", "12364"]
    assert findings(reading) == []


def test_the_result_of_verification_tells_what_is_confirmed(read):
    header = "Mã vụ việc;Ngày tiếp nhận;Xã;Kết quả xác minh\n"
    rows = "1;02/02/2022;Hải Triều;Xác nhận\n2;02/02/2022;Hải Triều;Bác bỏ\n3;02/02/2022;Hải Triều;\n"
    text = header + rows
    reading = read(text, "victims")
    assert reading.to_polars()["confirmed"].to_list() == [True, False, None]
    counted = reading.changes.filter(pl.col("column") == "confirmed").select("rule", "rows").rows()
    assert counted == [("from_verification", 2)]
    named = read(text.replace("Kết quả", "Đã xác nhận;Kết quả").replace("Triều;", "Triều;x;"), "victims")
    assert named.to_polars()["confirmed"].to_list() == [True, True, True]


def test_years_that_are_none(read):
    reading = read("Mã trẻ;Xã;Năm sinh\n1;Hải Triều;14\n2;Hải Triều;20144\n3;Hải Triều;8 tuổi\n4;Hải Triều;2014\n")
    assert reading.to_polars()["birth_year"].to_list() == [None, None, None, 2014]
    assert findings(reading) == [(row, "birth_year") for row in (2, 3, 4)]


def test_a_year_in_the_format_of_a_date(tmp_path):
    book = openpyxl.Workbook()
    book.active.append(["Mã trẻ", "Ngày sinh", "Mã xã"])
    book.active.append(["1", 2014, "12364"])
    book.active["B2"].number_format = "dd/mm/yyyy"
    book.save(tmp_path / "a.xlsx")
    reading = ct.read(tmp_path / "a.xlsx", table="children", **AREAS)
    assert reading.to_polars()["birth_date"].to_list() == [None]
    assert reading.findings["expected"].to_list() == ["a date; the cell holds a year in the format of a date"]


def test_messages_of_files_in_vietnamese(tmp_path):
    (tmp_path / "a.csv").write_bytes("Họ;Xã\n".encode() + b"\xb7\n")
    (tmp_path / "page.xls").write_bytes(b"<html><table></table></html>")
    ct.set_language("vi")
    try:
        with pytest.raises(ct.DataError, match="gặp các byte khác"):
            ct.read(tmp_path / "a.csv", table="children", encoding="utf-8")
        with pytest.raises(ct.DataError, match=r"trang web hoặc XML.*lưu thành \.xlsx"):
            ct.read(tmp_path / "page.xls", table="children")
        with pytest.raises(FileNotFoundError, match="không có tệp hoặc thư mục này"):
            ct.read(tmp_path / "none.csv", table="children")
    finally:
        ct.set_language("en")
