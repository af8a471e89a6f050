"""A table as it is printed: names for people, one value a cell, and below it what a reader must know."""

from __future__ import annotations

import csv
import io
import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl

from chitieu import _native
from chitieu._areas import Units
from chitieu._catalogue import MULTIPLIER, html_table
from chitieu._files import write_whole
from chitieu._language import category, get_language, name_of, pick, printed, quotient, say
from chitieu._nearest import one_of
from chitieu._period import period_in_words
from chitieu.charts._checks import Checks
from chitieu.charts._notes import coverage
from chitieu.charts._places import inside, levels_inside, looked_into
from chitieu.charts._subject import of_indicator
from chitieu.charts._words import upper

if TYPE_CHECKING:
    import pandas

CHECK = Checks("result.table")

#: What follows a number that a reader must not take as it stands.
BESIDE = {"unreliable": "*", "partial": "†"}


def instead(status: str) -> str:
    """Return the sign that stands where there is no value: of yearbooks (``...``), else of this project."""
    signs = {
        "not_available": "...",
        "not_reported": say("(cbc)", "(nr)"),
        "not_applicable": "x",
        "suppressed": say("(bm)", "(c)"),
    }
    return signs[status]


@dataclass(frozen=True)
class PrintedCell:
    """One cell.

    Attributes:
        number: The value as it is printed, rounded once from the exact fraction; None where there is none.
        decimals: Its decimals.
        status: Why there is none, or what to know about it; see the column ``status`` of a result.
    """

    number: int | float | None
    decimals: int
    status: str

    @property
    def sign(self) -> str:
        """What follows the number, or stands in its place."""
        return instead(self.status) if self.number is None else BESIDE.get(self.status, "")

    def __str__(self) -> str:
        return self.sign if self.number is None else printed(self.number, self.decimals) + self.sign


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
        (('Area', 'Total', 'Female', 'Male', 'Not recorded'), 11)
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
        """Return names and numbers, rounded as they are printed; null where there is none."""
        columns: dict[str, Any] = {self.head[0]: list(self.names)}
        for nth, name in enumerate(self.head[1:]):
            column = [row[nth] for row in self.cells]
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
        """
        sheet = {
            "title": self.title,
            "subtitle": self.subtitle,
            "unit": self.unit,
            "head": self.head,
            "rows": [
                {
                    "name": name,
                    "whole": whole,
                    "cells": [{"number": c.number, "decimals": c.decimals, "sign": c.sign} for c in row],
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
            shown = [str(c) if excel else "" if c.number is None else f"{c.number:.{c.decimals}f}" for c in row]
            lines.writerow([name, *shown])
        content = text.getvalue().encode("utf-8-sig" if excel else "utf-8")
        return write_whole(path, lambda file: Path(file).write_bytes(content))

    def _rows(self) -> list[tuple[str, ...]]:
        return [(name, *map(str, row)) for name, row in zip(self.names, self.cells, strict=True)]

    def __repr__(self) -> str:
        lines = [self.head, *self._rows()]
        widths = [max(len(line[column]) for line in lines) for column in range(len(self.head))]
        shown = [
            "  ".join(text.rjust(width) if nth else text.ljust(width) for nth, (text, width) in enumerate(cells))
            for cells in (tuple(zip(line, widths, strict=True)) for line in lines)
        ]
        above = [self.title, f"{self.subtitle}. {self.unit}".rstrip(". ") + "."]
        return "\n".join([*above, shown[0], "-" * len(shown[0]), *shown[1:], *self.notes])

    def _repr_html_(self) -> str:
        right = tuple(range(1, len(self.head)))
        notes = "".join(f"<br>{escape(note)}" for note in self.notes)
        return (
            f"<p><b>{escape(self.title)}</b><br>{escape(self.subtitle)}<br><i>{escape(self.unit)}</i></p>"
            f"{html_table(self.head, self._rows(), right)}<p><small>{notes.removeprefix('<br>')}</small></p>"
        )


def table_of(
    frame: pl.DataFrame,
    definition: Mapping[str, Any],
    quantities: Sequence[Mapping[str, Any]],
    *,
    rows: str,
    columns: str,
    area: str | None,
    area_level: str | None,
    area_vintage: str,
    source: str | None,
    more: Sequence[str],
) -> PrintedTable:
    """Return rows of one indicator as a printed table.

    Args:
        frame: Its rows, with every category of what is printed.
        definition: The indicator.
        quantities: The quantities of its catalogue.
        rows: What the rows are: ``area`` or a dimension.
        columns: What the columns are: ``area``, a dimension, or ``measure``.
        area: The area looked into; see :func:`looked_into`.
        area_level: The level of areas, the finest if None.
        area_vintage: The day of their names.
        source: Where the records come from.
        more: Notes to add.

    Raises:
        PlanError: For an area or a level that is not there.
    """
    units = Units(area_vintage)
    place = looked_into(CHECK, frame, area, area_level)
    at_place = frame.filter(pl.col("area_level") == place[0], pl.col("area") == place[1])
    if "area" in (rows, columns):
        level = levels_inside(CHECK, frame, place[0], area_level)[-1]
        parts = inside(frame, units, place, level)
        frame = at_place if level == place[0] else pl.concat([at_place, parts])
    else:
        frame = at_place
    items = {of: _items(frame, of, units) for of in (rows, columns)}
    cells = {(_key(row, rows), _key(row, columns)): _cell(row, definition) for row in frame.iter_rows(named=True)}
    subject = of_indicator(definition, quantities)
    measures = frame["measure"].unique().to_list()
    names = [upper(_dimension(of)) if of == rows else _dimension(of) for of in (rows, columns) if of != "measure"]
    by = say(" và ", " and ").join(name.lower() for name in names)
    made = [[cells[row, column] for column in items[columns]] for row in items[rows]]
    shown = {cell.status for row in made for cell in row}
    unit = (
        subject.counted
        if measures == ["count"]
        else "%"
        if measures == ["percent"]
        else subject.axis(measures[0])[:1].lower() + subject.axis(measures[0])[1:]
    )
    return PrintedTable(
        title=(subject.title(measures[0]) if len(measures) == 1 else pick(definition["name"]))
        + f", {say('chia theo', 'by')} {by}",
        subtitle=f"{units.names.get(place, name_of('area_level', place[0]))}, {period_in_words(frame['period'][0])}",
        unit=f"{say('Đơn vị tính', 'Unit')}: {unit}" if len(measures) == 1 else "",
        head=[upper(_dimension(rows)), *items[columns].values()],
        names=list(items[rows].values()),
        cells=made,
        whole=[_is_whole(key, rows, place) for key in items[rows]],
        notes=[
            *(f"{BESIDE[status]}: {name_of('status', status)}." for status in BESIDE if status in shown),
            *(
                f"{instead(status)}: {name_of('status', status)}."
                for status in ("not_available", "not_reported", "not_applicable", "suppressed")
                if any(cell.number is None and cell.status == status for row in made for cell in row)
            ),
            *_undecided(at_place),
            *coverage(at_place.head(1), zero=any(cell.number == 0 for row in made for cell in row)),
            *_overlap({rows, columns}, str(frame["unit"][0])),
            *more,
            *([f"{say('Nguồn', 'Source')}: {source.strip().rstrip('.')}."] if source else []),
        ],
    )


def _key(row: Mapping[str, Any], of: str) -> Any:
    return (row["area_level"], row["area"]) if of == "area" else row[of]


def _items(frame: pl.DataFrame, of: str, units: Units) -> dict[Any, str]:
    """Return what rows or columns there are, in their order, each with its name."""
    if of == "area":
        places = list(frame.select("area_level", "area").unique(maintain_order=True).iter_rows())
        labels = units.labels(places)
        return {place: labels[place] for place in places}
    codes = frame[of].unique(maintain_order=True).to_list()
    if of == "measure":
        return {code: name_of("measure", code) for code in codes}
    # What is not recorded is printed where there is some; every other category always.
    there = frame.filter(pl.col(of) == "unknown", pl.col("numerator") > 0).height > 0
    return {code: category(of, code) for code in codes if code != "unknown" or there}


def _dimension(of: str) -> str:
    return name_of("column", "area") if of == "area" else name_of("dimension", of)


def _is_whole(key: Any, rows: str, place: tuple[str, str]) -> bool:
    return bool(key == (place if rows == "area" else "total"))


def _cell(row: Mapping[str, Any], definition: Mapping[str, Any]) -> PrintedCell:
    if row["value"] is None:
        return PrintedCell(None, 0, row["status"])
    if row["measure"] == "count":
        return PrintedCell(row["numerator"], 0, row["status"])
    decimals = definition.get("decimals", 2)
    text = quotient(row["numerator"], row["denominator"], MULTIPLIER[row["measure"]], decimals)
    return PrintedCell(float(text.replace(",", ".")), decimals, row["status"])


def _undecided(at_place: pl.DataFrame) -> list[str]:
    """Return how many records are in no number, where all categories are at their total."""
    totals = at_place
    for name, dtype in at_place.schema.items():
        if dtype == pl.String and (at_place[name] == "total").any():
            totals = totals.filter(pl.col(name) == "total")
    n = max(totals["undecided"].drop_nulls().to_list(), default=0)
    if not n:
        return []
    vi, en = (
        f"{printed(n)} bản ghi chưa xác định được, không tính vào.",
        f"{printed(n)} records are undecided, left out.",
    )
    return [say(vi, en)]


def _overlap(dimensions: set[str], unit: str) -> list[str]:
    if not dimensions & {"form", "circumstance"}:
        return []
    one = name_of("unit", unit)
    return [
        say(
            f"Một {one} có thể ở nhiều nhóm: các nhóm không cộng thành tổng số.",
            f"One {one} may be in several groups: they do not add up to the total.",
        )
    ]
