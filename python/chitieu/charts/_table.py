"""What the charts read: a frame, its unit, the choices behind it, and the words for them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any

import polars as pl
from polars import selectors

from chitieu._catalogue import catalogue
from chitieu._dataset import as_frame
from chitieu._errors import PlanError
from chitieu._language import label, printed, say, words
from chitieu._plan import plan
from chitieu._plot import measured
from chitieu._result import MULTIPLIER, area_names, areas
from chitieu._source import by_polars
from chitieu.charts._words import STEPS, category, counted, people, upper

#: The columns that say which reports count; they hold one word in a whole table.
CHOICES = ("period", "date", "place", "verification", "age_limit")

#: Columns that are no breakdown, so that they may vary between the rows of a chart.
NO_BREAKDOWN = {"unit", "area", "area_level", "name", "indicator", "code", "measure", "status", "definition", "method"}


#: The columns that together only ``selection.supported`` has, but for a column ``without_key`` that it has not.
SUPPORTED = {"count", "denominator", "undecided", "value", "status"}


def day_of(table: Any, area_vintage: str | None) -> str | None:
    """Return the day of the list of area names: the one asked for, else that which a table of abuse carries."""
    return area_vintage if area_vintage is not None else getattr(table, "_area_vintage", None)


def taken(chart: str, table: Any) -> pl.DataFrame:
    """Return a polars frame of a table.

    Raises:
        PlanError: For an object that is no table, or one without a row.
    """
    if isinstance(table, pl.LazyFrame):
        table = by_polars(chart, table.collect)
    frame = table
    if not isinstance(table, pl.DataFrame):
        if not hasattr(table, "__arrow_c_stream__") and type(table).__module__.split(".")[0] != "pandas":
            kinds = "polars, pandas, pyarrow, ct.abuse.Table"
            raise PlanError(
                say(
                    f"{chart}: cần một bảng ({kinds}), nhận được {type(table).__name__}",
                    f"{chart}: a table is needed ({kinds}), this is a {type(table).__name__}",
                ),
                code="wrong_type",
                expected=kinds,
                got=type(table).__name__,
            )
        frame = as_frame(chart, table).lazy().collect()
    if frame.is_empty():
        raise PlanError(
            say(f"{chart}: bảng không có dòng nào", f"{chart}: the table has no rows"),
            code="empty_table",
            expected=">= 1",
            got="0",
        )
    # pandas reads codes and years as numbers, and keeps a missing number as NaN.
    words = [pl.col(c).cast(pl.String) for c in ("unit", "area", "area_level", *CHOICES) if c in frame.columns]
    return pl.DataFrame(frame).with_columns(*words, selectors.float().fill_nan(None))


def need(chart: str, frame: pl.DataFrame, *columns: str) -> None:
    """Refuse a frame that lacks a column.

    Raises:
        PlanError: With code ``missing_column``, naming the first missing column and the columns there.
    """
    for column in columns:
        if column not in frame.columns:
            there = ", ".join(frame.columns)
            raise PlanError(
                say(
                    f'{chart}: thiếu cột "{column}"; bảng có: {there}',
                    f'{chart}: no column "{column}"; the table has: {there}',
                ),
                code="missing_column",
                column=column,
                expected=", ".join(columns),
                got=there,
            )


def numbers(chart: str, frame: pl.DataFrame, *columns: str, whole: bool = False) -> None:
    """Refuse columns that hold no numbers, and with ``whole`` those with an empty cell: it is not to be drawn as 0.

    Raises:
        PlanError: ``wrong_type`` or ``empty_cells``.
    """
    for column in columns:
        dtype = frame.schema[column]
        if not dtype.is_numeric() and dtype != pl.Null:
            raise refuse(
                chart,
                f'cột "{column}" phải là số, ở đây là {dtype}',
                f'column "{column}" must hold numbers, it is {dtype}',
                code="wrong_type",
                column=column,
                expected=say("số", "numbers"),
                got=str(dtype),
            )
        if whole and (empty := frame[column].null_count()):
            raise refuse(
                chart,
                f'cột "{column}" có {empty} ô trống, không được vẽ như số 0',
                f'column "{column}" has {empty} empty cells, which must not be drawn as 0',
                code="empty_cells",
                column=column,
                expected="0",
                got=str(empty),
            )


def refuse(chart: str, vi: str, en: str, *, code: str, hint: tuple[str, str] | None = None, **facts: str) -> PlanError:
    """Return the error of a chart in the language in use."""
    return PlanError(say(f"{chart}: {vi}", f"{chart}: {en}"), code=code, hint=say(*hint) if hint else None, **facts)


def known(chart: str, column: str, got: Any, there: Iterable[str]) -> str:
    """Return a word if it is among those that are there.

    Raises:
        PlanError: With code ``unknown_choice``, naming the words that are there.
    """
    words = list(dict.fromkeys(there))
    if got not in words:
        names = ", ".join(words[:20])
        raise refuse(
            chart,
            f'{column}: không có "{got}"; có: {names}',
            f'{column}: there is no "{got}"; there are: {names}',
            code="unknown_choice",
            column=column,
            expected=names,
            got=str(got),
        )
    return str(got)


def one(chart: str, frames: Iterable[pl.DataFrame], column: str, code: str) -> str | None:
    """Return the one word that a column holds in all frames; none if no frame has it.

    Raises:
        PlanError: With the given code, if there are several words, or one frame has it and another has not.
    """
    frames = list(frames)
    having = [frame[column] for frame in frames if column in frame.columns]
    if not having:
        return None
    found = sorted({str(v) for values in having for v in values.unique().to_list()})
    if len(found) != 1:
        raise refuse(
            chart,
            f'cột "{column}" phải có một giá trị, ở đây có: {", ".join(found)}',
            f'column "{column}" must hold one value, here are: {", ".join(found)}',
            code=code,
            column=column,
            expected="1",
            got=", ".join(found),
        )
    return found[0]


def one_unit(chart: str, *frames: pl.DataFrame) -> str:
    """Return the unit that is counted in all the frames.

    Raises:
        PlanError: ``missing_column`` without a column ``unit``, ``units_differ`` if they are mixed,
            ``unknown_choice`` for a word that is no unit.
    """
    for frame in frames:
        need(chart, frame, "unit")
    unit = one(chart, frames, "unit", "units_differ") or ""
    return known(chart, "unit", unit, words()["lists"]["unit"])


def told(chart: str, *frames: pl.DataFrame, but: tuple[str, ...] = ()) -> list[str]:
    """Return the choices behind the frames as sentences.

    Args:
        chart: The name of the chart, for errors.
        *frames: The tables of the chart.
        but: Choices that may vary, since the chart shows them.

    Raises:
        PlanError: With code ``choices_differ``, if a choice is not the same in all.
    """
    found = {c: one(chart, frames, c, "choices_differ") for c in CHOICES if c not in but}
    parts = []
    if (period := found.get("period")) is not None:
        parts.append(label("abuse_view", period) if period == "all" else f"{say('kỳ', 'period')} {period}")
    for column, codes in (("date", "abuse_date"), ("place", "abuse_place"), ("age_limit", "age_limit")):
        if (code := found.get(column)) is not None:
            parts.append(label(codes, code))
    if (verification := found.get("verification")) is not None:
        parts.append(" + ".join(label("verification", word).lower() for word in verification.split("+")))
    return [upper(", ".join(parts)) + "."] if parts else []


def coverage(frame: pl.DataFrame, together: bool = False) -> list[str]:
    """Return how many communes reported what is drawn, as a sentence; nothing for a frame that does not say.

    Args:
        frame: The rows drawn.
        together: Whether they are areas side by side, whose communes add up.
    """
    if not {"reported", "expected"} <= set(frame.columns):
        return []
    said = frame.select("reported", "expected").filter(pl.col("expected").is_not_null())
    if together and not said["reported"].null_count():
        said = said.sum()
    rows = said.unique().rows()
    if not rows:
        return []
    if any(reported is None for reported, _ in rows):
        return [say("Chưa biết xã nào đã báo cáo.", "It is not known which communes reported.")]
    if len(rows) == 1:
        reported, expected = (printed(n) for n in rows[0])
        return [say(f"{reported}/{expected} xã báo cáo.", f"Reports of {reported} of {expected} communes.")]
    short = sum(reported < expected for reported, expected in rows)
    if not short:
        return [say("Mọi xã đã báo cáo.", "All communes reported.")]
    share = sorted((reported / expected if expected else 1.0, reported, expected) for reported, expected in rows)
    (_, low, of), (_, high, in_all) = share[0], share[-1]
    return [
        say(
            f"Xã báo cáo: từ {printed(low)}/{printed(of)} đến {printed(high)}/{printed(in_all)}.",
            f"Communes that reported: from {printed(low)} of {printed(of)} to {printed(high)} of {printed(in_all)}.",
        )
    ]


def breakdowns(chart: str, frame: pl.DataFrame, but: tuple[str, ...] = ()) -> str:
    """Return the one category of each breakdown in words; a total is not said.

    Raises:
        PlanError: With code ``several_categories``, if a breakdown has more than one.
    """
    parts = []
    for name, dtype in frame.schema.items():
        if dtype not in (pl.String, pl.Categorical, pl.Enum) or name in NO_BREAKDOWN or name in CHOICES or name in but:
            continue
        if name not in words()["lists"]["dimension"] and name != "step":
            continue
        code = one(chart, [frame], name, "several_categories") or ""
        if code != "total" and name != "step":
            parts.append(f"{label('dimension', name).lower()}: {category(name, code).lower()}")
    return ", ".join(parts)


def at_area(chart: str, frame: pl.DataFrame, area: str) -> pl.DataFrame:
    """Return the rows of one area.

    Raises:
        PlanError: With code ``unknown_choice``, if it is not there.
    """
    known(chart, "area", area, (str(code) for code in frame["area"]))
    return frame.filter(pl.col("area") == area)


class Subject:
    """What a frame is about: a title, the things counted and the things they are counted among."""

    def __init__(self, chart: str, frame: pl.DataFrame, of: str | None, per: int) -> None:
        category = breakdowns(chart, frame)
        split = f" ({category})" if category else ""
        indicator = one(chart, [frame], "indicator", "several_categories") if "indicator" in frame.columns else None
        if indicator is not None and indicator in catalogue():
            self._of_indicator(indicator, split)
            return
        unit = one_unit(chart, frame)
        if of is None and per > 100:
            raise refuse(
                chart,
                'tỷ suất cần đơn vị của mẫu số (of), như of="child"',
                'a rate needs the unit of its denominator (of), such as of="child"',
                code="missing_column",
                column="of",
                expected="child, person, birth …",
                got="None",
            )
        self.counted = counted(unit)
        self.of = people(known(chart, "of", of, words()["lists"]["unit"])) if of else self.counted
        self.share = f"{say('Tỷ lệ', 'Share of')} {self.counted}{split}"
        self.title = upper(say(f"số {self.counted}", self.counted)) + split
        if {"on_time", "late"} <= set(frame.columns):
            step = one(chart, [frame], "step", "several_categories") or ""
            done = say(*STEPS.get(step, (step, step)))
            self.share = say(f"Tỷ lệ {self.counted} có {done}", f"{upper(self.counted)} with {done}")
        elif SUPPORTED <= set(frame.columns) and "without_key" not in frame.columns:
            self.share = say(f"Tỷ lệ {self.counted} được hỗ trợ", f"{upper(self.counted)} who were supported")

    def _of_indicator(self, id: str, split: str) -> None:
        listed = catalogue()
        units = {q["id"]: q["unit"] for q in listed._data["quantities"]}
        data = listed[id].data
        self.title = listed[id].name + split
        self.share = measured(listed[id].name, "percent", data["outputs"]) + split
        self.counted = people(units[data["numerator"]])
        self.of = people(units.get(data.get("denominator", ""), units[data["numerator"]]))

    def axis(self, measure: str) -> str:
        """Return the title of the axis of values: a unit, never only a number."""
        if measure == "count":
            return upper(say(f"số {self.counted}", self.counted))
        if measure == "percent":
            return say(f"Phần trăm {self.of}", f"Per cent of {self.of}")
        per = printed(MULTIPLIER[measure])
        return say(f"Số {self.counted} trên {per} {self.of}", f"{upper(self.counted)} per {per} {self.of}")


def events(chart: str, frame: pl.DataFrame) -> pl.DataFrame:
    """Return a frame with columns ``numerator`` and ``denominator``, which some tables have under other names."""
    there = set(frame.columns)
    if "numerator" in there:
        return frame
    if {"on_time", "late"} <= there:
        return frame.with_columns(numerator="on_time", denominator=pl.col("on_time") + pl.col("late"))
    if {"count", "denominator"} <= there:
        return frame.with_columns(numerator="count")
    return frame


def multiplier(chart: str, frame: pl.DataFrame, per: int | None) -> int:
    """Return what quotients are multiplied by: the one asked for, that of the measure, or that of the values.

    Raises:
        PlanError: With code ``unknown_multiplier``, if it is none of those known or cannot be told.
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
    got = per if per is not None else found
    if got not in known or (per is not None and found is not None and per != found):
        raise refuse(
            chart,
            f"cần biết giá trị tính trên bao nhiêu (per): 100, 1.000 hay 100.000; per={per}, theo bảng: {found}",
            f"what the value is per must be known (per): 100, 1,000 or 100,000; per={per}, by the table: {found}",
            code="unknown_multiplier",
            column="per",
            expected="100, 1000, 100000",
            got=f"{per}; {found}",
        )
    return int(got)


