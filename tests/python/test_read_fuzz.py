"""Damaged and hostile files, made from a seed: each gives a table or a clear error, in bounded time and memory."""

import io
import random
import subprocess
import sys
import zipfile
from pathlib import Path

FILES = 200
SECONDS = 300
MOST_MB = 1024

SHEET = "xl/worksheets/sheet1.xml"


def workbook():
    import xlsxwriter

    target = io.BytesIO()
    book = xlsxwriter.Workbook(target, {"in_memory": True})
    sheet = book.add_worksheet("DS")
    sheet.write_row(0, 0, ["Mã trẻ", "Họ tên", "Ngày sinh", "Giới tính", "Dân tộc", "Đã khai sinh"])
    for row in range(1, 60):
        sheet.write_row(row, 0, [f"T{row}", f"Trẻ {row}", "05/03/2014", "Nam", "Kinh", "x"])
    book.close()
    return target.getvalue()


def old_workbook():
    import xlwt

    book = xlwt.Workbook()
    sheet = book.add_sheet("DS")
    for column, text in enumerate(["Mã trẻ", "Họ tên", "Ngày sinh", "Giới tính"]):
        sheet.write(0, column, text)
    for row in range(1, 60):
        for column, value in enumerate([f"T{row}", f"Trẻ {row}", 41703, "Nữ"]):
            sheet.write(row, column, value)
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def text_file():
    rows = [f"T{n};Trẻ {n};05/03/{2010 + n % 12};{'Nam' if n % 2 else 'Nữ'};Kinh" for n in range(60)]
    return "\n".join(["Mã trẻ;Họ tên;Ngày sinh;Giới tính;Dân tộc", *rows]).encode()


def rewritten(content, name, change):
    """Return a workbook with one part changed."""
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        for part in old.namelist():
            new.writestr(part, change(old.read(part)) if part == name else old.read(part))
    return target.getvalue()


def bomb(content, name, before, filler, megabytes, lies):
    """Return a workbook that unpacks to so many megabytes, small on disk; one that lies tells another size."""
    target = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as old,
        zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as new,
    ):
        for part in old.namelist():
            if part != name:
                new.writestr(part, old.read(part))
                continue
            head, _, tail = old.read(part).partition(before)
            with new.open(part, "w", force_zip64=True) as out:
                out.write(head)
                for _ in range(megabytes):
                    out.write(filler * (1 << 20))
                out.write(before + tail)
            if lies:
                new.getinfo(part).file_size = 1000
    return target.getvalue()


def hostile(content):
    """Yield workbooks that claim or unpack to more than they hold."""
    yield rewritten(content, SHEET, lambda x: x.replace(b'ref="A1:F60"', b'ref="A1:XFD1048576"'))
    yield rewritten(
        content, SHEET, lambda x: x.replace(b'r="F60"', b'r="XFD1048576"').replace(b'<row r="60"', b'<row r="1048576"')
    )
    yield rewritten(content, SHEET, lambda x: x.replace(b'r="F60"', b'r="F99999999999"'))
    yield rewritten(content, SHEET, lambda x: x.replace(b'<row r="60"', b'<row r="2"'))
    yield rewritten(content, "xl/sharedStrings.xml", lambda x: x.replace(b'uniqueCount="', b'uniqueCount="99999999999'))
    for lies in (False, True):
        yield bomb(content, "xl/sharedStrings.xml", b"<t>", b"A", 300, lies)
        yield bomb(content, SHEET, b"<sheetData>", b" ", 2_100, lies)
        yield bomb(content, "xl/styles.xml", b"<fonts", b" ", 300, lies)
    yield rewritten(content, SHEET, lambda x: b"<worksheet>")
    yield rewritten(content, "xl/workbook.xml", lambda x: b"")
    # A column at the last row of each of 16,384 columns.
    cells = "".join(f'<c r="{letters(n)}{n + 61}"><v>1</v></c></row><row r="{n + 62}">' for n in range(16_384))
    yield rewritten(
        content, SHEET, lambda x: x.replace(b"</sheetData>", b'<row r="61">' + cells.encode() + b"</row></sheetData>")
    )


def letters(number):
    text = ""
    number += 1
    while number:
        number, rest = divmod(number - 1, 26)
        text = chr(65 + rest) + text
    return text


def damaged(rng, content):
    kind = rng.randrange(4)
    data = bytearray(content)
    if kind == 0:
        return bytes(data[: rng.randrange(len(data))])
    if kind == 1:
        for _ in range(rng.randrange(1, 40)):
            data[rng.randrange(len(data))] = rng.randrange(256)
        return bytes(data)
    if kind == 2:
        start = rng.randrange(len(data))
        part = data[start : start + rng.randrange(1, 400)]
        at = rng.randrange(len(data))
        return bytes(data[:at] + part + data[at:])
    start = rng.randrange(len(data))
    return bytes(data[:start] + data[start + rng.randrange(1, 400) :])


def shuffled(rng, content):
    """Return a workbook whose cells changed places or kinds."""

    def change(sheet):
        cells = sheet.split(b"<c ")
        if rng.random() < 0.5:
            rng.shuffle(cells)
        else:
            at = rng.randrange(len(cells))
            cells[at] = cells[at].replace(b't="s"', rng.choice([b't="d"', b't="b"', b't="e"', b't="zz"', b""]))
        return b"<c ".join(cells)

    return rewritten(content, SHEET, change)


def make(folder):
    """Write the files and print their names. A process of its own: making them takes more memory than reading may."""
    rng = random.Random(1)
    sources = {".xlsx": workbook(), ".xls": old_workbook(), ".csv": text_file()}
    files = ((".xlsx", content) for content in hostile(sources[".xlsx"]))
    for nth in range(FILES):
        ending, content = next(files, (None, b""))
        if ending is None:
            ending = rng.choice(list(sources))
            content = sources[ending]
            content = shuffled(rng, content) if ending == ".xlsx" and rng.random() < 0.5 else damaged(rng, content)
            ending = rng.choice([ending, ending, ".csv", ".xls", ".xlsx"])
        name = folder / f"{nth:03}{ending}"
        name.write_bytes(content)
        print(name)


CHILD = """
import sys
import chitieu as ct
read = refused = 0
for path in sys.stdin.read().split("\\n"):
    try:
        ct.read(path, table="children").to_polars()
        read += 1
    except ct.ChitieuError:
        refused += 1
# The peak of this process alone: what getrusage tells has in it the peak of the process that started this one.
# Where there is no such file, the peak is not known.
import pathlib
status = pathlib.Path("/proc/self/status")
lines = status.read_text().splitlines() if status.exists() else []
peak = next((line.split()[1] for line in lines if line.startswith("VmHWM")), 0)
print(read, refused, int(peak) // 1024)
"""


def test_every_file_gives_a_table_or_a_clear_error(tmp_path):
    made = subprocess.run(
        [sys.executable, __file__, str(tmp_path)], capture_output=True, text=True, timeout=SECONDS, check=True
    )
    done = subprocess.run(
        [sys.executable, "-c", CHILD],
        input=made.stdout.strip(),
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    read, refused, megabytes = map(int, done.stdout.split())
    assert read + refused == FILES
    assert read > 20 and refused > 20
    assert megabytes < MOST_MB


if __name__ == "__main__":
    make(Path(sys.argv[1]))
