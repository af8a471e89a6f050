"""Parts keep what they know: a tally's table, pickles, warnings, plans as JSON; and what does not hold is refused."""

import json
import pickle

import chitieu as ct
import duckdb
import polars as pl
import pyarrow as pa
import pytest
from records import population, victims

REGISTER = pl.DataFrame(
    {
        "child_id": ["k1", "k2", "k3"],
        "birth_year": [2015, 2016, 2017],
        "sex": ["male", "female", None],
        "commune": "12364",
    }
)
VICTIMS = victims(sex=["male", "female"])
PLAN = ct.plan(period="2022", by=["sex"])


def part(**tables):
    return PLAN.partial(ct.Dataset(**tables))


WHOLE = part(children=REGISTER, victims=VICTIMS)
OTHER = part(children=REGISTER.with_columns(pl.col("child_id") + "x"), victims=VICTIMS)


def warned(tally):
    return sorted((w.code, w.indicator, w.text["vi"]) for w in PLAN.finish(tally).warnings)


def test_what_was_left_out_travels_in_the_table_and_in_pickles():
    assert any(code == "left_out" for code, *_ in warned(WHOLE))
    for sent in (
        PLAN.tally(WHOLE.to_polars()),
        PLAN.tally(pa.table(WHOLE)),
        PLAN.tally(WHOLE.to_polars().to_pandas()),
        pickle.loads(pickle.dumps(WHOLE)),
        ct.merge([PLAN.tally(WHOLE.to_polars())]),
    ):
        assert sent == WHOLE
        assert warned(sent) == warned(WHOLE)


def test_what_was_set_aside_travels_and_adds_up():
    dataset = ct.Dataset(children=pl.concat([REGISTER, REGISTER]))
    tally = PLAN.partial(dataset.without(ct.check(dataset, period="2022")))
    sent = PLAN.tally(tally.to_polars())
    told = [w for w in PLAN.finish(ct.merge([sent, tally])).warnings if w.code == "set_aside"]
    assert [w.text["en"] for w in told] == [
        "Rows that failed a check of quality were set aside: 6 of Children (register)"
    ]


def test_a_column_that_one_part_lacked_is_told_after_the_journey():
    with_flag = part(children=REGISTER.with_columns(at_risk=pl.lit(True)))
    merged = PLAN.tally(ct.merge([with_flag, part(children=REGISTER)]).to_polars())
    told = {w.indicator for w in PLAN.finish(merged).warnings if w.code == "counted_in_part"}
    assert "children_at_risk" in told


@pytest.mark.parametrize("form", ["arrow", "duckdb", "pandas"])
def test_a_tally_of_several_batches_and_of_other_programs(form):
    frame = WHOLE.to_polars()
    if form == "arrow":
        sent = pa.Table.from_batches(frame.to_arrow().to_batches(max_chunksize=3))
    elif form == "duckdb":
        sent = duckdb.sql("select * from frame")
    else:
        sent = frame.to_pandas()
    merged = ct.merge([PLAN.tally(sent), WHOLE])
    # The children are the same in both: distinct ones count once.
    assert PLAN.finish(merged).only("abused_children", area="VN", measure="count")["numerator"].item() == 2


FRAME = WHOLE.to_polars()
ONE_COUNT = FRAME.with_row_index("#").filter(kind="count")["#"][0]
SPOILED = {
    "glued": pl.concat([FRAME, OTHER.to_polars()]),
    "doubled": pl.concat([FRAME, FRAME]),
    "cut": FRAME.head(FRAME.height - 1),
    "cut at the head": FRAME.tail(FRAME.height - 1),
    "without keys": FRAME.filter(pl.col("kind") != "key"),
    "without counts": FRAME.filter(pl.col("kind") != "count"),
    "one row for another": pl.concat([FRAME.filter(pl.col("kind") != "province"), FRAME.filter(kind="count").head(1)]),
    "another number": FRAME.with_columns(
        count=pl.when(pl.int_range(pl.len()) == ONE_COUNT).then(pl.col("count") + 1).otherwise(pl.col("count"))
    ),
    "another word": FRAME.with_columns(text=pl.col("text").str.replace("missing", "there")),
    "keys of another": FRAME.with_columns(
        key=pl.when(pl.col("kind") == "key").then(pl.col("key").str.replace(".$", "0")).otherwise(pl.col("key"))
    ),
    "empty": FRAME.clear(),
}


