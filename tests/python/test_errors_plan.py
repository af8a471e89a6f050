"""What was asked cannot be asked: the error, its facts and its words."""

import json
from datetime import date

import chitieu as ct
import pytest
from records import ask, births, children, refusal

BAD_PERIODS = ["", "22", "2022H3", "2022Q0", "2022Q5", "2022-13", "2022-00", "2022-2024", "năm 2022"]
BAD_PERIODS += ["2019-06-30/2015-01-01", "2022-02-30/2022-03-01", "2022-01-01/", "/", "20220101"]
DIMENSIONS = "sex, age_group, ethnicity, circumstance, form, environment, relation, outcome"


def refuse(code, **facts):
    """Return a look at a PlanError of that code."""
    return lambda call: refusal(call, ct.PlanError, code=code, **facts)


def test_plan_errors_are_value_errors():
    assert issubclass(ct.PlanError, ct.ChitieuError)
    assert issubclass(ct.PlanError, ValueError)


def test_unknown_indicator_names_the_nearest():
    message = refuse("unknown_indicator", got="birth_registration")(
        lambda: ct.plan(period="2022", indicators=["birth_registration"])
    )
    assert message.startswith(
        'the catalogue has no indicator "birth_registration"; the nearest are: birth_registration_under_5'
    )


def test_unknown_indicator_far_from_any():
    message = refuse("unknown_indicator", got="zzz", expected="")(lambda: ct.plan(period="2022", indicators=["zzz"]))
    assert message == 'the catalogue has no indicator "zzz"'


def test_unknown_indicator_of_the_catalogue():
    refuse("unknown_indicator", got="zzz")(lambda: ct.catalogue()["zzz"])


def test_unknown_indicator_of_a_result():
    result = ask("sex_ratio_at_birth", births=births())
    refuse("unknown_indicator", got="sanctions", expected="sex_ratio_at_birth")(lambda: result.only("sanctions"))
    refuse("unknown_choice", got="colour")(lambda: result.only("sex_ratio_at_birth", colour="red"))


def test_printed_asks_for_one_row():
    result = ask("special_circumstances", children=children(circumstances=[["a1"]]))
    refuse("unknown_choice", expected="1", got="2")(lambda: result.printed("special_circumstances"))


def test_the_same_indicator_twice():
    ids = ["child_population", "child_population"]
    message = refuse("repeated", got="child_population")(lambda: ct.plan(period="2022", indicators=ids))
    assert message == 'indicators: "child_population" is there twice'


def test_unknown_dimension():
    message = refuse("unknown_choice", got="age", expected=DIMENSIONS)(lambda: ct.plan(period="2022", by=["age"]))
    assert message == f'by: "age" is not one of {DIMENSIONS}'


def test_the_same_dimension_twice():
    message = refuse("repeated", got="sex")(lambda: ct.plan(period="2022", by=["sex", "form", "sex"]))
    assert message == 'by: "sex" is there twice'


@pytest.mark.parametrize("argument", ["by", "indicators"])
def test_a_word_instead_of_a_list(argument):
    message = refuse("unknown_choice", expected='["sex"]', got='"sex"')(
        lambda: ct.plan(period="2022", **{argument: "sex"})
    )
    assert message == f"{argument}: expected a list"


@pytest.mark.parametrize("period", BAD_PERIODS)
def test_bad_period(period):
    message = refuse("bad_period", got=period)(lambda: ct.plan(period=period))
    sentence, *hint = message.split("\n")
    assert sentence == (
        f'the period "{period}" cannot be read; accepted forms: '
        "2022, 2022H1, 2022Q1, 2022-03, 2021-2022, 2015-01-01/2019-06-30"
    )
    # One that ends before it begins is written the other way round.
    assert bool(hint) == (period == "2019-06-30/2015-01-01")


def test_period_an_indicator_is_not_defined_for():
    message = refuse("period_not_defined", got="2022Q1", expected="year")(
        lambda: ct.plan(period="2022Q1", indicators=["crude_birth_rate"])
    )
    assert message == "crude_birth_rate is not defined for the period 2022Q1, only for: year"


def test_without_names_such_indicators_are_not_in_the_plan():
    assert "crude_birth_rate" not in ct.plan(period="2022Q1").indicators
    assert "crude_birth_rate" in ct.plan(period="2022").indicators


def test_bad_area_level():
    message = refuse("unknown_choice", got="ward", expected="country, province, district, commune")(
        lambda: ct.plan(period="2022", area_level="ward")
    )
    assert message == 'area_level: "ward" is not one of country, province, district, commune'


@pytest.mark.parametrize("day", ["1999-01-01", "2024-09-01", date(2025, 2, 28)])
def test_area_vintage_outside_the_lists(day):
    message = refuse("no_area_list", got=str(day), expected="2021-01-01/2024-08-31, 2025-03-01/9999-12-31")(
        lambda: ct.plan(period="2022", area_vintage=day)
    )
    assert (
        f"no list of areas for {day}; the lists at hand hold from 2021-01-01 to 2024-08-31; since 2025-03-01" in message
    )


