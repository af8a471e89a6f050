"""A value with its limits; limits of proportions and rates."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import astuple, dataclass
from typing import overload

from chitieu import _native


@dataclass(frozen=True, eq=False)
class Interval(Sequence[float]):
    """A value with its lower and upper limit: a sequence of these three, with the method and the status by name.

    A frame of intervals has all five: ``pl.DataFrame(intervals)``.

    Attributes:
        value: The value; NaN, like its limits, if there is none (status ``not_available``).
        lower: The lower limit.
        upper: The upper limit.
        method: The method of the limits, by its word in results.
        status: ``ok``, ``unreliable`` or ``not_available``.

    Example:
        >>> import chitieu as ct, polars as pl
        >>> found = ct.stats.rate_interval(4, 1_000, per=1_000)
        >>> value, lower, upper = found
        >>> found.value == value, found.method, found.status
        (True, 'exact_poisson', 'unreliable')
        >>> pl.DataFrame([found]).columns
        ['value', 'lower', 'upper', 'method', 'status']
    """

    value: float
    lower: float
    upper: float
    method: str
    status: str

    @overload
    def __getitem__(self, index: int) -> float: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[float, ...]: ...
    def __getitem__(self, index: int | slice) -> float | tuple[float, ...]:
        return (self.value, self.lower, self.upper)[index]

    def __len__(self) -> int:
        return 3

    def __iter__(self) -> Iterator[float]:
        return iter((self.value, self.lower, self.upper))

    def __eq__(self, other: object) -> bool:
        if isinstance(other, Interval):
            return astuple(self) == astuple(other)
        return tuple(self) == other

    def __hash__(self) -> int:
        return hash(tuple(self))


@dataclass(frozen=True, eq=False)
class Comparison(Interval):
    """A difference or a ratio of two, with its limits.

    Attributes:
        p_value: The two-sided p-value of "there is no difference"; NaN if there is no value.

    Example:
        >>> import chitieu as ct
        >>> found = ct.stats.proportion_ratio(36, 40, 16, 80)
        >>> found.p_value < 0.001
        True
    """

    p_value: float


def proportion_interval(x: int, n: int, *, level: float = 0.95, method: str = "wilson") -> Interval:
    """Return a proportion with its limits.

    Wilson's score limits: (x + z²/2 ± z·√(x(n - x)/n + z²/4)) ÷ (n + z²). E. B. Wilson, Journal of the American
    Statistical Association 22 (1927), 209-212. Exact limits: C. J. Clopper and E. S. Pearson, Biometrika 26 (1934),
    404-413; they hold at least the level and are wider.

    Args:
        x: The number that have the property, 0 ≤ x ≤ n.
        n: The number in all, above 0.
        level: The level of the limits, between 0 and 1.
        method: ``"wilson"`` or ``"clopper_pearson"``.

    Returns:
        Value, lower and upper limit, all between 0 and 1. ``unreliable`` if n is below 30.

    Raises:
        PlanError: For numbers outside those bounds or another method.

    Example:
        The worked case of R. G. Newcombe, Statistics in Medicine 17 (1998), table I:

        >>> import chitieu as ct
        >>> [round(v, 4) for v in ct.stats.proportion_interval(81, 263)]
        [0.308, 0.2553, 0.3662]
        >>> [round(v, 4) for v in ct.stats.proportion_interval(81, 263, method="clopper_pearson")]
        [0.308, 0.2527, 0.3676]
    """
    return Interval(*_native.proportion_interval(x, n, level, method))


def rate_interval(
    x: int,
    exposure: float,
    *,
    per: float = 100_000,
    level: float = 0.95,
    method: str = "byar",
) -> Interval:
    """Return a rate with its limits.

    Byar: lower x·(1 - 1/(9x) - z/(3√x))³, upper (x + 1)·(1 - 1/(9(x + 1)) + z/(3√(x + 1)))³; N. E. Breslow and
    N. E. Day, Statistical Methods in Cancer Research II (1987). With x + ½ in both places: K. J. Rothman and
    J. D. Boice, Epidemiologic Analysis with a Programmable Calculator (1979). Exact Poisson: F. Garwood, Biometrika 28
    (1936).

    Args:
        x: The number of events.
        exposure: The population or other exposure, above 0.
        per: The multiplier.
        level: The level of the limits, between 0 and 1.
        method: ``"byar"`` (exact Poisson below 10 events), ``"byar_only"``, ``"byar_rothman_boice"`` or ``"exact"``.

    Returns:
        Rate, lower and upper limit. ``unreliable`` below 10 events. Its ``method`` is what was used: ``"byar"``,
        ``"byar_rothman_boice"`` or ``"exact_poisson"``.

    Raises:
        PlanError: For numbers outside those bounds or another method.

    Example:
        Garwood's table has 0.62 and 8.77 for 3 events:

        >>> import chitieu as ct
        >>> [round(v, 2) for v in ct.stats.rate_interval(3, 1, per=1)]
        [3.0, 0.62, 8.77]
    """
    return Interval(*_native.rate_interval(x, exposure, per, level, method))
