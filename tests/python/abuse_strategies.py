"""Small random registers of abuse: few children and persons over few cases, and nulls wherever they are allowed."""

from datetime import date, timedelta

import polars as pl
from case_files import schema
from hypothesis import strategies as st

#: Two communes of one district, one of another, one of another province.
COMMUNES = ["12364", "12367", "11950", "00001"]
FORMS = ["violence", "exploitation", "sexual_abuse", "trafficking", "abandonment", "neglect", "other"]
EDGES = [date(2021, 12, 31), date(2022, 1, 1), date(2022, 3, 31), date(2022, 4, 1), date(2022, 6, 30), date(2022, 7, 1)]
#: Around the 16th and 18th birthday at an incident of 2022, a leap day, and young children.
BORN = [date(2006, 1, 1), date(2006, 6, 30), date(2006, 7, 1), date(2004, 7, 1), date(2004, 2, 29), date(2008, 2, 29)]
BORN += [date(2011, 4, 1), date(2016, 6, 15), date(2021, 12, 31), date(2003, 5, 5)]
COLUMNS = {t: dict(schema(t)) for t in ("victims", "perpetrators", "sanctions")}


def none_or(values):
    return st.one_of(st.none(), values)


def mostly(value, *others):
    """Return a strategy that gives the first value in half of the draws."""
    return st.sampled_from([value] * len(others) + list(others))


flag = st.sampled_from([True, True, False, None])
sex = none_or(st.sampled_from(["male", "female", "unknown"]))
#: Close together, so that children are reported again within a window.
day = st.one_of(
    st.sampled_from(EDGES),
    st.dates(date(2022, 1, 1), date(2022, 7, 31)),
    st.dates(date(2021, 1, 1), date(2023, 6, 30)),
)
soon = st.sampled_from([0, 0, 1, 2, 4, 5, 6, 7, 8, 9, 12])
forms = st.one_of(
    st.lists(st.sampled_from(FORMS), min_size=1, max_size=3),
    st.lists(st.sampled_from([*FORMS, "unknown"]), max_size=4),
    st.none(),
)


def typed(table, rows):
    """Return rows as a frame with every column of the table but the private ones, null where a row has none."""
    types = COLUMNS[table]
    return pl.DataFrame([{c: row.get(c) for c in types} for row in rows], schema=types)


@st.composite
def ages(draw, born):
    """Return what a row records of the age of a child born that day."""
    kind = draw(st.sampled_from(["day", "day", "day", "year", "ages", "least", "most", "none", "both"]))
    low, wide = draw(st.integers(0, 18)), draw(st.integers(0, 3))
    return {
        "day": {"birth_date": born},
        "year": {"birth_year": born.year},
        "both": {"birth_date": born, "birth_year": born.year, "age_from": low, "age_to": low + wide},
        "ages": {"age_from": low, "age_to": low + wide},
        "least": {"age_from": low},
        "most": {"age_to": low},
        "none": {},
    }[kind]


@st.composite
def report(draw, case, child, births, sure):
    received = draw(day)
    later = draw(st.sampled_from([None, 0, 0, 1, 5, 40, 200]))
    born = births.get(child) or draw(st.sampled_from(BORN))
    plan = draw(none_or(soon))
    approved = None if plan is None else draw(none_or(soon))
    planned = None if plan is None else received + timedelta(days=plan)
    emergency = draw(st.sampled_from([None, 0, 1, 2, 3]))
    word = mostly("confirmed", "suspected", "refuted", "unknown", None, None, None)
    verification = draw(mostly("confirmed", None) if sure else word)
    # Where both columns say something they have to agree.
    agreeing = st.sampled_from([None, verification == "confirmed"])
    confirmed = draw(flag if verification in (None, "unknown") else agreeing)
    return draw(ages(born)) | {
        "case_id": case,
        "child_id": child,
        "sex": draw(sex),
        "ethnicity": draw(st.sampled_from(["01", "04", "06", "unknown", None])),
        "commune": draw(st.sampled_from(COMMUNES)),
        "residence": draw(none_or(st.sampled_from(COMMUNES))),
        "incident_date": None if later is None else received - timedelta(days=later),
        "received_date": received,
        "forms": draw(forms),
        "prostitution": draw(st.sampled_from([None, None, False, True])),
        "environment": draw(none_or(st.sampled_from(["family", "school", "community", "other", "unknown"]))),
        "online": draw(none_or(st.booleans())),
        "confirmed": confirmed,
        "verification": verification,
        "supported": draw(flag),
        "emergency_hours": draw(st.sampled_from([None, None, 0, 11, 12, 13, 48])),
        "emergency_date": None if emergency is None else received + timedelta(days=emergency),
        "plan_date": planned,
        "approved_date": None if approved is None else planned + timedelta(days=approved),
        "outcome": draw(none_or(st.sampled_from(["died", "injured", "other", "unknown"]))),
    }


