"""A folder of messy files made from the synthetic province, with every trouble planted and counted.

Each commune's register comes in another form: workbooks with titles, merged headers, totals and signatures, old .xls,
CSV in five encodings. A *writer* puts one true value into a cell in one of the ways people write it, and says which
rules its reading takes; what cannot be read is planted too. The true table and the counts are what a test compares a
reading with.
"""

from __future__ import annotations

import csv
import datetime as dt
import random
import unicodedata
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import chitieu as ct
import openpyxl
import polars as pl
import xlwt
from legacy_text import tcvn3, vni

DAY = "2022-12-31"
PROVINCE = "33"
HEADERS = [
    "STT", "Mã trẻ em", "Họ và tên", "Ngày sinh", "Giới tính", "Dân tộc", "Xã/Phường/Thị trấn", "Huyện",
    "Hoàn cảnh đặc biệt", "Được trợ giúp", "Đã đăng ký khai sinh", "Ngày cập nhật",
]  # fmt: skip
IDS = [
    None, "child_id", "full_name", "birth_date", "sex", "ethnicity", "commune", None, "circumstances", "supported",
    "birth_registered", "updated_on",
]  # fmt: skip
ETHNIC = {"01": ["Kinh", "KINH", "kinh"], "02": ["Tày"], "06": ["Mường", "mường"], "08": ["Hmông", "H'Mông"]}
NAMES = ["Nguyễn Văn An", "Trần Thị Bình", "Lê Thuý Hòa", "Phạm Quý Đạt", "Vũ Thị Thủy", "Đỗ Ngọc Mai"]
#: Neither yes nor no.
DOUBT = "có lẽ"
CIRCUMSTANCES = {
    "a": ["a", "Mồ côi cả cha và mẹ", "1"],
    "d2": ["d2", "D.2", "Trẻ em khuyết tật nặng"],
    "b": ["Trẻ em bị bỏ rơi", "b"],
}


@dataclass
class Cell:
    """What stands in a cell, what it means, and what its reading takes."""

    shown: Any
    rules: tuple[str, ...] = ()
    unread: bool = False
    year: int | None = None


@dataclass
class Corpus:
    """The folder with what was planted in it."""

    folder: Path
    changes: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    findings: Counter[tuple[str, str]] = field(default_factory=Counter)
    aside: Counter[str] = field(default_factory=Counter)
    truth: list[dict[str, Any]] = field(default_factory=list)
    not_read: list[str] = field(default_factory=list)

    @property
    def children(self) -> pl.DataFrame:
        """The table that reading must give, by file and row."""
        texts = ["source_file", "child_id", "full_name", "sex", "ethnicity", "commune"]
        schema = dict.fromkeys(texts, pl.String) | {
            "source_row": pl.UInt32,
            "birth_date": pl.Date,
            "birth_year": pl.Int32,
            "circumstances": pl.List(pl.String),
            "supported": pl.Boolean,
            "birth_registered": pl.Boolean,
            "updated_on": pl.Date,
        }
        return pl.DataFrame(self.truth, schema=schema)


