"""Charts of a result: bars with their limits, drawn by Altair."""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from textwrap import wrap
from typing import TYPE_CHECKING, Any, cast

import polars as pl

from chitieu._errors import PlanError
from chitieu._files import write_whole
from chitieu._language import get_language, label, pick, say
from chitieu._result import area_names, areas, category, reports

if TYPE_CHECKING:
    import altair

    from chitieu._result import Result

__all__ = ["Plot", "save_png"]

#: Coarse to fine.
LEVELS = ("country", "province", "district", "commune")

#: Areas of one chart when no level is asked for, and at most.
AREAS_BY_DEFAULT, AREAS_AT_MOST = 40, 250

#: Families that have the letters of Vietnamese; the last one is what the system, or vl-convert, has.
FONTS = "Arial, 'Liberation Sans', 'Noto Sans', 'DejaVu Sans', sans-serif"

#: Fills that stay apart in grey print: a whole, a value, a value of too few.
FILLS = {"whole": "#5b86b5", "ok": "#9dbbdb", "unreliable": "#eaf0f6"}
#: An edge keeps a pale bar visible; the others have none, so that 0 is drawn as nothing.
EDGES = {"whole": "transparent", "ok": "transparent", "unreliable": "#5b86b5"}

INK, TARGET_INK = "#1c1c1c", "#b3261e"


def _altair() -> Any:
    try:
        import altair
    except ImportError as error:
        raise ImportError(
            say(
                'vẽ biểu đồ cần gói "altair": pip install chitieu[plot]',
                'charts need the package "altair": pip install chitieu[plot]',
            )
        ) from error
    return altair


#: What begins or ends a script, or hides its end, where a chart is written into a page.
_SCRIPT = re.compile(r"<(?=/?script|!--)", re.IGNORECASE)


def inside_script(part: Any) -> Any:
    """Return a chart, or a part of one, whose texts cannot end the script that a page holds it in.

    Altair writes texts into a page as they are. A mark without width stands behind such a ``<``, in all texts alike, so
    that the names in data, scales and expressions still meet.
    """
    if isinstance(part, str):
        return _SCRIPT.sub("<\u2060", part)
    if isinstance(part, (list, tuple)):
        return type(part)(inside_script(item) for item in part)
    if isinstance(part, dict):
        return {inside_script(key): inside_script(value) for key, value in part.items()}
    for inner in ("_args", "_kwds"):
        if isinstance(held := getattr(part, inner, None), (dict, tuple)):
            object.__setattr__(part, inner, inside_script(held))
    return part


def save_png(chart: Any, path: str | os.PathLike[str], *, scale: float = 2.0) -> Path:
    """Write a chart as PNG, whole or not at all, without a browser or a network.

    Args:
        chart: A chart of :class:`Plot`, or any Altair chart.
        path: The file to write; its folder must be there.
        scale: Dots per point of the chart, at most 20; 2 is enough for print on half a page.

    Returns:
        The path.

    Raises:
        ImportError: If the package ``vl-convert-python`` is not there.
        FileNotFoundError: If the folder is not there.
        PlanError: For a scale out of range.

    Example:
        >>> import altair as alt, tempfile
        >>> from pathlib import Path
        >>> chart = alt.Chart(alt.Data(values=[{"n": 1}])).mark_bar().encode(x="n:Q")
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     save_png(chart, Path(folder) / "n.png").read_bytes()[1:4]
        b'PNG'
    """
    if not hasattr(type(chart), "save"):
        got = type(chart).__name__
        raise TypeError(
            say(f"chart: cần biểu đồ Altair, nhận được {got}", f"chart: expected an Altair chart, got {got}")
        )
    if not 0 < scale <= 20:
        raise PlanError(
            say(f"scale: cần số trên 0, tối đa 20, không phải {scale}", f"scale: expected 0 to 20, found {scale}"),
            code="bad_number",
            expected="0 < scale <= 20",
            got=str(scale),
        )
    try:
        import vl_convert  # noqa: F401
    except ImportError as error:
        raise ImportError(
            say(
                'ghi PNG cần gói "vl-convert-python": pip install chitieu[plot]',
                'PNG needs the package "vl-convert-python": pip install chitieu[plot]',
            )
        ) from error
    return write_whole(path, lambda name: chart.save(name, format="png", scale_factor=scale))


