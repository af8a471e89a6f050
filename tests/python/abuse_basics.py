"""What the slow counter works with: days and periods, shares, areas, time followed."""

import csv
from calendar import monthrange
from collections import defaultdict
from datetime import date, timedelta
from functools import cache
from itertools import pairwise
from math import exp, inf, log, sqrt
from statistics import NormalDist

from case_files import ROOT

LEVELS = ["country", "province", "district", "commune"]


# ================================================================ days and periods


def span(text):
    """Return the first and last day of a period as it is written."""
    if "/" in text:
        first, last = text.split("/")
        return date.fromisoformat(first), date.fromisoformat(last)
    year, rest = int(text[:4]), text[4:]
    if rest[:1] == "-" and len(rest) == 5:
        return date(year, 9, 1), date(year + 1, 8, 31)
    months = {"": 12, "H": 6, "Q": 3, "-": 1}[rest[:1]]
    last = months * int(rest[1:] or 1)
    return date(year, last - months + 1, 1), date(year, last, monthrange(year, last)[1])


def inside(word, period):
    """Return the months, quarters ... that lie inside a period."""
    first, last = span(period)
    kinds = {"month": ("-{:02}", 12), "quarter": ("Q{}", 4), "half_year": ("H{}", 2), "year": ("", 1)}
    pattern, parts = kinds[word]
    names = [f"{y}" + pattern.format(n + 1) for y in range(first.year, last.year + 1) for n in range(parts)]
    return [n for n in names if first <= span(n)[0] and span(n)[1] <= last]


def made_of(word, period):
    """Return whether a period is made of whole months, quarters ..."""

    def length(text):
        first, last = span(text)
        return (last - first).days + 1

    return period is not None and sum(map(length, inside(word, period))) == length(period)


def windows_of(word, period):
    """Return the months, quarters ... of a period, then the period itself."""
    return [n for n in inside(word, period) if n != period] + [period]


def years(born, on):
    """Return completed years; who is born on 29 February turns older on 1 March of common years."""
    return on.year - born.year - ((on.month, on.day) < (born.month, born.day))


def birthday(born, age):
    """Return the day somebody turns an age."""
    try:
        return born.replace(year=born.year + age)
    except ValueError:
        return date(born.year + age, 3, 1)


def working_days(start, end, holidays):
    """Return the working days after the start, the end among them."""
    days = (start + timedelta(days=n) for n in range(1, (end - start).days + 1))
    return sum(day.weekday() < 5 and day not in holidays for day in days)


# ================================================================ numbers


def told(value):
    """Return a value of the records, or None where it is not recorded."""
    return None if value == "unknown" else value


def limits(x, n):
    """Return Wilson's limits in percent."""
    z = NormalDist().inv_cdf(0.975)
    middle, half = x + z * z / 2, z * sqrt(x * (n - x) / n + z * z / 4)
    return 100 * (middle - half) / (n + z * z), 100 * (middle + half) / (n + z * z)


def percent(x, n):
    """Return the value, limits and status of a share."""
    if n == 0:
        return {"value": None, "lower": None, "upper": None, "status": "not_available"}
    lower, upper = limits(x, n)
    return {"value": 100 * x / n, "lower": lower, "upper": upper, "status": "unreliable" if n < 30 else "ok"}


def share(rows, dims, of=None, of_dims=()):
    """Return each cell over the total of its area, or over the cell of another table."""
    whole, whole_dims = (rows, ()) if of is None else (of, of_dims)
    own = dims if of is None else of_dims
    below = {(r["area_level"], r["area"], *(r[d] for d in own)): r["count"] for r in whole}
    found = []
    for row in rows:
        cell = [row[d] if d in whole_dims and d in dims else "total" for d in own]
        under = below[(row["area_level"], row["area"], *cell)]
        kept = {k: row[k] for k in ("unit", "area", "area_level", *dims)}
        found.append(kept | {"numerator": row["count"], "denominator": under} | percent(row["count"], under))
    return found


# ================================================================ areas


@cache
def units_on(day):
    """Return the units of a day: level and code to the chain of codes from the country down."""
    with (ROOT / "src" / "area" / "units.csv").open(encoding="utf-8") as file:
        there = [r for r in csv.DictReader(file) if r["valid_from"] <= day <= r["valid_to"]]
    chains = {("country", "VN"): [("country", "VN")]}
    for depth, level in enumerate(LEVELS):
        for row in there:
            if row["level"] == level:
                # Without districts a commune lies in its province.
                above = (chains.get((at, row["parent"])) for at in reversed(LEVELS[:depth]))
                chains[level, row["code"]] = [*next(c for c in above if c), (level, row["code"])]
    return chains


@cache
def tree(day):
    """Return the units inside each province."""
    inside = defaultdict(list)
    for chain in units_on(day).values():
        if len(chain) > 1:
            inside[chain[1][1]].append(chain[-1])
    return inside


def places_of(commune, day):
    """Return the areas, level and code, in which a commune lies."""
    return units_on(day)["commune", commune] if commune else [("country", "VN"), ("unknown", "unknown")]


def areas_of(communes, level, day):
    """Return the areas of a table whose records lie in these communes."""
    provinces = {places_of(c, day)[1][1] for c in communes if c}
    found = [("country", "VN")] + [unit for p in sorted(provinces) for unit in tree(day)[p]]
    found = [unit for unit in found if LEVELS.index(unit[0]) <= LEVELS.index(level)]
    return found + ([("unknown", "unknown")] if None in communes else [])


# ================================================================ bands, time followed, steps


def labelled(bands):
    """Return age bands by their labels."""
    return {str(a) if b == a + 1 else f"{a}-{b - 1}": (a, b) for a, b in pairwise(bands)}


def kaplan_meier(times, days, level):
    """Return the share that had the event by a day, with log-log limits of Greenwood's variance."""
    alive, spread = 1.0, 0.0
    for t in sorted({t for t, event in times if event and t <= days}):
        n = sum(other >= t for other, _ in times)
        d = times.count((t, True))
        alive *= 1 - d / n
        spread += d / (n * (n - d)) if n > d else inf
    found = {"value": 100 * (1 - alive), "lower": None, "upper": None}
    if 0 < alive < 1:
        wide = NormalDist().inv_cdf(0.5 + level / 2) * sqrt(spread) / abs(log(alive))
        found |= {"lower": 100 * (1 - alive ** exp(-wide)), "upper": 100 * (1 - alive ** exp(wide))}
    return found


def timely(step, limit, row, until, holidays):
    """Return whether a step was in time, and how long it took; None if it does not apply."""
    received = row["received_date"]
    if step == "emergency":
        hours, day = row.get("emergency_hours"), row.get("emergency_date")
        if hours is not None:
            return ("on_time" if hours <= limit else "late"), hours
        # A day alone never shows that 12 hours were kept.
        end = day or until
        return ("late" if end and (end - received).days >= 2 else "undecided"), None
    start, end = (
        (received, row.get("plan_date")) if step == "plan" else (row.get("plan_date"), row.get("approved_date"))
    )
    if start is None:
        return None
    if end:
        taken = working_days(start, end, holidays)
        return ("on_time" if taken <= limit else "late"), taken
    return ("late" if until and working_days(start, until, holidays) > limit else "undecided"), None
