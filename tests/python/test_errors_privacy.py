"""No value of a record comes out in an error: rows are named by number."""

import traceback

import chitieu as ct
import pandas as pd
import polars as pl
import pytest
from records import ask, births, children, population, pupils, victims

SECRET = "NGUYỄN VĂN BÍ MẬT"
NUMBER = 33_209_123_456


def told(call):
    """Return everything a user can see of the error that a call raises: message, facts, what it came from."""
    with pytest.raises((ct.ChitieuError, TypeError, ValueError)) as caught:
        call()
    error = caught.value
    facts = [str(getattr(error, name, "")) for name in ("code", "column", "expected", "got", "hint")]
    chain = traceback.format_exception_only(error)
    while error := (error.__cause__ or error.__context__):
        chain += traceback.format_exception_only(error)
    return "\n".join([*facts, *chain])


def holds_no_secret(text):
    assert SECRET not in text
    assert str(NUMBER) not in text
    return text


TEXT_COLUMNS = [
    ("sex_ratio_at_birth", "births", "sex", births),
    ("sex_ratio_at_birth", "births", "commune", births),
    ("birth_registration_under_5", "children", "commune", children),
    ("primary_completion", "pupils", "school_year", pupils),
    ("abuse_cases", "victims", "commune", victims),
]


@pytest.mark.parametrize(("indicator", "table", "column", "make"), TEXT_COLUMNS)
@pytest.mark.parametrize("dtype", [pl.String, pl.Categorical, pl.Enum([SECRET])])
def test_a_name_in_a_column_of_codes(indicator, table, column, make, dtype):
    frame = make().with_columns(pl.lit(SECRET).cast(dtype).alias(column))
    text = holds_no_secret(told(lambda: ask(indicator, tables={table: frame})))
    assert column in text


@pytest.mark.parametrize("column", ["sex", "ethnicity", "circumstances", "attends"])
def test_a_name_in_a_column_of_a_list(column):
    value = [SECRET] if column == "circumstances" else SECRET
    frame = children(**{column: [value]})
    asked = {"sex": "child_population", "ethnicity": "child_population", "attends": "nursery_enrolment"}
    by = [column] if column in ("sex", "ethnicity") else []
    call = lambda: ask(asked.get(column, "special_circumstances"), by=by, ethnic_list="1979", children=frame)  # noqa: E731
    assert column in holds_no_secret(told(call))


@pytest.mark.parametrize("dtype", [pl.String, pl.Categorical, pl.Enum([SECRET]), pl.List(pl.String), pl.Object])
@pytest.mark.parametrize("column", ["birth_registered", "birth_date"])
def test_a_name_in_a_column_of_another_type(column, dtype):
    value = [SECRET] if dtype == pl.List(pl.String) else SECRET
    frame = children().with_columns(pl.Series(column, [value], dtype=dtype))
    assert column in holds_no_secret(told(lambda: ask("birth_registration_under_5", children=frame)))


def test_a_name_as_field_of_a_struct():
    frame = children(birth_registered=[{"name": SECRET}])
    holds_no_secret(told(lambda: ask("birth_registration_under_5", children=frame)))


def test_numbers_are_not_shown():
    holds_no_secret(told(lambda: ask("child_population", children=children(birth_date=[None], birth_year=[NUMBER]))))
    holds_no_secret(told(lambda: ask("child_share_of_population", population=population(persons=[NUMBER, 1]))))
    holds_no_secret(told(lambda: ask("child_population", children=children(commune=[str(NUMBER)]))))


@pytest.mark.parametrize(
    "values", [[5, SECRET], [SECRET, 5], [True, SECRET], [1.5, SECRET], [[1], SECRET], [b"x", SECRET]]
)
def test_pandas_columns_of_mixed_objects(values):
    """A notebook's usual accident: a column of numbers with a name typed into it."""
    frame = pd.DataFrame({"birth_registered": pd.Series(values, dtype=object)})
    frame["child_id"], frame["commune"], frame["birth_year"] = ["a", "b"], "12364", 2020
    holds_no_secret(told(lambda: ask("birth_registration_under_5", tables={"children": frame})))


def test_who_it_is_reaches_no_tally_and_no_result():
    frame = children(full_name=[SECRET], personal_id=[str(NUMBER)])
    dataset = ct.Dataset(children=frame)
    plan = ct.plan(period="2022", indicators=["child_population"], by=["sex"])
    assert {"full_name", "personal_id"}.isdisjoint(plan.columns("children"))
    tally = plan.partial(dataset)
    result = plan.finish(tally)
    seen = [
        repr(tally),
        str(tally.to_polars()),
        repr(result),
        result._repr_html_(),
        repr(dataset),
        dataset._repr_html_(),
    ]
    holds_no_secret("\n".join(seen))


def test_keys_of_distinct_counts_are_not_in_a_tally():
    frame = victims(child_id=[SECRET, "k2"], case_id=[str(NUMBER), "c2"])
    plan = ct.plan(period="2022", indicators=["abused_children", "abuse_cases"])
    tally = plan.partial(ct.Dataset(victims=frame))
    assert tally.to_polars().filter(pl.col("kind") == "key").height
    holds_no_secret(str(tally.to_polars().to_dicts()))


def test_a_bad_value_in_a_private_column_is_no_business_of_an_indicator():
    frame = children(full_name=[None], personal_id=["x"])
    assert ask("child_population", children=frame).printed("child_population") == "1"
