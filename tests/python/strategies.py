"""Random records: nulls wherever they are allowed, ages at their limits, repeats, several provinces and years."""

from datetime import date, timedelta

import polars as pl
from case_files import schema
from hypothesis import strategies as st

COMMUNES = ["12364", "12367", "11950", "11953", "00001"]
YEARS = [2021, 2022, 2023]
#: Days from which ages are counted, and around which births and events are laid.
DAYS = [date(2021, 2, 28), date(2022, 6, 30), date(2022, 12, 31), date(2023, 3, 1)]
FORMS = ["violence", "exploitation", "sexual_abuse", "trafficking", "abandonment", "neglect", "other"]
CODES = ["a1", "a", "c1", "c12", "d1", "d2", "d", "đ1", "k5", "n2", "o3"]


def none_or(values):
    return st.one_of(st.none(), values)


sex = none_or(st.sampled_from(["male", "female", "unknown"]))
flag = none_or(st.booleans())
commune = st.sampled_from(COMMUNES)
#: Within a few days of a round number of years before one of the days: every age limit and 29 February among them.
near = st.builds(
    lambda day, years, days: max(date(2002, 1, 1), back(day, years) + timedelta(days=days)),
    st.sampled_from(DAYS),
    st.integers(0, 18),
    st.sampled_from([-1, 0, 0, 1, 60, 61, -92, -91, -90]),
)
leap = st.sampled_from([date(2004, 2, 29), date(2008, 2, 29), date(2012, 2, 29), date(2016, 2, 29), date(2020, 2, 29)])
born = st.one_of(near, near, leap)
event = st.one_of(
    st.dates(date(2022, 1, 1), date(2022, 12, 31)),
    st.dates(date(2021, 1, 1), date(2023, 12, 31)),
    st.sampled_from([date(2021, 12, 31), date(2022, 1, 1), date(2022, 6, 30), date(2022, 7, 1)]),
    st.sampled_from([date(2022, 12, 31), date(2023, 1, 1)]),
)


def back(day, years):
    """Return the same day some years before; 29 February becomes 28 February."""
    return day.replace(year=day.year - years, day=28 if (day.month, day.day) == (2, 29) else day.day)


