"""The administrative units of a day: their list, their names, and what became of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import date

import polars as pl

from chitieu import _native
from chitieu._language import name_of

#: From coarse to fine.
LEVELS = ("country", "province", "district", "commune")

#: An area by its level and code: a code is unique within a level only.
Place = tuple[str, str]

_UNALLOCATED = "-unallocated"


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


def vintage_of(period: str) -> str:
    """Return the day whose list of areas the results of a period use.

    Raises:
        PlanError: If it is no period, or several lists hold in it.
    """
    catalogue = _native.Catalogue.builtin()
    return _native.Plan(catalogue, period, ["child_population"], [], "province", None, "error", None).area_vintage()


def area_names(on: str) -> dict[Place, str]:
    """Return the name of each unit on a day; of each finer level also that of what lies in no one unit of it."""
    units = areas(on=on).select("level", "code", "name")
    names = {(level, code): name for level, code, name in units.iter_rows()}
    levels = units["level"].unique(maintain_order=True).to_list()
    word = name_of("word", "unallocated")
    for level, code, name in units.filter(pl.col("level") != "commune").iter_rows():
        for finer in levels[levels.index(level) + 1 :]:
            names[finer, f"{code}{_UNALLOCATED}"] = f"{word} ({name})"
    return names


class Units:
    """Names and parents of the units of a day."""

    def __init__(self, on: str) -> None:
        self.names = area_names(on)
        self._any_level = {code: name for (_, code), name in self.names.items()}
        self._parents = {(lv, code): up for lv, code, up in areas(on=on).select("level", "code", "parent").iter_rows()}

    def parent(self, place: Place) -> str | None:
        """Return the code of the unit that an area lies in; counts that no one unit can take lie in the unit named."""
        code = place[1]
        return code.removesuffix(_UNALLOCATED) if code.endswith(_UNALLOCATED) else self._parents.get(place)

    def above(self, place: Place, level: str) -> str | None:
        """Return the code of the unit of a coarser level that an area lies in, the area's own at its own level."""
        here: Place | None = place
        while here is not None and here[0] != level:
            parent = self.parent(here)
            coarser = reversed(LEVELS[: LEVELS.index(here[0])])
            here = next(((up, parent) for up in coarser if parent and (up, parent) in self.names), None)
        return here[1] if here else None

    def labels(self, places: Iterable[Place]) -> dict[Place, str]:
        """Return a name for each place that no other of them has: one that recurs is followed by its parent's.

        The level may be empty where codes alone are known.
        """
        found = {
            place: self.names.get(place) or self._any_level.get(place[1]) or name_of("word", place[1])
            for place in places
        }
        given = Counter(found.values())
        for place, name in found.items():
            if given[name] > 1:
                found[place] = f"{name} ({self._any_level.get(self.parent(place) or '', place[1])})"
        return found


def reports(row: dict[str, int | None]) -> str:
    """Return how many communes of a row's area reported, of how many; ``?`` where it is not known."""
    if row["expected"] is None:
        return ""
    return f"{'?' if row['reported'] is None else row['reported']}/{row['expected']}"
