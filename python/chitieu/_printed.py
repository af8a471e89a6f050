"""A table as it is printed: names for people, one value a cell, and below it what a reader must know."""

from __future__ import annotations

import csv
import io
import json
import os
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl

from chitieu import _native
from chitieu._catalogue import MULTIPLIER, html_table
from chitieu._errors import PlanError
from chitieu._files import write_whole
from chitieu._language import get_language, instead, name_of, printed, quotient, say
from chitieu._nearest import one_of

if TYPE_CHECKING:
    import pandas

__all__ = ["PrintedCell", "PrintedTable"]

#: What follows a number that a reader must not take as it stands.
BESIDE = {"unreliable": "*", "partial": "†"}


@dataclass(frozen=True)
class PrintedCell:
    """One cell, in the language that was in use when its table was made.

    Attributes:
        number: The value as it is printed, rounded once from the exact fraction; None where there is none.
        decimals: Its decimals.
        status: Why there is none, or what to know about it; see the column ``status`` of a result. ``text`` of a cell
            of words.
        sign: What follows the number, or stands in its place.
        text: Number and sign.
    """

    number: int | float | None
    decimals: int
    status: str
    sign: str
    text: str

    def __str__(self) -> str:
        return self.text


def cell_of(number: int | float | None, decimals: int, status: str) -> PrintedCell:
    """Return a cell."""
    sign = instead(status) if number is None else BESIDE.get(status, "")
    return PrintedCell(number, decimals, status, sign, sign if number is None else printed(number, decimals) + sign)


def quotient_cell(numerator: int, denominator: int, measure: str, decimals: int, status: str) -> PrintedCell:
    """Return a cell of a quotient, rounded once from the exact fraction."""
    text = quotient(numerator, denominator, MULTIPLIER[measure], decimals)
    return cell_of(float(text.replace(",", ".")), decimals, status)


def text_cell(text: str) -> PrintedCell:
    """Return a cell of words, such as the rows where something was found."""
    return PrintedCell(None, 0, "text", text, text)


