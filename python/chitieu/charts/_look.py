"""The look that the charts share: fonts, greys, title, choices and source."""

from __future__ import annotations

from textwrap import wrap
from typing import TYPE_CHECKING, Any, cast

from chitieu._language import say
from chitieu._plot import FONTS, INK, inside_script
from chitieu.charts._table import refuse

if TYPE_CHECKING:
    import altair

#: Greys that stay apart in print, dark to pale; an edge keeps the palest visible.
DARK, MIDDLE, PALE, FAINT = "#4d4d4d", "#9a9a9a", "#d9d9d9", "#f2f2f2"

#: Labels of axes that name categories.
NAMES = {"title": None, "ticks": False, "domain": False, "labelPadding": 6, "labelLimit": 300, "labelFontSize": 11}


def sourced(chart: str, source: str) -> str:
    """Return the line that names the source.

    Raises:
        PlanError: With code ``no_source``, if it is empty.
    """
    if not isinstance(source, str) or not source.strip():
        raise refuse(
            chart,
            "phải nêu nguồn số liệu (source)",
            "the source of the data must be named (source)",
            code="no_source",
            column="source",
            expected=say('như "Sổ xâm hại trẻ em tỉnh Hưng Yên"', 'such as "register of Hưng Yên province"'),
            got=repr(source),
        )
    return say("Nguồn: ", "Source: ") + source.strip().rstrip(".") + "."


def headed(alt: Any, lines: list[str], anchor: str = "start") -> Any:
    """Return a small heading of one part of a chart."""
    return alt.Title(lines, anchor=anchor, fontSize=12, offset=8)


def finished(alt: Any, chart: Any, title: str, notes: list[str], source: str, width: int = 620) -> altair.VConcatChart:
    """Return a chart with its title, notes under it, and its source below."""
    letters = width // 6
    subtitle = [line for note in notes for line in wrap(note, letters)]
    below = alt.Title(
        wrap(source, letters),
        orient="bottom",
        anchor="start",
        fontSize=10,
        fontWeight="normal",
        fontStyle="italic",
        color="#444",
        offset=10,
    )
    above = alt.Title(
        wrap(title, int(letters * 0.8)),
        subtitle=subtitle,
        anchor="start",
        fontSize=14,
        subtitleFontSize=11,
        subtitleColor="#444",
        subtitlePadding=4,
        offset=14,
    )
    number = {"decimal": say(",", "."), "thousands": say(".", ","), "grouping": [3], "currency": ["", "\u00a0₫"]}
    drawn: altair.VConcatChart = (
        alt.vconcat(chart.properties(title=below))
        .properties(title=above)
        .configure(font=FONTS, locale={"number": number}, background="white", padding=12)
        .configure_view(stroke=None)
        .configure_axis(
            gridColor="#e4e4e4", domainColor="#888", labelColor=INK, titleColor=INK, titleFontWeight="normal"
        )
        .configure_legend(labelColor=INK, titleColor=INK, titleFontWeight="normal", labelFontSize=11, labelLimit=300)
    )
    return cast("altair.VConcatChart", inside_script(drawn))
