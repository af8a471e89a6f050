"""The quality of records: rules, verdicts, addresses of what fails, scores by area."""

from __future__ import annotations

import copy
import os
from collections.abc import Iterable, Sequence
from pathlib import Path

import polars as pl

from chitieu import _native
from chitieu._areas import LEVELS, area_names
from chitieu._catalogue import utf8_text
from chitieu._check_facts import SCORES
from chitieu._check_html import page, short
from chitieu._dataset import Dataset
from chitieu._errors import PlanError
from chitieu._files import write_whole
from chitieu._language import printed, report_language, say
from chitieu._printed import PrintedTable
from chitieu._progress import Progress, check_callable
from chitieu._quality_table import failing_of, scores_of
from chitieu._table import Table

#: What a row of a file is called in the frames of the file reader.
SOURCES = ("source_file", "source_sheet", "source_row")

RuleFiles = str | os.PathLike[str] | Sequence[str | os.PathLike[str]] | None


def _read_rules(files: RuleFiles) -> _native.Rules:
    native = _native.Rules.builtin()
    for file in [] if files is None else [files] if isinstance(files, (str, os.PathLike)) else files:
        path = Path(file)
        native = native.with_text(path.name, utf8_text(path, "catalogue"))
    return native


def rules(files: RuleFiles = None) -> pl.DataFrame:
    """Return the rules that :func:`check` applies, one row for each rule and table.

    Columns: ``rule`` (its code), ``severity``, ``table``, ``kind``, ``columns``, ``text`` in the language in use,
    ``source`` (the text of law behind it, if there is one; severities and thresholds are decisions of this project).

    Args:
        files: TOML files with rules of your own, as for :func:`check`.

    Raises:
        FileNotFoundError: If there is no such file.
        PlanError: If a file does not hold together; the message names file, rule and field.

    Example:
        >>> import chitieu as ct, polars as pl
        >>> ct.rules().filter(pl.col("rule") == "received_before_incident")["severity"].item()
        'error'
    """
    return _in_language(pl.DataFrame(_read_rules(files).frame()))


def _in_language(frame: pl.DataFrame) -> pl.DataFrame:
    """Return a frame with one wording of each text, in the language in use."""
    other = say("_en", "_vi")
    return frame.select(c for c in frame.columns if not c.endswith(other)).rename(
        lambda c: c.removesuffix(say("_vi", "_en"))
    )


#: What people call the columns of a scorecard.
SCORE_COLUMNS = {
    **SCORES,
    "name": ("Tên", "Name"),
    "rows": ("Số dòng", "Rows"),
    "recorded_values": ("Giá trị đã ghi", "Values recorded"),
    "expected_values": ("Giá trị cần có", "Values expected"),
    "passed": ("Kết luận đạt", "Verdicts that pass"),
    "judged": ("Kết luận", "Verdicts"),
    "updated": ("Tháng có cập nhật", "Months updated"),
    "months": ("Số tháng", "Months"),
}


class Scorecard(Table):
    """Scores of the records by area; see :meth:`Check.scorecard`."""

    def __init__(self, native: _native.Check, area_level: str, period: str, dated: bool) -> None:
        super().__init__(pl.DataFrame(native.scorecard(area_level, period)), native.area_vintage())
        self._native, self._level, self._period, self._dated = native, area_level, period, dated

    @property
    def notes(self) -> list[str]:
        """What a reader must know, in the language in use."""
        undated = say(
            "Sổ theo dõi không có ngày cập nhật: mọi tháng được coi là chưa cập nhật, điểm kịp thời là 0",
            "The register has no column of updates: every month counts as not updated, and timeliness is 0",
        )
        return [] if self._dated else [undated]

    def _column_names(self, column: str) -> Iterable[str]:
        return [*SCORE_COLUMNS.get(column, ()), *super()._column_names(column)]

    def _head(self, column: str) -> str:
        return say(*SCORE_COLUMNS[column]) if column in SCORE_COLUMNS else super()._head(column)

    @property
    def _hidden(self) -> set[str]:
        return {"name"}  # the area is shown by its name

    def table(self, *, area: str | None = None, source: str | None = None) -> PrintedTable:
        """Return the scores as they are printed: areas under their whole, rows, the three scores, who reported.

        Args:
            area: The area to look into. None: the only province if there is one, else the country.
            source: Where the records come from, printed below.

        Raises:
            PlanError: For an area that the scorecard does not have.
        """
        there = {level for level, _ in area_names(self.area_vintage)}
        wider = [
            pl.DataFrame(self._native.scorecard(level, self._period))
            for level in LEVELS[: LEVELS.index(self._level)]
            if level in there
        ]
        if (self._frame["area"] == "unknown").all():
            raise PlanError(
                say("không dòng nào có xã xác định", "no row has a known commune"),
                code="not_whole",
                column="commune",
                expected=say("mã xã", "codes of communes"),
                got=", ".join(self._frame["area"]),
            )
        whole = copy.copy(self)
        whole._frame = pl.concat([*wider, self._frame])
        return scores_of(
            whole._frame,
            period=self._period,
            area=whole._within(area, None)[0],
            area_level=self._level,
            area_vintage=self.area_vintage,
            source=source,
            more=[f"{note}." for note in self.notes],
        )


