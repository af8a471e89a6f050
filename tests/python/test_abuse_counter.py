"""Every table of ``ct.abuse`` against the slow counter, on random registers."""

import random
from datetime import date, timedelta

import abuse_basics
import abuse_counter
import chitieu as ct
import polars as pl
import pytest
from abuse_strategies import COMMUNES, FORMS, choices, decisions, registers, typed
from hypothesis import given, settings
from hypothesis import strategies as st

DAY = "2022-12-31"
NAMES = {"unit", "area", "area_level", "form", "other_form", "forms", "window", "months", "step", "rule", "article"}
NAMES |= {"sex", "age_group", "ethnicity", "environment", "online", "outcome", "verification", "relation"}
NAMES |= {"perpetrator_sex", "decree", "clause", "fine_band", "violator"}
#: Lists without an end: a table has at least the categories that occur.
OPEN = {"ethnicity", "article", "clause"}
BY = [[], ["sex"], ["age_group"], ["form"], ["online", "environment"], ["outcome"], ["ethnicity"]]
BY += [["verification"], ["sex", "age_group"], ["form", "sex"]]
OF_ROWS = [[], ["relation"], ["perpetrator_sex"], ["relation", "perpetrator_sex"]]
OF_PAIRS = [*BY, *OF_ROWS, ["relation", "form"]]
any_register = st.one_of(registers(), registers(most=12, sure=True))
any_choice = st.one_of(choices(), choices(sure=True))
level = st.sampled_from(["country", "province", "province", "district"])
until = st.dates(date(2022, 3, 1), date(2024, 12, 31))


def examples(number):
    return settings(max_examples=number, deadline=None, derandomize=True)


@st.composite
def asked(draw):
    """Return a unit with dimensions it may take."""
    unit = draw(st.sampled_from(abuse_counter.UNITS))
    return unit, draw(st.sampled_from({"perpetrator": OF_ROWS, "pair": OF_PAIRS}.get(unit, BY)))


def both(tables):
    """Return a register of the library and one of the slow counter."""
    dataset = ct.Dataset(**tables, ethnic_list="2008")
    register = ct.abuse.register(dataset, area_vintage=DAY)
    return register, abuse_counter.Register(**{name: frame.to_dicts() for name, frame in tables.items()})


def without_coverage(frame):
    """Return a frame without the columns of coverage, which say that nothing is known: the slow counter has none."""
    if "reported" not in frame.columns:
        return frame
    assert frame["reported"].null_count() == frame.height
    assert frame.filter(pl.col("expected").is_null() != (pl.col("area") == "unknown")).is_empty()
    if "value" in frame.columns:
        return frame.drop("reported", "expected")
    assert set(frame["status"]) == {"ok"}
    return frame.drop("reported", "expected", "status")


#: Columns as they follow each other in every table; between areas and these are dimensions and counts.
ORDER = ["period", "area", "area_level", "value", "lower", "upper", "undecided", "without_key", "least", "most"]
ORDER += ["reported", "expected", "status", "unit", "date", "place", "verification", "age_limit"]


def in_one_order(columns):
    """Hold columns to the order that every table has; a column that is a dimension here is passed over."""
    before = columns.index("status") if "status" in columns else len(columns)
    dimensions = [c for c in ("unit", "verification") if c in columns and columns.index(c) < before]
    known = [c for c in columns if c in ORDER and c not in dimensions]
    assert known == [c for c in ORDER if c in known]


def compare(table, wanted, dims=()):
    """Compare a table with rows: the same columns, rows in any order."""
    frame = without_coverage(pl.DataFrame(table))
    choice = [c for c in abuse_counter.CHOICES if c in frame.columns and c not in dims]
    if wanted:
        assert sorted(frame.columns) == sorted(wanted[0])
        in_one_order(frame.columns)
    names = [c for c in frame.columns if c in NAMES and c not in choice]
    found = {tuple(r[n] for n in names): r for r in frame.to_dicts()}
    assert len(found) == frame.height, "a row stands twice"
    expected = {tuple(r[n] for n in names): r for r in wanted}
    if OPEN & set(dims):
        found, expected = ({k: r for k, r in rows.items() if above(r)} for rows in (found, expected))
    assert set(found) == set(expected)
    for key, row in expected.items():
        for column, value in row.items():
            wrong = f"{column} of {dict(zip(names, key, strict=True))}: {found[key]} is not {row}"
            if isinstance(value, float):
                assert found[key][column] == pytest.approx(value, rel=1e-9, abs=1e-9), wrong
            else:
                assert found[key][column] == value, wrong


