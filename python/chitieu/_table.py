"""The form in which every table leaves: for polars, pandas, Arrow and a notebook."""

from __future__ import annotations

import copy
import os
from collections.abc import Iterable, Mapping, Sequence
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl

from chitieu._areas import area_names
from chitieu._catalogue import html_table
from chitieu._errors import PlanError
from chitieu._files import write_whole
from chitieu._language import category, codes, name_of, printed, say
from chitieu._nearest import one_of, unknown_word

if TYPE_CHECKING:
    import pandas
    import pyarrow
    from typing_extensions import Self

#: Rows shown in a notebook.
ROWS_SHOWN = 40

#: Code lists with the names of columns.
COLUMNS = ("column", "dimension", "abuse_column")

#: Code lists of columns that are not named after theirs.
LISTS = {"form": ("form", "sanction_form"), "other_form": ("form",), "perpetrator_sex": ("sex",)}

#: The columns of a table of abuse that say which reports count; they hold one word in a whole table.
CHOICES = ("period", "date", "place", "verification", "age_limit")

#: What ``filter`` takes for several words.
SEVERAL = (list, tuple, set, frozenset, pl.Series)


class Table:
    """Rows by area, period and category, with what a reader must know besides.

    Results, tables of abuse and scorecards are of this class. An area without rows has a row all the same, and
    ``status`` says why a value is missing.

    Example:
        >>> import chitieu as ct
        >>> dataset = ct.synthetic.province("33", children=2_000, year=2022)
        >>> table = ct.abuse.register(dataset).select(period="2022").counts("child", by=["sex"])
        >>> table.filter(area="33", sex=["male", "female"]).to_polars()["sex"].to_list()
        ['male', 'female']
        >>> try:
        ...     table.filter(sex="femal")
        ... except ct.PlanError as error:
        ...     error.expected
        'female, male, total, unknown'
    """

    def __init__(self, frame: pl.DataFrame, area_vintage: str) -> None:
        self._frame = frame
        self._area_vintage = area_vintage

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

    def write_parquet(self, path: str | os.PathLike[str]) -> Path:
        """Write the table as Parquet, whole or not at all, and return the path."""

        def write(name: str) -> None:
            with open(name, "wb") as file:  # polars takes no path that is not Unicode
                self._frame.write_parquet(file, metadata=self._marks or None)

        return write_whole(path, write)

    @property
    def _marks(self) -> dict[str, str]:
        """What a file says of small counts, by its names: that they are hidden, or why they are not."""
        return {}

    @property
    def _leaving(self) -> Table:
        """The table as it leaves for a chart or a file: one about abuse without its small counts."""
        return self

    def _leaving_beside(self, others: Sequence[Any]) -> list[Any]:
        """Return this table and others of one picture as they leave together."""
        return [self, *others]

    @property
    def _hiding(self) -> list[str]:
        """What stands on all that leaves: by which rule small counts are hidden, or why they are not."""
        return []

    @property
    def area_vintage(self) -> str:
        """The day whose list of areas the codes belong to."""
        return self._area_vintage

    @property
    def notes(self) -> list[str]:
        """What a reader must know besides the rows, in the language in use."""
        return []

    def filter(self, **where: str | Sequence[str]) -> Self:
        """Return the rows that have certain words in their columns.

        Args:
            **where: For a column of words, such as ``area``, ``status`` or a dimension: the word (of an area its
                code) or its name if only one has it (``"Nữ"``, ``"Xã Đông Tảo"``), a list of them, or ``"*"`` for all.

        Raises:
            PlanError: For a column or a word that the table does not have, naming those it has, the nearest first; for
                words that no row has together.
        """
        return self._keep(self._rows("filter", where, where))

    def _keep(self, rows: pl.Series) -> Self:
        """Return the table with the rows that are marked."""
        found = copy.copy(self)
        found._frame = self._frame.filter(rows)
        return found

    def _rows(self, method: str, where: Mapping[str, object], named: Mapping[str, object]) -> pl.Series:
        """Return which rows have certain words.

        Args:
            method: The method an error about a column names.
            where: Words by column.
            named: Those that the user gave; the others are defaults.
        """
        columns = [column for column, dtype in self._frame.schema.items() if dtype == pl.String]
        rows = pl.repeat(True, self._frame.height, eager=True)
        for column, value in where.items():
            if column not in columns:
                raise unknown_word(method, column, {c: self._column_names(c) for c in columns})
            if isinstance(value, str) and value == "*":
                continue
            words = self._words(column, value)
            rows &= self._frame[column].is_in(words).fill_null(False)
        # Words of one table do meet, except an area and another level; a status may have no row.
        if not rows.any() and named and "status" not in named and not self._frame.is_empty():
            shown = ", ".join(f"{column}={value!r}" for column, value in named.items())
            raise PlanError(
                say(f"không có dòng nào cùng lúc có {shown}", f"no row has {shown} together"),
                code="unknown_choice",
                expected=say("các giá trị cùng có trong một dòng", "values of one row"),
                got=shown,
            )
        return rows

    def _words(self, column: str, value: object) -> list[str]:
        """Return one or several words of a column as a list.

        Raises:
            PlanError: For a word that the column does not have, or for none.
        """
        known = self._known(column)
        given = value if isinstance(value, SEVERAL) and len(value) else [value]
        return [one_of(column, word, known) for word in given]

    def _within(self, area: str | None, area_level: str | None) -> tuple[str | None, str | None]:
        """Return the code of an area and the level of those inside it, each given by its word or its name.

        Raises:
            PlanError: For one that the table does not have.
        """
        given = {"area": area, "area_level": area_level}
        area, area_level = (None if v is None else one_of(c, v, self._known(c)) for c, v in given.items())
        return area, area_level

    def _known(self, column: str) -> dict[str, list[str]]:
        """Return the words of a column, each with its names."""
        words = self._frame[column].drop_nulls().unique(maintain_order=True).to_list()
        if column == "status":
            words = list(codes("status"))
        if column == "area":
            of: dict[str, list[str]] = {word: [] for word in words}
            for (_, code), name in area_names(self._area_vintage).items():
                if code in of:
                    of[code].append(name)
            return of
        lists = LISTS.get(column, (column,))
        return {word: [n for of in lists for n in (category(of, word), *_names(of, word))] for word in words}

    def _column_names(self, column: str) -> Iterable[str]:
        """Return what people call a column, in both languages."""
        return [name for of in COLUMNS for name in codes(of).get(column, ())]

    def __len__(self) -> int:
        return self._frame.height

    def __repr__(self) -> str:
        return "\n".join([self._heading(), *(f"! {note}" for note in self.notes), str(self._frame)])

    def _heading(self) -> str:
        return f"{type(self).__name__}: {printed(len(self))} {say('dòng', 'rows')}"

    def _repr_html_(self) -> str:
        shown, more = self._overview()
        head, rows, right = self._cells(shown)
        if self._frame.is_empty():
            more = say("Không có dòng nào.", "There are no rows.")
        note = f"<p>{escape(more)}</p>" if more else ""
        notes = "".join(f"<li>{escape(text)}</li>" for text in self.notes)
        table = f"<p>{escape(self._heading())}</p>{html_table(head, rows, right)}{note}"
        return table + (f"<ul>{notes}</ul>" if notes else "")

    def _overview(self) -> tuple[pl.DataFrame, str]:
        """Return the rows that a notebook shows, and what it says of the others."""
        there = set(self._frame["area_level"]) if "area_level" in self._frame.columns else set()
        # The records of one province are headed by it, not by a country that is only its sum.
        alone = {"country", "province"} <= there and "unknown" not in there
        alone = alone and self._frame.filter(area_level="province")["area"].n_unique() == 1
        rows = self._frame.filter(pl.col("area_level") != "country") if alone else self._frame
        more = rows.height - ROWS_SHOWN
        return rows.head(ROWS_SHOWN), f"… {printed(more)} {say('dòng nữa', 'more rows')}" if more > 0 else ""

    def _cells(self, shown: pl.DataFrame) -> tuple[tuple[str, ...], list[tuple[str, ...]], tuple[int, ...]]:
        """Return the head and the rows of what a notebook shows, and which columns are set to the right."""
        columns = [column for column in shown.columns if column not in self._hidden]
        names = area_names(self._area_vintage) if "area" in columns else {}
        rows = []
        for row in shown.iter_rows(named=True):
            if "area" in row:
                row["area"] = names.get((row["area_level"], row["area"])) or name_of("word", row["area"])
            rows.append(tuple(self._cell(column, row[column]) for column in columns))
        right = tuple(n for n, column in enumerate(columns) if shown.schema[column].is_numeric())
        return tuple(self._head(column) for column in columns), rows, right

    @property
    def _hidden(self) -> set[str]:
        """The columns that a notebook leaves out."""
        return set()

    def _head(self, column: str) -> str:
        return next((name for of in COLUMNS if (name := name_of(of, column)) != column), column)

    def _cell(self, column: str, value: object) -> str:
        if value is None:
            return "–"
        if isinstance(value, (int, float)):
            return printed(value, 2 if isinstance(value, float) else 0)
        names = (category(of, str(value)) for of in LISTS.get(column, (column,)))
        return next((name for name in names if name != value), str(value))


def _names(of: str, word: str) -> tuple[str, ...]:
    """Return the names of a word of a list in both languages."""
    return codes(of).get(word) or codes("word").get(word) or ()
