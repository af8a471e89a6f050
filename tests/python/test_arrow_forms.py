"""Whatever form records come in, the tally is the same, or an error of the project's own says what does not fit."""

import os
import random
import subprocess
import sys
from pathlib import Path

import chitieu as ct
import duckdb
import forms
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from chitieu._frame import along_chunks
from chitieu._language import words
from forms import arrow, in_parts, kind, pandas, reader, typed, uneven
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal
from strategies import provinces

PLANS = [
    ct.plan(period="2022", by=by, area_level="commune")
    for by in (["sex", "age_group", "ethnicity"], ["circumstance"], ["form", "relation"])
]
RECORDS = forms.records()
CASE = RECORDS["perpetrators"]["case_id"][0]
#: One row of each table.
ROW = {n: f.filter(pl.col("case_id") == CASE if "case_id" in f.columns else True).head(1) for n, f in RECORDS.items()}
NO_ROWS = {n: f.clear() for n, f in RECORDS.items()}
SIZES = [1, 7, 63, 64, 65, 1000]
CATEGORIES = {"text": pl.Categorical, "list": pl.List(pl.Categorical)}
DICTIONARIES = {"text": pa.dictionary(pa.int32(), pa.string())}


def tallies(tables):
    """Count tables by every plan."""
    dataset = ct.Dataset(ethnic_list="1979", **tables)
    return [plan.partial(dataset) for plan in PLANS]


def in_form(form, tables=RECORDS):
    return tallies({name: form(frame) for name, frame in tables.items()})


WHOLE, OF_ROW, OF_NONE = (tallies(tables) for tables in (RECORDS, ROW, NO_ROWS))

FORMS = {
    "LazyFrame": lambda f: f.lazy(),
    "uneven chunks": uneven,
    "a slice of more": lambda f: pl.concat([f.head(13), f, f.head(5)], rechunk=True).slice(min(13, f.height), f.height),
    "columns reversed": lambda f: f.select(reversed(f.columns)),
    "rows in another order": lambda f: f.sample(fraction=1, shuffle=True, seed=2),
    "rows reversed": lambda f: f.reverse(),
    "all categories, uneven": lambda f: uneven(typed(f, **CATEGORIES)),
    "categories of parts, lazy": lambda f: pl.concat([typed(p, **CATEGORIES) for p in in_parts(f, 99)]).lazy(),
    "categories in another order": lambda f: typed(pl.concat([f.reverse(), f]), **CATEGORIES).tail(f.height),
    "pyarrow": arrow,
    "pyarrow reversed": lambda f: arrow(f).select(f.columns[::-1]),
    "pyarrow in chunks": lambda f: arrow(f, seed=1),
    "pyarrow sliced": lambda f: arrow(pl.concat([f.head(71), f])).slice(min(71, f.height), f.height),
    "pyarrow, empty chunks": lambda f: pa.concat_tables([arrow(p) for q in in_parts(f, 65) for p in (f.clear(), q)]),
    "a record batch": lambda f: arrow(f).combine_chunks().to_batches()[0] if f.height else arrow(f),
    "reader": lambda f: reader(f, 64),
    "reader, empty batches": lambda f: forms.with_empty(reader(f, 63)),
    "reader, other dictionaries": lambda f: reader(f, 50, **DICTIONARIES, list=pa.list_(DICTIONARIES["text"])),
    "pandas": pandas,
    "pandas by pyarrow": lambda f: f.to_pandas(use_pyarrow_extension_array=True),
} | forms.BY_TYPE


@pytest.mark.parametrize("form", FORMS)
def test_the_same_records_in_another_form(form):
    assert in_form(FORMS[form]) == WHOLE


@pytest.mark.parametrize("form", FORMS)
def test_one_row_and_none(form):
    assert in_form(FORMS[form], ROW) == OF_ROW
    assert in_form(FORMS[form], NO_ROWS) == OF_NONE


def test_the_records_count():
    """An empty tally would equal any other."""
    for whole, none in zip(WHOLE, OF_NONE, strict=True):
        kinds = dict(whole.to_polars()["kind"].value_counts().rows())
        assert kinds["count"] > 300 and kinds["key"] > 300 and kinds["province"] == 2
        assert set(none.to_polars()["kind"]) - {"left_out"} == {"counted", "whole"}
    assert OF_ROW != OF_NONE


