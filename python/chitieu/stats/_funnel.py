"""Funnels: which areas lie further from a target than chance would put them, given their size."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from chitieu import _native

#: The multiplier where none is given.
_PER = {"proportion": 1.0, "rate": 100_000.0}


class FunnelLimits(NamedTuple):
    """The limits of a funnel at one denominator, from the lowest to the highest."""

    low_998: float
    low_95: float
    high_95: float
    high_998: float


class FunnelPoint(NamedTuple):
    """One area of a funnel; a list of them is a frame: ``pl.DataFrame(points)``.

    Attributes:
        value: Its value; NaN without a denominator.
        low_998: The limits at its denominator, 99.8 % and 95 %.
        place: ``low_998``, ``low_95``, ``within``, ``high_95``, ``high_998``, ``unreliable`` or ``not_available``.
        method: ``exact`` or ``normal``: the method of the limits.
        status: ``ok``, ``unreliable`` or ``not_available``.
    """

    value: float
    low_998: float
    low_95: float
    high_95: float
    high_998: float
    place: str
    method: str
    status: str


def funnel_limits(
    target: float,
    denominator: float,
    *,
    kind: str = "proportion",
    per: float | None = None,
    method: str = "exact",
) -> FunnelLimits:
    """Return the 95 and 99.8 % limits around a target at a denominator.

    Exact: an area lies beyond a limit exactly if a count as far out has a probability below 0.025 (0.001), interpolated
    between counts; D. J. Spiegelhalter, Statistics in Medicine 24 (2005), 1185-1202, appendix A.1, on the upper side
    mirrored (B. N. Manktelow and S. E. Seaton, PLoS ONE 7 (2012) e45723, first method). Normal: t ± z·√(t(1 - t)/n),
    for rates t ± z·√(t/e), as England's tools draw funnels of proportions.

    Args:
        target: The value to compare with, such as that of the province, per so many.
        denominator: The size of the area: a whole number for proportions, an exposure for rates.
        kind: ``"proportion"`` or ``"rate"``.
        per: The multiplier; if left out 1 for proportions and 100,000 for rates.
        method: ``"exact"`` or ``"normal"``.

    Returns:
        The limits, in the unit of the target.

    Raises:
        PlanError: For numbers outside those bounds or other words.

    Example:
        One row of the test data of Public Health England's indicator methods (76.74611, 84.538786 at 395):

        >>> import chitieu as ct
        >>> limits = ct.stats.funnel_limits(80.642448, 395, per=100, method="normal")
        >>> round(limits.low_95, 5), round(limits.high_95, 5)
        (76.74611, 84.53879)
    """
    multiplier = _PER.get(kind, 1.0) if per is None else per
    return FunnelLimits(*_native.funnel_limits(target, denominator, kind, multiplier, method))


def funnel(
    events: Iterable[int],
    denominators: Iterable[float],
    *,
    kind: str = "proportion",
    target: float | None = None,
    per: float | None = None,
    method: str = "exact",
) -> list[FunnelPoint]:
    """Return where each area lies around a target.

    Limits as :func:`funnel_limits`. An area beyond a limit is named so whatever its size, since the exact limits hold
    at any. One between them that is too small to be told apart is ``unreliable`` rather than ``within``: a proportion
    of fewer than 30, a rate with fewer than 10 events expected at the target.

    Args:
        events: The count of each area.
        denominators: Its denominator.
        kind: ``"proportion"`` or ``"rate"``.
        target: The value to compare with, per so many; if left out the pooled value of all areas.
        per: The multiplier; if left out 1 for proportions and 100,000 for rates.
        method: ``"exact"`` or ``"normal"``.

    Returns:
        One point for each area, in their order.

    Raises:
        PlanError: For lists of different lengths, numbers outside those bounds or other words.

    Example:
        >>> import chitieu as ct
        >>> [p.place for p in ct.stats.funnel([40, 75, 2, 383], [1_000, 1_000, 10, 9_000])]
        ['within', 'high_998', 'unreliable', 'within']
    """
    multiplier = _PER.get(kind, 1.0) if per is None else per
    found = _native.funnel(list(events), list(denominators), kind, target, multiplier, method)
    return [FunnelPoint(*point[:6], method, point[6]) for point in found]
