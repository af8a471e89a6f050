"""Two results side by side: the difference and the ratio of their values, with limits."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from datetime import date
from typing import Any

import polars as pl

from chitieu._areas import areas
from chitieu._catalogue import MULTIPLIER, as_sql
from chitieu._comparison_table import SIDES, fraction, names_of, printed_comparison
from chitieu._errors import PlanError
from chitieu._language import codes, name_of, pick, printed, say
from chitieu._nearest import one_of, unknown_word
from chitieu._period import KINDS, period_in_words, period_name
from chitieu._printed import PrintedTable
from chitieu._result import SEEN, Result
from chitieu._table import Table
from chitieu.stats import Comparison, proportion_difference, proportion_ratio, rate_difference, rate_ratio

#: Methods of the limits of one value, by what it is taken for.
_PROPORTION, _RATE = {"wilson"}, {"byar", "exact_poisson"}


def compare(before: Result, after: Result, *, indicator: str, measure: str | None = None) -> ComparisonTable:
    """Return two results of one indicator side by side, such as two years, with their difference and their ratio.

    Limits at 95 % take the two as independent. Of proportions they are those of
    :func:`chitieu.stats.proportion_difference` (Newcombe 1998) and :func:`chitieu.stats.proportion_ratio` (Koopman
    1984), of rates those of :func:`chitieu.stats.rate_difference` (Zou and Donner 2008) and
    :func:`chitieu.stats.rate_ratio` (exact). Numbers that have no limits in a result, such as counts, have none here.

    Args:
        before: The result to compare with.
        after: The result of the later period, or of other records.
        indicator: The id, code or name of an indicator of both.
        measure: One of its measures. None: the last that its definition names.

    Raises:
        PlanError: ``unknown_indicator``; ``not_comparable`` if the two differ in the definition of the indicator, in
            breakdowns, in the kind of their periods (a half-year beside a year), in the list of areas (compute the
            earlier one with the ``area_vintage`` of the later), or in the finest level of areas.

    Example:
        >>> import chitieu as ct
        >>> def of(year):
        ...     dataset = ct.synthetic.province("33", children=20_000, year=year)
        ...     return ct.compute(dataset, period=str(year), area_vintage="2022-12-31",
        ...                       indicators=["birth_registration_under_5"])
        >>> changes = ct.compare(of(2021), of(2022), indicator="birth_registration_under_5")
        >>> row = changes.filter(area="33").to_polars().row(0, named=True)
        >>> round(row["value_after"] - row["value_before"], 6) == round(row["difference"], 6)
        True
        >>> changes.table(area_level="province").head[:4]
        ('Area', '2021', '2022', 'Difference')
    """
    before, after = before._leaving, after._leaving
    indicator = after._indicator(indicator)
    measure = after._measure(after._definition(indicator), measure)
    every = dict.fromkeys(after.plan.by, "*")
    _check_comparable(before, after, indicator)
    sides = [result.only(indicator, measure=measure, **every) for result in (before, after)]
    keys = ["area_level", "area", *after.plan.by]
    same = ["indicator", "code", "measure", "unit", "definition"]
    first, second = (side.select(*keys, *same, "period", *SIDES, "method") for side in sides)
    both = second.join(first.drop(same), on=keys, how="full", suffix="_before", maintain_order="left_right")
    # A row of unknown areas, say, may be in one of the two alone.
    both = both.with_columns(
        *(pl.coalesce(key, f"{key}_before") for key in keys),
        *(pl.col(column).fill_null(pl.lit(second[column][0], second.schema[column])) for column in same),
        period_before=pl.lit(first["period"][0]),
        period_after=pl.lit(second["period"][0]),
        status=pl.col("status").fill_null("not_available"),
        status_before=pl.col("status_before").fill_null("not_available"),
    ).rename({name: f"{name}_after" for name in SIDES})
    changes = pl.DataFrame([_change(row) for row in both.iter_rows(named=True)], schema=_CHANGES, orient="row")
    shown = [f"{name}_{side}" for name in ("period", *SIDES) for side in ("before", "after")]
    columns = ["indicator", "code", "measure", "area", "area_level", *after.plan.by, *shown]
    frame = pl.concat([both.select(columns), changes, both.select("definition", "unit")], how="horizontal")
    warned = [
        f"{period_name(result.plan.period)}: {warning}"
        for result in (before, after)
        for warning in result.warnings
        if warning.indicator in ("", indicator) and warning.code not in SEEN
    ]
    return ComparisonTable(frame, after, warned)


#: Columns of what was compared.
_CHANGES = {
    **dict.fromkeys(("difference", "difference_lower", "difference_upper"), pl.Float64),
    **dict.fromkeys(("ratio", "ratio_lower", "ratio_upper"), pl.Float64),
    "status": pl.String,
}


def _check_comparable(before: Result, after: Result, indicator: str) -> None:
    """Refuse two results that differ in more than their period and their records.

    Raises:
        PlanError: With code ``not_comparable``, for what differs.
    """
    before._indicator(indicator)
    one, other = before.plan, after.plan
    same_list = areas(on=one.area_vintage).equals(areas(on=other.area_vintage))
    vintages = [one.area_vintage, one.area_vintage if same_list else other.area_vintage]
    for vi, en, found in (
        ("định nghĩa", "definition", [_counted(result, indicator) for result in (before, after)]),
        ("phân tổ", "breakdowns", [", ".join(plan.by) or "–" for plan in (one, other)]),
        ("loại kỳ", "kind of period", [_kind(plan.period) for plan in (one, other)]),
        ("danh mục đơn vị hành chính", "list of areas", vintages),
        ("cấp địa bàn", "level of areas", [name_of("area_level", plan.area_level) for plan in (one, other)]),
    ):
        if found[0] == found[1]:
            continue
        text = " ≠ ".join(found)
        again = say(
            f'tính lại kỳ trước với area_vintage="{other.area_vintage}"',
            f'compute the earlier one with area_vintage="{other.area_vintage}"',
        )
        raise PlanError(
            say(f"hai kết quả không so sánh được: {vi} khác nhau ({text})", f"the two differ in {en}: {text}"),
            code="not_comparable",
            expected=found[1],
            got=found[0],
            hint=again if found is vintages else None,
        )


def _counted(result: Result, indicator: str) -> str:
    """Return what an indicator counts, as it is compared: its definition, and what its quantities are."""
    definition = result._definition(indicator)
    roles = [definition["numerator"], definition.get("denominator")]
    quantities = {q["id"]: q for q in result.plan._data["quantities"]}
    name = f"{definition['source']}/{indicator}@{definition['version']}"
    counted = [as_sql(quantities[id]) + f" {quantities[id].get('date', '')}" for id in roles if id is not None]
    return f"{name}: {'; '.join(text.strip() for text in counted)}"


#: Kinds of periods, as an error names them.
KIND_NAMES = {
    "month": ("tháng", "month"),
    "quarter": ("quý", "quarter"),
    "half_year": ("nửa năm", "half-year"),
    "school_year": ("năm học", "school year"),
    "year": ("năm", "year"),
}


def _kind(period: str) -> str:
    found = (name for name, (pattern, _) in KINDS.items() if re.fullmatch(pattern, period))
    if (kind := next(found, None)) is not None:
        return say(*KIND_NAMES[kind])
    first, last = map(date.fromisoformat, period.split("/"))
    n = printed((last - first).days + 1)
    return say(f"{n} ngày", f"{n} days")


def _change(row: Mapping[str, Any]) -> tuple[Any, ...]:
    """Return the difference and the ratio of a row, each with its limits, and the status of both."""
    statuses = row["status_before"], row["status_after"]
    pair = fraction(row, "before"), fraction(row, "after")
    if pair[0] is None or pair[1] is None:
        missing = next(status for status, value in zip(statuses, pair, strict=True) if value is None)
        return *(None,) * 6, missing
    difference, ratio = _limits(row)
    worst = [*statuses, *(found.status for found in (difference, ratio) if found)]
    status = next((s for s in ("unreliable", "partial") if s in worst), "ok")
    per = MULTIPLIER[row["measure"]] if row["method"] in _PROPORTION else 1
    return (
        float(pair[1] - pair[0]),
        *((difference.lower * per, difference.upper * per) if difference else (None, None)),
        float(pair[1] / pair[0]) if pair[0] else None,
        *(tuple(map(_finite, (ratio.lower, ratio.upper))) if ratio and pair[0] else (None, None)),
        status,
    )


def _finite(limit: float) -> float | None:
    return limit if math.isfinite(limit) else None


def _limits(row: Mapping[str, Any]) -> tuple[Comparison, Comparison] | tuple[None, None]:
    """Return difference and ratio of the later and the earlier value, where both have limits of one kind."""
    methods = {row["method"], row["method_before"]}
    numbers = tuple(row[f"{name}_{side}"] for side in ("after", "before") for name in ("numerator", "denominator"))
    if methods <= _PROPORTION:
        return proportion_difference(*numbers), proportion_ratio(*numbers)
    if methods <= _RATE:
        return rate_difference(*numbers, per=MULTIPLIER[row["measure"]]), rate_ratio(*numbers)
    return None, None


class ComparisonTable(Table):
    """Two results of one indicator side by side; see :func:`compare`.

    Columns: ``indicator``, ``code``, ``measure``, ``area``, ``area_level``, one per dimension; of each side
    (``_before``, ``_after``) ``period``, ``numerator``, ``denominator``, ``value``, ``undecided``, ``reported``,
    ``expected``, ``status``; ``difference`` (after − before, in the unit of the measure: of per cent percentage points)
    and ``ratio`` (after ÷ before), each with ``_lower`` and ``_upper``; ``status`` of the comparison: the reason of a
    value that is missing, ``unreliable`` if a side has too few, ``partial`` if communes of a side did not report;
    ``definition``, ``unit``.
    """

    def __init__(self, frame: pl.DataFrame, after: Result, warned: list[str]) -> None:
        super().__init__(frame, after.area_vintage)
        self._after, self._warned = after, warned
        self._definition = after._definition(str(frame["indicator"][0]))

    @property
    def notes(self) -> list[str]:
        """What a reader must know, in the language in use."""
        found = self._frame["difference_lower"].is_not_null().any()
        none = say("Số đếm không có khoảng tin cậy.", "There are no limits of these numbers.")
        taken = say(
            "Khoảng tin cậy 95 % coi hai kết quả là độc lập.", "The 95 % limits take the two results as independent."
        )
        return [taken if found else none, *self._warned]

    def _heading(self) -> str:
        before, after = (period_in_words(self._frame[f"period_{side}"][0]) for side in ("before", "after"))
        name = pick(self._definition["name"])
        return f"{name}: {after} {say('so với', 'against')} {before}; {printed(len(self))} {say('dòng', 'rows')}"

    def _column_names(self, column: str) -> list[str]:
        return [*names_of(column), *super()._column_names(column)]

    def _head(self, column: str) -> str:
        names = names_of(column)
        return say(*names) if names else super()._head(column)

    def _cell(self, column: str, value: object) -> str:
        side = next((column for name in SIDES if column in (f"{name}_before", f"{name}_after")), None)
        return super()._cell("status" if side and column.startswith("status") else column, value)

    @property
    def _hidden(self) -> set[str]:
        of_sides = {f"{name}_{side}" for name in ("period", *SIDES) if name != "value" for side in ("before", "after")}
        return {"indicator", "code", "measure", "area_level", "definition", "unit", *of_sides}

    def table(
        self,
        *,
        rows: str = "area",
        area: str | None = None,
        area_level: str | None = None,
        source: str | None = None,
        **where: str,
    ) -> PrintedTable:
        """Return the comparison as it is printed: both values, their difference and their ratio with limits.

        Args:
            rows: What the rows are: ``"area"`` or a dimension.
            area: The area to look into. None: the only province if there is one, else the country.
            area_level: The level of the areas inside it. None: the finest.
            source: Where the records come from, printed below.
            **where: The word of a dimension that is not the rows, instead of its total.

        Raises:
            PlanError: For a word that the table does not have.
        """
        by = self._after.plan.by
        dimensions = {d: codes("dimension").get(d, ()) for d in by}
        rows = one_of("rows", rows, {"area": codes("column")["area"], **dimensions})
        for column in where:
            if column not in dimensions or column == rows:
                raise unknown_word("table", column, {d: names for d, names in dimensions.items() if d != rows})
        area, area_level = self._within(area, area_level)
        asked = {**dict.fromkeys((d for d in by if d != rows), "total"), **where}
        frame = self._keep(self._rows("table", asked, where))._frame
        return printed_comparison(
            frame,
            self._definition,
            self._after.plan._data["quantities"],
            area_vintage=self.area_vintage,
            rows=rows,
            area=area,
            area_level=area_level,
            source=source,
            more=self._warned,
        )