def test_duckdb():
    with duckdb.connect() as connection:
        for name, frame in RECORDS.items():
            connection.register(f"{name}_arrow", frame.to_arrow())
            connection.execute(f"CREATE TABLE {name} AS SELECT * FROM {name}_arrow")
        connection.execute("CREATE TYPE word AS ENUM ('unknown', 'male', 'female')")
        assert in_form(lambda f: f, {n: connection.table(n) for n in RECORDS}) == WHOLE
        other = "* REPLACE (birth_date::TIMESTAMP AS birth_date, sex::word AS sex, birth_year::USMALLINT AS birth_year)"
        changed = connection.sql(f"SELECT {other}, INTERVAL 1 DAY > INTERVAL 2 DAY AS more FROM children")
        assert tallies(RECORDS | {"children": changed}) == WHOLE


def pairs(nulls=True):
    """Return children whose lists are of one length."""
    several = RECORDS["children"].filter(pl.col("circumstances").list.len() == 2)
    return pl.concat([several, several.head(9).with_columns(circumstances=None)]) if nulls else several


def test_lists_of_one_length():
    several = typed(pairs(), list=forms.array)
    assert several.schema["circumstances"] == pl.Array(pl.String, 2)
    plain = tallies({"children": pairs()})
    of_two = pa.list_(pa.string(), 2)
    for form in (several, several.lazy(), uneven(several), several.to_arrow(), arrow(pairs(), list=of_two)):
        assert tallies({"children": form}) == plain
    uneven_pairs = arrow(pairs(nulls=False), seed=4, list=of_two)
    assert uneven_pairs.schema.field("circumstances").type == of_two
    assert tallies({"children": uneven_pairs}) == tallies({"children": pairs(nulls=False)})


def test_columns_of_type_null():
    required = {(t["id"], c["id"]) for t in words()["tables"] for c in t["columns"] if c["required"]}
    optional = {t: [c for c in f.columns if (t, c) not in required] for t, f in RECORDS.items()}
    assert sum(map(len, optional.values())) > 40
    nulls = {t: f.with_columns(pl.lit(None, f.schema[c]).alias(c) for c in optional[t]) for t, f in RECORDS.items()}
    whole = tallies(nulls)
    for form in (lambda f: f, pl.DataFrame.to_arrow, pl.DataFrame.lazy):
        assert in_form(lambda f, form=form: form(f.select(forms.nothing(c) for c in f)), nulls) == whole


@pytest.mark.parametrize("word", [pl.Categorical, pl.Enum(["d2", "d1", "a", "a1", "unknown"])], ids=str)
def test_categories_in_arrays(word):
    pair = pl.Series("circumstances", [["a1", "d1"], None, ["d1", "unknown"], ["d2", "a"]], pl.List(pl.String))
    children = pl.DataFrame({"birth_year": [2015] * 4, "commune": ["12364"] * 4, "circumstances": pair})
    asked = {"circumstances": pl.Array(word, 2)}
    assert tallies({"children": children.cast(asked)}) == tallies({"children": children})


def test_a_slice_of_lists_of_one_length():
    # polars takes no slice of pyarrow lists of one length, if some are missing.
    several = arrow(pairs(), list=pa.list_(pa.string(), 2)).slice(1)
    with pytest.raises(ct.SchemaError) as caught:
        tallies({"children": several})
    assert caught.value.column == "circumstances"


@pytest.mark.parametrize("type_", ["object", "category", "float64"])
@pytest.mark.parametrize("column", ["birth_date", "circumstances", "supported"])
def test_a_pandas_column_without_any_value(column, type_):
    rows = RECORDS["children"].height
    children = pandas(RECORDS["children"]).assign(**{column: pd.Series([None] * rows, dtype=type_)})
    without = RECORDS["children"].with_columns(pl.lit(None, RECORDS["children"].schema[column]).alias(column))
    assert tallies({"children": children}) == tallies({"children": without})


def few(rows):
    """Return the first rows of each table, with all the victims of a perpetrator."""
    cut = {name: frame.head(rows) for name, frame in RECORDS.items()}
    return cut | {"perpetrators": RECORDS["perpetrators"].filter(pl.col("case_id").is_in(cut["victims"]["case_id"]))}


@pytest.mark.parametrize("rows", SIZES)
def test_batches_of_every_size(rows, monkeypatch):
    monkeypatch.setattr("chitieu._dataset.BATCH_ROWS", rows)
    tables = few(150) if rows < 63 else RECORDS
    whole = in_form(lambda f: f.to_arrow(), tables)
    assert whole == WHOLE or rows < 63
    assert tallies(tables) == whole
    assert in_form(lambda f: typed(f, **CATEGORIES).lazy(), tables) == whole
    assert in_form(lambda f: pl.concat(in_parts(f, rows), rechunk=False), tables) == whole
    assert in_form(lambda f: reader(f, rows, **DICTIONARIES), tables) == whole


