"""Counts merge: any split of the rows, in any order and grouping, gives the identical tally."""

import pickle
import random
from datetime import date

import chitieu as ct
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal
from records import births
from strategies import provinces

QUICK = settings(max_examples=25, deadline=None, derandomize=True)
ASKED = {"period": "2022H1", "by": ["sex", "form"], "area_level": "district"}
PLAN = ct.plan(**ASKED)
BIRTHS = births(date=[date(2022, 3, 1)] * 3, sex=["male", "female", "male"], commune=["12364"] * 3)


def dataset(tables):
    return ct.Dataset(**tables)


def split(tables, parts, seed):
    """Deal the rows to parts; the rows of a case stay together."""
    chance = random.Random(seed)
    home = {case: chance.randrange(parts) for case in sorted(tables["victims"]["case_id"].unique())}
    dealt = [{} for _ in range(parts)]
    for name, frame in tables.items():
        if "case_id" in frame.columns and name != "sanctions":
            places = [home[case] for case in frame["case_id"]]
        else:
            places = [chance.randrange(parts) for _ in range(frame.height)]
        places = pl.Series(places, dtype=pl.Int64)
        for part in range(parts):
            rows = frame.filter(places == part)
            dealt[part][name] = rows.sample(fraction=1, shuffle=True, seed=seed) if rows.height else rows
    return dealt


@given(provinces(), st.integers(1, 5), st.integers(0, 10_000))
@QUICK
def test_any_split_in_any_order_is_the_whole(tables, parts, seed):
    whole = PLAN.partial(dataset(tables))
    tallies = [PLAN.partial(dataset(part)) for part in split(tables, parts, seed)]
    random.Random(seed).shuffle(tallies)
    merged = ct.merge(tallies)
    assert merged == whole
    assert_frame_equal(PLAN.finish(merged).to_polars(), PLAN.finish(whole).to_polars())


@given(provinces(), st.integers(0, 10_000))
@QUICK
def test_grouping_and_order_do_not_matter(tables, seed):
    a, b, c = (PLAN.partial(dataset(part)) for part in split(tables, 3, seed))
    left = ct.merge([ct.merge([a, b]), c])
    assert ct.merge([a, ct.merge([b, c])]) == left
    assert ct.merge([c, b, a]) == left
    assert ct.merge([a, b, c]) == left


@given(provinces())
@QUICK
def test_a_tally_of_no_rows_changes_nothing(tables):
    whole = PLAN.partial(dataset(tables))
    nothing = PLAN.partial(dataset({n: f.clear() for n, f in tables.items()}))
    assert ct.merge([nothing, whole]) == whole
    assert ct.merge([whole, nothing]) == whole
    assert ct.merge([whole]) == whole


@given(provinces())
@QUICK
def test_tables_may_be_counted_apart(tables):
    apart = [{n: f} for n, f in tables.items() if n not in ("victims", "perpetrators")]
    apart.append({n: tables[n] for n in ("victims", "perpetrators")})
    whole = PLAN.partial(dataset(tables))
    merged = ct.merge([PLAN.partial(dataset(part)) for part in apart])
    assert merged == whole
    finished = PLAN.finish(merged)
    assert_frame_equal(finished.to_polars(), PLAN.finish(whole).to_polars())
    assert [w for w in finished.warnings if w.code == "left_out"] == []


@given(provinces())
@QUICK
def test_a_tally_travels_by_pickle_and_arrow(tables):
    tally = PLAN.partial(dataset(tables))
    assert pickle.loads(pickle.dumps(tally)) == tally
    assert PLAN.tally(tally) == tally
    assert PLAN.tally(tally.to_polars()) == tally
    assert PLAN.tally(pa.table(tally)) == tally
    assert PLAN.tally(tally.to_polars().sample(fraction=1, shuffle=True, seed=1)) == tally


@given(provinces())
@QUICK
def test_the_same_rows_in_another_form_give_the_same_tally(tables):
    whole = PLAN.partial(dataset(tables))
    assert PLAN.partial(dataset({n: f.lazy() for n, f in tables.items()})) == whole
    chunks = {n: pl.concat([f.slice(k, 1) for k in range(f.height)] or [f], rechunk=False) for n, f in tables.items()}
    assert PLAN.partial(dataset(chunks)) == whole