class Plot:
    """Charts of a result, reached as ``result.plot``; calling it is :meth:`bar`.

    Every chart is a plain Altair chart in the language in use (see :func:`chitieu.set_language`), to be
    changed further with ``.properties(...)`` or ``.configure(...)``. A notebook without a network shows it
    after ``altair.renderers.enable("svg")``.

    Args:
        result: The result to draw from.

    Example:
        >>> import chitieu as ct, polars as pl
        >>> children = pl.DataFrame({
        ...     "child_id": ["a", "b", "c", "d"],
        ...     "birth_year": [2020, 2019, 2021, 2020],
        ...     "sex": ["male", "female", "female", "male"],
        ...     "commune": ["12364", "12364", "12364", "12205"],
        ...     "birth_registered": [True, False, True, True],
        ... })
        >>> result = ct.compute(ct.Dataset(children=children), period="2022", by=["sex"],
        ...                     indicators=["birth_registration_under_5"], area_level="district")
        >>> chart = result.plot("birth_registration_under_5")
        >>> chart.to_dict()["title"]["text"]
        ['Children under 5 whose birth is registered']
        >>> chart = result.plot.bar("birth_registration_under_5", by="sex")
    """

    def __init__(self, result: Result) -> None:
        self._result = result

    def __call__(
        self,
        indicator: str,
        by: str | None = None,
        area_level: str | None = None,
        measure: str | None = None,
        *,
        area: str | None = None,
    ) -> altair.LayerChart | altair.FacetChart:
        """Draw bars; see :meth:`bar`."""
        return self.bar(indicator, by, area_level, measure, area=area)

    def bar(
        self,
        indicator: str,
        by: str | None = None,
        area_level: str | None = None,
        measure: str | None = None,
        *,
        area: str | None = None,
    ) -> altair.LayerChart | altair.FacetChart:
        """Draw horizontal bars with 95 % limits: one per area, or one per category of a dimension.

        Bars begin at 0 and carry the printed value. A bar of too few records to be reliable is pale; a cell
        without a value says why in its place. Where the indicator has a target, that of the first year not
        before the end of the period is a dashed line; parts of a numerator (such as forms of abuse) and
        periods other than a year are not held against it.

        Args:
            indicator: Its id.
            by: A dimension of the result. Without it the bars are areas, largest first.
            area_level: The level of the areas. None: the finest with at most 40 areas; with ``by`` no areas.
                Given together with ``by``, there is one panel per category.
            measure: One of the indicator's measures. None: the last that its definition names.
            area: The code of the area to look into. None: the only province if there is one, else the
                country.

        Returns:
            An Altair chart.

        Raises:
            PlanError: For an indicator, dimension, level, measure or area that the result does not have, for
                a dimension the indicator cannot be split by, or for more than 250 areas.
            ImportError: If the package ``altair`` is not there.
        """
        alt = _altair()
        cells = _Cells(self._result, indicator, by, area_level, measure, area)
        chart = _bars(alt, cells)
        if cells.panels:
            head = alt.Header(title=None, labelFontWeight="bold", labelAnchor="start", labelFontSize=12)
            facet = alt.Facet("panel:N", sort=cells.panels, header=head)
            chart = chart.facet(facet, columns=2, spacing=28)
        mark = say(",", ".")
        number = {"decimal": mark, "thousands": say(".", ","), "grouping": [3], "currency": ["", "\u00a0₫"]}
        drawn: altair.LayerChart | altair.FacetChart = (
            chart.properties(title=_title(alt, cells))
            .configure(font=FONTS, locale={"number": number}, background="white", padding=12)
            .configure_view(stroke=None)
            .configure_axis(gridColor="#e4e4e4", domainColor="#888", labelColor=INK, titleColor=INK)
        )
        return cast("altair.LayerChart | altair.FacetChart", inside_script(drawn))

    #: Write a chart as PNG; see :func:`save_png`.
    save_png = staticmethod(save_png)

    def __repr__(self) -> str:
        ids = ", ".join(self._result.plan.indicators)
        return f"Plot(indicator, by=None, area_level=None, measure=None, *, area=None): {ids}"


