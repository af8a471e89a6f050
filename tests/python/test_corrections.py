"""Workbooks of corrections: one line for each record, with all that is wrong in it, high enough to be read."""

import chitieu as ct
import openpyxl
import pytest

LIST = """Mã trẻ;Họ và tên;Ngày sinh;Giới tính;Xã
A1;Nguyễn Văn A;05/03/2014;Nam;12364
A2;Trần Thị B;31/02/2015;Nữ;12364
A3;Trần Thị C;31/02/2016;Nữx;12364
"""


@pytest.fixture(params=["vi", "en"])
def sheets(request, tmp_path):
    ct.set_language(request.param)
    file = tmp_path / "tre_em.csv"
    file.write_text(LIST, encoding="utf-8")
    reading = ct.read(file, table="children", area_vintage="2022-12-31")
    check = ct.check(ct.Dataset(children=reading), period="2022")
    (path,) = check.write_corrections(tmp_path / "sua")
    yield request.param, check, openpyxl.load_workbook(path)
    ct.set_language("en")


def test_a_date_that_could_not_be_read_is_one_line(sheets):
    language, check, book = sheets
    sheet = book.worksheets[1]
    rows = list(sheet.iter_rows(min_row=2, values_only=True))
    # Rows 3 and 4 of the file, each unread and therefore without a date of birth.
    assert [row[2] for row in rows] == [3, 4]
    for row in rows:
        one, two = row[6].split("\n")
        assert (one[:3], two[:3]) == ("1) ", "2) ")
    texts = set(check.summary().filter(failed=2)["text"])
    assert {text[3:] for text in rows[0][6].split("\n")} == texts
    said = {"vi": "Ngày sinh, Giới tính, Năm sinh", "en": "Day of birth, Sex, Year of birth"}
    assert rows[1][7] == said[language]


def test_the_overview_counts_rows_by_rule(sheets):
    _, check, book = sheets
    counted = {row[2]: row[3] for row in book.worksheets[0].iter_rows(min_row=6, values_only=True) if row[2]}
    failing = check.summary().filter(severity="error")
    failing = failing.filter(failing["failed"] > 0)
    assert counted == dict(failing.select("text", "failed").iter_rows())


def test_every_row_is_high_enough_for_its_texts(sheets):
    _, _, book = sheets
    for sheet in book.worksheets:
        wrapped = 0
        for row in sheet.iter_rows(min_row=2):
            for cell in row:
                if (
                    isinstance(cell.value, str)
                    and cell.alignment.wrap_text
                    and cell.coordinate not in sheet.merged_cells
                ):
                    width = sheet.column_dimensions[cell.column_letter].width
                    lines = sum(-(-len(line) // int(width)) or 1 for line in cell.value.split("\n"))
                    high = sheet.row_dimensions[cell.row].height or 15
                    assert high >= 13 * lines, (cell.coordinate, cell.value)
                    wrapped += lines > 1
        assert sheet.page_setup.fitToWidth == 1 or sheet.sheet_properties.pageSetUpPr.fitToPage
    assert wrapped