@st.composite
def perpetrator(draw, victims):
    case = draw(st.sampled_from([v["case_id"] for v in victims]))
    # Also a child of another case: then the row relates to the whole case.
    return {
        "case_id": case,
        "person_id": draw(none_or(st.sampled_from(["p0", "p1", "p2"]))),
        "child_id": draw(st.sampled_from([None, *(v["child_id"] for v in victims)])),
        "sex": draw(sex),
        "relation": draw(none_or(st.sampled_from(["parent", "friend", "stranger", "unknown"]))),
    }


@st.composite
def sanction(draw, number, cases):
    # On either side of the day the decree changed.
    decided = draw(st.one_of(day, st.sampled_from(EDGES[:2])))
    before = draw(st.sampled_from([None, None, 0, 1, 30, 200]))
    violator = draw(st.sampled_from(["person", "person", "organisation", None, "unknown"]))
    millions = [1, 3, 5, 6, 10, 15, 20, 21, 25, 26, 40, 50]
    fine = draw(none_or(st.sampled_from([n * 1_000_000 for n in millions] + [4_999_999, 20_000_001])))
    return {
        # Now and then a second act under the number of the decision before.
        "decision_id": f"d{number - draw(st.sampled_from([0, 0, 0, min(number, 1)]))}",
        "case_id": draw(st.sampled_from([None, *cases, *cases])),
        "decided_on": decided,
        "act_date": None if before is None else decided - timedelta(days=before),
        "commune": draw(st.sampled_from(COMMUNES)),
        "decree": draw(st.sampled_from([None, "144/2013", "130/2021", "130/2021", "unknown"])),
        "article": draw(st.sampled_from(["21", "22.1", "22.1", "22(1)", "22", "23.1", "23.2", "23.3", "27", None])),
        "form": draw(st.sampled_from(["a", "b", "b", "c", "d", "đ", None])),
        "fine": fine,
        "violator": violator,
        "violator_id": draw(none_or(st.sampled_from(["v0", "v1"]))),
        "violator_birth_date": None if violator == "organisation" else draw(none_or(st.sampled_from(BORN))),
        "status": draw(mostly("in_force", "annulled", "to_criminal")),
    }


@st.composite
def registers(draw, most=8, sure=False):
    """Return the three tables of a register; a sure one has mostly children who are known, confirmed and young."""
    births = {f"k{n}": draw(st.sampled_from(BORN[-6:] if sure else BORN)) for n in range(3)}
    keys = st.sampled_from(sorted(births))
    who = st.tuples(
        st.sampled_from([f"c{n}" for n in range(most // 2)]), mostly(*births, None) if sure else none_or(keys)
    )
    pairs = draw(st.lists(who, min_size=most // 2, max_size=most))
    # One child stands once in a case; rows without a key may be anyone.
    pairs = [p for n, p in enumerate(pairs) if p[1] is None or p not in pairs[:n]]
    victims = [draw(report(case, child, births, sure)) for case, child in pairs]
    perpetrators = draw(st.lists(perpetrator(victims), min_size=draw(st.integers(0, 4)), max_size=6))
    cases = sorted({case for case, _ in pairs})
    sanctions = [draw(sanction(n, cases)) for n in range(draw(st.integers(0, 6)))]
    rows = {"victims": victims, "perpetrators": perpetrators, "sanctions": sanctions}
    return {name: typed(name, r) for name, r in rows.items()}


@st.composite
def decisions(draw):
    """Return sanctions alone."""
    return {"sanctions": typed("sanctions", [draw(sanction(n, ["c0"])) for n in range(draw(st.integers(0, 10)))])}


PERIODS = [None, "2022", "2022", "2022H1", "2022Q1", "2022-07", "2021-2022", "2022-02-15/2022-06-20"]


@st.composite
def choices(draw, sure=False):
    """Return the arguments of a selection; sure ones are those of most tables."""
    words = [("confirmed",), ("confirmed",), ("suspected", "confirmed"), ("refuted",)]
    return {
        "period": draw(st.sampled_from(PERIODS)),
        "date": draw(mostly("received", "incident", "decided")),
        "place": draw(mostly("incident", "residence")),
        "verification": ("confirmed",) if sure else draw(st.sampled_from(words)),
        "under": draw(st.sampled_from([16, 16, 18])),
        "abandonment_with_neglect": draw(st.booleans()),
        "prostitution": draw(st.sampled_from(["as_recorded", "exploitation", "sexual_abuse", "both"])),
    }
