"""The look of every chart: letters, colours, axes, marks that recur, title and source."""

from __future__ import annotations

import math
from dataclasses import dataclass
from textwrap import wrap
from typing import TYPE_CHECKING, Any, cast

from chitieu._language import say
from chitieu.charts._render import inside_script, self_drawn

if TYPE_CHECKING:
    import altair

#: Families that have the letters of Vietnamese; the last one is what the system, or vl-convert, has.
FONTS = "Arial, 'Liberation Sans', 'Noto Sans', 'DejaVu Sans', sans-serif"

#: Size of the letters at axes and in the drawing.
SIZE = 11

#: Letters and whiskers; targets; lines of the grid; lines of axes; titles below the first.
INK, TARGET_INK, GRID, AXIS, MUTED = "#1c1c1c", "#b3261e", "#e4e4e4", "#888", "#444"

#: Greys that stay apart in print, dark to pale; an edge keeps the palest visible.
DARK, MIDDLE, PALE = "#4d4d4d", "#9a9a9a", "#d9d9d9"

#: Blues that stay apart in grey print: a whole, a value, a value of too few.
BLUES = {"whole": "#5b86b5", "ok": "#9dbbdb", "unreliable": "#eaf0f6"}
#: An edge keeps a pale bar visible; the others have none, so that 0 is drawn as nothing.
BLUE_EDGES = {"whole": "transparent", "ok": "transparent", "unreliable": "#5b86b5"}

#: So many counts on an axis have a tick each.
FEW = 5

#: The line of a target.
TARGET = {"color": TARGET_INK, "strokeDash": [6, 3], "strokeWidth": 1.6}

#: Points of the width of a chart for one letter of its notes.
_LETTER = 6


def number_axis(alt: Any, whole: bool, **more: Any) -> Any:
    """Return an axis of numbers; with ``whole`` of counts, which have no ticks between them."""
    counts = {"format": ",d", "tickMinStep": 1} if whole else {}
    return alt.Axis(**{"labelFontSize": SIZE, **counts, **more})


def count_axis(alt: Any, first: float, last: float, **more: Any) -> Any:
    """Return an axis of counts between two numbers, with no tick between two counts."""
    every = list(range(math.ceil(first), math.floor(last) + 1))
    return number_axis(alt, True, **({"values": every} if last - first < FEW else {}), **more)


def name_axis(alt: Any, **more: Any) -> Any:
    """Return an axis that names categories."""
    plain = {"title": None, "ticks": False, "domain": False, "labelPadding": 6, "labelLimit": 300}
    return alt.Axis(**{**plain, "labelFontSize": SIZE, **more})


def haloed(base: Any, **text: Any) -> list[Any]:
    """Return a text with white behind it, which keeps it free of the lines it crosses."""
    white, ink = {"stroke": "white", "strokeWidth": 4}, {"color": INK}
    return [base.mark_text(fontSize=SIZE, **text, **look) for look in (white, ink)]


def whiskers(base: Any, channel: Any, *, scale: dict[str, Any] | None = None, **other: Any) -> list[Any]:
    """Return the limits of values, columns ``lower`` and ``upper``, as a line with two ends.

    Args:
        base: A chart.
        channel: ``alt.X`` or ``alt.Y``: the direction of the values.
        scale: The scale of the values, where it is not that of the other layers.
        **other: Encodings of the other direction.
    """
    along = channel.__name__.lower()
    lower, upper = (channel(f"{end}:Q", **(scale or {})) for end in ("lower", "upper"))
    line = base.mark_rule(color=INK, strokeWidth=1.2).encode(**{along: lower, f"{along}2": "upper:Q"}, **other)
    end = base.mark_tick(color=INK, thickness=1.2, size=6, orient="vertical" if along == "x" else "horizontal")
    return [line, *(end.encode(**{along: limit}, **other) for limit in (lower, upper))]


def headed(alt: Any, lines: list[str], anchor: str = "start", frame: str = "bounds") -> Any:
    """Return a small heading of one part of a chart, set on all of it or (``frame="group"``) on its drawing."""
    return alt.Title(lines, anchor=anchor, frame=frame, fontSize=12, offset=8)


@dataclass(frozen=True)
class Heading:
    """What stands above a chart: its title, and under it what a reader must know.

    Attributes:
        title: What is shown.
        notes: Where and when, and what the numbers need.
    """

    title: str
    notes: list[str]

    def with_own(self, title: str | None, subtitle: str | None) -> Heading:
        """Return this heading with the title and a first line of the user, where given; the notes stay."""
        own = [] if subtitle is None else [subtitle]
        return Heading(self.title if title is None else title, [*own, *self.notes])


def titled(alt: Any, chart: Any, heading: Heading, width: int = 620) -> Any:
    """Return a chart with its heading, in the look of all charts."""
    letters = width // _LETTER
    above = alt.Title(
        wrap(heading.title, int(letters * 0.8)),
        subtitle=[line for note in heading.notes for line in wrap(note, letters)],
        anchor="start",
        frame="bounds",
        fontSize=14,
        subtitleFontSize=SIZE,
        subtitleColor=MUTED,
        subtitlePadding=4,
        offset=14,
    )
    number = {"decimal": say(",", "."), "thousands": say(".", ","), "grouping": [3], "currency": ["", "\u00a0₫"]}
    drawn = (
        chart.properties(title=above)
        .configure(font=FONTS, locale={"number": number}, background="white", padding=12)
        .configure_view(stroke=None)
        .configure_axis(gridColor=GRID, domainColor=AXIS, labelColor=INK, titleColor=INK, titleFontWeight="normal")
        .configure_legend(labelColor=INK, titleColor=INK, titleFontWeight="normal", labelFontSize=SIZE, labelLimit=300)
    )
    return self_drawn(inside_script(drawn))


def sourced(alt: Any, chart: Any, heading: Heading, source: str, width: int = 620) -> altair.VConcatChart:
    """Return a chart with its heading, and its source below."""
    below = alt.Title(
        wrap(source, width // _LETTER),
        orient="bottom",
        anchor="start",
        fontSize=10,
        fontWeight="normal",
        fontStyle="italic",
        color=MUTED,
        offset=10,
    )
    return cast("altair.VConcatChart", titled(alt, alt.vconcat(chart.properties(title=below)), heading, width))
