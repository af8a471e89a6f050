"""A made-up province with planted truth.

Real records of children can never be shipped. These have what makes real ones hard: unknown values, births on an
age limit, twins, children abused in several forms and several times, events outside the year.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import polars as pl

from chitieu import _native
from chitieu._dataset import Dataset

__all__ = ["province", "truth"]


@lru_cache(maxsize=1)
def _made(code: str, children: int, year: int, seed: int, silent: int) -> tuple[Dataset, pl.DataFrame]:
    tables, submissions, truth = _native.synthetic(code, children, year, seed, silent)
    frames: dict[str, Any] = {name: pl.DataFrame(frame) for name, frame in tables}
    dataset = Dataset(area_vintage=f"{year}-12-31", ethnic_list="1979", submissions=pl.DataFrame(submissions), **frames)
    return dataset, pl.DataFrame(truth)


def province(code: str = "33", *, children: int = 350_000, year: int = 2022, seed: int = 1, silent: int = 0) -> Dataset:
    """Make all tables of a province.

    The same arguments give the same bytes on any machine and for any number of threads. The proportions are plausible
    and nothing more: no number made here says anything about a real place.

    Args:
        code: The province's code on the list of areas of that year.
        children: Rows of the register of children.
        year: The calendar year the tables are about.
        seed: Another seed gives another province.
        silent: How many communes sent nothing: they have no row in any table.

    Returns:
        A dataset with every table, codes of the area list of the year's end, ethnic codes of the 1979 list, and the
        submissions of the communes that are not silent.

    Raises:
        PlanError: If there is no such province, no list of areas for that year, or no commune that is not silent.

    Example:
        >>> import chitieu as ct
        >>> dataset = ct.synthetic.province("33", children=2_000, year=2022, seed=1)
        >>> dataset["children"].height
        2000
    """
    return _made(code, children, year, seed, silent)[0]


def truth(
    code: str = "33", *, children: int = 350_000, year: int = 2022, seed: int = 1, silent: int = 0
) -> pl.DataFrame:
    """Return what is true of the same province: every indicator, known from how the records were made.

    Args:
        code: As for :func:`province`.
        children: As for :func:`province`.
        year: As for :func:`province`.
        seed: As for :func:`province`.
        silent: As for :func:`province`.

    Returns:
        Columns ``indicator``, ``measure``, ``area``, ``area_level`` (where given), ``sex``, ``numerator``,
        ``denominator``, ``undecided`` (all null where no commune of the area sent anything), ``reported`` and
        ``expected`` (communes of the area).

    Example:
        >>> import chitieu as ct
        >>> true = ct.synthetic.truth("33", children=2_000, year=2022, seed=1)
        >>> "abused_children" in true["indicator"].to_list()
        True
    """
    return _made(code, children, year, seed, silent)[1]