class PrintedTable:
    """A table as it is printed, in the language that was in use when it was made.

    Attributes:
        title: What is shown.
        subtitle: Territory and period in words.
        unit: The unit of its numbers.
        head: The names of the columns; the first is that of the names of rows.
        names: The names of the rows; a whole is before its parts.
        cells: For each row its cells.
        notes: What a reader must know, the signs in the cells among it; the last names the source, if one was given.

    Example:
        >>> import chitieu as ct
        >>> dataset = ct.synthetic.province("33", children=5_000, year=2022)
        >>> result = ct.compute(dataset, period="2022", by=["sex"], indicators=["child_population"],
        ...                     area_level="district")
        >>> table = result.table("child_population", columns="sex")
        >>> table.title, table.subtitle
        ('Child population, by area and sex', 'Tỉnh Hưng Yên, 2022')
        >>> table.head, len(table.names)
        (('Area', 'Total', 'Male', 'Female', 'Not recorded'), 11)
    """

    def __init__(
        self,
        *,
        title: str,
        subtitle: str,
        unit: str,
        head: Sequence[str],
        names: Sequence[str],
        cells: Sequence[Sequence[PrintedCell]],
        whole: Sequence[bool],
        notes: Sequence[str],
    ) -> None:
        self.title, self.subtitle, self.unit = title, subtitle, unit
        self.head, self.names, self.notes = tuple(head), tuple(names), list(notes)
        self.cells = [tuple(row) for row in cells]
        self._whole = list(whole)
        self._language = get_language()

    def to_polars(self) -> pl.DataFrame:
        """Return names and numbers, rounded as they are printed; null where there is none. Words stay words."""
        columns: dict[str, Any] = {self.head[0]: pl.Series(list(self.names), dtype=pl.String)}
        for nth, name in enumerate(self.head[1:]):
            column = [row[nth] for row in self.cells]
            if any(cell.status == "text" for cell in column):
                columns[name] = [cell.text for cell in column]
                continue
            whole = all(cell.decimals == 0 for cell in column)
            columns[name] = pl.Series([cell.number for cell in column], dtype=pl.Int64 if whole else pl.Float64)
        return pl.DataFrame(columns)

    def to_pandas(self) -> pandas.DataFrame:
        """Return names and numbers as a pandas DataFrame (needs pandas and pyarrow)."""
        return self.to_polars().to_pandas()

    def write_excel(self, path: str | os.PathLike[str]) -> Path:
        """Write the table as a workbook, whole or not at all, and return the path.

        Title, territory and period are above the table, notes and source below it. Every number is a number, with the
        sign beside it in its format, so that sums and charts of Excel work.

        Raises:
            FileNotFoundError: If the folder is not there.
            PlanError: For a file that ends with ``.xls``, an older form.
        """
        if Path(path).suffix.lower() == ".xls":
            raise PlanError(
                say("tệp được ghi theo dạng .xlsx", "the workbook is one of .xlsx"),
                code="unknown_choice",
                column="path",
                expected=".xlsx",
                got=".xls",
            )
        sheet = {
            "title": self.title,
            "subtitle": self.subtitle,
            "unit": self.unit,
            "head": self.head,
            "rows": [
                {
                    "name": name,
                    "whole": whole,
                    "cells": [
                        {"number": c.number, "decimals": c.decimals, "sign": c.sign, "words": c.status == "text"}
                        for c in row
                    ],
                }
                for name, whole, row in zip(self.names, self._whole, self.cells, strict=True)
            ],
            "notes": self.notes,
        }
        made = _native.workbook(json.dumps(sheet, ensure_ascii=False))
        return write_whole(path, lambda name: Path(name).write_bytes(made))

    def write_csv(self, path: str | os.PathLike[str], *, reader: str = "excel") -> Path:
        """Write the table as CSV, whole or not at all, and return the path.

        Args:
            path: The file.
            reader: ``"excel"``: what Excel opens by a double click, texts as they are printed, after a byte order mark;
                in Vietnamese with semicolons, since the comma is in the numbers. ``"machine"``: commas, decimal points,
                numbers alone, an empty cell where there is none.

        Raises:
            PlanError: For another reader.
        """
        excel = one_of("reader", reader, {"excel": ("Excel",), "machine": ()}) == "excel"
        text = io.StringIO()
        lines = csv.writer(text, delimiter=";" if excel and self._language == "vi" else ",", lineterminator="\r\n")
        lines.writerow(self.head)
        for name, row in zip(self.names, self.cells, strict=True):
            shown = [str(c) if excel or c.status == "text" else _for_machines(c) for c in row]
            lines.writerow([name, *shown])
        content = text.getvalue().encode("utf-8-sig" if excel else "utf-8")
        return write_whole(path, lambda file: Path(file).write_bytes(content))

    @property
    def _right(self) -> tuple[int, ...]:
        """The columns of numbers, which are set to the right."""
        words = {nth for row in self.cells for nth, cell in enumerate(row, 1) if cell.status == "text"}
        return tuple(nth for nth in range(1, len(self.head)) if nth not in words)

    def _rows(self) -> list[tuple[str, ...]]:
        return [(name, *map(str, row)) for name, row in zip(self.names, self.cells, strict=True)]

    def __repr__(self) -> str:
        lines, right = [self.head, *self._rows()], self._right
        widths = [max(len(line[column]) for line in lines) for column in range(len(self.head))]
        shown = [
            "  ".join(
                text.rjust(width) if nth in right else text.ljust(width) for nth, (text, width) in enumerate(cells)
            )
            for cells in (tuple(zip(line, widths, strict=True)) for line in lines)
        ]
        above = [self.title, f"{self.subtitle}. {self.unit}".rstrip(". ") + "."]
        return "\n".join([*above, shown[0], "-" * len(shown[0]), *shown[1:], *self.notes])

    def _repr_html_(self) -> str:
        notes = "".join(f"<br>{escape(note)}" for note in self.notes)
        return (
            f"<p><b>{escape(self.title)}</b><br>{escape(self.subtitle)}<br><i>{escape(self.unit)}</i></p>"
            f"{html_table(self.head, self._rows(), self._right)}<p><small>{notes.removeprefix('<br>')}</small></p>"
        )


def _for_machines(cell: PrintedCell) -> str:
    return "" if cell.number is None else f"{cell.number:.{cell.decimals}f}"


def signs(made: Sequence[Sequence[PrintedCell]]) -> list[str]:
    """Return what the signs in the cells mean."""
    cells = [cell for row in made for cell in row]
    beside = [status for status in BESIDE if any(c.number is not None and c.status == status for c in cells)]
    there = {cell.status for cell in cells if cell.number is None} - {"text"}
    return [
        *(f"{BESIDE[status]}: {name_of('status', status)}." for status in beside),
        *(f"{instead(status)}: {name_of('status', status)}." for status in sorted(there)),
    ]


def source_note(source: str | None) -> list[str]:
    """Return the note that names the source, if one was given."""
    return [f"{say('Nguồn', 'Source')}: {source.strip().rstrip('.')}."] if source else []