class Writer:
    """Writes true values in the ways of people. `plain` files hold text alone."""

    def __init__(self, seed: int, *, plain: bool, marks: bool = True) -> None:
        self.random = random.Random(seed)
        self.plain = plain
        self.marks = marks

    def pick(self, *ways: Cell) -> Cell:
        return self.random.choice(ways)

    def birth_date(self, day: dt.date) -> Cell:
        ways = [
            Cell(f"{day:%d/%m/%Y}", ("day_month_year",)),
            Cell(f"{day.day}-{day.month}-{day.year}", ("day_month_year",)),
            Cell(f"{day:%d.%m.%Y}", ("day_month_year",)),
            Cell(str(day.year), ("year_only",), year=day.year),
            Cell(f"{day.month}/{day.year}", ("month_and_year",), year=day.year),
            Cell("31/02/2014", unread=True),
            # Of the wrong order none: it would make every day up to the 12th doubtful.
            Cell("40/03/2014", unread=True),
        ]
        if self.marks:
            ways.append(Cell(f"ngày {day.day} tháng {day.month} năm {day.year}", ("date_words",)))
        if self.plain:
            ways.append(Cell(day.isoformat(), ("year_month_day",)))
        else:
            ways.append(Cell(day))
            ways.append(Cell((day - dt.date(1899, 12, 30)).days, ("excel_serial",)))
        return self.pick(*ways)

    def updated_on(self, day: dt.date) -> Cell:
        return self.pick(
            Cell(f"{day:%d/%m/%Y}", ("day_month_year",)),
            Cell(str(day.year), unread=True),
            Cell("không rõ" if self.marks else "-", ("blank_word",)),
        )

    def sex(self, code: str) -> Cell:
        name, number = {"male": ("Nam", "1"), "female": ("Nữ", "2")}[code]
        return self.pick(
            Cell(name, ("code_name",)),
            Cell(f"{name}\u00a0" if self.marks else f" {name}", ("spaces", "code_name")),
            Cell(number, ("code_name",)),
            Cell(code),
            Cell("N/A", ("blank_word",)),
            Cell("3", unread=True),
        )

    def ethnicity(self, code: str) -> Cell:
        ways = [Cell(name, ("ethnic_name",)) for name in ETHNIC[code]]
        return self.pick(*ways, Cell(code), Cell(code.lstrip("0"), ("leading_zeros",)), Cell("Na'vi", unread=True))

    def circumstances(self, codes: list[str]) -> Cell:
        if not codes:
            return self.pick(Cell("Không", ("nothing_word",)), Cell(None))
        if len(codes) == 2:
            return Cell("; ".join(codes), ("list_split",))
        (code,) = codes
        shown = self.random.choice(CIRCUMSTANCES[code])
        if shown == code:
            return Cell(shown)
        if shown == "1":
            # Beside letters and names a figure may mean yes.
            return Cell(shown, unread=True)
        return Cell(shown, ("code_spelling",) if shown == "D.2" else ("code_name",))

    def flag(self, value: bool) -> Cell:
        yes, no = [("Có", "Không"), ("x", "0"), ("1", "0"), ("Đã", "Chưa")][self.random.randrange(4)]
        told = Cell(yes if value else no, ("flag_word",))
        return self.pick(*[told] * 9, Cell(DOUBT, unread=True))


def respelled(name: str, rng: random.Random, *, capitals: bool) -> str:
    """Return the name of a unit as another office spells it."""
    swaps = [
        ("òa", "oà"),
        ("oà", "òa"),
        ("ủy", "uỷ"),
        ("ụy", "uỵ"),
        ("Quy", "Qui"),
        ("Quý", "Quí"),
        ("Mỹ", "Mĩ"),
        ("Kỳ", "Kì"),
    ]
    for old, new in swaps:
        if old in name and rng.random() < 0.5:
            name = name.replace(old, new)
    return rng.choice([name, name.upper() if capitals else name, name.removeprefix("Xã ").removeprefix("Phường ")])


def rows(rng: random.Random, communes: list[tuple[str, str, str]], per_file: int) -> list[list[dict[str, Any]]]:
    """Return true rows for each commune, out of the synthetic province."""
    made = ct.synthetic.province(PROVINCE, children=per_file * len(communes), year=2022, seed=5)["children"]
    made = made.filter(pl.col("birth_date").is_not_null(), pl.col("sex").is_not_null()).head(per_file * len(communes))
    out: list[list[dict[str, Any]]] = [[] for _ in communes]
    for nth, row in enumerate(made.iter_rows(named=True)):
        code, name, district = communes[nth % len(communes)]
        out[nth % len(communes)].append(
            {
                "child_id": row["child_id"],
                "full_name": rng.choice(NAMES),
                "birth_date": row["birth_date"],
                "sex": row["sex"],
                "ethnicity": rng.choice(list(ETHNIC)),
                "commune": code,
                "commune_name": name,
                "district_name": district,
                "circumstances": rng.choice([[], [], ["a"], ["d2"], ["b"], ["a", "d2"]]),
                "supported": rng.random() < 0.5,
                "birth_registered": rng.random() < 0.9,
                "updated_on": dt.date(2022, rng.randint(1, 12), rng.randint(1, 28)),
            }
        )
    return out


