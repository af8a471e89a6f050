"""Anything that holds a table, as a polars frame."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import accumulate
from typing import Any

import polars as pl

from chitieu._errors import SchemaError
from chitieu._language import say, words
from chitieu._source import Files, by_polars, check_rows

Frame = pl.DataFrame | pl.LazyFrame


def as_frame(table: str, source: Any) -> Frame:
    """Return a polars frame for anything that holds a table.

    Frames keep their memory; a path is scanned, not read; everything else with ``__arrow_c_stream__`` (pandas,
    pyarrow, a DuckDB relation, a stream of batches) is taken over once.
    """
    return opened(table, source)[0]


def check_names(table: str, frame: Frame) -> None:
    """Refuse a frame with a name, of a column or a field, that cannot cross: polars ends the process over it.

    Raises:
        SchemaError: If one has a NUL in it.
    """
    fields: list[tuple[str, Any]] = list(by_polars(table, frame.collect_schema).items())
    while fields:
        name, dtype = fields.pop()
        if "\0" in name:
            shown = name.replace("\0", "\\x00")
            raise SchemaError(
                say(
                    f'bảng "{table}": tên cột "{shown}" có ký tự NUL',
                    f'table "{table}": the name of the column "{shown}" holds a NUL',
                ),
                code="wrong_type",
                column=shown,
                expected=say("tên không có NUL", "a name without NUL"),
                got=shown,
            )
        fields += [(field.name, field.dtype) for field in getattr(dtype, "fields", ())]
        inner = getattr(dtype, "inner", None)
        fields += [] if inner is None else [("", inner)]


def opened(table: str, source: Any) -> tuple[Frame, Files | None]:
    """Return a frame for anything that holds a table, and its files if it is named by a path."""
    frame, files = _as_polars(table, source)
    check_names(table, frame)
    return frame, files


def _as_polars(table: str, source: Any) -> tuple[Frame, Files | None]:
    if isinstance(source, pl.DataFrame):
        return source.clone(), None  # columns that are put into the other later do not appear here
    if isinstance(source, pl.LazyFrame):
        return source, None
    if isinstance(source, (str, os.PathLike)):
        files = Files.named(table, os.fspath(source))
        return by_polars(table, files.scan), files
    if hasattr(source, "__arrow_c_stream__") or type(source).__module__.split(".")[0] == "pandas":
        return _taken_over(table, source), None
    raise SchemaError(
        say(
            f'bảng "{table}": không đọc được kiểu {type(source).__name__}',
            f'table "{table}": cannot read a {type(source).__name__}',
        ),
        code="wrong_type",
        expected="polars, pandas, pyarrow, DuckDB, a Parquet path or glob",
        got=type(source).__name__,
    )


def _taken_over(table: str, source: Any) -> pl.DataFrame:
    """Return a polars frame of a foreign table; an error names the column and never shows a value."""
    if hasattr(source, "read_all"):
        try:
            source = source.read_all()  # a pyarrow reader gives its batches once
        except Exception:
            raise _mixed(table, None) from None
    frame = _imported(source)
    if frame is None:
        frame = _column_by_column(table, source)
    announced = getattr(source, "num_rows", len(source) if _is_pandas(source) else None)
    if isinstance(announced, int):
        check_rows(table, announced, frame.height)
    return _without_values_null(frame) if _is_pandas(source) else frame


def _is_pandas(source: Any) -> bool:
    return type(source).__module__.split(".")[0] == "pandas"


def _imported(source: Any) -> pl.DataFrame | None:
    """Return what polars makes of a table; none if it cannot, whatever it then does."""
    try:
        return pl.DataFrame(source)
    except ImportError:
        raise  # polars says which package it needs, such as pyarrow for pandas
    except (KeyboardInterrupt, SystemExit, GeneratorExit, MemoryError):
        raise
    except BaseException:  # a panic of polars is no Exception
        return None


def _column_by_column(table: str, source: Any) -> pl.DataFrame:
    """Return the columns that polars can import; of the others only those that nothing could read may be missing."""
    known = {c["id"] for t in words()["tables"] if t["id"] == table for c in t["columns"]}
    names = [str(n) for n in getattr(source, "column_names", getattr(source, "columns", []))]
    parts = []
    for nth, name in enumerate(names):
        part = None if names.count(name) > 1 else _imported(_only(source, nth, name))
        if part is not None:
            parts.append(part)
        elif name in known:
            raise _mixed(table, name, _first_of_another_type(_only(source, nth, name)))
    if not parts:
        raise _mixed(table, None)
    return pl.concat(parts, how="horizontal")


def _only(source: Any, nth: int, name: str) -> Any:
    """Return one column of a table of pyarrow, DuckDB or pandas."""
    if hasattr(source, "column_names"):
        return source.select([nth])
    if hasattr(source, "project"):
        quoted = name.replace('"', '""')
        return source.project(f'"{quoted}"')
    return source.iloc[:, [nth]]


def _first_of_another_type(source: Any) -> tuple[int, str, str] | None:
    """Return the first row (from 1) of a column of pandas that is not of the type before it, with both types."""
    if not _is_pandas(source):
        return None
    kinds = [(row, type(value).__name__) for row, value in enumerate(source.iloc[:, 0], 1) if value == value]
    first = next((kind for _, kind in kinds if kind != "NoneType"), None)
    return next(((row, kind, str(first)) for row, kind in kinds if kind not in (first, "NoneType")), None)


def _mixed(table: str, column: str | None, found: tuple[int, str, str] | None = None) -> SchemaError:
    named = f', {say("cột", "column")} "{column}"' if column else ""
    if found is not None:
        row, kind, before = found
        return SchemaError(
            say(
                f'bảng "{table}"{named}: dòng {row} có kiểu {kind}, các dòng trước có kiểu {before}',
                f'table "{table}"{named}: row {row} is of the type {kind}, the rows before it are of {before}',
            ),
            code="wrong_type",
            column=column,
            expected=before,
            got=f"{kind} ({say('dòng', 'row')} {row})",
            hint=say(
                f'ct.clean(frame, table="{table}") đọc các cách ghi, hoặc đưa cả cột về một kiểu',
                f'ct.clean(frame, table="{table}") reads what people write, or bring the column to one type',
            ),
        )
    return SchemaError(
        say(
            f'bảng "{table}"{named}: các giá trị không cùng một kiểu, hoặc kiểu không đọc được',
            f'table "{table}"{named}: values of mixed types, or of a type that cannot be read',
        ),
        code="wrong_type",
        column=column,
        expected="one type per column",
        got="mixed types",
    )


def _without_values_null(frame: pl.DataFrame) -> pl.DataFrame:
    """Return the frame with columns that hold no value as such: pandas gives them the type of text or of numbers."""
    guessed = [
        s.name
        for s in frame
        if (s.dtype == pl.String or s.dtype.is_float() or isinstance(s.dtype, (pl.Categorical, pl.Enum)))
        and (s.fill_nan(None) if s.dtype.is_float() else s).null_count() == len(s)
    ]
    return frame.with_columns(pl.lit(None, pl.Null).alias(name) for name in guessed)


#: Viet Nam is ahead of Greenwich by so many seconds; it has no summer time.
_AHEAD = 7 * 3_600
_SECOND = {"ns": 1_000_000_000, "us": 1_000_000, "ms": 1_000}


def in_viet_nam(table: str, frame: Frame) -> Frame:
    """Return the frame with moments that have a zone as a clock in Viet Nam shows them."""
    schema = by_polars(table, frame.collect_schema)
    zoned = {n: t for n, t in schema.items() if isinstance(t, pl.Datetime) and t.time_zone}
    if not zoned:
        return frame
    # By the numbers beneath: a zone that polars does not know is no hindrance.
    moved = [
        (pl.col(n).cast(pl.Int64) + _AHEAD * _SECOND[t.time_unit]).cast(pl.Datetime(t.time_unit))
        for n, t in zoned.items()
    ]
    return frame.with_columns(moved)


def along_chunks(frame: pl.DataFrame, rows: int) -> Iterator[pl.DataFrame]:
    """Yield a frame in parts of at most so many rows.

    A part ends where a chunk of any column does, so that nothing is copied, unless chunks are a small share of a part.
    """
    ends = {end for column in frame for end in accumulate(column.chunk_lengths())}
    start = 0
    for end in sorted(ends | {frame.height}):
        if end < frame.height and end - start < rows / 16:
            continue
        yield from frame[start:end].iter_slices(rows)
        start = end


def collected(table: str, lazy: pl.LazyFrame, rows: int) -> Iterator[pl.DataFrame]:
    """Yield the rows of a query, so many at once; in their order, so that an error names the right ones."""
    if not hasattr(lazy, "collect_batches"):
        yield by_polars(table, lazy.collect)
        return
    with _few_row_groups_ahead():
        batches = by_polars(table, lambda: lazy.collect_batches(chunk_size=rows, maintain_order=True))
        batch = by_polars(table, lambda: next(batches, None))
    while batch is not None:
        yield batch
        batch = by_polars(table, lambda: next(batches, None))


@contextmanager
def _few_row_groups_ahead() -> Iterator[None]:
    """Let a query that begins here read as many row groups ahead as there are threads: memory then stays small."""
    name = "POLARS_ROW_GROUP_PREFETCH_SIZE"
    if name in os.environ:
        yield
        return
    os.environ[name] = str(pl.thread_pool_size())
    try:
        yield
    finally:
        os.environ.pop(name, None)
