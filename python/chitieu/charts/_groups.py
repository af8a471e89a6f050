"""Many areas in one chart: in groups side by side, so that it is no longer than a page."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import combinations, pairwise
from typing import Any

from chitieu._areas import Place, Units

#: Rows of one column where the areas have no districts to be grouped by.
ROWS_OF_A_COLUMN = 54


@dataclass
class Group:
    """Areas drawn together.

    Attributes:
        name: What they have in common, empty for nothing.
        rows: Their rows, in order.
    """

    name: str
    rows: list[dict[str, Any]] = field(default_factory=list)


def grouped(rows: list[dict[str, Any]], whole: list[dict[str, Any]], level: str, units: Units) -> list[list[Group]]:
    """Return the groups of each column of a chart: communes by their district, if there are any, else in one order.

    Args:
        rows: The rows of the areas, in order, each with its ``key``.
        whole: The rows of what the areas are in, drawn before all.
        level: The level of the areas.
        units: Their names and parents.
    """
    by_district: dict[str, Group] = {}
    for row in rows:
        key: Place = row["key"]
        code = units.above(key, "district") if level == "commune" and key[0] == "commune" else None
        name = units.names.get(("district", code), "") if code else ""
        by_district.setdefault(code if code and name else "", Group(name)).rows.append(row)
    if len(by_district) > 1:
        # In the order of the official list; what lies in no district is last.
        order = sorted(by_district, key=lambda code: (not code, code))
        groups = [Group("", whole)] if whole else []
        return _in_columns([*groups, *(by_district[code] for code in order)])
    columns = -(-len(rows) // ROWS_OF_A_COLUMN)
    height = -(-(len(rows) + len(whole)) // columns)
    every = [*whole, *rows]
    return [[Group("", every[at : at + height])] for at in range(0, len(every), height)]


def _in_columns(groups: list[Group]) -> list[list[Group]]:
    """Return the groups in columns, in their order, the longest one as short as can be."""
    heights = [len(group.rows) + 2 for group in groups]
    columns = min(len(groups), 2 if sum(heights) <= 2 * ROWS_OF_A_COLUMN else 3)

    def longest(cuts: tuple[int, ...]) -> int:
        return max(sum(heights[one:other]) for one, other in pairwise((0, *cuts, len(groups))))

    best = min(combinations(range(1, len(groups)), columns - 1), key=longest)
    return [groups[one:other] for one, other in pairwise((0, *best, len(groups)))]