@pytest.mark.parametrize("how", list(SPOILED))
def test_a_table_that_is_not_one_whole_tally_is_refused(how):
    assert not SPOILED[how].equals(FRAME)
    with pytest.raises(ct.DataError) as caught:
        PLAN.tally(SPOILED[how])
    assert "tally" in str(caught.value)
    ct.set_language("vi")
    try:
        with pytest.raises(ct.DataError, match="bảng"):
            PLAN.tally(SPOILED[how])
    finally:
        ct.set_language("en")


def test_order_of_rows_is_no_part_of_a_tally():
    assert PLAN.tally(FRAME.reverse()) == WHOLE


def test_counts_that_would_not_stay_exact_are_refused():
    plan = ct.plan(period="2022", indicators=["crude_birth_rate"])
    births = pl.DataFrame({"date": pl.Series(["2022-05-01"]).str.to_date(), "commune": ["12364"]})
    people = population(persons=[200_000_000, 200_000_000])
    tally = plan.partial(ct.Dataset(births=births, population=people))
    for _ in range(23):
        tally = ct.merge([tally, tally])
    # 400,000,000 x 2^23 = 3.4e15 is below 2^53 = 9.0e15; twice as often is 6.7e15, four times as often is above.
    tally = ct.merge([tally, tally])
    with pytest.raises(ct.PlanError, match="counts below"):
        ct.merge([tally, tally])


SHARED = {
    "period": "2025-07",
    "area_vintage": "2025-07-01",
    "indicators": ["child_population"],
    "area_level": "commune",
}


def with_shares():
    moves = ct.area_moves(start="2024-08-31", end="2025-07-01")
    split = moves.filter(part="part").filter(pl.len().over("old") == 2)["old"][0]
    new = moves.filter(old=split)["new"].to_list()
    shares = pl.DataFrame({"old": [split] * 2, "new": new, "share": [0.6, 0.4]})
    return json.loads(ct.plan(**SHARED, split="shares", shares=shares).to_json())


def changed(**what):
    return json.dumps(json.loads(ct.plan(period="2022", indicators=["crude_birth_rate"]).to_json()) | what)


def test_a_plan_from_json_is_held_to_what_building_one_is():
    data = with_shares()
    assert ct.Plan.from_json(json.dumps(data))
    for millionths in ([2_500_000, 2_500_000], [0, 0], [600_000, 399_999], [4_294_967_295, 4_294_967_295]):
        for share, n in zip(data["split"]["shares"], millionths, strict=True):
            share["millionths"] = n
        with pytest.raises(ct.PlanError) as caught:
            ct.Plan.from_json(json.dumps(data))
        assert caught.value.code == "bad_shares"
    data = with_shares()
    data["split"]["shares"][1] = dict(data["split"]["shares"][0], millionths=400_000)
    with pytest.raises(ct.PlanError) as caught:
        ct.Plan.from_json(json.dumps(data))
    assert caught.value.code == "bad_shares"


