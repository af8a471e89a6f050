"""What must neither kill the process nor pass silently."""

import chitieu as ct
import polars as pl
import pytest
from records import ask, births, children, pupils, victims

MINE = """
[[quantity]]
id = "some"
table = "children"
name = {{ vi = "Một số", en = "Some" }}
unit = "child"
where = "{where}"

[[indicator]]
id = "some"
version = 1
name = {{ vi = "Một số", en = "Some" }}
concept = {{ vi = "Một số trẻ em", en = "Some children" }}
kind = "count"
outputs = ["count"]
numerator = "some"
read_in = {{ name = "ours", code = "ours", formula = "ours", breakdowns = "ours" }}
"""


def test_a_condition_no_person_wrote(tmp_path):
    """A chain of fifty thousand terms would nest deeper than the stack."""
    path = tmp_path / "mine.toml"
    path.write_text(MINE.format(where=" OR ".join(["age = 1"] * 50_000)), encoding="utf-8")
    with pytest.raises(ct.PlanError, match="at most 10000 bytes"):
        ct.catalogue().with_file(path)


def test_a_file_in_another_encoding(tmp_path):
    path = tmp_path / "mine.toml"
    path.write_bytes("# Trẻ em".encode("utf-16"))
    with pytest.raises(ct.PlanError, match="UTF-8"):
        ct.catalogue().with_file(path)


def test_trouble_in_rows_that_only_an_earlier_year_reads():
    """The grade 1 of 2017-2018 is the denominator of the completion of 2022, four years later."""
    frame = pupils(school_year=["2021-2022", "2017-2018"], grade=[5, 1], enrolled=[10, -5])
    with pytest.raises(ct.DataError) as caught:
        ask("primary_completion", pupils=frame)
    assert (caught.value.column, caught.value.got) == ("enrolled", "1 rows")


def test_a_case_without_its_date():
    perpetrators = pl.DataFrame({"case_id": ["c1"], "person_id": ["p1"], "sex": ["male"], "relation": ["parent"]})
    with pytest.raises(ct.DataError) as caught:
        ask("perpetrators", victims=victims(received_date=[None, None]), perpetrators=perpetrators)
    assert caught.value.column == "received_date"


def test_the_areas_of_another_day_of_one_list_are_the_same():
    dataset = ct.Dataset(births=births(), area_vintage="2022-12-31")
    results = [
        ct.compute(dataset, period="2022", indicators=["sex_ratio_at_birth"], area_vintage=day)
        for day in ("2022-12-31", "2024-01-01")
    ]
    assert results[0].to_polars().equals(results[1].to_polars())


def test_a_part_that_lacks_a_column_is_told():
    plan = ct.plan(period="2022")
    whole = children(at_risk=[True])
    parts = [plan.partial(ct.Dataset(children=f)) for f in (whole, whole.drop("at_risk"))]
    result = plan.finish(ct.merge(parts))
    assert "children_at_risk" in {w.indicator for w in result.warnings if w.code == "counted_in_part"}


@pytest.mark.parametrize(("column", "value"), [("cell", 2**40), ("count", 2**63), ("series", 9_999), ("kind", "x")])
def test_a_damaged_tally_is_refused(column, value):
    plan = ct.plan(period="2022", indicators=["sex_ratio_at_birth"])
    frame = plan.partial(ct.Dataset(births=births())).to_polars()
    damaged = frame.with_columns(
        pl.when(pl.col("kind") == "count")
        .then(pl.lit(value))
        .otherwise(pl.col(column))
        .cast(frame.schema[column])
        .alias(column)
    )
    with pytest.raises(ct.DataError):
        plan.tally(damaged)


def test_a_file_whose_name_looks_like_a_pattern(tmp_path):
    path = tmp_path / "births[1].parquet"
    births().write_parquet(path)
    assert ct.Dataset(births=path)["births"].height == births().height


def test_a_file_that_is_not_parquet(tmp_path):
    path = tmp_path / "births.csv"
    births().write_csv(path)
    with pytest.raises(ct.SchemaError, match="not Parquet"):
        ct.Dataset(births=path)


def test_numbers_below_zero():
    for call in (
        lambda: ct.stats.proportion_interval(-1, 10),
        lambda: ct.stats.rate_interval(-1, 10),
        lambda: ct.synthetic.province(children=-1),
    ):
        with pytest.raises(ct.PlanError):
            call()


@pytest.mark.parametrize(
    ("call", "expected"),
    [
        (lambda: ct.compute(3, period="2022"), "dataset: expected Dataset, got int"),
        (lambda: result().protect(releases="releases/"), "releases: expected ReleaseLog | None, got str"),
        (
            lambda: ct.disclosure.protect_together([result(), 3]),
            "results: expected Sequence[Result | Table], got a list that holds something else",
        ),
        (lambda: ct.disclosure.protect_together(result()), "results: expected Sequence[Result | Table], got Result"),
    ],
)
def test_a_wrong_type_is_told_by_classes_that_users_make(call, expected):
    ct.set_language("en")
    with pytest.raises(TypeError) as caught:
        call()
    assert str(caught.value) == expected


def result():
    return ct.compute(ct.synthetic.province(children=500), period="2022", indicators=["abused_children"])
