"""The same records in other types, other chunks and other libraries."""

import random
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from functools import partial
from itertools import pairwise

import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.compute as pc
from case_files import schema
from strategies import CODES, COMMUNES, FLAGS
from strategies import FORMS as ABUSE

SEX = ["male", "female", "female", "unknown", None]
YES_NO = [True, True, False, None]
LISTS = [None, [], [], ["unknown"]]
SEVERAL = [*LISTS, *([c] for c in CODES), CODES[:2], ["d1", "d2", "unknown"], CODES[:4], ["d1", "d1"]]
WAYS = [*LISTS, *([f] for f in ABUSE), ABUSE[:2], ABUSE[2:6], ["sexual_abuse", "unknown", "neglect"]]
#: One word is too long to lie in a view.
ATTENDS = ["nursery", "kindergarten", "primary", "lower_secondary", "lower_secondary", "none", "unknown", None]
ETHNIC = ["01", "01", "01", "02", "06", "54", "unknown", None]
#: Some after 2022, some long before any age band and before 1970.
BORN = [date(y, m, d) for y in range(2003, 2024) for m, d in ((1, 1), (2, 28), (6, 30), (12, 31))]
BORN += [date(2008, 2, 29), date(2020, 2, 29), date(2023, 1, 1), date(1969, 12, 31), *[None] * 12]
EVENT = [date(2022, 1, 1) + timedelta(days=n) for n in range(-40, 400, 7)]
YEAR = [2021, 2022, 2022, 2023]
PLACE = {"commune": COMMUNES}
CHILD = {"birth_date": BORN, "birth_year": [None, None, *range(2003, 2025)], "sex": SEX, "ethnicity": ETHNIC, **PLACE}

#: Rows, and the values of each column.
MADE = {
    "children": (1203, CHILD | {"circumstances": SEVERAL, "attends": ATTENDS} | dict.fromkeys(FLAGS, YES_NO)),
    "victims": (
        407,
        CHILD
        | {
            "case_id": [f"c{n}" for n in range(90)],
            "child_id": [None, *(f"a child of the register, number {n}" for n in range(200))],
            "incident_date": [None, *EVENT],
            "received_date": EVENT,
            "forms": WAYS,
            "environment": ["family", "school", "community", "unknown", None],
            "outcome": ["died", "injured", "other", None],
            "confirmed": YES_NO,
            "supported": YES_NO,
        },
    ),
    "perpetrators": (
        299,
        {
            "person_id": [None, *(f"p{n}" for n in range(99))],
            "sex": SEX,
            "relation": ["parent", "stranger", "unknown", None],
        },
    ),
    "population": (501, {"year": YEAR, "age": [None, *range(31)], "persons": range(999), "sex": SEX} | PLACE),
    "births": (351, {"date": EVENT, "sex": SEX} | PLACE),
    "deaths": (353, {"date": EVENT, "birth_date": BORN, "age_days": [None, 0, 27, 28, 365, 4000], "sex": SEX} | PLACE),
    "injuries": (129, {"date": EVENT, "birth_date": BORN, "sex": SEX, "fatal": YES_NO} | PLACE),
    "pupils": (
        199,
        {"school_year": ["2021-2022", "2021-2022", "2017-2018", "2018-2019"], "grade": [1, 5, 6, 9], "sex": SEX}
        | {"enrolled": range(300), "completed": range(300), "dropped_out": range(9)}
        | PLACE,
    ),
    "schools": (65, {"school_id": ["s1", "s2", "s3"], "year": YEAR, "sanitation": YES_NO} | PLACE),
}


def records(seed=1):
    """Return tables of made-up records; the perpetrators are of cases that are there."""
    chance = random.Random(seed)
    tables = {}
    for name, (rows, columns) in MADE.items():
        if name == "perpetrators":
            columns = {"case_id": tables["victims"]["case_id"].to_list()} | columns
        data = {c: [chance.choice(values) for _ in range(rows)] for c, values in columns.items()}
        tables[name] = pl.DataFrame(data, schema={c: schema(name)[c] for c in data})
    return tables