@pytest.mark.parametrize("rows", [7, 64, 1_000])
def test_a_part_of_a_frame_lies_in_one_chunk_of_each_column(rows):
    numbers = pl.Series("a", range(1_000))
    cut = [numbers[:100], numbers[100:400], numbers[400:401], numbers[401:]]
    frame = pl.DataFrame({"a": pl.concat(cut, rechunk=False), "b": numbers.alias("b")})
    frame = frame.with_columns(pl.concat([numbers[:650], numbers[650:]], rechunk=False).alias("c"))
    parts = list(along_chunks(frame, rows))
    assert_frame_equal(pl.concat(parts), frame)
    assert max(part.height for part in parts) <= rows
    # The chunk of one row is joined to what follows, where a part may be of sixteen and more.
    copied = [part for part in parts if any(column.n_chunks() > 1 for column in part)]
    assert len(copied) == (rows > 16)


class Streams:
    """A source with the methods of a dataset, whose batches cross as they are."""

    area_vintage, ethnic_list, submissions, complete, set_aside = "2022-12-31", "1979", None, [], {}

    def __init__(self, streams):
        self.streams, self.tables = streams, list(streams)

    def schema(self, table):
        return pl.DataFrame(self.streams[table][0]).schema

    def rows(self, table):
        return sum(pl.DataFrame(batch).height for batch in self.streams[table])

    def _types(self, table, columns):
        return pl.DataFrame(self.streams[table][0]).clear().select(columns)

    def batches(self, table, columns):
        return iter(self.streams[table])


def streamed(plan, streams):
    """Return the tally of batches of any source."""
    return plan._native.partial(Streams({table: list(batches) for table, batches in streams.items()}))


def changing(frame):
    """Return batches each of which has types of its own, and empty ones."""
    kinds = [{k: t[(n * 5) % len(t)] for k, t in forms.ARROW.items()} for n in range(12)]
    kinds = [k | {"date": k["date"] if getattr(k["date"], "tz", None) is None else pa.date32()} for k in kinds]
    parts = [arrow(part, n, **kinds[n % 12]) for n, part in enumerate(in_parts(frame, 37))]
    parts += [uneven(typed(part, text=forms.categories(f"part {n}"))) for n, part in enumerate(in_parts(frame, 90))]
    parts += [typed(part, text=forms.enum, integer=pl.Int32) for part in in_parts(frame, 90)]
    parts += [part.select(forms.nothing(c) for c in part) for part in in_parts(frame.reverse(), 6)]
    return [p for part in parts for p in (part, frame.clear())]


def test_types_that_change_from_batch_to_batch():
    for plan, whole in zip(PLANS, WHOLE, strict=True):
        # Four times the records in all.
        wanted = streamed(plan, {n: [f] * 4 for n, f in RECORDS.items()})
        assert streamed(plan, {n: changing(f) for n, f in RECORDS.items()}) == wanted
        assert streamed(plan, {n: [f] for n, f in RECORDS.items()}) == whole._native


@pytest.mark.parametrize("type_", [pa.timestamp("s", "UTC"), pa.timestamp("ns", "+07:00")], ids=str)
def test_a_moment_with_a_zone_within(type_):
    """Midnight in Greenwich is 7:00 of the same day in Viet Nam, whatever the zone is called."""
    births = arrow(RECORDS["births"], date=type_)
    plain = {"victims": [RECORDS["victims"]], "births": [RECORDS["births"]]}
    assert streamed(PLANS[0], plain | {"births": [births]}) == streamed(PLANS[0], plain)


# ---------------------------------------------------------------- columns that no plan reads


def test_columns_that_no_plan_reads():
    odd = {f"my {n}": v for n, v in forms.ODD.items()}
    # Names the machine uses within.
    odd |= {n: forms.ODD["binary"] for n in ("age_months", "in_period", "#births", "#lived", "")}
    more = {n: f.with_columns(**odd) for n, f in RECORDS.items()}
    of_case = dict.fromkeys(["commune", "received_date", "incident_date", "confirmed", "forms"], forms.ODD["struct"])
    more["perpetrators"] = more["perpetrators"].with_columns(**of_case)
    more["children"] = more["children"].with_columns(
        age=forms.ODD["text"], age_days=forms.ODD["list of integers"], thing=thing()
    )
    for form in (lambda f: f, lambda f: f.lazy(), uneven):
        assert in_form(form, more) == WHOLE
    more["children"] = more["children"].drop("thing")
    assert in_form(lambda f: f.to_arrow(), more) == WHOLE