def test_a_tally_lies_in_a_file(tmp_path):
    tally = PLAN.partial(ct.Dataset(births=BIRTHS))
    tally.to_polars().write_parquet(tmp_path / "tally.parquet")
    assert PLAN.tally(pl.read_parquet(tmp_path / "tally.parquet")) == tally


def test_merging_rows_that_overlap_counts_them_twice_and_children_once():
    tally = PLAN.partial(ct.Dataset(births=BIRTHS))
    result = PLAN.finish(ct.merge([tally, tally]))
    assert result.only("sex_ratio_at_birth", area="VN").select("numerator", "denominator").row(0) == (4, 2)
    victims = pl.DataFrame({"case_id": ["c1"], "child_id": ["k1"], "birth_year": [2015], "commune": ["12364"]})
    victims = victims.with_columns(received_date=pl.date(2022, 1, 1), confirmed=True, forms=["neglect"])
    plan = ct.plan(period="2022H1", indicators=["abused_children"])
    tally = plan.partial(ct.Dataset(victims=victims))
    assert ct.merge([tally, tally]) == tally


def test_millions_of_rows_are_the_sum_of_their_pieces():
    many = pl.concat([BIRTHS] * 100_000)
    plan = ct.plan(period="2022", indicators=["sex_ratio_at_birth"], area_level="commune")
    whole = plan.partial(ct.Dataset(births=many))
    pieces = [plan.partial(ct.Dataset(births=many.slice(n, 70_001))) for n in range(0, many.height, 70_001)]
    assert ct.merge(pieces) == whole
    assert plan.finish(whole).printed("sex_ratio_at_birth") == "200.00"


@pytest.mark.parametrize(
    "asked",
    [
        {"period": "2022"},
        ASKED,
        {"period": "2015-01-01/2019-06-30", "area_vintage": "2022-12-31", "unknown_areas": "keep"},
        {"period": "2021-2022", "indicators": ["primary_completion"], "area_level": "country"},
    ],
)
def test_a_plan_is_a_value(asked):
    plan = ct.plan(**asked)
    again = ct.Plan.from_json(plan.to_json())
    assert again == plan
    assert hash(again) == hash(plan)
    assert again.to_json() == plan.to_json()
    assert pickle.loads(pickle.dumps(plan)) == plan
    assert {plan: 1}[again] == 1
    assert repr(again) == repr(plan)
    assert ct.plan(**asked) == plan
    assert ct.plan(**(asked | {"period": "2023"} if asked["period"] == "2022" else {"period": "2022"})) != plan


def test_a_plan_from_json_counts_the_same():
    sent = ct.Plan.from_json(PLAN.to_json())
    tally = sent.partial(ct.Dataset(births=BIRTHS))
    assert tally == PLAN.partial(ct.Dataset(births=BIRTHS))
    assert PLAN.finish(tally).printed("sex_ratio_at_birth") == "200.00"


def test_a_plan_carries_the_definitions_of_a_file(tmp_path):
    path = tmp_path / "mine.toml"
    path.write_text(
        """
        [[quantity]]
        id = "boys"
        table = "births"
        name = { vi = "Bé trai", en = "Boys" }
        unit = "birth"
        where = "sex = 'male'"
        [[indicator]]
        id = "boys"
        version = 1
        name = { vi = "Bé trai", en = "Boys" }
        concept = { vi = "Bé trai", en = "Boys" }
        kind = "count"
        outputs = ["count"]
        numerator = "boys"
        read_in = { name = "ours", code = "ours", formula = "ours", breakdowns = "ours" }
        """,
        encoding="utf-8",
    )
    plan = ct.plan(period="2022", indicators=["boys"], catalogue=ct.catalogue().with_file(path))
    sent = ct.Plan.from_json(plan.to_json())
    assert sent == plan
    assert sent.finish(sent.partial(ct.Dataset(births=BIRTHS))).printed("boys") == "2"