def kind(column):
    """Return what a column of the plain form holds."""
    kinds = {pl.String: "text", pl.List: "list", pl.Boolean: "flag", pl.Date: "date", pl.Int64: "integer"}
    return kinds[column.dtype.base_type()]


# ---------------------------------------------------------------- chunks


def chunks(column, chance, most=5):
    """Return the pieces of a series or an array, each a slice of a longer one at an odd offset."""
    rows = len(column)
    cuts = [0, *sorted(chance.randint(0, rows) for _ in range(chance.randint(0, most))), rows]
    return [at_odd_place(column.slice(a, b - a), chance) for a, b in pairwise(cuts)]


def at_odd_place(column, chance):
    """Return the same values as a slice of more of them."""
    before = min(chance.choice([0, 1, 3, 9, 65]), len(column))
    more = (column.slice(0, before), column, column.slice(0, 5))
    whole = pl.concat(more, rechunk=True) if isinstance(column, pl.Series) else pa.concat_arrays(more)
    return whole.slice(before, len(column))


def uneven(frame, seed=3):
    """Return a frame whose columns are chunked each in its own way."""
    chance = random.Random(seed)
    return pl.DataFrame([pl.concat(chunks(column, chance), rechunk=False) for column in frame])


def in_parts(frame, rows):
    """Return the parts of a frame, so many rows each."""
    return [frame.slice(n, rows) for n in range(0, max(frame.height, 1), rows)]


# ---------------------------------------------------------------- polars


def typed(frame, **to):
    """Return a frame with other types, by kind of column."""
    return frame.with_columns(retyped(column, to[kind(column)]) for column in frame if kind(column) in to)


def retyped(column, to):
    """Return a column in another type, or as it is if that cannot hold its values."""
    try:
        return to(column) if callable(to) and not isinstance(to, type) else column.cast(to)
    except pl.exceptions.PolarsError:
        return column


def enum(column):
    return column.cast(pl.Enum(column.drop_nulls().unique().sort(descending=True)))


def categories(name, physical=pl.UInt32):
    return lambda column: column.cast(pl.Categorical(pl.Categories(name, physical=physical)))


def array(column):
    """Return lists that are all of one length as arrays."""
    lengths = column.list.len().drop_nulls().unique()
    return column.list.to_array(lengths.item()) if lengths.len() == 1 and lengths.item() else column


def moment(unit, zone=None):
    """Return days as their last minute, on the clock of the place."""
    last = timedelta(hours=23, minutes=59)
    return lambda column: (column.cast(pl.Datetime(unit)) + last).dt.replace_time_zone(zone)


def nan(column):
    return column.cast(pl.Float64).fill_null(float("nan"))


def nothing(column):
    """Return a column without values as one without type."""
    return column.cast(pl.Null) if column.null_count() == column.len() else column


INTEGERS = [pl.Int8, pl.Int16, pl.Int32, pl.Int128, pl.UInt8, pl.UInt16, pl.UInt32, pl.UInt64]
POLARS = {
    "text": {
        "Categorical": pl.Categorical,
        "Enum": enum,
        "own Categories": categories("forms"),
        "small Categories": categories("small", pl.UInt16),
    },
    "list": {
        "of Categorical": pl.List(pl.Categorical),
        "of own": lambda c: c.cast(pl.List(enum_of(c))),
        "array": array,
    },
    "flag": {"as it is": lambda c: c},
    "date": {u: moment(u) for u in ("ms", "us", "ns")} | {"zoned": moment("us", "Asia/Ho_Chi_Minh")},
    "integer": {str(t): t for t in (*INTEGERS, pl.Float32, pl.Float64)} | {"NaN": nan},
}


def enum_of(lists):
    return pl.Enum(lists.explode().drop_nulls().unique().sort())


# ---------------------------------------------------------------- pyarrow

