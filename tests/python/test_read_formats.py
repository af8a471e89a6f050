"""Kinds of files: OpenDocument, binary workbooks, small .xls, .xls with formulas; those that are told with what to do."""
# ruff: noqa: E501 (cells as XML and records as bytes stand in one line each)

import struct
import zipfile
from datetime import date
from io import BytesIO

import chitieu as ct
import openpyxl
import polars as pl
import pytest
import xlwt
from workbooks import compound, ods, ods_row, xlsb
from xlwt.CompoundDoc import XlsDoc

HEADER = ("Mã trẻ", "Ngày sinh", "Giới tính", "Xã", "Đã đăng ký khai sinh")
AREAS = {"area_vintage": "2022-12-31", "within": "33"}


def rows(reading):
    return (
        reading.to_polars().select("child_id", "birth_date", "sex", "commune", "birth_registered", "source_row").rows()
    )


def test_a_sheet_of_opendocument(tmp_path):
    covered = '<table:table-cell office:value-type="string" table:number-rows-spanned="2"><text:p>Hải Triều</text:p></table:table-cell>'
    note = '<table:table-cell office:value-type="string"><office:annotation><text:p>bí mật</text:p></office:annotation><text:p>k<text:span>2</text:span></text:p></table:table-cell>'
    sheet = [
        ods_row("UBND XÃ HẢI TRIỀU"),
        '<table:table-row table:number-rows-repeated="2"><table:table-cell table:number-columns-repeated="1024"/></table:table-row>',
        "<table:table-header-rows>" + ods_row(*HEADER) + "</table:table-header-rows>",
        ods_row("k1", ("date", "2014-03-05"), "Nam", covered, True),
        ods_row(note, "06/03/2015", "Nữ", "<table:covered-table-cell/>", "x"),
        ods_row(3, ("date", "2016-01-31T08:30:00"), None, "12364", '<table:table-cell office:value-type="string" calcext:value-type="error" office:string-value=""><text:p>#N/A</text:p></table:table-cell>'),
        '<table:table-row table:number-rows-repeated="1048000"><table:table-cell table:number-columns-repeated="16384"/></table:table-row>',
    ]  # fmt: skip
    path = ods(tmp_path / "so.ods", {"Danh sách": "\n".join(sheet), "Cũ": ods_row(*HEADER)}, hidden="Cũ")
    reading = ct.read(path, table="children", **AREAS)
    assert rows(reading) == [
        ("k1", date(2014, 3, 5), "male", "12364", True, 5),
        ("k2", date(2015, 3, 6), "female", "12364", True, 6),
        ("3", date(2016, 1, 31), None, "12364", None, 7),
    ]
    assert reading.findings.select("row", "column").rows() == [(7, "birth_registered")]
    rules = dict(reading.changes.filter(pl.col("column") == "commune").select("rule", "rows").iter_rows())
    assert rules == {"area_name": 2, "merged_cell": 1}
    assert reading.files.filter(pl.col("not_read").is_not_null())["sheet"].to_list() == ["Cũ"]
    assert ct.read(path, table="children", sheet="Danh sách", **AREAS).to_polars().height == 3


def test_rows_repeated_in_opendocument_are_so_many_records(tmp_path):
    repeated = ods_row("k1", ("date", "2014-03-05")).replace(
        "<table:table-row>", '<table:table-row table:number-rows-repeated="3">'
    )
    path = ods(
        tmp_path / "t.ods", {"S": ods_row("Mã trẻ", "Ngày sinh") + repeated + ods_row("k2", ("date", "2014-03-06"))}
    )
    assert ct.read(path, table="children").to_polars()["source_row"].to_list() == [2, 3, 4, 5]


@pytest.mark.parametrize(
    "row",
    [
        '<table:table-row table:number-rows-repeated="4000000000"><table:table-cell office:value-type="string"><text:p>x</text:p></table:table-cell></table:table-row>',
        '<table:table-row><table:table-cell table:number-columns-repeated="4000000000" office:value-type="string"><text:p>x</text:p></table:table-cell></table:table-row>',
        '<table:table-row table:number-rows-repeated="1000000"><table:table-cell table:number-columns-repeated="16000" office:value-type="string"><text:p>x</text:p></table:table-cell></table:table-row>',
    ],
    ids=["rows", "columns", "both"],
)  # fmt: skip
def test_bombs_of_opendocument(tmp_path, row):
    path = ods(tmp_path / "t.ods", {"S": ods_row("Mã trẻ", "Ngày sinh") + row})
    with pytest.raises(ct.DataError, match="cells too far apart"):
        ct.read(path, table="children")


