"""Change over periods: whether it is more than chance, how fast it is, how fast it must be."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from chitieu import _native


class Trend(NamedTuple):
    """The outcome of a test for trend.

    Attributes:
        z: The standard normal deviate, above 0 for a rise; its square is χ² of one degree of freedom. NaN if there is
            none.
        p_value: The two-sided p-value of "no trend".
        method: ``cochran_armitage`` or ``poisson_score``.
        status: ``ok``, ``unreliable`` (fewer than 10 events) or ``not_available`` (nothing or everything happened).
    """

    z: float
    p_value: float
    method: str
    status: str


def trend_test(
    events: Iterable[int],
    denominators: Iterable[float],
    *,
    scores: Iterable[float] | None = None,
    kind: str = "proportion",
) -> Trend:
    """Return whether a proportion or a rate rises or falls with a score.

    Proportions: the Cochran-Armitage test without correction; W. G. Cochran, Biometrics 10 (1954), 417-451; P.
    Armitage, Biometrics 11 (1955), 375-386. Rates: the Poisson score test; N. E. Breslow and N. E. Day, Statistical
    Methods in Cancer Research II (1987), chapter 3.

    Args:
        events: The count of each period or ordered group.
        denominators: The number in all, or the exposure for rates.
        scores: Its place on the scale, such as the year; if left out 1, 2, 3 …
        kind: ``"proportion"`` or ``"rate"``.

    Returns:
        Deviate and p-value.

    Raises:
        PlanError: For lists of different lengths, fewer than two different scores, numbers outside their bounds or
            another kind.

    Example:
        Smokers among patients of four studies (Fleiss 1981); R gives χ² = 8.2249, p = 0.004132 (help of
        prop.trend.test):

        >>> import chitieu as ct
        >>> found = ct.stats.trend_test([83, 90, 129, 70], [86, 93, 136, 82])
        >>> round(found.z**2, 4), round(found.p_value, 6)
        (8.2249, 0.004132)
    """
    counts = list(events)
    places = [float(n) for n in range(1, len(counts) + 1)] if scores is None else list(scores)
    return Trend(*_native.trend_test(counts, list(denominators), places, kind))


def annual_change(
    values: Iterable[float],
    *,
    years: Iterable[float] | None = None,
    method: str = "log_linear",
) -> float:
    """Return the yearly rate of change: -0.025 is a fall of 2.5 % a year.

    Log-linear: eᵇ - 1 with b the slope of the least-squares line through ln v over the years; UNICEF, How to calculate
    Average Annual Rate of Reduction of underweight prevalence (2007), where the AARR is this rate with the sign
    changed. Average: from the first and the last year alone, (last/first)^(1/years) - 1.

    Args:
        values: The value of each year, above 0.
        years: The years, in any order, each once; if left out they follow each other.
        method: ``"log_linear"`` or ``"average"``.

    Returns:
        The rate of change.

    Raises:
        PlanError: For fewer than two years, lists of different lengths, the same year twice, values of 0 or below,
            another method.

    Example:
        A fall by 2 % in each of three years:

        >>> import chitieu as ct
        >>> round(ct.stats.annual_change([100, 98, 96.04, 94.1192], years=[2019, 2020, 2021, 2022]), 9)
        -0.02
    """
    of_years = list(values)
    places = [float(n) for n in range(len(of_years))] if years is None else list(years)
    return _native.annual_change(of_years, places, method)


def required_change(value: float, target: float, years: float) -> float:
    """Return the yearly rate of change that leads from a value to a target: (target/value)^(1/years) - 1.

    Exact for a constant yearly rate; it says nothing of whether such a rate can be kept.

    Args:
        value: The value now, above 0.
        target: The value to be reached, above 0.
        years: In so many years, above 0.

    Returns:
        The rate of change; below 0 for a fall.

    Raises:
        PlanError: For numbers outside those bounds.

    Example:
        Decision 23/QĐ-TTg (2021), target 10: child labour from 4.9 % in 2025 to 4.5 % in 2030.

        >>> import chitieu as ct
        >>> f"{ct.stats.required_change(4.9, 4.5, 5):.2%}"
        '-1.69%'
    """
    return _native.required_change(value, target, years)