@pytest.fixture(scope="module")
def many():
    """A register of 400 reports, in which children return often enough for limits."""
    chance = random.Random(7)
    rows = []
    for n in range(400):
        received = date(2021, 1, 1) + timedelta(days=chance.randrange(900))
        rows.append(
            {
                "case_id": f"c{n * 3 // 4}",
                "child_id": f"k{n * 7 % 260}" if chance.random() < 0.9 else None,
                "birth_date": date(2004 + n * 7 % 260 % 15, 1 + n * 7 % 260 % 12, 15),
                "sex": chance.choice(["male", "female", None]),
                "commune": chance.choice(COMMUNES),
                "incident_date": received - timedelta(days=chance.randrange(20)),
                "received_date": received,
                "forms": chance.choices(FORMS, k=chance.randrange(3)),
                "confirmed": chance.choice([True, True, True, None]),
                "plan_date": received + timedelta(days=chance.randrange(12)),
            }
        )
    people = [
        {
            "case_id": row["case_id"],
            "person_id": chance.choice([None, *(f"p{n}" for n in range(90))]),
            "child_id": chance.choice([None, row["child_id"]]),
            "relation": chance.choice(["parent", "friend", None]),
        }
        for row in rows[::2]
    ]
    return both(
        {
            "victims": typed("victims", rows),
            "perpetrators": typed("perpetrators", people),
            "sanctions": typed("sanctions", []),
        }
    )


@pytest.mark.parametrize("choice", [{}, {"period": "2022"}, {"period": "2021", "under": 18, "date": "incident"}])
def test_a_larger_register(many, choice):
    fast, slow = (register.select(**choice) for register in many)
    compare(fast.units(area_level="district"), slow.units("district"))
    compare(fast.counts("child", by=["sex", "form"]), slow.counts("child", ["sex", "form"]), ["sex", "form"])
    compare(fast.relations(area_level="province"), slow.relations("province"))
    compare(fast.response(until="2023-06-30"), slow.response(date(2023, 6, 30)))
    compare(fast.repeats(["2021", "2022Q1", "2022"]), slow.repeats(["2021", "2022Q1", "2022"]))
    found = fast.recurrence("2023-07-31", months=(1, 3, 6, 12, 18))
    compare(found, slow.recurrence(date(2023, 7, 31), (1, 3, 6, 12, 18)))
    assert "ok" in found.to_polars()["status"]


def above(row):
    """Return whether a row counts anything."""
    return any(isinstance(value, int) and value for value in row.values())


@given(any_register, any_choice, asked(), level)
@examples(120)
def test_counts(tables, choice, what, area_level):
    register, slow = both(tables)
    unit, by = what
    table = register.select(**choice).counts(unit, by=by, area_level=area_level)
    compare(table, slow.select(**choice).counts(unit, by, area_level), by)


@given(any_register, any_choice, st.sampled_from(abuse_counter.UNITS))
@examples(10)
def test_counts_by_commune(tables, choice, unit):
    register, slow = both(tables)
    compare(
        register.select(**choice).counts(unit, area_level="commune"), slow.select(**choice).counts(unit, (), "commune")
    )


@given(any_register, any_choice, st.sampled_from([[0, 1, 3, 16], [0, 14, 16, 18], [6, 11], [10, 11, 12]]))
@examples(30)
def test_age_bands(tables, choice, bands):
    register, slow = both(tables)
    table = register.select(**choice).counts("incident", by=["age_group"], age_bands=bands)
    compare(table, slow.select(**choice).counts("incident", ["age_group"], age_bands=bands))


@given(any_register, any_choice, st.sampled_from([[], ["sex"], ["form", "sex"]]), level)
@examples(30)
def test_shares(tables, choice, of_dims, area_level):
    register, slow = both(tables)
    fast, plain = register.select(**choice), slow.select(**choice)
    dims = ["form", "sex"]
    table, rows = fast.counts("child", by=dims, area_level=area_level), plain.counts("child", dims, area_level)
    of, of_rows = fast.counts("child", by=of_dims, area_level=area_level), plain.counts("child", of_dims, area_level)
    for share, wanted in (
        (table.share(), abuse_basics.share(rows, dims)),
        (table.share(of=of), abuse_basics.share(rows, dims, of_rows, of_dims)),
    ):
        compare(share, [row | plain.choices for row in wanted])