def test_a_binary_workbook(tmp_path):
    # 41703 is 5 March 2014 as Excel counts days; style 1 is dd/mm/yyyy.
    made = [
        list(HEADER),
        ["k1", ("date", 41703.0), "Nam", "Hải Triều", True],
        [("inline", "k2"), "06/03/2015", 2, None, ("error",)],
        [3, 2016, None, 12364.0, "x"],
    ]
    path = xlsb(tmp_path / "so.xlsb", made, merged=(1, 2, 3, 3))
    reading = ct.read(path, table="children", **AREAS)
    assert rows(reading) == [
        ("k1", date(2014, 3, 5), "male", "12364", True, 2),
        ("k2", date(2015, 3, 6), "female", "12364", None, 3),
        ("3", None, None, "12364", True, 4),
    ]
    assert reading.to_polars()["birth_year"].to_list() == [None, None, 2016]
    assert reading.findings.select("row", "column").rows() == [(3, "birth_registered")]
    assert reading.files["sheet"].to_list() == ["Danh sách"]
    assert ct.read_folder(tmp_path, **AREAS).readings["children"].to_polars().height == 3


@pytest.mark.parametrize("make", ["ods", "xlsb"])
def test_a_damaged_one_is_an_error_or_tells_what_is_lost(tmp_path, make):
    made = [["Mã trẻ", "Ngày sinh"], *[[f"k{n}", "05/03/2014"] for n in range(40)]]
    path = tmp_path / f"t.{make}"
    if make == "ods":
        ods(path, {"S": "".join(ods_row(*row) for row in made)})
    else:
        xlsb(path, made)
    whole = path.read_bytes()
    for cut in range(0, len(whole), 7):
        path.write_bytes(whole[:cut])
        with pytest.raises(ct.ChitieuError):
            ct.read(path, table="children")


def test_a_password_of_opendocument(tmp_path):
    manifest = (
        "<manifest:manifest><manifest:file-entry><manifest:encryption-data/></manifest:file-entry></manifest:manifest>"
    )
    path = ods(tmp_path / "t.ods", {"S": ods_row("Mã trẻ")}, manifest=manifest)
    with pytest.raises(ct.DataError, match="without a password"):
        ct.read(path, table="children")


def xls(rows):
    book = xlwt.Workbook(encoding="utf-8")
    sheet = book.add_sheet("S")
    for r, row in enumerate(rows):
        for c, value in enumerate(row):
            sheet.write(r, c, value)
    return book.get_biff_data()


def test_a_small_old_workbook_lies_in_the_mini_stream(tmp_path):
    path = tmp_path / "small.xls"
    path.write_bytes(compound(bytes(xls([["Mã trẻ", "Ngày sinh", "Xã"], ["k1", "05/03/2014", "12364"]]))))
    assert ct.read(path, table="children").to_polars().select("child_id", "commune").rows() == [("k1", "12364")]
    # A chain of the mini stream that bites its tail, or leads out of it, is a damaged file, not a hang.
    whole = path.read_bytes()
    for link in (0, 5, 1000):
        path.write_bytes(whole[:1536] + struct.pack("<I", link) + whole[1540:])
        with pytest.raises(ct.DataError):
            ct.read(path, table="children")


@pytest.mark.parametrize("children", [100, 1000])
def test_formulas_that_give_text(tmp_path, children):
    # What Excel writes: a formula record, then the text that it gave (STRING, 0x0207).
    made = [["Mã trẻ", "Ngày sinh", "Xã", "Đã đăng ký khai sinh"]]
    made += [[f"k{n}", "05/03/2014", "12364", xlwt.Formula(f'IF(A{n + 2}="","","x")')] for n in range(children)]
    data, out, at = xls(made), bytearray(), 0
    while at < len(data):
        kind, length = struct.unpack_from("<HH", data, at)
        record = bytearray(data[at : at + 4 + length])
        at += 4 + length
        if kind == 6:
            record[10:18] = b"\0" * 6 + b"\xff\xff"
            record += struct.pack("<HHHB", 0x0207, 5, 1, 1) + "x".encode("utf-16le")
        out += record
    XlsDoc().save(str(tmp_path / "t.xls"), bytes(out))
    assert ct.read(tmp_path / "t.xls", table="children").to_polars()["birth_registered"].to_list() == [True] * children


