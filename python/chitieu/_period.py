"""Periods in words."""

from __future__ import annotations

import re

from chitieu._language import name_of, say

#: Kinds of periods: the pattern, and how many there are in a year.
KINDS = {
    "month": (r"(\d{4})-(0[1-9]|1[0-2])", 12),
    "quarter": (r"(\d{4})Q([1-4])", 4),
    "half_year": (r"(\d{4})H([12])", 2),
    "school_year": (r"(\d{4})-(\d{4})", 1),
    "year": (r"(\d{4})", 1),
}

_DAY = r"(\d{4})-(\d\d)-(\d\d)"
_MONTHS = "January February March April May June July August September October November December".split()


def period_in_words(period: str) -> str:
    """Return a period as a sentence names it: ``6 tháng đầu năm 2022``, ``first half of 2022``."""
    if found := re.fullmatch(f"{_DAY}/{_DAY}", period):
        year, month, day, last_year, last_month, last_day = found.groups()
        return say(
            f"từ {day}/{month}/{year} đến {last_day}/{last_month}/{last_year}",
            f"{int(day)} {_month(month)} {year} to {int(last_day)} {_month(last_month)} {last_year}",
        )
    for kind, (pattern, _) in KINDS.items():
        if found := re.fullmatch(pattern, period):
            year, part = (*found.groups(), "")[:2]
            return _in_words(kind, year, part)
    return name_of("abuse_view", period)


def period_name(period: str) -> str:
    """Return a period as an axis or the head of a column names it: short, a month and a year by their numbers."""
    if re.fullmatch(KINDS["year"][0], period):
        return period
    if found := re.fullmatch(KINDS["month"][0], period):
        return f"{found[2]}/{found[1]}"
    short = re.sub("^(năm học|school year) ", "", period_in_words(period))
    return short[:1].upper() + short[1:]


def _in_words(kind: str, year: str, part: str) -> str:
    if kind == "year":
        return say(f"năm {year}", year)
    if kind == "school_year":
        return say(f"năm học {year}–{part}", f"school year {year}–{part}")
    if kind == "half_year":
        first = part == "1"
        return say(
            f"6 tháng {'đầu' if first else 'cuối'} năm {year}", f"{'first' if first else 'second'} half of {year}"
        )
    if kind == "quarter":
        return say(f"quý {'I II III IV'.split()[int(part) - 1]}/{year}", f"Q{part} {year}")
    return say(f"tháng {int(part)} năm {year}", f"{_month(part)} {year}")


def _month(number: str) -> str:
    return _MONTHS[int(number) - 1]
