"""A table or column is missing or of another type: told before any row is read."""

import chitieu as ct
import polars as pl
import pytest
from records import ask, children, pupils, refusal, victims


def schema(call, code, **facts):
    """Return the message of a SchemaError after a look at its facts."""
    return refusal(call, ct.SchemaError, code=code, **facts)


def test_schema_errors_are_type_errors():
    assert issubclass(ct.SchemaError, ct.ChitieuError)
    assert issubclass(ct.SchemaError, TypeError)


def test_missing_table_names_the_indicator():
    message = schema(lambda: ask("abused_children", children=children()), "missing_table", expected="victims")
    assert message.startswith('the table "victims" is missing: abused_children needs it')
    assert "indicators=[...]" in message


def test_perpetrators_need_the_victims_of_their_cases():
    frame = pl.DataFrame({"case_id": ["c1"], "person_id": ["p1"]})
    schema(lambda: ask("perpetrators", perpetrators=frame), "missing_table", expected="victims")
    message = schema(
        lambda: ask("perpetrators", perpetrators=frame, victims=victims().drop("confirmed")),
        "missing_column",
        column="confirmed",
    )
    assert "which perpetrators needs" in message


def test_missing_column_names_the_indicator_and_what_is_there():
    frame = children().drop("birth_registered")
    message = schema(
        lambda: ask("birth_registration_under_5", children=frame),
        "missing_column",
        column="birth_registered",
        expected="boolean",
        got="child_id, birth_date, sex, commune",
    )
    assert 'no column "birth_registered" (boolean), which birth_registration_under_5 needs; it has: ' in message


def test_missing_column_of_a_dimension():
    frame = children().drop("sex")
    schema(lambda: ask("child_population", children=frame, by=["sex"]), "missing_column", column="sex")
    assert ask("child_population", children=frame).printed("child_population") == "1"


def test_age_needs_a_date_or_a_year():
    frame = children().drop("birth_date")
    schema(lambda: ask("child_population", children=frame), "missing_column", column="birth_date")
    assert ask("child_population", children=frame.with_columns(birth_year=2020)).printed("child_population") == "1"


def test_without_names_what_cannot_be_computed_is_left_out_and_told():
    dataset = ct.Dataset(children=children())
    result = ct.compute(dataset, period="2022")
    left_out = {w.indicator: str(w) for w in result.warnings if w.code == "left_out"}
    assert "birth_registration_under_5" not in left_out
    assert 'has no column "works"' in left_out["child_labour"]
    assert 'the table "victims" is missing' in left_out["abused_children"]
    assert set(result.to_polars()["indicator"]).isdisjoint(left_out)


@pytest.mark.parametrize(
    ("column", "values", "expected", "got"),
    [
        ("commune", [12364], "text", "i64"),
        ("birth_registered", ["yes"], "boolean", "str"),
        ("birth_registered", [1], "boolean", "i64"),
        ("birth_date", ["2020-01-01"], "date", "str"),
        ("birth_date", [20200101], "date", "i64"),
        ("sex", [1], "text", "i64"),
    ],
)
def test_wrong_type(column, values, expected, got):
    call = lambda: ask("birth_registration_under_5", by=["sex"], children=children(**{column: values}))  # noqa: E731
    message = schema(call, "wrong_type", column=column, expected=expected, got=got)
    assert f'table "children", column "{column}": expected {expected}, found {got}' in message


def test_integer_commune_codes_are_told_why():
    message = schema(
        lambda: ask("child_population", children=children(commune=[12364])), "wrong_type", column="commune"
    )
    assert "numbers lose their leading zeros" in message


def test_wrong_type_of_a_list_and_of_a_number():
    schema(
        lambda: ask("abuse_cases", by=["form"], victims=victims(forms=["violence", "neglect"])),
        "wrong_type",
        column="forms",
        expected="list of text",
        got="str",
    )
    schema(
        lambda: ask("primary_completion", pupils=pupils(completed=["1", "2"])),
        "wrong_type",
        column="completed",
        expected="integer",
    )


def test_floats_are_whole_numbers_or_refused():
    """Whole numbers with gaps come out of pandas as floats; a half is no count of pupils."""
    ask("primary_completion", pupils=pupils(completed=[1.0, 2.0]))
    with pytest.raises(ct.DataError, match="expected a whole number, found 1 rows"):
        ask("primary_completion", pupils=pupils(completed=[1.5, 2.0]))


def test_types_are_looked_at_before_any_row():
    frame = (
        children(birth_registered=["yes"]).lazy().with_columns(pl.col("sex").map_elements(boom, return_dtype=pl.String))
    )
    schema(
        lambda: ask("birth_registration_under_5", by=["sex"], children=frame),
        "wrong_type",
        column="birth_registered",
    )


def boom(_):
    raise AssertionError("a row was read")


def test_columns_that_are_not_needed_may_be_anything():
    frame = children(attends=[5], full_name=[b"x"], personal_id=[1], my_own=[None])
    assert ask("child_population", children=frame).printed("child_population") == "1"


@pytest.mark.parametrize("thing", [5, [1, 2], {"a": [1]}, object(), None])
def test_what_is_no_table(thing):
    if thing is None:
        assert "children" not in ct.Dataset(children=thing)
        return
    schema(lambda: ct.Dataset(children=thing), "wrong_type", got=type(thing).__name__)


def test_a_file_that_is_not_there(tmp_path):
    for path in (tmp_path / "none.parquet", str(tmp_path / "*.parquet"), tmp_path):
        with pytest.raises(FileNotFoundError, match="no such file"):
            ct.Dataset(children=path)
    with pytest.raises(FileNotFoundError):
        ct.catalogue().with_file(tmp_path / "none.toml")


def test_a_table_the_dataset_does_not_have():
    schema(lambda: ct.Dataset(children=children())["births"], "missing_table", expected="births", got="children")
