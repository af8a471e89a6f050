"""The records of a province, table by table."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any, Protocol

import polars as pl

from chitieu import _native
from chitieu._catalogue import html_table
from chitieu._errors import PlanError, SchemaError
from chitieu._frame import Frame, along_chunks, as_frame, collected, in_viet_nam, opened
from chitieu._language import name_of, pick, printed, say, word_list, words
from chitieu._source import Files, by_polars, check_rows

if TYPE_CHECKING:

    class Check(Protocol):
        """What a dataset needs of a check; :class:`chitieu.Check` is one."""

        @property
        def _native(self) -> _native.Check: ...


#: Rows counted at once: as many as polars puts into a chunk.
BATCH_ROWS = 1 << 20


def _agreed(name: str, given: str | None, tables: dict[str, Any]) -> str | None:
    """Return what the dataset and the readings among its tables say, if they agree."""
    for table, source in tables.items():
        # A reading carries what its codes mean; a frame does not.
        said = getattr(source, name, None) if hasattr(source, "findings") else None
        if said is None or said == given:
            continue
        if given is not None:
            raise PlanError(
                say(
                    f'{name}: bảng "{table}" được đọc theo {said}, không phải {given}',
                    f'{name}: the table "{table}" was read with {said}, not {given}',
                ),
                code=name,
                column="ethnicity" if name == "ethnic_list" else None,
                expected=said,
                got=given,
            )
        given = said
    return given


class Dataset:
    """Tables of records, with what their codes mean.

    Args:
        area_vintage: The day (``"2022-12-31"``) whose list of areas the commune codes belong to. Without it the
            last day of the period asked.
        ethnic_list: ``"1979"`` (Decision 121-TCTK/PPCĐ) or ``"2008"`` (Decision 1019/QĐ-TCTK): the two official
            lists give codes 04, 05 and 06 to different groups. Needed only when ethnicity is asked for.
        submissions: Who reported: a table with the columns ``table``, ``commune``, ``period`` (``"2022"``,
            ``"2022Q1"``, ``"2022-03"`` …) and, if kept, ``received_on`` (empty: not received). A commune has reported a
            table for the period asked if its rows cover it: its zero is then a zero. Of a commune that is not named
            its rows speak.
        complete: Tables (``["victims"]``) that every commune of the provinces with records has reported: a commune
            without rows has none.
        **tables: ``children=``, ``victims=``, ``births=`` … each a polars DataFrame or LazyFrame, a pandas
            DataFrame, a pyarrow Table or RecordBatchReader, a DuckDB relation, a Parquet path or glob, or what
            :func:`read` gives; its day of areas and list of ethnic codes hold unless others are named here. A moment
            with a time zone lies on its day in Viet Nam. As many rows must come as a table announces.

    Raises:
        PlanError: For a table name that does not exist, an unknown list, or a day or list other than a reading's.
        SchemaError: For an object that is no table.
        FileNotFoundError: For a path without a file.

    Example:
        >>> import chitieu as ct, polars as pl
        >>> from datetime import date
        >>> births = pl.DataFrame({"date": [date(2022, 5, 1)], "sex": ["male"], "commune": ["12364"]})
        >>> dataset = ct.Dataset(births=births)
        >>> dataset["births"].height
        1
    """

    def __init__(
        self,
        *,
        area_vintage: str | date | None = None,
        ethnic_list: str | None = None,
        submissions: Any = None,
        complete: Sequence[str] = (),
        **tables: Any,
    ) -> None:
        known = [t["id"] for t in words()["tables"]]
        for name in tables:
            if name not in known:
                raise PlanError(
                    say(f'không có bảng "{name}"; các bảng: ', f'there is no table "{name}"; the tables are: ')
                    + ", ".join(known),
                    code="unknown_choice",
                    expected=", ".join(known),
                    got=name,
                )
        if ethnic_list not in (None, "1979", "2008"):
            raise PlanError(
                f'ethnic_list: "{ethnic_list}" ≠ 1979, 2008',
                code="unknown_choice",
                column="ethnicity",
                expected="1979, 2008",
                got=str(ethnic_list),
            )
        self._tables: dict[str, Frame] = {}
        self._files: dict[str, Files] = {}
        #: The rows that tables announce; what is read is held to them.
        self._announced: dict[str, int] = {}
        for name, source in tables.items():
            if source is None:
                continue
            frame, files = opened(name, source)
            self._tables[name] = in_viet_nam(name, frame)
            if files is not None:
                self._files[name], self._announced[name] = files, files.rows
        self._area_vintage = _agreed("area_vintage", None if area_vintage is None else str(area_vintage), tables)
        self._ethnic_list = _agreed("ethnic_list", ethnic_list, tables)
        self._set_aside: dict[str, int] = {}
        self._submissions = None if submissions is None else _submitted(submissions)
        self._complete = word_list("complete", complete)

    @property
    def area_vintage(self) -> str | None:
        """The day whose list of areas the codes belong to, if given."""
        return self._area_vintage

    @property
    def ethnic_list(self) -> str | None:
        """The official list that ethnic codes belong to, if given."""
        return self._ethnic_list

    @property
    def submissions(self) -> pl.DataFrame | None:
        """Who reported, if given."""
        return self._submissions

    @property
    def complete(self) -> list[str]:
        """The tables that every commune has reported."""
        return list(self._complete)

    @property
    def tables(self) -> list[str]:
        """The names of the tables."""
        return list(self._tables)

    def __contains__(self, table: object) -> bool:
        return isinstance(table, str) and table in self._tables

    def _frame(self, table: str) -> Frame:
        try:
            return self._tables[table]
        except KeyError:
            raise SchemaError(
                say(f'dữ liệu không có bảng "{table}"', f'the dataset has no table "{table}"'),
                code="missing_table",
                expected=table,
                got=", ".join(self._tables),
            ) from None

    def __getitem__(self, table: str) -> pl.DataFrame:
        """Return a table as a polars DataFrame.

        Raises:
            DataError: If other rows come than the table announces: a file is damaged, or has changed.
        """
        frame = self._frame(table)
        if isinstance(frame, pl.DataFrame):
            return frame
        announced, files = self.rows(table), self._files.get(table)
        if files is not None:
            files.check()
            files.check_pages()
        found = by_polars(table, frame.collect)
        if files is not None:
            files.check()
        check_rows(table, announced, found.height)
        return found

    def schema(self, table: str) -> pl.Schema:
        """Return the names and types of a table's columns, without reading rows."""
        return by_polars(table, self._frame(table).collect_schema)

    def _types(self, table: str, columns: Sequence[str]) -> pl.DataFrame:
        """Return columns of a table without rows.

        Raises:
            SchemaError: For a type that a user of polars made: it cannot cross.
        """
        asked = {c: t for c, t in self.schema(table).items() if c in columns}
        for column, dtype in asked.items():
            if isinstance(dtype, getattr(pl, "BaseExtension", ())):
                raise _extension(table, column, dtype)
        return pl.DataFrame(schema=asked)

    def _with_reports(self, submissions: Any, complete: Sequence[str]) -> Dataset:
        """Return this dataset with who reported as given, where it is given."""
        found = copy.copy(self)
        if submissions is not None:
            found._submissions = _submitted(submissions)
        found._complete = word_list("complete", complete) or self._complete
        return found

    def batches(self, table: str, *, columns: Sequence[str]) -> Iterator[pl.DataFrame]:
        """Yield a table in batches of rows with only the columns that are asked and there.

        Raises:
            DataError: If other rows come than the table announces: a file is damaged, or has changed.
        """
        schema, asked = self.schema(table), word_list("columns", columns)
        return self._batches(table, schema, [c for c in asked if c in schema])

    def _batches(self, table: str, schema: pl.Schema, there: list[str]) -> Iterator[pl.DataFrame]:
        frame = self._frame(table)
        if not there:
            yield pl.DataFrame()
            return
        if isinstance(frame, pl.DataFrame):
            yield from along_chunks(frame.select(there), BATCH_ROWS) if frame.height else [frame.select(there)]
            return
        lazy = frame.select(there)
        announced, files = self.rows(table), self._files.get(table)
        if files is not None:
            files.check()
            files.check_pages(there)
        found = 0
        for batch in collected(table, lazy, BATCH_ROWS):
            found += batch.height
            yield batch
        if files is not None:
            files.check()
        # A reader that panics ends as if there were no more rows.
        check_rows(table, announced, found)
        if not found:
            yield pl.DataFrame(schema={c: schema[c] for c in there})

    def rows(self, table: str) -> int:
        """Return the number of rows of a table."""
        frame = self._frame(table)
        if isinstance(frame, pl.DataFrame):
            return frame.height
        if table not in self._announced:
            count = frame.select(pl.len())
            self._announced[table] = int(by_polars(table, count.collect).item())
        return self._announced[table]

    @property
    def set_aside(self) -> dict[str, int]:
        """How many rows of each table :meth:`without` took out."""
        return dict(self._set_aside)

    def without(self, check: Check, *, severity: str = "error", rules: Sequence[str] | None = None) -> Dataset:
        """Return this dataset without the rows that fail a check; what is computed from it says how many.

        Of rows with the same key the first stays that fails no other rule. Perpetrators go with the last victim of
        their case, since they are counted by its date and place (one whose case never had a victim fails the rule
        ``perpetrator_without_case``). All are counted in :attr:`set_aside`.

        Args:
            check: A check of this dataset; see :func:`check`.
            severity: ``"error"``, ``"warning"`` or ``"info"``: rules of at least that severity.
            rules: Rules by their codes instead, such as ``["child_repeated"]``; see :func:`rules`.

        Raises:
            PlanError: For a rule that there is not, a check of another dataset, or of one that has changed since (its
                values are compared), or an unknown severity.

        Example:
            >>> import chitieu as ct, polars as pl
            >>> children = pl.DataFrame({"child_id": ["a", "a"], "birth_year": [2015, 2015], "commune": "12364"})
            >>> dataset = ct.Dataset(children=children)
            >>> dataset.without(ct.check(dataset, period="2022")).set_aside
            {'children': 1}
        """
        check._native.check_is_of(self)
        found = copy.copy(self)
        found._tables, found._set_aside = dict(self._tables), dict(self._set_aside)
        found._announced = dict(self._announced)
        codes = None if rules is None else word_list("rules", rules)
        aside = {t: pl.DataFrame(check._native.rows_to_set_aside(t, severity, codes))["row"] for t in self._tables}
        if all(self._has_cases(t) for t in ("victims", "perpetrators")):
            aside["perpetrators"] = self._with_cases_lost(aside["victims"], aside["perpetrators"])
        for table, out in aside.items():
            if len(out):
                found._tables[table] = _without_rows(self._tables[table], out)
                found._announced[table] = self.rows(table) - len(out)
                found._set_aside[table] = found._set_aside.get(table, 0) + len(out)
        return found

    def _has_cases(self, table: str) -> bool:
        return isinstance(table, str) and table in self._tables and "case_id" in self.schema(table)

    def _cases(self, table: str) -> pl.Series:
        """Return the cases of a table, in the form in which identifiers are compared."""
        found = pl.concat(list(self.batches(table, columns=["case_id"])))
        return pl.DataFrame(_native.identifiers(found))["case_id"]

    def _with_cases_lost(self, victims: pl.Series, perpetrators: pl.Series) -> pl.Series:
        """Return the rows of perpetrators that go, with those whose case loses its last victim."""
        cases = self._cases("victims").to_frame()
        lost = cases[victims].join(_without_rows(cases, victims), on="case_id", how="anti")["case_id"].drop_nulls()
        alone = self._cases("perpetrators").is_in(lost.implode()).fill_null(False).arg_true()
        return pl.concat([perpetrators, alone.cast(perpetrators.dtype)]).unique().sort()

    def _summary(self) -> list[tuple[str, ...]]:
        names = {t["id"]: pick(t["name"]) for t in words()["tables"]}
        return [(t, names[t], self._known_rows(t), ", ".join(self.schema(t).names())) for t in self._tables]

    def _known_rows(self, table: str) -> str:
        """Return the rows of a table as they are shown: ``?`` where a query would have to be run."""
        frame = self._tables[table]
        rows = frame.height if isinstance(frame, pl.DataFrame) else self._announced.get(table)
        return "?" if rows is None else printed(rows)

    def __repr__(self) -> str:
        head = f"Dataset(area_vintage={self._area_vintage}, ethnic_list={self._ethnic_list})"
        return "\n".join([head, *(f"  {row[0]:<13} {row[2]:>12}  {row[3]}" for row in self._summary())])

    def _repr_html_(self) -> str:
        head = (say("Bảng", "Table"), say("Tên", "Name"), say("Số dòng", "Rows"), say("Cột", "Columns"))
        note = say("Ngày của danh mục đơn vị hành chính", "Area list as of") + f": {self._area_vintage or '–'}"
        return html_table(head, self._summary(), right=(2,)) + f"<p>{note}</p>"


def _extension(table: str, column: str, dtype: pl.DataType) -> SchemaError:
    return SchemaError(
        say(
            f'bảng "{table}", cột "{column}": kiểu mở rộng {dtype} không đọc được',
            f'table "{table}", column "{column}": the extension type {dtype} cannot be read',
        ),
        code="wrong_type",
        column=column,
        expected=say("kiểu của cột", "the type of the column"),
        got=str(dtype),
    )


def _submitted(source: Any) -> pl.DataFrame:
    """Return a table of submissions."""
    return by_polars("submissions", as_frame("submissions", source).lazy().collect).rechunk()


def _without_rows(frame: Frame, rows: pl.Series) -> Any:
    """Return a table without some rows, counted from 0."""
    number = "#row"
    while number in frame.collect_schema():
        number += "#"
    return frame.with_row_index(number).filter(~pl.col(number).is_in(rows.implode())).drop(number)


def area_name(code: str, names: dict[str, str]) -> str:
    """Return the name of an area for people."""
    return names.get(code) or name_of("word", code)
