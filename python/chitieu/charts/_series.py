"""Values over years, quarters or months, with their limits and a target."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import polars as pl

from chitieu._catalogue import MULTIPLIER
from chitieu._language import instead, name_of, printed, quotient, say
from chitieu._period import period_name
from chitieu.charts._checks import Checks
from chitieu.charts._notes import choices, confidence, coverage, hiding, source_line
from chitieu.charts._places import day_of, named
from chitieu.charts._render import load_altair
from chitieu.charts._subject import Subject, fractions, measure_of, multiplier, of_table
from chitieu.charts._theme import AXIS, INK, MIDDLE, SIZE, TARGET, Heading, haloed, number_axis, sourced, whiskers
from chitieu.charts._timeline import timeline
from chitieu.charts._words import inside

if TYPE_CHECKING:
    import altair

CHECK = Checks("charts.series")
HEIGHT = 280

#: Above so many periods there is no room for numbers, nor for every name.
ROOM = 13

#: A target beyond is no number of an indicator.
TARGET_AT_MOST = 1e15

#: Statuses of what has no value.
NONE = ("not_available", "not_reported", "not_applicable")

#: So far apart are the signs of hidden values, in points, where there are many periods.
APART = 11


def series(
    table: Any,
    *,
    source: str,
    target: float | None = None,
    of: str | None = None,
    area: str | None = None,
    area_vintage: str | None = None,
    title: str | None = None,
    subtitle: str | None = None,
) -> altair.VConcatChart:
    """Draw values over time with their limits; a value of too few is hollow, a period without one is a gap.

    A hidden value is a gap with a sign. No sum of the parts of a period is told where one of them is not there.

    Whiskers of a share or a rate are its 95 % limits; those of a count are its bounds, between which it lies whatever
    the undecided and the keyless records are. The chart says which. Periods must be of one kind; those between the
    first and the last that the table lacks are gaps, not bridged. The axis begins at 0, but for shares all above 80 %,
    and then the chart says so.

    Args:
        table: One row per period, with columns unit, period and ``value`` (a share or rate, with ``lower``, ``upper``,
            ``status``) or ``count`` (with ``least``, ``most``); tables of several selections put together by
            ``pl.concat``, ``selection.repeats(...)`` (its column ``window`` is the time), or ``result.only(...)`` of
            several periods.
        source: Where the data come from, printed below the chart.
        target: A value to be held against, a dashed line with its label; in the unit of the axis.
        of: The unit of the denominator of a rate, such as ``"child"``.
        area: The code of the area to draw. None: the only one in the table, else the country.
        area_vintage: The day of the list of area names. None: that of a table of abuse, else the last of the latest
            period.
        title: A title instead of its own.
        subtitle: A line of your own under the title; the notes that the numbers need follow it.

    Returns:
        An Altair chart.

    Raises:
        PlanError: ``missing_column``, ``empty_table``, ``wrong_type``, ``units_differ``, ``choices_differ``,
            ``periods_differ`` (years and quarters in one table), ``several_rows``, ``several_categories``,
            ``unknown_choice``, ``unknown_multiplier``, ``bad_target``, ``no_source``.
        ImportError: If the package ``altair`` is not there.
    """
    alt = load_altair()
    frame, below = CHECK.table(table), source_line(CHECK, source)
    time = "window" if "window" in frame.columns else "period"
    CHECK.columns(frame, time)
    frame, area = _at_area(frame, area)
    notes = choices(CHECK, frame, but=() if time == "window" else ("period",)) + coverage(frame)
    frame = fractions(frame)
    whole = None
    if time == "window" and "period" in frame.columns:
        whole = frame.filter(pl.col("window") == pl.col("period"))
        windows = frame.filter(pl.col("window") != pl.col("period"))
        frame = windows if not windows.is_empty() else frame
    subject, column, measure = _measure(frame, of)
    if column in ("count", "children") and {"least", "most"} <= set(frame.columns):
        # The bounds of a count; the rows drawn have one name for either kind of limits.
        frame = frame.drop("lower", "upper", strict=False).rename({"least": "lower", "most": "upper"}, strict=False)
    CHECK.numbers(frame, column, *(limit for limit in ("lower", "upper") if limit in frame.columns))
    rows = _rows(frame, time, column, measure)
    if target is not None and (
        isinstance(target, bool) or not isinstance(target, (int, float)) or not abs(target) < TARGET_AT_MOST
    ):
        raise CHECK.error(
            f"target phải là một số, theo đơn vị của trục, không phải {target!r}",
            f"target must be a number in the unit of the axis, not {target!r}",
            code="bad_target",
            column="target",
            expected=say("như 4.5", "such as 4.5"),
            got=repr(target),
        )
    made = subject.title(measure)
    if area not in (None, "VN"):
        last = frame.filter(pl.col(time) == max(frame[time]))
        made += f", {inside(named(CHECK, last.head(1), day_of(table, area_vintage))[0])}"
    _place_signs(rows)
    notes += [*_notes(rows, measure, whole, column), *hiding(any(row["hidden"] for row in rows), table)]
    drawn, from_zero = _layers(alt, rows, subject.axis(measure), measure, target)
    if not from_zero:
        notes.append(say("Trục đứng không bắt đầu từ 0.", "The vertical axis does not begin at 0."))
    return sourced(alt, drawn, Heading(made, notes).with_own(title, subtitle), below)


def _at_area(frame: pl.DataFrame, area: str | None) -> tuple[pl.DataFrame, str | None]:
    """Return the rows of one area, and its code."""
    if "area" not in frame.columns:
        return frame, None
    there = [str(code) for code in frame["area"].unique(maintain_order=True).to_list()]
    if area is None:
        area = there[0] if len(there) == 1 else "VN"
    return CHECK.area(frame, area), area


def _measure(frame: pl.DataFrame, of: str | None) -> tuple[Subject, str, str]:
    """Return what the frame is about, its column of values and their measure."""
    there = set(frame.columns)
    if "measure" in there:
        measure = CHECK.one([frame], "measure", "several_categories") or ""
        CHECK.word("measure", measure, MULTIPLIER)
        CHECK.columns(frame, "value")
        return (
            of_table(CHECK, frame, of, MULTIPLIER[measure]),
            "numerator" if measure == "count" and "numerator" in there else "value",
            measure,
        )
    if "value" in there:
        per = multiplier(CHECK, frame, None, of)
        return of_table(CHECK, frame, of, per), "value", measure_of(per)
    column = "children" if "children" in there and "window" in there else "count"
    CHECK.columns(frame, column)
    return of_table(CHECK, frame, of, 1), column, "count"


def _rows(frame: pl.DataFrame, time: str, column: str, measure: str) -> list[dict[str, Any]]:
    """Return a row for each period of the time line."""
    periods = [str(p) for p in frame[time].to_list()]
    if len(set(periods)) < len(periods):
        again = next(p for p in periods if periods.count(p) > 1)
        raise CHECK.error(
            f"kỳ {again} có nhiều dòng; hãy lọc còn một dòng mỗi kỳ",
            f"period {again} has several rows; keep one for each period",
            code="several_rows",
            column=time,
            expected="1",
            got=str(periods.count(again)),
        )
    line = timeline(CHECK, periods)
    by_period = dict(zip(periods, frame.iter_rows(named=True), strict=True))
    return [_row(period, by_period.get(period, {}), column, measure) for period in line]


def _row(period: str, row: dict[str, Any], column: str, measure: str) -> dict[str, Any]:
    """Return what is drawn of one period; none of its values if it has none."""
    value, numerator, denominator = row.get(column), row.get("numerator"), row.get("denominator")
    hidden = _is_hidden(row, column)
    none = hidden or not isinstance(value, (int, float)) or row.get("status") in NONE
    if hidden:
        text = instead("suppressed")
    elif none:
        text = name_of("status", row.get("status") or "not_available")
    elif measure == "count":
        text = printed(value)
    elif isinstance(numerator, int) and isinstance(denominator, int) and denominator:
        text = quotient(numerator, denominator, MULTIPLIER[measure], 1)
    else:
        text = printed(value, 1)
    value = None if none else float(value or 0)
    lower, upper = (None, None) if none else (row.get("lower"), row.get("upper"))
    if lower is None or upper is None:
        lower = upper = None
    return {
        "period": period_name(period),
        "value": value,
        "lower": lower,
        "upper": upper,
        "top": value if value is None or upper is None else max(value, float(upper)),
        "printed": text,
        "hidden": hidden,
        "look": "unreliable" if row.get("status") == "unreliable" else "ok",
    }


def _is_hidden(row: dict[str, Any], column: str) -> bool:
    """Return whether the value of a row is hidden; a row of windows has other counts beside it, and one status."""
    return row.get("status") == "suppressed" and (column != "children" or row.get(column) is None)


def _width(rows: list[dict[str, Any]]) -> int:
    return max(300, min(620, 90 * len(rows)))


def _place_signs(rows: list[dict[str, Any]]) -> None:
    """Say which hidden periods have their sign: all of them, or those that have room for it."""
    step, last = _width(rows) / len(rows), -math.inf
    for nth, row in enumerate(rows):
        row["sign"] = row["hidden"] and (len(rows) <= ROOM or (nth - last) * step >= APART)
        last = nth if row["sign"] else last


def _notes(rows: list[dict[str, Any]], measure: str, whole: pl.DataFrame | None, column: str) -> list[str]:
    """Return what whiskers and hollow points mean, and what does not add up."""
    notes = []
    if column == "children":
        notes.append(
            say(
                "Điểm: mỗi em một lần trong mỗi kỳ; mỗi lượt không có mã định danh tính là một em.",
                "Points: each child once in a period; each report without a key is taken for one child.",
            )
        )
    limits = [row for row in rows if row["lower"] is not None and row["lower"] != row["upper"]]
    if limits and measure == "count":
        notes.append(
            say(
                "Vạch đứng: số thấp nhất và cao nhất có thể có, do bản ghi chưa xác định hoặc thiếu mã.",
                "Whiskers: the least and the most it can be, for records undecided or without a key.",
            )
        )
    elif limits:
        notes.append(say("Vạch đứng", "Whiskers") + f": {confidence()}.")
    if len(rows) > ROOM and any(row["value"] is None and not row["sign"] for row in rows):
        notes.append(say("Chỗ đứt: kỳ không có số liệu.", "Gaps: periods without a value."))
    if any(row["look"] == "unreliable" for row in rows):
        notes.append(say("Điểm rỗng: số liệu nhỏ, độ tin cậy thấp.", "Hollow points: too few to be reliable."))
    if whole is not None and whole.height == 1 and all(row["value"] is not None for row in rows):
        n = None if _is_hidden(whole.row(0, named=True), column) else whole[column][0]
        parts = sum(int(row["value"]) for row in rows)
        if n is not None and parts != n:
            notes.append(
                say(
                    f"Cả kỳ: {printed(n)}; cộng các phần của kỳ là {printed(parts)}, vì một em có thể ở nhiều phần.",
                    f"The whole period: {printed(n)}; its parts add to {printed(parts)}, as a child may be in several.",
                )
            )
    return notes


def _layers(alt: Any, rows: list[dict[str, Any]], axis: str, measure: str, target: float | None) -> tuple[Any, bool]:
    """Return the chart without its title, and whether its axis begins at 0."""
    shown = [float(v) for row in rows for v in (row["value"], row["lower"], row["upper"]) if v is not None]
    shown += [float(target)] if target is not None else []
    if all(row["value"] is None for row in rows):  # an axis for signs alone
        shown += [0.0, 100.0 if measure == "percent" else 1.0]
    most, least = max([*shown, 1e-9]), min(shown)
    from_zero = measure != "percent" or least <= 80
    steps = (20, 10, 5, 2, 1, 0.5, 0.2, 0.1)
    step = next((step for step in steps if most - (0 if from_zero else least) > 2.4 * step), 0.1)
    low = 0.0 if from_zero else math.floor(least / step) * step
    high = max(most + 0.14 * (most - low), 1.0 if measure == "count" else 0.0)
    width, crowded = _width(rows), len(rows) > ROOM
    every = next((n for n in (1, 2, 3, 4, 6) if len(rows) / n <= 20), 12)
    scale = alt.Scale(domain=[low, high], nice=False, zero=False)
    ticks: dict[str, Any] = {}
    if measure == "percent":
        at = [round(low + n * step, 2) for n in range(int((min(high, 100) - low) / step + 1e-9) + 1)]
        ticks = {"values": at, "format": ",.2~f"}
    order = [row["period"] for row in rows]
    names = alt.Axis(
        values=order[::every],
        labelAngle=-45 if crowded else 0,
        grid=False,
        labelFontSize=SIZE,
        domainColor=AXIS,
        labelLimit=160,
    )
    x = alt.X("period:O", sort=order, title=None, axis=names)
    y = alt.Y(
        "value:Q",
        title=axis,
        scale=scale,
        axis=number_axis(alt, measure == "count", tickCount=6, domain=False, ticks=False, **ticks),
    )
    base = alt.Chart(alt.Data(values=rows)).encode(x=x)
    layers = []
    if target is not None:
        decimals = next(n for n in range(4) if n == 3 or round(target, n) == target)
        unit = say(" %", "%") if measure == "percent" else ""
        text = f"{say('Mục tiêu', 'Target')}: {printed(float(target), decimals)}{unit}"
        aim = alt.Chart(alt.Data(values=[{"target": float(target), "label": text}])).encode(
            y=alt.Y("target:Q", scale=scale)
        )
        layers.append(aim.mark_rule(**TARGET))
        layers.append(
            aim.mark_text(align="left", color=INK, fontSize=SIZE).encode(x=alt.value(width + 6), text="label:N")
        )
    layers.append(base.mark_line(color=MIDDLE, strokeWidth=1.4).encode(y=y))
    if any(row["lower"] is not None and row["lower"] != row["upper"] for row in rows):
        some = base.transform_filter("datum.lower !== null && datum.lower !== datum.upper")
        layers += whiskers(some, alt.Y, scale={"scale": scale})
    looks = {"ok": INK, "unreliable": "white"}
    points = base.transform_filter("datum.value !== null").mark_point(
        shape="circle", size=44, stroke=INK, strokeWidth=1.4, opacity=1
    )
    fill = alt.Fill("look:N", scale=alt.Scale(domain=list(looks), range=list(looks.values())), legend=None)
    layers.append(points.encode(y=y, fill=fill))
    if not crowded:
        numbers = base.transform_filter("datum.value !== null").encode(y=alt.Y("top:Q", scale=scale), text="printed:N")
        layers += haloed(numbers, dy=-10)
    if not crowded and any(row["value"] is None for row in rows):
        absent = base.transform_filter("datum.value === null").mark_text(
            dy=-8, fontSize=10, fontStyle="italic", color=INK
        )
        layers.append(absent.encode(y=alt.value(HEIGHT), text="printed:N"))
    if crowded and any(row["sign"] for row in rows):
        hidden = base.transform_filter("datum.sign").mark_text(
            angle=270, align="left", dx=4, fontSize=10, fontStyle="italic", color=INK
        )
        layers.append(hidden.encode(y=alt.value(HEIGHT), text="printed:N"))
    return alt.layer(*layers).properties(width=width, height=HEIGHT), from_zero
