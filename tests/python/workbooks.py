"""Workbooks by hand, of their smallest parts: .ods (ODF 1.2), .xlsb (MS-XLSB), .xls in the mini stream (MS-CFB 2.3)."""
# ruff: noqa: E501 (cells as XML and records as bytes stand in one line each)

from __future__ import annotations

import struct
import zipfile
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

ODS = "application/vnd.oasis.opendocument.spreadsheet"


def ods(path: Path, sheets: dict[str, str], *, mimetype: str = ODS, hidden: str = "", manifest: str = "") -> Path:
    """Write an .ods file whose sheets hold rows given as XML; of a hidden sheet the name is told."""
    spaces = " ".join(
        f'xmlns:{p}="urn:oasis:names:tc:opendocument:xmlns:{n}:1.0"'
        for p, n in [
            ("office", "office"),
            ("table", "table"),
            ("text", "text"),
            ("style", "style"),
            ("draw", "drawing"),
        ]
    )
    styles = (
        '<office:automatic-styles><style:style style:name="ta1" style:family="table">'
        '<style:table-properties table:display="true"/></style:style>'
        '<style:style style:name="ta2" style:family="table"><style:table-properties table:display="false"/></style:style>'
        "</office:automatic-styles>"
    )
    tables = "".join(
        f'<table:table table:name="{escape(name)}" table:style-name="{"ta2" if name == hidden else "ta1"}">\n{rows}\n</table:table>'
        for name, rows in sheets.items()
    )
    content = (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<office:document-content {spaces} xmlns:calcext="urn:calcext">{styles}'
        f"<office:body><office:spreadsheet>{tables}</office:spreadsheet></office:body></office:document-content>"
    )
    with zipfile.ZipFile(path, "w") as file:
        file.writestr("mimetype", mimetype)
        file.writestr("META-INF/manifest.xml", manifest or "<manifest:manifest/>")
        file.writestr("content.xml", content, zipfile.ZIP_DEFLATED)
    return path


def ods_row(*cells: Any) -> str:
    """Return a row: texts, numbers, True and False, dates as ("date", "2014-03-05"), other cells as XML."""
    return f"<table:table-row>{''.join(_ods_cell(cell) for cell in cells)}</table:table-row>"


def _ods_cell(cell: Any) -> str:
    if cell is None:
        return "<table:table-cell/>"
    if isinstance(cell, bool):
        return f'<table:table-cell office:value-type="boolean" office:boolean-value="{str(cell).lower()}"/>'
    if isinstance(cell, (int, float)):
        return f'<table:table-cell office:value-type="float" office:value="{cell}"><text:p>{cell}</text:p></table:table-cell>'
    if isinstance(cell, tuple):
        kind, value = cell
        return f'<table:table-cell office:value-type="{kind}" office:{kind}-value="{value}"><text:p>shown</text:p></table:table-cell>'
    if cell.startswith("<table:"):
        return str(cell)
    return f'<table:table-cell office:value-type="string"><text:p>{escape(cell)}</text:p></table:table-cell>'


def _record(kind: int, body: bytes = b"") -> bytes:
    types = bytes([kind]) if kind < 128 else bytes([kind & 0x7F | 0x80, kind >> 7])
    size, length = b"", len(body)
    while True:
        size += bytes([length & 0x7F | (0x80 if length > 127 else 0)])
        length >>= 7
        if not length:
            return types + size + body