def test_a_period_outside_the_lists_needs_a_vintage():
    message = refuse("no_area_list", got="2009-12-31")(lambda: ask("sex_ratio_at_birth", "2009", births=births()))
    assert "area_vintage" in message
    assert (
        ask("sex_ratio_at_birth", "2009", births=births(), on="2022-12-31").printed("sex_ratio_at_birth")
        == "Not available"
    )


def test_area_vintage_that_is_no_day():
    message = refuse("bad_number", got="2022-13-01", expected="YYYY-MM-DD")(
        lambda: ct.plan(period="2022", area_vintage="2022-13-01")
    )
    assert message == "area_vintage: expected YYYY-MM-DD, found 2022-13-01"
    refuse("no_area_list")(lambda: ct.areas(on="2020-01-01"))


def test_unknown_areas_is_one_of_two():
    refuse("unknown_choice", got="drop", expected="error, keep")(lambda: ct.plan(period="2022", unknown_areas="drop"))


def test_unknown_table():
    message = refuse("unknown_choice", got="kids")(lambda: ct.Dataset(kids=children()))
    assert message.startswith('there is no table "kids"; the tables are: children, births, deaths')


def test_unknown_ethnic_list():
    message = refuse("unknown_choice", got="1999", expected="1979, 2008", column="ethnicity")(
        lambda: ct.Dataset(children=children(), ethnic_list="1999")
    )
    assert "ethnic_list" in message


def test_unknown_language():
    refuse("unknown_choice", got="fr", expected="vi, en")(lambda: ct.set_language("fr"))
    assert ct.get_language() == "en"


@pytest.mark.parametrize("text", ["", "no JSON", "{}", "[]", '{"chitieu_plan": 1}'])
def test_text_that_is_no_plan(text):
    message = refuse("bad_plan")(lambda: ct.Plan.from_json(text))
    assert message.startswith("the plan cannot be read: ")


def test_a_plan_of_another_version():
    data = json.loads(ct.plan(period="2022").to_json()) | {"chitieu_plan": 99}
    refuse("bad_plan", got="version 99")(lambda: ct.Plan.from_json(json.dumps(data)))


def test_a_plan_with_a_broken_part():
    data = json.loads(ct.plan(period="2022", indicators=["child_population"]).to_json())
    data["indicators"][0]["numerator"] = "nothing"
    message = refuse("catalogue", column='indicator "child_population".numerator', got='"nothing"')(
        lambda: ct.Plan.from_json(json.dumps(data))
    )
    assert message.startswith("plan: ")


def test_tallies_of_different_plans():
    one = ct.plan(period="2022", indicators=["child_population"])
    other = ct.plan(period="2021", indicators=["child_population"])
    dataset = ct.Dataset(children=children())
    tally = one.partial(dataset)
    for call in (
        lambda: other.finish(tally),
        lambda: other.tally(tally),
        lambda: ct.merge([tally, other.partial(dataset)]),
    ):
        message = refuse("tally_mismatch")(call)
        assert message.startswith("the tally is of another plan or version: expected plan ")
        assert "merge only tallies of one and the same plan" in message


def test_a_tally_of_another_version():
    plan = ct.plan(period="2022", indicators=["child_population"])
    frame = plan.partial(ct.Dataset(children=children())).to_polars()
    message = refuse("tally_mismatch")(lambda: plan.tally(frame.with_columns(version=frame["version"] + 1)))
    assert "version 4, found" in message


def test_no_tally_to_merge():
    assert refuse("tally_mismatch")(lambda: ct.merge([])) == "there is no tally to merge"


@pytest.mark.parametrize(
    ("call", "code"),
    [
        (lambda: ct.stats.proportion_interval(5, 4), "bad_number"),
        (lambda: ct.stats.proportion_interval(0, 0), "bad_number"),
        (lambda: ct.stats.proportion_interval(1, 4, level=1.0), "bad_number"),
        (lambda: ct.stats.proportion_interval(1, 4, level=float("nan")), "bad_number"),
        (lambda: ct.stats.proportion_interval(1, 4, method="wald"), "unknown_choice"),
        (lambda: ct.stats.rate_interval(1, 0), "bad_number"),
        (lambda: ct.stats.rate_interval(1, -4.0), "bad_number"),
        (lambda: ct.stats.rate_interval(1, float("inf")), "bad_number"),
        (lambda: ct.stats.rate_interval(1, 4, per=0), "bad_number"),
        (lambda: ct.stats.rate_interval(1, 4, method="wilson"), "unknown_choice"),
    ],
)
def test_numbers_outside_what_a_method_is_defined_for(call, code):
    refuse(code)(call)
