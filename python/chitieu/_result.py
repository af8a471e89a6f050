"""The result: one long table, with what a reader must know besides."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import date
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl

from chitieu import _native
from chitieu._catalogue import html_table
from chitieu._errors import PlanError
from chitieu._files import write_whole
from chitieu._language import codes, get_language, label, pick, say
from chitieu._nearest import unknown_word

if TYPE_CHECKING:
    import pandas
    import pyarrow

    from chitieu._plan import Plan
    from chitieu._plot import Plot

#: What the quotient is multiplied by.
MULTIPLIER = {"count": 1, "percent": 100, "ratio": 100, "per_1000": 1_000, "per_100000": 100_000}

#: Rows shown in a notebook.
ROWS_SHOWN = 40


@dataclass(frozen=True)
class Warning:
    """Something a reader of a result must know.

    Attributes:
        code: A short word for its kind: ``parts_do_not_sum``, ``events_without_population``,
            ``numerator_above_denominator``, ``mortality_order``, ``not_recorded``, ``left_out``, ``counted_in_part``
            (a part of the records lacked a column: totals are those of the other parts), ``part_of_territory`` (moved
            records cover a part of a province), ``set_aside`` (rows taken out by :meth:`Dataset.without`).
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


class Tabular:
    """A table for polars, pandas, pyarrow and everything with Arrow."""

    _frame: pl.DataFrame

    def to_polars(self) -> pl.DataFrame:
        """Return the table as a polars DataFrame."""
        return self._frame

    def to_pandas(self) -> pandas.DataFrame:
        """Return the table as a pandas DataFrame (needs pandas and pyarrow)."""
        return self._frame.to_pandas()

    def to_arrow(self) -> pyarrow.Table:
        """Return the table as a pyarrow Table (needs pyarrow)."""
        return self._frame.to_arrow()

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        return self._frame.__arrow_c_stream__(requested_schema)


