"""Periods along an axis: all of them from the first to the last, and their names."""

from __future__ import annotations

import re

from chitieu._language import say
from chitieu.charts._checks import Checks

#: Kinds of periods: the pattern, how many there are in a year, and the words.
KINDS = {
    "month": (r"(\d{4})-(\d\d)", 12),
    "quarter": (r"(\d{4})Q([1-4])", 4),
    "half_year": (r"(\d{4})H([12])", 2),
    "school_year": (r"(\d{4})-(\d{4})", 1),
    "year": (r"(\d{4})", 1),
}


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


def period_name(period: str) -> str:
    """Return a period as it is written in a report."""
    if found := re.fullmatch(KINDS["quarter"][0], period):
        quarter = "I II III IV".split()[int(found[2]) - 1]
        return say(f"Quý {quarter}/{found[1]}", f"Q{found[2]} {found[1]}")
    if found := re.fullmatch(KINDS["half_year"][0], period):
        half = say("đầu", "1st") if found[2] == "1" else say("cuối", "2nd")
        return say(f"6 tháng {half} {found[1]}", f"{half} half {found[1]}")
    if found := re.fullmatch(r"(\d{4})-(0\d|1[0-2])", period):
        return f"{found[2]}/{found[1]}"
    return period.replace("-", "–")
