"""A table of abuse: counts or shares of one unit, with the choices behind them."""

from __future__ import annotations

import copy
import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl

from chitieu import _native, _table
from chitieu._errors import PlanError
from chitieu._language import name_of, pick, say, words
from chitieu._layout import CHECK, Layout, axis_name
from chitieu._nearest import one_of
from chitieu._printed import PrintedCell, PrintedTable, cell_of, quotient_cell, signs, source_note
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
from chitieu.charts._subject import breakdowns
from chitieu.charts._words import number_of, of_abuse, upper
from chitieu.stats import proportion_interval

if TYPE_CHECKING:
    from typing_extensions import Self


class Table(_table.Table):
    """A table of one unit, with the choices behind it.

    Its last columns say which reports count: ``period``, ``date``, ``place``, ``verification``, ``age_limit``. A table
    by areas has ``reported`` (communes known to have reported for the period; null where it is not known), ``expected``
    (all communes of the area) and ``status``: ``not_reported`` where nobody reported and there is no number,
    ``partial`` where some did not; in a table of shares ``unreliable`` and ``not_available`` go before ``partial``.
    """

    def __init__(self, native: _native.AbuseTable, area_vintage: str) -> None:
        """Wrap what the crate made; see :func:`register`."""
        super().__init__(pl.DataFrame(native.frame()), area_vintage)
        self._native = native
        #: The places of the rows in the table before it was filtered.
        self._places = pl.int_range(len(self), eager=True)
        self._known_protected: dict[tuple[Rule, str], Table] = {}
        self._rule: Rule | None = None
        self._report: ResultsReport | None = None
        self._open: str | None = None

    @property
    def rule(self) -> Rule | None:
        """By which rule small counts are hidden; None where they are not."""
        return self._rule

    @property
    def report(self) -> ResultsReport | None:
        """How it was protected, for the office that did; None of a table that is not."""
        return self._report

    def protect(
        self,
        *,
        threshold: int = THRESHOLD,
        zeros: str = "shown",
        protection: str | int = NO_EXACT_VALUE,
        releases: Releases | None = None,
        changes: str = "protected",
    ) -> Table:
        """Return the table without its small counts, and without others by which they could be worked out.

        Every count of a row is protected: things counted, undecided, without a key, repeated. What is worked out from a
        hidden one (a share, its limits, ``least`` and ``most``, quantiles, fines) is hidden with it, and ``status`` is
        ``suppressed``. A filtered table is protected as the whole is. Take shares first: a protected table holds no
        counts to take them from.

        Args:
            threshold: Counts below it are small.
            zeros: ``"shown"``: zeros are published, and all know that a hidden count is at least 1; or ``"hidden"``.
            protection: ``"no_exact_value"``, or a number: so many values at least are possible for each small count.
            releases: What was published before, a :class:`chitieu.ReleaseLog`: its readers know it.
            changes: Small differences to what was published before: ``"protected"`` or ``"known"``.

        Raises:
            PlanError: For options that do not exist; ``already_protected`` for a table protected by another rule.
            DataError: ``given_away`` where small counts would follow with what was published before, whatever is
                hidden; ``contradiction`` for earlier releases that no records can have; ``release_log`` for a log that
                was changed.

        Example:
            >>> import chitieu as ct
            >>> dataset = ct.synthetic.province("33", children=2_000, year=2022)
            >>> counts = ct.abuse.register(dataset).select(period="2022").counts("child", by=["sex"])
            >>> counts.protect().filter(area="33", sex="female").to_polars().select("count", "status").rows()
            [(None, 'suppressed')]
        """
        rule = Rule.of(threshold, zeros, protection)
        if self._rule is not None:
            if self._rule == rule and releases is None:
                return self
            raise protected_already(self._rule, rule)
        whole = self._known_protected.get((rule, changes)) if releases is None else None
        if whole is None:
            _, (native,), report = protected(
                [], [self._whole], scope="people", rule=rule, releases=releases, changes=changes
            )
            whole = self._without_small(native, rule, report)
        if releases is None:
            self._known_protected[rule, changes] = whole
        return self._as_kept(whole)

    @property
    def _whole(self) -> tuple[_native.AbuseTable, str]:
        """What the crate made, unfiltered, and the day of its list of areas."""
        return self._native, self._area_vintage

    def _without_small(self, native: _native.AbuseTable, rule: Rule, report: ResultsReport) -> Table:
        """Return the whole of this table as it was protected."""
        whole = Table(native, self._area_vintage)
        whole._rule, whole._report = rule, report
        return whole

    def _as_kept(self, whole: Table) -> Table:
        """Return those rows of the whole that this table has."""
        return whole._keep(pl.int_range(len(whole), eager=True).is_in(self._places.implode()))

    def without_protection(self, why: str) -> Table:
        """Return the table with a mark that lets it leave as it is: charts and files show small counts, and say why.

        Args:
            why: For whom or for what, in a few words: it is printed on everything that leaves.

        Raises:
            PlanError: Without a reason, or for a protected table: it holds no small counts any more.
        """
        why = reason(why, self._rule)
        found = copy.copy(self)
        found._open = why
        return found

    @property
    def _leaving(self) -> Table:
        return self if self._rule is not None or self._open is not None else self.protect()

    def _leaving_beside(self, others: Sequence[Any]) -> list[Any]:
        """Return this table and others of one picture; those of abuse that are not protected are, all together."""
        found = [self, *others]
        why = next((one._open for one in found if isinstance(one, Table) and one._open is not None), None)
        if why is not None:
            # A picture is let go as a whole.
            is_bare = [isinstance(one, Table) and one._rule is None for one in found]
            return [one.without_protection(why) if bare else one for one, bare in zip(found, is_bare, strict=True)]
        places = [
            n for n, one in enumerate(found) if isinstance(one, Table) and one._rule is None and one._open is None
        ]
        rule = Rule.of(THRESHOLD, "shown", NO_EXACT_VALUE)
        whole = [found[n]._whole for n in places]
        _, safe, report = protected([], whole, scope="people", rule=rule, releases=None, changes="protected")
        for n, native in zip(places, safe, strict=True):
            found[n] = found[n]._as_kept(found[n]._without_small(native, rule, report))
        return found

    @property
    def _marks(self) -> dict[str, str]:
        text = self._rule.text if self._rule is not None else open_text(self._open) if self._open is not None else {}
        return {f"chitieu_{language}": text[language] for language in text}

    def write_parquet(self, path: str | os.PathLike[str]) -> Path:
        """Write the table as Parquet, whole or not at all, and return the path; small counts are hidden."""
        return super(Table, self._leaving).write_parquet(path)

    def _keep(self, rows: pl.Series) -> Self:
        found = super()._keep(rows)
        found._places = self._places.filter(rows)
        return found

    @property
    def unit(self) -> str | None:
        """What is counted; None where each row names its own (:meth:`Selection.units`)."""
        return self._native.unit()

    @property
    def description(self) -> str:
        """Which records count, in the language in use."""
        return say(*self._native.description())

    @property
    def notes(self) -> list[str]:
        """What has to be known to read it, in the language in use: who reported, and why numbers may differ."""
        return [*(say(*note) for note in self._native.notes()), *self._hiding]

    @property
    def _hiding(self) -> list[str]:
        found = [] if self._rule is None else [pick(self._rule.text)]
        return found if self._open is None else [*found, pick(open_text(self._open))]

    def share(self, of: Table | None = None) -> Table:
        """Return the share of each cell in percent, in the total of its area or in the cell of another table.

        Wilson's limits at 95 %; ``unreliable`` over fewer than 30, ``not_available`` over none. The total is that of
        all records that count, whatever rows were filtered.

        Args:
            of: A table of counts of the same unit, selection and level, with some of this one's breakdowns: each cell
                is then taken over the cell it lies in. None: over the total of the area.

        Raises:
            PlanError: ``units_differ`` or ``choices_differ`` if the quotient would be a share of nothing.

        Example:
            >>> import chitieu as ct
            >>> dataset = ct.synthetic.province("33", children=2_000, year=2022)
            >>> selection = ct.abuse.register(dataset).select(period="2022")
            >>> try:
            ...     selection.counts("child").share(selection.counts("case"))
            ... except ct.PlanError as error:
            ...     error.code
            'units_differ'
        """
        whole = Table(self._native.share(None if of is None else of._native), self._area_vintage)
        # Shares have the rows of their counts, in the same order.
        return whole._keep(pl.int_range(len(whole), eager=True).is_in(self._places.implode()))

    def table(
        self,
        *,
        rows: str,
        columns: str | None = None,
        percent: bool = False,
        area: str | None = None,
        area_level: str | None = None,
        source: str | None = None,
    ) -> PrintedTable:
        """Return counts as they are printed: names in the language in use, one value a cell, notes and source.

        Args:
            rows: What the rows are: ``"area"`` or a breakdown of the table, by its word or name.
            columns: What the columns are, if anything. Breakdowns that are neither are at their total.
            percent: Whether each count is followed by what it is of the whole of its column, in per cent.
            area: The area to look into. None: the only province if there is one, else the country.
            area_level: The level of the areas inside it. None: the finest.
            source: Where the records come from, printed below.

        Raises:
            PlanError: For a word that the table does not have, rows and columns that are the same, or a table whose
                numbers are no counts of one unit.

        Example:
            >>> import chitieu as ct
            >>> dataset = ct.synthetic.province("33", children=20_000, year=2022)
            >>> counts = ct.abuse.register(dataset).select(period="2022").counts("child", by=["form", "sex"])
            >>> table = counts.table(rows="form", columns="sex", percent=True)
            >>> table.title, table.head[:3]
            ('Abused children, by form of abuse and sex', ('Form of abuse', 'Total', 'Total (%)'))
        """
        leaving = self._leaving
        frame = leaving.to_polars()
        unit = self.unit
        if "count" not in frame.columns or unit is None:
            raise PlanError(
                say("bảng này không có số đếm của một đơn vị", "the numbers of this table are no counts of one unit"),
                code="missing_column",
                column="count",
                expected="selection.counts(...), selection.relations()",
                got=", ".join(frame.columns),
            )
        texts = [column for column, dtype in frame.schema.items() if dtype == pl.String]
        broken = [column for column in texts if (frame[column] == "total").any()]
        axes = {c: self._column_names(c) for c in ["area", *broken]}
        chosen = [one_of("rows", rows, axes)]
        if columns is not None:
            chosen.append(one_of("columns", columns, {c: names for c, names in axes.items() if c not in chosen}))
        for column in broken:
            if column not in chosen:
                frame = frame.filter(pl.col(column) == "total")
        area, area_level = self._within(area, area_level)
        return _counts_of(
            frame,
            unit=unit,
            axes=chosen,
            percent=percent,
            area=area,
            area_level=area_level,
            area_vintage=self._area_vintage,
            name=self._cell,
            notes=[f"{say('Phạm vi', 'Selection')}: {self.description}", *leaving.notes],
            source=source,
        )

    def _head(self, column: str) -> str:
        if column == "form" and self.unit == "decision":  # of the sanction, not of the abuse
            return pick(words()["about"]["sanction_form"]["name"])
        return super()._head(column)

    def _heading(self) -> str:
        unit = name_of("unit", self.unit) if self.unit else say("theo từng dòng", "by row")
        return f"{say('Đơn vị đếm', 'Unit')}: {unit}; {self.description}"

    @property
    def _hidden(self) -> set[str]:
        return {"unit" if self.unit else "", *_table.CHOICES, say("en", "vi")}


