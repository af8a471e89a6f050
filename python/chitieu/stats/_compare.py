"""Two areas or two periods side by side."""

from __future__ import annotations

from chitieu import _native
from chitieu.stats._interval import Comparison


def rate_ratio(x1: int, exposure1: float, x2: int, exposure2: float, *, level: float = 0.95) -> Comparison:
    """Return the ratio of two rates, (x1/exposure1) ÷ (x2/exposure2), with exact limits.

    Given x1 + x2, x1 is binomial; the limits are those of Clopper and Pearson for its share, as ratios, and the p-value
    is twice the smaller exact tail, so that both agree. N. E. Breslow and N. E. Day, Statistical Methods in Cancer
    Research II (1987), chapter 3.

    Args:
        x1: The events of the first area or period.
        exposure1: Its population or other exposure, above 0.
        x2: The events of the second.
        exposure2: Its population or other exposure, above 0.
        level: The level of the limits, between 0 and 1.

    Returns:
        Ratio, lower and upper limit, with ``.p_value``. ``unreliable`` if a side has fewer than 10 events,
        ``not_available`` if the second has none.

    Raises:
        PlanError: For numbers outside those bounds.

    Example:
        R gives 1.971488 with 0.8584264 to 4.2772659 (help of poisson.test):

        >>> import chitieu as ct
        >>> [round(v, 6) for v in ct.stats.rate_ratio(11, 800, 21, 3_011)]
        [1.971488, 0.858426, 4.277266]
    """
    return _comparison(_native.rate_ratio(x1, exposure1, x2, exposure2, level))


def rate_difference(
    x1: int,
    exposure1: float,
    x2: int,
    exposure2: float,
    *,
    per: float = 100_000,
    level: float = 0.95,
    method: str = "byar",
) -> Comparison:
    """Return the difference of two rates, x1/exposure1 - x2/exposure2, with limits by "square and add".

    d - √((r₁ - l₁)² + (u₂ - r₂)²) and d + √((u₁ - r₁)² + (r₂ - l₂)²) from the limits l, u of each rate; G. Y. Zou and
    A. Donner, Statistics in Medicine 27 (2008), 1693-1702. The p-value is the exact one of :func:`rate_ratio`.

    Args:
        x1: The events of the first area or period.
        exposure1: Its population or other exposure, above 0.
        x2: The events of the second.
        exposure2: Its population or other exposure, above 0.
        per: The multiplier.
        level: The level of the limits, between 0 and 1.
        method: The limits of each rate, as in :func:`rate_interval`.

    Returns:
        Difference, lower and upper limit, with ``.p_value``. ``unreliable`` if a side has fewer than 10 events.

    Raises:
        PlanError: For numbers outside those bounds or another method.

    Example:
        Breast cancer after fluoroscopy, 14.6 and 7.9 per 10,000 woman-years:

        >>> import chitieu as ct
        >>> [round(v, 1) for v in ct.stats.rate_difference(41, 28_010, 15, 19_017, per=10_000)]
        [6.7, 0.2, 13.0]
    """
    return _comparison(_native.rate_difference(x1, exposure1, x2, exposure2, per, level, method))


def proportion_difference(x1: int, n1: int, x2: int, n2: int, *, level: float = 0.95) -> Comparison:
    """Return the difference of two proportions, x1/n1 - x2/n2, with Newcombe's hybrid score limits.

    "Square and add" from Wilson's limits of each: method 10 of R. G. Newcombe, Statistics in Medicine 17 (1998),
    873-890. The p-value is that of the score test with the common share, without continuity correction; near its bound
    it may disagree with the limits.

    Args:
        x1: The number with the property in the first area or period, 0 ≤ x1 ≤ n1.
        n1: The number in all there, above 0.
        x2: The number with the property in the second, 0 ≤ x2 ≤ n2.
        n2: The number in all there, above 0.
        level: The level of the limits, between 0 and 1.

    Returns:
        Difference, lower and upper limit, with ``.p_value``. ``unreliable`` if a denominator is below 30.

    Raises:
        PlanError: For numbers outside those bounds.

    Example:
        The first example of Newcombe's table II:

        >>> import chitieu as ct
        >>> [round(v, 4) for v in ct.stats.proportion_difference(56, 70, 48, 80)]
        [0.2, 0.0524, 0.3339]
    """
    return _comparison(_native.proportion_difference(x1, n1, x2, n2, level))


def proportion_ratio(x1: int, n1: int, x2: int, n2: int, *, level: float = 0.95) -> Comparison:
    """Return the ratio of two proportions, (x1/n1) ÷ (x2/n2), with score limits.

    The ratios that the score test does not refuse; P. A. R. Koopman, Biometrics 40 (1984), 513-517. The p-value is that
    test of 1, so that both agree.

    Args:
        x1: The number with the property in the first area or period, 0 ≤ x1 ≤ n1.
        n1: The number in all there, above 0.
        x2: The number with the property in the second, 0 ≤ x2 ≤ n2.
        n2: The number in all there, above 0.
        level: The level of the limits, between 0 and 1.

    Returns:
        Ratio, lower and upper limit, with ``.p_value``. ``unreliable`` if a denominator is below 30, ``not_available``
        if x2 is 0.

    Raises:
        PlanError: For numbers outside those bounds.

    Example:
        Koopman's first example:

        >>> import chitieu as ct
        >>> [round(v, 2) for v in ct.stats.proportion_ratio(36, 40, 16, 80)]
        [4.5, 2.94, 7.15]
    """
    return _comparison(_native.proportion_ratio(x1, n1, x2, n2, level))


def _comparison(found: tuple[float, float, float, float, str, str]) -> Comparison:
    value, lower, upper, p_value, method, status = found
    return Comparison(value, lower, upper, method, status, p_value)
