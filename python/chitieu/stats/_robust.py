"""Outlying values, told by measures that outliers do not move."""

from __future__ import annotations

from collections.abc import Iterable

from chitieu import _native


def modified_z(values: Iterable[float]) -> list[float]:
    """Return the modified z-score of each value: 0.6745·(x - median) ÷ MAD.

    MAD is the median of ``|x - median|``. B. Iglewicz and D. C. Hoaglin, How to Detect and Handle Outliers (1993), who
    call a value outlying beyond 3.5. If more than half the values are equal, MAD is 0; then the mean of
    ``|x - median|`` takes its place, as (x - median) ÷ (1.253314 · that mean). If all are equal every score is 0.

    Args:
        values: Finite numbers, such as the rates of the communes of a province.

    Returns:
        One score for each value, in their order.

    Raises:
        PlanError: For a value that is not finite.

    Example:
        A median of 3 and a MAD of 1:

        >>> import chitieu as ct
        >>> ct.stats.modified_z([1, 2, 3, 4, 100])
        [-1.349, -0.6745, 0.0, 0.6745, 65.4265]
    """
    return _native.modified_z(list(values))