def _wide(text: str) -> bytes:
    return struct.pack("<I", len(text.encode("utf-16-le")) // 2) + text.encode("utf-16-le")


def xlsb(
    path: Path, rows: list[list[Any]], *, merged: tuple[int, int, int, int] | None = None, hidden: tuple[int, ...] = ()
) -> Path:
    """Write an .xlsb file of one sheet: texts are shared, ("date", serial) has the style of a day, ("error",) failed."""
    shared: list[str] = []
    cells = b""
    for at, row in enumerate(rows):
        flags = 0x10 if at in hidden else 0
        cells += _record(0x00, struct.pack("<IIHBB", at, 0, 300, 0, flags) + bytes(5))
        for column, cell in enumerate(row):
            cells += _xlsb_cell(column, cell, shared)
    sheet = (
        _record(0x81)
        + _record(0x94, struct.pack("<IIII", 0, len(rows) - 1, 0, 9))
        + _record(0x91)
        + cells
        + _record(0x92)
    )
    if merged:
        sheet += _record(0xB1, struct.pack("<I", 1)) + _record(0xB0, struct.pack("<IIII", *merged)) + _record(0xB2)
    texts = b"".join(_record(0x13, b"\0" + _wide(text)) for text in shared)
    book = (
        _record(0x83) + _record(0x99, bytes(12)) + _record(0x8F)
        + _record(0x9C, struct.pack("<II", 0, 1) + _wide("rId1") + _wide("Danh sách")) + _record(0x90) + _record(0x84)
    )  # fmt: skip
    style = struct.pack("<HHHHHBBBBBB", 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)
    day = struct.pack("<HHHHHBBBBBB", 0, 165, 0, 0, 0, 0, 0, 0, 0, 0, 0)
    styles = (
        _record(0x267, struct.pack("<I", 1)) + _record(0x2C, struct.pack("<H", 165) + _wide("dd/mm/yyyy")) + _record(0x268)
        + _record(0x269, struct.pack("<I", 2)) + _record(0x2F, style) + _record(0x2F, day) + _record(0x26A)
    )  # fmt: skip
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    parts = {"worksheet": "worksheets/sheet1.bin", "styles": "styles.bin", "sharedStrings": "sharedStrings.bin"}
    rels = "".join(
        f'<Relationship Id="rId{nth}" Type="{office}/{kind}" Target="{target}"/>'
        for nth, (kind, target) in enumerate(parts.items(), 1)
    )
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("[Content_Types].xml", "<Types/>")
        file.writestr("xl/_rels/workbook.bin.rels", f"<Relationships>{rels}</Relationships>")
        file.writestr("xl/workbook.bin", book)
        file.writestr("xl/styles.bin", styles)
        sst = _record(0x9F, struct.pack("<II", len(shared), len(shared))) + texts + _record(0xA0)
        file.writestr("xl/sharedStrings.bin", sst)
        file.writestr("xl/worksheets/sheet1.bin", sheet)
    return path


def _xlsb_cell(column: int, cell: Any, shared: list[str]) -> bytes:
    head = struct.pack("<II", column, 0)
    if cell is None:
        return _record(0x01, head)
    if isinstance(cell, bool):
        return _record(0x04, head + bytes([cell]))
    if isinstance(cell, int):
        return _record(0x02, head + struct.pack("<I", cell << 2 | 2))
    if isinstance(cell, float):
        return _record(0x05, head + struct.pack("<d", cell))
    if cell == ("error",):
        return _record(0x0B, head + b"\x2a" + bytes(10))
    if isinstance(cell, tuple) and cell[0] == "date":
        return _record(0x05, struct.pack("<II", column, 1) + struct.pack("<d", cell[1]))
    if isinstance(cell, tuple):
        return _record(0x06, head + _wide(cell[1]))  # ("inline", text)
    shared.append(cell)
    return _record(0x07, head + struct.pack("<I", len(shared) - 1))


def compound(stream: bytes, name: str = "Workbook") -> bytes:
    """Return a compound file whose stream of less than 4,096 bytes lies in the mini stream."""
    free, end, fat_sector = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD
    assert len(stream) < 4096
    mini = -(-len(stream) // 64)
    size = mini * 64
    sectors = -(-size // 512)
    fat = [fat_sector, end, end] + [i + 1 for i in range(3, 2 + sectors)] + [end]
    fat += [free] * (128 - len(fat))
    small = [i + 1 for i in range(mini - 1)] + [end]
    small += [free] * (128 - len(small))

    def entry(title: str, kind: int, child: int, start: int, length: int) -> bytes:
        text = title.encode("utf-16le").ljust(64, b"\0")
        letters = 2 * len(title) + 2 if title else 0
        return text + struct.pack("<HBBIII36xII4x", letters, kind, 1, free, free, child, start, length)

    folder = entry("Root Entry", 5, 1, 3, size) + entry(name, 2, free, 0, len(stream)) + entry("", 0, free, 0, 0) * 2
    numbers = struct.pack("<HHHHH6xIIIIIIIIII", 0x3E, 3, 0xFFFE, 9, 6, 0, 1, 1, 0, 4096, 2, 1, end, 0, 0)
    head = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16) + numbers + struct.pack("<108I", *([free] * 108))
    parts = [
        head,
        struct.pack("<128I", *fat),
        folder.ljust(512, b"\0"),
        struct.pack("<128I", *small),
        stream.ljust(sectors * 512, b"\0"),
    ]
    return b"".join(parts)
