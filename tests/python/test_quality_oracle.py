"""Counts of rules against SQL written by hand in DuckDB, over a made-up province with planted troubles."""

from contextlib import closing

import chitieu as ct
import duckdb
import polars as pl
import pytest

PERIOD, LAST = "2022", "DATE '2022-12-31'"

#: Rule, and SQL for passed, failed and undecided. NULL is undecided, as in three-valued logic.
RULES = {
    "supported_without_circumstance": ("children", "supported", "len(circumstances) > 0"),
    "child_born_later": ("children", "birth_date IS NOT NULL", f"birth_date <= {LAST}"),
    "child_updated_later": ("children", "updated_on IS NOT NULL", f"updated_on <= {LAST}"),
    "child_updated_before_birth": (
        "children",
        "updated_on IS NOT NULL AND birth_date IS NOT NULL",
        "updated_on >= birth_date",
    ),
    "illness_household_poor": ("children", "list_contains(circumstances, 'n1')", "household = 'poor'"),
    "nursery_age": (
        "children",
        "attends IN ('nursery', 'kindergarten')",
        "CASE WHEN hi < 6 THEN true WHEN lo >= 6 THEN false END",
    ),
    "school_age": (
        "children",
        "attends IN ('primary', 'lower_secondary')",
        "CASE WHEN lo >= 5 THEN true WHEN hi < 5 THEN false END",
    ),
    "worker_age": ("children", "works", "CASE WHEN lo >= 5 THEN true WHEN hi < 5 THEN false END"),
    "child_not_under_16": ("children", "true", "CASE WHEN hi < 16 THEN true WHEN lo >= 16 THEN false END"),
    "child_repeated": (
        "children",
        "true",
        "CASE WHEN child_id IS NOT NULL THEN row_number() OVER (PARTITION BY child_id ORDER BY nr) = 1 END",
    ),
    "received_before_incident": ("victims", "incident_date IS NOT NULL", "received_date >= incident_date"),
    "received_later": ("victims", "true", f"received_date <= {LAST}"),
    "victim_without_perpetrator": ("victims", "true", "case_id IN (SELECT case_id FROM perpetrators)"),
    "victim_not_registered": (
        "victims",
        "child_id IS NOT NULL",
        "child_id IN (SELECT child_id FROM children WHERE child_id IS NOT NULL)",
    ),
    "perpetrator_without_case": ("perpetrators", "true", "case_id IN (SELECT case_id FROM victims)"),
    "pupils_above_enrolled": ("pupils", "true", "completed + dropped_out <= enrolled"),
    "pupils_sexes": ("pupils", "sex IS NULL AND is_total", "enrolled = of_both + rest"),
    "pupils_total_of_sexes": ("pupils", "sex IS NULL AND parts > 0", "NOT (is_total AND enrolled = of_both + rest)"),
    "death_before_birth": ("deaths", "birth_date IS NOT NULL", "date >= birth_date"),
    "plan_late": (
        "victims",
        "received_date IS NOT NULL",
        f"""CASE WHEN workdays(received_date, coalesce(plan_date, {LAST})) > 5 THEN false
            WHEN plan_date IS NOT NULL THEN true END""",
    ),
}

MACROS = """
CREATE MACRO workdays(a, b) AS (SELECT count(*) FROM range(1, 4000) t(n)
    WHERE a + n::INTEGER <= b AND isodow(a + n::INTEGER) < 6);
CREATE MACRO years(b, o) AS (year(o) - year(b) - CASE WHEN (month(o), day(o)) < (month(b), day(b)) THEN 1 ELSE 0 END);
"""

#: Pupils with what stands in their class: the rows by sex and their sum, whether a row is a total, and the rests.
PUPILS = """
CREATE TABLE more AS SELECT *, coalesce(sum(enrolled) FILTER (sex IS NULL AND NOT is_total) OVER class, 0) AS rest
FROM (
    SELECT *, parts >= 2 AND of_both >= 10 AND enrolled >= 0.8 * of_both AS is_total FROM (
        SELECT *, count(*) FILTER (sex IS NOT NULL) OVER class AS parts,
            coalesce(sum(enrolled) FILTER (sex IS NOT NULL) OVER class, 0) AS of_both
        FROM pupils WINDOW class AS (PARTITION BY commune, school_year, grade)))
    WINDOW class AS (PARTITION BY commune, school_year, grade);
DROP TABLE pupils;
ALTER TABLE more RENAME TO pupils;
"""


def with_totals(pupils):
    """Return the pupils with a row for every fifth class that holds its total, one too many in every tenth."""
    totals = pupils.group_by("commune", "school_year", "grade", maintain_order=True).agg(
        pl.col("enrolled", "completed", "dropped_out").sum()
    )
    totals = totals.with_columns(pl.col("enrolled") + (pl.int_range(pl.len()) % 10 == 0)).gather_every(5)
    return pl.concat([pupils, totals.cast({"enrolled": pl.Int64})], how="diagonal")


