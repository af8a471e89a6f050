"""What stands where in a printed table: which row of a frame is in each cell, and what the parts add up to."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import polars as pl

from chitieu._areas import Units
from chitieu._language import name_of, say
from chitieu._nearest import MOST
from chitieu._period import period_in_words
from chitieu._printed import PrintedCell
from chitieu.charts._checks import Checks
from chitieu.charts._places import inside, levels_inside, looked_into

CHECK = Checks("table")


class Layout:
    """What the rows and the columns of a printed table are, and which row of a frame is in each cell.

    Args:
        frame: Rows of a result or of a table of abuse, with every category of what is printed and nothing besides.
        axes: Rows and columns: ``area``, or columns of the frame; without columns there is one.
        area: The area looked into; see :func:`looked_into`.
        area_level: The level of areas, the finest if None.
        area_vintage: The day of their names.
        counted: The column of counts: what is not recorded is printed where there is some.
        name: Names a category of a column.

    Raises:
        PlanError: For an area or a level that is not there.
    """

    def __init__(
        self,
        frame: pl.DataFrame,
        axes: Sequence[str],
        *,
        area: str | None,
        area_level: str | None,
        area_vintage: str,
        counted: str,
        name: Callable[[str, str], str],
    ) -> None:
        units = Units(area_vintage)
        self.axes, self._name = list(axes), name
        self.place = looked_into(CHECK, frame, area, area_level)
        self.at_place = frame.filter(pl.col("area_level") == self.place[0], pl.col("area") == self.place[1])
        if "area" in axes:
            level = levels_inside(CHECK, frame, self.place[0], area_level)[-1]
            parts = inside(frame, units, self.place, level)
            frame = self.at_place if level == self.place[0] else pl.concat([self.at_place, parts])
        else:
            frame = self.at_place
        where = units.names.get(self.place, name_of("area_level", self.place[0]))
        if self.at_place.is_empty():
            raise CHECK.error(
                f"không có dòng của {where} ({self.place[1]})",
                f"there is no row of {where} ({self.place[1]})",
                code="not_whole",
                column="area",
                expected=self.place[1],
                got=", ".join(frame["area"].unique(maintain_order=True).head(MOST)),
                hint=(
                    "lập bảng từ bảng chưa lọc, hoặc nêu area",
                    "take the table before it was filtered, or name area",
                ),
            )
        self.where, self._period = where, str(frame["period"][0])
        self._items = [self._categories(frame, of, units, counted) for of in axes]
        keys = [tuple(self._key(row, of) for of in axes) for row in frame.iter_rows(named=True)]
        rows = [
            (key, row)
            for key, row in zip(keys, frame.iter_rows(named=True), strict=True)
            if all(part in items for part, items in zip(key, self._items, strict=True))
        ]
        self._rows = dict(rows)
        cells = math.prod(len(items) for items in self._items)
        if not len(rows) == len(self._rows) == cells:
            raise CHECK.error(
                f"mỗi ô cần đúng một dòng: {cells} ô, {len(rows)} dòng",
                f"each cell needs one row: {cells} cells, {len(rows)} rows",
                code="not_whole",
                expected=str(cells),
                got=str(len(rows)),
                hint=(
                    "lập bảng từ bảng chưa lọc, với mọi phân tổ khác ở tổng số",
                    "take the table before it was filtered, with every other breakdown at its total",
                ),
            )
        self._counted = counted
        self.names = list(self._items[0].values())
        self.head = list(self._items[1].values()) if len(axes) > 1 else []
        self.whole = [key == (self.place if axes[0] == "area" else "total") for key in self._items[0]]

    @property
    def subtitle(self) -> str:
        """Territory and period in words."""
        return f"{self.where}, {period_in_words(self._period)}"

    def _key(self, row: Mapping[str, Any], of: str) -> Any:
        return (row["area_level"], row["area"]) if of == "area" else row[of]

    def _categories(self, frame: pl.DataFrame, of: str, units: Units, counted: str) -> dict[Any, str]:
        """Return the rows or the columns there are, in their order, each with its name."""
        if of == "area":
            places = list(frame.select("area_level", "area").unique(maintain_order=True).iter_rows())
            labels = units.labels(places)
            return {place: labels[place] for place in places}
        codes = frame[of].unique(maintain_order=True).to_list()
        some = (pl.col(counted) > 0) | (pl.col("status") == "suppressed")
        there = frame.filter(pl.col(of) == "unknown", some).height > 0
        return {code: self._name(of, code) for code in codes if code != "unknown" or there}

    def sums(self, unit: str) -> list[str]:
        """Return which breakdowns do not add up to their total, as notes."""
        found = []
        for nth, of in enumerate(self.axes):
            parts: dict[Any, int] = {}
            totals: dict[Any, int] = {}
            if any(row["status"] == "suppressed" for row in self._rows.values()):
                continue  # what is hidden cannot be added up
            for key, row in self._rows.items():
                if of not in ("area", "measure") and (n := row[self._counted]) is not None:
                    other = key[:nth] + key[nth + 1 :]
                    into = totals if key[nth] == "total" else parts
                    into[other] = into.get(other, 0) + n
            if any(parts.get(other, 0) != total for other, total in totals.items()):
                found.append(_sums_note(of, unit))
        return found

    @property
    def rows(self) -> list[list[Mapping[str, Any]]]:
        """The row of the frame in each cell."""
        columns = [(key,) for key in self._items[1]] if len(self.axes) > 1 else [()]
        return [[self._rows[(key, *column)] for column in columns] for key in self._items[0]]

    def cells(self, cell: Callable[[Mapping[str, Any]], PrintedCell]) -> list[list[PrintedCell]]:
        """Return the cells, each made from its row."""
        return [[cell(row) for row in line] for line in self.rows]

    @property
    def axis(self) -> str:
        """The name of what the rows are."""
        return axis_name(self.axes[0])

    def whole_of_column(self, row: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return the row of the frame that is the whole of the column in which a row stands."""
        first: Any = self.place if self.axes[0] == "area" else "total"
        return self._rows[(first, *(self._key(row, of) for of in self.axes[1:]))]

    def by(self, title: str) -> str:
        """Return a title followed by what the table is split by."""
        names = [axis_name(of).lower() for of in self.axes if of != "measure"]
        return f"{title}, {say('chia theo', 'by')} {say(' và ', ' and ').join(names)}"


def axis_name(of: str) -> str:
    """Return the name of what rows or columns are."""
    return next((name for names in ("dimension", "column", "abuse_column") if (name := name_of(names, of)) != of), of)


def _sums_note(of: str, unit: str) -> str:
    one, by = name_of("unit", unit), axis_name(of).lower()
    return say(
        f"Các phần theo {by} không cộng thành tổng số: một {one} có thể ở nhiều phần hoặc không ở phần nào.",
        f"The parts by {by} do not add up to the total: one {one} may be in several of them or in none.",
    )
