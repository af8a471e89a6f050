"""Every cell of every indicator against SQL written independently, on random records and on a made-up province."""

from contextlib import closing
from datetime import date

import chitieu as ct
import limits
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from oracle import Oracle
from oracle_coverage import EVERY, every_commune
from oracle_indicators import INDICATORS
from strategies import COMMUNES, provinces

DAYS = {
    "2022": (date(2022, 1, 1), date(2022, 12, 31)),
    "2022H1": (date(2022, 1, 1), date(2022, 6, 30)),
    "2022Q4": (date(2022, 10, 1), date(2022, 12, 31)),
    "2021-02": (date(2021, 2, 1), date(2021, 2, 28)),
    "2021-2022": (date(2021, 9, 1), date(2022, 8, 31)),
    "2021-01-01/2023-03-01": (date(2021, 1, 1), date(2023, 3, 1)),
}
PERIODS = ["2022", "2022", "2022", *DAYS]
BY = [
    [],
    ["sex"],
    ["age_group"],
    ["form"],
    ["circumstance"],
    ["environment", "outcome"],
    ["relation", "sex"],
    ["sex", "age_group"],
    ["age_group", "form"],
    ["circumstance", "sex"],
]
FACTS = ["numerator", "denominator", "undecided"]


def compare(tables, period, by, area_level, views=(), days=None, submissions=None, complete=()):
    """Compare all cells of all indicators, or of those that count in some views; return how many are above 0."""
    named = [i for i, asked in INDICATORS.items() if asked.top.view in views] or None
    said = None
    if submissions is not None:
        received = pl.when("came").then(pl.col("last"))
        span = pl.format("{}/{}", pl.col("first").cast(pl.String), pl.col("last").cast(pl.String))
        said = submissions.select("table", "commune", period=span, received_on=received)
    dataset = ct.Dataset(**tables, submissions=said, complete=complete)
    result = ct.compute(dataset, period=period, indicators=named, by=by, area_level=area_level)
    frame = result.to_polars()
    with closing(Oracle(tables, *(days or DAYS[period]), submissions, tuple(complete))) as oracle:
        return compare_cells(frame, oracle, by)


def compare_cells(frame, oracle, by):
    """Compare the cells of a result with those of the oracle."""
    above = 0
    for (indicator, measure), cells in frame.group_by("indicator", "measure", maintain_order=True):
        asked = INDICATORS[indicator]
        assert measure in asked.outputs
        lacking = [pl.col(d) != "total" for d in by if d not in asked.top.dims]
        without = cells.filter(pl.any_horizontal(lacking)) if lacking else cells.clear()
        assert set(without["status"]) <= {"not_applicable"}
        assert without.select(pl.col(FACTS).is_null().all()).row(0) == (True, True, True) or not without.height
        cells = (
            cells.join(without, on=cells.columns[:6] + by, how="anti", nulls_equal=True) if without.height else cells
        )
        hidden = compare_coverage(cells, oracle, indicator, measure)
        for fact, found in oracle.parts(indicator, measure, by).items():
            wanted = pl.Series([None if not found else 0] * cells.height, dtype=pl.Int64)
            for part in found:
                names = [c for c in part.columns if c != "found"]
                wanted += (
                    cells.select(names).join(part, on=names, how="left", maintain_order="left")["found"].fill_null(0)
                )
            wanted = pl.select(pl.when(~hidden[fact]).then(wanted)).to_series()
            wrong = cells.with_columns(wanted.alias("wanted")).filter(~pl.col(fact).eq_missing(pl.col("wanted")))
            assert wrong.is_empty(), f"{indicator}, {measure}, {fact}:\n{wrong.rows(named=True)[0]}"
            above += int((wanted > 0).sum())
    return above


def compare_coverage(cells, oracle, indicator, measure):
    """Compare who reported, and the statuses; return which parts of which cells have no number."""
    asked = INDICATORS[indicator]
    parts = [asked.top, asked.below] if measure != "count" else [asked.top]
    # Without any row or table of the denominator's there is no denominator, and it tells nothing.
    counted = cells["denominator"].is_not_null() | (cells["status"] == "not_reported")
    parts = parts if counted.any() or measure == "count" else parts[:1]
    provinces = cells.filter(pl.col("area_level") == "province")["area"].unique().to_list()
    wanted = oracle.coverage.of(parts, provinces)
    both = cells.join(wanted, on="area", how="left", maintain_order="left", suffix="_wanted")
    for fact in ["reported", "expected"]:
        wrong = both.filter(~pl.col(fact).eq_missing(pl.col(f"{fact}_wanted")))
        assert wrong.is_empty(), f"{indicator}, {measure}, {fact}:\n{wrong.rows(named=True)[0]}"
    silent = [~both[f"some_{nth}"].fill_null(True) for nth in range(len(parts))]
    nobody = silent[0] if len(parts) == 1 else silent[0] | silent[1]
    assert (both.filter(nobody)["status"] == "not_reported").all(), indicator
    assert both.filter(nobody)["value"].is_null().all(), indicator
    heard = both.filter(~nobody)
    partial = (heard["reported"] < heard["expected"]).fill_null(False)
    assert set(heard.filter(partial)["status"]) <= {"partial", "unreliable", "not_available"}, indicator
    assert set(heard.filter(~partial)["status"]) <= {"ok", "unreliable", "not_available"}, indicator
    below = silent[-1] if len(parts) > 1 else silent[0] & False
    return {"numerator": silent[0], "denominator": below, "undecided": nobody}


