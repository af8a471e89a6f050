"""Rounding in place of hiding."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from chitieu import _native
from chitieu._catalogue import html_table
from chitieu._language import pick, printed, say
from chitieu._protection import THRESHOLD
from chitieu.disclosure._frames import ROWS_SHOWN, read_table


@dataclass(frozen=True)
class Rounded:
    """A table with rounded counts; :func:`round_small` and :func:`round_random` make it. It holds no true number.

    Attributes:
        note: How it was rounded, for its readers, in both languages.
        changed: How many cells have another number than the true one; for the office that made it.
        largest: The largest difference to a true number.
    """

    _frame: pl.DataFrame
    note: dict[str, str]
    changed: int
    largest: int

    def to_polars(self) -> pl.DataFrame:
        """Return the table as a polars DataFrame: the dimensions (``total`` is all of one) and the rounded count."""
        return self._frame

    def __len__(self) -> int:
        return self._frame.height

    def __repr__(self) -> str:
        return f"{pick(self.note)}\n{self._frame}"

    def _repr_html_(self) -> str:
        shown = self._frame.head(ROWS_SHOWN)
        rows = [tuple(printed(v) if isinstance(v, int) else str(v) for v in row) for row in shown.iter_rows()]
        more = len(self) - ROWS_SHOWN
        note = f"<p>… {printed(more)} {say('dòng nữa', 'more rows')}</p>" if more > 0 else ""
        return f"<p>{pick(self.note)}</p>{html_table(tuple(shown.columns), rows, (len(shown.columns) - 1,))}{note}"


def round_small(
    frame: Any,
    *,
    dims: Sequence[str],
    count: str = "n",
    base: int = THRESHOLD,
    hierarchies: Mapping[str, Mapping[str, str]] | None = None,
    distinct: Sequence[str] = (),
) -> Rounded:
    """Return a table of counts whose small inner counts are 0 or ``base``; every margin is the sum of its parts.

    To be preferred where :func:`protect` would hide more than half of the cells. Inner counts from 1 to ``base`` - 1
    become 0 or ``base``, whichever brings all margins nearer to the truth (least squares); others stay. After the small
    count rounding of Ø. Langsrud and J. Heldal, Privacy in Statistical Databases 2018.

    A ``base`` in the table may stand for 1, and a 0 for any small count. Not protected: counts of ``base`` or more are
    exact, and other breakdowns of the same records that are rounded apart have other margins; publish one table, or
    parts of it.

    Args:
        frame: Inner cells, as in :func:`protect`.
        dims: Columns of categories.
        count: The column of counts.
        base: Inner counts below it are rounded.
        hierarchies: By dimension, each category with the one it lies in.
        distinct: Dimensions whose categories overlap; their totals are rounded too and stay between the largest part
            and the sum of all.

    Raises:
        PlanError: As :func:`protect`; for a base outside 2 to 1,000.
        SchemaError: As :func:`protect`.
        DataError: As :func:`protect`.

    Example:
        >>> import chitieu as ct, polars as pl
        >>> frame = pl.DataFrame({"commune": ["A", "B", "C", "D"], "n": [2, 3, 1, 40]})
        >>> ct.disclosure.round_small(frame, dims=["commune"]).to_polars()["n"].to_list()
        [45, 0, 5, 0, 40]
    """
    found, axes = read_table(frame, dims, count, hierarchies, distinct)
    native, changed, largest = _native.rounded(found, axes, count, int(base), None)
    note = {
        "vi": f"Số nhỏ hơn {base} ở các ô chi tiết được làm tròn thành 0 hoặc {base}; tổng cộng từ các phần làm tròn.",
        "en": f"Inner counts below {base} are rounded to 0 or {base}; totals are sums of the rounded parts.",
    }
    return Rounded(pl.DataFrame(native), note, changed, largest)


def round_random(
    frame: Any,
    *,
    dims: Sequence[str],
    key: bytes,
    count: str = "n",
    base: int = 3,
    hierarchies: Mapping[str, Mapping[str, str]] | None = None,
    distinct: Sequence[str] = (),
) -> Rounded:
    """Return a table of counts rounded to multiples of 3 or 5, up or down by chance, so that the mean is true.

    A count n becomes the next multiple above with probability (n mod base) ÷ base, else the next below. The chance is
    drawn from the words of the cell and the key (BLAKE3, keyed): the same cell gets the same answer in every table,
    every run and every release. Margins are rounded apart and need not add up.

    Not protected: sums of rounded parts against a rounded total narrow down what is possible; where a cell changes by
    one between releases, a jump tells on which side of a bound it was.

    Args:
        frame: Inner cells, as in :func:`protect`.
        dims: Columns of categories.
        key: A secret of at least 16 bytes, kept like the records and used again for every table.
        count: The column of counts.
        base: 3 or 5.
        hierarchies: By dimension, each category with the one it lies in.
        distinct: Dimensions whose categories overlap.

    Raises:
        PlanError: As :func:`protect`; for another base or a shorter key.
        SchemaError: As :func:`protect`.
        DataError: As :func:`protect`.

    Example:
        >>> import chitieu as ct, polars as pl
        >>> frame = pl.DataFrame({"commune": ["A", "B"], "n": [6, 3]})
        >>> ct.disclosure.round_random(frame, dims=["commune"], key=b"kept with the records").to_polars().rows()
        [('total', 9), ('A', 6), ('B', 3)]
    """
    found, axes = read_table(frame, dims, count, hierarchies, distinct)
    native, changed, largest = _native.rounded(found, axes, count, int(base), bytes(key))
    note = {
        "vi": f"Mọi số được làm tròn ngẫu nhiên tới bội của {base}; các phần có thể không cộng thành tổng số.",
        "en": f"All counts are rounded at random to multiples of {base}; parts need not add up to totals.",
    }
    return Rounded(pl.DataFrame(native), note, changed, largest)
