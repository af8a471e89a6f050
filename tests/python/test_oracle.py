"""Every cell of every indicator against SQL written independently, on random records and on a made-up province."""

from datetime import date

import chitieu as ct
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from oracle import Oracle
from oracle_indicators import INDICATORS
from strategies import provinces

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


def compare(tables, period, by, area_level):
    """Compare all cells; return how many are above 0."""
    result = ct.compute(ct.Dataset(**tables), period=period, by=by, area_level=area_level)
    frame = result.to_polars()
    oracle = Oracle(tables, *DAYS[period])
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
        for fact, found in oracle.parts(indicator, measure, by).items():
            wanted = pl.Series([None if not found else 0] * cells.height, dtype=pl.Int64)
            for part in found:
                names = [c for c in part.columns if c != "found"]
                wanted += (
                    cells.select(names).join(part, on=names, how="left", maintain_order="left")["found"].fill_null(0)
                )
            wrong = cells.with_columns(wanted.alias("wanted")).filter(~pl.col(fact).eq_missing(pl.col("wanted")))
            assert wrong.is_empty(), f"{indicator}, {measure}, {fact}:\n{wrong.rows(named=True)[0]}"
            above += int((wanted > 0).sum())
    return above


def test_the_oracle_knows_every_indicator():
    assert set(INDICATORS) == {i.id for i in ct.catalogue()}
    for indicator in ct.catalogue():
        assert set(indicator.outputs) == set(INDICATORS[indicator.id].outputs), indicator.id


@given(provinces(), st.sampled_from(PERIODS), st.sampled_from(BY), st.sampled_from(["province", "district"]))
@settings(max_examples=25, deadline=None, derandomize=True)
def test_random_records(tables, period, by, area_level):
    compare(tables, period, by, area_level)


@given(provinces())
@settings(max_examples=5, deadline=None, derandomize=True)
def test_random_records_by_commune(tables):
    compare(tables, "2022", ["sex"], "commune")


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