def thing():
    return pl.Series([object()] * RECORDS["children"].height, dtype=pl.Object)


@pytest.mark.parametrize("name", forms.unread(1))
def test_columns_of_types_unknown_to_polars_that_no_plan_reads(name):
    children = arrow(RECORDS["children"])
    children = children.append_column("more", forms.unread(children.num_rows)[name])
    assert tallies(RECORDS | {"children": children}) == WHOLE


# ---------------------------------------------------------------- what does not fit


def refused(tables, plans=PLANS):
    """Return what an error tells, or the tally, for each plan."""
    told = []
    try:
        dataset = ct.Dataset(ethnic_list="1979", **tables)
        for plan in plans:
            told.append(None)
            told[-1] = plan.partial(dataset)
    except ct.ChitieuError as error:
        told[-1:] = [(type(error), error.code, error.column, error.expected, error.got, str(error))]
    return told


@pytest.mark.parametrize("name", forms.ODD)
def test_types_that_do_not_fit(name):
    for table, frame in RECORDS.items():
        read = [c for c in frame if any(c.name in plan.columns(table) for plan in PLANS)]
        for column in (c for c in read if (kind(c), name) not in forms.FIT):
            wrong = {table: frame.with_columns(forms.ODD[name].alias(column.name))}
            if table == "perpetrators":
                wrong["victims"] = RECORDS["victims"]
            plans = [plan for plan in PLANS if column.name in plan.columns(table)]
            for told in refused(wrong, plans):
                # A decimal may be whole, as a sum of DuckDB is: this one has a fraction, which its values tell.
                is_fraction = (name, kind(column)) == ("decimal", "integer")
                wanted = (ct.DataError, "bad_value") if is_fraction else (ct.SchemaError, "wrong_type")
                assert told[:3] == (*wanted, column.name)
                assert f'table "{table}", column "{column.name}": expected ' in told[-1]


@pytest.mark.parametrize("name", ["struct", "binary", "integer", "text", "time", "flag"])
@pytest.mark.parametrize("column", ["case_id", "commune", "received_date", "incident_date", "confirmed"])
def test_victims_that_perpetrators_alone_read(name, column):
    plan = ct.plan(period="2022", indicators=["perpetrators"])
    victims = RECORDS["victims"].with_columns(forms.ODD[name].alias(column))
    if (kind(RECORDS["victims"][column]), name) in forms.FIT:
        return
    ((*told, message),) = refused({"victims": victims, "perpetrators": RECORDS["perpetrators"]}, [plan])
    assert told[:3] == [ct.SchemaError, "wrong_type", column]
    assert 'table "victims"' in message


ASKED_OF_ERRORS = ["LazyFrame", "uneven chunks", "a slice of more", "all categories, uneven", "pyarrow in chunks"]
ASKED_OF_ERRORS += [
    "reader, other dictionaries",
    "pandas",
    "polars date us",
    "polars integer Int64",
    "polars text Enum",
]
ASKED_OF_ERRORS += ["polars list of Categorical", "pyarrow integer double", "pyarrow text string_view"]


@pytest.mark.parametrize("spoil", forms.SPOILT, ids=lambda s: f"{s[0]} {s[1]}")
def test_an_error_is_the_same_in_every_form(spoil):
    table = spoil[0]
    tables = {table: forms.spoilt(RECORDS[table], *spoil[1:])}
    if table in ("victims", "perpetrators"):
        tables = {n: RECORDS[n] for n in ("victims", "perpetrators")} | tables
    wanted = refused(tables)
    rows = [told for told in wanted if isinstance(told, tuple)]
    assert rows and all(told[:3] == (ct.DataError, told[1], spoil[1]) for told in rows)
    for form in (FORMS.get(name, typed) for name in ASKED_OF_ERRORS):
        assert refused({n: form(f) for n, f in tables.items()}) == wanted


