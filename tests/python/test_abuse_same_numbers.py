"""One name, one number: what ``ct.compute`` and ``ct.abuse`` count under the same name is the same."""

from datetime import date

import chitieu as ct
import polars as pl
import pytest
from abuse_strategies import registers
from hypothesis import given, settings
from hypothesis import strategies as st

#: The indicator, its measure, and the unit of the tables of abuse.
SAME = {"abused_children": "child", "abuse_cases": "case", "perpetrators": "perpetrator", "sanctions": "decision"}
PERIODS = ["2021", "2022", "2022H1", "2022Q1", "2022-03", "2022-02-15/2022-06-20"]
DAY = "2022-12-31"


@st.composite
def sent(draw):
    """Return records with what both read: confirmed or not by the flag alone; now and then without any age or key."""
    tables = draw(st.one_of(registers(), registers(most=12, sure=True)))
    victims = tables["victims"].with_columns(verification=pl.lit(None, pl.String))
    confirmed = draw(st.lists(st.sampled_from([True, True, False, None]), min_size=12, max_size=12))
    victims = victims.with_columns(confirmed=pl.Series(confirmed[: victims.height], dtype=pl.Boolean))
    nothing = [
        c for c in ("birth_date", "birth_year", "age_from", "age_to", "child_id") if draw(st.integers(0, 9)) == 0
    ]
    victims = victims.with_columns(pl.lit(None, victims.schema[c]).alias(c) for c in nothing)
    return tables | {"victims": victims}


def of_compute(tables, period, by):
    result = ct.compute(
        ct.Dataset(**tables, area_vintage=DAY),
        period=period,
        indicators=list(SAME),
        by=by,
        area_level="commune",
    )
    frame = result.to_polars().filter(pl.col("measure") == "count")
    cells = {}
    for row in frame.iter_rows(named=True):
        split = row["sex"] if by else "total"
        if row["status"] != "not_applicable":
            cells[row["indicator"], row["area_level"], row["area"], split] = (row["numerator"], row["undecided"])
    return cells


def of_abuse(tables, period, by):
    register = ct.abuse.register(ct.Dataset(**tables, area_vintage=DAY))
    selection = register.select(period=period)
    cells = {}
    for name, unit in SAME.items():
        if unit == "decision":
            frame = register.sanctions(period=period, area_level="commune").to_polars()
            frame = frame.with_columns(count="decisions", undecided=pl.lit(0))
            split = None
        else:
            split = {"perpetrator": "perpetrator_sex"}.get(unit, "sex") if by else None
            frame = selection.counts(unit, by=[split] if split else [], area_level="commune").to_polars()
        for row in frame.iter_rows(named=True):
            key = (name, row["area_level"], row["area"], row[split] if split else "total")
            cells[key] = (row["count"], row["undecided"])
    return cells


@given(sent(), st.sampled_from(PERIODS), st.sampled_from([[], ["sex"]]))
@settings(max_examples=60, deadline=None, derandomize=True)
def test_both_count_the_same(tables, period, by):
    computed, counted = of_compute(tables, period, by), of_abuse(tables, period, by)
    assert any(value[0] for value in counted.values()) or not any(value[0] for value in computed.values())
    for key, value in counted.items():
        # Areas are those of the provinces with rows: of a province without any of this table there is nothing.
        assert computed.get(key, (0, 0)) == value, key
    for key, value in computed.items():
        assert counted.get(key, (0, 0)) == value, key


@given(sent(), st.sampled_from(PERIODS))
@settings(max_examples=30, deadline=None, derandomize=True)
def test_units_are_the_counts(tables, period):
    register = ct.abuse.register(ct.Dataset(**tables, area_vintage=DAY))
    selection = register.select(period=period)
    units = selection.units(area_level="commune").to_polars()
    for unit in ("child", "case", "incident", "perpetrator", "pair"):
        columns = ["area", "count", "undecided", "without_key", "least", "most"]
        counted = dict(
            (row[0], row[1:]) for row in selection.counts(unit, area_level="commune").to_polars()[columns].rows()
        )
        for area, *rest in units.filter(unit=unit)[columns].rows():
            assert counted.get(area, (0,) * 5) == tuple(rest), (unit, area)


def test_a_perpetrator_of_somebody_of_17_abused_no_child():
    # Law 102/2016/QH13, Article 1: a child is under 16. c1: one of 17; c2: one of 17 and one of 10.
    victims = pl.DataFrame(
        {
            "case_id": ["c1", "c2", "c2"],
            "child_id": ["k1", "k2", "k3"],
            "birth_date": [date(2005, 1, 1), date(2005, 1, 1), date(2012, 1, 1)],
            "commune": ["12364"] * 3,
            "incident_date": [date(2022, 2, 1)] * 3,
            "received_date": [date(2022, 2, 1)] * 3,
            "confirmed": [True] * 3,
        }
    )
    people = pl.DataFrame(
        {"case_id": ["c1", "c2", "c2"], "person_id": ["p1", "p2", "p3"], "child_id": [None, None, "k2"]}
    )
    dataset = ct.Dataset(victims=victims, perpetrators=people, area_vintage=DAY)
    result = ct.compute(dataset, period="2022", indicators=["perpetrators"])
    units = ct.abuse.register(dataset).select(period="2022").units(area_level="country").to_polars()
    assert result.only("perpetrators", area="VN")["numerator"].item() == 1
    assert units.filter(unit="perpetrator")["count"].item() == 1


@pytest.mark.parametrize("blank", ["", " ", "\u00a0", "\u200b", "3.91E+16", "3,91E+16"])
def test_what_identifies_nobody_is_no_identifier(blank):
    victims = pl.DataFrame(
        {
            "case_id": [f"c{n}" for n in range(5)],
            "child_id": [blank, blank, blank, " k1 ", "k1"],
            "birth_year": [2012] * 5,
            "commune": ["12364"] * 5,
            "received_date": [date(2022, 2, 1)] * 5,
            "confirmed": [True] * 5,
        }
    )
    people = pl.DataFrame({"case_id": ["c0", "c1", "c2"], "person_id": [blank, blank, "P1"], "child_id": [blank] * 3})
    dataset = ct.Dataset(victims=victims, perpetrators=people, area_vintage=DAY)
    selection = ct.abuse.register(dataset).select(period="2022")
    child = selection.counts("child").to_polars().row(0, named=True)
    # Three whom nobody can tell apart, and k1 in two cases.
    assert (child["count"], child["without_key"]) == (4, 3)
    person = selection.counts("perpetrator").to_polars().row(0, named=True)
    assert (person["count"], person["without_key"]) == (3, 2)
    with pytest.raises(ct.DataError) as error:
        ct.abuse.register(ct.Dataset(victims=victims.with_columns(case_id=pl.lit(blank)), area_vintage=DAY))
    assert (error.value.column, error.value.code) == ("case_id", "bad_value")


def test_a_level_that_the_list_does_not_have_is_refused():
    victims = pl.DataFrame(
        {
            "case_id": ["c1"],
            "child_id": ["k1"],
            "birth_year": [2016],
            "commune": ["12364"],
            "received_date": [date(2025, 8, 1)],
            "confirmed": [True],
        }
    )
    selection = ct.abuse.register(ct.Dataset(victims=victims, area_vintage="2025-12-31")).select(period="2025")
    # Since 1 July 2025 there are no districts.
    for table in (selection.units, selection.supported, selection.relations):
        with pytest.raises(ct.PlanError) as error:
            table(area_level="district")
        assert error.value.code == "unknown_choice"
        assert error.value.expected == "country, province, commune"
    assert selection.units(area_level="commune").to_polars().height > 1
