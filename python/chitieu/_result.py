"""The result: one long table, with what a reader must know besides."""

from __future__ import annotations

import copy
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import polars as pl

from chitieu._areas import area_names, reports
from chitieu._catalogue import MULTIPLIER
from chitieu._errors import PlanError
from chitieu._indicator_table import table_of
from chitieu._language import category, codes, name_of, pick, printed, quotient, say, word_list
from chitieu._nearest import one_of, unknown_word
from chitieu._period import period_in_words
from chitieu._printed import PrintedTable
from chitieu._protection import (
    NO_EXACT_VALUE,
    THRESHOLD,
    Releases,
    ResultsReport,
    Rule,
    open_text,
    protected,
    protected_already,
    reason,
)
from chitieu._table import ROWS_SHOWN, Table
from chitieu.charts import save_png
from chitieu.charts._bars import bars
from chitieu.charts._checks import Checks
from chitieu.charts._places import looked_into
from chitieu.charts._subject import measure_name, of_indicator

if TYPE_CHECKING:
    import altair
    from typing_extensions import Self

    from chitieu import _native

    class Plan(Protocol):
        """What a result shows of its plan; :class:`chitieu.Plan` is one."""

        _data: dict[str, Any]
        _native: _native.Plan

        @property
        def period(self) -> str: ...
        @property
        def indicators(self) -> list[str]: ...
        @property
        def by(self) -> list[str]: ...
        @property
        def area_level(self) -> str: ...
        @property
        def area_vintage(self) -> str: ...
        @property
        def tables(self) -> list[str]: ...
        def columns(self, table: str) -> list[str]: ...
        def to_json(self) -> str: ...


__all__ = ["Plot", "Result", "ResultWarning"]

CHECK = Checks("result")

#: Warnings that a printed table needs no words for: its cells, or the line of who reported, show what they tell.
SEEN = ("left_out", "not_all_reported", "not_recorded", "parts_do_not_sum", "zero_or_silence")

#: Kinds of warnings of which there may be one for every indicator.
KINDS = {
    "counted_in_part": ("Chỉ tính được ở một phần dữ liệu", "Counted in a part of the records"),
    "events_without_population": ("Có sự kiện nhưng mẫu số bằng 0", "Events but a denominator of 0"),
    "left_out": ("Thiếu dữ liệu để tính", "Not enough records"),
    "not_recorded": ("Có bản ghi không ghi phân tổ", "Breakdown not recorded in some records"),
    "numerator_above_denominator": ("Tử số lớn hơn mẫu số", "Numerator above denominator"),
    "parts_do_not_sum": ("Các phần không cộng thành tổng số", "Parts that do not add up to their total"),
}

#: What can be typed about a warning; a table that is printed does not say it.
ADVICE = {"repeated_children": ': dataset.without(ct.check(dataset), rules=["child_repeated"])'}

#: Tables of abuse and of its handling.
ABUSE = ("victims", "perpetrators", "sanctions")

#: Warnings with numbers, or with areas named for theirs: a protected result has them no more.
COUNTING = (
    "events_without_population",
    "mortality_order",
    "not_recorded",
    "numerator_above_denominator",
    "parts_do_not_sum",
)

#: So many warnings of a kind are told together, with so many of their indicators.
MANY, NAMED = 3, 5

#: The columns of counts that a notebook shows.
COUNTS = ("numerator", "denominator", "undecided")


@dataclass(frozen=True)
class ResultWarning:
    """Something a reader of a result must know.

    Attributes:
        code: A short word for its kind: ``parts_do_not_sum``, ``events_without_population``,
            ``numerator_above_denominator``, ``mortality_order``, ``not_recorded``, ``left_out``, ``counted_in_part``
            (a part of the records lacked a column: totals are those of the other parts), ``part_of_territory`` (moved
            records cover a part of a province), ``set_aside`` (rows taken out by :meth:`Dataset.without`),
            ``repeated_children`` (rows of a register with a ``child_id`` that is already there), ``protected`` (small
            counts are hidden), ``unprotected`` (they are not, and its makers said why).
        indicator: The indicator it is about; empty where it is about all.
        text: The sentence in both languages.
    """

    code: str
    indicator: str
    text: dict[str, str]

    def __str__(self) -> str:
        return (
            f"{self.indicator}: {pick(self.text)}" if self.code in ("left_out", "counted_in_part") else pick(self.text)
        )