def _counts_of(
    frame: pl.DataFrame,
    *,
    unit: str,
    axes: Sequence[str],
    percent: bool,
    area: str | None,
    area_level: str | None,
    area_vintage: str,
    name: Callable[[str, str], str],
    notes: Sequence[str],
    source: str | None,
) -> PrintedTable:
    """Return counts of abuse as a printed table.

    Args:
        frame: Rows of a table of counts, with every category of what is printed.
        unit: What is counted.
        axes: Rows and columns.
        percent: Whether each count is followed by what it is of the whole of its column.
        area: The area looked into.
        area_level: The level of areas.
        area_vintage: The day of their names.
        name: Names a category of a column.
        notes: Notes of the table.
        source: Where the records come from.

    Raises:
        PlanError: For an area or a level that is not there.
    """
    split = breakdowns(CHECK, frame, but=tuple(axes))
    layout = Layout(
        frame, axes, area=area, area_level=area_level, area_vintage=area_vintage, counted="count", name=name
    )
    made = layout.cells(lambda row: cell_of(row["count"], 0, row["status"]))
    head = layout.head or [say("Số lượng", "Count")]
    if percent:
        shares = layout.cells(lambda row: _share(row, layout.whole_of_column(row)))
        made = [[cell for pair in zip(*both, strict=True) for cell in pair] for both in zip(made, shares, strict=True)]
        head = [text for column in head for text in (column, f"{column} (%)" if layout.head else "%")]
    return PrintedTable(
        title=layout.by(number_of(of_abuse(unit)) + (f" ({split})" if split else "")),
        subtitle=layout.subtitle,
        unit=f"{say('Đơn vị tính', 'Unit')}: {name_of('unit', unit)}" + (", %" if percent else ""),
        head=[upper(axis_name(axes[0])), *head],
        names=layout.names,
        cells=made,
        whole=layout.whole,
        notes=[*signs(made), *(f"{note.rstrip('.')}." for note in notes), *source_note(source)],
    )


def _share(row: Mapping[str, Any], whole: Mapping[str, Any]) -> PrintedCell:
    if "suppressed" in (row["status"], whole["status"]) and None in (row["count"], whole["count"]):
        return cell_of(None, 2, "suppressed")
    if row["count"] is None or not whole["count"]:
        return cell_of(None, 2, row["status"] if row["count"] is None else "not_available")
    # As `share` has it: a share of few is unreliable, which goes before partial.
    status = proportion_interval(row["count"], whole["count"]).status
    return quotient_cell(row["count"], whole["count"], "percent", 2, row["status"] if status == "ok" else status)
