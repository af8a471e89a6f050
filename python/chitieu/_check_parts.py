"""The pieces that the report of a check is made of: numbers beside their bars, cards, tables."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import NamedTuple

from chitieu._language import printed, say


class Column(NamedTuple):
    """A column of a table: its name, and whether it holds numbers."""

    name: str
    is_number: bool = False


class Rows(NamedTuple):
    """Rows of a table under a heading of their own, if it has words; their cells are HTML."""

    heading: str
    rows: Sequence[Sequence[str]]


def count(number: int, vi: str, en: str) -> str:
    """Return a number of things; the English word is that of one of them."""
    return f"{printed(number)} {say(vi, en if number == 1 else f'{en}s')}"


def percent(value: float) -> str:
    """Return a percentage with one decimal; it reads 0 or 100 only where it is."""
    if 0 < value < 0.05:
        return f"< {printed(0.1, 1)}"
    return f"> {printed(99.9, 1)}" if 99.95 <= value < 100 else printed(value, 1)


def bar(value: float) -> str:
    """Return a bar, which repeats a percentage that is written beside it."""
    return (
        "<svg class='bar' viewBox='0 0 100 9' preserveAspectRatio='none' aria-hidden='true'>"
        f"<rect class='rest' width='100' height='9'/><rect width='{value:.1f}' height='9'/></svg>"
    )


def dash(meaning: str) -> str:
    """Return the sign of what has no value, with its meaning for who cannot see it."""
    return f"<span aria-hidden='true'>–</span><span class='sr'>{meaning}</span>"


def share(value: float | None) -> str:
    """Return a percentage beside its bar."""
    if value is None:
        return dash(say("không có gì để xét", "nothing to judge"))
    return escape(percent(value)) + bar(value)


def card(kind: str, name: str, value: str, of: float | None, notes: Sequence[str]) -> str:
    """Return a number with its bar and what must be known of it; value and notes are HTML."""
    below = "".join(f"<p>{note}</p>" for note in notes)
    return (
        f"<div class='card {kind}'><h3>{escape(name)}</h3><p class='value'>{value}</p>"
        f"{'' if of is None else bar(of)}{below}</div>"
    )


def table(kind: str, caption: str, columns: Sequence[Column], groups: Sequence[Rows]) -> str:
    """Return a table whose first column names its rows.

    Its roles are written out: on a phone its rows are laid out as cards, and browsers then forget what they were.
    """
    head = "".join(f"<th scope='col' role='columnheader'{_side(c)}>{escape(c.name)}</th>" for c in columns)
    body = "".join(_body(columns, group) for group in groups)
    return (
        f"<table role='table' class='{kind}'><caption>{escape(caption)}</caption>"
        f"<thead role='rowgroup'><tr role='row'>{head}</tr></thead>{body}</table>"
    )


def _side(column: Column) -> str:
    return " class='n'" if column.is_number else ""


def _body(columns: Sequence[Column], group: Rows) -> str:
    heading = (
        f"<tr class='group' role='row'><th scope='rowgroup' role='rowheader' colspan='{len(columns)}'>"
        f"{escape(group.heading)}</th></tr>"
    )
    rows = "".join(_row(columns, cells) for cells in group.rows)
    return f"<tbody role='rowgroup'>{heading if group.heading else ''}{rows}</tbody>"


def _row(columns: Sequence[Column], cells: Sequence[str]) -> str:
    first, *others = cells
    rest = "".join(
        f"<td role='cell' data-label='{escape(column.name)}'{_side(column)}>{cell}</td>"
        for cell, column in zip(others, columns[1:], strict=True)
    )
    return f"<tr role='row'><th scope='row' role='rowheader'>{first}</th>{rest}</tr>"
