"""What a chart is about, in words: what is counted, among what, and the multiplier of a quotient."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from chitieu._catalogue import MULTIPLIER, catalogue
from chitieu._language import category, name_of, pick, printed, say, words
from chitieu._table import CHOICES
from chitieu.charts._checks import Checks, suppressed
from chitieu.charts._words import number_of, of_abuse, plural, upper

#: Columns that are no breakdown, so that they may vary between the rows of a chart.
NO_BREAKDOWN = {"unit", "area", "area_level", "name", "indicator", "code", "measure", "status", "definition", "method"}

#: The columns that together only ``selection.supported`` has, but for a column ``without_key`` that it has not.
SUPPORTED = {"numerator", "denominator", "undecided", "value", "status"}

#: Steps of Decree 56/2017/NĐ-CP and what was in time.
STEPS = {
    "emergency": ("biện pháp khẩn cấp trong 12 giờ", "emergency measures within 12 hours"),
    "plan": ("kế hoạch hỗ trợ trong 5 ngày làm việc", "a support plan within 5 working days"),
    "approval": ("kế hoạch được duyệt trong 2 ngày làm việc", "the plan approved within 2 working days"),
}


@dataclass(frozen=True)
class Subject:
    """What a chart is about.

    Attributes:
        counted: What is counted, such as ``abused children``.
        of: What it is counted among, such as ``children``.
        titles: The title of each measure that has one of its own.
    """

    counted: str
    of: str
    titles: Mapping[str, str]

    def title(self, measure: str) -> str:
        """Return the title of a chart of a measure."""
        return self.titles.get(measure) or self.axis(measure)

    def unit(self, measure: str) -> str:
        """Return the unit of a measure, as it is printed above a table."""
        if measure in ("count", "percent"):
            return self.counted if measure == "count" else "%"
        axis = self.axis(measure)
        return axis[:1].lower() + axis[1:]

    def axis(self, measure: str) -> str:
        """Return the title of the axis of values: a unit, never only a number."""
        if measure == "count":
            return number_of(self.counted)
        if measure == "percent":
            return say(f"Phần trăm {self.of}", f"Per cent of {self.of}")
        if measure == "ratio":  # of two parts of one unit, such as boys and girls
            return name_of("measure", measure)
        per = printed(MULTIPLIER[measure])
        if self.counted == self.of:  # "children per 1,000 children" says no more
            return say(f"Trên {per} {self.of}", f"Per {per} {self.of}")
        return say(f"Số {self.counted} trên {per} {self.of}", f"{upper(self.counted)} per {per} {self.of}")


def measure_name(measure: str, of: str) -> str:
    """Return the name of a measure with what it is per: ``Trên 100.000 trẻ em``."""
    name = name_of("measure", measure)
    return f"{name} {of}" if measure.startswith("per_") else name


def _title(definition: Mapping[str, Any], measure: str, of: str) -> str:
    """Return the name of an indicator, with the measure where it is not the number itself."""
    name = pick(definition["name"])
    if "count" not in definition["outputs"]:
        return name
    unit = measure_name(measure, of).lower()
    # The name may tell of both measures, or of the other one: "Số lượng, tỷ lệ trẻ em ...", "Số trẻ em ...".
    if (found := re.fullmatch(r"(Số lượng, tỷ lệ|Số|Tỷ lệ|Tỷ suất) (.+)", name)) is not None:
        kind, what = found.groups()
        if measure == "count":
            return name if kind == "Số" else f"Số lượng {what}"
        return f"Tỷ lệ {what} (%)" if measure == "percent" else f"Tỷ suất {what} ({unit})"
    what = re.sub(r": number and \w+$", "", name)
    return what if measure == "count" else f"{what}: {unit}"


def of_indicator(definition: Mapping[str, Any], quantities: Sequence[Mapping[str, Any]], split: str = "") -> Subject:
    """Return the subject of an indicator.

    Args:
        definition: The indicator.
        quantities: The quantities of its catalogue.
        split: The category that is drawn, in parentheses.
    """
    units = {q["id"]: q["unit"] for q in quantities}
    counted = units[definition["numerator"]]
    of = plural(units.get(definition.get("denominator", ""), counted))
    return Subject(
        counted=plural(counted),
        of=of,
        titles={measure: _title(definition, measure, of) + split for measure in MULTIPLIER},
    )


def of_table(check: Checks, frame: pl.DataFrame, of: str | None, per: int) -> Subject:
    """Return the subject of a table: of an indicator that it names, else of its unit.

    Raises:
        PlanError: ``several_categories`` of a breakdown, ``missing_column`` if a rate has no unit of its denominator,
            and what :meth:`Checks.unit` raises.
    """
    one_of_each = breakdowns(check, frame)
    split = f" ({one_of_each})" if one_of_each else ""
    indicator = check.one([frame], "indicator", "several_categories") if "indicator" in frame.columns else None
    listed = catalogue()
    if indicator is not None and indicator in listed:
        return of_indicator(listed[indicator].data, listed._data["quantities"], split)
    unit = check.unit(frame)
    if of is None and per > 100:
        raise check.error(
            'tỷ suất cần đơn vị của mẫu số (of), như of="child"',
            'a rate needs the unit of its denominator (of), such as of="child"',
            code="missing_column",
            column="of",
            expected="child, person, birth …",
            got="None",
        )
    counted, there = of_abuse(unit), set(frame.columns)
    share = f"{say('Tỷ lệ', 'Share of')} {counted}{split}"
    if {"on_time", "late"} <= there:
        step = check.one([frame], "step", "several_categories") or ""
        done = say(*STEPS.get(step, (step, step)))
        share = say(f"Tỷ lệ {counted} có {done}", f"{upper(counted)} with {done}")
    elif SUPPORTED <= there and "without_key" not in there:
        share = say(f"Tỷ lệ {counted} được hỗ trợ", f"{upper(counted)} who were supported")
    return Subject(
        counted=counted,
        of=plural(check.word("of", of, words()["lists"]["unit"])) if of else counted,
        titles={"count": number_of(counted) + split, "percent": share},
    )


def breakdowns(check: Checks, frame: pl.DataFrame, but: tuple[str, ...] = ()) -> str:
    """Return the one category of each breakdown in words; a total is left out.

    Raises:
        PlanError: With code ``several_categories``, if a breakdown has more than one.
    """
    parts = []
    for name, dtype in frame.schema.items():
        if dtype not in (pl.String, pl.Categorical, pl.Enum) or name in NO_BREAKDOWN or name in CHOICES or name in but:
            continue
        if name not in words()["lists"]["dimension"] and name != "step":
            continue
        code = check.one([frame], name, "several_categories") or ""
        if code != "total" and name != "step":
            parts.append(f"{name_of('dimension', name).lower()}: {category(name, code).lower()}")
    return ", ".join(parts)


def fractions(frame: pl.DataFrame) -> pl.DataFrame:
    """Return a frame with columns ``numerator`` and ``denominator``, which some tables have under other names."""
    there = set(frame.columns)
    if "numerator" in there:
        return frame
    if {"on_time", "late"} <= there:
        return frame.with_columns(numerator="on_time", denominator=pl.col("on_time") + pl.col("late"))
    if {"count", "denominator"} <= there:
        return frame.with_columns(numerator="count")
    return frame


def measure_of(per: int) -> str:
    """Return the measure of a quotient by what it is multiplied by."""
    return next(m for m, times in MULTIPLIER.items() if times == per and m != "ratio")


def multiplier(check: Checks, frame: pl.DataFrame, per: int | None, of: str | None) -> int:
    """Return what quotients are multiplied by: the one asked for, that of the measure, or that of the values.

    Where all values are hidden, a table is one of shares of its unit unless the unit of a denominator is named.

    Raises:
        PlanError: With code ``unknown_multiplier``, if it is none of those known or does not follow from the table.
    """
    known = (100, 1_000, 100_000)
    found = None
    if "measure" in frame.columns:
        measures = frame["measure"].unique().to_list()
        found = MULTIPLIER.get(measures[0]) if len(measures) == 1 and measures != ["ratio"] else None
    elif {"value", "numerator", "denominator"} <= set(frame.columns):
        some = frame.filter(pl.col("value") > 0, pl.col("denominator") > 0, pl.col("numerator") > 0)
        quotients = pl.col("value") * pl.col("denominator") / pl.col("numerator")
        all_of = [n for n in known if some.height and some.select(((quotients / n - 1).abs() < 0.01).all()).item()]
        found = all_of[0] if all_of else None
        if not some.height and per is None and of is None and suppressed(frame).any():
            found = 100
    got = per if per is not None else found
    if got not in known or (per is not None and found is not None and per != found):
        raise check.error(
            f"cần biết giá trị tính trên bao nhiêu (per): 100, 1.000 hay 100.000; per={per}, theo bảng: {found}",
            f"what the value is per must be known (per): 100, 1,000 or 100,000; per={per}, by the table: {found}",
            code="unknown_multiplier",
            column="per",
            expected="100, 1000, 100000",
            got=f"{per}; {found}",
        )
    return int(got)