class _Cells:
    """What a chart shows: its rows, in order, and the words around them."""

    def __init__(
        self,
        result: Result,
        indicator: str,
        by: str | None,
        area_level: str | None,
        measure: str | None,
        area: str | None,
    ) -> None:
        plan = result.plan
        result.only(indicator)
        self.result, self.by = result, by
        self.definition = next(i for i in plan._data["indicators"] if i["id"] == indicator)
        outputs = self.definition["outputs"]
        self.measure = _choice("measure", measure or outputs[-1], outputs)
        if by is not None:
            _choice("by", by, plan.by)
        # Is the denominator, too, that of the category? If not, the bars are parts of one whole.
        below = [q for q in plan._data["quantities"] if q["id"] == self.definition.get("denominator")]
        self.split = by is not None and any(by in q.get("dimensions", []) for q in below)
        everywhere = result.only(indicator, measure=self.measure, **({by: "*"} if by else {}))
        if everywhere.is_empty():
            raise PlanError(
                say(
                    f'dữ liệu không đủ để tính chỉ tiêu "{indicator}"',
                    f'the records were not enough to compute "{indicator}"',
                ),
                code="left_out",
                got=indicator,
                hint=say("xem result.warnings", "see result.warnings"),
            )
        if by is not None and everywhere.filter(pl.col(by) != "total")["status"].eq("not_applicable").all():
            raise PlanError(
                say(
                    f'chỉ tiêu "{indicator}" không phân tổ được theo "{by}"',
                    f'the indicator "{indicator}" cannot be split by "{by}"',
                ),
                code="unknown_choice",
                expected=", ".join(self.definition.get("breakdowns", [])),
                got=by,
            )
        self._names = area_names(plan.area_vintage)
        units = areas(on=plan.area_vintage).select("level", "code", "parent")
        self._parents = {(level, code): parent for level, code, parent in units.iter_rows()}
        # What cannot be given to one unit lies in the unit its line is called after.
        lines = [place for place in self._names if place[1].endswith("-unallocated")]
        self._parents |= {(level, code): code.removesuffix("-unallocated") for level, code in lines}
        self.level, self.area = self._place(everywhere, area, area_level)
        if by is None or area_level is not None:
            frame, level = self._inside(everywhere, area_level)
            self.panels = _in_order(category(by, c) for c in self._categories(frame)) if by else []
            # The whole beside its parts: a share can be read against it, a count would dwarf them.
            whole = everywhere.filter(pl.col("area_level") == self.level, pl.col("area") == self.area)
            if self.measure != "count" and self.level != level:
                frame = pl.concat([whole, frame])
            self.rows = self._rows(frame, areas_of=level)
        else:
            here = everywhere.filter(pl.col("area_level") == self.level, pl.col("area") == self.area)
            self.panels = []
            self.rows = self._rows(here, areas_of=None)
        self.places = _in_order(row["place"] for row in self.rows)
        whole = everywhere.filter(pl.col("area_level") == self.level, pl.col("area") == self.area)
        self.coverage = whole.row(0, named=True)
        self.undecided = self._undecided(everywhere)
        self.target = self._target()

    def _place(self, frame: pl.DataFrame, area: str | None, area_level: str | None) -> tuple[str, str]:
        """Return level and code of the area to look into."""
        there = frame.select("area_level", "area").unique()
        if area is not None:
            _choice("area", area, _in_order(frame["area"]))
            found = there.filter(pl.col("area") == area).sort("area_level")
            return str(found["area_level"][0]), area
        provinces = there.filter(pl.col("area_level") == "province")["area"].to_list()
        # A line of unknown areas belongs to no province: it is seen from the country only.
        known = "unknown" not in set(there["area_level"])
        if len(provinces) == 1 and known and area_level not in ("country", "province"):
            return "province", provinces[0]
        return "country", "VN"

    def _above(self, level: str, code: str) -> str | None:
        """Return the code that an area has at the level of the chart's own area."""
        place: tuple[str, str] | None = (level, code)
        while place is not None and place[0] != self.level:
            parent = self._parents.get(place)
            coarser = reversed(LEVELS[: LEVELS.index(place[0])])
            place = next(((up, parent) for up in coarser if parent and (up, parent) in self._names), None)
        return place[1] if place else None

    def _inside(self, frame: pl.DataFrame, asked: str | None) -> tuple[pl.DataFrame, str]:
        """Return the rows of the areas inside the chart's own, and their level."""
        coarsest = LEVELS.index(self.level)
        there = set(frame["area_level"])
        levels = [level for level in LEVELS[coarsest:] if level in there]
        if asked is not None:
            _choice("area_level", asked, levels)

        def at(level: str) -> pl.DataFrame:
            part = frame.filter(pl.col("area_level") == level)
            if self.level == "country":
                return pl.concat([part, frame.filter(pl.col("area_level") == "unknown")])
            kept = [code for code in part["area"].unique() if self._above(level, code) == self.area]
            return part.filter(pl.col("area").is_in(kept))

        level = asked or levels[0]
        if asked is None:
            fit = [finer for finer in levels if at(finer)["area"].n_unique() <= AREAS_BY_DEFAULT]
            level = fit[-1] if fit else level
        part = at(level)
        if (n := part["area"].n_unique()) > AREAS_AT_MOST:
            raise PlanError(
                say(f"{n} địa bàn: quá nhiều cho một biểu đồ", f"{n} areas are too many for one chart"),
                code="unknown_choice",
                column="area_level",
                expected=f"<= {AREAS_AT_MOST}",
                got=str(n),
                hint=say('chọn một địa bàn, như area="33"', 'choose an area to look into, such as area="33"'),
            )
        return part, level

    def _categories(self, frame: pl.DataFrame) -> list[str]:
        """Return the categories worth a bar, in the order of the list."""
        if self.by is None:
            return ["total"]
        kept = []
        some = pl.col("numerator") > 0
        if self.split:
            some = some | (pl.col("denominator") > 0)
        filled = set(frame.filter(some)[self.by])
        for code in _in_order(frame[self.by]):
            # A count is not drawn beside its own total; 48 sub-groups hide the 14 groups.
            skipped = (code == "total" and self.measure == "count") or (
                self.by == "circumstance" and re.fullmatch(r"\D\d+", code) is not None
            )
            if not skipped and (code in filled or (code != "unknown" and self.by != "ethnicity")):
                kept.append(code)
        return kept

    def _rows(self, frame: pl.DataFrame, areas_of: str | None) -> list[dict[str, Any]]:
        categories = self._categories(frame)
        if areas_of is not None and self.by is None:
            order = pl.col("area") == self.area, pl.col("value"), pl.col("numerator")
            frame = frame.sort(*order, descending=True, nulls_last=True, maintain_order=True)
        labels = self._labels(frame, areas_of)
        rows = []
        # The order of the rows of a result is that of the lists of codes.
        for row in frame.iter_rows(named=True):
            code = row[self.by] if self.by else "total"
            if code not in categories:
                continue
            if areas_of is not None:
                place = labels[row["area_level"], row["area"]]
                whole = row["area"] == self.area and self.level != areas_of
            else:
                place = category(self.by or "", code)
                whole = code == "total" and len(categories) > 1
            unreliable = row["status"] == "unreliable"
            rows.append(
                {
                    "place": "\n".join(wrap(place, 46)),
                    "panel": category(self.by, code) if self.by else "",
                    "look": "unreliable" if unreliable else "whole" if whole else "ok",
                    "value": row["value"],
                    "lower": row["lower"],
                    "upper": row["upper"],
                    "printed": self._print(row),
                    "limits": _limits(row),
                    "numerator": row["numerator"],
                    "denominator": row["denominator"],
                    "undecided": row["undecided"],
                    "reports": reports(row),
                    "status": label("status", row["status"]),
                }
            )
        return rows

    def _labels(self, frame: pl.DataFrame, level: str | None) -> dict[tuple[str, str], str]:
        """Return a name for each area that no other area of the chart has."""
        places = _in_order(frame.select("area_level", "area").iter_rows())
        names = {place: self._names.get(place, label("word", place[1])) for place in places}
        given = Counter(names.values())
        for place, name in names.items():
            if given[name] > 1:
                parent = self._parents.get(place, "")
                above = [self._names[up, parent] for up in LEVELS if (up, parent) in self._names]
                names[place] = f"{name} ({(above or [place[1]])[0]})" if place[0] == level else name
        return names

    def _print(self, row: dict[str, Any]) -> str:
        if row["value"] is not None and row["measure"] == "count":
            return f"{row['numerator']:,}".replace(",", say(".", ","))
        return self.result._print_row(row)

    def _undecided(self, frame: pl.DataFrame) -> int:
        whole = frame.filter(pl.col("area_level") == self.level, pl.col("area") == self.area)
        if self.by is not None:
            whole = whole.filter(pl.col(self.by) == "total")
        return int(whole["undecided"].sum())

    def _target(self) -> dict[str, Any] | None:
        year = re.fullmatch(r"(?:\d{4}-)?(\d{4})", self.result.plan.period)
        targets = [t for t in self.definition.get("targets", []) if t["measure"] == self.measure]
        if year is None or not targets:
            return None
        if self.by is not None and not self.split:
            return None
        ahead = [t for t in targets if t["year"] >= int(year[1])]
        return dict(ahead[0] if ahead else targets[-1])


