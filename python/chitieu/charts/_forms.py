"""Forms of abuse, how many a child has, and which go together."""

from __future__ import annotations

import json
from textwrap import wrap
from typing import TYPE_CHECKING, Any

import polars as pl

from chitieu._language import category, printed, say
from chitieu._table import Table
from chitieu.charts._checks import Checks
from chitieu.charts._notes import choices, coverage, hiding, source_line
from chitieu.charts._places import day_of, named
from chitieu.charts._render import load_altair
from chitieu.charts._theme import DARK, INK, MIDDLE, PALE, SIZE, Heading, count_axis, headed, name_axis, sourced
from chitieu.charts._words import inside, number, number_of, of_abuse, plural, single, upper

if TYPE_CHECKING:
    import altair

CHECK = Checks("charts.forms_overlaps")

#: Side of a cell of the matrix, in points.
CELL = 44


def forms_overlaps(
    forms: Any,
    *,
    overlaps: Any,
    matrix: Any,
    source: str,
    area: str = "VN",
    area_vintage: str | None = None,
    title: str | None = None,
    subtitle: str | None = None,
) -> altair.VConcatChart:
    """Draw the forms of abuse, beside them how many have one, two or more, and below which forms go together.

    Where a child counts in each of its forms, the forms add to more than the children, and the chart says so with both
    numbers. Cells of the matrix are children with both forms, its framed diagonal those with the form. A hidden count
    has no bar and no shade; a sign stands in its place, and no sum is told of which a part is hidden.

    Args:
        forms: ``selection.forms()``: columns unit, area, form, numerator (or count), mode.
        overlaps: ``selection.overlaps()``: columns unit, area, forms, count.
        matrix: ``selection.form_matrix()``: columns unit, form, other_form, count. It is about all areas: with another
            ``area`` it is refused unless it is None.
        source: Where the data come from, printed below the chart.
        area: The code of the area to draw.
        area_vintage: The day of the list of area names. None: that of a table of abuse, else the last of the period.
        title: A title instead of its own.
        subtitle: A line of your own under the title; the notes that the numbers need follow it.

    Returns:
        An Altair chart.

    Raises:
        PlanError: ``missing_column``, ``empty_table``, ``empty_cells``, ``wrong_type``, ``units_differ`` and
            ``choices_differ`` (the tables are not of one selection), ``unknown_choice`` (no such area or mode),
            ``several_rows``, ``no_source``.
        ImportError: If the package ``altair`` is not there.
    """
    alt = load_altair()
    below = source_line(CHECK, source)
    # The sum of the forms tells how many have two: what one table hides the others must not show.
    if isinstance(forms, Table):
        forms, overlaps, matrix = forms._leaving_beside([overlaps, matrix])
    tables = [CHECK.table(forms), CHECK.table(overlaps)]
    if "count" not in tables[0].columns:  # a table of shares has its counts as numerators
        tables[0] = tables[0].rename({"numerator": "count"}, strict=False)
        if {"count", "status"} <= set(tables[0].columns):  # the status is that of the share
            own = pl.when(pl.col("count").is_null()).then(pl.col("status"))
            tables[0] = tables[0].with_columns(status=own)
    CHECK.columns(tables[0], "unit", "area", "form", "count", "mode")
    CHECK.columns(tables[1], "unit", "area", "forms", "count")
    if matrix is not None:
        if area != "VN":
            raise CHECK.error(
                "ma trận là của mọi địa bàn; với một địa bàn, đặt matrix=None",
                "the matrix is about all areas; with one area give matrix=None",
                code="unknown_choice",
                column="area",
                expected="VN",
                got=area,
            )
        tables.append(CHECK.table(matrix))
        CHECK.columns(tables[2], "unit", "form", "other_form", "count")
    unit, notes = CHECK.unit(*tables), choices(CHECK, *tables)
    forms_here, overlaps_here = (CHECK.area(table, area) for table in tables[:2])
    here = [CHECK.counts(table, "count") for table in (forms_here, overlaps_here, *tables[2:])]
    notes += coverage(forms_here)
    mode = CHECK.one([forms_here], "mode", "choices_differ") or ""
    CHECK.word("mode", mode, ("several", "single"))
    by_form, by_number = _counts(here[0], "form"), _counts(here[1], "forms")
    axis = number_of(plural(unit))
    where = f", {inside(named(CHECK, forms_here.head(1), day_of(forms, area_vintage))[0])}" if area != "VN" else ""
    # How many have two forms follows from the sum of the forms.
    is_hidden = any(table["count"].has_nulls() for table in here)
    made, added = _sums(by_form, unit, mode, where, is_hidden)
    notes += [*added, *hiding(is_hidden, forms, overlaps, matrix)]
    several = [
        {
            "name": category("form", form),
            "count": n,
            "printed": _with_share(n, by_form.get("total")),
            "known": form != "unknown",
        }
        for form, n in by_form.items()
        if form != "total" and (n != 0 or form != "unknown")
    ]
    number_names = {
        "1": say("Một hình thức", "One form"),
        "2": say("Hai hình thức", "Two forms"),
        "3+": say("Ba hình thức trở lên", "Three forms or more"),
        "unknown": say("Không ghi hình thức", "No form recorded"),
    }
    exactly = [
        {
            "name": name,
            "count": by_number.get(code, 0),
            "printed": number(by_number.get(code, 0)),
            "known": code != "unknown",
        }
        for code, name in number_names.items()
    ]
    each = say("Số trẻ em theo từng hình thức", "Each child in each of its forms")
    if unit != "child":
        each = say("Tính ở mỗi hình thức", "Counted in each form")
    heads = [
        each if mode == "several" else say("Mỗi em một hình thức, theo thứ tự ưu tiên", "One form each, by priority"),
        say("Số hình thức của một em", "Forms of one child")
        if unit == "child"
        else say("Số hình thức", "Number of forms"),
    ]
    bars = alt.hconcat(
        _bars(alt, several, axis, heads[0], 200), _bars(alt, exactly, axis, heads[1], 130), spacing=24
    ).resolve_scale(x="independent", y="independent")
    drawn = bars if matrix is None else alt.vconcat(bars, _matrix(alt, here[2], list(by_form), unit), spacing=24)
    return sourced(alt, drawn, Heading(made, notes).with_own(title, subtitle), below, 640)