@given(any_register, any_choice, level)
@examples(40)
def test_units(tables, choice, area_level):
    register, slow = both(tables)
    compare(register.select(**choice).units(area_level=area_level), slow.select(**choice).units(area_level))


@given(any_register, any_choice, st.sampled_from(["child", "case", "incident"]), level, st.data())
@examples(60)
def test_forms(tables, choice, unit, area_level, data):
    register, slow = both(tables)
    fast, plain = register.select(**choice), slow.select(**choice)
    priority = data.draw(st.permutations(plain.form_list))
    compare(fast.forms(unit=unit, area_level=area_level), plain.forms(unit, None, area_level))
    single = fast.forms(unit=unit, priority=priority, area_level=area_level)
    compare(single, plain.forms(unit, priority, area_level))
    compare(fast.overlaps(unit=unit, area_level=area_level), plain.overlaps(unit, area_level))
    compare(fast.form_matrix(unit=unit), plain.form_matrix(unit))


WINDOWS = [["2022-03", "2022Q1", "2022H1"], ["2021", "2022", "2023"], ["2022-01-15/2022-03-03"], ["2021-2022"]]


@given(
    registers(most=12, sure=True),
    choices(sure=True),
    st.sampled_from(["month", "quarter", "half_year", "year", *WINDOWS]),
    level,
)
@examples(80)
def test_repeats(tables, choice, windows, area_level):
    register, slow = both(tables)
    fast = register.select(**choice)
    if isinstance(windows, str) and not abuse_basics.made_of(windows, choice["period"]):
        with pytest.raises(ct.PlanError):
            fast.repeats(windows, area_level=area_level)
        return
    compare(fast.repeats(windows, area_level=area_level), slow.select(**choice).repeats(windows, area_level))


@given(registers(most=14, sure=True), choices(sure=True), until, st.sampled_from([0.95, 0.9]))
@examples(80)
def test_recurrence(tables, choice, end, width):
    register, slow = both(tables)
    table = register.select(**choice).recurrence(str(end), months=(1, 3, 6, 12, 24), level=width)
    compare(table, slow.select(**choice).recurrence(end, (1, 3, 6, 12, 24), width))


@given(any_register, any_choice, level)
@examples(50)
def test_relations(tables, choice, area_level):
    register, slow = both(tables)
    compare(register.select(**choice).relations(area_level=area_level), slow.select(**choice).relations(area_level))


HOLIDAYS = [date(2022, 1, 3), *(date(2022, 1, 31) + timedelta(days=n) for n in range(5)), date(2022, 4, 11)]


@given(any_register, any_choice, st.one_of(st.none(), until), st.sampled_from([[], HOLIDAYS]), level)
@examples(60)
def test_response(tables, choice, end, holidays, area_level):
    register, slow = both(tables)
    asked = {"until": None if end is None else str(end), "holidays": [str(d) for d in holidays]}
    table = register.select(**choice).response(**asked, area_level=area_level)
    compare(table, slow.select(**choice).response(end, holidays, area_level))


@given(any_register, any_choice, level)
@examples(30)
def test_supported(tables, choice, area_level):
    register, slow = both(tables)
    compare(register.select(**choice).supported(area_level=area_level), slow.select(**choice).supported(area_level))


SANCTIONS_BY = [[], ["decree"], ["article"], ["clause", "decree"], ["form"], ["fine_band"], ["violator", "fine_band"]]
period = st.sampled_from([None, "2022", "2022H1", "2022Q1"])


@given(decisions(), period, st.sampled_from(SANCTIONS_BY), level)
@examples(100)
def test_sanctions(tables, when, by, area_level):
    register, slow = both(tables)
    table = register.sanctions(period=when, by=by, area_level=area_level)
    compare(table, slow.sanctions(when, by, area_level), by)


@given(decisions(), period)
@examples(100)
def test_findings(tables, when):
    register, slow = both(tables)
    frame = register.sanction_findings(period=when).to_polars()
    compare(frame.drop("vi", "en"), slow.sanction_findings(when))
    assert frame.select("vi", "en").null_count().row(0) == (0, 0)