def test_the_oracle_knows_which_tables_every_commune_has():
    assert every_commune() == EVERY


def test_the_oracle_knows_every_indicator():
    assert set(INDICATORS) == {i.id for i in ct.catalogue()}
    for indicator in ct.catalogue():
        assert set(indicator.outputs) == set(INDICATORS[indicator.id].outputs), indicator.id


def random_records(*tables, by=BY, levels=("province", "district"), examples=20):
    """Return the decorators of a test over random records of some tables."""

    def decorate(test):
        asked = (st.sampled_from(PERIODS), st.sampled_from(by), st.sampled_from(levels))
        quick = settings(max_examples=examples, deadline=None, derandomize=True)
        return given(provinces(*tables), *asked)(quick(test))

    return decorate


@random_records("children", by=[b for b in BY if {"form", "environment", "relation"}.isdisjoint(b)], examples=20)
def test_random_registers(tables, period, by, area_level):
    compare(tables, period, by, area_level)


@random_records("victims", "children", by=[b for b in BY if "circumstance" not in b], examples=25)
def test_random_cases_of_abuse(tables, period, by, area_level):
    compare(tables, period, by, area_level, ["the_victims", "the_perpetrators"])


@random_records("births", "deaths", "population", "pupils", by=[[], ["sex"], ["age_group"]])
def test_random_events_and_pupils(tables, period, by, area_level):
    compare(tables, period, by, area_level)


@random_records("injuries", "children", by=[[], ["sex"], ["age_group"], ["sex", "age_group"]])
def test_random_injuries(tables, period, by, area_level):
    compare(tables, period, by, area_level, ["the_injuries"])


@random_records("communes", "villages", "schools", "sanctions", "marriages", by=[[], ["sex"]], levels=["commune"])
def test_random_places_and_decisions(tables, period, by, area_level):
    compare(tables, period, by, area_level)


@random_records(by=[["sex"], ["sex", "age_group"]], levels=["district", "commune"], examples=8)
def test_random_provinces(tables, period, by, area_level):
    compare(tables, period, by, area_level)


SPANS = ["2022", "2022H1", "2022H2", "2022Q1", "2022Q4", "2021", "2021-2022", "2022-12", "2018"]


def spans(text):
    """Return first and last day of a period that submissions here are about."""
    known = DAYS | {
        "2022H2": (date(2022, 7, 1), date(2022, 12, 31)),
        "2022Q1": (date(2022, 1, 1), date(2022, 3, 31)),
        "2021": (date(2021, 1, 1), date(2021, 12, 31)),
        "2022-12": (date(2022, 12, 1), date(2022, 12, 31)),
        "2018": (date(2018, 1, 1), date(2018, 12, 31)),
    }
    return known[text]


@st.composite
def submissions(draw, *tables):
    """Return rows of who reported, in random communes, tables and periods."""
    row = st.tuples(st.sampled_from(tables), st.sampled_from(COMMUNES), st.sampled_from(SPANS), st.booleans())
    rows = [(t, c, *spans(p), came) for t, c, p, came in draw(st.lists(row, max_size=30))]
    return pl.DataFrame(rows, schema=["table", "commune", "first", "last", "came"], orient="row").cast(
        {"table": pl.String, "commune": pl.String, "first": pl.Date, "last": pl.Date, "came": pl.Boolean}
    )


SENDERS = ["children", "victims", "births", "deaths", "population", "pupils", "communes", "sanctions"]


@given(
    provinces(),
    submissions(*SENDERS),
    st.lists(st.sampled_from(SENDERS), max_size=2, unique=True),
    st.sampled_from(PERIODS),
    st.sampled_from(["district", "commune"]),
)
@settings(max_examples=12, deadline=None, derandomize=True)
def test_random_submissions(tables, said, complete, period, area_level):
    named = set(said.filter(pl.col("came"))["commune"].str.slice(0, 5))
    # A province that only submissions name stands in the result and not in the records: both provinces have rows here.
    first = tables["births"].clear()
    days = [DAYS[period][0]] * 2
    both = pl.DataFrame({"date": days, "commune": ["12364", "00001"]}, schema=first.select("date", "commune").schema)
    tables = {**tables, "births": pl.concat([tables["births"], both], how="diagonal")}
    assert named <= set(COMMUNES)
    compare(tables, period, [], area_level, submissions=said, complete=complete)


@pytest.mark.parametrize("day", limits.DAYS, ids=str)
@pytest.mark.parametrize("by", [[], ["age_group"], ["sex", "age_group"]], ids="-".join)
def test_every_limit_of_age(day, by):
    first = day.replace(month=1, day=1)
    tables = {name: limits.events(day, name) for name in ("deaths", "injuries")}
    tables |= {"children": limits.register(day), "victims": limits.abuse(day)}
    tables["births"] = tables["injuries"].select("date", "sex", "commune")
    assert compare(tables, f"{first}/{day}", by, "province", days=(first, day)) > 50


@pytest.fixture(scope="module")
def made():
    dataset = ct.synthetic.province("33", children=5_000, year=2022, seed=3)
    return {name: dataset[name] for name in dataset.tables}


@pytest.mark.parametrize("by", BY, ids="-".join)
def test_a_made_up_province(made, by):
    assert compare(made, "2022", by, "district") > 300


@pytest.mark.parametrize("period", [p for p in DAYS if p != "2021-02"])
def test_other_periods_of_the_province(made, period):
    assert compare(made, period, ["sex"], "commune") > 1_000
