"""The same records in every form a notebook holds them in give the same table."""

from datetime import date, datetime, timedelta

import chitieu as ct
import duckdb
import polars as pl
import pyarrow as pa
import pytest
from polars.testing import assert_frame_equal

INDICATORS = [
    "child_population",
    "birth_registration_under_5",
    "special_circumstances",
    "abused_children",
    "abuse_cases",
]
INDICATORS += ["perpetrators"]
CHILDREN = pl.DataFrame(
    {
        "child_id": ["a", "b", "c", "d", "e"],
        "birth_date": [date(2020, 2, 29), date(2018, 1, 1), None, date(2006, 12, 31), date(2023, 1, 1)],
        "birth_year": [None, None, 2015, None, None],
        "sex": ["female", "male", None, "male", "female"],
        "commune": ["12364", "12367", "11950", "12364", "12364"],
        "birth_registered": [True, None, False, True, True],
        "circumstances": [["d1", "d2"], [], None, ["a1"], ["k5"]],
    }
)
VICTIMS = pl.DataFrame(
    {
        "case_id": ["c1", "c1", "c2", "c3"],
        "child_id": ["a", None, "a", "b"],
        "birth_date": [date(2020, 2, 29), date(2015, 1, 1), date(2020, 2, 29), None],
        "birth_year": [None, None, None, 2018],
        "sex": ["female", "male", "female", None],
        "commune": ["12364", "12364", "11950", "12367"],
        "incident_date": [date(2022, 1, 1), None, date(2022, 5, 5), date(2021, 12, 31)],
        "received_date": [date(2022, 1, 2), date(2022, 1, 2), date(2022, 6, 6), date(2022, 12, 31)],
        "confirmed": [True, True, None, True],
    }
)
PERPETRATORS = pl.DataFrame({"case_id": ["c1", "c3"], "person_id": ["p1", None], "sex": ["male", None]})
TABLES = {"children": CHILDREN, "victims": VICTIMS, "perpetrators": PERPETRATORS}


def table_of(tables):
    dataset = ct.Dataset(**tables)
    result = ct.compute(dataset, period="2022", indicators=INDICATORS, by=["sex"], area_level="commune")
    return result.to_polars()


@pytest.fixture(scope="module")
def expected():
    found = table_of(TABLES)
    assert found.filter(pl.col("numerator") > 0).height > 20
    return found


@pytest.fixture(scope="module")
def database():
    with duckdb.connect() as connection:
        for name, frame in TABLES.items():
            connection.register(f"{name}_frame", frame.to_arrow())
            connection.execute(f"CREATE TABLE {name} AS SELECT * FROM {name}_frame")
        yield connection


def as_timestamps(frame, unit):
    return frame.with_columns(pl.col(pl.Date).cast(pl.Datetime(unit)) + timedelta(hours=23, minutes=59))


def as_categories(frame):
    return frame.with_columns(pl.col(pl.String).cast(pl.Categorical))


def as_enums(frame):
    texts = [c for c, t in frame.schema.items() if t == pl.String]
    return frame.with_columns(pl.col(c).cast(pl.Enum(frame[c].drop_nulls().unique().sort())) for c in texts)


def as_dictionaries(frame):
    table = frame.to_arrow()
    for n, field in enumerate(table.schema):
        if pa.types.is_large_string(field.type) or pa.types.is_string_view(field.type):
            column = table.column(n).cast(pa.string()).dictionary_encode()
            table = table.set_column(n, field.name, column)
    return table


def as_reader(frame, rows=2):
    table = frame.to_arrow()
    return pa.RecordBatchReader.from_batches(table.schema, table.to_batches(max_chunksize=rows))


FORMS = {
    "LazyFrame": lambda f: f.lazy(),
    "LazyFrame with work to do": lambda f: pl.concat([f, f]).lazy().head(f.height),
    "several chunks": lambda f: pl.concat([f.slice(n, 1) for n in range(f.height)], rechunk=False),
    "a slice of more": lambda f: pl.concat([f, f, f], rechunk=True).slice(f.height, f.height),
    "pandas": lambda f: f.to_pandas(),
    "pandas with pyarrow types": lambda f: f.to_pandas(use_pyarrow_extension_array=True),
    "pandas with another index": lambda f: f.to_pandas().set_index(pl.Series(range(7, 7 + f.height)).to_pandas()),
    "pyarrow Table": lambda f: f.to_arrow(),
    "pyarrow Table of one chunk a row": lambda f: pa.Table.from_batches(f.to_arrow().to_batches(max_chunksize=1)),
    "RecordBatchReader": as_reader,
    "dictionaries": as_dictionaries,
    "Categorical": as_categories,
    "Enum": as_enums,
    "datetime in microseconds": lambda f: as_timestamps(f, "us"),
    "datetime in nanoseconds": lambda f: as_timestamps(f, "ns"),
    "datetime in milliseconds": lambda f: as_timestamps(f, "ms"),
    "small integers": lambda f: f.with_columns(pl.col(pl.Int64).cast(pl.Int16)),
    "unsigned integers": lambda f: f.with_columns(pl.col(pl.Int64).cast(pl.UInt64)),
    "columns in another order, and more of them": lambda f: f.select(reversed(f.columns)).with_columns(
        note=pl.lit("x")
    ),
}