WORDS = [pa.string(), pa.large_string(), pa.string_view()]
WORDS += [pa.dictionary(index, pa.string()) for index in (pa.int8(), pa.int16(), pa.int32(), pa.int64(), pa.uint32())]
WORDS += [pa.dictionary(pa.int32(), pa.large_string())]
ARROW = {
    "text": WORDS,
    "list": [of(word) for of in (pa.list_, pa.large_list) for word in (*WORDS[:3], WORDS[3], WORDS[5], WORDS[-1])],
    "flag": [pa.bool_()],
    "date": [pa.date32(), pa.date64(), *(pa.timestamp(u, z) for u in ("s", "ms", "us", "ns") for z in (None, "UTC"))],
    "integer": [pa.int8(), pa.int16(), pa.int32(), pa.uint8(), pa.uint16(), pa.uint64(), pa.float32(), pa.float64()],
}


def arrow(frame, seed=None, **to):
    """Return a pyarrow table with other types, by kind of column; with a seed each is chunked in its own way."""
    chance = random.Random(seed)
    columns = {}
    for column in frame:
        values = converted(column.to_arrow(compat_level=pl.CompatLevel.oldest()), to.get(kind(column)))
        parts = [values] if seed is None else chunks(values, chance)
        columns[column.name] = pa.chunked_array(parts, type=values.type)
    return pa.table(columns)


def converted(values, to):
    """Return an array in another type, or as it is if that cannot hold its values."""
    try:
        if to is None:
            return values
        if pa.types.is_dictionary(to):
            return values.cast(to.value_type).dictionary_encode().cast(to)
        if pa.types.is_nested(to) and pa.types.is_dictionary(to.value_type):
            # Anew, as pyarrow puts no lists together again whose offsets are a slice.
            values = pa.array(values.to_pylist(), pa.large_list(to.value_type.value_type))
            offsets = values.offsets.cast(pa.int64() if pa.types.is_large_list(to) else pa.int32())
            lists = pa.LargeListArray if pa.types.is_large_list(to) else pa.ListArray
            return lists.from_arrays(offsets, converted(values.values, to.value_type), mask=values.is_null())
        return values.cast(to)
    except pa.ArrowInvalid:
        return values


def reader(frame, rows, **to):
    """Return a stream of batches, each converted by itself: dictionaries change from batch to batch."""
    parts = [arrow(part, **to) for part in in_parts(frame, rows)]
    return pa.RecordBatchReader.from_batches(parts[0].schema, [b for part in parts for b in part.to_batches()])


def with_empty(batches):
    """Return a stream of batches with one without rows before each of them."""
    none = pa.record_batch([pa.array([], t) for t in batches.schema.types], schema=batches.schema)
    return pa.RecordBatchReader.from_batches(batches.schema, [b for full in batches for b in (none, full)] + [none] * 2)


# ---------------------------------------------------------------- pandas

PANDAS = {
    "text": ["object", "category", "str", "string[python]", "string[pyarrow]"],
    "list": ["object"],
    "flag": ["object", "boolean", "bool[pyarrow]"],
    "date": ["object", *(f"datetime64[{u}]" for u in ("s", "ms", "us", "ns")), "date32[pyarrow]"],
    "integer": ["object", "Int64", "Int32", "float64", "Float64", "float32", "int64[pyarrow]"],
}
#: Of columns without any value.
TYPED = {"text": "str", "list": pd.ArrowDtype(pa.list_(pa.string())), "flag": "boolean", "integer": "Int64"}
TYPED["date"] = "datetime64[us]"


def pandas(frame, **to):
    """Return a pandas frame with types by kind of column, otherwise objects; floats have NaN for null."""
    columns = {}
    for column in frame:
        empty = column.null_count() == column.len()
        type_ = TYPED[kind(column)] if empty else to.get(kind(column), "object")
        columns[column.name] = pd.Series(column.to_list(), dtype=type_)
    return pd.DataFrame(columns)


# ---------------------------------------------------------------- what does not fit

#: Constants of every type.
ODD = {
    "struct": pl.struct(pl.lit(1).alias("a")),
    "binary": pl.lit(b"x"),
    "decimal": pl.lit(Decimal("1.5")),
    "duration": pl.duration(days=1),
    "time": pl.lit(time(1)),
    "integer": pl.lit(5),
    "text": pl.lit("x"),
    "flag": pl.lit(True),
    "list of integers": pl.concat_list(pl.lit(1)),
    "list of lists": pl.lit([["d1"]], dtype=pl.List(pl.List(pl.String))),
    "date": pl.lit(date(2020, 1, 1)),
    "moment": pl.lit(datetime(2020, 1, 1)).dt.replace_time_zone("UTC"),
}
#: What of it fits a kind of column.
FIT = {("text", "text"), ("integer", "integer"), ("flag", "flag"), ("date", "date"), ("date", "moment")}