def rows(table, columns, most):
    """Return a strategy of frames of one table."""
    types = schema(table)
    row = st.fixed_dictionaries(columns)
    several = st.one_of(st.lists(row, max_size=3), st.lists(row, min_size=most // 2, max_size=most))
    return several.map(lambda r: pl.DataFrame(r, schema={c: types[c] for c in columns}))


def keyed(frame):
    """Give children without one an identifier of their own."""
    return frame.with_columns(child_id=pl.format("k{}", pl.int_range(pl.len())))


FLAGS = ["supported", "at_risk", "birth_registered", "fully_vaccinated", "consulted", "participates"]
FLAGS += ["aware_of_rights", "online_safety", "development_services", "on_track", "works"]
attends = none_or(st.sampled_from(["nursery", "kindergarten", "primary", "lower_secondary", "none"]))
birth = {"birth_date": none_or(born), "birth_year": none_or(st.integers(2003, 2024))}

children = rows(
    "children",
    birth
    | {
        "child_id": st.just("k"),
        "sex": sex,
        "commune": commune,
        "circumstances": none_or(st.lists(st.sampled_from(CODES), max_size=3)),
        "attends": attends,
    }
    | dict.fromkeys(FLAGS, flag),
    40,
).map(keyed)
births = rows("births", {"date": event, "sex": sex, "commune": commune}, 15)
deaths = rows(
    "deaths",
    {
        "date": event,
        "birth_date": none_or(st.one_of(born, event)),
        # Around 365 and 1,826 days an age in years depends on the leap days between.
        "age_days": none_or(st.sampled_from([0, 1, 27, 28, 29, 364, 365, 366, 1825, 1826, 1827, 4000])),
        "sex": sex,
        "commune": commune,
    },
    15,
)
population = rows(
    "population",
    {
        "year": st.sampled_from(YEARS),
        "commune": commune,
        "sex": sex,
        "age": none_or(st.integers(0, 30)),
        "persons": st.integers(0, 1_000),
    },
    15,
)
victims = rows(
    "victims",
    birth
    | {
        "birth_date": none_or(st.one_of(born, event, st.dates(date(2015, 1, 1), date(2021, 12, 31)))),
        "case_id": st.sampled_from([f"c{n}" for n in range(7)]),
        "child_id": none_or(st.sampled_from([f"k{n}" for n in range(8)])),
        "sex": sex,
        "commune": commune,
        "incident_date": none_or(event),
        "received_date": event,
        "forms": none_or(st.lists(st.sampled_from(FORMS), max_size=3)),
        "environment": none_or(st.sampled_from(["family", "school", "community", "other", "unknown"])),
        "outcome": none_or(st.sampled_from(["died", "injured", "other"])),
        "confirmed": flag,
        "supported": flag,
    },
    25,
)
sanctions = rows(
    "sanctions",
    {
        "decision_id": st.sampled_from([f"d{n}" for n in range(6)]),
        "decided_on": event,
        "commune": commune,
        "status": st.sampled_from(["in_force", "annulled", "to_criminal"]),
    },
    10,
)
year = st.sampled_from(YEARS)
communes = rows("communes", {"commune": commune, "year": year, "child_friendly": flag, "play_area": flag}, 10)
villages = rows(
    "villages",
    {"village_id": st.sampled_from(["v1", "v2", "v3"]), "commune": commune, "year": year, "facility": flag},
    10,
)
schools = rows(
    "schools",
    {
        "school_id": st.sampled_from(["s1", "s2", "s3"]),
        "commune": commune,
        "year": year,
        "sanitation": flag,
        "psychological_support": flag,
        "disability_access": flag,
    },
    10,
)
pupils = rows(
    "pupils",
    {
        "commune": commune,
        "school_year": st.sampled_from([f"{y - 1}-{y}" for y in range(2017, 2024)]),
        "grade": st.sampled_from([1, 1, 2, 5, 5, 6, 6, 9, 9, 10]),
        "sex": sex,
        "enrolled": st.integers(0, 300),
        "completed": st.integers(0, 300),
        "dropped_out": st.integers(0, 9),
    },
    25,
)
injured = {"date": event, "birth_date": none_or(st.one_of(born, event)), "sex": sex, "commune": commune}
injuries = rows("injuries", injured | {"fatal": flag}, 15)
marriages = rows("marriages", {"date": event, "commune": commune, "under_age": st.booleans()}, 8)


@st.composite
def perpetrators(draw, cases):
    """Return perpetrators of cases that are there."""
    if not cases:
        return pl.DataFrame(
            schema={c: schema("perpetrators")[c] for c in ("case_id", "person_id", "child_id", "sex", "relation")}
        )
    columns = {
        "case_id": st.sampled_from(cases),
        "person_id": none_or(st.sampled_from([f"p{n}" for n in range(5)])),
        "child_id": none_or(st.sampled_from([f"k{n}" for n in range(8)])),
        "sex": sex,
        "relation": none_or(st.sampled_from(["parent", "stranger", "unknown"])),
    }
    return draw(rows("perpetrators", columns, 12))


TABLES = {
    "children": children,
    "births": births,
    "deaths": deaths,
    "population": population,
    "victims": victims,
    "sanctions": sanctions,
    "communes": communes,
    "villages": villages,
    "schools": schools,
    "pupils": pupils,
    "injuries": injuries,
    "marriages": marriages,
}


@st.composite
def provinces(draw, *names):
    """Return tables by name, without names all of them; victims come with their perpetrators."""
    tables = {name: draw(TABLES[name]) for name in names or TABLES}
    if "victims" in tables:
        cases = tables["victims"]["case_id"].unique().sort().to_list()
        tables["perpetrators"] = draw(perpetrators(cases))
    return tables
