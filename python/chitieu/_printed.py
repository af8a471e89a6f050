"""A table as it is printed: names for people, one value a cell, and below it what a reader must know."""

from __future__ import annotations

import csv
import io
import json
import math
import os
from collections.abc import Callable, Mapping, Sequence
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
from chitieu._nearest import MOST, one_of
from chitieu._period import period_in_words
from chitieu.charts._checks import Checks
from chitieu.charts._notes import coverage
from chitieu.charts._places import inside, levels_inside, looked_into
from chitieu.charts._subject import breakdowns, of_indicator
from chitieu.charts._words import number_of, of_abuse, upper
from chitieu.stats import proportion_interval

if TYPE_CHECKING:
    import pandas

CHECK = Checks("table")

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
    """One cell, in the language that was in use when its table was made.

    Attributes:
        number: The value as it is printed, rounded once from the exact fraction; None where there is none.
        decimals: Its decimals.
        status: Why there is none, or what to know about it; see the column ``status`` of a result.
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


class _Layout:
    """What the rows and the columns of a printed table are, and which row of a frame is in each cell.

    Args:
        frame: Rows of a result or of a table of abuse, with every category of what is printed and nothing besides.
        axes: Rows and columns: ``area``, or columns of the frame; without columns there is one.
        area: The area looked into; see :func:`looked_into`.
        area_level: The level of areas, the finest if None.
        area_vintage: The day of their names.
        counted: The column of counts: what is not recorded is printed where there is some.
        name: Names a category of a column.

    Raises:
        PlanError: For an area or a level that is not there.
    """

    def __init__(
        self,
        frame: pl.DataFrame,
        axes: Sequence[str],
        *,
        area: str | None,
        area_level: str | None,
        area_vintage: str,
        counted: str,
        name: Callable[[str, str], str],
    ) -> None:
        units = Units(area_vintage)
        self.axes, self._name = list(axes), name
        self.place = looked_into(CHECK, frame, area, area_level)
        self.at_place = frame.filter(pl.col("area_level") == self.place[0], pl.col("area") == self.place[1])
        if "area" in axes:
            level = levels_inside(CHECK, frame, self.place[0], area_level)[-1]
            parts = inside(frame, units, self.place, level)
            frame = self.at_place if level == self.place[0] else pl.concat([self.at_place, parts])
        else:
            frame = self.at_place
        where = units.names.get(self.place, name_of("area_level", self.place[0]))
        if self.at_place.is_empty():
            raise CHECK.error(
                f"không có dòng của {where} ({self.place[1]})",
                f"there is no row of {where} ({self.place[1]})",
                code="not_whole",
                column="area",
                expected=self.place[1],
                got=", ".join(frame["area"].unique(maintain_order=True).head(MOST)),
                hint=(
                    "lập bảng từ bảng chưa lọc, hoặc nêu area",
                    "take the table before it was filtered, or name area",
                ),
            )
        self.subtitle = f"{where}, {period_in_words(frame['period'][0])}"
        self._items = [self._categories(frame, of, units, counted) for of in axes]
        keys = [tuple(self._key(row, of) for of in axes) for row in frame.iter_rows(named=True)]
        rows = [
            (key, row)
            for key, row in zip(keys, frame.iter_rows(named=True), strict=True)
            if all(part in items for part, items in zip(key, self._items, strict=True))
        ]
        self._rows = dict(rows)
        cells = math.prod(len(items) for items in self._items)
        if not len(rows) == len(self._rows) == cells:
            raise CHECK.error(
                f"mỗi ô cần đúng một dòng: {cells} ô, {len(rows)} dòng",
                f"each cell needs one row: {cells} cells, {len(rows)} rows",
                code="not_whole",
                expected=str(cells),
                got=str(len(rows)),
                hint=(
                    "lập bảng từ bảng chưa lọc, với mọi phân tổ khác ở tổng số",
                    "take the table before it was filtered, with every other breakdown at its total",
                ),
            )
        self._counted = counted
        self.names = list(self._items[0].values())
        self.head = list(self._items[1].values()) if len(axes) > 1 else []
        self.whole = [key == (self.place if axes[0] == "area" else "total") for key in self._items[0]]

    def _key(self, row: Mapping[str, Any], of: str) -> Any:
        return (row["area_level"], row["area"]) if of == "area" else row[of]

    def _categories(self, frame: pl.DataFrame, of: str, units: Units, counted: str) -> dict[Any, str]:
        """Return the rows or the columns there are, in their order, each with its name."""
        if of == "area":
            places = list(frame.select("area_level", "area").unique(maintain_order=True).iter_rows())
            labels = units.labels(places)
            return {place: labels[place] for place in places}
        codes = frame[of].unique(maintain_order=True).to_list()
        there = frame.filter(pl.col(of) == "unknown", pl.col(counted) > 0).height > 0
        return {code: self._name(of, code) for code in codes if code != "unknown" or there}

    def sums(self, unit: str) -> list[str]:
        """Return which breakdowns do not add up to their total, as notes."""
        found = []
        for nth, of in enumerate(self.axes):
            parts: dict[Any, int] = {}
            totals: dict[Any, int] = {}
            for key, row in self._rows.items():
                if of not in ("area", "measure") and (n := row[self._counted]) is not None:
                    other = key[:nth] + key[nth + 1 :]
                    into = totals if key[nth] == "total" else parts
                    into[other] = into.get(other, 0) + n
            if any(parts.get(other, 0) != total for other, total in totals.items()):
                found.append(_sums_note(of, unit))
        return found

    def cells(self, cell: Callable[[Mapping[str, Any]], PrintedCell]) -> list[list[PrintedCell]]:
        """Return the cells, each made from its row."""
        columns = [(key,) for key in self._items[1]] if len(self.axes) > 1 else [()]
        return [[cell(self._rows[(key, *column)]) for column in columns] for key in self._items[0]]

    def whole_of_column(self, row: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return the row of the frame that is the whole of the column in which a row stands."""
        first: Any = self.place if self.axes[0] == "area" else "total"
        return self._rows[(first, *(self._key(row, of) for of in self.axes[1:]))]

    def by(self, title: str) -> str:
        """Return a title followed by what the table is split by."""
        names = [_axis(of).lower() for of in self.axes if of != "measure"]
        return f"{title}, {say('chia theo', 'by')} {say(' và ', ' and ').join(names)}"


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
        area: The area looked into.
        area_level: The level of areas.
        area_vintage: The day of their names.
        source: Where the records come from.
        more: Notes to add.

    Raises:
        PlanError: For an area or a level that is not there.
    """

    def named(of: str, code: str) -> str:
        return name_of("measure", code) if of == "measure" else category(of, code)

    layout = _Layout(
        frame,
        [rows, columns],
        area=area,
        area_level=area_level,
        area_vintage=area_vintage,
        counted="numerator",
        name=named,
    )
    made = layout.cells(lambda row: _value(row, definition))
    split = breakdowns(CHECK, frame, but=(rows, columns))
    subject = of_indicator(definition, quantities, f" ({split})" if split else "")
    title, unit = pick(definition["name"]), ""
    if len(measures := frame["measure"].unique().to_list()) == 1:
        title, axis = subject.title(measures[0]), subject.axis(measures[0])
        units = {"count": subject.counted, "percent": "%"}
        unit = f"{say('Đơn vị tính', 'Unit')}: {units.get(measures[0], axis[:1].lower() + axis[1:])}"
    return PrintedTable(
        title=layout.by(title),
        subtitle=layout.subtitle,
        unit=unit,
        head=[upper(_axis(rows)), *layout.head],
        names=layout.names,
        cells=made,
        whole=layout.whole,
        notes=[
            *_signs(made),
            *_undecided(layout.at_place),
            *coverage(layout.at_place.head(1), zero=any(cell.number == 0 for row in made for cell in row)),
            *layout.sums(str(frame["unit"][0])),
            *more,
            *_source(source),
        ],
    )


def counts_of(
    frame: pl.DataFrame,
    *,
    unit: str,
    axes: Sequence[str],
    percent: bool,
    area: str | None,
    area_level: str | None,
    area_vintage: str,
    name: Callable[[str, str], str],
    notes: Sequence[str],
    source: str | None,
) -> PrintedTable:
    """Return counts of abuse as a printed table.

    Args:
        frame: Rows of a table of counts, with every category of what is printed.
        unit: What is counted.
        axes: Rows and columns.
        percent: Whether each count is followed by what it is of the whole of its column.
        area: The area looked into.
        area_level: The level of areas.
        area_vintage: The day of their names.
        name: Names a category of a column.
        notes: Notes of the table.
        source: Where the records come from.

    Raises:
        PlanError: For an area or a level that is not there.
    """
    split = breakdowns(CHECK, frame, but=tuple(axes))
    layout = _Layout(
        frame, axes, area=area, area_level=area_level, area_vintage=area_vintage, counted="count", name=name
    )
    made = layout.cells(lambda row: cell_of(row["count"], 0, row["status"]))
    head = layout.head or [say("Số lượng", "Count")]
    if percent:
        shares = layout.cells(lambda row: _share(row, layout.whole_of_column(row)))
        made = [[cell for pair in zip(*both, strict=True) for cell in pair] for both in zip(made, shares, strict=True)]
        head = [text for column in head for text in (column, f"{column} (%)" if layout.head else "%")]
    return PrintedTable(
        title=layout.by(number_of(of_abuse(unit)) + (f" ({split})" if split else "")),
        subtitle=layout.subtitle,
        unit=f"{say('Đơn vị tính', 'Unit')}: {name_of('unit', unit)}" + (", %" if percent else ""),
        head=[upper(_axis(axes[0])), *head],
        names=layout.names,
        cells=made,
        whole=layout.whole,
        notes=[*_signs(made), *(f"{note.rstrip('.')}." for note in notes), *_source(source)],
    )


def _axis(of: str) -> str:
    return next((name for names in ("dimension", "column", "abuse_column") if (name := name_of(names, of)) != of), of)


def _value(row: Mapping[str, Any], definition: Mapping[str, Any]) -> PrintedCell:
    if row["value"] is None:
        return cell_of(None, 0, row["status"])
    if row["measure"] == "count":
        return cell_of(row["numerator"], 0, row["status"])
    return _quotient(row["numerator"], row["denominator"], row["measure"], definition.get("decimals", 2), row["status"])


def _share(row: Mapping[str, Any], whole: Mapping[str, Any]) -> PrintedCell:
    if row["count"] is None or not whole["count"]:
        return cell_of(None, 2, row["status"] if row["count"] is None else "not_available")
    # As `share` has it: a share of few is unreliable, which goes before partial.
    status = proportion_interval(row["count"], whole["count"]).status
    return _quotient(row["count"], whole["count"], "percent", 2, row["status"] if status == "ok" else status)


def _quotient(numerator: int, denominator: int, measure: str, decimals: int, status: str) -> PrintedCell:
    text = quotient(numerator, denominator, MULTIPLIER[measure], decimals)
    return cell_of(float(text.replace(",", ".")), decimals, status)


def _signs(made: Sequence[Sequence[PrintedCell]]) -> list[str]:
    """Return what the signs in the cells mean."""
    cells = [cell for row in made for cell in row]
    beside = [status for status in BESIDE if any(c.number is not None and c.status == status for c in cells)]
    there = {cell.status for cell in cells if cell.number is None}
    return [
        *(f"{BESIDE[status]}: {name_of('status', status)}." for status in beside),
        *(f"{instead(status)}: {name_of('status', status)}." for status in sorted(there)),
    ]


def _source(source: str | None) -> list[str]:
    return [f"{say('Nguồn', 'Source')}: {source.strip().rstrip('.')}."] if source else []


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


def _sums_note(of: str, unit: str) -> str:
    one, by = name_of("unit", unit), _axis(of).lower()
    return say(
        f"Các phần theo {by} không cộng thành tổng số: một {one} có thể ở nhiều phần hoặc không ở phần nào.",
        f"The parts by {by} do not add up to the total: one {one} may be in several of them or in none.",
    )
