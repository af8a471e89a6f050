"""Two results side by side as a printed table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal, localcontext
from fractions import Fraction
from typing import Any

import polars as pl

from chitieu._catalogue import MULTIPLIER
from chitieu._indicator_table import undecided_note, value_cell
from chitieu._language import category, codes, rounded, say
from chitieu._layout import CHECK, Layout
from chitieu._period import period_in_words, period_name
from chitieu._printed import PrintedCell, PrintedTable, cell_of, signs, source_note
from chitieu.charts._notes import confidence, coverage
from chitieu.charts._subject import breakdowns, of_indicator
from chitieu.charts._words import upper

#: What each of two rows has of its own.
SIDES = ("numerator", "denominator", "value", "undecided", "reported", "expected", "status")


def names_of(column: str) -> tuple[str, str] | tuple[()]:
    """Return what people call a column of a comparison."""
    words = {
        "difference": ("Chênh lệch", "Difference"),
        "ratio": ("Tỷ số", "Ratio"),
    }
    if column in words:
        return words[column]
    name, _, end = column.rpartition("_")
    ends = {
        "before": ("kỳ trước", "before"),
        "after": ("kỳ sau", "after"),
        "lower": ("từ", "from"),
        "upper": ("đến", "to"),
    }
    of = words.get(name) or codes("column").get(name)
    return (f"{of[0]}: {ends[end][0]}", f"{of[1]}: {ends[end][1]}") if of and end in ends else ()


def fraction(row: Mapping[str, Any], side: str) -> Fraction | None:
    """Return a value as the exact fraction it is printed from."""
    if row[f"value_{side}"] is None:
        return None
    if row["measure"] == "count":
        return Fraction(row[f"numerator_{side}"])
    return Fraction(row[f"numerator_{side}"] * MULTIPLIER[row["measure"]], row[f"denominator_{side}"])


def printed_comparison(
    frame: pl.DataFrame,
    definition: Mapping[str, Any],
    quantities: Sequence[Mapping[str, Any]],
    *,
    area_vintage: str,
    rows: str,
    area: str | None,
    area_level: str | None,
    source: str | None,
    more: Sequence[str],
) -> PrintedTable:
    """Return rows of a comparison as a printed table.

    Args:
        frame: Its rows, with every category of what is printed.
        definition: The indicator.
        quantities: The quantities of its catalogue.
        area_vintage: The day of the names of areas.
        rows: What the rows are: ``area`` or a dimension.
        area: The area looked into.
        area_level: The level of areas.
        source: Where the records come from.
        more: Notes to add.

    Raises:
        PlanError: For an area or a level that is not there.
    """
    some = pl.sum_horizontal(pl.col("numerator_before", "numerator_after").fill_null(0))
    layout = Layout(
        frame.with_columns(period="period_after", counted=some),
        [rows],
        area=area,
        area_level=area_level,
        area_vintage=area_vintage,
        counted="counted",
        name=category,
    )
    measure = str(frame["measure"][0])
    decimals = 0 if measure == "count" else definition.get("decimals", 2)
    periods = [str(frame[f"period_{side}"][0]) for side in ("before", "after")]
    columns = [
        *([_side(row, side, definition) for [row] in layout.rows] for side in ("before", "after")),
        *_with_limits(layout.rows, "difference", decimals),
        *_with_limits(layout.rows, "ratio", 2),
    ]
    heads = [*map(period_name, periods)]
    for name in ("difference", "ratio"):
        heads.append(say(*names_of(name)))
        if _has_limits(layout.rows, name):
            heads += [say(*names_of(f"{name}_{end}")) for end in ("lower", "upper")]
    if len(set(heads)) < len(heads):  # one period, of two datasets
        heads[:2] = [f"{heads[0]} (1)", f"{heads[1]} (2)"]
    made = [list(row) for row in zip(*columns, strict=True)]
    split = breakdowns(CHECK, frame, but=(rows,))
    subject = of_indicator(definition, quantities, f" ({split})" if split else "")
    points = say("; chênh lệch: điểm phần trăm", "; difference: percentage points") if measure == "percent" else ""
    limits = say("Từ – đến: ", "From – to: ") + confidence() + "."
    before, after = map(period_in_words, periods)
    return PrintedTable(
        title=layout.by(subject.title(measure)),
        subtitle=f"{layout.where}, {after} {say('so với', 'against')} {before}",
        unit=f"{say('Đơn vị tính', 'Unit')}: {subject.unit(measure)}{points}",
        head=[upper(layout.axis), *heads],
        names=layout.names,
        cells=made,
        whole=layout.whole,
        notes=[
            *signs(made),
            say(
                "Chênh lệch, tỷ số tính từ giá trị chưa làm tròn.",
                "Difference and ratio are of values before rounding.",
            ),
            *([limits] if _has_limits(layout.rows, "difference") else []),
            *_of_each(layout.at_place, periods),
            *more,
            *source_note(source),
        ],
    )


def _side(row: Mapping[str, Any], side: str, definition: Mapping[str, Any]) -> PrintedCell:
    return value_cell({**{name: row[f"{name}_{side}"] for name in SIDES}, "measure": row["measure"]}, definition)


def _has_limits(rows: Sequence[Sequence[Mapping[str, Any]]], name: str) -> bool:
    return any(row[f"{name}_lower"] is not None or row[f"{name}_upper"] is not None for [row] in rows)


def _with_limits(rows: Sequence[Sequence[Mapping[str, Any]]], name: str, decimals: int) -> list[list[PrintedCell]]:
    """Return the columns of a difference or a ratio: itself, rounded once from the exact fraction, and its limits."""
    columns = [[_exact(row, name, decimals) for [row] in rows]]
    if _has_limits(rows, name):
        for end in ("lower", "upper"):
            column = [(row[f"{name}_{end}"], row) for [row] in rows]
            columns.append(
                [_rounded(limit, decimals, "ok" if limit is not None else _missing(row)) for limit, row in column]
            )
    return columns


def _missing(row: Mapping[str, Any]) -> str:
    """Return the status of a cell without a value: there is no ratio to 0, and no upper limit of one."""
    return str(row["status"]) if row["difference"] is None else "not_applicable"


def _exact(row: Mapping[str, Any], name: str, decimals: int) -> PrintedCell:
    if row[name] is None:
        return cell_of(None, decimals, _missing(row))
    before, after = fraction(row, "before"), fraction(row, "after")
    assert before is not None and after is not None
    found = after - before if name == "difference" else after / before
    with localcontext() as context:
        context.prec = 60
        value = Decimal(found.numerator) / Decimal(found.denominator)
    return _rounded(value, decimals, row["status"])


def _rounded(value: Decimal | float | None, decimals: int, status: str) -> PrintedCell:
    if value is None:
        return cell_of(None, decimals, status)
    number = rounded(value, decimals)
    return cell_of(float(number) if decimals else int(number), decimals, status)


def _of_each(at_place: pl.DataFrame, periods: Sequence[str]) -> list[str]:
    """Return of each of the periods what was left out, and who reported."""
    found = []
    texts = [column for column, dtype in at_place.schema.items() if dtype == pl.String]
    for period, side in zip(periods, ("before", "after"), strict=True):
        names = {name: f"{name}_{side}" for name in ("undecided", "reported", "expected")}
        one = at_place.select(*texts, **names)
        told = [*undecided_note(one), *coverage(one.head(1))]
        found += [f"{period_name(period)}: {text[:1].lower()}{text[1:]}" for text in told]
    return found