def test_definitions_of_a_plan_from_json_are_whole_and_stand_once():
    plan = json.loads(changed())
    [indicator], quantities = plan["indicators"], plan["quantities"]
    other = dict(quantities[0], where="sex = 'male'")
    for what, code in (
        ({"indicators": [indicator, indicator]}, "repeated"),
        ({"quantities": [*quantities, other]}, "repeated"),
        ({"quantities": []}, "bad_plan"),
        ({"quantities": quantities[:1]}, "bad_plan"),
        ({"quantities": [*quantities, dict(other, id="another")]}, "bad_plan"),
        ({"by": ["sex", "sex"]}, "repeated"),
        ({"by": ["colour"]}, "bad_plan"),
        ({"area_level": "village"}, "bad_plan"),
        ({"period": "2022-13"}, "bad_period"),
    ):
        with pytest.raises(ct.PlanError) as caught:
            ct.Plan.from_json(changed(**what))
        assert caught.value.code == code, what


def test_a_period_that_an_indicator_is_not_defined_for():
    plan = json.loads(ct.plan(period="2022", indicators=["under_five_mortality_rate"]).to_json())
    if plan["indicators"][0].get("periods"):
        with pytest.raises(ct.PlanError):
            ct.Plan.from_json(json.dumps(plan | {"period": "2022-03"}))


def test_a_level_that_the_list_does_not_have():
    asked = {"period": "2025H2", "indicators": ["child_population"], "area_level": "district"}
    dataset = ct.Dataset(children=REGISTER, area_vintage="2025-07-01")
    plan = json.loads(ct.plan(**(asked | {"area_level": "commune"})).to_json())
    for work in (
        lambda: ct.plan(**asked),
        lambda: ct.compute(dataset, **asked),
        lambda: ct.compute(dataset, **(asked | {"period": "2022", "area_vintage": "2025-07-01"})),
        lambda: ct.Plan.from_json(json.dumps(plan | {"area_level": "district"})),
        lambda: ct.check(dataset, period="2025H2").scorecard(area_level="district"),
    ):
        with pytest.raises(ct.PlanError) as caught:
            work()
        assert caught.value.expected == "country, province, commune"
        assert "district" in str(caught.value)


def test_a_check_belongs_to_what_stood_in_its_dataset():
    check = ct.check(ct.Dataset(children=REGISTER), period="2022")
    assert ct.Dataset(children=REGISTER).without(check).rows("children") == 3
    assert ct.Dataset(children=REGISTER.lazy()).without(check).rows("children") == 3
    assert ct.Dataset(children=REGISTER.with_columns(note=pl.lit("x"))).without(check).rows("children") == 3
    for other in (
        REGISTER.reverse(),
        REGISTER.with_columns(birth_year=pl.col("birth_year") + 1),
        REGISTER.with_columns(child_id=pl.col("child_id").reverse()),
        REGISTER.with_columns(full_name=pl.lit("A")),
        REGISTER.head(2),
    ):
        with pytest.raises(ct.PlanError) as caught:
            ct.Dataset(children=other).without(check)
        assert caught.value.code == "other_dataset"
        assert "children" in str(caught.value)
    with pytest.raises(ct.PlanError):
        ct.Dataset(children=REGISTER, victims=VICTIMS).without(check)


def test_a_plan_in_other_words_counts_the_same_and_one_of_another_condition_does_not():
    def changed(change):
        data = json.loads(PLAN.to_json())
        change(data)
        return ct.Plan.from_json(json.dumps(data))

    def reword(data):
        data["indicators"][0]["name"]["vi"] = "Tên khác"
        data["indicators"][0]["references"] = []
        data["quantities"][0]["name"]["en"] = "Another name"

    def recount(data):
        next(q for q in data["quantities"] if q["table"] == "children")["where"] = "age < 15"

    merged = ct.merge([WHOLE, changed(reword).partial(ct.Dataset(children=REGISTER, victims=VICTIMS))])
    assert changed(reword).finish(merged).to_polars().height == PLAN.finish(merged).to_polars().height
    with pytest.raises(ct.PlanError) as refused:
        ct.merge([WHOLE, changed(recount).partial(ct.Dataset(children=REGISTER, victims=VICTIMS))])
    assert refused.value.code == "tally_mismatch"