def test_a_sheet_that_claims_too_many_rows(tmp_path):
    data = bytearray(bytes(xls([["Mã trẻ", "Ngày sinh"]] + [[f"k{n}" * 40, "05/03/2014"] for n in range(60)])))
    at = data.find(struct.pack("<HH", 0x200, 14))
    data[at + 4 : at + 16] = struct.pack("<IIHH", 0, 0x7FFFFFFF, 0, 0xFF)
    XlsDoc().save(str(tmp_path / "t.xls"), bytes(data))
    with pytest.raises(ct.DataError, match="cells too far apart"):
        ct.read(tmp_path / "t.xls", table="children")


def archive(*parts):
    made = BytesIO()
    with zipfile.ZipFile(made, "w") as file:
        for part in parts:
            file.writestr(part, "application/vnd.oasis.opendocument.text" if part == "mimetype" else "x")
    return made.getvalue()


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("t.docx", archive("[Content_Types].xml", "word/document.xml"), "copy its table into a spreadsheet"),
        ("t.pptx", archive("[Content_Types].xml", "ppt/presentation.xml"), "slides"),
        ("t.odt", archive("mimetype", "content.xml"), "a document of text"),
        ("t.zip", archive("a.csv"), "an archive: unpack it"),
        ("t.xlsx", archive("a.csv"), "an archive: unpack it"),
        ("t.pdf", b"%PDF-1.7\n%\xe2\xe3\xcf\xd3", "a PDF"),
        (
            "t.xls",
            b"<html><body><table><tr><td>x</td></tr></table></body></html>",
            "a web page or XML: open it in a spreadsheet",
        ),
        (
            "t.xls",
            '\ufeff<?xml version="1.0"?>\n<?mso-application progid="Excel.Sheet"?>\n<Workbook/>'.encode(),
            "a web page or XML",
        ),
        ("t.xls", b"MIME-Version: 1.0\nX-Document-Type: Workbook\n", "a web page or XML"),
        ("t.rar", b"Rar!\x1a\x07\x01\0", "an archive"),
        ("t.csv", b"PAR1\x15\x04", "name it .parquet"),
        (
            "t.xlsx",
            compound(bytes(200), "EncryptedPackage"),
            "a workbook without a password, found one with a password",
        ),
        ("t.doc", compound(bytes(200), "WordDocument"), "a document of text"),
        ("t.xlsx", b"PK\x03\x04" + bytes(60), "a damaged one"),
    ],
)
def test_what_else_people_send_is_named(tmp_path, name, content, said):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(ct.DataError, match=said) as told:
        ct.read(tmp_path / name, table="children")
    ct.set_language("vi")
    try:
        with pytest.raises(ct.DataError) as vietnamese:
            ct.read(tmp_path / name, table="children")
    finally:
        ct.set_language("en")
    assert str(vietnamese.value) != str(told.value)
    assert "a " not in str(vietnamese.value).split("nhưng gặp")[1]


def test_a_cell_far_to_the_right_needs_no_memory(tmp_path):
    book = openpyxl.Workbook()
    book.active.append(["Mã trẻ", "Ngày sinh"])
    book.active.append(["k1", "05/03/2014"])
    book.save(tmp_path / "t.xlsx")
    with zipfile.ZipFile(tmp_path / "t.xlsx") as file:
        parts = {name: file.read(name) for name in file.namelist()}
    sheet = parts["xl/worksheets/sheet1.xml"].decode().replace('r="B2"', 'r="ZZZZZ2"')
    with zipfile.ZipFile(tmp_path / "t.xlsx", "w") as file:
        for name, part in parts.items():
            file.writestr(name, sheet if name.endswith("sheet1.xml") else part)
    with pytest.raises(ct.DataError):
        ct.read(tmp_path / "t.xlsx", table="children")
