"""Areas against the limits within which chance alone would leave nearly all of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl

from chitieu import stats
from chitieu._areas import LEVELS
from chitieu._language import instead, name_of, printed, quotient, say
from chitieu.charts._beside import SIDES, sides
from chitieu.charts._checks import Checks, suppressed
from chitieu.charts._notes import choices, coverage, hiding, source_line
from chitieu.charts._places import day_of, named
from chitieu.charts._render import load_altair
from chitieu.charts._subject import Subject, fractions, measure_of, multiplier, of_table
from chitieu.charts._theme import INK, SIZE, Heading, count_axis, haloed, number_axis, sourced
from chitieu.charts._words import number_of, upper

if TYPE_CHECKING:
    import altair

    from chitieu.stats import FunnelPoint

CHECK = Checks("charts.funnel")
WIDTH, HEIGHT = 560, 340

#: Points along a limit.
STEPS = 160

#: Shape and fill of a point: inside the limits, inside but of too few to tell, outside the inner, beyond the outer.
LOOKS = {
    "within": ("circle", "white"),
    "unreliable": ("cross", "white"),
    "outside_95": ("diamond", "#8a8a8a"),
    "high_998": ("triangle-up", "black"),
    "low_998": ("triangle-down", "black"),
}

#: Places that need no name.
INSIDE = ("within", "unreliable")


def funnel(
    table: Any,
    *,
    source: str,
    per: int | None = None,
    of: str | None = None,
    area_level: str | None = None,
    area_vintage: str | None = None,
    title: str | None = None,
    subtitle: str | None = None,
) -> altair.VConcatChart:
    """Draw a funnel plot: the value of each area against the number it rests on, with control limits.

    The limits are those of chance around the value of all the areas together, 95 % (dashed) and 99.8 % (dotted):
    binomial for per cent, Poisson for rates; see :func:`chitieu.stats.funnel_limits` for the formula. Areas
    outside have another shape and their name. They differ by more than chance; why (more abuse, better detection, a
    wrong population) the chart cannot tell. No rank can be read from it. An area inside whose numbers are too small
    to show a difference (a share of fewer than 30, a rate with fewer than 10 events expected) is a cross. Areas whose
    numbers are hidden are not drawn and are in no limit; the chart says how many they are.

    Args:
        table: One row per area, with columns unit, area, area_level and ``numerator``, ``denominator`` (a share, or
            counts joined with a population); also tables of ``selection.response`` (one step),
            ``selection.supported``, and the rows of one indicator, ``result.only(...)``.
        source: Where the data come from, printed below the chart.
        per: 100 (a proportion: the numerator is part of the denominator), 1,000 or 100,000 (a rate). None: what the
            column ``measure`` says, else that which the column ``value`` is worked out with.
        of: The unit of the denominator, such as ``"child"``; needed for a rate unless the table names an indicator.
        area_level: The level of the areas. None: the finest in the table.
        area_vintage: The day of the list of area names. None: that of a table of abuse, else the last of the period.
        title: A title instead of its own.
        subtitle: A line of your own under the title; the notes that the numbers need follow it.

    Returns:
        An Altair chart.

    Raises:
        PlanError: ``missing_column``, ``empty_table``, ``wrong_type``, ``units_differ``, ``choices_differ``,
            ``several_categories`` (a breakdown not narrowed to one), ``several_rows`` (of one area),
            ``too_few_areas``, ``unknown_choice``, ``numerator_above_denominator``, ``unknown_multiplier``,
            ``no_source``.
        ImportError: If the package ``altair`` is not there.
    """
    alt = load_altair()
    frame = fractions(CHECK.table(table))
    CHECK.columns(frame, "area", "numerator", "denominator")
    CHECK.numbers(frame, "numerator", "denominator")
    frame, area_level = _at_level(frame, area_level)
    notes, below = choices(CHECK, frame) + coverage(frame, together=True), source_line(CHECK, source)
    per = multiplier(CHECK, frame, per, of)
    measure = measure_of(per)
    subject = of_table(CHECK, frame, of, per)
    if per == 100 and not (above := frame.filter(pl.col("numerator") > pl.col("denominator"))).is_empty():
        raise CHECK.error(
            f"có {above.height} địa bàn mà tử số lớn hơn mẫu số",
            f"in {above.height} areas the numerator is above the denominator",
            code="numerator_above_denominator",
            column="numerator",
            expected="numerator <= denominator",
            got=str(above.height),
        )
    frame = frame.with_columns(pl.Series("name", named(CHECK, frame, day_of(table, area_vintage))))
    is_hidden = suppressed(frame)
    hidden = frame.filter(is_hidden, pl.col("area") != "unknown").height
    kept = frame.filter(~is_hidden, pl.col("area") != "unknown", pl.col("numerator") >= 0, pl.col("denominator") > 0)
    if kept["area"].n_unique() < kept.height:
        raise CHECK.error(
            "một địa bàn có nhiều dòng",
            "an area has several rows",
            code="several_rows",
            column="area",
            expected=str(kept["area"].n_unique()),
            got=str(kept.height),
        )
    if kept.height < 3:
        raise CHECK.error(
            f"cần ít nhất 3 địa bàn có mẫu số, ở đây có {kept.height}",
            f"at least 3 areas with a denominator are needed, here are {kept.height}",
            code="too_few_areas",
            column="denominator",
            expected=">= 3",
            got=str(kept.height),
            hint=(f"ẩn số liệu của {hidden} địa bàn", f"the numbers of {hidden} areas are hidden") if hidden else None,
        )
    drawn = _Funnel(kept, per)
    every = {"province": say("tỉnh", "province"), "district": say("huyện", "district"), "commune": say("xã", "commune")}
    split = f", {say('theo', 'by')} {every[area_level]}" if area_level in every else ""
    made = upper(subject.title(measure)) + split
    notes += [*_notes(frame, kept, drawn, hidden), *hiding(bool(is_hidden.any()), table)]
    chart = drawn.layers(alt, subject, measure, every=not hidden)
    return sourced(alt, chart, Heading(made, notes).with_own(title, subtitle), below, WIDTH + 60)


def _at_level(frame: pl.DataFrame, asked: str | None) -> tuple[pl.DataFrame, str | None]:
    """Return the rows of one level with those of no known area, and the level."""
    if "area_level" not in frame.columns and asked is None:
        return frame, None
    CHECK.columns(frame, "area_level")
    there = [level for level in LEVELS if level in set(frame["area_level"])]
    level = CHECK.word("area_level", asked or (there[-1] if there else None), there)
    return frame.filter(pl.col("area_level").is_in([level, "unknown"])), level


def _notes(frame: pl.DataFrame, kept: pl.DataFrame, drawn: _Funnel, hidden: int) -> list[str]:
    """Return what a reader must know of the limits and of what is not drawn."""
    n, outside = kept.height, sum(row["place"] not in INSIDE for row in drawn.rows)
    first, _ = limit_names()
    by_chance = printed(n * 0.05, 1)
    notes = [
        say(
            f"{printed(n)} địa bàn, {printed(outside)} ngoài giới hạn {first}; "
            f"chỉ do ngẫu nhiên cũng có khoảng {by_chance}.",
            f"{printed(n)} areas, {printed(outside)} outside the {first} limits; "
            f"chance alone leaves about {by_chance} there.",
        ),
        say(
            "Ngoài giới hạn: xem lại số liệu và việc phát hiện, tiếp nhận; không dùng để xếp hạng.",
            "Outside the limits: look into records, detection and reporting; this is no ranking.",
        ),
    ]
    unknown = frame.filter(pl.col("area") == "unknown")
    sign = instead("suppressed")
    lost = unknown["numerator"].sum()
    if suppressed(unknown).any() or lost:
        told = sign if suppressed(unknown).any() else printed(lost)
        notes.append(
            say(
                f"Không xác định địa bàn, ngoài mức chung: {told}.",
                f"Area not recorded, outside the value of all: {told}.",
            )
        )
    if hidden:
        notes.append(
            say(
                f"Không vẽ {printed(hidden)} địa bàn {sign}: mức chung và giới hạn là của các địa bàn được vẽ.",
                f"Not drawn: {printed(hidden)} areas {sign}; line and limits are those of the areas drawn.",
            )
        )
    empty = frame.filter(pl.col("area") != "unknown").height - n - hidden
    if empty:
        notes.append(
            say(
                f"Không vẽ {printed(empty)} địa bàn không có số liệu hoặc mẫu số bằng 0.",
                f"Not drawn: {printed(empty)} areas without a value or with a denominator of 0.",
            )
        )
    return notes


def limit_names() -> tuple[str, str]:
    """Return the names of the inner and the outer limits."""
    return say("95 %", "95%"), say("99,8 %", "99.8%")


class _Funnel:
    """The points and limits of a funnel plot, in the units of its axes."""

    def __init__(self, frame: pl.DataFrame, per: int) -> None:
        self.per = per
        sizes = [float(n) for n in frame["denominator"]]
        self.events, self.size = int(frame["numerator"].sum()), float(sum(sizes))
        self.centre = self.events / self.size
        first, last = min(sizes), max(sizes)
        margin = (last - first or last) * 0.06
        self.x = (max(first - margin, first / 2), last + margin)
        grid = [self.x[0] + (self.x[1] - self.x[0]) * i / STEPS for i in range(STEPS + 1)]
        if per == 100:
            grid = [float(max(round(n), 1)) for n in grid]  # a share is of whole things
        if last - first < STEPS:
            grid = [float(n) for n in range(max(int(self.x[0]), 1), int(self.x[1]) + 2)]
            self.x = (grid[0], grid[-1])
        kind = "proportion" if per == 100 else "rate"
        points = stats.funnel([int(n) for n in frame["numerator"]], sizes, kind=kind, per=per)
        along = [stats.funnel_limits(self.centre * per, n, kind=kind, per=per) for n in grid]
        self.rows = [self._row(row, point) for row, point in zip(frame.iter_rows(named=True), points, strict=True)]
        values = [row["value"] for row in self.rows]
        # The limits of the smallest areas may leave the drawing; their points may not.
        near = along[len(grid) // 12]
        top, low = max(*values, near.high_998, points[sizes.index(first)].high_95), min(*values, near.low_998)
        self.y = (0.0 if low < 0.4 * top else low - 0.08 * (top - low), top + 0.08 * (top - min(low, 0.0)))
        if per == 100:
            self.y = (self.y[0], min(self.y[1], 102.0))
        inner, outer = limit_names()
        names = [outer, inner, inner, outer]
        self.curves = [
            {"denominator": n, "value": limits[i], "line": names[i], "side": i}
            for i in range(4)
            for n, limits in zip(grid, along, strict=True)
            if self.y[0] <= limits[i] <= self.y[1] and (i > 1 or limits[i] > 0)
        ]
        self._place_names()

    def _row(self, row: dict[str, Any], point: FunnelPoint) -> dict[str, Any]:
        """Return what is drawn of one area."""
        x, n = row["numerator"], row["denominator"]
        whole = float(x).is_integer() and float(n).is_integer()  # a population at mid-year may not be
        return {
            "area": row["area"],
            "name": row["name"],
            "numerator": x,
            "denominator": n,
            "value": point.value,
            "printed": quotient(int(x), int(n), self.per, 1) if whole else printed(point.value, 1),
            "limits": f"{printed(point.low_95, 1)} – {printed(point.high_95, 1)}",
            "place": "outside_95" if point.place in ("low_95", "high_95") else point.place,
        }

    def _place_names(self) -> None:
        """Give each point outside the limits a side for its name."""
        points, curves = ([self._dots(row) for row in rows] for rows in (self.rows, self.curves))
        names = [row["name"] if row["place"] not in INSIDE else "" for row in self.rows]
        for row, side in zip(self.rows, sides(points, names, curves, (WIDTH, HEIGHT)), strict=True):
            row["side"] = side

    def _looks(self, alt: Any) -> dict[str, Any]:
        """Return shape, fill and stroke of the points, with one legend of the classes that are there."""
        inner, outer = limit_names()
        words = {
            "within": say(f"trong giới hạn {inner}", f"inside the {inner} limits"),
            "unreliable": say("trong giới hạn, quá ít để phân biệt", "inside, too few to tell"),
            "outside_95": say(f"ngoài giới hạn {inner}", f"outside the {inner} limits"),
            "high_998": say(f"trên giới hạn {outer}", f"above the {outer} limit"),
            "low_998": say(f"dưới giới hạn {outer}", f"below the {outer} limit"),
        }
        there = {row["place"] for row in self.rows}
        classes = [name for name in LOOKS if name in there]
        for row in self.rows:
            row["look"] = words[row["place"]]
        domain = [words[name] for name in classes]
        ranges = {
            "shape": (alt.Shape, [LOOKS[name][0] for name in classes]),
            "fill": (alt.Fill, [LOOKS[name][1] for name in classes]),
            "stroke": (alt.Stroke, [INK for _ in classes]),
        }
        legend = alt.Legend(title=None, orient="top", direction="horizontal", columns=0, symbolSize=62)
        return {
            channel: of("look:N", scale=alt.Scale(domain=domain, range=values), legend=legend)
            for channel, (of, values) in ranges.items()
        }

    def _dots(self, row: dict[str, Any]) -> tuple[float, float]:
        """Return the place of a row in the drawing."""
        x = (row["denominator"] - self.x[0]) / (self.x[1] - self.x[0]) * WIDTH
        return x, HEIGHT - (row["value"] - self.y[0]) / (self.y[1] - self.y[0]) * HEIGHT

    def _line_names(self, middle: str, names: list[str]) -> list[dict[str, Any]]:
        """Return the names of the lines, at the right end of each, where the inner and outer are further apart."""
        ends: dict[Any, float] = {}
        for row in self.curves:
            ends[row["side"]] = self._dots(row)[1]
        pairs = [(abs(ends[a] - ends[b]), a, b) for a, b in ((2, 3), (1, 0)) if a in ends and b in ends]
        _, *sides = max(pairs, default=(0.0, 2, 3))
        up = sides[0] == 2
        named = [(names[n], ends[i]) for n, i in enumerate(sides) if i in ends]
        at = self._dots({"denominator": self.x[1], "value": self.centre * self.per})[1]
        placed: list[dict[str, Any]] = [{"line": middle, "at": at}]
        for name, y in named:
            away = -14 if up else 14
            last = placed[-1]["at"] + away
            placed.append({"line": name, "at": min(y, last) if up else max(y, last)})
        return placed

    def layers(self, alt: Any, subject: Subject, measure: str, *, every: bool) -> Any:
        """Return the chart without its title; with ``every`` all areas are in it."""
        x = alt.X(
            "denominator:Q",
            title=number_of(subject.of) + say(" (mẫu số)", " (the denominator)"),
            scale=alt.Scale(domain=list(self.x), nice=False, zero=False),
            axis=count_axis(alt, *self.x, grid=False, tickCount=6),
        )
        y = alt.Y(
            "value:Q",
            title=subject.axis(measure),
            scale=alt.Scale(domain=list(self.y), nice=False, zero=False),
            axis=number_axis(alt, False, tickCount=6),
        )
        pooled = quotient(self.events, int(self.size), self.per, 1) if self.size.is_integer() else ""
        pooled = pooled or printed(self.centre * self.per, 1)
        middle = say(f"Chung: {pooled}", f"All: {pooled}")
        if not every:
            middle = say(f"Được vẽ: {pooled}", f"Drawn: {pooled}")
        inner, outer = limit_names()
        dashes = alt.Scale(domain=[middle, inner, outer], range=[[1, 0], [7, 4], [2, 3]])
        ends = [{"denominator": n, "value": self.centre * self.per, "line": middle, "side": 9} for n in self.x]
        curves = alt.Chart(alt.Data(values=[*self.curves, *ends])).mark_line(color=INK, strokeWidth=1.3)
        curves = curves.encode(
            x=x, y=y, strokeDash=alt.StrokeDash("line:N", scale=dashes, legend=None), detail="side:N"
        )
        lines = alt.Chart(alt.Data(values=self._line_names(middle, [inner, outer])))
        line_names = lines.mark_text(align="left", color=INK, fontSize=SIZE).encode(
            x=alt.value(WIDTH + 5), y=alt.Y("at:Q", scale=None, axis=None), text="line:N"
        )
        base = alt.Chart(alt.Data(values=self.rows)).encode(x=x, y=y)
        points = base.mark_point(size=62, strokeWidth=1, opacity=1).encode(
            **self._looks(alt),
            tooltip=[
                alt.Tooltip("name:N", title=name_of("column", "area")),
                alt.Tooltip("printed:N", title=subject.axis(measure)),
                alt.Tooltip("limits:N", title=say(f"Giới hạn {inner}", f"{inner} limits")),
                alt.Tooltip("numerator:Q", title=name_of("column", "numerator"), format=",d"),
                alt.Tooltip("denominator:Q", title=name_of("column", "denominator"), format=",d"),
            ],
        )
        texts = [
            text
            for side, (dx, dy, align) in SIDES.items()
            if any(row["side"] == side for row in self.rows)
            for text in haloed(
                base.transform_filter(f"datum.side === '{side}'").encode(text="name:N"), dx=dx, dy=dy, align=align
            )
        ]
        return alt.layer(curves, line_names, points, *texts).properties(width=WIDTH, height=HEIGHT)
