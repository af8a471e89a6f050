"""Abuse statistics from case records: units, overlapping forms, children who come back, response, sanctions."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

from chitieu import _native
from chitieu._abuse_table import Table
from chitieu._dataset import Dataset
from chitieu._errors import PlanError, SchemaError
from chitieu._language import pick, printed, say, word_list, words
from chitieu._progress import Progress, check_callable

if TYPE_CHECKING:
    pass

__all__ = ["Register", "Selection", "Table", "read", "register"]

Day = str | date


class Selection:
    """The reports that count; each method gives one :class:`Table`.

    A report is one row of ``victims``: one child in one case. What cannot be decided (an age known by its year, a
    report not yet verified) is counted apart, in ``undecided``.
    """

    def __init__(self, native: _native.Selection, area_vintage: str) -> None:
        """Wrap what the crate made; see :func:`register`."""
        self._native = native
        self._area_vintage = area_vintage

    def _table(self, native: _native.AbuseTable) -> Table:
        return Table(native, self._area_vintage)

    @property
    def description(self) -> str:
        """Which reports count, in the language in use."""
        return say(*self._native.description())

    def __repr__(self) -> str:
        return f"Selection({self.description})"

    def units(self, *, area_level: str = "province") -> Table:
        """Return every unit side by side: cases, children, incidents, perpetrators, pairs, decisions.

        They differ: a case can have three children, and a child can be in three cases. A unit whose table is not there
        has no rows.

        Args:
            area_level: ``country``, ``province``, ``district`` or ``commune``.

        Example:
            >>> import chitieu as ct, polars as pl
            >>> from datetime import date
            >>> victims = pl.DataFrame({
            ...     "case_id": ["c1", "c1", "c2"], "child_id": ["k1", "k2", "k1"], "birth_year": [2012, 2014, 2012],
            ...     "commune": ["12364"] * 3, "received_date": [date(2022, 2, 1), date(2022, 2, 1), date(2022, 9, 1)],
            ...     "confirmed": [True] * 3,
            ... })
            >>> register = ct.abuse.register(ct.Dataset(victims=victims, area_vintage="2022-12-31"))
            >>> units = register.select(period="2022").units(area_level="country")
            >>> units.to_polars().select("unit", "count").rows()
            [('case', 2), ('child', 2), ('incident', 3)]
        """
        return self._table(self._native.units(area_level))

    def counts(
        self,
        unit: str,
        *,
        by: Sequence[str] = (),
        area_level: str = "province",
        age_bands: Sequence[int] | None = None,
    ) -> Table:
        """Return counts of a unit by breakdowns and areas, the full cross with its margins.

        Columns: ``count`` are things certain in the cell, each once; ``undecided`` those only possibly in it;
        ``without_key`` certain ones that cannot be told from others; ``least`` and ``most`` the fewest and the most
        that there can be. With K keyed things, and in a case u rows without a key and k keyed ones, the fewest are
        K + max(0, u - (K - k)) over the cases: within a case all differ, across cases a row without a key can be
        anyone. The most are ``count`` + ``undecided``.

        A perpetrator stands wherever a child counts that its row names, or without a name any child of the case. The
        indicators ``abused_children``, ``abuse_cases``, ``perpetrators`` and ``sanctions`` of :func:`chitieu.compute`
        are the same numbers.

        Args:
            unit: ``child``, ``case``, ``incident`` (a child in a case), ``perpetrator`` or ``pair``.
            by: Of ``sex``, ``age_group``, ``ethnicity``, ``form``, ``environment``, ``online``, ``outcome``,
                ``verification``; of a pair also ``relation`` and ``perpetrator_sex``; of a perpetrator those two only.
            area_level: The finest level.
            age_bands: Rising ages, ``[0, 6, 14, 16]`` for 0-5, 6-13, 14-15; without them those of the yearly report,
                0-5, 6-10, 11-15 (and 16-17 under 18). An age outside of all bands is in the total alone.

        Raises:
            PlanError: For a unit or breakdown that cannot be asked.
            SchemaError: If it rests on a table that is not there.
        """
        return self._table(
            self._native.counts(
                unit, word_list("by", by), area_level, None if age_bands is None else [int(age) for age in age_bands]
            )
        )

    def forms(
        self, *, unit: str = "child", priority: Sequence[str] | None = None, area_level: str = "province"
    ) -> Table:
        """Return a unit by form of abuse, with the share of each form in the total.

        Args:
            unit: ``child``, ``case`` or ``incident``.
            priority: None: a thing counts in each of its forms, and in ``unknown`` if one of its reports has none, as
                in ``counts(by=["form"])``; shares add up to more than 100 % where forms overlap. An order of all
                forms: it counts in the first that it has, in ``unknown`` only if no report has any, and all add up.
            area_level: The finest level.

        Raises:
            PlanError: For an unknown form, one twice or one left out.
        """
        return self._table(
            self._native.forms(unit, None if priority is None else word_list("priority", priority), area_level)
        )

    def overlaps(self, *, unit: str = "child", area_level: str = "province") -> Table:
        """Return how many of a unit have exactly one form, two, three or more."""
        return self._table(self._native.overlaps(unit, area_level))

    def form_matrix(self, *, unit: str = "child") -> Table:
        """Return form by form how many of a unit have both; on the diagonal, the form at all."""
        return self._table(self._native.form_matrix(unit))

    def repeats(self, windows: str | Sequence[str] = "quarter", *, area_level: str = "province") -> Table:
        """Return the distinct children of each window: new, repeated in the window, seen before.

        ``new`` is a child whose report is its only one up to the window's end, anywhere; ``seen_before`` has one before
        the window's first day; ``repeated_in_window`` came first in the window and more than once. What was before is
        known as far as the register reaches, whatever the selection's period. Rows without a key cannot be
        de-duplicated and stand in ``without_key``: ``new`` + ``repeated`` + ``without_key`` = ``children``, the number
        that ``units()`` and ``counts("child")`` give, and ``least`` and ``most`` bound it.

        Args:
            windows: ``month``, ``quarter``, ``half_year`` or ``year`` of the selection's period, followed by the period
                itself; or a list of periods.
            area_level: The finest level.

        Raises:
            PlanError: If the period cannot be cut into the windows.
        """
        if isinstance(windows, str):
            return self._table(self._native.repeats(windows, [], area_level))
        return self._table(self._native.repeats(None, [str(w) for w in windows], area_level))

    def recurrence(self, until: Day, *, months: Sequence[int] = (6, 12, 24), level: float = 0.95) -> Table:
        """Return the percent of children reported again within so many months of their first report.

        Kaplan-Meier: a child without a second report is followed to ``until``, or to the day before the birthday that
        ends childhood, and censored there; the value is 100 x (1 - S), S(t) the product of (1 - d/n) over the days up
        to t, with d who come back that day of n followed so long. Limits by Greenwood's variance on the scale of
        log(-log S). E. L. Kaplan and P. Meier, Journal of the American Statistical Association 53 (1958), 457-481;
        J. D. Kalbfleisch and R. L. Prentice, The Statistical Analysis of Failure Time Data (1980).

        Args:
            until: The last day that the register knows of.
            months: Horizons; m months are the whole days of 30.4375 x m.
            level: Of the limits.

        Returns:
            A row for each horizon: ``children`` at the start, ``events``, ``censored`` and ``at_risk`` at its end,
            value and limits; ``unreliable`` below 10 events, ``not_available`` if nobody was followed so long.
        """
        return self._table(self._native.recurrence(str(until), [int(m) for m in months], level))

    def relations(self, *, area_level: str = "province") -> Table:
        """Return pairs of child and perpetrator by relation.

        A row of ``perpetrators`` belongs to the child it names, if that child is in the case; else to every child of
        the case, and such pairs are counted in ``by_case`` too.
        """
        return self._table(self._native.relations(area_level))

    def response(
        self, *, until: Day | None = None, holidays: Sequence[Day] = (), area_level: str = "province"
    ) -> Table:
        """Return how many incidents had each step on time by Decree 56/2017/NĐ-CP, with quantiles of the time taken.

        Emergency measure within 12 hours of reception; plan within 5 working days of it; approval within 2 working days
        of the plan. Working days are Monday to Friday without holidays, after the first day up to and with the last.
        By its date alone the emergency measure is undecided on the day of reception and the next, then late.

        Args:
            until: Steps not recorded by this day are late if their limit has passed; without it they are undecided.
            holidays: Days that are no working days.
            area_level: The finest level.

        Raises:
            SchemaError: If the table ``victims`` has the columns of no step.
        """
        return self._table(self._native.response(_text(until), [str(h) for h in holidays], area_level))

    def supported(self, *, area_level: str = "province") -> Table:
        """Return the share of abused children who were supported, by any of their certain reports."""
        return self._table(self._native.supported(area_level))


class Register:
    """The records of abuse, read once; identifiers are kept as 128-bit hashes, never in clear."""

    def __init__(self, native: _native.Register) -> None:
        """Wrap what the crate made; see :func:`register`."""
        self._native = native

    @property
    def set_aside(self) -> dict[str, int]:
        """How many rows of each table a check of quality took out before; see :meth:`chitieu.Dataset.without`."""
        return self._native.set_aside()

    def select(
        self,
        *,
        period: str | None = None,
        date: str = "received",
        place: str = "incident",
        verification: Sequence[str] = ("confirmed",),
        under: int = 16,
        abandonment_with_neglect: bool = False,
        prostitution: str = "as_recorded",
    ) -> Selection:
        """Say which reports count. The defaults are those of indicator II.0101 of Circular 13/2021/TT-BLĐTBXH.

        Args:
            period: As in :func:`chitieu.plan`; None for all time.
            date: The date that decides: ``received``, ``incident``, or ``decided`` (the first sanction in force).
            place: The place that decides: ``incident`` or ``residence``.
            verification: Of ``suspected``, ``confirmed``, ``refuted``.
            under: 16, a child (Law 102/2016/QH13, Article 1); or 18, as courts count, with its own label.
            abandonment_with_neglect: The two as one form, as the hotline reports them.
            prostitution: Where it belongs: ``as_recorded``, ``exploitation``, ``sexual_abuse`` or ``both``; the law
                names it under both.

        Raises:
            PlanError: For another word.
            SchemaError: If ``date="decided"`` and there is no table ``sanctions``.
        """
        return Selection(
            self._native.select(
                {
                    "period": _text(period),
                    "date": date,
                    "place": place,
                    "verification": word_list("verification", verification),
                    "under": int(under),
                    "abandonment_with_neglect": bool(abandonment_with_neglect),
                    "prostitution": prostitution,
                }
            ),
            self.area_vintage,
        )

    @property
    def area_vintage(self) -> str:
        """The day whose list of areas is used."""
        return self._native.area_vintage()

    def sanctions(self, *, period: str | None = None, by: Sequence[str] = (), area_level: str = "province") -> Table:
        """Return decisions in force, persons and organisations sanctioned, and fines in đồng.

        Decisions annulled or moved to criminal handling are left out of these and counted apart. The decree is the one
        in force on the day of the act: 144/2013/NĐ-CP before 1 January 2022, 130/2021/NĐ-CP from then.

        Args:
            period: Of the decision.
            by: Of ``decree``, ``article``, ``clause``, ``form``, ``fine_band``, ``violator``.
            area_level: The finest level.

        Raises:
            SchemaError: Without the table ``sanctions``.
        """
        return Table(self._native.sanctions(_text(period), word_list("by", by), area_level), self.area_vintage)

    def sanction_findings(self, *, period: str | None = None) -> Table:
        """Return how many decisions do not fit the law, by rule and article: to be looked at, not corrected blindly.

        Fines outside the band of their article (organisations at double), a decree that was not in force on the day of
        the act, a violator aged 14 to under 16 with another sanction than a warning, a violator under 14.
        """
        return Table(self._native.sanction_findings(_text(period)), self.area_vintage)

    def merge(self, other: Register) -> Register:
        """Return both together: parts of one register, whatever the split.

        Raises:
            PlanError: If they are of different lists of areas or ethnic groups.
        """
        return Register(self._native.merge(other._native))

    def updated_by(self, later: Register) -> Register:
        """Return this register brought up to date by a later snapshot: its cases and decisions replace those here.

        Table by table: a snapshot without a table says nothing of it, and the rows that stand here stay, those of its
        cases too.
        """
        return Register(self._native.updated_by(later._native))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Register) and self._native == other._native

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        names = {t["id"]: pick(t["name"]) for t in words()["tables"]}
        rows = zip(("victims", "perpetrators", "sanctions"), self._native.rows(), strict=True)
        counts = "; ".join(f"{names[table]}: {printed(n)}" for table, n in rows)
        aside = "; ".join(f"{names[table]}: {printed(n)}" for table, n in self.set_aside.items())
        return f"Register: {counts}" + (f". {say('Để riêng', 'Set aside')}: {aside}" if aside else "")


def register(
    dataset: Dataset,
    *,
    area_vintage: Day | None = None,
    unknown_areas: str = "error",
    whole: bool = True,
    submissions: Any = None,
    complete: Sequence[str] = (),
    on_progress: Progress | None = None,
) -> Register:
    """Read the tables ``victims``, ``perpetrators`` and ``sanctions`` of a dataset.

    ``victims`` needs ``case_id``, ``received_date``, ``commune``, an age (``birth_date``, ``birth_year``, or
    ``age_from`` and ``age_to`` where it was estimated), and ``verification`` or ``confirmed``.

    Args:
        dataset: The records.
        area_vintage: The day whose list of areas the codes belong to, if the dataset does not name it.
        unknown_areas: ``"error"``, or ``"keep"`` to give rows with unknown codes a line of their own.
        whole: False for a part of a register whose perpetrators may have their victims in another part; those whose
            case is in no part are then not refused but count nowhere.
        submissions: Who reported: a table with columns ``table``, ``commune``, ``period`` (``"2022"``, ``"2022H1"``,
            ``"2022Q1"``, ``"2022-03"``) and, if kept, ``received_on``, a date; a row without that date has not come. A
            commune has reported for a period if its submissions hold all of it, four quarters the year; of one that is
            not named for the period its rows speak. None: those of the dataset.
        complete: Tables that every commune reported, such as ``["victims", "sanctions"]``; none: those of the dataset.
            Where neither is said it is not known who reported, and a zero may be a report that has not come.
        on_progress: Called with rows done and rows in all.

    Raises:
        PlanError: If no day is named for the areas, or two.
        SchemaError: If a table or column is missing.
        DataError: If values or area codes do not fit.

    Example:
        >>> import chitieu as ct
        >>> dataset = ct.synthetic.province("33", children=2_000, year=2022)
        >>> selection = ct.abuse.register(dataset).select(period="2022")
        >>> selection.counts("child", by=["sex"]).unit
        'child'
        >>> import polars as pl
        >>> came = pl.DataFrame({"table": ["victims"], "commune": ["12364"], "period": ["2022"]})
        >>> table = ct.abuse.register(dataset, submissions=came).select(period="2022").counts("child")
        >>> table.to_polars().select("reported", "expected", "status").row(0)
        (13, 161, 'partial')
    """
    vintage = dataset.area_vintage or _text(area_vintage)
    if vintage is None or (area_vintage is not None and _text(area_vintage) != vintage):
        raise PlanError(
            say(
                "cần đúng một ngày của danh mục đơn vị hành chính, ở Dataset(...) hoặc ở register(...)",
                "one day is needed for the list of areas, in Dataset(...) or in register(...)",
            ),
            code="area_vintage",
            expected=dataset.area_vintage or "YYYY-MM-DD",
            got=_text(area_vintage),
            hint='ct.abuse.register(dataset, area_vintage="2022-12-31")',
        )
    if "victims" not in dataset and "sanctions" not in dataset:
        raise SchemaError(
            say('dữ liệu không có bảng "victims" hay "sanctions"', 'the dataset has no table "victims" or "sanctions"'),
            code="missing_table",
            expected="victims, sanctions",
            got=", ".join(dataset.tables),
        )
    check_callable(on_progress)
    reported = dataset._with_reports(submissions, complete)
    return Register(_native.Register.read(reported, vintage, unknown_areas, not whole, on_progress))


#: The name of :func:`register` until 1.0.
read = register


def _text(value: Day | None) -> str | None:
    return None if value is None else str(value)