def _counts(frame: pl.DataFrame, column: str) -> dict[str, int | None]:
    """Return the count of each row, None where it is hidden, in the order of the table."""
    found: dict[str, int | None] = {}
    for key, count in frame.select(column, "count").iter_rows():
        if key in found:
            raise CHECK.error(
                f'cột "{column}" có nhiều dòng cho "{key}"',
                f'column "{column}" has several rows for "{key}"',
                code="several_rows",
                column=column,
                expected="1",
                got="2",
            )
        found[key] = None if count is None else int(count)
    return found


def _sums(by_form: dict[str, int | None], unit: str, mode: str, where: str, is_hidden: bool) -> tuple[str, list[str]]:
    """Return the title and, under it, how the parts and the total compare, where nothing is hidden."""
    total, unknown, one = by_form.get("total"), by_form.get("unknown", 0), single(unit)
    known = [n for form, n in by_form.items() if form not in ("total", "unknown") and n is not None]
    parts, words = sum(known), of_abuse(unit)
    title = upper(say(f"{words} theo hình thức{where}", f"{words} by form{where}"))
    if "total" not in by_form:
        return title, []
    title += "" if total is None else f": {printed(total)}"
    in_each = say(
        f"Một {one} có thể có nhiều hình thức và được tính ở mỗi hình thức.",
        f"One {one} may have several forms and counts in each of them.",
    )
    notes = []
    if is_hidden:
        notes += [in_each] if mode == "several" else []
    elif parts + (unknown or 0) > (total or 0):
        title = upper(
            say(
                f"{number(total)} {words}{where}; cộng các hình thức là {printed(parts)}, nhiều hơn tổng số",
                f"{number(total)} {words}{where}; their forms add to {printed(parts)}, more than the total",
            )
        )
        notes.append(in_each)
    elif mode == "single":
        notes.append(
            say("Các hình thức và phần không ghi cộng lại bằng tổng số.", "Forms and not recorded add to the total.")
        )
    if unknown != 0:
        notes.append(say(f"Không ghi hình thức: {number(unknown)}.", f"No form recorded: {number(unknown)}."))
    return title, notes