def _choice(what: str, got: str, known: list[str]) -> str:
    if got not in known:
        raise PlanError(
            say(f'{what}: kết quả không có "{got}"', f'{what}: the result has no "{got}"'),
            code="unknown_choice",
            column=what,
            expected=", ".join(known[:20]),
            got=got,
        )
    return got


def _in_order(items: Any) -> list[Any]:
    return list(dict.fromkeys(items))


def _limits(row: dict[str, Any]) -> str:
    if row["lower"] is None:
        return "–"
    text = f"{row['lower']:.2f} – {row['upper']:.2f}"
    return text.replace(".", ",") if get_language() == "vi" else text


def _bars(alt: Any, cells: _Cells) -> Any:
    width = 230 if cells.panels else 400
    lines = max((place.count("\n") + 1 for place in cells.places), default=1)
    split = "split(datum.label, '\\n')"
    axis = alt.Axis(
        title=None,
        labelLimit=340,
        labelExpr=split,
        ticks=False,
        domain=False,
        labelPadding=8,
        labelFontSize=11,
    )
    y = alt.Y("place:N", sort=cells.places, axis=axis)
    title = label("measure", cells.measure)
    counts = {"format": ",d", "tickMinStep": 1} if cells.measure == "count" else {}
    x_axis = alt.Axis(tickCount=5, labelFlush=False, labelFontSize=11, **counts)
    x = alt.X("value:Q", title=title, axis=x_axis, scale=alt.Scale(zero=True))
    looks = list(FILLS)
    of = label("column", "area") if cells.by is None or cells.panels else label("dimension", cells.by)
    tooltip = [
        alt.Tooltip("place:N", title=of),
        alt.Tooltip("printed:N", title=title),
        alt.Tooltip("limits:N", title=say("Khoảng tin cậy 95 %", "95 % limits")),
        *(alt.Tooltip(f"{c}:Q", title=label("column", c), format=",d") for c in ("numerator", "denominator")),
        alt.Tooltip("undecided:Q", title=label("column", "undecided"), format=",d"),
        alt.Tooltip("reports:N", title=say("Xã báo cáo", "Communes reporting")),
        alt.Tooltip("status:N", title=label("column", "status")),
    ]
    target = cells.target or {}
    rows = [{**row, "target": target.get("value")} for row in cells.rows]
    base = alt.Chart(alt.Data(values=rows)).properties(width=width, height=alt.Step(10 + 13 * lines))
    bars = base.mark_bar(height={"band": 0.74}, strokeWidth=1).encode(
        x=x,
        y=y,
        fill=alt.Fill("look:N", scale=alt.Scale(domain=looks, range=list(FILLS.values())), legend=None),
        stroke=alt.Stroke("look:N", scale=alt.Scale(domain=looks, range=list(EDGES.values())), legend=None),
        tooltip=tooltip,
    )
    layers = [bars]
    if any(row["lower"] is not None for row in rows):
        whiskers = base.mark_rule(color=INK, strokeWidth=1.2).encode(x="lower:Q", x2="upper:Q", y=y)
        ends = [
            base.mark_tick(color=INK, thickness=1.2, size=6, orient="vertical").encode(x=f"{end}:Q", y=y)
            for end in ("lower", "upper")
        ]
        layers += [whiskers, *ends]
    digits = max((len(row["printed"]) for row in rows if row["value"] is not None), default=1)
    edge = alt.value(width + 10 + 6 * digits)
    layers.append(base.mark_text(align="right", color=INK, fontSize=11).encode(x=edge, y=y, text="printed:N"))
    if cells.target is not None:
        rule = base.mark_rule(color=TARGET_INK, strokeDash=[6, 3], strokeWidth=1.6).encode(x="min(target):Q")
        layers.append(rule)
    return alt.layer(*layers)


