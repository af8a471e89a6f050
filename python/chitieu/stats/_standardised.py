"""Rates freed of differences in age structure."""

from __future__ import annotations

from collections.abc import Iterable

from chitieu import _native
from chitieu.stats._interval import Interval


def standardised_rate(
    events: Iterable[int],
    population: Iterable[float],
    standard: Iterable[float],
    *,
    per: float = 100_000,
    level: float = 0.95,
    method: str = "dobson",
    repeats: Iterable[Iterable[int]] | None = None,
) -> Interval:
    """Return a directly standardised rate, Σ w·x/n ÷ Σ w, with its limits.

    Dobson: rate + √(V/O)·(Oₗ - O), likewise above, with O all events, Oₗ and Oᵤ Byar's limits of O, and V = Σ w²·x/n² ÷
    (Σ w)²; A. J. Dobson and others, Statistics in Medicine 10 (1991), 457-462, as England's public-health methods use
    it. Gamma limits: M. P. Fay and E. J. Feuer, Statistics in Medicine 16 (1997), 791-801.

    Events of one child are not independent. Where a child may have several, ``repeats`` gives for each stratum the
    number of children with 1, 2, 3 … events; x in V becomes Σ k²·fₖ (England's Public Health Technical Guidance,
    non-independent events; T. A. Stukel and others, Statistics in Medicine 13 (1994), 1781-1791). The rate stays, its
    limits widen.

    Args:
        events: The number of events of each stratum (age group).
        population: The population of each stratum.
        standard: The weight of each stratum: a standard population.
        per: The multiplier.
        level: The level of the limits, between 0 and 1.
        method: ``"dobson"`` or ``"fay_feuer"``.
        repeats: For each stratum, children with 1, 2, 3 … events; k times their numbers add up to the events. Only with
            ``"dobson"``.

    Returns:
        Rate, lower and upper limit. Below 10 events: ``not_available``, without a value, by Dobson's method (as in
        England; J. K. Morris and others, Population Health Metrics 16 (2018)), ``unreliable`` by Fay and Feuer's. A
        stratum with weight and without population: ``not_available``.

    Raises:
        PlanError: For lists of different lengths, numbers below 0, events without population, no weight at all, repeats
            that do not add up, another method or a level outside its bounds.

    Example:
        Down's syndrome in Michigan 1950-1964 by age of the mother, fifth and later children (Fay and Feuer 1997):

        >>> import chitieu as ct
        >>> events = [0, 8, 63, 112, 262, 295]
        >>> births = [327, 30_666, 123_419, 149_919, 104_088, 34_392]
        >>> standard = [319_933, 931_318, 786_511, 488_235, 237_863, 61_313]
        >>> found = ct.stats.standardised_rate(events, births, standard, method="fay_feuer")
        >>> [round(v, 1) for v in found]
        [75.5, 67.7, 188.3]

        Twenty events of ten children, each abused twice, tell less than twenty of twenty:

        >>> [round(v) for v in ct.stats.standardised_rate([20], [10_000], [1])]
        [200, 122, 309]
        >>> [round(v) for v in ct.stats.standardised_rate([20], [10_000], [1], repeats=[[0, 10]])]
        [200, 90, 354]
    """
    of_strata = None if repeats is None else [list(stratum) for stratum in repeats]
    found = _native.standardised_rate(list(events), list(population), list(standard), per, level, method, of_strata)
    return Interval(*found)


def standardised_ratio(
    events: int,
    population: Iterable[float],
    reference_events: Iterable[float],
    reference_population: Iterable[float],
    *,
    per: float = 1,
    level: float = 0.95,
    method: str = "byar",
) -> Interval:
    """Return the ratio of observed events to those expected at the rates of a reference population.

    O ÷ E with E = Σ n·X/N; the limits are those of the observed count over E. N. E. Breslow and N. E. Day, Statistical
    Methods in Cancer Research II (1987), chapter 2.

    Args:
        events: The observed events of the area, all strata together.
        population: The population of the area in each stratum.
        reference_events: The events of the reference population in each stratum.
        reference_population: The reference population in each stratum, above 0.
        per: The multiplier: 1, or 100 for a percentage.
        level: The level of the limits, between 0 and 1.
        method: As in :func:`rate_interval`.

    Returns:
        Ratio, lower and upper limit. ``unreliable`` below 10 events, ``not_available`` if none are expected.

    Raises:
        PlanError: For lists of different lengths, numbers outside those bounds or another method.

    Example:
        Four events where 3.3 are expected; Garwood's limits of 4 are 1.09 and 10.24:

        >>> import chitieu as ct
        >>> found = ct.stats.standardised_ratio(4, [1_000, 2_000], [13, 10], [10_000, 10_000])
        >>> [round(v * 3.3, 2) for v in found]
        [4.0, 1.09, 10.24]
    """
    found = _native.standardised_ratio(
        events, list(population), list(reference_events), list(reference_population), per, level, method
    )
    return Interval(*found)


def indirect_rate(
    events: int,
    population: Iterable[float],
    reference_events: Iterable[float],
    reference_population: Iterable[float],
    *,
    per: float = 100_000,
    level: float = 0.95,
    method: str = "byar",
) -> Interval:
    """Return an indirectly standardised rate: the standardised ratio times the crude rate of the reference population.

    O ÷ E · Σ X ÷ Σ N, as England's public-health methods define it.

    Args:
        events: The observed events of the area, all strata together.
        population: The population of the area in each stratum.
        reference_events: The events of the reference population in each stratum.
        reference_population: The reference population in each stratum, above 0.
        per: The multiplier.
        level: The level of the limits, between 0 and 1.
        method: As in :func:`rate_interval`.

    Returns:
        Rate, lower and upper limit; the status is that of :func:`standardised_ratio`.

    Raises:
        PlanError: For lists of different lengths, numbers outside those bounds or another method.

    Example:
        Twice as many as expected are twice the rate of the reference population, 50 per 100,000:

        >>> import chitieu as ct
        >>> round(ct.stats.indirect_rate(20, [20_000], [500], [1_000_000]).value, 9)
        100.0
    """
    found = _native.indirect_rate(
        events, list(population), list(reference_events), list(reference_population), per, level, method
    )
    return Interval(*found)
