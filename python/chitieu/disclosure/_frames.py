"""What a table of counts is, as the crate takes it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl

from chitieu._errors import PlanError
from chitieu._frame import as_frame
from chitieu._language import say, word_list
from chitieu._source import by_polars

#: Rows shown in a notebook.
ROWS_SHOWN = 40

#: A dimension: its column, each category with its parent, whether categories overlap, and their order.
Axis = tuple[str, list[tuple[str, str]], bool, list[str]]


def read_table(
    frame: Any,
    dims: Sequence[str],
    count: str,
    hierarchies: Mapping[str, Mapping[str, str]] | None,
    distinct: Sequence[str],
) -> tuple[pl.DataFrame, list[Axis]]:
    """Return the frame and its axes as the crate takes them."""
    names = word_list("dims", dims)
    for what, given in (("hierarchies", hierarchies or {}), ("distinct", word_list("distinct", distinct))):
        for name in given:
            if name not in names:
                raise PlanError(
                    say(f'{what}: "{name}" không có trong dims', f'{what}: "{name}" is not one of dims'),
                    code="unknown_choice",
                    expected=", ".join(names),
                    got=str(name),
                )
    found = as_frame("frame", frame)
    there = [name for name in dict.fromkeys([*names, count]) if name in by_polars("frame", found.collect_schema)]
    table = by_polars("frame", found.lazy().select(there).collect)
    axes = [(n, _pairs((hierarchies or {}).get(n, {})), n in distinct, _order(table, n)) for n in names]
    return table, axes


def _pairs(parents: Mapping[str, str]) -> list[tuple[str, str]]:
    return [(str(child), str(parent)) for child, parent in parents.items()]


def _order(table: pl.DataFrame, name: str) -> list[str]:
    """Return the categories of a column in their own order: those of an Enum, numbers by their size."""
    if name not in table.columns:
        return []
    column = table[name]
    if isinstance(column.dtype, pl.Enum):
        return column.dtype.categories.to_list()
    return [str(v) for v in column.drop_nulls().unique().sort()] if column.dtype.is_integer() else []
