"""Values that do not fit: all rows are counted, the first are named by number, no value is shown."""

from datetime import date

import chitieu as ct
import polars as pl
import pytest
from records import COMMUNE, ask, births, children, population, pupils, refusal, victims

FORMS = "violence, exploitation, sexual_abuse, trafficking, abandonment, neglect, other"


def data(call, column, rows, expected):
    """Return the message of a DataError about a value after a look at its facts."""
    facts = {"code": "bad_value", "column": column, "got": f"{rows} rows", "expected": expected}
    return refusal(call, ct.DataError, **facts)


def test_data_errors_are_value_errors():
    assert issubclass(ct.DataError, ct.ChitieuError)
    assert issubclass(ct.DataError, ValueError)


def test_codes_that_a_list_does_not_have():
    frame = births(sex=["male", "Nam"])
    message = data(lambda: ask("sex_ratio_at_birth", births=frame), "sex", 1, "male, female")
    assert 'table "births", column "sex": expected male, female, found 1 rows' in message
    assert message.endswith("(first rows: 2)")


def test_bad_circumstance_and_form():
    frame = children(circumstances=[["d2", "w9"]])
    data(
        lambda: ask("special_circumstances", children=frame),
        "circumstances",
        1,
        "lists of a code of the list circumstance (a … o3)",
    )
    frame = victims(forms=[["violence"], ["beating"]])
    data(lambda: ask("abuse_cases", by=["form"], victims=frame), "forms", 1, f"lists of {FORMS}")


def test_only_the_first_rows_are_named_and_all_are_counted():
    frame = (
        births()
        .sample(400_000, with_replacement=True, seed=1)
        .with_columns(
            sex=pl.when(pl.int_range(pl.len()) % 100_000 == 70_000).then(pl.lit("x")).otherwise(pl.lit("male"))
        )
    )
    message = data(lambda: ask("sex_ratio_at_birth", births=frame), "sex", 4, "male, female")
    assert "(first rows: 70001, 170001, 270001, 370001)" in message
    message = data(
        lambda: ask("sex_ratio_at_birth", births=frame.with_columns(sex=pl.lit("x"))),
        "sex",
        400_000,
        "male, female",
    )
    assert "(first rows: 1, 2, 3, 4, 5)" in message


def test_rows_are_numbered_over_batches(tmp_path):
    frame = births().sample(1_200_000, with_replacement=True, seed=1)
    bad = frame.with_columns(
        sex=pl.when(pl.int_range(pl.len()) == 1_100_000).then(pl.lit("x")).otherwise(pl.col("sex"))
    )
    bad.write_parquet(tmp_path / "births.parquet", row_group_size=300_000)
    message = data(
        lambda: ask("sex_ratio_at_birth", tables={"births": tmp_path / "births.parquet"}),
        "sex",
        1,
        "male, female",
    )
    assert "(first rows: 1100001)" in message


def test_negative_and_missing_persons():
    frame = population(persons=[-1, None])
    message = data(
        lambda: ask("child_share_of_population", population=frame),
        "persons",
        2,
        "a whole number from 0 to 200000000",
    )
    assert "(first rows: 1, 2)" in message


@pytest.mark.parametrize(
    ("indicator", "table", "column", "frame", "expected"),
    [
        ("sex_ratio_at_birth", "births", "date", births(date=[date(2022, 1, 1), None]), "a date"),
        ("abuse_cases", "victims", "case_id", victims(case_id=["c1", None]), "text"),
        (
            "abuse_cases",
            "victims",
            "received_date",
            victims(received_date=[date(2022, 2, 2), None]),
            "a date",
        ),
        ("primary_completion", "pupils", "grade", pupils(grade=[None, 1]), "a whole number from 1 to 12"),
        ("primary_completion", "pupils", "school_year", pupils(school_year=["2021-2022", None]), "text"),
    ],
)
def test_null_where_none_is_allowed(indicator, table, column, frame, expected):
    data(lambda: ask(indicator, tables={table: frame}), column, 1, expected)