def _packed(sentences: list[str], width: int) -> list[str]:
    """Put sentences on as few lines as will hold them whole."""
    lines: list[str] = []
    for sentence in sentences:
        if lines and len(lines[-1]) + 1 + len(sentence) <= width:
            lines[-1] += f" {sentence}"
        else:
            lines.append(sentence)
    return lines


def _coverage(cells: _Cells) -> list[str]:
    """Return what is to be said of the communes that did not report, or may not have."""
    reported, expected = cells.coverage["reported"], cells.coverage["expected"]
    if expected is None:
        return []
    if reported is None:
        zero = any(row["numerator"] == 0 for row in cells.rows)
        return [say("Số 0 có thể là chưa báo cáo.", "A zero may be a commune that did not report.")] if zero else []
    if reported == expected:
        return []
    return [say(f"{reported}/{expected} xã đã báo cáo.", f"{reported} of {expected} communes reported.")]


def measured(name: str, measure: str, outputs: Sequence[str]) -> str:
    """Return the name of what is drawn: that of the indicator, with the measure where it is not the number itself."""
    if measure == "count" or "count" not in outputs:
        return name
    # "Số trẻ em ..." names the number, which is not what is drawn.
    name = name.removeprefix("Số ")
    return f"{name[:1].upper()}{name[1:]}: {label('measure', measure).lower()}"


