"""Periods in words."""

from __future__ import annotations

import re

from chitieu import _native
from chitieu._language import name_of, say

#: Kinds of periods: the pattern, and how many there are in a year.
KINDS = {
    "month": (r"(\d{4})-(0[1-9]|1[0-2])", 12),
    "quarter": (r"(\d{4})Q([1-4])", 4),
    "half_year": (r"(\d{4})H([12])", 2),
    "school_year": (r"(\d{4})-(\d{4})", 1),
    "year": (r"(\d{4})", 1),
}


def period_in_words(period: str) -> str:
    """Return a period as a sentence names it: ``6 tháng đầu năm 2022``, ``first half of 2022``."""
    found = _native.period_in_words(period)
    return say(*found) if found else name_of("abuse_view", period)


def period_name(period: str) -> str:
    """Return a period as an axis or the head of a column names it: short, a month and a year by their numbers."""
    if re.fullmatch(KINDS["year"][0], period):
        return period
    if found := re.fullmatch(KINDS["month"][0], period):
        return f"{found[2]}/{found[1]}"
    short = re.sub("^(năm học|school year) ", "", period_in_words(period))
    return short[:1].upper() + short[1:]
