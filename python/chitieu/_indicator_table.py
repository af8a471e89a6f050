"""Rows of one indicator as a printed table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl

from chitieu._language import category, pick, printed, say
from chitieu._layout import CHECK, Layout, axis_name
from chitieu._printed import PrintedCell, PrintedTable, cell_of, quotient_cell, signs, source_note
from chitieu.charts._notes import coverage
from chitieu.charts._subject import breakdowns, measure_name, of_indicator
from chitieu.charts._words import upper


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
    split = breakdowns(CHECK, frame, but=(rows, columns))
    subject = of_indicator(definition, quantities, f" ({split})" if split else "")

    def named(of: str, code: str) -> str:
        return measure_name(code, subject.of) if of == "measure" else category(of, code)

    layout = Layout(
        frame,
        [rows, columns],
        area=area,
        area_level=area_level,
        area_vintage=area_vintage,
        counted="numerator",
        name=named,
    )
    made = layout.cells(lambda row: value_cell(row, definition))
    title, unit = pick(definition["name"]), ""
    if len(measures := frame["measure"].unique().to_list()) == 1:
        title = subject.title(measures[0])
        unit = f"{say('Đơn vị tính', 'Unit')}: {subject.unit(measures[0])}"
    return PrintedTable(
        title=layout.by(title),
        subtitle=layout.subtitle,
        unit=unit,
        head=[upper(axis_name(rows)), *layout.head],
        names=layout.names,
        cells=made,
        whole=layout.whole,
        notes=[
            *signs(made),
            *undecided_note(layout.at_place),
            *coverage(layout.at_place.head(1), zero=any(cell.number == 0 for row in made for cell in row)),
            *layout.sums(str(frame["unit"][0])),
            *more,
            *source_note(source),
        ],
    )


def value_cell(row: Mapping[str, Any], definition: Mapping[str, Any]) -> PrintedCell:
    """Return the cell of a row of a result."""
    if row["value"] is None:
        return cell_of(None, 0, row["status"])
    if row["measure"] == "count":
        return cell_of(row["numerator"], 0, row["status"])
    return quotient_cell(
        row["numerator"], row["denominator"], row["measure"], definition.get("decimals", 2), row["status"]
    )


def undecided_note(at_place: pl.DataFrame) -> list[str]:
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
