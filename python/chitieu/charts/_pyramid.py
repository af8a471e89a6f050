"""Age and sex of the abused children, as a pyramid."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import polars as pl

from chitieu._language import category, printed, say
from chitieu.charts._checks import Checks
from chitieu.charts._notes import choices, coverage, hiding, source_line
from chitieu.charts._places import day_of, named
from chitieu.charts._render import load_altair
from chitieu.charts._subject import breakdowns
from chitieu.charts._theme import DARK, INK, PALE, SIZE, Heading, count_axis, headed, name_axis, sourced
from chitieu.charts._words import inside, number, number_of, of_abuse, plural, single, upper

if TYPE_CHECKING:
    import altair

CHECK = Checks("charts.pyramid")
FILLS = {"male": DARK, "female": PALE, "unknown": "white"}


def pyramid(
    counts: Any,
    *,
    source: str,
    area: str = "VN",
    area_vintage: str | None = None,
    title: str | None = None,
    subtitle: str | None = None,
) -> altair.VConcatChart:
    """Draw the age and sex of those counted: boys to the left, girls to the right, the youngest at the bottom.

    Children whose age is not recorded have a bar below the youngest, those whose sex is not recorded a panel of their
    own; how many there are is always noted. One child may be in two age groups (two incidents, a birthday between
    them), so the cells may add to more than the total, and then the chart says so. A hidden count has no bar; a sign
    stands in its place, and no sum is told of which a part is hidden.

    Args:
        counts: ``selection.counts("child", by=("sex", "age_group"))``: columns unit, area, sex, age_group, count.
        source: Where the data come from, printed below the chart.
        area: The code of the area to draw.
        area_vintage: The day of the list of area names. None: that of a table of abuse, else the last of the period.
        title: A title instead of its own.
        subtitle: A line of your own under the title; the notes that the numbers need follow it.

    Returns:
        An Altair chart.

    Raises:
        PlanError: ``missing_column``, ``empty_table``, ``empty_cells``, ``wrong_type``, ``units_differ``,
            ``choices_differ``, ``several_categories`` (another breakdown), ``unknown_choice`` (an area, sex or age
            group that is not there), ``no_source``.
        ImportError: If the package ``altair`` is not there.
    """
    alt = load_altair()
    frame = CHECK.table(counts)
    CHECK.columns(frame, "unit", "area", "sex", "age_group", "count")
    unit, notes, below = CHECK.unit(frame), choices(CHECK, frame), source_line(CHECK, source)
    frame = CHECK.area(frame, area)
    frame = CHECK.counts(frame, "count")
    notes += coverage(frame)
    split = breakdowns(CHECK, frame, but=("sex", "age_group"))
    cells = _cells(frame)
    ages = list(dict.fromkeys(age for _, age in cells if age not in ("total", "unknown")))
    ages.sort(key=lambda age: -int(re.split(r"\D", age)[0]))
    ages = [*ages, *(["unknown"] if any(n != 0 for (_, age), n in cells.items() if age == "unknown") else [])]
    sexes = ["male", "female"]
    if any(n != 0 for (sex, _), n in cells.items() if sex == "unknown"):
        sexes.append("unknown")
    most = max((n or 0 for key, n in cells.items() if "total" not in key), default=0)

    words = {"male": say("Nam", "Boys"), "female": say("Nữ", "Girls"), "unknown": ""}
    if unit != "child":
        words = {sex: category("sex", sex) for sex in words}
    words["unknown"] = say("Không xác định giới tính", "Sex not recorded")
    axis = number_of(plural(unit))
    panels = []
    for sex in sexes:
        rows: list[dict[str, Any]] = [
            {"age": _age(age), "count": cells.get((sex, age), 0), "printed": number(cells.get((sex, age), 0))}
            for age in ages
        ]
        words[sex] += f": {number(cells[sex, 'total'])}" if (sex, "total") in cells else ""
        # A narrower panel keeps the scale: a bar as long is as many.
        part = 0.7 if sex == "unknown" and max(row["count"] or 0 for row in rows) <= 0.6 * most else 1.0
        panels.append(_panel(alt, rows, sex, words[sex], axis, max(most, 1), part))
    total = cells.get(("total", "total"))
    where = inside(named(CHECK, frame.head(1), day_of(counts, area_vintage))[0]) if area != "VN" else ""
    made = upper(say(f"{of_abuse(unit)} theo giới tính và nhóm tuổi", f"{of_abuse(unit)} by sex and age group"))
    made += (f", {where}" if where else "") + (f" ({split})" if split else "")
    made += f": {printed(total)}" if total is not None else ""
    drawn = alt.hconcat(*panels, spacing=8).resolve_scale(y="shared")
    notes += [*_unknown(cells, unit), *hiding(None in cells.values(), counts)]
    return sourced(alt, drawn, Heading(made, notes).with_own(title, subtitle), below)


def _age(age: str) -> str:
    return say("Không xác định tuổi", "Age not certain") if age == "unknown" else category("age_group", age)


def _cells(frame: pl.DataFrame) -> dict[tuple[str, str], int | None]:
    """Return the count of each sex and age group, None where it is hidden."""
    cells: dict[tuple[str, str], int | None] = {}
    for sex, age, count in frame.select("sex", "age_group", "count").iter_rows():
        if sex not in (*FILLS, "total"):
            raise _no_category("sex", "male, female, unknown, total", sex)
        if age not in ("total", "unknown") and not re.fullmatch(r"\d+-\d+|\d+\+?", str(age)):
            raise _no_category("age_group", "0-5, 6-10 …, unknown, total", age)
        if (sex, age) in cells:
            raise CHECK.error(
                f"có nhiều dòng cho giới tính {sex}, nhóm tuổi {age}",
                f"several rows for sex {sex}, age group {age}",
                code="several_rows",
                column="age_group",
                expected="1",
                got="2",
            )
        cells[sex, age] = None if count is None else int(count)
    return cells


def _no_category(column: str, expected: str, got: Any) -> Exception:
    return CHECK.error(
        f'cột "{column}" có giá trị "{got}"; cần: {expected}',
        f'column "{column}" holds "{got}"; expected: {expected}',
        code="unknown_choice",
        column=column,
        expected=expected,
        got=str(got),
    )


def _sum(parts: Iterable[int | None]) -> int | None:
    """Return a sum; none where a part is hidden."""
    known = list(parts)
    return None if None in known else sum(n or 0 for n in known)


def _unknown(cells: dict[tuple[str, str], int | None], unit: str) -> list[str]:
    """Return how many have no sex or age recorded, and whether the cells add to more than the total."""
    sex = cells.get(("unknown", "total"), _sum(n for (s, a), n in cells.items() if s == "unknown" and a != "total"))
    age = cells.get(("total", "unknown"), _sum(n for (s, a), n in cells.items() if a == "unknown" and s != "total"))
    notes = [
        say(
            f"Không xác định giới tính: {number(sex)}; không xác định tuổi: {number(age)}.",
            f"Sex not recorded: {number(sex)}; age not certain: {number(age)}.",
        )
    ]
    total, parts = cells.get(("total", "total")), _sum(n for key, n in cells.items() if "total" not in key)
    if None not in (total, parts) and parts != total:
        one = single(unit)
        notes.append(
            say(
                f"Các ô cộng lại là {printed(parts)}, tổng số là {printed(total)}: "
                f"một {one} có thể ở hơn một ô (hai lần, ở hai nhóm tuổi).",
                f"The cells add to {printed(parts)}, the total is {printed(total)}: "
                f"one {one} may stand in more than one cell (two incidents in two age groups).",
            )
        )
    return notes


def _panel(alt: Any, rows: list[dict[str, Any]], sex: str, title: str, axis: str, most: int, part: float) -> Any:
    """Return the bars of one sex; those of boys grow to the left. A sign stands where a hidden one would begin."""
    left = sex == "male"
    order = [row["age"] for row in rows]
    last = most * 1.18 * part
    scale = alt.Scale(domain=[0, last], nice=False, reverse=left)
    x = alt.X("count:Q", title=axis, scale=scale, axis=count_axis(alt, 0, last, tickCount=4))
    names = name_axis(alt) if left else None
    base = alt.Chart(alt.Data(values=rows)).encode(x=x, y=alt.Y("age:N", sort=order, axis=names))
    bars = base.mark_bar(fill=FILLS[sex], stroke=DARK, strokeWidth=0.8, height={"band": 0.78})
    side = {"align": "right", "dx": -4} if left else {"align": "left", "dx": 4}
    text = base.mark_text(color=INK, fontSize=SIZE, **side).encode(text="printed:N")
    layers, width = [bars, text], round(200 * part)
    if any(row["count"] is None for row in rows):
        hidden = text.transform_filter("datum.count === null")
        layers.append(hidden.encode(x=alt.value(width if left else 0)))
    title = headed(alt, [title], "end" if left else "start")
    return alt.layer(*layers).properties(width=width, height=alt.Step(34), title=title)
