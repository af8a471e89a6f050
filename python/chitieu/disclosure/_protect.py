"""A table of counts made safe to publish, and the audit of one that someone else made."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import polars as pl

from chitieu import _native
from chitieu._catalogue import html_table
from chitieu._language import name_of, printed, say
from chitieu._protection import NO_EXACT_VALUE, THRESHOLD, Rule
from chitieu.disclosure._frames import ROWS_SHOWN, read_table

if TYPE_CHECKING:
    import pandas
    import pyarrow


#: So many totals are named in a report; the share of hidden cells above which another table is better.
NAMED, TOO_MUCH = 5, 0.5


@dataclass(frozen=True)
class Advice:
    """A table with fewer dimensions crossed where the categories are finest, and crossing shows little.

    Attributes:
        at: The dimension at whose finest categories no two others should be crossed.
        apart: The dimensions to be published apart there, and crossed at the levels above.
        of: Cells of at least the threshold in that table.
        kept: How many of them it would show.
        shown: How many of them are shown now.
        lost: Crossed cells of at least the threshold that are shown now, and would not be in it.
    """

    at: str
    apart: list[str]
    of: int
    kept: int
    shown: int
    lost: int

    def __str__(self) -> str:
        apart = ", ".join(self.apart)
        kept, of, shown, lost = map(printed, (self.kept, self.of, self.shown, self.lost))
        return say(
            f'ở các phân tổ chi tiết nhất của "{self.at}" chỉ nên in riêng từng phân tổ ({apart}), bảng chéo ở cấp '
            f"trên; in các phần của chính bảng này, không che từng bảng riêng: hiện {shown}/{of} ô từ ngưỡng trở "
            f"lên, bớt {lost} ô chéo (không có bảng chéo thì hiện được {kept})",
            f'at the finest categories of "{self.at}" print the other dimensions ({apart}) apart, crossed at the '
            f"levels above only; print parts of this very table, not tables protected apart: they show {shown} of "
            f"{of} cells of at least the threshold, without {lost} crossed ones ({kept} if nothing were crossed)",
        )


@dataclass(frozen=True)
class Report:
    """How a table was protected: for the office that made it, not for its readers.

    Attributes:
        cells: Cells of the table, margins included.
        not_zero: Cells that are not 0.
        primary: Small cells, hidden for their own sake.
        secondary: Cells hidden to protect others.
        certified: Small cells for which another whole table was found, and added up again, that agrees with all that is
            published and has another number there. Where it is less than what is small, nothing is published.
        whole_groups: Cells shown that are all of a group below 30 though there are other categories (every child of a
            commune a girl): they tell the same of each in the group.
        hidden_totals: Totals that had to be hidden although they are not small, by their categories.
        advice: A better table; None unless more than half of the cells that are not 0 are hidden, of three dimensions
            or more.
    """

    cells: int
    not_zero: int
    primary: int
    secondary: int
    certified: int
    whole_groups: int
    hidden_totals: list[list[str]]
    advice: Advice | None

    @property
    def lost(self) -> float:
        """The share of the cells that are not 0 that is hidden, from 0 to 1."""
        return (self.primary + self.secondary) / self.not_zero if self.not_zero else 0.0

    def __str__(self) -> str:
        lines = [self._counts()]
        if self.hidden_totals:
            named = "; ".join(" × ".join(words) for words in self.hidden_totals[:NAMED])
            more = ", …" if len(self.hidden_totals) > NAMED else ""
            lines.append(say(f"phải ẩn cả tổng: {named}{more}", f"totals that had to be hidden: {named}{more}"))
        if self.whole_groups:
            groups = printed(self.whole_groups)
            lines.append(say(f"{groups} ô là toàn bộ một nhóm dưới 30", f"{groups} cells are all of a group below 30"))
        if self.lost > TOO_MUCH:
            lines.append(say("hơn một nửa số ô khác 0 bị ẩn", "more than half of the cells that are not 0 are hidden"))
            lines += [] if self.advice is None else [str(self.advice)]
            lines.append(
                say(
                    "hoặc làm tròn: ct.disclosure.round_small giữ mọi ô, các tổng vẫn cộng đúng",
                    "or round: ct.disclosure.round_small keeps every cell, and totals add up",
                )
            )
        return "; ".join(lines)

    def _counts(self) -> str:
        return say(
            f"{printed(self.cells)} ô, ẩn {printed(self.primary)} ô nhỏ và {printed(self.secondary)} ô khác để bảo vệ "
            f"chúng; {printed(self.certified)} ô nhỏ đã được kiểm chứng là không suy ra được",
            f"{printed(self.cells)} cells, {printed(self.primary)} small ones hidden and {printed(self.secondary)} "
            f"others to protect them; {printed(self.certified)} small cells certified: they cannot be worked out",
        )


class Protected:
    """A table that can be published: :func:`protect` makes it. It holds no hidden number.

    Columns: the dimensions (``total`` is all of one), the count (null where hidden), ``status`` (``ok`` or
    ``suppressed``, the same for a small cell and for one hidden to protect it), ``lower`` and ``upper``: what anyone
    can work out from the rest (null where nothing bounds it).
    """

    def __init__(self, frame: pl.DataFrame, count: str, report: Report) -> None:
        """Wrap what the crate made; see :func:`protect`."""
        self._frame = frame
        self._count = count
        self._report: Report | None = report

    @property
    def report(self) -> Report | None:
        """How it was protected; not kept when the table is pickled, since how many cells are small is telling."""
        return self._report

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

    def __len__(self) -> int:
        return self._frame.height

    def __getstate__(self) -> dict[str, Any]:
        return {**self.__dict__, "_report": None}

    def _heading(self) -> str:
        hidden = self._frame["status"].eq("suppressed").sum()
        return say(
            f"Bảng đã che: {printed(len(self))} ô, {printed(hidden)} ô bị ẩn",
            f"Protected table: {printed(len(self))} cells, {printed(hidden)} hidden",
        )

    def __repr__(self) -> str:
        return f"{self._heading()}\n{self._frame}"

    def _repr_html_(self) -> str:
        dims = self._frame.columns[: self._frame.columns.index(self._count)]
        head = (*dims, self._count, say("có thể từ", "at least"), say("đến", "at most"))
        rows = []
        for row in self._frame.head(ROWS_SHOWN).iter_rows(named=True):
            is_hidden = row["status"] == "suppressed"
            bounds = [("–" if row[c] is None else printed(row[c])) if is_hidden else "" for c in ("lower", "upper")]
            count = name_of("status", "suppressed") if is_hidden else printed(row[self._count])
            rows.append((*(str(row[d]) for d in dims), count, *bounds))
        more = len(self) - ROWS_SHOWN
        note = f"<p>… {printed(more)} {say('dòng nữa', 'more rows')}</p>" if more > 0 else ""
        return f"<p>{self._heading()}</p>{html_table(head, rows, tuple(range(len(dims), len(head))))}{note}"


def protect(
    frame: Any,
    *,
    dims: Sequence[str],
    count: str = "n",
    threshold: int = THRESHOLD,
    zeros: str = "shown",
    protection: str | int = NO_EXACT_VALUE,
    hierarchies: Mapping[str, Mapping[str, str]] | None = None,
    distinct: Sequence[str] = (),
) -> Protected:
    """Return a table of counts in which no small count can be known, with every margin.

    Cells from 1 to ``threshold`` - 1 are hidden, then as many others as it takes that none of those can be worked out:
    integer bounds are carried along all sums to refute, and whole other tables certify. At last every cell is shown
    again that no small cell needs. The outcome is the same for any order of the rows; where there is a choice it
    follows how many of the finest cells a cell holds and the order of the categories, never the counts.

    Args:
        frame: Inner cells, one row each: anything that holds a table. Combinations without a row count as 0.
        dims: Columns of categories: text, whole numbers, or an ``Enum``, whose order is kept.
        count: The column of whole numbers.
        threshold: Counts below it are small.
        zeros: ``"shown"``: zeros are published, and all know that a hidden cell is at least 1. ``"hidden"``: zeros are
            hidden like other small counts.
        protection: ``"no_exact_value"``, or a number: so many values at least are possible for each small cell.
        hierarchies: By dimension, each category with the one it lies in, ``{"area": {"12364": "335", "335": "33"}}``.
        distinct: Dimensions whose categories overlap, such as forms of abuse: their totals count each child once, are
            at least each part and at most the sum of all, and stand in the frame as rows of ``"total"``.

    Raises:
        PlanError: For dimensions that are identifiers or names, that are not in a tree, or options that do not exist.
        SchemaError: For a column that is missing or of another type.
        DataError: For counts below 0 or null, cells twice, rows of totals in other dimensions than ``distinct``.

    Example:
        The 1 is hidden, and three others, or it could be worked out from the margins:

        >>> import chitieu as ct, polars as pl
        >>> frame = pl.DataFrame({
        ...     "commune": ["A", "A", "B", "B", "C", "C"],
        ...     "sex": ["female", "male"] * 3,
        ...     "n": [1, 9, 7, 12, 8, 20],
        ... })
        >>> table = ct.disclosure.protect(frame, dims=["commune", "sex"])
        >>> table.to_polars().filter(commune="A").select("sex", "n", "lower", "upper").rows()
        [('total', 10, 10, 10), ('female', None, 1, 7), ('male', None, 3, 9)]
        >>> table.report.primary, table.report.secondary
        (1, 3)
    """
    rule = Rule.of(threshold, zeros, protection)
    found, axes = read_table(frame, dims, count, hierarchies, distinct)
    native, report = _native.protect(found, axes, count, rule.threshold, rule.zeros == "shown", rule.values)
    advice = report.advice()
    cells, not_zero, primary, secondary, certified, whole_groups = report.counts()
    told = Report(
        cells,
        not_zero,
        primary,
        secondary,
        certified,
        whole_groups,
        report.hidden_totals(),
        None if advice is None else Advice(advice[0], advice[1], *advice[2]),
    )
    return Protected(pl.DataFrame(native), count, told)


def audit(
    frame: Any,
    *,
    dims: Sequence[str],
    count: str = "n",
    threshold: int = THRESHOLD,
    zeros: str = "shown",
    protection: str | int = NO_EXACT_VALUE,
    hierarchies: Mapping[str, Mapping[str, str]] | None = None,
    distinct: Sequence[str] = (),
    exact: bool = False,
) -> pl.DataFrame:
    """Return what anyone can work out of the hidden cells of a table, whoever made it.

    Args:
        frame: Inner cells and margins (``"total"``) as published, one row each; the count is null where hidden. A cell
            without a row is taken as not published.
        dims: The columns of categories.
        count: The column of counts.
        threshold: As in :func:`protect`, and so are the other options.
        zeros: ``"shown"`` if zeros are published: then all know that a hidden cell is at least 1.
        protection: How well small cells should be hidden.
        hierarchies: By dimension, each category with the one it lies in.
        distinct: Dimensions whose categories overlap.
        exact: Whether bounds are the tightest there are, by two integer programs for each hidden cell: for tables of
            some hundred hidden cells. Otherwise bounds carried along sums: valid, fast, not always the tightest.

    Returns:
        A row for each hidden cell: the dimensions, ``lower`` and ``upper`` (what follows from the rest; null where
        nothing bounds it), ``finding`` and ``safe``. Findings: ``safe`` (other whole tables agree with everything
        published), ``not_small`` (at least the threshold, for certain), ``recovered`` (its small number follows from
        the rest), ``narrow`` (fewer values possible than asked for), ``open`` (neither proven; it counts as unsafe).

    Raises:
        PlanError: As :func:`protect`.
        SchemaError: As :func:`protect`.
        DataError: As :func:`protect`; for numbers that no counts can have together.

    Example:
        Only the small cell is hidden, so that its row gives it away:

        >>> import chitieu as ct, polars as pl
        >>> frame = pl.DataFrame({
        ...     "commune": ["A", "A", "A", "B", "B", "B", "total", "total", "total"],
        ...     "sex": ["female", "male", "total"] * 3,
        ...     "n": [None, 9, 10, 7, 12, 19, 8, 21, 29],
        ... })
        >>> ct.disclosure.audit(frame, dims=["commune", "sex"]).rows()
        [('A', 'female', 1, 1, 'recovered', False)]
    """
    rule = Rule.of(threshold, zeros, protection)
    found, axes = read_table(frame, dims, count, hierarchies, distinct)
    return pl.DataFrame(
        _native.audit(found, axes, count, rule.threshold, rule.zeros == "shown", rule.values, bool(exact))
    )