class Result(Tabular):
    """Values of indicators, one row per indicator, measure, area and cell of the asked dimensions.

    Columns: ``indicator``, ``code``, ``measure``, ``period``, ``area``, ``area_level``, one per dimension,
    ``numerator``, ``denominator``, ``value``, ``lower``, ``upper`` (95 % limits), ``undecided`` (records that could
    not be decided, in neither part), ``reported`` and ``expected`` (communes of the area that reported what the value
    is made of, null if nothing tells, and all its communes), ``status``, ``definition``, ``method`` (of the limits),
    ``unit`` (what the numerator counts). In a dimension ``total`` is the total and ``unknown`` is not recorded.
    """

    def __init__(self, frame: pl.DataFrame, plan: Plan, warnings: list[Warning]) -> None:
        self._frame = frame
        self._plan = plan
        self._warnings = warnings

    @property
    def plan(self) -> Plan:
        """The plan it was computed by."""
        return self._plan

    @property
    def warnings(self) -> list[Warning]:
        """What does not add up, and what was left out."""
        return list(self._warnings)

    def write_parquet(self, path: str | os.PathLike[str]) -> Path:
        """Write the table as Parquet, whole or not at all, and return the path."""

        def write(name: str) -> None:
            with open(name, "wb") as file:  # polars takes no path that is not Unicode
                self._frame.write_parquet(file)

        return write_whole(path, write)

    def only(self, indicator: str, **where: str) -> pl.DataFrame:
        """Return the rows of one indicator; dimensions that are not named stand at their total.

        Args:
            indicator: Its id.
            **where: Values of ``measure``, ``period``, ``area`` (a code), ``area_level``, a dimension, or another
                column of words. ``"*"`` keeps all of a column.

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
        there = {i["id"]: list(i["name"].values()) for i in self._plan._data["indicators"]}
        if not isinstance(indicator, str) or indicator not in there:
            error = unknown_word("indicator", indicator, there)
            error.code = "unknown_indicator"
            raise error
        frame = self._frame.filter(pl.col("indicator") == indicator)
        if frame.is_empty():
            raise self._left_out(indicator)
        columns = [c for c, t in frame.schema.items() if t == pl.String and c != "indicator"]
        asked = {**{d: "total" for d in self._plan.by}, **where}
        found = frame
        for column, value in asked.items():
            if column not in columns:
                raise unknown_word("only", column, {c: (label("column", c), label("dimension", c)) for c in columns})
            if isinstance(value, str) and value == "*":
                continue
            known = self._words(frame, column)
            if not isinstance(value, str) or value not in known:
                raise unknown_word(column, value, known)
            found = found.filter(pl.col(column) == value)
        # Of a status there may be no row; other words of one result always meet, but for an area and another level.
        if found.is_empty() and "status" not in where:
            named = ", ".join(f"{c}={v!r}" for c, v in where.items())
            raise PlanError(
                say(f"không có dòng nào cùng lúc có {named}", f"no row has {named} together"),
                code="unknown_choice",
                expected=say("các giá trị cùng có trong một dòng", "values that stand in one row"),
                got=named,
            )
        return found

    def _words(self, frame: pl.DataFrame, column: str) -> dict[str, list[str]]:
        """Return the words of a column of the result, each with its names."""
        words = frame[column].drop_nulls().unique(maintain_order=True).to_list()
        if column == "status":
            words = list(codes("status"))
        if column == "area":
            names = area_names(self._plan.area_vintage)
            of: dict[str, list[str]] = {word: [] for word in words}
            for (_, code), name in names.items():
                if code in of:
                    of[code].append(name)
            return of
        return {word: [label(column, word), *codes(column).get(word, ())] for word in words}

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
            indicator: Its id.
            **where: What names one row; see :meth:`only`. Without ``area`` the country.

        Raises:
            PlanError: If not exactly one row is named.
        """
        frame = self.only(indicator, **{"area": "VN", **where})
        if frame.height != 1:
            raise PlanError(
                say(
                    f"cần đúng một dòng, có {frame.height}",
                    f"one row is to be named, these are {frame.height}",
                ),
                code="unknown_choice",
                expected="1",
                got=str(frame.height),
            )
        return self._print_row(frame.row(0, named=True))

    def _print_row(self, row: dict[str, Any]) -> str:
        if row["value"] is None:
            return label("status", row["status"])
        if row["measure"] == "count":
            return str(row["numerator"])
        indicators = self._plan._data["indicators"]
        decimals = next(i.get("decimals", 2) for i in indicators if i["id"] == row["indicator"])
        text = _native.round_half_up(row["numerator"], row["denominator"], MULTIPLIER[row["measure"]], decimals)
        return text.replace(".", ",") if get_language() == "vi" else text

    @property
    def plot(self) -> Plot:
        """Charts of the result (needs the optional package ``altair``)."""
        from chitieu._plot import Plot

        return Plot(self)

    def __len__(self) -> int:
        return self._frame.height

    def __repr__(self) -> str:
        head = f"Result: {self._frame.height:,} {say('dòng', 'rows')}, {say('kỳ', 'period')} {self._plan.period}"
        return "\n".join([head, *(f"! {w}" for w in self._told()), str(self._frame)])

    def _told(self) -> list[str]:
        """Return the warnings as lines; those of a kind that is often long share one."""
        out = [w.indicator for w in self._warnings if w.code == "left_out"]
        vague = [str(w) for w in self._warnings if w.code == "not_recorded"]
        lines = [str(w) for w in self._warnings if w.code not in ("left_out", "not_recorded")]
        if vague:
            lines.append(say("Không rõ: ", "Not recorded: ") + "; ".join(vague))
        if out:
            lines.append(
                say(f"{len(out)} chỉ tiêu thiếu dữ liệu", f"{len(out)} indicators lack data")
                + f" (result.warnings): {', '.join(out)}"
            )
        return lines

    def _repr_html_(self) -> str:
        names = {i["id"]: pick(i["name"]) for i in self._plan._data["indicators"]}
        areas = area_names(self._plan.area_vintage)
        by = self._plan.by
        head = (
            label("column", "indicator"),
            label("column", "measure"),
            label("column", "area"),
            *(label("dimension", d) for d in by),
            label("column", "value"),
            say("Khoảng tin cậy 95 %", "95 % limits"),
            label("column", "numerator"),
            label("column", "denominator"),
            label("column", "undecided"),
            say("Xã báo cáo", "Communes reporting"),
            label("column", "status"),
        )

        def number(value: float | None) -> str:
            text = "" if value is None else f"{value:.2f}"
            return text.replace(".", ",") if get_language() == "vi" else text

        rows = []
        for row in self._frame.head(ROWS_SHOWN).iter_rows(named=True):
            limits = "" if row["lower"] is None else f"{number(row['lower'])} – {number(row['upper'])}"
            rows.append(
                (
                    names[row["indicator"]],
                    label("measure", row["measure"]),
                    areas.get((row["area_level"], row["area"]), label("word", row["area"])),
                    *(category(d, row[d]) for d in by),
                    self._print_row(row) if row["value"] is not None else "–",
                    limits,
                    "" if row["numerator"] is None else str(row["numerator"]),
                    "" if row["denominator"] is None else str(row["denominator"]),
                    "" if row["undecided"] is None else str(row["undecided"]),
                    reports(row),
                    label("status", row["status"]),
                )
            )
        n = len(by)
        table = html_table(head, rows, right=tuple(range(3 + n, 9 + n)))
        more = self._frame.height - ROWS_SHOWN
        note = f"<p>… {more:,} {say('dòng nữa', 'more rows')}</p>" if more > 0 else ""
        told = "".join(f"<li>{escape(w)}</li>" for w in self._told())
        return table + note + (f"<ul>{told}</ul>" if told else "")