def some(dataset, table, column, value, one_in, seed):
    """Return a table in which one value of so many is another."""
    frame = dataset[table]
    hit = pl.int_range(pl.len()).hash(seed) % one_in == 0
    return frame.with_columns(pl.when(hit).then(value).otherwise(pl.col(column)).alias(column))


@pytest.fixture(scope="module")
def tables():
    dataset = ct.synthetic.province("33", children=20_000, year=2022, seed=3)
    for table, column, value, one_in in [
        ("children", "child_id", pl.col("child_id").shift(3), 200),
        ("children", "child_id", pl.lit(None, pl.String), 300),
        ("children", "birth_date", pl.lit(None, pl.Date), 40),
        ("children", "birth_date", pl.date(2023, 2, 1), 500),
        ("children", "updated_on", pl.date(2022, 5, 5) + pl.duration(days=pl.int_range(pl.len()) % 300), 2),
        ("children", "supported", pl.lit(True), 50),
        ("children", "supported", pl.lit(None, pl.Boolean), 60),
        ("children", "circumstances", pl.lit(None, pl.List(pl.String)), 30),
        ("children", "circumstances", pl.lit(["n1"]), 90),
        ("children", "attends", pl.lit("nursery"), 19),
        ("children", "attends", pl.lit("primary"), 20),
        ("children", "works", pl.lit(True), 30),
        ("victims", "incident_date", pl.col("received_date") + pl.duration(days=3), 9),
        ("victims", "received_date", pl.date(2023, 1, 4), 11),
        ("victims", "child_id", pl.lit("somebody"), 7),
        ("victims", "plan_date", pl.col("received_date") + pl.duration(days=pl.int_range(pl.len()) % 12), 2),
        ("perpetrators", "case_id", pl.lit("x0"), 2),
        ("pupils", "completed", pl.col("enrolled") + 1, 17),
        ("deaths", "birth_date", pl.col("date") + pl.duration(days=1), 5),
    ]:
        frames = {t: dataset[t] for t in dataset.tables}
        if column not in frames[table].columns:
            frames[table] = frames[table].with_columns(pl.lit(None, pl.Date).alias(column))
            dataset = ct.Dataset(**frames)
        frames[table] = some(dataset, table, column, value, one_in, len(column) + one_in)
        dataset = ct.Dataset(**frames)
    return {t: dataset[t] for t in dataset.tables} | {"pupils": with_totals(dataset["pupils"])}


@pytest.fixture(scope="module")
def found(tables):
    return ct.check(ct.Dataset(**tables), period=PERIOD)


@pytest.mark.parametrize("rule", RULES)
def test_counts_and_rows_are_those_of_sql(rule, tables, found):
    table, scope, must = RULES[rule]
    with closing(duckdb.connect()) as sql:
        sql.execute(MACROS)
        for name, frame in tables.items():
            sql.register(f"frame_{name}", frame.to_arrow())
            sql.execute(f"CREATE TABLE {name} AS SELECT *, row_number() OVER () AS nr FROM frame_{name}")
        sql.execute(PUPILS)
        looks = ""
        if table == "children":
            year = "birth_year" if "birth_year" in tables["children"].columns else "NULL::INTEGER"
            first, last = (f"coalesce(birth_date, make_date({year}, {d}))" for d in ("1, 1", "12, 31"))
            looks = f", greatest(years({last}, {LAST}), 0) AS lo, years({first}, {LAST}) AS hi"
            looks = looks.replace("greatest(years", "if_known(years")
            sql.execute("CREATE MACRO if_known(n, least) AS CASE WHEN n IS NOT NULL THEN greatest(n, least) END")
        verdict = """CASE WHEN scope IS NULL OR (scope AND must IS NULL) THEN 'undecided'
            WHEN NOT scope THEN 'out' WHEN must THEN 'passed' ELSE 'failed' END"""
        query = f"""SELECT nr, {verdict} AS verdict FROM (
            SELECT nr, ({scope}) AS scope, ({must}) AS must FROM (SELECT *{looks} FROM {table}))"""
        expected = pl.DataFrame(sql.sql(query).to_arrow_table()).sort("nr")
    counts = expected["verdict"].value_counts().rows_by_key("verdict")
    line = found.summary().row(by_predicate=pl.col("rule") == rule, named=True)
    for verdict in ("passed", "failed", "undecided"):
        assert line[verdict] == (counts[verdict][0][0] if verdict in counts else 0), verdict
    assert line["failed"] > 0
    assert found.failures(rule)["row"].to_list() == expected.filter(pl.col("verdict") == "failed")["nr"].to_list()