@pytest.mark.parametrize("form", FORMS)
def test_forms_in_memory(form, expected):
    assert_frame_equal(table_of({n: FORMS[form](f) for n, f in TABLES.items()}), expected)


def test_duckdb_relation(database, expected):
    assert_frame_equal(table_of({n: database.table(n) for n in TABLES}), expected)
    assert_frame_equal(table_of({n: database.sql(f"SELECT * FROM {n}") for n in TABLES}), expected)


def test_parquet_path_folder_and_glob(tmp_path, expected):
    for name, frame in TABLES.items():
        (tmp_path / name).mkdir()
        frame.write_parquet(tmp_path / f"{name}.parquet")
        for n in range(frame.height):
            frame.slice(n, 1).write_parquet(tmp_path / name / f"part-{n}.parquet")
    forms = [
        {n: tmp_path / f"{n}.parquet" for n in TABLES},
        {n: str(tmp_path / f"{n}.parquet") for n in TABLES},
        {n: str(tmp_path / n / "part-*.parquet") for n in TABLES},
        {n: tmp_path / n for n in TABLES},
    ]
    for form in forms:
        assert_frame_equal(table_of(form), expected)


def test_only_the_columns_needed_are_read(tmp_path):
    CHILDREN.with_columns(full_name=pl.lit("x")).write_parquet(tmp_path / "children.parquet")
    dataset = ct.Dataset(children=tmp_path / "children.parquet")
    plan = ct.plan(period="2022", indicators=["birth_registration_under_5"], by=["sex"])
    (batch,) = dataset.batches("children", columns=plan.columns("children"))
    assert batch.columns == ["birth_date", "birth_year", "sex", "commune", "birth_registered"]


@pytest.mark.parametrize("form", ["polars", "LazyFrame", "pyarrow", "pandas", "reader"])
def test_no_rows(form):
    make = {
        "polars": lambda f: f,
        "LazyFrame": lambda f: f.lazy(),
        "pyarrow": lambda f: f.to_arrow(),
        "pandas": lambda f: f.to_pandas(use_pyarrow_extension_array=True),
        "reader": lambda f: pa.RecordBatchReader.from_batches(f.to_arrow().schema, []),
    }[form]
    found = table_of({n: make(f.clear()) for n, f in TABLES.items()})
    assert found["area"].unique().to_list() == ["VN"]
    assert found.filter(pl.col("measure") == "count")["numerator"].unique().to_list() == [0]
    assert set(found.filter(pl.col("measure") != "count")["status"]) == {"not_available"}


def test_columns_without_any_value(expected):
    optional = ["birth_date", "birth_year", "sex", "birth_registered", "circumstances"]
    typed = CHILDREN.with_columns(pl.lit(None, dtype=CHILDREN.schema[c]).alias(c) for c in optional)
    untyped = CHILDREN.with_columns(pl.lit(None).alias(c) for c in optional)
    assert untyped.schema["sex"] == pl.Null
    by_type, without = (table_of(TABLES | {"children": f}) for f in (typed, untyped))
    assert_frame_equal(by_type, without)
    row = by_type.filter(pl.col("indicator") == "child_population", pl.col("sex") == "total", pl.col("area") == "VN")
    assert row.select("numerator", "undecided").row(0) == (0, 5)
    arrow = untyped.to_arrow()
    assert_frame_equal(table_of(TABLES | {"children": arrow}), without)


def test_an_optional_column_may_be_absent():
    slim = VICTIMS.drop("incident_date", "birth_year")
    null = slim.with_columns(incident_date=pl.lit(None, pl.Date), birth_year=pl.lit(None, pl.Int64))
    assert_frame_equal(table_of(TABLES | {"victims": slim}), table_of(TABLES | {"victims": null}))


def test_a_moment_counts_on_its_own_calendar_day():
    """Half past midnight in Hưng Yên on New Year's Day is still the old year in Greenwich."""
    moment = pl.Series([datetime(2023, 1, 1, 0, 30)]).dt.replace_time_zone("Asia/Ho_Chi_Minh")
    births = pl.DataFrame({"date": moment, "sex": ["male"], "commune": ["12364"]})
    for period, count in (("2023", 1), ("2022", 0)):
        result = ct.compute(ct.Dataset(births=births), period=period, indicators=["sex_ratio_at_birth"])
        assert result.only("sex_ratio_at_birth", area="VN")["numerator"].to_list() == [count]


def test_a_dataset_may_be_asked_again():
    dataset = ct.Dataset(**{n: as_reader(f) for n, f in TABLES.items()})
    first, second = (ct.compute(dataset, period="2022", indicators=INDICATORS).to_polars() for _ in range(2))
    assert_frame_equal(first, second)


def test_records_are_not_changed():
    before = {n: f.clone() for n, f in TABLES.items()}
    table_of(TABLES)
    for name, frame in TABLES.items():
        assert_frame_equal(frame, before[name])


def test_the_result_goes_out_in_every_form(expected):
    result = ct.compute(ct.Dataset(**TABLES), period="2022", indicators=INDICATORS, by=["sex"], area_level="commune")
    assert_frame_equal(pl.DataFrame(pa.table(result)), expected)
    assert_frame_equal(pl.DataFrame(result.to_arrow()), expected)
    assert result.to_pandas().shape == expected.shape
    with duckdb.connect() as connection:
        rows = connection.execute("SELECT count(*), sum(numerator) FROM result").fetchone()
    assert rows == (expected.height, expected["numerator"].sum())