class Check:
    """What a check found: verdicts of every rule, addresses of what fails, scores by area. No value of a record.

    Made by :func:`check`.
    """

    def __init__(self, native: _native.Check, dataset: Dataset, period: str | None) -> None:
        self._native = native
        self._dataset = dataset
        self._period = period

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Check) and self._native == other._native

    __hash__ = None  # type: ignore[assignment]

    @property
    def reference(self) -> str:
        """The reference day: the last of the period, or the day the check was made."""
        return self._native.reference()

    @property
    def area_vintage(self) -> str:
        """The day whose list of areas was used."""
        return self._native.area_vintage()

    @property
    def period(self) -> str:
        """The period of the check; without one the last twelve whole months before the reference day."""
        return self._native.whole_months() if self._period is None else self._period

    def summary(self) -> pl.DataFrame:
        """Return each rule with its counts.

        Columns: ``rule``, ``severity``, ``table``, ``text``, ``columns``, ``passed``, ``failed``, ``undecided``
        (together the rows the rule is about; for rules about communes the communes and windows of time),
        ``missing`` (columns or tables for the lack of which the rule was not judged).
        """
        return _in_language(pl.DataFrame(self._native.summary()))

    def failures(self, rule: str) -> pl.DataFrame:
        """Return where a rule fails: addresses without any value of a record.

        Columns: ``rule``, ``table``, ``row`` (from 1), ``commune``, ``period`` (of rules about communes),
        ``columns`` (to look at), ``other_row`` (of duplicates: the earlier row), ``found`` (``missing`` or ``late``
        updates, ``high`` or ``low`` counts), and ``source_file``, ``source_sheet``, ``source_row`` where the table
        has them.

        Args:
            rule: Its code; see :func:`rules`.

        Raises:
            PlanError: If there is no such rule; the message names near ones.
        """
        frame = pl.DataFrame(self._native.failures(rule))
        parts = [
            self._with_sources(str(table), part) for (table,), part in frame.group_by("table", maintain_order=True)
        ]
        return pl.concat(parts, how="diagonal") if parts else frame

    def _with_sources(self, table: str, addresses: pl.DataFrame) -> pl.DataFrame:
        sources = self._sources(table, addresses["row"].drop_nulls())
        return addresses if sources is None else addresses.join(sources, on="row", how="left", maintain_order="left")

    def _sources(self, table: str, rows: pl.Series) -> pl.DataFrame | None:
        """Return where some rows (from 1) stood in files, if the table tells it."""
        there = [c for c in SOURCES if c in self._dataset.schema(table)]
        if not there:
            return None
        found, before, wanted = [], 0, rows.unique().sort()
        for batch in self._dataset.batches(table, columns=there):
            here = wanted.filter((wanted > before) & (wanted <= before + batch.height))
            taken = batch[(here - 1 - before).cast(pl.UInt32)]
            found.append(
                taken.with_columns(row=here.cast(pl.UInt32)).cast({c: pl.String for c in there if c != "source_row"})
            )
            before += batch.height
        return pl.concat(found)

    def failing_rows(self, table: str, *, severity: str = "error") -> pl.Series:
        """Return the rows of a table (from 0) that fail a rule of at least that severity."""
        return pl.DataFrame(self._native.failing_rows(table, severity))["row"]

    def scorecard(self, area_level: str = "province", *, period: str | None = None) -> Scorecard:
        """Return how complete, accurate and timely the records of each area are, from 0 to 100.

        The formulas are decisions of this project, the same for every area and period:

        - ``completeness`` = 100 × ``recorded_values`` ÷ ``expected_values``: values that are recorded, of those that
          the rules expect of every row (``ct.rules`` file, ``[expected]``). Columns that a table does not have are not
          recorded.
        - ``accuracy`` = 100 × ``passed`` ÷ ``judged``: of the decided verdicts on rows by rules of severity ``error``.
        - ``timeliness`` = 100 × ``updated`` ÷ ``months``: months of the period in which the commune brought some row of
          its register up to date, of the months that are over; of a wider area over all its communes with a register.

        ``expected`` are the communes of the area, ``reported`` those of them that have rows of the period in some table
        in which every commune has rows (null where no such table was checked). ``status`` is ``not_reported`` if none
        has (its scores are null, never 0) and ``partial`` if some have not.

        The register counts whole, events by their date in the period, yearly tables by the period's year. Every unit
        of the provinces with rows is listed; a score is null where there is nothing to judge.

        Args:
            area_level: The level of the areas: ``"commune"``, ``"district"``, ``"province"`` or ``"country"``.
            period: A period of whole months, such as ``"2022Q2"``; None: :attr:`period`, with the whole of the months
                that it touches. Call it for several months to follow an area.

        Raises:
            PlanError: For an unknown level, one that the list of areas does not have (districts since July 2025), or a
                period that is not of whole months.

        Example:
            >>> import chitieu as ct
            >>> dataset = ct.synthetic.province("33", children=2_000, year=2022)
            >>> scores = ct.check(dataset, period="2022").scorecard("province")
            >>> scores.filter(area="33").to_polars().select("area", "reported", "expected", "status").rows()
            [('33', 161, 161, 'ok')]
        """
        months = str(period or self._native.whole_months())
        dated = "children" not in self._dataset or "updated_on" in self._dataset.schema("children")
        return Scorecard(self._native, area_level, months, dated)

    def findings_table(self, *, source: str | None = None) -> PrintedTable:
        """Return what fails as it is printed: by severity, table and rule, with how many rows and in which columns.

        Args:
            source: Where the records come from, printed below.

        Example:
            >>> import chitieu as ct, polars as pl
            >>> children = pl.DataFrame({"child_id": ["a", "a"], "birth_year": [2015, 2015], "commune": "12364"})
            >>> table = ct.check(ct.Dataset(children=children), period="2022").findings_table()
            >>> list(zip(table.head[1:], map(str, table.cells[0])))[2:]
            [('Fail', '1'), ('% failing', '50.0'), ('Undecided', '0')]
        """
        provinces = self.scorecard("province").to_polars()["area"]
        names = area_names(self.area_vintage)
        where = ", ".join(names[place] for code in provinces if (place := ("province", code)) in names)
        return failing_of(self.summary(), where=where, period=self.period, source=source)

    def to_html(self, period: str | None = None) -> str:
        """Return a report to be read, sent and printed: one HTML page that refers to nothing outside.

        In Vietnamese, unless English was chosen by :func:`set_language`.

        Args:
            period: As for :meth:`scorecard`.
        """
        return page(self, str(period or self._native.whole_months()), report_language())

    def write_report(self, path: str | os.PathLike[str], *, period: str | None = None) -> Path:
        """Write :meth:`to_html` to a file, whole or not at all, and return its path."""
        text = self.to_html(period)
        return write_whole(path, lambda name: Path(name).write_text(text, encoding="utf-8"))

    def write_corrections(
        self,
        folder: str | os.PathLike[str],
        *,
        severity: str = "warning",
        on_progress: Progress | None = None,
    ) -> list[Path]:
        """Write for each commune a workbook of the rows it has to verify, and return their paths.

        Each line is one record: the file, sheet and row it came from (where the table tells), its row in the table,
        all that is wrong and which columns to look at, with empty cells for the right values and a note. No value of a
        record is in it. In Vietnamese, unless English was chosen.

        Args:
            folder: Made if it is not there; files are named by code and name of the commune.
            severity: Rules of at least that severity.
            on_progress: Called with the workbooks written and those there are.

        Raises:
            FileNotFoundError: If the folder cannot be written.
        """
        sources = []
        for table in self._dataset.tables:
            rows = self.failing_rows(table, severity=severity) + 1
            # Of duplicates the earlier row is named too, which itself may be in order.
            earlier = [
                pl.DataFrame(self._native.failures(rule))["other_row"].drop_nulls() for rule in self._with_pairs(table)
            ]
            frame = self._sources(table, pl.concat([rows.cast(pl.UInt32), *earlier]))
            if frame is not None:
                sources.append((table, frame))
        language = report_language()
        found = self._native.write_corrections(os.fspath(folder), severity, sources, language, on_progress)
        return [Path(path) for path in found]

    def _with_pairs(self, table: str) -> list[str]:
        kinds = _in_language(pl.DataFrame(self._native.summary())).filter(
            pl.col("table") == table, pl.col("failed") > 0
        )
        return kinds["rule"].to_list()

    def __repr__(self) -> str:
        summary, fail = self.summary(), say("không đạt", "fail")
        lines = [
            f"{severity:<8} {rule:<32} {table:<13} {printed(failed):>10} {fail}  {printed(undecided):>10} ?"
            for rule, severity, table, failed, undecided in summary.filter(pl.col("failed") > 0)
            .select("rule", "severity", "table", "failed", "undecided")
            .iter_rows()
        ]
        day = f"{say('ngày đối chiếu', 'reference day')} {self.reference}"
        judged = summary.filter(pl.col("missing") == "").height
        counts = f"{judged} {say('quy tắc đã áp dụng', 'rules judged')}, {len(lines)} {say('không đạt', 'fail')}"
        head = f"Check: {counts}; {day}"
        return "\n".join([head, *lines])

    def _repr_html_(self) -> str:
        return short(self)


