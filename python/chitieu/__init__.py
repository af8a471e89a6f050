"""Viet Nam's official indicators on children and child abuse, from columnar records.

Example:
    >>> import chitieu as ct, polars as pl
    >>> children = pl.DataFrame({
    ...     "child_id": ["a", "b", "c", "d"],
    ...     "birth_year": [2020, 2019, 2021, 2000],
    ...     "commune": ["12364", "12364", "12364", "12364"],
    ...     "birth_registered": [True, False, True, True],
    ... })
    >>> result = ct.compute(ct.Dataset(children=children), period="2022",
    ...                     indicators=["birth_registration_under_5"], area_level="commune")
    >>> result.printed("birth_registration_under_5", area="12364")
    '66.67'
"""

import sys
import warnings
from typing import TYPE_CHECKING

from chitieu import _printed, _result, abuse, charts, disclosure, stats, synthetic
from chitieu._areas import area_moves, areas
from chitieu._catalogue import Catalogue, Indicator, catalogue
from chitieu._check import Check, check, rules
from chitieu._compare import ComparisonTable, compare
from chitieu._dataset import Dataset
from chitieu._errors import ChitieuError, DataError, PlanError, SchemaError
from chitieu._guard import guard
from chitieu._language import get_language, label, set_language
from chitieu._limits import limits
from chitieu._native import __version__
from chitieu._plan import Plan, Tally, compute, merge, plan
from chitieu._progress import tqdm_progress
from chitieu._read import clean, find_area, read, read_folder
from chitieu._reading import Folder, Reading
from chitieu._releases import ReleaseLog
from chitieu._result import Result, ResultWarning
from chitieu._table import Table
from chitieu._tables import codes, tables

__all__ = [
    "Catalogue",
    "Check",
    "ChitieuError",
    "ComparisonTable",
    "DataError",
    "Dataset",
    "Folder",
    "Indicator",
    "Plan",
    "PlanError",
    "Reading",
    "ReleaseLog",
    "Result",
    "ResultWarning",
    "SchemaError",
    "Table",
    "Tally",
    "__version__",
    "abuse",
    "area_moves",
    "areas",
    "catalogue",
    "charts",
    "check",
    "clean",
    "codes",
    "compare",
    "compute",
    "disclosure",
    "find_area",
    "get_language",
    "label",
    "limits",
    "merge",
    "plan",
    "read",
    "read_folder",
    "rules",
    "set_language",
    "stats",
    "synthetic",
    "tables",
    "tqdm_progress",
]

guard(sys.modules[__name__], abuse, charts, disclosure, stats, synthetic, _printed, _result)

# A type checker shall still see a misspelt name.
if not TYPE_CHECKING:

    def __getattr__(name: str) -> object:
        """Return what has another name now."""
        if name == "Warning":
            warnings.warn("chitieu.Warning is now chitieu.ResultWarning", DeprecationWarning, stacklevel=2)
            return ResultWarning
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
