"""Limits of proportions and rates."""

from __future__ import annotations

from chitieu import _native


def proportion_interval(x: int, n: int, level: float = 0.95, method: str = "wilson") -> tuple[float, float, float]:
    """Return a proportion with its limits.

    Wilson's score limits: (x + z²/2 ± z·√(x(n - x)/n + z²/4)) ÷ (n + z²). E. B. Wilson, Journal of the American
    Statistical Association 22 (1927), 209-212.

    Args:
        x: The number that have the property, 0 ≤ x ≤ n.
        n: The number in all, above 0.
        level: The level of the limits, between 0 and 1.
        method: ``"wilson"``.

    Returns:
        Value, lower and upper limit, all between 0 and 1.

    Raises:
        PlanError: For numbers outside those bounds or another method.

    Example:
        The worked case of R. G. Newcombe, Statistics in Medicine 17 (1998), table I:

        >>> import chitieu as ct
        >>> [round(v, 4) for v in ct.stats.proportion_interval(81, 263)]
        [0.308, 0.2553, 0.3662]
    """
    return _native.proportion_interval(x, n, level, method)


def rate_interval(
    x: int, exposure: float, per: float = 100_000, level: float = 0.95, method: str = "byar"
) -> tuple[float, float, float]:
    """Return a rate with its limits.

    Byar: lower x·(1 - 1/(9x) - z/(3√x))³, upper (x + 1)·(1 - 1/(9(x + 1)) + z/(3√(x + 1)))³; N. E. Breslow and
    N. E. Day, Statistical Methods in Cancer Research II (1987). Exact Poisson: F. Garwood, Biometrika 28 (1936).

    Args:
        x: The number of events.
        exposure: The population or other exposure, above 0.
        per: The multiplier.
        level: The level of the limits, between 0 and 1.
        method: ``"byar"`` (exact Poisson below 10 events), ``"byar_only"`` or ``"exact"``.

    Returns:
        Rate, lower and upper limit.

    Raises:
        PlanError: For numbers outside those bounds or another method.

    Example:
        >>> import chitieu as ct
        >>> [round(v, 2) for v in ct.stats.rate_interval(3, 1, per=1)]
        [3.0, 0.62, 8.77]
    """
    return _native.rate_interval(x, exposure, per, level, method)