#: Table, column, a value it may not hold, and the rows that get it.
SPOILT = [
    ("children", "sex", "nam", [5, 700, 701]),
    ("children", "attends", "upper_secondary_school", [64, 65]),
    ("children", "circumstances", ["d1", "xx"], [3, 640, 641]),
    ("children", "circumstances", ["d1", None], [3, 640, 641]),
    ("children", "commune", "99999", [2, 900]),
    ("children", "birth_date", date(1700, 1, 1), [9, 1000]),
    ("children", "birth_year", 30_000, range(1203)),
    ("births", "commune", None, [2, 300]),
    ("births", "date", None, [7, 70]),
    ("deaths", "age_days", -1, [0, 352]),
    ("population", "persons", None, [8]),
    ("population", "persons", -5, [8, 450]),
    ("population", "age", 2**40, [8, 450]),
    ("pupils", "school_year", "2021-22", [3, 33]),
    ("schools", "school_id", None, [64]),
    ("victims", "forms", ["neglect", "other word, a long one"], [1, 400]),
    ("victims", "case_id", None, [3]),
    ("perpetrators", "case_id", "nobody", [9]),
]


def spoilt(frame, column, value, rows):
    """Return a table with another value in some rows."""
    values = [value if n in rows else v for n, v in enumerate(frame[column])]
    values = [v.to_list() if isinstance(v, pl.Series) else v for v in values]
    return frame.with_columns(pl.Series(column, values, dtype=frame.schema[column]))


def unread(rows):
    """Return pyarrow columns of types that polars does not know."""
    return {
        "list_view": pa.array([[1]] * rows, pa.list_view(pa.int8())),
        "run ends": pc.run_end_encode(pa.array([1] * rows)),
        "interval": pa.array([(1, 2, 3)] * rows, pa.month_day_nano_interval()),
        "decimal256": pa.nulls(rows, pa.decimal256(50, 2)),
        "union": pa.UnionArray.from_sparse(pa.array([0] * rows, pa.int8()), [pa.array([1] * rows)]),
    }


# ---------------------------------------------------------------- chance


def any_form(frame, chance):
    """Return a frame in a form drawn by chance: a type for each column of those that fit, chunks and offsets."""
    one = {k: chance.choice([None, *POLARS[k].values()]) for k in POLARS}
    mixed = frame.select(retyped(c, one[kind(c)]) if one[kind(c)] else c for c in frame)
    per_column = {c.name: chance.choice(ARROW[kind(c)]) for c in frame}
    tables = [arrow(frame.select(c), chance.random(), **{kind(frame[c]): t}) for c, t in per_column.items()]
    side_by_side = pa.table({t.column_names[0]: t.column(0) for t in tables})
    rows = chance.choice([1, 3, 64])
    whole = [
        lambda: uneven(mixed, chance.random()),
        lambda: uneven(mixed.select(nothing(c) for c in mixed), chance.random()).lazy(),
        lambda: side_by_side,
        lambda: pa.RecordBatchReader.from_batches(side_by_side.schema, side_by_side.to_batches(rows)),
        lambda: reader(frame, rows, text=WORDS[5], list=ARROW["list"][4]),
        lambda: pandas(frame, **{k: chance.choice(PANDAS[k]) for k in PANDAS}),
    ]
    return chance.choice(whole)()


BY_TYPE = {f"polars {k} {n}": partial(typed, **{k: t}) for k in POLARS for n, t in POLARS[k].items()}
BY_TYPE |= {f"pyarrow {k} {t}": partial(arrow, seed=5, **{k: t}) for k in ARROW for t in ARROW[k]}
BY_TYPE |= {f"pandas {k} {t}": partial(pandas, **{k: t}) for k in PANDAS for t in PANDAS[k] if t != "object"}