def _title(alt: Any, cells: _Cells) -> Any:
    notes = []
    if any(row["lower"] is not None for row in cells.rows):
        notes.append(say("Vạch ngang: khoảng tin cậy 95 %.", "Whiskers: 95 % limits."))
    if cells.target is not None:
        value = f"{cells.target['value']:g}".replace(".", say(",", "."))
        sign = {"<=": "≤", ">=": "≥"}.get(cells.target["op"], cells.target["op"])
        year = cells.target["year"]
        notes.append(say("Nét đứt: mục tiêu", "Dashed line: target for") + f" {year} ({sign} {value}).")
    if any(row["look"] == "unreliable" for row in cells.rows):
        notes.append(say("Cột nhạt: quá ít để tin cậy.", "Pale bars: too few to be reliable."))
    if cells.undecided:
        n = f"{cells.undecided:,}".replace(",", say(".", ","))
        notes.append(say(f"Chưa xác định được, không tính vào: {n} bản ghi.", f"Undecided and left out: {n} records."))
    notes += _coverage(cells)
    if cells.by in ("form", "circumstance"):
        units = {q["id"]: q["unit"] for q in cells.result.plan._data["quantities"]}
        one = label("unit", units[cells.definition["numerator"]])
        notes.append(
            say(
                f"Một {one} có thể ở nhiều nhóm: các cột không cộng thành tổng số.",
                f"One {one} may stand in several bars: they do not add up to the total.",
            )
        )
    where = cells._names.get((cells.level, cells.area), label("area_level", cells.level))
    split = f", {say('theo', 'by')} {label('dimension', cells.by).lower()}" if cells.by else ""
    head = f"{where}{split}, {say('kỳ', 'period')} {cells.result.plan.period}"
    return alt.Title(
        wrap(measured(pick(cells.definition["name"]), cells.measure, cells.definition["outputs"]), 78),
        subtitle=[*wrap(head, 95), *_packed(notes, 95)],
        anchor="start",
        frame="bounds",
        fontSize=14,
        subtitleFontSize=11,
        subtitleColor="#444",
        subtitlePadding=4,
        offset=14,
    )
