"""Values of one indicator as horizontal bars: one per area, or one per category of a dimension."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from textwrap import wrap
from typing import TYPE_CHECKING, Any, cast

import polars as pl

from chitieu._areas import Units, reports
from chitieu._catalogue import MULTIPLIER, target
from chitieu._language import category, name_of, printed, quotient, say
from chitieu._period import period_in_words
from chitieu.charts._checks import Checks
from chitieu.charts._groups import Group, grouped
from chitieu.charts._notes import confidence, coverage, packed, source_line
from chitieu.charts._places import inside, levels_inside, looked_into
from chitieu.charts._render import load_altair
from chitieu.charts._subject import Subject, of_indicator
from chitieu.charts._theme import (
    BLUE_EDGES,
    BLUES,
    TARGET,
    Heading,
    haloed,
    headed,
    name_axis,
    number_axis,
    sourced,
    titled,
    whiskers,
)
from chitieu.charts._words import upper

if TYPE_CHECKING:
    import altair

CHECK = Checks("result.plot")

#: Areas of one chart when no level is asked for, and at most.
AREAS_BY_DEFAULT, AREAS_AT_MOST = 40, 250

#: Width in points of the bars: of the only panel, of one for each category, of one of several columns.
_WIDTH, _WIDTH_OF_A_PANEL, _WIDTH_IN_COLUMNS = 400, 230, 170


def bars(
    rows: pl.DataFrame,
    definition: Mapping[str, Any],
    quantities: Sequence[Mapping[str, Any]],
    *,
    by: str | None,
    area_level: str | None,
    area: str | None,
    area_vintage: str,
    title: str | None,
    subtitle: str | None,
    source: str | None,
    more: Sequence[str] = (),
) -> altair.LayerChart | altair.FacetChart | altair.HConcatChart | altair.VConcatChart:
    """Draw the bars that ``result.plot.bar`` describes.

    Args:
        rows: The rows of one indicator and measure, of all areas; with ``by`` of all its categories.
        definition: The indicator.
        quantities: The quantities of its catalogue.
        by: A dimension.
        area_level: The level of the areas.
        area: The code of the area to look into.
        area_vintage: The day of the list of areas.
        title: A title instead of its own.
        subtitle: A line under the title.
        source: Where the records come from, below the chart.
        more: Notes to add.
    """
    alt = load_altair()
    cells = _Cells(rows, definition, quantities, by, area_level, area, area_vintage)
    subject = of_indicator(definition, quantities)
    if cells.columns:
        chart = _side_by_side(alt, cells, subject)
    else:
        chart = _layers(alt, cells, subject, cells.rows, width=_WIDTH_OF_A_PANEL if cells.panels else _WIDTH)
    if cells.panels:
        head = alt.Header(title=None, labelFontWeight="bold", labelAnchor="start", labelFontSize=12)
        facet = alt.Facet("panel:N", sort=cells.panels, header=head)
        chart = chart.facet(facet, columns=2, spacing=28)
    heading = Heading(subject.title(cells.measure), _notes(cells, more)).with_own(title, subtitle)
    width = max(620, (_WIDTH_IN_COLUMNS + 170) * len(cells.columns))
    if source is not None:
        return sourced(alt, chart, heading, source_line(CHECK, source), width)
    drawn = titled(alt, chart, heading, width)
    return cast("altair.LayerChart | altair.FacetChart | altair.HConcatChart", drawn)


def _side_by_side(alt: Any, cells: _Cells, subject: Subject) -> Any:
    """Return the chart of many areas: groups under one another, in columns, all on one scale."""
    columns = []
    width = _WIDTH_IN_COLUMNS if len(cells.columns) > 1 else _WIDTH
    for groups in cells.columns:
        drawn = []
        for group in groups:
            axis = group is groups[-1]
            panel = _layers(alt, cells, subject, group.rows, width=width, axis=axis)
            drawn.append(panel.properties(title=headed(alt, [group.name], frame="group")) if group.name else panel)
        columns.append(alt.vconcat(*drawn, spacing=8))
    return alt.hconcat(*columns, spacing=24)


class _Cells:
    """The rows of a chart, in order, and what its notes need."""

    def __init__(
        self,
        rows: pl.DataFrame,
        definition: Mapping[str, Any],
        quantities: Sequence[Mapping[str, Any]],
        by: str | None,
        area_level: str | None,
        area: str | None,
        area_vintage: str,
    ) -> None:
        self.definition, self.by = definition, by
        self.measure, self.period, self.unit = (str(rows[c][0]) for c in ("measure", "period", "unit"))
        # Is the denominator, too, that of the category? If not, the bars are parts of one whole.
        below = [q for q in quantities if q["id"] == definition.get("denominator")]
        self.split = by is not None and any(by in q.get("dimensions", []) for q in below)
        if by is not None and rows.filter(pl.col(by) != "total")["status"].eq("not_applicable").all():
            raise CHECK.error(
                f'chỉ tiêu "{definition["id"]}" không phân tổ được theo "{by}"',
                f'the indicator "{definition["id"]}" cannot be split by "{by}"',
                code="unknown_choice",
                expected=", ".join(definition.get("breakdowns", [])),
                got=by,
            )
        self._units = Units(area_vintage)
        self.level, self.area = looked_into(CHECK, rows, area, area_level)
        whole = rows.filter(pl.col("area_level") == self.level, pl.col("area") == self.area)
        self.panels: list[str] = []
        #: The groups of each column of a chart of many areas.
        self.columns: list[list[Group]] = []
        #: How many areas are not drawn in it, by the reason.
        self.absent: Counter[str] = Counter()
        if by is None or area_level is not None:
            frame, level = self._inside(rows, area_level)
            self.panels = _unique(category(by, c) for c in self._categories(frame)) if by else []
            # The whole beside its parts: a share can be read against it, a count would dwarf them.
            if self.measure != "count" and self.level != level:
                frame = pl.concat([whole, frame])
            self.rows = self._rows(frame, areas_of=level)
            parts = [row for row in self.rows if row["key"] != (self.level, self.area)]
            there = [row for row in parts if row["value"] is not None]
            if by is None and len(parts) > AREAS_BY_DEFAULT and there:
                first = [row for row in self.rows if row["key"] == (self.level, self.area)]
                # A page has no room for bars that are not there: the notes count them.
                self.absent = Counter(row["status"] for row in parts if row["value"] is None)
                self.rows = [*first, *there]
                self.columns = grouped(there, first, level, self._units)
        else:
            self.rows = self._rows(whole, areas_of=None)
        self.coverage = whole.head(1)
        self.undecided = int((whole if by is None else whole.filter(pl.col(by) == "total"))["undecided"].sum())
        self.target = self._target()

    @property
    def name(self) -> str:
        """The name of the area looked into."""
        return self._units.names.get((self.level, self.area), name_of("area_level", self.level))

    def _inside(self, frame: pl.DataFrame, asked: str | None) -> tuple[pl.DataFrame, str]:
        """Return the rows of the areas inside the one looked into, and their level."""
        levels = levels_inside(CHECK, frame, self.level, asked)
        level = levels[0]
        if asked is None:
            fit = [n for n in levels if self._at(frame, n)["area"].n_unique() <= AREAS_BY_DEFAULT]
            level = fit[-1] if fit else level
        part = self._at(frame, level)
        if (n := part["area"].n_unique()) > AREAS_AT_MOST:
            raise CHECK.error(
                f"{n} địa bàn: quá nhiều cho một biểu đồ",
                f"{n} areas are too many for one chart",
                code="unknown_choice",
                column="area_level",
                expected=f"<= {AREAS_AT_MOST}",
                got=str(n),
                hint=('chọn một địa bàn, như area="33"', 'choose an area to look into, such as area="33"'),
            )
        return part, level

    def _at(self, frame: pl.DataFrame, level: str) -> pl.DataFrame:
        return inside(frame, self._units, (self.level, self.area), level)

    def _categories(self, frame: pl.DataFrame) -> list[str]:
        """Return the categories worth a bar, in the order of the list."""
        if self.by is None:
            return ["total"]
        some = (pl.col("numerator") > 0) | (pl.col("status") == "suppressed")
        if self.split:
            some = some | (pl.col("denominator") > 0)
        filled = set(frame.filter(some)[self.by])
        kept = []
        for code in _unique(frame[self.by]):
            # A count is not drawn beside its own total; 48 sub-groups hide the 14 groups.
            skipped = (code == "total" and self.measure == "count") or (
                self.by == "circumstance" and re.fullmatch(r"\D\d+", code) is not None
            )
            if not skipped and (code in filled or (code != "unknown" and self.by != "ethnicity")):
                kept.append(code)
        return kept

    def _rows(self, frame: pl.DataFrame, areas_of: str | None) -> list[dict[str, Any]]:
        """Return what is drawn of each row, with areas of one level or with categories."""
        categories = self._categories(frame)
        if areas_of is not None and self.by is None:
            order = pl.col("area") == self.area, pl.col("value"), pl.col("numerator")
            frame = frame.sort(*order, descending=True, nulls_last=True, maintain_order=True)
        labels = self._units.labels(frame.select("area_level", "area").unique(maintain_order=True).iter_rows())
        rows = []
        # The order of the rows of a result is that of the lists of codes.
        for row in frame.iter_rows(named=True):
            code = row[self.by] if self.by else "total"
            if code not in categories:
                continue
            if areas_of is not None:
                name = labels[row["area_level"], row["area"]]
                whole = row["area"] == self.area and self.level != areas_of
            else:
                name = category(self.by or "", code)
                whole = code == "total" and len(categories) > 1
            # Without a value they are no limits of it, but what anyone can work out.
            ends = {end: None if row["value"] is None else row[end] for end in ("lower", "upper")}
            limits = [printed(end, 2) for end in ends.values() if end is not None]
            rows.append(
                {
                    "key": (row["area_level"], row["area"]),
                    "place": "\n".join(wrap(name, 46)),
                    "panel": category(self.by, code) if self.by else "",
                    "look": "unreliable" if row["status"] == "unreliable" else "whole" if whole else "ok",
                    **ends,
                    **{c: row[c] for c in ("value", "numerator", "denominator", "undecided")},
                    "printed": "" if row["value"] is None else self._printed(row),
                    "absent": self._printed(row) if row["value"] is None else "",
                    "limits": " – ".join(limits) or "–",
                    "reports": reports(row),
                    "status": name_of("status", row["status"]),
                }
            )
        return rows

    def _printed(self, row: dict[str, Any]) -> str:
        """Return the value of a row, or why it has none."""
        if row["value"] is None:
            return name_of("status", row["status"])
        if self.measure == "count":
            return printed(row["numerator"])
        decimals = self.definition.get("decimals", 2)
        return quotient(row["numerator"], row["denominator"], MULTIPLIER[self.measure], decimals)

    def _target(self) -> dict[str, Any] | None:
        """Return the target of the first year not before the end of the period, where one applies."""
        year = re.fullmatch(r"(?:\d{4}-)?(\d{4})", self.period)
        targets = [t for t in self.definition.get("targets", []) if t["measure"] == self.measure]
        if year is None or not targets or (self.by is not None and not self.split):
            return None
        ahead = [t for t in targets if t["year"] >= int(year[1])]
        return dict(ahead[0] if ahead else targets[-1])


def _unique(items: Any) -> list[Any]:
    return list(dict.fromkeys(items))


def _layers(
    alt: Any, cells: _Cells, subject: Subject, of_panel: list[dict[str, Any]], *, width: int, axis: bool = True
) -> Any:
    """Return the chart of one panel, without its title.

    Args:
        alt: The package ``altair``.
        cells: What is drawn.
        subject: What it is about.
        of_panel: The rows of the panel.
        width: Its width in points.
        axis: Whether the numbers of the axis are under it.
    """
    places = _unique(row["place"] for row in of_panel)
    lines = max((place.count("\n") + 1 for place in places), default=1)
    title = subject.axis(cells.measure)
    y = alt.Y("place:N", sort=places, axis=name_axis(alt, labelExpr="split(datum.label, '\\n')"))
    numbers = number_axis(alt, cells.measure == "count", tickCount=5, labelFlush=False)
    scale: dict[str, Any] = {"zero": True}
    if cells.columns:  # one scale for all
        numbers = number_axis(alt, cells.measure == "count", tickCount=3, labels=axis, ticks=axis, domain=axis)
        scale = {"domain": [0, _most(cells)], "nice": True}
    x = alt.X("value:Q", title=title if axis else None, axis=numbers, scale=alt.Scale(**scale))

    def colours(of: dict[str, str]) -> dict[str, Any]:
        return {"scale": alt.Scale(domain=list(of), range=list(of.values())), "legend": None}

    of = name_of("column", "area") if cells.by is None or cells.panels else name_of("dimension", cells.by)
    tooltip = [
        alt.Tooltip("place:N", title=of),
        alt.Tooltip("printed:N", title=title),
        alt.Tooltip("limits:N", title=upper(confidence())),
        *(alt.Tooltip(f"{c}:Q", title=name_of("column", c), format=",d") for c in ("numerator", "denominator")),
        alt.Tooltip("undecided:Q", title=name_of("column", "undecided"), format=",d"),
        alt.Tooltip("reports:N", title=say("Xã báo cáo", "Communes reporting")),
        alt.Tooltip("status:N", title=name_of("column", "status")),
    ]
    aim = cells.target or {}
    rows = [{**{k: v for k, v in row.items() if k != "key"}, "target": aim.get("value")} for row in of_panel]
    step = (3 if cells.columns else 10) + 13 * lines
    base = alt.Chart(alt.Data(values=rows)).properties(width=width, height=alt.Step(step))
    layers = [
        base.mark_bar(height={"band": 0.74}, strokeWidth=1).encode(
            x=x,
            y=y,
            fill=alt.Fill("look:N", **colours(BLUES)),
            stroke=alt.Stroke("look:N", **colours(BLUE_EDGES)),
            tooltip=tooltip,
        )
    ]
    if any(row["lower"] is not None for row in rows):
        layers += whiskers(base, alt.X, y=y)
    if cells.target is not None:
        layers.append(base.mark_rule(**TARGET).encode(x="min(target):Q"))
    digits = max((len(row["printed"]) for row in rows if row["value"] is not None), default=1)
    edge = alt.value(width + 10 + 6 * digits)
    layers += haloed(base.encode(x=edge, y=y, text="printed:N"), align="right")
    if any(row["value"] is None for row in rows):  # why there is no bar, where the bar would begin
        layers += haloed(base.encode(x=alt.value(6), y=y, text="absent:N"), align="left")
    return alt.layer(*layers)


def _most(cells: _Cells) -> float:
    """Return the largest number that is drawn: a value, a limit, the target."""
    drawn = [row[end] for row in cells.rows for end in ("value", "upper") if row[end] is not None]
    return max([*drawn, (cells.target or {}).get("value", 0.0)]) or 1.0


def _notes(cells: _Cells, more: Sequence[str]) -> list[str]:
    """Return the area and period, and what a reader must know of the bars."""
    split = f", {say('theo', 'by')} {name_of('dimension', cells.by).lower()}" if cells.by else ""
    head = f"{cells.name}{split}, {period_in_words(cells.period)}"
    notes = []
    if any(row["lower"] is not None for row in cells.rows):
        notes.append(say("Vạch ngang", "Whiskers") + f": {confidence()}.")
    if cells.target is not None:
        line = say("Nét đứt: mục tiêu", "Dashed line: target for")
        notes.append(f"{line} {cells.target['year']} ({target(cells.target)}).")
    if any(row["look"] == "unreliable" for row in cells.rows):
        notes.append(say("Cột nhạt: số liệu nhỏ, độ tin cậy thấp.", "Pale bars: too few to be reliable."))
    if cells.undecided:
        n = printed(cells.undecided)
        notes.append(say(f"Chưa xác định được, không tính vào: {n} bản ghi.", f"Undecided and left out: {n} records."))
    for why, areas in cells.absent.items():
        notes.append(say(f"Không vẽ {areas} địa bàn: {why.lower()}.", f"{areas} areas are not drawn: {why.lower()}."))
    notes += coverage(cells.coverage, zero=any(row["numerator"] == 0 for row in cells.rows))
    if cells.by in ("form", "circumstance"):
        one = name_of("unit", cells.unit)
        notes.append(
            say(
                f"Một {one} có thể ở nhiều nhóm: các cột không cộng thành tổng số.",
                f"One {one} may be in several bars: they do not add up to the total.",
            )
        )
    return [head, *packed([*notes, *more])]