@pytest.mark.parametrize("text", ["2021/2022", "2021-2023", "2021", "21-22", "năm học"])
def test_bad_school_year(text):
    frame = pupils(school_year=["2021-2022", text])
    data(lambda: ask("primary_completion", pupils=frame), "school_year", 1, "a school year such as 2021-2022")


@pytest.mark.parametrize("day", [date(1700, 1, 1), date(2999, 12, 31)])
def test_dates_of_no_living_person(day):
    data(
        lambda: ask("child_population", children=children(birth_date=[day])),
        "birth_date",
        1,
        "a date from 1800 to 2200",
    )


@pytest.mark.parametrize("year", [20, 20200, 0, -5])
def test_birth_years_of_no_living_person(year):
    frame = children(birth_date=[None], birth_year=[year]).with_columns(pl.col("birth_date").cast(pl.Date))
    data(lambda: ask("child_population", children=frame), "birth_year", 1, "a year from 1800 to 2200")


def test_negative_days_lived():
    frame = pl.DataFrame({"date": [date(2022, 1, 1)], "age_days": [-1], "commune": [COMMUNE]})
    data(
        lambda: ask("infant_mortality_rate", births=births(), deaths=frame),
        "age_days", 1, "a whole number from 0 to 50000",
    )  # fmt: skip


def test_unknown_areas_count_rows_and_show_codes():
    frame = births(commune=["99999", "99998"]).sample(10, with_replacement=True, seed=1)
    call = lambda: ask("sex_ratio_at_birth", births=frame)  # noqa: E731
    message = refusal(
        call, ct.DataError, code="unknown_areas", column="commune",
        got="10 rows: 99998, 99999", expected="area codes of 2022-12-31",
    )  # fmt: skip
    assert "10 rows have codes that the list of areas of 2022-12-31 does not have: 99998, 99999" in message
    assert 'unknown_areas="keep"' in message


def test_many_unknown_areas_are_cut_and_a_missing_one_is_told():
    frame = (
        births()
        .sample(30, with_replacement=True, seed=1)
        .with_columns(commune=pl.int_range(99_000, 99_030).cast(pl.String))
    )
    message = refusal(lambda: ask("sex_ratio_at_birth", births=frame), ct.DataError, code="unknown_areas")
    assert "30 rows" in message
    assert "99007, …" in message
    message = refusal(
        lambda: ask("sex_ratio_at_birth", births=births(commune=[None, COMMUNE])),
        ct.DataError,
        code="unknown_areas",
    )
    assert "1 rows" in message
    assert "(null)" in message


def test_an_area_code_is_unknown_by_its_date():
    frame = births(commune=["02818", "02818"])  # was joined to a neighbour in 2023
    vintages = ct.areas(on="2023-01-01").filter(pl.col("code") == "02818", pl.col("level") == "commune").height
    if vintages:
        assert ask("sex_ratio_at_birth", births=frame, on="2023-01-01").to_polars().height


def test_ethnicity_needs_its_list():
    frame = children(ethnicity=["01"])
    message = refusal(
        lambda: ask("child_population", by=["ethnicity"], children=frame),
        ct.DataError, code="no_ethnic_list", column="ethnicity", expected="1979, 2008",
    )  # fmt: skip
    assert 'ethnic_list="1979"' in message
    assert ask("child_population", children=frame).printed("child_population") == "1"


@pytest.mark.parametrize("code", ["1", "Kinh", "55", "00"])
def test_ethnic_codes_that_the_list_does_not_have(code):
    frame = children(ethnicity=[code])
    data(
        lambda: ask("child_population", by=["ethnicity"], ethnic_list="1979", children=frame),
        "ethnicity", 1, "a code of the official list of ethnic groups, 01 to 54",
    )  # fmt: skip


@pytest.mark.parametrize("policy", ["error", "keep"])
def test_a_perpetrator_of_no_case(policy):
    frame = pl.DataFrame({"case_id": ["c1", "c9", None], "person_id": ["p1", "p2", "p3"]})
    asked = {"victims": victims(), "perpetrators": frame, "unknown_areas": policy}
    data(lambda: ask("perpetrators", **asked), "case_id", 2, "the case_id of a row of the table victims")
