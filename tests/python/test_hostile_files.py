"""Files that claim more than they hold, unpack to more than memory holds, or never end: read with little memory."""
# ruff: noqa: E501 (parts of workbooks stand in one line each)

import json
import os
import subprocess
import sys
import textwrap
import zipfile
from pathlib import Path

import polars as pl
import pytest
from workbooks import ods, ods_row

#: Address space of the process that reads: the library, its threads, and little beside.
MOST = 6 << 30
#: What reading may take there.
MEMORY = "256 MB"
SECONDS = 60

CHILD = """
import json, resource, sys
resource.setrlimit(resource.RLIMIT_AS, ({most}, {most}))
import chitieu as ct
ct.limits(memory="{memory}")
try:
    read = ct.read(sys.argv[1], table=sys.argv[2])
    told = ["read", read.to_polars().height, ""]
except ct.ChitieuError as error:
    told = ["refused", error.code, str(error)]
except FileNotFoundError as error:
    told = ["refused", "file", str(error)]
peak = next(int(line.split()[1]) for line in open("/proc/self/status") if line.startswith("VmHWM")) // 1024
print(json.dumps([*told, peak]))
"""

pytestmark = pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="the peak of a process is told by Linux")


def outcome(path, table="children"):
    """Return what became of reading a file in a process of little memory: read or refused, how, and the peak in MB."""
    child = textwrap.dedent(CHILD).format(most=MOST, memory=MEMORY)
    done = subprocess.run(
        [sys.executable, "-c", child, str(path), table],
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
        stdin=subprocess.DEVNULL,
    )
    assert done.returncode == 0, (done.returncode, done.stderr[-500:])
    return json.loads(done.stdout)


CONTENT = "[Content_Types].xml"
HEAD = '<?xml version="1.0" encoding="UTF-8"?>'
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
REL = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
SHEET = "xl/worksheets/sheet1.xml"
ROWS = (
    '<row r="1"><c r="A1" t="inlineStr"><is><t>Mã trẻ</t></is></c><c r="B1" t="inlineStr"><is><t>Ngày sinh</t></is></c></row>'
    '<row r="2"><c r="A2" t="inlineStr"><is><t>k1</t></is></c><c r="B2" t="inlineStr"><is><t>05/03/2014</t></is></c></row>'
)


def book(path, *, sheet=SHEET, shared="xl/sharedStrings.xml", sst=None, rows=ROWS, fill=None):
    """Write a workbook of the parts that a reader needs; `fill` are bytes for a part, over and over, within it.

    `fill` is (part, bytes before, bytes, how often, bytes behind).
    """
    parts = {
        CONTENT: f'{HEAD}<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>',
        "_rels/.rels": f'{HEAD}<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        f'<Relationship Id="r1" Type="{REL}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'{HEAD}<workbook xmlns="{MAIN}" xmlns:r="{REL}"><sheets><sheet name="DS" sheetId="1" r:id="r1"/>'
        "</sheets></workbook>",
        "xl/_rels/workbook.xml.rels": f'{HEAD}<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        f'<Relationship Id="r1" Type="{REL}/worksheet" Target="/{sheet}"/>'
        f'<Relationship Id="r2" Type="{REL}/sharedStrings" Target="/{shared}"/></Relationships>',
        sheet: f'{HEAD}<worksheet xmlns="{MAIN}"><sheetData>{rows}</sheetData></worksheet>',
    }
    if sst is not None:
        parts[shared] = f"{HEAD}{sst}"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as file:
        for name, text in parts.items():
            if fill is None or fill[0] != name:
                file.writestr(name, text)
        if fill is not None:
            name, before, again, times, behind = fill
            with file.open(name, "w", force_zip64=True) as part:
                part.write(before)
                for _ in range(times):
                    part.write(again)
                part.write(behind)
    return path


MB = 1 << 20
SST = f'{HEAD}<sst xmlns="{MAIN}">'.encode()
WHOLE = f'{HEAD}<worksheet xmlns="{MAIN}"><sheetData>{ROWS}'.encode()
TEXTS = b"<si><t>x</t></si>" * 61_680  # a little more than 1 MB

