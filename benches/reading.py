"""Reading office files against the readers that users would pick, as ratios in one run.

A register of a million children as CSV, and one of 300,000 as .xlsx, twelve columns. The peers only load text: they
search no header under titles, parse no date, code or commune, and report nothing. Their time is a lower bound for what
a user would write.

Expected before measuring (two cores): the CSV in at most 3 times polars with every column as text, since each cell is
looked up once and each distinct text parsed once; below pandas. The workbook within 1.3 times of calamine alone
(fastexcel), since the XML is parsed once and the archive inflated once more to look for zip bombs; far below pandas
with openpyxl.

    python benches/reading.py [--rows N] [--sheet-rows N]
"""

from __future__ import annotations

import argparse
import random
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import chitieu as ct
import fastexcel
import pandas as pd
import polars as pl
import xlsxwriter

HEADER = [
    "Mã trẻ",
    "Họ và tên",
    "Ngày sinh",
    "Giới tính",
    "Dân tộc",
    "Xã",
    "Huyện",
    "Hoàn cảnh đặc biệt",
    "Đã khai sinh",
]
HEADER += ["Hộ nghèo, cận nghèo", "Số định danh cá nhân", "Ngày cập nhật"]
FAMILY = ["Nguyễn", "Trần", "Lê", "Phạm", "Hoàng", "Đỗ", "Vũ", "Đặng"]
MIDDLE = ["Văn", "Thị", "Đức", "Ngọc", "Minh", "Thu"]
GIVEN = ["Anh", "Bình", "Châu", "Dũng", "Hà", "Hoà", "Khánh", "Linh", "Mai", "Nam", "Quý", "Thủy"]


def rows(count: int) -> list[list[str]]:
    """Return synthetic records as a commune would write them."""
    rng = random.Random(1)
    units = ct.areas(on="2022-12-31")
    districts = dict(
        units.filter(pl.col("level") == "district", pl.col("parent") == "33").select("code", "name").iter_rows()
    )
    named = units.filter(pl.col("level") == "commune").select("name", "parent").iter_rows()
    communes = [(name, districts[parent]) for name, parent in named if parent in districts]
    made = []
    for n in range(count):
        commune, district = communes[n * len(communes) // count]
        made.append(
            [
                f"T{n:07}",
                f"{rng.choice(FAMILY)} {rng.choice(MIDDLE)} {rng.choice(MIDDLE)} {rng.choice(GIVEN)} {n % 997}",
                f"{rng.randint(1, 28):02}/{rng.randint(1, 12):02}/{rng.randint(2007, 2022)}",
                rng.choice(["Nam", "Nữ"]),
                rng.choice(["Kinh", "Kinh", "Kinh", "Mường", "Tày"]),
                commune,
                district,
                rng.choice(["", "", "", "Mồ côi cả cha và mẹ", "d2; k"]),
                rng.choice(["x", ""]),
                rng.choice(["", "Hộ nghèo", "Cận nghèo"]),
                f"033{rng.randint(2, 3)}{rng.randint(7, 22):02}{rng.randint(0, 999_999):06}",
                f"{rng.randint(1, 28)}/{rng.randint(1, 12)}/2022",
            ]
        )
    return made


def seconds(work: Callable[[], Any], times: int = 3) -> float:
    """Return the time of the shortest run."""
    best = float("inf")
    for _ in range(times):
        start = time.perf_counter()
        work()
        best = min(best, time.perf_counter() - start)
    return best


def compare(title: str, ours: Callable[[], Any], peers: dict[str, tuple[Callable[[], Any], int]]) -> None:
    """Print the time of each peer, and ours as a multiple of it."""
    took = seconds(ours)
    print(f"{title}\n  {'chitieu':<34} {took:7.2f} s")
    for name, (work, times) in peers.items():
        theirs = seconds(work, times)
        print(f"  {name:<34} {theirs:7.2f} s   chitieu / it: {took / theirs:.2f}")


def main() -> None:
    """Make the files and compare."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--sheet-rows", type=int, default=300_000)
    args = parser.parse_args()
    options = {"area_vintage": "2022-12-31", "within": "33"}
    with tempfile.TemporaryDirectory() as folder:
        text = Path(folder) / "register.csv"
        text.write_text("\n".join(",".join(row) for row in [HEADER, *rows(args.rows)]) + "\n", encoding="utf-8")
        reading = ct.read(text, table="children", **options)
        assert reading.to_polars().height == args.rows and reading.findings.height == 0
        del reading
        texts = dict.fromkeys(HEADER, pl.String)
        compare(
            f"CSV, {args.rows:,} rows, {text.stat().st_size >> 20} MB",
            lambda: ct.read(text, table="children", **options).to_polars(),
            {
                "polars.read_csv, all text": (lambda: pl.read_csv(text, schema_overrides=texts), 3),
                "polars.read_csv": (lambda: pl.read_csv(text), 3),
                "pandas.read_csv, all text": (lambda: pd.read_csv(text, dtype=str), 1),
            },
        )
        book = Path(folder) / "register.xlsx"
        target = xlsxwriter.Workbook(book, {"constant_memory": False})
        sheet = target.add_worksheet("DS")
        for nth, row in enumerate([HEADER, *rows(args.sheet_rows)]):
            sheet.write_row(nth, 0, row)
        target.close()
        compare(
            f"xlsx, {args.sheet_rows:,} rows, {book.stat().st_size >> 20} MB",
            lambda: ct.read(book, table="children", **options).to_polars(),
            {
                "fastexcel (calamine), to polars": (
                    lambda: fastexcel.read_excel(book).load_sheet(0, dtypes="string").to_polars(),
                    3,
                ),
                "polars.read_excel": (lambda: pl.read_excel(book, infer_schema_length=0), 3),
                "pandas.read_excel (openpyxl)": (lambda: pd.read_excel(book, dtype=str), 1),
            },
        )


if __name__ == "__main__":
    main()
