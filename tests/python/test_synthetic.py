"""The planted truth of the made-up province against the engine, cell by cell."""

from datetime import date

import chitieu as ct
import polars as pl
import pytest

MADE = {"children": 20_000, "year": 2022, "seed": 7}
KEY = ["indicator", "measure", "area", "sex"]


@pytest.fixture(scope="module")
def dataset() -> ct.Dataset:
    return ct.synthetic.province("33", **MADE)


@pytest.fixture(scope="module")
def joined(dataset: ct.Dataset) -> pl.DataFrame:
    result = ct.compute(dataset, period="2022", by=["sex"], area_level="commune").to_polars()
    return ct.synthetic.truth("33", **MADE).join(result, on=KEY, how="left", suffix="_found")


def test_every_indicator_of_the_catalogue_has_a_truth(joined: pl.DataFrame) -> None:
    assert set(joined["indicator"]) == {i.id for i in ct.catalogue()}


def test_it_is_known_who_reported(joined: pl.DataFrame) -> None:
    # Every commune of the made-up province sent every table: 161 of 161 in the province (units.csv).
    assert joined.filter(~pl.col("reported").eq_missing(pl.col("reported_found"))).is_empty()
    assert joined.filter(~pl.col("expected").eq_missing(pl.col("expected_found"))).is_empty()
    assert not {"partial", "not_reported"} & set(joined["status"])
    assert joined.filter(pl.col("area") == "33")["reported"].unique().to_list() == [161]


def test_silent_communes_have_no_values() -> None:
    made = {**MADE, "silent": 9}
    dataset = ct.synthetic.province("33", **made)
    assert all(dataset[t].n_unique("commune") <= 152 for t in dataset.tables if t != "perpetrators")
    result = ct.compute(dataset, period="2022", by=["sex"], area_level="commune")
    joined = ct.synthetic.truth("33", **made).join(result.to_polars(), on=KEY, how="left", suffix="_found")
    for column in ["numerator", "denominator", "undecided", "reported", "expected"]:
        wrong = joined.filter(~pl.col(column).eq_missing(pl.col(f"{column}_found")))
        assert wrong.is_empty(), wrong.select(*KEY, "status", pl.col(f"^{column}.*$")).head(10)
    silent = joined.filter(pl.col("reported") == 0, pl.col("status") != "not_applicable")
    assert silent.filter(pl.col("area_level") == "commune")["area"].n_unique() == 9
    assert set(silent["status"]) == {"not_reported"}
    assert silent["value"].null_count() == silent.height
    # The province: 152 of 161; a value of too few stays unreliable, one without a denominator not available.
    province = joined.filter(pl.col("area") == "33")
    assert province.select("reported", "expected").unique().row(0) == (152, 161)
    assert set(province["status"]) <= {"partial", "unreliable", "not_available"}
    assert [w.code for w in result.warnings if w.code in ("not_all_reported", "zero_or_silence")] == [
        "not_all_reported"
    ]


def test_every_cell_is_true(joined: pl.DataFrame) -> None:
    # 174 areas (161 communes, 10 districts, the province, the country …) by four sexes, for some 60 measures.
    assert joined.height > 20_000
    wrong = joined.filter(
        ~pl.col("numerator").eq_missing(pl.col("numerator_found"))
        | ~pl.col("denominator").eq_missing(pl.col("denominator_found"))
        | ~pl.col("undecided").eq_missing(pl.col("undecided_found"))
    )
    assert wrong.is_empty(), wrong.select(*KEY, pl.col("^(numerator|denominator|undecided).*$")).head(10)


def test_the_truth_is_not_empty(joined: pl.DataFrame) -> None:
    # A truth of nothing but zeros would prove nothing: at the country each indicator has cases, and most have
    # undecided records.
    country = joined.filter(pl.col("area") == "VN", pl.col("sex") == "total")
    rare = {"child_injury_death", "under_age_marriages"}
    assert country.filter(~pl.col("indicator").is_in(rare))["numerator"].min() > 0
    assert country.filter(pl.col("undecided") > 0).height > 20


def test_the_same_seed_gives_the_same_bytes(dataset: ct.Dataset) -> None:
    ct.synthetic._made.cache_clear()
    again = ct.synthetic.province("33", **MADE)
    other = ct.synthetic.province("33", **{**MADE, "seed": 8})
    for table in dataset.tables:
        assert dataset[table].equals(again[table]), table
    assert not dataset["children"].equals(other["children"])


def test_every_table_has_its_columns(dataset: ct.Dataset) -> None:
    tables = {t["id"]: [c["id"] for c in t["columns"]] for t in ct._language.words()["tables"]}
    # Estimated ages, what verification found and who else is named are left to real records.
    left_out = {
        "victims": {"age_from", "age_to", "prostitution", "verification", "emergency_date"},
        "perpetrators": {"child_id"},
        "sanctions": {"violator_id", "violator_birth_date"},
    }
    made = {t: [c for c in columns if c not in left_out.get(t, ())] for t, columns in tables.items()}
    assert {t: dataset[t].columns for t in dataset.tables} == made


def test_it_has_the_troubles_of_real_records(dataset: ct.Dataset) -> None:
    victims = dataset["victims"]
    assert victims.filter(pl.col("forms").list.len() > 1).height > 0
    assert victims["child_id"].null_count() > 0
    repeated = victims.drop_nulls("child_id").group_by("child_id").agg(pl.col("case_id").n_unique())
    assert repeated["case_id"].max() > 1
    assert victims.group_by("case_id").len()["len"].max() > 1
    assert dataset["perpetrators"].group_by("case_id").len()["len"].max() > 1
    children = dataset["children"]
    # Sixteen on the very last day of the year, one day short of it, and born on a leap day.
    births = children["birth_date"].drop_nulls()
    assert births.is_in([date(2006, 12, 31)]).any()
    assert births.is_in([date(2007, 1, 1)]).any()
    assert births.filter((births.dt.month() == 2) & (births.dt.day() == 29)).len() > 0


def test_no_such_province() -> None:
    with pytest.raises(ct.PlanError):
        ct.synthetic.province("99", children=10, year=2022)
