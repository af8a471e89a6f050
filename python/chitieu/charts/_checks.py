"""What the charts accept: tables, their columns, one unit, words that are there; and the errors for the rest."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import polars as pl
from polars import selectors

from chitieu._errors import PlanError
from chitieu._frame import as_frame
from chitieu._language import say, words
from chitieu._nearest import nearest
from chitieu._source import by_polars
from chitieu._table import CHOICES, Table


def suppressed(frame: pl.DataFrame) -> pl.Series:
    """Return in which rows of a frame a number is hidden; see :meth:`chitieu.Result.protect`."""
    if "status" not in frame.columns:
        return pl.repeat(False, frame.height, eager=True)
    return frame["status"].eq_missing("suppressed")


class Checks:
    """The checks of one chart; every error begins with its name.

    Args:
        chart: The name, such as ``charts.funnel``.
    """

    def __init__(self, chart: str) -> None:
        self._chart = chart

    def error(self, vi: str, en: str, *, code: str, hint: tuple[str, str] | None = None, **facts: str) -> PlanError:
        """Return an error in the language in use."""
        said = say(f"{self._chart}: {vi}", f"{self._chart}: {en}")
        return PlanError(said, code=code, hint=say(*hint) if hint else None, **facts)

    def table(self, table: Any) -> pl.DataFrame:
        """Return a polars frame of a table.

        Raises:
            PlanError: For an object that is no table, or one without a row.
        """
        if isinstance(table, pl.LazyFrame):
            table = by_polars(self._chart, table.collect)
        frame = table
        if isinstance(table, Table):
            frame = table._leaving.to_polars()
        elif not isinstance(table, pl.DataFrame):
            if not hasattr(table, "__arrow_c_stream__") and type(table).__module__.split(".")[0] != "pandas":
                kinds, got = "polars, pandas, pyarrow, ct.Table", type(table).__name__
                raise self.error(
                    f"cần một bảng ({kinds}), nhận được {got}",
                    f"a table is needed ({kinds}), this is a {got}",
                    code="wrong_type",
                    expected=kinds,
                    got=got,
                )
            frame = as_frame(self._chart, table).lazy().collect()
        if frame.is_empty():
            raise self.error(
                "bảng không có dòng nào", "the table has no rows", code="empty_table", expected=">= 1", got="0"
            )
        # pandas reads codes and years as numbers, and keeps a missing number as NaN.
        words = ("unit", "area", "area_level", "status", *CHOICES)
        texts = [pl.col(c).cast(pl.String) for c in words if c in frame.columns]
        return pl.DataFrame(frame).with_columns(*texts, selectors.float().fill_nan(None))

    def columns(self, frame: pl.DataFrame, *columns: str) -> None:
        """Refuse a frame that lacks a column.

        Raises:
            PlanError: With code ``missing_column``, naming the first missing column and the columns there.
        """
        for column in columns:
            if column not in frame.columns:
                there = ", ".join(frame.columns)
                raise self.error(
                    f'thiếu cột "{column}"; bảng có: {there}',
                    f'no column "{column}"; the table has: {there}',
                    code="missing_column",
                    column=column,
                    expected=", ".join(columns),
                    got=there,
                )

    def numbers(self, frame: pl.DataFrame, *columns: str) -> None:
        """Refuse columns without numbers.

        Raises:
            PlanError: With code ``wrong_type``.
        """
        for column in columns:
            dtype = frame.schema[column]
            if not dtype.is_numeric() and dtype != pl.Null:
                raise self.error(
                    f'cột "{column}" phải là số, ở đây là {dtype}',
                    f'column "{column}" must hold numbers, it is {dtype}',
                    code="wrong_type",
                    column=column,
                    expected=say("số", "numbers"),
                    got=str(dtype),
                )

    def counts(self, frame: pl.DataFrame, column: str) -> pl.DataFrame:
        """Return a frame with a column of counts that are null where they are hidden, and nowhere else.

        Raises:
            PlanError: ``wrong_type``, or ``empty_cells`` for another empty cell, which must not be drawn as 0.
        """
        self.numbers(frame, column)
        hidden = suppressed(frame)
        if empty := frame.filter(pl.col(column).is_null() & ~hidden).height:
            raise self.error(
                f'cột "{column}" có {empty} ô trống, không được vẽ như số 0',
                f'column "{column}" has {empty} empty cells, which must not be drawn as 0',
                code="empty_cells",
                column=column,
                expected="0",
                got=str(empty),
            )
        return frame.with_columns(pl.when(~hidden).then(pl.col(column)).alias(column))

    def word(self, column: str, got: Any, there: Iterable[str]) -> str:
        """Return a word if it is among those that are there.

        Raises:
            PlanError: With code ``unknown_choice``, naming words that are there, the nearest first.
        """
        known = list(dict.fromkeys(there))
        if got not in known:
            names = nearest(got, {word: () for word in known})
            raise self.error(
                f'{column}: không có "{got}"; có: {names}',
                f'{column}: there is no "{got}"; there are: {names}',
                code="unknown_choice",
                column=column,
                expected=names,
                got=str(got),
            )
        return str(got)

    def one(self, frames: Iterable[pl.DataFrame], column: str, code: str) -> str | None:
        """Return the one word that a column holds in all frames; none if no frame has it.

        Raises:
            PlanError: With the given code, if there are several words, or none.
        """
        having = [frame[column] for frame in frames if column in frame.columns]
        if not having:
            return None
        found = sorted({str(v) for values in having for v in values.unique().to_list()})
        if len(found) != 1:
            raise self.error(
                f'cột "{column}" phải có một giá trị, ở đây có: {", ".join(found)}',
                f'column "{column}" must hold one value, here are: {", ".join(found)}',
                code=code,
                column=column,
                expected="1",
                got=", ".join(found),
            )
        return found[0]

    def unit(self, *frames: pl.DataFrame) -> str:
        """Return the unit that is counted in all the frames.

        Raises:
            PlanError: ``missing_column`` without a column ``unit``, ``units_differ`` if they are mixed,
                ``unknown_choice`` for a word that is no unit.
        """
        for frame in frames:
            self.columns(frame, "unit")
        unit = self.one(frames, "unit", "units_differ") or ""
        return self.word("unit", unit, words()["lists"]["unit"])

    def area(self, frame: pl.DataFrame, area: str) -> pl.DataFrame:
        """Return the rows of one area.

        Raises:
            PlanError: With code ``unknown_choice``, if it is not there.
        """
        self.word("area", area, (str(code) for code in frame["area"]))
        return frame.filter(pl.col("area") == area)