BOMBS = {
    "shared texts that are not there, in capitals": {
        "shared": "xl/SHAREDSTRINGS.XML",
        "sst": "<sst uniqueCount='300000000000'/>",
    },
    "and with spaces": {"sst": '<sst uniqueCount = "300000000000"><si><t>x</t></si></sst>'},
    "and behind a comment": {"sst": f"<!--{'x' * 5000}--><sst uniqueCount='300000000000'><si><t>x</t></si></sst>"},
    "and with a prefix": {"sst": f"<x:sst xmlns:x='{MAIN}' uniqueCount='300000000000'/>"},
    "shared texts in capitals": {
        "shared": "xl/SHAREDSTRINGS.XML",
        "fill": ("xl/SHAREDSTRINGS.XML", SST, TEXTS, 400, b"</sst>"),
    },
    "a sheet elsewhere": {
        "sheet": "xl/elsewhere/a.xml",
        "fill": ("xl/elsewhere/a.xml", WHOLE, b" " * MB, 400, b"</sheetData></worksheet>"),
    },
    "a sheet that is called a picture": {
        "sheet": "xl/media/a.png",
        "fill": ("xl/media/a.png", WHOLE, b" " * MB, 400, b"</sheetData></worksheet>"),
    },
    "one cell": {
        "fill": (
            SHEET,
            WHOLE + b'<row r="3"><c r="A3" t="inlineStr"><is><t>',
            b"x" * MB,
            400,
            b"</t></is></c></row></sheetData></worksheet>",
        )
    },
    "one cell of many runs": {
        "fill": (
            SHEET,
            WHOLE + b'<row r="3"><c r="A3" t="inlineStr"><is>',
            (b"<r><t>" + b"x" * 1000 + b"</t></r>") * 1024,
            40,
            b"</is></c></row></sheetData></worksheet>",
        )
    },
    "one tag": {"fill": (SHEET, WHOLE + b'<row r="3" a="', b"x" * MB, 400, b'"/></sheetData></worksheet>')},
    "one comment": {"fill": (SHEET, WHOLE + b"<!--", b"x" * MB, 400, b"--></sheetData></worksheet>")},
    "a column beyond all": {"rows": ROWS + '<row r="3"><c r="ZZZZZZZ1" t="inlineStr"><is><t>x</t></is></c></row>'},
    "a column beyond the last": {"rows": ROWS + '<row r="3"><c r="XFE3" t="inlineStr"><is><t>x</t></is></c></row>'},
}


@pytest.mark.parametrize("name", BOMBS)
def test_a_workbook_that_would_fill_the_memory(tmp_path, name):
    kind, code, message, peak = outcome(book(tmp_path / "t.xlsx", **BOMBS[name]))
    assert kind == "refused", (kind, code)
    assert code in ("over_limit", "unreadable_file")
    # The limit, what there is, and nothing of the text.
    assert "t.xlsx" in message and "xxx" not in message
    assert peak < 700


def test_a_picture_in_a_workbook_is_no_text(tmp_path):
    """A photo is larger than any cell, and is not opened."""
    path = book(tmp_path / "t.xlsx")
    with zipfile.ZipFile(path, "a") as file:
        file.writestr("xl/media/photo.png", os.urandom(3 * MB))
    assert outcome(path)[:2] == ["read", 1]


def test_other_workbooks_that_would_fill_the_memory(tmp_path):
    good = "\n".join([ods_row("Mã trẻ", "Ngày sinh"), ods_row("k1", "05/03/2014")])
    cell = '<table:table-cell office:value-type="string"{}><text:p>{}</text:p></table:table-cell>'
    wide = cell.format(' table:number-columns-repeated="16000"', "x")
    many = f"<table:table-row table:number-rows-repeated='1000000'>{wide}</table:table-row>"
    for rows in (many, ods_row(f"{'x' * (2 * MB)}"), "<!--" + "x" * (2 * MB) + "-->", " " * (80 * MB)):
        path = ods(tmp_path / "t.ods", {"DS": good + rows})
        kind, code, message, peak = outcome(path)
        assert (kind, code) == ("refused", "over_limit"), message
        assert peak < 700 and "xxx" not in message


def test_an_old_workbook_that_claims_rows(tmp_path):
    import struct

    import xlwt

    old = xlwt.Workbook()
    sheet = old.add_sheet("S")
    for row in range(200):
        sheet.write(row, 0, "x" * 100)
    old.save(str(tmp_path / "t.xls"))
    data = bytearray((tmp_path / "t.xls").read_bytes())
    at = data.find(struct.pack("<HH", 0x200, 14))
    data[at + 4 : at + 16] = struct.pack("<IIHH", 0, 0x7FFFFFFF, 0, 0xFFFF)
    (tmp_path / "t.xls").write_bytes(data)
    kind, code, _, peak = outcome(tmp_path / "t.xls")
    assert (kind, code) == ("refused", "over_limit") and peak < 700


