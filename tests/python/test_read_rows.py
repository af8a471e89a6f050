"""Headers and rows of files that no text case can hold: old fonts, merged cells; and what the report tells of them."""

from datetime import datetime

import chitieu as ct
import pytest
import xlsxwriter
from legacy_text import tcvn3, vni

AREAS = {"area_vintage": "2022-12-31", "within": "33"}


@pytest.mark.parametrize("encode", [tcvn3, vni])
def test_totals_and_headings_in_old_fonts(tmp_path, encode):
    text = (
        "STT;Họ và tên;Ngày sinh;Giới tính;Xã\n"
        "I;Xã Hải Triều;;;\n"
        "1;Nguyễn Văn Đức;05/03/2014;Nam;Hải Triều\n"
        "2;Tống Thị Hường;06/03/2014;Nữ;Hải Triều\n"
        ";Thôn Hải Yến;;;\n"
        "3;Trần Thị Nguyệt;06/03/2014;Nữ;Hải Triều\n"
        "Tổng cộng;3;;2;\n"
        "Cộng;3;;2;\n"
    )
    (tmp_path / "a.csv").write_bytes(encode(text))
    reading = ct.read(tmp_path / "a.csv", table="children", **AREAS)
    assert reading.to_polars()["source_row"].to_list() == [3, 4, 6]
    aside = reading.set_aside.select("row", "why").rows()
    assert aside == [(2, "section"), (5, "section"), (7, "total"), (8, "total")]


def workbook(path, merges, rows):
    book = xlsxwriter.Workbook(path)
    sheet = book.add_worksheet()
    day = book.add_format({"num_format": "dd/mm/yyyy"})
    for nth, row in enumerate(rows):
        for column, value in enumerate(row):
            if isinstance(value, datetime):
                sheet.write_datetime(nth, column, value, day)
            elif value is not None:
                sheet.write(nth, column, value)
    for *place, text in merges:
        sheet.merge_range(*place, text)
    book.close()


@pytest.mark.parametrize("merges", [[], [(0, 3, 0, 4, "Nơi ở hiện nay")]])
@pytest.mark.parametrize("born", [datetime(2014, 3, 5), "2014", 2014])
def test_the_first_record_is_no_part_of_the_header(tmp_path, merges, born):
    rows = [
        ["STT", "Họ và tên", "Ngày sinh", "Nơi ở hiện nay", None, "Tình trạng"],
        [1, "Nguyễn Bí Mật", born, "Hải Triều", "Hải Yến", "Khuyết tật"],
        [2, "Trần Bí Mật", born, "Hải Triều", "Hải Yến", "Mồ côi"],
    ]
    workbook(tmp_path / "a.xlsx", merges, rows)
    reading = ct.read(tmp_path / "a.xlsx", table="children", **AREAS)
    assert reading.to_polars()["source_row"].to_list() == [2, 3]
    told = repr(reading) + reading._repr_html_() + str(reading.columns.rows())
    folder = ct.read_folder(tmp_path, **AREAS)
    told += repr(folder) + folder._repr_html_()
    assert "Bí Mật" not in told and "Khuyết tật" not in told


def test_a_row_that_merged_cells_reach_into_is_header(tmp_path):
    """Explanations stand below a header as a record would; the cells merged beside them tell them apart."""
    rows = [
        ["STT", "Họ và tên", "Giới tính", "Ngày sinh", "Tiêm chủng"],
        [None, None, "1: Nam, 2: Nữ", "Ghi đủ ngày tháng năm", "1: chưa, 2: rồi"],
        [1, "Nguyễn Văn A", 2, "05/03/2014", 1],
    ]
    workbook(tmp_path / "a.xlsx", [(0, 0, 1, 0, "STT"), (0, 1, 1, 1, "Họ và tên")], rows)
    reading = ct.read(tmp_path / "a.xlsx", table="children")
    assert reading.to_polars().select("full_name", "sex", "source_row").rows() == [("Nguyễn Văn A", "female", 3)]
    assert reading.columns["how"].to_list() == ["ignored", "synonym", "synonym", "synonym", "parentheses"]


def test_why_a_header_in_parentheses_is_not_matched(tmp_path):
    (tmp_path / "a.csv").write_text(
        "Số quyết định;Ngày quyết định;Số tiền phạt (triệu đồng)\n1/QĐ;05/03/2022;15\n", encoding="utf-8"
    )
    reading = ct.read(tmp_path / "a.csv", table="sanctions")
    assert "fine" not in reading.to_polars().columns
    assert "not matched: Số tiền phạt (triệu đồng) [its parentheses tell another unit" in repr(reading)
    ct.set_language("vi")
    try:
        assert "không khớp: Số tiền phạt (triệu đồng) [ngoặc đơn nêu đơn vị" in repr(reading)
    finally:
        ct.set_language("en")
