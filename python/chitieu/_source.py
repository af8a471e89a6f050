"""Where rows come from: files as they were when they were named, and what polars throws while it reads."""

from __future__ import annotations

import glob
import os
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TypeVar

import polars as pl

from chitieu import _native
from chitieu._errors import ChitieuError, DataError, SchemaError
from chitieu._files import no_file
from chitieu._language import say
from chitieu._limits import limits

T = TypeVar("T")

#: What polars throws; its panic is no Exception.
THROWN: tuple[type[BaseException], ...] = (
    pl.exceptions.PolarsError,
    getattr(pl.exceptions, "PanicException", pl.exceptions.PolarsError),
)

_ANYTHING: tuple[type[BaseException], ...] = (Exception, *THROWN)


def by_polars(table: str, work: Callable[[], T]) -> T:
    """Return what polars makes of a table; what it throws may show values of records, so that nothing of it is kept.

    A query may call functions of its user, which throw anything.
    """
    try:
        return work()
    except (ChitieuError, ImportError, MemoryError, FileNotFoundError, PermissionError):
        raise
    except _ANYTHING as error:
        kind = type(error).__name__
    # Outside of the handler, so that the error of polars is not chained to ours.
    raise unreadable(table, kind)


def unreadable(table: str, kind: str) -> SchemaError:
    """Return the error of a table that polars cannot read."""
    return SchemaError(
        say(
            f'bảng "{table}": không đọc được, các phần không cùng kiểu hoặc tệp hỏng',
            f'table "{table}": cannot be read, its parts differ in type or a file is damaged',
        ),
        code="wrong_type",
        expected=say("các phần cùng kiểu", "parts of the same types"),
        got=kind,
    )


def check_rows(table: str, expected: int, found: int) -> None:
    """Refuse a table of which other rows came than were announced.

    Raises:
        DataError: If the numbers differ.
    """
    if found != expected:
        raise DataError(
            say(
                f'bảng "{table}": phải có {expected} dòng nhưng đọc được {found}: nguồn hỏng, hoặc đã thay đổi',
                f'table "{table}": expected {expected} rows, found {found}: its source is damaged, or has changed',
            ),
            code="rows_differ",
            expected=f"{expected} rows",
            got=f"{found} rows",
        )


class Files:
    """The Parquet files of a table, as they were when they were named."""

    def __init__(self, table: str, paths: list[str], whole: bool = False) -> None:
        self._table = table
        self._paths = paths
        # One that would be too much to hold is refused.
        self._opened = [_native.ParquetFile(path, limits._asked(), whole) for path in paths]

    @staticmethod
    def named(table: str, path: str) -> Files:
        """Return the files of a path, a folder or a glob.

        Raises:
            FileNotFoundError: If there is none.
            SchemaError: If one is not Parquet, or damaged.
            DataError: If one has row groups too large to be held.
        """
        if not path or "\0" in path:
            raise no_file(path)
        is_file = Path(path).is_file()
        pattern = os.path.join(glob.escape(path), "*.parquet") if Path(path).is_dir() else path
        paths = [path] if is_file else sorted(p for p in glob.glob(pattern, recursive=True) if Path(p).is_file())
        if not paths:
            raise no_file(pattern)
        damaged = None
        try:
            return Files(table, paths)
        except DataError as error:
            if error.code == "over_limit":
                raise
            damaged = error
        raise SchemaError(
            say(
                f'bảng "{table}": {path} không phải tệp Parquet nguyên vẹn: {damaged}',
                f'table "{table}": {path} is not Parquet, or damaged: {damaged}',
            )
            + (
                say("; hãy đọc trước: ", "; read it first: ") + f'{table}=ct.read("{path}", "{table}")'
                if is_file
                else ""
            ),
            code="wrong_type",
            expected="Parquet",
            got=path,
        )

    @property
    def rows(self) -> int:
        """The rows that the files announce."""
        return sum(file.rows() for file in self._opened)

    def scan(self) -> pl.LazyFrame:
        """Return all files as one table; what one lacks is not recorded there."""
        columns = [set(file.columns()) for file in self._opened]
        if all(names == columns[0] for names in columns):
            return pl.scan_parquet(self._paths, glob=False)
        parts = [pl.scan_parquet(path, glob=False) for path in self._paths]
        return pl.concat(parts, how="diagonal", rechunk=False)

    def check(self) -> None:
        """Refuse files that are not those that were named.

        Raises:
            DataError: If one has changed since.
        """
        for path, file in zip(self._paths, self._opened, strict=True):
            if not file.is_unchanged():
                raise changed(self._table, path)

    def check_pages(self, columns: Iterable[str] | None = None) -> None:
        """Refuse files whose pages do not hold what the files announce.

        Raises:
            DataError: If one is damaged.
        """
        names = None if columns is None else list(columns)
        for file in self._opened:
            file.check_pages(names)


def changed(table: str, path: str) -> DataError:
    """Return the error of a file that was replaced."""
    return DataError(
        say(
            f'bảng "{table}": tệp {path} đã thay đổi từ khi được nêu; hãy tạo lại Dataset',
            f'table "{table}": the file {path} has changed since it was named; make the Dataset again',
        ),
        code="unreadable_file",
        expected="the file that was named",
        got="one that has changed since",
    )