def vintage(chart: str, frame: pl.DataFrame, area_vintage: str | None) -> str:
    """Return the day whose names of areas a frame uses: the one given, else the last of its period.

    Raises:
        PlanError: With code ``area_vintage``, if there is neither.
    """
    if area_vintage is not None:
        return str(area_vintage)
    periods = sorted({str(p) for p in frame["period"].unique().to_list()}) if "period" in frame.columns else []
    if len(periods) != 1 or periods == ["all"]:
        raise refuse(
            chart,
            "không rõ tên địa bàn theo danh mục ngày nào",
            "the day of the list of area names is not known",
            code="area_vintage",
            column="period",
            expected="area_vintage",
            got=", ".join(periods),
            hint=(
                'thêm area_vintage="2022-12-31", hoặc cột "name"',
                'add area_vintage="2022-12-31", or a column "name"',
            ),
        )
    return plan(period=periods[0], indicators=["abused_children"]).area_vintage


def named(chart: str, frame: pl.DataFrame, area_vintage: str | None) -> list[str]:
    """Return the name of the area of each row: its column ``name``, else that of its code on a day."""
    if "name" in frame.columns:
        return [str(name) for name in frame["name"]]
    on = vintage(chart, frame, area_vintage)
    names = area_names(on)
    levels = list(frame["area_level"]) if "area_level" in frame.columns else [""] * frame.height
    by_code = {code: name for (_, code), name in names.items()}
    found = [names.get((lv, code), by_code.get(code, code)) for lv, code in zip(levels, frame["area"], strict=True)]
    if len(set(found)) < len(found):
        parents = {
            (level, code): parent for level, code, parent in areas(on=on).select("level", "code", "parent").rows()
        }
        above = [by_code.get(parents.get(place) or "") for place in zip(levels, frame["area"], strict=True)]
        again = Counter(found)
        found = [f"{n} ({up})" if again[n] > 1 and up else n for n, up in zip(found, above, strict=True)]
    return found