def table_of(corpus: Corpus, file: str, first_row: int, true: list[dict[str, Any]], write: Writer) -> list[list[Any]]:
    """Return the cells of a register, and note what was planted."""
    lines = []
    for nth, row in enumerate(true):
        told = {"source_file": file, "source_row": first_row + nth, **row, "birth_year": None}
        line: list[Any] = [nth + 1]
        for column in IDS[1:]:
            if column is None:
                line.append(row["district_name"])
                continue
            cell = cell_of(column, row, write)
            line.append(cell.shown)
            for rule in cell.rules:
                corpus.changes[file, column, rule] += 1
            if cell.unread:
                corpus.findings[file, column] += 1
            if cell.unread or "blank_word" in cell.rules or (cell.shown is None):
                told[column] = None
            if cell.year is not None:
                told["birth_date"], told["birth_year"] = None, cell.year
        corpus.truth.append({k: v for k, v in told.items() if k not in ("commune_name", "district_name")})
        lines.append(line)
    return lines


def cell_of(column: str, row: dict[str, Any], write: Writer) -> Cell:
    if column == "child_id":
        return Cell(row["child_id"])
    if column == "full_name":
        decomposed = write.marks and write.random.random() < 0.3
        name = row["full_name"]
        return Cell(unicodedata.normalize("NFD", name), ("composed",)) if decomposed else Cell(name)
    if column == "commune":
        name = respelled(row["commune_name"], write.random, capitals=write.marks)
        return write.pick(Cell(name, ("area_name",)), Cell(row["commune"]))
    if column in ("supported", "birth_registered"):
        return write.flag(row[column])
    return getattr(write, column)(row[column])


def make(folder: Path, *, seed: int = 1, per_file: int = 60) -> Corpus:
    """Write the folder."""
    rng = random.Random(seed)
    corpus = Corpus(folder)
    units = ct.areas(on=DAY)
    names = {(level, code): name for level, code, name in units.select("level", "code", "name").iter_rows()}
    districts = units.filter(pl.col("level") == "district", pl.col("parent") == PROVINCE)["code"]
    inside = units.filter(pl.col("level") == "commune", pl.col("parent").is_in(districts.implode()))
    chosen = inside.sample(8, seed=seed).select("code", "name", "parent")
    communes = [(code, name, names["district", parent]) for code, name, parent in chosen.iter_rows()]
    every = rows(rng, communes, per_file)
    kinds = ["xlsx", "xlsx2", "xls", "utf-8-sig,", "utf-16;", "utf-8\t", "tcvn3,", "vni;"]
    for nth, (kind, true, (code, name, _)) in enumerate(zip(kinds, every, communes, strict=True)):
        write = Writer(seed * 100 + nth, plain=not kind.startswith("xl"), marks=kind not in ("tcvn3,", "vni;"))
        makers = {"xlsx": workbook, "xlsx2": two_storeys, "xls": old_workbook}
        makers.get(kind, text_file)(corpus, f"{code}_{nth}", kind, name, true, write)
    broken(corpus)
    return corpus


def workbook(corpus: Corpus, stem: str, kind: str, name: str, true: list[dict[str, Any]], write: Writer) -> None:
    """A workbook with titles above, a total and signatures below, and a sheet that is no table."""
    file = f"{stem}.xlsx"
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "Sổ theo dõi"
    sheet.append([f"UBND {name.upper()}"])
    sheet.append([])
    sheet.append(["SỔ THEO DÕI TRẺ EM NĂM 2022"])
    sheet.append(HEADERS)
    for line in table_of(corpus, file, 5, true, write):
        sheet.append(line)
    sheet.append(["Tổng cộng", None, len(true)])
    sheet.append([])
    sheet.append([None, "Ghi chú: số liệu đến hết tháng 12"])
    sheet.append([None, None, None, None, None, None, None, "Người lập biểu"])
    corpus.aside["total"] += 1
    corpus.aside["note"] += 2
    other = book.create_sheet("Hướng dẫn")
    other.append(["Ghi đủ các cột"])
    book.save(corpus.folder / file)
    corpus.not_read.append(f"{file}/Hướng dẫn")