HEADER = "Mã trẻ;Ngày sinh\n"
TEXT_FILES = {
    "nothing but delimiters": b";" * (8 * MB),
    "as many columns as none has": HEADER.encode() + b"k1" + b";" * 17_000,
    "a field of two megabytes": HEADER.encode() + b"k1;" + b"x" * (2 * MB),
    "a header of two megabytes": b"x" * (2 * MB) + b";Ng\xc3\xa0y sinh\nk1;05/03/2014\n",
    "a quoted field": HEADER.encode() + b'"' + b"x\n" * MB + b'";05/03/2014\n',
    "a text of more than a quarter": HEADER.encode() + b"k1;05/03/2014\n" * (5 * MB),
}


@pytest.mark.parametrize("name", TEXT_FILES)
def test_a_text_that_would_fill_the_memory(tmp_path, name):
    path = tmp_path / "t.csv"
    path.write_bytes(TEXT_FILES[name])
    kind, code, message, peak = outcome(path)
    assert (kind, code) == ("refused", "over_limit"), message
    assert peak < 900 and "xxx" not in message


def test_a_parquet_file_of_few_bytes_and_many_rows(tmp_path):
    path = tmp_path / "t.parquet"
    part = pl.LazyFrame({"child_id": ["k1"], "birth_year": [2014]}).select(
        pl.all().gather(pl.int_range(0, 20_000_000) * 0)
    )
    part.sink_parquet(path)
    assert path.stat().st_size < 4 * MB
    kind, code, message, peak = outcome(path)
    assert (kind, code) == ("refused", "over_limit"), message
    assert peak < 700
    # As one of a dataset's tables too, whose row groups are read whole.
    child = f"""
import resource, chitieu as ct, polars as pl
ct.limits(memory="1 MB")
try:
    ct.Dataset(children={str(path)!r})
except ct.ChitieuError as error:
    print(error.code, error.hint)
"""
    told = subprocess.run([sys.executable, "-c", child], capture_output=True, text=True, timeout=SECONDS, check=True)
    assert told.stdout.startswith("over_limit the limit follows from the memory"), told.stdout


PARQUET = {
    "one text of a dictionary in each of many rows": lambda: pl.DataFrame(
        {"child_id": pl.Series(["x" * 900_000]).cast(pl.Categorical).gather([0] * 3_000), "birth_year": 2015}
    ),
    "one long text": lambda: pl.DataFrame({"child_id": ["x" * (8 * MB)], "birth_year": [2015]}),
    "one long list": lambda: pl.DataFrame(
        {"child_id": ["a"], "birth_year": [2015], "circumstances": [["a"] * 3_000_000]}
    ),
    "long texts of a column that nobody asked for": lambda: pl.DataFrame(
        {"child_id": [str(n) for n in range(300)], "birth_year": 2015, "photo": ["x" * MB] * 300}
    ),
}


@pytest.mark.parametrize("name", PARQUET)
def test_texts_of_a_parquet_file(tmp_path, name):
    PARQUET[name]().write_parquet(tmp_path / "t.parquet")
    kind, code, message, peak = outcome(tmp_path / "t.parquet")
    assert (kind, code) == ("refused", "over_limit"), message
    assert peak < 900 and "xxx" not in message


def test_styles_without_end(tmp_path):
    """Five bytes in the file are 140 in a reader that keeps them."""
    path = book(tmp_path / "t.xlsx")
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as file:
        file.writestr(
            "xl/styles.xml", f'{HEAD}<styleSheet xmlns="{MAIN}"><cellXfs>{"<xf/>" * 5_000_000}</cellXfs></styleSheet>'
        )
    kind, code, _, peak = outcome(path)
    assert (kind, code) == ("refused", "over_limit") and peak < 700


def _with(path, part, change):
    made = path.with_name("changed.xlsx")
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(made, "w") as new:
        for name in old.namelist():
            content = old.read(name)
            new.writestr(name, change(content) if name == part else content)
    return made