class Result(Table):
    """Values of indicators, one row per indicator, measure, area and cell of the asked dimensions.

    Columns: ``indicator``, ``code``, ``measure``, ``period``, ``area``, ``area_level``, one per dimension,
    ``numerator``, ``denominator``, ``value``, ``lower``, ``upper`` (95 % limits), ``undecided`` (records that could
    not be decided, in neither part), ``reported`` and ``expected`` (communes of the area that reported what the value
    is made of, null if nothing tells, and all its communes), ``status``, ``definition``, ``method`` (of the limits),
    ``unit`` (what the numerator counts). In a dimension ``total`` is the total and ``unknown`` is not recorded.
    """

    def __init__(self, frame: pl.DataFrame, plan: Plan, warnings: list[ResultWarning]) -> None:
        super().__init__(frame, plan.area_vintage)
        self._plan = plan
        self._warnings = warnings
        #: The table before it was filtered, where its rows are in it, and what was protected of it: a part is protected
        #: as the whole is, or two parts would hide different counts and give each other away.
        self._whole = frame
        self._places = pl.int_range(frame.height, eager=True)
        self._known_protected: dict[Any, Result] = {}
        self._rule: Rule | None = None
        self._scope: str | tuple[str, ...] | None = None
        self._report: ResultsReport | None = None
        self._open: str | None = None

    def _keep(self, rows: pl.Series) -> Self:
        found = super()._keep(rows)
        found._places = self._places.filter(rows)
        return found

    def __copy__(self) -> Self:
        found = object.__new__(type(self))
        found.__dict__.update(self.__dict__)  # a part shares what was protected of the whole
        return found

    def __getstate__(self) -> dict[str, Any]:
        # How many counts are small is telling, and stays with those who protected them.
        return {**self.__dict__, "_known_protected": {}, "_report": None}

    @property
    def plan(self) -> Plan:
        """The plan it was computed by."""
        return self._plan

    @property
    def warnings(self) -> list[ResultWarning]:
        """What does not add up, and what was left out."""
        return list(self._warnings)

    @property
    def notes(self) -> list[str]:
        """The warnings as lines, in the language in use; three or more of a kind are one line with their number."""
        lines: list[str] = []
        for code in dict.fromkeys(w.code for w in self._warnings):
            of_kind = [w for w in self._warnings if w.code == code]
            if code not in KINDS or (len(of_kind) < MANY and code != "left_out"):
                lines += [f"{w}{ADVICE.get(code, '')}" for w in of_kind]
                continue
            ids = list(dict.fromkeys(w.indicator for w in of_kind))
            shown = ", ".join(ids[:NAMED]) + (", …" if len(ids) > NAMED else "")
            counted = say(f"{len(ids)} chỉ tiêu", f"{len(ids)} indicator{'s' if len(ids) > 1 else ''}")
            lines.append(f"{say(*KINDS[code])}: {counted} ({shown}); {say('chi tiết', 'details')}: result.warnings")
        return lines

    @property
    def rule(self) -> Rule | None:
        """By which rule small counts are hidden; None where they are not."""
        return self._rule

    @property
    def report(self) -> ResultsReport | None:
        """How it was protected, for the office that did; None of a result that is not, or that was pickled."""
        return self._report

    def protect(
        self,
        *,
        threshold: int = THRESHOLD,
        zeros: str = "shown",
        protection: str | int = NO_EXACT_VALUE,
        indicators: Sequence[str] | None = None,
        whole_groups: str = "told",
        releases: Releases | None = None,
        changes: str = "protected",
    ) -> Result:
        """Return the result without its small counts, and without others by which they could be worked out.

        Counts from 1 to ``threshold`` - 1 are hidden: numerators, denominators, undecided records, and what a share
        leaves (9 of 10 supported is 1 who was not). Then as many more as it takes that none of them follows from
        totals, wider areas, shares and rates, or from the rule itself. In a row with a hidden count there is no value;
        ``status`` is ``suppressed``, the same for small counts and others; ``lower`` and ``upper`` hold what anyone can
        work out, and ``method`` says so (``public_bounds``). ``undecided`` is null where it is hidden. The method and
        its limits are in the guide, "How small counts are hidden".

        A filtered result is protected as the whole is. What was computed by other breakdowns is to be protected with
        it, see :func:`chitieu.disclosure.protect_together`. The protected result holds no hidden number.

        Args:
            threshold: Counts below it are small.
            zeros: ``"shown"``: zeros are published, and all know that a hidden count is at least 1. ``"hidden"``: zeros
                are hidden like other small counts.
            protection: ``"no_exact_value"``, or a number: so many values at least are possible for each small count.
            indicators: Those to be protected, by id, code or name, besides those of abuse, which always are. None: all
                that count people or what befell them.
            whole_groups: Shares of exactly 0 or 100 % in groups below 30, which tell the same of each in the group:
                ``"told"`` in the report, or ``"hidden"`` (with ``zeros="hidden"`` only).
            releases: What was published before, a :class:`chitieu.ReleaseLog`: its readers know it.
            changes: Small differences between a number published before and now, or between a period and a longer one:
                ``"protected"``, as the counts that they are; or ``"known"``.

        Raises:
            PlanError: For options that do not exist; ``already_protected`` for a result protected by another rule.
            DataError: ``given_away`` where small counts would follow with what was published before, whatever is
                hidden; ``contradiction`` for earlier releases that no records can have; ``release_log`` for a log that
                was changed.

        Example:
            >>> import chitieu as ct
            >>> dataset = ct.synthetic.province("33", children=5_000, year=2022)
            >>> result = ct.compute(dataset, period="2022", by=["sex"], indicators=["abused_children"])
            >>> safe = result.protect()
            >>> counts = safe.only("abused_children", area="33", measure="count", sex="*")
            >>> counts.select("sex", "value", "lower", "upper", "status").rows()[:2]
            [('total', 9.0, None, None, 'ok'), ('male', None, 1.0, 9.0, 'suppressed')]
        """
        rule = Rule.of(threshold, zeros, protection, whole_groups)
        return self._protected(rule, self._scope_of(indicators), releases, changes)

    def _scope_of(self, indicators: Sequence[str] | None) -> str | tuple[str, ...]:
        """Return which indicators are protected: those that are named, and those of abuse.

        Raises:
            PlanError: For an indicator that the result does not have, or none.
        """
        if indicators is None:
            return "people"
        named = [self._indicator(name) for name in word_list("indicators", indicators)]
        if not named:
            raise PlanError(
                say("indicators: cần ít nhất một chỉ tiêu", "indicators: at least one is needed"),
                code="unknown_choice",
                column="indicators",
                expected=", ".join(self._whole["indicator"].unique(maintain_order=True)),
                got="[]",
            )
        of_abuse = [id for id in self._whole["indicator"].unique(maintain_order=True) if self._counts_abuse(id)]
        return tuple(dict.fromkeys([*named, *of_abuse]))

    def without_protection(self, why: str) -> Result:
        """Return the result with a mark that lets it leave as it is: charts and files show small counts, and say why.

        Args:
            why: For whom or for what, in a few words: it is printed on everything that leaves.

        Raises:
            PlanError: Without a reason, or for a protected result: it holds no small counts any more.
        """
        why = reason(why, self._rule)
        found = copy.copy(self)
        found._open = why
        found._warnings = [*self._warnings, ResultWarning("unprotected", "", open_text(why))]
        return found

    @property
    def _leaving(self) -> Result:
        """The result as it leaves for a chart or a file: protected, unless it was, or was let go as it is."""
        has_abuse = any(self._counts_abuse(id) for id in self._whole["indicator"].unique())
        if self._rule is not None or self._open is not None or not has_abuse:
            return self
        return self._protected(Rule(), "abuse")

    def _counts_abuse(self, indicator: str) -> bool:
        """Return whether an indicator counts abuse or its handling."""
        definition = self._definition(indicator)
        roles = {definition["numerator"], definition.get("denominator")}
        return any(q["table"] in ABUSE for q in self._plan._data["quantities"] if q["id"] in roles)

    def _is_within(self, indicator: str, scope: str | tuple[str, ...]) -> bool:
        """Return whether a rule is for an indicator."""
        if isinstance(scope, tuple):
            return indicator in scope
        return scope == "people" or self._counts_abuse(indicator)

    @property
    def _counted(self) -> tuple[_native.Plan, pl.DataFrame]:
        """The plan and the unfiltered table."""
        return self._plan._native, self._whole

    def _without_small(
        self, table: pl.DataFrame, rule: Rule, scope: str | tuple[str, ...], report: ResultsReport
    ) -> Result:
        """Return the whole of this result as it was protected."""
        kept = [w for w in self._warnings if w.code not in COUNTING or not self._is_within(w.indicator, scope)]
        kept = [w for w in kept if w.code != "unprotected"]
        safe = Result(table, self._plan, [*kept, ResultWarning("protected", "", rule.text)])
        safe._rule, safe._scope, safe._report = rule, scope, report
        return safe

    def _protected(
        self, rule: Rule, scope: str | tuple[str, ...], releases: Releases | None = None, changes: str = "protected"
    ) -> Result:
        if self._rule is not None:
            if self._rule == rule and self._scope == scope and releases is None:
                return self
            raise protected_already(self._rule, rule)
        asked = (rule, scope, changes)
        whole = self._known_protected.get(asked) if releases is None else None
        if whole is None:
            (table,), _, report = protected(
                [self._counted], [], scope=scope, rule=rule, releases=releases, changes=changes
            )
            whole = self._without_small(table, rule, scope, report)
        if releases is None:
            self._known_protected[asked] = whole
        return self._as_kept(whole)

    def _as_kept(self, whole: Result) -> Result:
        """Return those rows of the whole that this result has."""
        return whole._keep(pl.int_range(len(whole), eager=True).is_in(self._places.implode()))

    @property
    def _hiding(self) -> list[str]:
        return [str(warning) for warning in self._warnings if warning.code in ("protected", "unprotected")]

    @property
    def _marks(self) -> dict[str, str]:
        texts = [w.text for w in self._warnings if w.code in ("protected", "unprotected")]
        return {f"chitieu_{language}": text[language] for text in texts for language in text}

    def write_parquet(self, path: str | os.PathLike[str]) -> Path:
        """Write the table as Parquet, whole or not at all, and return the path; small counts of abuse are hidden."""
        return super(Result, self._leaving).write_parquet(path)

    def only(self, indicator: str, **where: str) -> pl.DataFrame:
        """Return the rows of one indicator; a dimension that is not named is at its total.

        Args:
            indicator: Its id, its code in the circular (``I.0101``) or its name.
            **where: The word of ``measure``, ``period``, ``area`` (a code), ``area_level``, a dimension, or another
                column of words, or its name if only one has it. ``"*"`` keeps all of a column. For several words see
                :meth:`Table.filter`.

        Raises:
            PlanError: For an indicator, a column or a word that the result does not have; the message names what
                there is, the nearest first.

        Example:
            >>> import chitieu as ct
            >>> result = ct.compute(ct.synthetic.province("33", children=1_000, year=2022), period="2022", by=["sex"],
            ...                     indicators=["child_population"])
            >>> try:
            ...     result.only("child_population", sex="femal")
            ... except ct.PlanError as error:
            ...     error.expected
            'female, male, total, unknown'
        """
        indicator = self._indicator(indicator)
        found = self._keep(self._frame["indicator"] == indicator)
        if not len(found):
            raise self._left_out(indicator)
        for column, value in where.items():
            if not isinstance(value, str) and self._frame.schema.get(column) == pl.String:
                raise unknown_word(column, value, found._known(column))
        asked = {**dict.fromkeys(self._plan.by, "total"), **where}
        return found._keep(found._rows("only", asked, where))._frame

    def _known(self, column: str) -> dict[str, list[str]]:
        if column == "indicator":
            listed = self._plan._data["indicators"]
            return {i["id"]: [*i["name"].values(), *filter(None, [i.get("code")])] for i in listed}
        known = super()._known(column)
        if column == "measure":  # per what, as tables and charts call it
            for definition in self._plan._data["indicators"]:
                of = of_indicator(definition, self._plan._data["quantities"]).of
                for measure in set(known) & set(definition["outputs"]):
                    known[measure].append(measure_name(measure, of))
        return known

    def _indicator(self, given: str) -> str:
        """Return the id of an indicator given by id, code or name."""
        try:
            return one_of("indicator", given, self._known("indicator"))
        except PlanError as error:
            error.code = "unknown_indicator"
            raise

    def _measure(self, definition: dict[str, Any], given: str | None) -> str:
        """Return a measure of an indicator; the last that the definition names if none is given."""
        outputs = definition["outputs"]
        of = of_indicator(definition, self._plan._data["quantities"]).of
        names = {m: (*codes("measure")[m], measure_name(m, of)) for m in outputs}
        return one_of("measure", given or outputs[-1], names)

    def _left_out(self, indicator: str) -> PlanError:
        """Return the error of an indicator without rows."""
        why = next((str(w) for w in self._warnings if w.indicator == indicator and w.code == "left_out"), indicator)
        return PlanError(
            say(f"dữ liệu không đủ để tính chỉ tiêu: {why}", f"the records were not enough to compute: {why}"),
            code="left_out",
            expected=", ".join(self._frame["indicator"].unique(maintain_order=True)),
            got=indicator,
            hint=say("xem result.warnings", "see result.warnings"),
        )

    def printed(self, indicator: str, **where: str) -> str:
        """Return one value as it is printed: rounded once, half up, from the exact fraction.

        Args:
            indicator: Its id, code or name.
            **where: What names one row; see :meth:`only`. Without ``area`` the country.

        Raises:
            PlanError: If not exactly one row is named.
        """
        frame = self.only(indicator, **{"area": "VN", **where})
        if frame.height != 1:
            varying = [c for c in ("measure", "area_level", *self._plan.by) if frame[c].n_unique() > 1]
            words = {c: frame[c].unique(maintain_order=True).to_list() for c in varying}
            raise PlanError(
                say(
                    f"cần đúng một dòng, có {frame.height}",
                    f"expected one row, found {frame.height}",
                ),
                code="unknown_choice",
                column=varying[0] if varying else None,
                expected="1",
                got=str(frame.height),
                hint="; ".join(
                    say(f'thêm {c}="{of[-1]}" (có: {", ".join(of)})', f'add {c}="{of[-1]}" (there are {", ".join(of)})')
                    for c, of in words.items()
                )
                or None,
            )
        return self._print_row(frame.row(0, named=True))

    def table(
        self,
        indicator: str,
        *,
        rows: str = "area",
        columns: str | None = None,
        measure: str | None = None,
        area: str | None = None,
        area_level: str | None = None,
        source: str | None = None,
        **where: str,
    ) -> PrintedTable:
        """Return an indicator as it is printed: names in the language in use, one value a cell, notes and source.

        Args:
            indicator: Its id, code or name, as all words here; see :meth:`only`.
            rows: What the rows are: ``"area"`` or a dimension of the result.
            columns: What the columns are: ``"area"``, a dimension, or ``"measure"`` for all measures of the indicator.
                None: ``"measure"``.
            measure: The measure. None: the last that the definition names, where the columns are something else.
            area: The area to look into. None: the only province if there is one, else the country.
            area_level: The level of the areas inside it. None: the finest.
            source: Where the records come from, printed below.
            **where: The word of a dimension that is neither rows nor columns, instead of its total.

        Raises:
            PlanError: For a word that the result does not have, or rows and columns that are the same.

        Example:
            >>> import chitieu as ct
            >>> dataset = ct.synthetic.province("33", children=5_000, year=2022)
            >>> result = ct.compute(dataset, period="2022H1", by=["age_group"], indicators=["abused_children"])
            >>> table = result.table("II.0101", rows="age_group", columns="measure")
            >>> print(table.subtitle, table.names[0], table.head[1], sep="; ")
            Tỉnh Hưng Yên, first half of 2022; Total; Count
        """
        indicator = self._indicator(indicator)
        definition = self._definition(indicator)
        dimensions = {d: codes("dimension").get(d, ()) for d in self._plan.by}
        axes = {"area": codes("column")["area"], **dimensions}
        rows = one_of("rows", rows, axes)
        columns = one_of("columns", columns or "measure", {**axes, "measure": codes("column")["measure"]})
        if rows == columns:
            raise unknown_word("columns", columns, {c: names for c, names in axes.items() if c != rows})
        for column in where:
            if column not in dimensions:
                raise unknown_word("table", column, dimensions)
        shown = "*" if measure is None and columns == "measure" else self._measure(definition, measure)
        area, area_level = self._within(area, area_level)
        every = {of: "*" for of in (rows, columns) if of in dimensions}
        leaving = self._leaving
        found = leaving.only(indicator, **{"measure": shown, **every, **where})
        return table_of(
            found,
            definition,
            self._plan._data["quantities"],
            rows=rows,
            columns=columns,
            area=area,
            area_level=area_level,
            area_vintage=self._plan.area_vintage,
            source=source,
            more=[str(w) for w in leaving._warnings if w.indicator in ("", indicator) and w.code not in SEEN],
        )

    def _print_row(self, row: dict[str, Any]) -> str:
        if row["value"] is None:
            return name_of("status", row["status"])
        if row["measure"] == "count":
            return printed(row["numerator"])
        decimals = self._definition(row["indicator"]).get("decimals", 2)
        return quotient(row["numerator"], row["denominator"], MULTIPLIER[row["measure"]], decimals)

    def _definition(self, indicator: str) -> dict[str, Any]:
        """Return the definition of an indicator of the plan."""
        return next(i for i in self._plan._data["indicators"] if i["id"] == indicator)

    @property
    def plot(self) -> Plot:
        """Charts of the result (needs the optional package ``altair``)."""
        return Plot(self)

    def _heading(self) -> str:
        return f"{super()._heading()}, {period_in_words(self._plan.period)}"

    def _overview(self) -> tuple[pl.DataFrame, str]:
        """Return what a notebook shows: of many rows the totals of the area that a chart would look into."""
        if len(self) <= ROWS_SHOWN:
            return super()._overview()
        level, area = looked_into(CHECK, self._frame, None, None)
        rows = (pl.col("area_level") == level) & (pl.col("area") == area)
        for dimension in self._plan.by:
            rows &= pl.col(dimension) == "total"
        name = area_names(self._area_vintage).get((level, area), area)
        where = "result.table(...), result.only(...), result.to_polars()"
        more = say(
            f"Tổng số của {name}; cả {printed(len(self))} dòng ở {where}",
            f"Totals of {name}; all {printed(len(self))} rows by {where}",
        )
        return self._frame.filter(rows), more

    def _cells(self, shown: pl.DataFrame) -> tuple[tuple[str, ...], list[tuple[str, ...]], tuple[int, ...]]:
        listed, quantities = self._plan._data["indicators"], self._plan._data["quantities"]
        names = {i["id"]: pick(i["name"]) for i in listed}
        of = {i["id"]: of_indicator(i, quantities).of for i in listed}
        areas = area_names(self._area_vintage)
        by = self._plan.by
        head = (
            name_of("column", "indicator"),
            name_of("column", "measure"),
            name_of("column", "area"),
            *(name_of("dimension", d) for d in by),
            name_of("column", "value"),
            say("Khoảng tin cậy 95 %", "95 % limits"),
            *(name_of("column", column) for column in COUNTS),
            say("Xã báo cáo", "Communes reporting"),
            name_of("column", "status"),
        )

        rows = []
        for row in shown.iter_rows(named=True):
            limits = "" if row["lower"] is None else f"{printed(row['lower'], 2)} – {printed(row['upper'], 2)}"
            rows.append(
                (
                    names[row["indicator"]],
                    measure_name(row["measure"], of[row["indicator"]]),
                    areas.get((row["area_level"], row["area"]), name_of("word", row["area"])),
                    *(category(d, row[d]) for d in by),
                    self._print_row(row) if row["value"] is not None else "–",
                    limits,
                    *("" if row[column] is None else printed(row[column]) for column in COUNTS),
                    reports(row),
                    name_of("status", row["status"]),
                )
            )
        return head, rows, tuple(range(3 + len(by), 9 + len(by)))


