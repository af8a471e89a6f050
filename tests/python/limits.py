"""Records on every limit of age: the birthday, the day before and the day after, 29 February, and years alone."""

import random
from datetime import date, timedelta

import polars as pl
from case_files import schema
from strategies import COMMUNES, FLAGS, FORMS

#: Reference days: ends of periods, and the days around 29 February in common and leap years.
DAYS = [
    date(2021, 2, 28),
    date(2021, 3, 1),
    date(2022, 6, 30),
    date(2022, 8, 31),
    date(2022, 12, 31),
    date(2024, 2, 28),
    date(2024, 2, 29),
]
LEAP_DAYS = [date(year, 2, 29) for year in range(2000, 2025, 4)]
MONTHS = [0, 1, 2, 3, 4, 34, 35, 36, 37]


def months_before(day, months):
    """Return the same day so many months before, or the last of that month."""
    years, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    for last in range(day.day, 27, -1):
        try:
            return date(years, month + 1, last)
        except ValueError:
            continue
    return date(years, month + 1, day.day)


def births_before(day):
    """Return births around every completed year up to 19 and every month that is a limit before a day."""
    around = [months_before(day, m) for m in (*MONTHS, *range(0, 19 * 12 + 1, 12))]
    found = {birth + timedelta(days=d) for birth in around for d in (-3, -1, 0, 1, 2)}
    return sorted(found | {leap for leap in LEAP_DAYS if leap <= day})


def frame(table, rows):
    """Return a table of rows."""
    types = schema(table)
    return pl.DataFrame(rows, schema={c: types[c] for c in rows[0]}, orient="row")


def person(chance):
    """Return what has nothing to do with age."""
    return {"sex": chance.choice(["male", "female", None]), "commune": chance.choice(COMMUNES)}


def register(day, seed=1):
    """Return children born around every limit before a day, and some of whom only the year is known."""
    chance = random.Random(seed)
    births = [{"birth_date": b, "birth_year": None} for b in births_before(day)]
    years = [{"birth_date": None, "birth_year": y} for y in range(day.year - 20, day.year + 2)]
    rows = []
    for birth in [*births, *years, *years]:
        row = {"child_id": f"k{len(rows)}", "circumstances": chance.choice([None, [], ["d1"], ["a1", "k5"]])}
        row["attends"] = chance.choice(["nursery", "kindergarten", "none", None])
        rows.append(row | birth | person(chance) | {f: chance.choice([True, True, False, None]) for f in FLAGS})
    return frame("children", rows)


def events(day, table):
    """Return deaths or injuries of one day, of persons born around every limit, some after the event."""
    chance = random.Random(2)
    births = [*births_before(day), day + timedelta(days=1), day + timedelta(days=400), None]
    births += [day - timedelta(days=d) for d in range(25, 32)]
    more = {"fatal": None} if table == "injuries" else {"age_days": None}
    rows = [{"date": day, "birth_date": b} | more | person(chance) for b in births]
    if table == "injuries":
        rows = [row | {"fatal": chance.choice([True, False, None])} for row in rows]
    else:
        days = [0, 1, 26, 27, 28, 29, *range(363, 369), *range(1823, 1830), 4000]
        rows += [{"date": day, "birth_date": None, "age_days": d} | person(chance) for d in days]
    return frame(table, rows)


def abuse(day):
    """Return victims of an incident on a day, or received on it when the incident is not known."""
    chance = random.Random(3)
    births = [{"birth_date": b, "birth_year": None} for b in [*births_before(day), day + timedelta(days=40)]]
    births += [{"birth_date": None, "birth_year": y} for y in [None, *range(day.year - 20, day.year + 2)]]
    rows = []
    for birth in births:
        for incident in (day, None):
            received = day + timedelta(days=chance.choice([0, 1])) if incident else day
            row = {"case_id": f"c{len(rows) // 3}", "child_id": chance.choice([f"k{len(rows) // 2}", None])}
            row |= {"incident_date": incident, "received_date": received, "forms": [chance.choice(FORMS)]}
            row |= {f: chance.choice([True, True, True, False, None]) for f in ("confirmed", "supported")}
            rows.append(row | birth | person(chance))
    return frame("victims", rows)