def _with_share(count: int | None, total: int | None) -> str:
    """Return a count with its share of the total, where both are shown."""
    if count is None or not total:
        return number(count)
    return f"{printed(count)} ({printed(count / total * 100, 1)}{say(' %', '%')})"


def _bars(alt: Any, rows: list[dict[str, Any]], axis: str, title: str, width: int) -> Any:
    """Return horizontal bars with their numbers; what is not recorded is drawn empty, what is hidden not at all."""
    most = max([row["count"] or 0 for row in rows] + [1])
    letters = max(len(row["printed"]) for row in rows)
    room = width / (width - 7 * letters - 6)
    x = alt.X(
        "count:Q",
        title=axis,
        scale=alt.Scale(domain=[0, most * room], nice=False),
        axis=count_axis(alt, 0, most * room, tickCount=4),
    )
    y = alt.Y("name:N", sort=[row["name"] for row in rows], axis=name_axis(alt))
    base = alt.Chart(alt.Data(values=rows)).encode(x=x, y=y)
    fill = alt.Fill("known:N", scale=alt.Scale(domain=[True, False], range=[MIDDLE, "white"]), legend=None)
    bars = base.transform_filter("datum.count > 0").mark_bar(stroke=DARK, strokeWidth=0.8, height={"band": 0.72})
    text = base.mark_text(align="left", dx=4, color=INK, fontSize=SIZE).encode(text="printed:N")
    layers = [bars.encode(fill=fill), text]
    if any(row["count"] is None for row in rows):  # a sign where the bar would begin
        layers.append(text.transform_filter("datum.count === null").encode(x=alt.value(0)))
    return alt.layer(*layers).properties(width=width, height=alt.Step(26), title=headed(alt, [title]))


def _matrix(alt: Any, frame: pl.DataFrame, order: list[str], unit: str) -> Any:
    """Return the lower half of the matrix as a heat map in greys, with numbers."""
    forms = [form for form in order if form in set(frame["form"]) and form not in ("total", "unknown")]
    place = {form: nth for nth, form in enumerate(forms)}
    rows = []
    for form, other, count in frame.select("form", "other_form", "count").iter_rows():
        if form in place and other in place and place[other] <= place[form]:
            rows.append(
                {
                    "form": category("form", form),
                    "other": category("form", other),
                    "count": None if count is None else int(count),
                    "printed": number(None if count is None else int(count)),
                    "both": form != other,
                }
            )
    most = max([row["count"] or 0 for row in rows if row["both"]] + [1])
    names = [category("form", form) for form in forms]
    # Names below their columns, a word or two to a line.
    below = {name: wrap(name, 11, break_long_words=False) for name in names}
    below_columns = f"{json.dumps(below, ensure_ascii=False)}[datum.label]"
    short = name_axis(alt, labelPadding=4, labelAngle=0, labelExpr=below_columns)
    base = alt.Chart(alt.Data(values=rows)).encode(
        x=alt.X("other:N", sort=names, axis=short), y=alt.Y("form:N", sort=names, axis=name_axis(alt))
    )
    grey = alt.Color("count:Q", scale=alt.Scale(domain=[0, most], range=["#ffffff", "#a3a3a3"]), legend=None)
    cell = {"stroke": PALE, "strokeWidth": 0.8}
    both = base.transform_filter("datum.both && datum.count !== null").mark_rect(**cell).encode(color=grey)
    hidden = base.transform_filter("datum.both && datum.count === null").mark_rect(fill="white", **cell)
    own = base.transform_filter("!datum.both").mark_rect(fill="white", stroke=INK, strokeWidth=1.6)
    text = base.mark_text(fontSize=SIZE, color=INK).encode(text="printed:N")
    what = upper(plural(unit))
    title = say(
        f"{what} có cả hai hình thức (ô khung đậm: có hình thức đó)", f"{what} with both forms (framed: with the form)"
    )
    there = [hidden] if any(row["both"] and row["count"] is None for row in rows) else []
    return alt.layer(both, *there, own, text).properties(
        width=alt.Step(CELL * 1.5), height=alt.Step(CELL * 0.62), title=headed(alt, [title])
    )