class Plot:
    """Charts of a result, reached as ``result.plot``; calling it is :meth:`bar`.

    Every chart is a plain Altair chart in the language in use (see :func:`chitieu.set_language`), to be
    changed further with ``.properties(...)`` or ``.configure(...)``. A notebook shows it as a picture, which is
    made on the machine: no script, no network.

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

    def bar(
        self,
        indicator: str,
        *,
        by: str | None = None,
        area_level: str | None = None,
        measure: str | None = None,
        area: str | None = None,
        title: str | None = None,
        subtitle: str | None = None,
        source: str | None = None,
    ) -> altair.LayerChart | altair.FacetChart | altair.HConcatChart | altair.VConcatChart:
        """Draw horizontal bars with 95 % limits: one per area, or one per category of a dimension.

        Bars begin at 0 and carry the printed value. A bar of too few records to be reliable is pale; a cell
        without a value says why in its place. Where the indicator has a target, that of the first year not
        before the end of the period is a dashed line; parts of a numerator (such as forms of abuse) and
        periods other than a year are not held against it.

        Args:
            indicator: Its id, code or name, as all words here; see :meth:`Result.only`.
            by: A dimension of the result. Without it the bars are areas, largest first.
            area_level: The level of the areas. None: the finest with at most 40 areas; with ``by`` no areas.
                Given together with ``by``, there is one panel per category. More than 40 areas stand side by side in
                columns on one scale: communes under their districts, where there are districts.
            measure: One of the indicator's measures. None: the last that its definition names.
            area: The code of the area to look into. None: the only province if there is one, else the
                country.
            title: A title instead of its own.
            subtitle: A line of your own under the title; territory, period and what the numbers need follow it.
            source: Where the records come from, printed below.

        Returns:
            An Altair chart.

        Raises:
            PlanError: For an indicator, dimension, level, measure or area that the result does not have, for
                a dimension the indicator cannot be split by, or for more than 250 areas.
            ImportError: If the package ``altair`` is not there.
        """
        result, plan = self._result, self._result.plan
        indicator = result._indicator(indicator)
        result.only(indicator)  # refuses one that was left out
        definition = result._definition(indicator)
        measure = result._measure(definition, measure)
        every = {}
        if by is not None:
            by = one_of("by", by, {d: codes("dimension").get(d, ()) for d in plan.by})
            every = {by: "*"}
        area, area_level = result._within(area, area_level)
        leaving = result._leaving
        rows = leaving.only(indicator, measure=measure, **every)
        return bars(
            rows,
            definition,
            plan._data["quantities"],
            by=by,
            area_level=area_level,
            area=area,
            area_vintage=plan.area_vintage,
            title=title,
            subtitle=subtitle,
            source=source,
            more=leaving._hiding,
        )

    __call__ = bar

    #: Write a chart as PNG; see :func:`chitieu.charts.save_png`.
    save_png = staticmethod(save_png)

    def __repr__(self) -> str:
        ids = ", ".join(self._result.plan.indicators)
        options = "by=None, area_level=None, measure=None, area=None, title=None, subtitle=None, source=None"
        return f"Plot(indicator, *, {options}): {ids}"
