"""What is asked, as a value; and the way from records to the table."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from html import escape
from typing import Any

import polars as pl

from chitieu import _native
from chitieu._catalogue import Catalogue
from chitieu._catalogue import catalogue as builtin
from chitieu._dataset import Dataset
from chitieu._errors import PlanError, SchemaError
from chitieu._frame import as_frame, check_names
from chitieu._language import codes, name_of, pick, printed_in, say, word_list
from chitieu._nearest import one_of
from chitieu._progress import Progress, check_callable
from chitieu._result import Result, ResultWarning
from chitieu._source import by_polars


def _secret(key: str | bytes) -> bytes:
    """Return the bytes of a secret; no error shows it."""
    if isinstance(key, str):
        return key.encode("utf-8", "surrogatepass")
    if isinstance(key, bytes):
        return key
    raise TypeError(f"key: {type(key).__name__}, {say('cần str hoặc bytes', 'expected str or bytes')}")


class Tally:
    """The counts of a plan over some rows: small, mergeable, and an Arrow table by ``__arrow_c_stream__``.

    Distinct counts keep their keys as 96-bit hashes, never in clear; still, treat a tally with care, since whoever
    holds a list of identifiers could look for their hashes in it.
    """

    def __init__(self, native: _native.Tally) -> None:
        self._native = native

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        return self._native.__arrow_c_stream__(requested_schema)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Tally) and self._native == other._native

    __hash__ = None  # type: ignore[assignment]

    def to_polars(self) -> pl.DataFrame:
        """Return the tally as a polars DataFrame; :meth:`Plan.tally` reads it back.

        The table tells its own number of rows and a checksum: tables glued together, cut or changed are refused.
        """
        return pl.DataFrame(self._native)

    def __len__(self) -> int:
        return len(self._native)

    def __reduce__(self) -> tuple[Callable[..., Tally], tuple[Any, ...]]:
        return _unpickle, (self._native.plan().to_json(), self.to_polars())

    def __repr__(self) -> str:
        return f"Tally({len(self)} {say('dòng', 'rows')})"


def _unpickle(plan: str, frame: pl.DataFrame) -> Tally:
    return Tally(_native.Plan.from_json(plan).tally(frame))


class Plan:
    """A plan: indicators, period, dimensions and area level. Compares, prints and travels as JSON.

    Example:
        >>> import chitieu as ct
        >>> plan = ct.plan(period="2022", indicators=["abused_children"], by=["form"], area_level="province")
        >>> ct.Plan.from_json(plan.to_json()) == plan
        True
        >>> plan.columns("children")
        ['birth_date', 'birth_year', 'commune']
    """

    def __init__(self, native: _native.Plan) -> None:
        self._native = native
        self._data: dict[str, Any] = json.loads(native.to_json())

    @staticmethod
    def from_json(text: str) -> Plan:
        """Return the plan of a JSON text made by :meth:`to_json`.

        Raises:
            PlanError: If the text is not a plan.
        """
        return Plan(_native.Plan.from_json(text))

    def to_json(self) -> str:
        """Return the plan as JSON, definitions included."""
        return self._native.to_json()

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Plan) and self._native == other._native

    def __hash__(self) -> int:
        return hash(self.to_json())

    def __reduce__(self) -> tuple[Callable[[str], Plan], tuple[str]]:
        return Plan.from_json, (self.to_json(),)

    @property
    def period(self) -> str:
        """The period."""
        return str(self._data["period"])

    @property
    def indicators(self) -> list[str]:
        """The ids of the indicators."""
        return [i["id"] for i in self._data["indicators"]]

    @property
    def by(self) -> list[str]:
        """The dimensions."""
        return list(self._data["by"])

    @property
    def area_level(self) -> str:
        """The finest area level."""
        return str(self._data["area_level"])

    @property
    def area_vintage(self) -> str:
        """The day whose list of areas the result uses."""
        return self._native.area_vintage()

    @property
    def tables(self) -> list[str]:
        """The tables the plan reads."""
        return self._native.tables()

    def columns(self, table: str) -> list[str]:
        """Return the columns the plan reads from a table, where they are there."""
        return self._native.columns(table)

    def partial(
        self, dataset: Dataset, *, on_progress: Progress | None = None, key: str | bytes | None = None
    ) -> Tally:
        """Count the rows of a dataset.

        Codes of another list of areas than the plan's are moved, so that tallies of datasets before and after a
        rearrangement merge.

        A part must hold whole cases (its ``perpetrators`` with their ``victims``); otherwise any split will do.

        Args:
            dataset: The records.
            on_progress: Called with rows done and rows in all, now and then.
            key: A secret of at least 16 bytes, the same for all parts. For distinct children and cases a tally holds
                hashes of their identifiers: whoever has it and a list of identifiers can try which are in it. With a
                secret that only those who count have, nobody else can. Give one where tallies leave the office that
                holds the records. The secret is in no tally; parts made with another are not merged.

        Raises:
            PlanError: If the key is too short; if the dataset names no list of areas and the plan asks for another one
                than the period has, or if shares do not fit what became of a commune.
            SchemaError: Before any row is read, if a column is missing or of the wrong type.
            DataError: If values do not fit; rows are counted and named by number.
        """
        check_callable(on_progress)
        tally = self._native.partial(dataset, on_progress)
        return Tally(tally if key is None else tally.sealed(_secret(key)))

    def tally(self, frame: Any) -> Tally:
        """Return the tally of this plan from its table.

        Raises:
            PlanError: If it is a tally of another plan or version.
            DataError: If it is not the whole table of one tally, as it was written: read tables one by one, and put
                the tallies together with :func:`merge`.
        """
        if isinstance(frame, pl.DataFrame):
            check_names("tally", frame)
        return Tally(self._native.tally(frame))

    def finish(self, tally: Tally) -> Result:
        """Turn counts into values, limits and statuses."""
        frame, found = self._native.finish(tally._native)
        warnings = [ResultWarning(code, indicator, {"vi": vi, "en": en}) for code, indicator, vi, en in found]
        return Result(pl.DataFrame(frame), self, warnings)

    def __repr__(self) -> str:
        return (
            f"Plan(period={self.period!r}, area_level={self.area_level!r}, by={self.by}, "
            f"area_vintage={self.area_vintage!r}, indicators={self.indicators})"
        )

    def _repr_html_(self) -> str:
        names = "".join(
            f"<li>{escape(pick(i['name']))} <code>{escape(i['id'])}</code></li>" for i in self._data["indicators"]
        )
        by = ", ".join(name_of("dimension", d) for d in self.by) or "–"
        head = (
            f"{say('Kỳ', 'Period')} <b>{escape(self.period)}</b>; "
            f"{say('cấp', 'level')} <b>{escape(name_of('area_level', self.area_level))}</b>; "
            f"{say('phân tổ', 'by')} <b>{escape(by)}</b>"
        )
        return f"<p>{head}</p><ul>{names}</ul>"


def plan(
    *,
    period: str,
    indicators: Sequence[str] | None = None,
    by: Sequence[str] = (),
    area_level: str = "province",
    area_vintage: str | date | None = None,
    catalogue: Catalogue | None = None,
    unknown_areas: str = "error",
    split: str = "unallocated",
    shares: Any = None,
) -> Plan:
    """Say what to compute, and have it checked.

    Args:
        period: ``2022``, ``2022H1``, ``2022Q1``, ``2022-03``, a school year ``2021-2022``, or days
            ``2015-01-01/2019-06-30``.
        indicators: Ids of indicators, or their codes (``I.0101``) or names. None: all that the records can answer.
        by: Dimensions, by their words or names, of ``sex``, ``age_group``, ``ethnicity``, ``circumstance``, ``form``,
            ``environment``, ``relation``, ``outcome``. The result has their full cross and all its margins.
        area_level: The finest level: ``country``, ``province``, ``district`` or ``commune``.
        area_vintage: The day whose list of areas the result uses; counts of records that use another one are moved.
            None: the last day of the period, if one list holds throughout it.
        catalogue: A catalogue of your own; see :meth:`Catalogue.with_file`.
        unknown_areas: ``"error"``, or ``"keep"`` to give rows with unknown area codes a line of their own.
        split: What becomes of counts of communes that were split among several: ``"unallocated"`` (a line of their
            own, such as ``33-unallocated``, inside the finest unit that holds all the parts) or ``"shares"``.
        shares: With ``split="shares"``, your table with columns ``old``, ``new`` (codes) and ``share`` (the parts of
            one old commune are 1 together). No official shares exist. Counts of parts are rounded, half up, in each
            cell; communes that the table does not name stay unallocated. :func:`area_moves` tells which were split.

    Raises:
        PlanError: If something asked does not exist.
    """
    chosen = catalogue or builtin()
    ids = {i.id: [*i.data["name"].values(), *filter(None, [i.code])] for i in chosen}
    native = _native.Plan(
        chosen._native,
        str(period),
        None if indicators is None else [_word(given, ids) for given in word_list("indicators", indicators)],
        [_word(given, codes("dimension")) for given in word_list("by", by)],
        _word(area_level, codes("area_level")),
        None if area_vintage is None else str(area_vintage),
        unknown_areas,
        _shares(split, shares),
    )
    return Plan(native)


def _word(given: str, known: Mapping[str, Iterable[str]]) -> str:
    """Return the word that was meant by a name; what was given where it is the name of none, for the plan to refuse."""
    try:
        return one_of("", given, known)
    except PlanError:
        return given


def _shares(split: str, shares: Any) -> list[tuple[str, str, float]] | None:
    """Return the rows of a table of shares; None if nothing is to be shared out."""
    if split not in ("unallocated", "shares"):
        raise PlanError(
            f'split: "{split}" ≠ unallocated, shares', code="unknown_choice", expected="unallocated, shares", got=split
        )
    if (split == "shares") != (shares is not None):
        raise PlanError(
            say(
                'split="shares" và bảng shares=... phải đi cùng nhau',
                'split="shares" and a table shares=... go together',
            ),
            code="bad_shares",
            expected="old, new, share",
            got=None if shares is None else split,
        )
    if shares is None:
        return None
    frame = by_polars("shares", as_frame("shares", shares).lazy().collect)
    columns = ["old", "new", "share"]
    if not set(columns) <= set(frame.columns) or not frame["share"].dtype.is_numeric():
        raise SchemaError(
            say(
                "bảng shares cần các cột old, new (mã xã) và share (số)",
                "the table shares needs the columns old, new (codes) and share (numbers)",
            ),
            code="missing_column",
            column=next((c for c in columns if c not in frame.columns), "share"),
            expected=", ".join(columns),
            got=", ".join(frame.columns),
        )
    rows = frame.select(pl.col("old", "new").cast(pl.String), pl.col("share").cast(pl.Float64).fill_null(float("nan")))
    return [(old or "", new or "", share) for old, new, share in rows.iter_rows()]


def merge(tallies: Sequence[Tally]) -> Tally:
    """Put tallies of one plan together; order and grouping do not matter.

    Raises:
        PlanError: If they are of different plans, there is none, or their counts are too large to stay exact.
    """
    tallies = list(tallies)
    if not tallies:
        raise PlanError(say("không có bảng đếm nào", "there is no tally to merge"), code="tally_mismatch")
    first, *rest = tallies
    return Tally(first._native.merge([t._native for t in rest]))


def compute(
    dataset: Dataset,
    *,
    period: str,
    indicators: Sequence[str] | None = None,
    by: Sequence[str] = (),
    area_level: str = "province",
    area_vintage: str | date | None = None,
    catalogue: Catalogue | None = None,
    on_progress: Progress | None = None,
    unknown_areas: str = "error",
    split: str = "unallocated",
    shares: Any = None,
) -> Result:
    """Compute indicators from records.

    Args:
        dataset: The records.
        period: See :func:`plan`, as for the arguments that follow.
        indicators: Ids of indicators. None: all that the tables and columns at hand can answer; what is left out
            is in ``result.warnings``.
        by: Dimensions.
        area_level: The finest level; every level above it is in the table too.
        area_vintage: The day whose list of areas the result uses: counts are moved there from the list of the
            dataset. None: the list of the dataset, else that of the last day of the period.
        catalogue: A catalogue of your own.
        on_progress: Called with rows done and rows in all; :func:`tqdm_progress` gives a ready one.
        unknown_areas: ``"error"`` or ``"keep"``.
        split: ``"unallocated"`` or ``"shares"``: communes that were split.
        shares: A table ``old``, ``new``, ``share``, with ``split="shares"``.

    Returns:
        A :class:`Result`: one long table with value, limits, status and definition of every cell. Rows with a
        ``child_id`` that is already there are counted, and told for a register in memory of up to half a million rows;
        :func:`check` finds them in any.

    Raises:
        PlanError: If something asked does not exist.
        SchemaError: If a table lacks what a named indicator needs.
        DataError: If values or area codes do not fit.

    Example:
        >>> import chitieu as ct, polars as pl
        >>> from datetime import date
        >>> births = pl.DataFrame({
        ...     "date": [date(2009, 6, 30)] * 17_103,
        ...     "sex": ["male"] * 9_513 + ["female"] * 7_590,
        ...     "commune": "12364",
        ... })
        >>> result = ct.compute(ct.Dataset(births=births, area_vintage="2022-12-31"), period="2009",
        ...                     indicators=["sex_ratio_at_birth"])
        >>> result.printed("sex_ratio_at_birth", area="33")
        '125.34'
    """
    if area_vintage is None:
        area_vintage = dataset.area_vintage
    asked = plan(
        period=period,
        indicators=indicators,
        by=by,
        area_level=area_level,
        area_vintage=area_vintage,
        catalogue=catalogue,
        unknown_areas=unknown_areas,
        split=split,
        shares=shares,
    )
    result = asked.finish(asked.partial(dataset, on_progress=on_progress))
    repeated = _repeated_children(dataset) if "children" in asked.tables else 0
    if repeated:
        result._warnings.append(_repeated_warning(repeated))
    return result


#: Rows of a register in memory that are looked through for repeated children: it takes no longer than counting them.
LOOKED_THROUGH = 500_000


def _repeated_children(dataset: Dataset) -> int:
    """Return how many rows of a register have the identifier of an earlier one; 0 if it is not looked through."""
    frame = dataset._tables.get("children")
    if not isinstance(frame, pl.DataFrame) or frame.height > LOOKED_THROUGH or "child_id" not in frame.columns:
        return 0
    ids = frame["child_id"].drop_nulls()
    return len(ids) - ids.n_unique()


def _repeated_warning(rows: int) -> ResultWarning:
    vi, en = (printed_in(language, rows) for language in ("vi", "en"))
    return ResultWarning(
        "repeated_children",
        "",
        {
            "vi": f"Trẻ em (sổ theo dõi): {vi} dòng có mã trẻ em đã ở dòng trước, được đếm thêm lần nữa",
            "en": f"Children (register): {en} rows have a child_id that is already there and count once more",
        },
    )