def check(
    dataset: Dataset, *, period: str | None = None, rules: RuleFiles = None, on_progress: Progress | None = None
) -> Check:
    """Check the records of a dataset against rules. Every row of every table is judged; nothing is changed.

    A row passes a rule, fails it, or is undecided where something the rule needs is not recorded; a rule may be about
    some rows only. Each rule has a code, a severity, and a text that says what is wrong and what to do.

    Of more than 65 rows with the same day of birth, sex and commune each name is compared with the 64 that follow it in
    the order of names: ``child_probably_repeated`` may miss pairs there.

    Args:
        dataset: The records; each table is read once, in batches. The columns marked private (``personal_id``,
            ``full_name``) are read here alone, and nothing of them is kept.
        period: The checked period: its last day is the reference day, at which ages are taken and after which no date
            may lie, and its months are those in which a register is to be brought up to date. None: today, and the
            last twelve whole months.
        rules: A TOML file with rules of your own, or several; a rule of the same code takes the place of the built-in
            one. The form is that of the file ``rules.toml`` of the crate::

                [[rule]]
                code = "worker_in_school"
                severity = "warning"             # error | warning | info
                table = "children"
                text = { vi = "...", en = "..." }  # what is wrong, and what to do
                where = "works"                  # the rows it is about; left out: all
                must = "attends IS NOT NULL"     # SQL; comparisons may be over several columns

        on_progress: Called with rows done and rows in all.

    Raises:
        PlanError: For a period or a file of rules that does not hold together.
        SchemaError: For a column of another type than its table's.
        FileNotFoundError: If there is no such file.

    Example:
        >>> import chitieu as ct, polars as pl
        >>> from datetime import date
        >>> victims = pl.DataFrame({
        ...     "case_id": ["v1", "v2"], "commune": "12364",
        ...     "incident_date": [date(2022, 3, 1), date(2022, 5, 1)],
        ...     "received_date": [date(2022, 3, 2), date(2022, 4, 1)],
        ... })
        >>> found = ct.check(ct.Dataset(victims=victims), period="2022")
        >>> found.failures("received_before_incident")["row"].to_list()
        [2]
    """
    check_callable(on_progress)
    text = None if period is None else str(period)
    native = _native.Check.read(dataset, _read_rules(rules), text, on_progress)
    return Check(native, dataset, text)