@pytest.mark.parametrize("source", ["list", "iterator", "batch of other columns", "batch of other types"])
def test_batches_that_are_no_table(source):
    parts = [b for part in in_parts(RECORDS["children"], 100) for b in arrow(part).to_batches()]
    other = {"batch of other columns": parts[1].select(parts[1].schema.names[1:])}
    other["batch of other types"] = arrow(in_parts(RECORDS["children"], 100)[1], text=pa.string_view()).to_batches()[0]
    mixed = (p for p in [parts[0], other.get(source, parts[1])])
    stream = {"list": parts, "iterator": iter(parts)}.get(source)
    stream = pa.RecordBatchReader.from_batches(parts[0].schema, mixed) if stream is None else stream
    with pytest.raises(ct.SchemaError, match='table "children"') as caught:
        ct.Dataset(children=stream)
    assert caught.value.code == "wrong_type"


@pytest.mark.parametrize("name", ["list_view", "run ends"])
def test_an_error_shows_no_value_of_a_pyarrow_table(name):
    children = arrow(RECORDS["children"].select("ethnicity", "sex", "commune"))
    children = children.append_column("more", forms.unread(children.num_rows)[name])
    with pytest.raises(ct.SchemaError) as caught:
        tallies({"children": children.drop_columns(["sex"]).rename_columns({"more": "sex"})})
    assert caught.value.column == "sex"
    assert not any(f'"{word}"' in str(caught.value) for word in RECORDS["children"]["ethnicity"].drop_nulls())


@pytest.mark.parametrize("type_", [pa.json_(), pa.bool8()], ids=str)
def test_extension_types_that_do_not_fit(type_):
    births = RECORDS["births"]
    storage = pa.array(["male"] * births.height) if type_ == pa.json_() else pa.array([1] * births.height, pa.int8())
    table = arrow(births.drop("sex")).append_column("sex", pa.ExtensionArray.from_storage(type_, storage))
    assert refused({"births": table}, PLANS[:1])[0][:3] == (ct.SchemaError, "wrong_type", "sex")


@pytest.mark.parametrize("source", ["parquet", "parquet with more", "LazyFrame"])
def test_parts_of_other_types(source, tmp_path):
    first, second = in_parts(RECORDS["births"], 200)
    second = second.with_columns(more=1) if source == "parquet with more" else typed(second, date=forms.moment("us"))
    if source == "LazyFrame":
        births = pl.concat([first.lazy(), second.lazy()])
    else:
        first.write_parquet(tmp_path / "1.parquet")
        second.write_parquet(tmp_path / "2.parquet")
        births = tmp_path
    (told,) = refused({"births": births}, PLANS[:1])
    assert told == refused({"births": RECORDS["births"]}, PLANS[:1])[0] or told[0] is ct.SchemaError


# ---------------------------------------------------------------- threads and chance

COUNT = """
import hashlib, random
import chitieu as ct, forms, polars as pl
chance = random.Random(3)
communes = ct.areas(on="2022-12-31").filter(pl.col("level") == "commune")["code"].to_list()
def wide(frame, times):
    frame = pl.concat([frame] * times)
    here = chance.choices(communes, k=frame.height)
    return frame.with_columns(commune=pl.Series(here)) if "commune" in frame.columns else frame
tables = {n: wide(f, 200 if n == "children" else 3) for n, f in forms.records().items()}
plan = ct.plan(period="2022", by=["sex"], area_level="commune")
for form in (lambda f: f, lambda f: forms.uneven(forms.typed(f.reverse(), text=pl.Categorical))):
    tally = plan.partial(ct.Dataset(**{n: form(f) for n, f in tables.items()})).to_polars()
    print(tally.height, hashlib.sha256(tally.write_csv().encode()).hexdigest())
"""


def test_any_number_of_threads():
    """Rows in every commune of the country, enough of them that each worker has something to do."""
    found = set()
    for threads in (1, 2, 3, 7):
        more = {"RAYON_NUM_THREADS": str(threads), "PYTHONHASHSEED": str(threads)}
        call = [sys.executable, "-W", "error", "-c", COUNT]
        done = subprocess.run(call, cwd=Path(__file__).parent, env=os.environ | more, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        found |= set(done.stdout.splitlines())
    assert len(found) == 1 and int(found.pop().split()[0]) > 100_000


PLAN = ct.plan(period="2022H1", by=["sex", "age_group", "form"], area_level="district")


@given(provinces(), st.integers(0, 2**32))
@settings(max_examples=30, deadline=None, derandomize=True)
def test_random_records_in_a_random_form(tables, seed):
    chance = random.Random(seed)
    other = {name: forms.any_form(frame, chance) for name, frame in tables.items()}
    assert PLAN.partial(ct.Dataset(**other)) == PLAN.partial(ct.Dataset(**tables))
