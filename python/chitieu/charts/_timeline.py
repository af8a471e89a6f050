"""Periods along an axis: all of them from the first to the last."""

from __future__ import annotations

import re

from chitieu._period import KINDS
from chitieu.charts._checks import Checks


def timeline(check: Checks, periods: list[str]) -> list[str]:
    """Return all periods from the first to the last, in order.

    Raises:
        PlanError: With code ``periods_differ``, if they are not of one kind.
    """
    for kind, (pattern, each) in KINDS.items():
        found = [re.fullmatch(pattern, period) for period in periods]
        if not all(found):
            continue
        parts = [m.groups() for m in found if m]
        if kind in ("year", "school_year"):
            years = range(min(int(p[0]) for p in parts), max(int(p[0]) for p in parts) + 1)
            return [str(y) if kind == "year" else f"{y}-{y + 1}" for y in years]
        numbers = [int(p[0]) * each + int(p[1]) - 1 for p in parts]
        form = {"month": "{}-{:02}", "quarter": "{}Q{}", "half_year": "{}H{}"}[kind]
        return [form.format(n // each, n % each + 1) for n in range(min(numbers), max(numbers) + 1)]
    raise check.error(
        f"các kỳ phải cùng loại (năm, sáu tháng, quý, tháng, năm học), ở đây có: {', '.join(periods[:8])}",
        f"the periods must be of one kind (years, half-years, quarters, months, school years), here are: "
        f"{', '.join(periods[:8])}",
        code="periods_differ",
        column="period",
        expected="2022 | 2022H1 | 2022Q1 | 2022-03 | 2021-2022",
        got=", ".join(periods[:8]),
    )