@pytest.mark.parametrize(
    ("part", "change"),
    [
        ("xl/workbook.xml", lambda x: x.replace(b"</sheets>", b'<sheet name="Two" sheetId="2" r:id="r1"/></sheets>')),
        (SHEET, lambda x: x.replace(b"</sheetData>", b'</sheetData><sheetData><row r="3"/></sheetData>')),
        (SHEET, lambda x: x.replace(b"</sheetData>", b'</sheetData><row r="3"><c r="A3"><v>1</v></c></row>')),
        (SHEET, lambda x: x.replace(b"</sheetData>", b'<row r="2"><c r="A2"><v>7</v></c></row></sheetData>')),
    ],
)
def test_a_workbook_of_which_a_part_would_be_passed_over(tmp_path, part, change):
    """Two sheets of one part, rows behind the cells, two rows of one number."""
    assert outcome(_with(book(tmp_path / "t.xlsx"), part, change))[:2] == ["refused", "unreadable_file"]


def test_two_parts_of_one_name(tmp_path):
    path = book(tmp_path / "t.xlsx")
    with pytest.warns(UserWarning, match="Duplicate"), zipfile.ZipFile(path, "a") as file:
        file.writestr(SHEET, "<worksheet/>")
    assert outcome(path)[:2] == ["refused", "unreadable_file"]


@pytest.mark.parametrize("times", ["100000000000000000000000", "-5", "0", "x"])
def test_rows_of_opendocument_that_stand_as_often_as_nothing_can(tmp_path, times):
    row = ods_row("k1", "05/03/2014").replace(
        "<table:table-row", f'<table:table-row table:number-rows-repeated="{times}"'
    )
    path = ods(tmp_path / "t.ods", {"DS": ods_row("Mã trẻ", "Ngày sinh") + row})
    assert outcome(path)[0] == "refused"


def test_many_sheets_of_opendocument(tmp_path):
    path = ods(
        tmp_path / "t.ods",
        {"DS": "</table:table>" + '<table:table table:name="A"></table:table>' * 100_000 + "<table:table>"},
    )
    assert outcome(path)[0] == "refused"


def test_half_a_letter(tmp_path):
    (tmp_path / "t.csv").write_bytes((HEADER + "k1;2015\n").encode("utf-16") + b"\x00\xd8")
    assert outcome(tmp_path / "t.csv")[:2] == ["refused", "unreadable_file"]


@pytest.mark.parametrize("kind", ["pipe", "/dev/zero", "/dev/stdin", "/dev/null", "folder", "socket"])
def test_what_is_no_regular_file_is_refused_at_once(tmp_path, kind):
    path = tmp_path / "t.csv"
    if kind == "pipe":
        os.mkfifo(path)
    elif kind == "folder":
        path.mkdir()
    elif kind == "socket":
        import socket

        with socket.socket(socket.AF_UNIX) as made:
            made.bind(str(path))
    else:
        path = Path(kind)
    told = outcome(path)
    assert told[0] == "refused" and told[1] in ("unreadable_file", "file"), told


def test_the_limit_is_told_and_can_be_raised(tmp_path):
    import chitieu as ct

    path = tmp_path / "t.csv"
    path.write_text(HEADER + "k1;05/03/2014\n" + f"{'x' * 3000};05/03/2014\n", encoding="utf-8")
    with ct.limits(text="2 KB"):
        with pytest.raises(ct.DataError, match="more than the limit of 2048: 3000 bytes of text in one cell") as caught:
            ct.read(path, table="children")
        assert caught.value.code == "over_limit" and "ct.limits(text=" in caught.value.hint
        with ct.limits(text="4 KB"):
            assert ct.read(path, table="children").to_polars().height == 2
    with ct.limits(memory=4_000), pytest.raises(ct.DataError) as caught:
        ct.read(path, table="children")
    assert "ct.limits(memory=" in caught.value.hint
    assert ct.read(path, table="children").to_polars().height == 2
    ct.set_language("vi")
    try:
        with ct.limits(memory=4_000), pytest.raises(ct.DataError, match="nhiều hơn giới hạn"):
            ct.read(path, table="children")
    finally:
        ct.set_language("en")


@pytest.mark.parametrize("size", [0, -1, True, "8", "8 XB", "many", 1.5, [1], "9" * 400 + " GB", 1 << 63])
def test_what_is_no_number_of_bytes(size):
    import chitieu as ct

    with pytest.raises(ct.PlanError, match="memory: expected a number of bytes"):
        ct.limits(memory=size)