def two_storeys(corpus: Corpus, stem: str, kind: str, name: str, true: list[dict[str, Any]], write: Writer) -> None:
    """A header of two rows with merged cells, and the numbers of the columns below it."""
    file = f"{stem}.xlsx"
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "Trẻ em"
    sheet.append(["DANH SÁCH TRẺ EM"])
    upper = [*HEADERS[:6], "Nơi ở", None, *HEADERS[8:]]
    lower: list[Any] = [None] * 6 + ["Xã/Phường/Thị trấn", "Huyện"] + [None] * 4
    sheet.append(upper)
    sheet.append(lower)
    for column in range(1, 13):
        if column not in (7, 8):
            sheet.merge_cells(start_row=2, end_row=3, start_column=column, end_column=column)
    sheet.merge_cells(start_row=2, end_row=2, start_column=7, end_column=8)
    sheet.append(list(range(1, 13)))
    corpus.aside["numbering"] += 1
    for line in table_of(corpus, file, 5, true, write):
        sheet.append(line)
    book.save(corpus.folder / file)


def old_workbook(corpus: Corpus, stem: str, kind: str, name: str, true: list[dict[str, Any]], write: Writer) -> None:
    file = f"{stem}.xls"
    book = xlwt.Workbook()
    sheet = book.add_sheet("Sheet1")
    style = xlwt.easyxf(num_format_str="DD/MM/YYYY")
    sheet.write(0, 0, "SỔ THEO DÕI TRẺ EM")
    for column, header in enumerate(HEADERS):
        sheet.write(2, column, header)
    for nth, line in enumerate(table_of(corpus, file, 4, true, write)):
        for column, value in enumerate(line):
            if value is not None:
                sheet.write(3 + nth, column, value, *((style,) if isinstance(value, dt.date) else ()))
    book.save(str(corpus.folder / file))


def text_file(corpus: Corpus, stem: str, kind: str, name: str, true: list[dict[str, Any]], write: Writer) -> None:
    """A CSV file in one of the encodings; the last letter of `kind` parts the fields."""
    encoding, delimiter = kind[:-1], kind[-1]
    file = f"{stem}.{'tsv' if delimiter == chr(9) else 'csv'}"
    lines = [HEADERS, *table_of(corpus, file, 2, true, write)]
    text = [["" if value is None else str(value) for value in line] for line in lines]
    if encoding in ("tcvn3", "vni"):
        encode = tcvn3 if encoding == "tcvn3" else vni
        for nth, line in enumerate(text):
            # A commune is told by its own cell and that of its district.
            told = [(column or "commune", value) for column, value in list(zip(IDS, line, strict=True))[1:] if nth]
            for column in {
                c for c, value in told if value != DOUBT and encode(value) != value.encode("latin-1", "replace")
            }:
                corpus.changes[file, column, encoding] += 1
        body = b"\r\n".join(encode(delimiter.join(f'"{v}"' if delimiter in v else v for v in line)) for line in text)
        (corpus.folder / file).write_bytes(body + b"\r\n")
        return
    with (corpus.folder / file).open("w", encoding=encoding, newline="") as out:
        csv.writer(out, delimiter=delimiter).writerows(text)


def broken(corpus: Corpus) -> None:
    """Files of a real folder that are no tables."""
    (corpus.folder / "~$khoa.xlsx").write_bytes(b"lock")
    (corpus.folder / "rong.csv").write_bytes(b"")
    whole = next(p for p in sorted(corpus.folder.glob("*.xlsx")) if not p.name.startswith("~"))
    (corpus.folder / "hong.xlsx").write_bytes(whole.read_bytes()[:400])
    corpus.not_read += ["~$khoa.xlsx/", "rong.csv/", "hong.xlsx/"]