def reports(row: dict[str, Any]) -> str:
    """Return how many communes of a row's area reported, of how many; ``?`` where nothing tells."""
    if row["expected"] is None:
        return ""
    return f"{'?' if row['reported'] is None else row['reported']}/{row['expected']}"


def category(dimension: str, code: str) -> str:
    """Return the name of a category in the language in use."""
    if code in ("total", "unknown"):
        return label("word", code)
    return label(dimension, code)


def area_names(on: str) -> dict[tuple[str, str], str]:
    """Return the name of each unit on a day, by level and code."""
    units = areas(on=on).select("level", "code", "name")
    names = {(level, code): name for level, code, name in units.iter_rows()}
    levels = units["level"].unique(maintain_order=True).to_list()
    word = label("word", "unallocated")
    for level, code, name in units.filter(pl.col("level") != "commune").iter_rows():
        for finer in levels[levels.index(level) + 1 :]:
            names[finer, f"{code}-unallocated"] = f"{word} ({name})"
    return names


def areas(*, on: str | date) -> pl.DataFrame:
    """Return the administrative units that hold on a day.

    Args:
        on: The day, ``"2022-12-31"``.

    Returns:
        Columns ``code``, ``name``, ``level`` (country, province, district, commune), ``parent``, ``type``,
        ``valid_from``, ``valid_to`` (9999-12-31: no end is known). Codes are unique within a level.

    Raises:
        PlanError: For a day outside the lists that the library ships.

    Example:
        >>> import chitieu as ct, polars as pl
        >>> units = ct.areas(on="2022-12-31")
        >>> units.filter(pl.col("level") == "district", pl.col("parent") == "33").height
        10
    """
    return pl.DataFrame(_native.areas(str(on)))


def area_moves(*, start: str | date, end: str | date) -> pl.DataFrame:
    """Return what became of each commune between the lists of two days; ``end`` may be the earlier one.

    Args:
        start: The day of the list to begin with.
        end: The day of the other list.

    Returns:
        A line for each pair: ``old``, ``old_name`` (of the list of ``start``), ``new``, ``new_name``, and ``part``:
        ``all`` (the whole of the old unit lies in the new one) or ``part`` (it was split among several). Back in
        time ``new`` may be an island district, which had no communes; it is null if nobody traced the unit.

    Raises:
        PlanError: For a day outside the lists that the library ships.

    Example:
        >>> import chitieu as ct, polars as pl
        >>> moves = ct.area_moves(start="2022-12-31", end="2025-07-01")
        >>> moves.filter(pl.col("old") == "12364").select("old_name", "new_name", "part").row(0)
        ('Xã Hải Triều', 'Xã Tiên Lữ', 'all')
    """
    return pl.DataFrame(_native.area_moves(str(start), str(end)))
