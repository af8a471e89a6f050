"""chitieu against the best hand-written query of polars, DuckDB and pandas, counting the same cells, in one run.

The register of a synthetic province, 32 conditions by commune, sex and age group: in each cell the children who fulfil
a condition, and those undecided. All answers are compared, cell by cell. Only the counting is timed; each measurement
is a process of its own, on columns in memory or on one Parquet file. The floor is the time to read each value.

Expected before measuring on two cores at 25 million: polars 8 times, DuckDB 10 times slower in memory; at most 4 times
the floor; from Parquet 2 times.
"""

from __future__ import annotations

import argparse
import calendar
import gc
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from importlib.metadata import version
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

import chitieu as ct
import numpy as np
import polars as pl
from polars import col

YEAR, SEED, ROW_GROUP = 2022, 1, 1_048_576
#: Rows of the file that `--slope` reads under ten names.
FILE_ROWS = 10_000_000
FLAGS = (
    "supported at_risk birth_registered fully_vaccinated consulted participates aware_of_rights online_safety "
    "development_services on_track works"
).split()
TEXTS = ["commune", "sex", "attends"]
NEEDED = ["birth_date", *TEXTS, "circumstances", *FLAGS]

# ---------------------------------------------------------------- what is counted


@dataclass(frozen=True)
class Fact:
    """A fact about a child of any age, true, false or unknown, written for each system."""

    sql: str
    polars: pl.Expr
    pandas: Callable[[Any], Any]
    # Another fact that is unknown for the same children, who are counted once.
    unknown_as: str | None = None


def flag(name: str) -> Fact:
    return Fact(name, col(name), lambda d: d[name])


def same(column: Any, code: str) -> Any:
    found = column == code
    # In a category of pandas a null compares as another value.
    return found if found.dtype == "bool[pyarrow]" else found.astype("bool[pyarrow]").mask(column.isna())


def attends(code: str, unknown_as: str | None = "nursery") -> Fact:
    return Fact(f"attends = '{code}'", col("attends") == code, lambda d: same(d["attends"], code), unknown_as)


def listed(code: str) -> Fact:
    def pandas(d: Any) -> Any:
        codes, found = d["circumstances"].list.flatten(), np.zeros(len(d), bool)
        found[codes.index[codes == code]] = True
        return found

    sql = f"array_contains(circumstances, '{code}')"
    return Fact(sql, col("circumstances").list.contains(code), pandas, "special")


SPECIAL = col("circumstances").list.len() > 0


def is_special(d: Any) -> Any:
    return d["circumstances"].list.len() > 0


FACTS = {
    **{name: flag(name) for name in FLAGS if name != "supported"},
    "special": Fact("array_length(circumstances) > 0", SPECIAL, is_special),
    "supported": Fact(
        "array_length(circumstances) > 0 AND supported",
        SPECIAL & col("supported"),
        lambda d: is_special(d) & d["supported"],
    ),
    "not_supported": Fact(
        "array_length(circumstances) > 0 AND NOT supported",
        SPECIAL & ~col("supported"),
        lambda d: is_special(d) & ~d["supported"],
    ),
    "works_girl": Fact(
        "works AND sex = 'female'",
        col("works") & (col("sex") == "female"),
        lambda d: d["works"] & same(d["sex"], "female"),
    ),
    "nursery": attends("nursery", None),
    "kindergarten": attends("kindergarten"),
    "no_school": attends("none"),
    **{code: listed(code) for code in ("d1", "d2", "d3")},
}


class Condition(NamedTuple):
    """A fact of children of some ages: as in the catalogue, and by hand from one number of months to below another."""

    name: str
    ages: str
    start: int
    end: int
    fact: str | None = None


#: The 26 quantities of the built-in catalogue that count rows of the register, and six others.
CONDITIONS = [
    Condition("child_population", "age < 16", 0, 192),
    Condition("under_1", "age < 1", 0, 12),
    Condition("vaccinated_under_1", "age < 1", 0, 12, "fully_vaccinated"),
    Condition("under_5", "age < 5", 0, 60),
    Condition("vaccinated_under_5", "age < 5", 0, 60, "fully_vaccinated"),
    Condition("registered_under_5", "age < 5", 0, 60, "birth_registered"),
    Condition("on_track_under_5", "age < 5", 0, 60, "on_track"),
    Condition("up_to_8", "age <= 8", 0, 108),
    Condition("development_services", "age <= 8", 0, 108, "development_services"),
    Condition("special", "age < 16", 0, 192, "special"),
    Condition("supported", "age < 16", 0, 192, "supported"),
    Condition("at_risk", "age < 16", 0, 192, "at_risk"),
    Condition("age_5_to_17", "age >= 5 AND age < 18", 60, 216),
    Condition("working", "age >= 5 AND age < 18", 60, 216, "works"),
    Condition("age_3_to_35_months", "age_months >= 3 AND age_months < 36", 3, 36),
    Condition("in_nursery", "age_months >= 3 AND age_months < 36", 3, 36, "nursery"),
    Condition("age_3_to_5", "age_months >= 36 AND age < 6", 36, 72),
    Condition("in_kindergarten", "age_months >= 36 AND age < 6", 36, 72, "kindergarten"),
    Condition("age_5", "age = 5", 60, 72),
    Condition("age_5_in_kindergarten", "age = 5", 60, 72, "kindergarten"),
    Condition("age_7_plus", "age >= 7 AND age < 16", 84, 192),
    Condition("consulted_7_plus", "age >= 7 AND age < 16", 84, 192, "consulted"),
    Condition("age_11_plus", "age >= 11 AND age < 16", 132, 192),
    Condition("participating_11_plus", "age >= 11 AND age < 16", 132, 192, "participates"),
    Condition("aware_of_rights", "age < 16", 0, 192, "aware_of_rights"),
    Condition("online_safety", "age < 16", 0, 192, "online_safety"),
    Condition("not_supported", "age < 16", 0, 192, "not_supported"),
    Condition("working_girls", "age >= 5 AND age < 18", 60, 216, "works_girl"),
    Condition("no_school_6_to_14", "age >= 6 AND age < 15", 72, 180, "no_school"),
    *(Condition(f"holds_{code}", "age < 16", 0, 192, code) for code in ("d1", "d2", "d3")),
]

BANDS = (0, 1, 3, 5, 6, 11, 15, 16, 18)
LABELS = [str(a) if b == a + 1 else f"{a}-{b - 1}" for a, b in pairwise(BANDS)]
#: Where age groups begin, in months; then all ages at which a condition or an age group begins or ends.
STARTS = [12 * age for age in BANDS[1:-1]]
CUTS = sorted({m for c in CONDITIONS for m in (c.start, c.end)} | {0, *STARTS})
#: The facts whose unknowns are counted; then the sums over ages, as (from, below, column, name).
ASKED = [name for name, fact in FACTS.items() if not fact.unknown_as]
SUMS = [(c.start, c.end, c.fact or "len", c.name) for c in CONDITIONS]
SUMS += [(c.start, c.end, f"{FACTS[c.fact].unknown_as or c.fact}?", f"{c.name}?") for c in CONDITIONS if c.fact]


def born_by(months: int) -> date:
    """The last day of birth of children who have completed that many months at the end of the year."""
    year, month = divmod(12 * YEAR + 11 - months, 12)
    return date(year, month + 1, calendar.monthrange(year, month + 1)[1])


# ---------------------------------------------------------------- a function per system: the question, ready to ask
#
# The fastest query found counts the facts by narrow ages and adds these few thousand rows up to conditions and age
# groups. As one first writes it, a sum under each condition, it takes 30 % more in polars (70 % in memory) and 60 % in
# DuckDB. All that was tried is given in CPU time, for 5 million rows, text as text, in the register's order.


def plan_of_conditions() -> ct.Plan:
    """The conditions as counts in a user's own catalogue."""
    quantities, indicators = [], []
    for c in CONDITIONS:
        same = f'id = "peers_{c.name}", name = {{ vi = "{c.name}", en = "{c.name}" }}'
        cut, where = '["sex", "age_group"]', f"{c.ages} AND {FACTS[c.fact].sql}" if c.fact else c.ages
        quantities.append(f'{{ {same}, table = "children", unit = "child", where = "{where}", dimensions = {cut} }}')
        indicators.append(
            f'{{ {same}, version = 1, concept = {{ vi = "{c.name}", en = "{c.name}" }}, kind = "count", '
            f'outputs = ["count"], numerator = "peers_{c.name}", breakdowns = {cut}, age_bands = {list(BANDS)}, '
            'read_in = { name = "ours", code = "ours", formula = "ours", breakdowns = "ours" } }'
        )
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "peers.toml"
        file.write_text(f"quantity = [{', '.join(quantities)}]\nindicator = [{', '.join(indicators)}]\n", "utf-8")
        catalogue = ct.catalogue().with_file(file)
    ids, by = [f"peers_{c.name}" for c in CONDITIONS], ["sex", "age_group"]
    return ct.plan(period=str(YEAR), indicators=ids, by=by, area_level="commune", catalogue=catalogue)


def for_chitieu(file: Path, in_memory: bool, asked: argparse.Namespace) -> Callable[[], Any]:
    plan, children = plan_of_conditions(), pl.read_parquet(file) if in_memory else file
    return lambda: plan.partial(ct.Dataset(children=children))


# Tried: sex as a key of its own (5 % more); commune as a number, or birth years instead of comparisons with days (7 %);
# nulls by is_null or null_count (1 to 2 %); a filter by day of birth (6 %); facts selected before the grouping, or a
# single chunk (the same when streaming, more or less by chance in memory).
def polars_query(children: pl.LazyFrame) -> pl.LazyFrame:
    facts = {name: fact.polars for name, fact in FACTS.items()}
    place = pl.sum_horizontal((col("birth_date") <= born_by(m)).cast(pl.Int8) for m in CUTS)
    sex, months = (col("sex") == "female").cast(pl.Int8).fill_null(2), col("months")
    unknown = {f"{name}?": pl.len() - facts[name].count() for name in ASKED}
    counts = {name: fact.sum() for name, fact in facts.items()} | unknown
    folded = children.group_by("commune", key=place * 4 + sex).agg(pl.len(), **counts)
    unfolded = folded.with_columns(
        sex=(col("key") % 4).replace_strict([0, 1, 2], ["male", "female", None]),
        months=(col("key") // 4).replace_strict(range(len(CUTS) + 1), [-1, *CUTS], return_dtype=pl.Int16),
    )
    band = pl.sum_horizontal((months >= m).cast(pl.Int8) for m in STARTS).alias("band")
    sums = {name: col(x).filter(months.is_between(start, end - 1)).sum() for start, end, x, name in SUMS}
    return unfolded.group_by("commune", "sex", band).agg(**sums)


def for_polars(file: Path, in_memory: bool, asked: argparse.Namespace) -> Callable[[], Any]:
    children = pl.read_parquet(file).lazy() if in_memory else pl.scan_parquet(file)
    query, engine = polars_query(children), asked.worker.removeprefix("polars ")
    return lambda: query.collect(engine=engine)


# Tried: sums of integers (15 % more), FILTER (25 %) or CASE (30 %) instead of count_if; ages as sums of comparisons
# with days (18 %) or as CASE (5 %) instead of birth years; sex folded into the age, communes as numbers, a filter by
# day of birth, a higher perfect_ht_threshold (more or the same). With --categorical, ENUM columns, a third less.
def duckdb_query(table: str) -> str:
    # The year of birth, or the next year for children under 3 months.
    key = f"year(birth_date) + (birth_date > DATE '{born_by(3)}')::INTEGER"
    counts = [f'count_if({fact.sql}) AS "{name}"' for name, fact in FACTS.items()]
    counts += [f'count(*) - count({FACTS[name].sql}) AS "{name}?"' for name in ASKED]
    folded = f"SELECT commune, sex, {key} AS key, count(*) AS len, {', '.join(counts)} FROM {table} GROUP BY ALL"
    months = f"CASE key WHEN {YEAR} THEN 3 WHEN {YEAR + 1} THEN 0 ELSE 12 * ({YEAR} - key) END"
    unfolded = f"SELECT *, {months} AS months FROM ({folded})"
    band = " + ".join(f"(months >= {m})::INTEGER" for m in STARTS)
    sums = [f'sum("{x}") FILTER (months >= {start} AND months < {end}) AS "{name}"' for start, end, x, name in SUMS]
    return f"SELECT commune, sex, {band} AS band, {', '.join(sums)} FROM ({unfolded}) GROUP BY ALL"


def duckdb_table(file: Path, in_memory: bool, categorical: bool) -> tuple[Any, str]:
    import duckdb

    sql, table = duckdb.connect(), f"read_parquet('{file}')"
    if in_memory:
        sql.execute(f"CREATE TABLE children AS SELECT * FROM {table}")
    for text in TEXTS if in_memory and categorical else []:
        known = f"SELECT DISTINCT {text} FROM children WHERE {text} IS NOT NULL ORDER BY {text}"
        sql.execute(f"CREATE TYPE {text}_code AS ENUM ({known})")
        sql.execute(f"ALTER TABLE children ALTER {text} TYPE {text}_code")
    return sql, "children" if in_memory else table


def for_duckdb(file: Path, in_memory: bool, asked: argparse.Namespace) -> Callable[[], Any]:
    sql, table = duckdb_table(file, in_memory, asked.categorical)
    return lambda: sql.sql(duckdb_query(table)).pl()


# Tried: columns of Arrow types (plain ones make objects of flags with nulls, three times slower).
def pandas_answer(d: Any) -> Any:
    import pandas as pd

    key = d["birth_date"].dt.year + (d["birth_date"] > born_by(3)).astype("int64[pyarrow]")
    keys = [d["commune"].astype("category"), d["sex"].astype("category"), key.rename("key")]
    facts = pd.DataFrame({name: fact.pandas(d) for name, fact in FACTS.items()})
    groups = facts.groupby(keys, dropna=False, observed=True)
    rows, known = groups.size(), groups[ASKED].count()
    folded = groups.sum().join(known.rsub(rows, axis=0).add_suffix("?")).assign(len=rows).reset_index()
    months = (12 * (YEAR - folded["key"])).where(folded["key"] < YEAR, 3 * (YEAR + 1 - folded["key"]))
    parts = {name: folded[x].where(months.between(start, end - 1), 0) for start, end, x, name in SUMS}
    band = pd.Series(np.searchsorted(STARTS, months.to_numpy(dtype=int), side="right"), name="band")
    wide = pd.DataFrame(parts).groupby([folded["commune"], folded["sex"], band], dropna=False, observed=True)
    return wide.sum().reset_index()


def for_pandas(file: Path, in_memory: bool, asked: argparse.Namespace) -> Callable[[], Any]:
    import pandas as pd

    def read() -> Any:
        children = pd.read_parquet(file, dtype_backend="pyarrow")
        for text in TEXTS if asked.categorical else []:
            # Through text: pandas 3.1 cannot turn an Arrow dictionary with nulls into a category.
            children[text] = children[text].astype("string[pyarrow]").astype("category")
        return children

    children = read() if in_memory else None
    return lambda: pandas_answer(read() if children is None else children)


# The cheapest way to read every value: a comparison for text (its length takes longer), the length for lists.
def for_floor(file: Path, in_memory: bool, asked: argparse.Namespace) -> Callable[[], Any]:
    if not in_memory:
        return lambda: sum(batch.height for batch in pl.scan_parquet(file).collect_batches(maintain_order=False))
    sums = [col(FLAGS).sum(), col("birth_date").cast(pl.Int32).sum(), col("circumstances").list.len().sum()]
    texts = col(TEXTS).to_physical().sum() if asked.categorical else (col(TEXTS) == "").sum()
    query = pl.read_parquet(file).lazy().select(*sums, texts)
    return lambda: query.collect()


def for_duckdb_floor(file: Path, in_memory: bool, asked: argparse.Namespace) -> Callable[[], Any]:
    sql, table = duckdb_table(file, in_memory, asked.categorical)
    sums = [f"count_if({flag})" for flag in FLAGS] + [f"count_if({text} = 'none')" for text in ["attends"]]
    sums += ["max(birth_date)", "sum(len(circumstances))", "sum(strlen(commune))", "sum(strlen(sex))"]
    return lambda: sql.sql(f"SELECT {', '.join(sums)} FROM {table}").fetchall()


SYSTEMS: dict[str, Callable[[Path, bool, argparse.Namespace], Callable[[], Any]]] = {
    "chitieu": for_chitieu,
    "polars streaming": for_polars,
    "polars in-memory": for_polars,
    "DuckDB": for_duckdb,
    "pandas": for_pandas,
    "floor: polars": for_floor,
    "floor: DuckDB": for_duckdb_floor,
}

# ---------------------------------------------------------------- answers


def cells(answer: Any) -> pl.DataFrame:
    """The cells that are not empty: condition, commune, sex, age group, the count and the undecided."""
    names = ["condition", "commune", "sex", "age_group"]
    if isinstance(answer, ct.Tally):
        table = plan_of_conditions().finish(answer).to_polars().filter(col("area_level") == "commune")
        fine = table.filter(col("sex") != "total", col("age_group") != "total").rename({"area": "commune"})
        found = fine.with_columns(condition=col("indicator").str.strip_prefix("peers_"), holds=col("numerator"))
    else:
        wide = pl.DataFrame(answer).with_columns(
            col("commune", "sex").cast(pl.String).fill_null("unknown"),
            age_group=col("band").cast(pl.Int8).replace_strict(range(len(LABELS)), LABELS),
        )
        counts = wide.drop("band").unpivot(index=names[1:], variable_name="condition", value_name="holds")
        undecided = col("condition").str.ends_with("?")
        asked = counts.filter(undecided).with_columns(col("condition").str.strip_suffix("?"))
        found = counts.filter(~undecided).join(asked.rename({"holds": "undecided"}), on=names, how="left")
    found = found.select(*names, col("holds", "undecided").cast(pl.Int64).fill_null(0))
    return found.filter((col("holds") > 0) | (col("undecided") > 0)).sort(names)


def assert_equal(name: str, found: pl.DataFrame, expected: pl.DataFrame) -> None:
    odd = [a.join(b, on=a.columns, how="anti") for a, b in ((found, expected), (expected, found))]
    assert found.equals(expected), f"{name} and chitieu differ:\n{odd[0]}\n{odd[1]}"


# ---------------------------------------------------------------- a process of its own for each measurement


def resident(what: str) -> float:
    """Memory of this process in MB: VmRSS, the current, or VmHWM, the peak."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith(what))


def ask(asked: argparse.Namespace) -> dict[str, float]:
    """Ask one system, and write its answer."""
    question = SYSTEMS[asked.worker](asked.file, asked.source == "memory", asked)
    gc.collect()
    time.sleep(2)  # until the allocator has returned the memory of reading
    before = resident("VmRSS")
    Path("/proc/self/clear_refs").write_text("5")  # from here on VmHWM is the peak of the question
    walls, cpus, answer = [], [], None
    for _ in range(asked.repeats):
        wall, cpu = time.perf_counter(), time.process_time()
        answer = question()
        walls.append(time.perf_counter() - wall)
        cpus.append(time.process_time() - cpu)
    peak = resident("VmHWM")
    found = {"seconds": min(walls), "cpu": min(cpus), "beyond": peak - before, "peak": peak, "finish": 0.0}
    if isinstance(answer, ct.Tally):
        start = time.perf_counter()
        plan_of_conditions().finish(answer)
        found["finish"] = time.perf_counter() - start
    if asked.answer and not asked.worker.startswith("floor"):
        cells(answer).write_parquet(asked.answer)
    return found


def make(asked: argparse.Namespace) -> dict[str, float]:
    """Write the register as Parquet, and a fraction of its rows for pandas."""
    frame = ct.synthetic.province("33", children=asked.children, year=YEAR, seed=SEED)["children"].select(NEEDED)
    # A birth year alone leaves two ages open: chitieu decides what is certain, hand-written SQL would grow long.
    frame = frame.filter(col("birth_date").is_not_null())
    if asked.order == "shuffled":
        frame = frame.sample(fraction=1.0, shuffle=True, seed=SEED)
    if asked.categorical:
        enums = {text: pl.Enum(frame[text].drop_nulls().unique().sort()) for text in TEXTS}
        frame = frame.cast(enums)
    some = frame.gather_every(-(-frame.height // asked.pandas_rows))
    frame.write_parquet(asked.file, row_group_size=ROW_GROUP)
    some.write_parquet(asked.file.with_name("some.parquet"), row_group_size=ROW_GROUP)
    return {"rows": frame.height, "some": some.height}


def cost(asked: argparse.Namespace) -> dict[str, float]:
    """Time the tally of one indicator of the built-in catalogue, of each, and of all that read only the register."""
    children = ct.Dataset(children=pl.read_parquet(asked.file))

    def plan(*ids: str) -> ct.Plan:
        return ct.plan(period=str(YEAR), indicators=ids, by=["sex", "age_group"], area_level="commune")

    def best(asked_for: ct.Plan) -> float:
        walls = []
        for _ in range(asked.repeats):
            start = time.perf_counter()
            asked_for.partial(children)
            walls.append(time.perf_counter() - start)
        return min(walls)

    ids = [i.id for i in ct.catalogue() if plan(i.id).tables == ["children"]]
    alone = {i: best(plan(i)) for i in ids}
    found = {"one": alone["birth_registration_under_5"], "each": sum(alone.values())}
    return {**found, "all": best(plan(*ids)), "number": len(ids)}


def process(worker: str, file: Path, asked: argparse.Namespace, threads: int = 0, **options: Any) -> dict[str, Any]:
    """Run one task in a fresh process of this script, and return its result."""
    given = {**vars(asked), "slope": None, "catalogue_cost": None, "worker": worker, "file": file, **options}
    words = [f"--{k.replace('_', '-')}={v}" for k, v in given.items() if v is not None and not isinstance(v, bool)]
    words += ["--categorical"] if asked.categorical else []
    limits = {name: str(threads) for name in ("RAYON_NUM_THREADS", "POLARS_MAX_THREADS") if threads}
    run = [sys.executable, __file__, *words]
    return json.loads(subprocess.run(run, stdout=subprocess.PIPE, check=True, env={**os.environ, **limits}).stdout)


# ---------------------------------------------------------------- commands


def compare(folder: Path, asked: argparse.Namespace) -> None:
    """Every system, from memory and from Parquet."""
    file, some, answer = (folder / f"{name}.parquet" for name in ("children", "some", "answer"))
    made = process("make", file, asked)
    rows, scale = made["rows"], made["rows"] / made["some"]
    cut = f"commune, sex and {len(LABELS)} age groups"
    print(f"{rows:,} children, {len(CONDITIONS)} conditions by {cut}; best of {asked.repeats}; order: {asked.order}")
    print(f"categorical: {asked.categorical}; {setting()}")
    print(f"{'system':<18}{'data':<9}{'seconds':>9}{'cpu s':>9}{'x chitieu':>11}{'M rows/s':>10}{'MB beyond data':>16}")
    expected, lines, base = {}, [], {}
    for of in (file, some):
        process("chitieu", of, asked, source="memory", answer=answer, repeats=1)
        expected[of] = pl.read_parquet(answer)
    for source in ("memory", "parquet"):
        for system in SYSTEMS:
            of, times, note = file, 1.0, ""
            if system == "pandas" and scale > 1:
                of, times, note = some, scale, f"   of {made['some']:,} rows, time x {scale:.2f}"
            found = process(system, of, asked, source=source, answer=answer)
            if not system.startswith("floor"):
                assert_equal(f"{system} from {source}", pl.read_parquet(answer), expected[of])
            base = found if system == "chitieu" else base
            seconds, cpu = found["seconds"] * times, found["cpu"] * times
            ratio, speed = seconds / base["seconds"], rows / seconds / 1e6
            numbers = f"{seconds:>9.3f}{cpu:>9.3f}{ratio:>11.2f}{speed:>10.1f}{found['beyond']:>16,.0f}"
            print(f"{system:<18}{source:<9}{numbers}{note}", flush=True)
            lines.append({"system": system, "source": source, "seconds": seconds, "ratio": ratio})
        one = process("chitieu", file, asked, threads=1, source=source)["seconds"] / base["seconds"]
        print(f"  chitieu on one thread: {one:.2f} times that; its finish, apart: {base['finish']:.3f} s")
    counted = expected[file]
    print(f"all answers are equal: {counted.height:,} cells that are not empty, {counted['holds'].sum():,} counted")
    print(f"drawn: {draw(lines, rows, asked)}")


def setting() -> str:
    versions = [f"{package} {version(package)}" for package in ("polars", "duckdb", "pandas")]
    return f"{os.cpu_count()} cores; {', '.join(versions)}"


def draw(lines: list[dict[str, Any]], rows: int, asked: argparse.Namespace) -> Path:
    """Draw the seconds as points on a logarithmic scale."""
    import altair as alt
    from chitieu.charts import save_png
    from chitieu.charts._theme import FONTS, INK

    kinds = {"chitieu": "#1f5f99", "query by hand": "#c26a1b", "floor: reading each value": "#8a8a8a"}
    for line in lines:
        line["kind"] = list(kinds)[0 if line["system"] == "chitieu" else 2 if line["system"].startswith("floor") else 1]
        line["label"] = f"{line['seconds']:.3g} s,  {line['ratio']:.2f} ×"
    ends = [min(line["seconds"] for line in lines) / 1.5, max(line["seconds"] for line in lines) * 4]
    ticks = [digit * 10.0**power for power in range(-3, 4) for digit in (1, 2, 5)]
    axis = alt.Axis(values=ticks, format="~g", gridColor="#eee", domain=False)
    x = alt.X("seconds:Q", title="seconds (logarithmic)", axis=axis, scale=alt.Scale(type="log", domain=ends))
    y = alt.Y("system:N", sort=list(SYSTEMS), title=None, axis=alt.Axis(domain=False, ticks=False, labelPadding=8))
    colour = alt.Color("kind:N", legend=alt.Legend(title=None, orient="bottom"))
    colour = colour.scale(domain=list(kinds), range=list(kinds.values()))
    points = alt.Chart().mark_point(filled=True, size=90, opacity=1).encode(x=x, y=y, color=colour)
    labels = alt.Chart().mark_text(align="left", dx=10, fontSize=11, color=INK).encode(x=x, y=y, text="label:N")
    subtitle = [
        f"×: times chitieu on the same data. Order of the rows: {asked.order}. Best of {asked.repeats}. {setting()}."
    ]
    if rows > asked.pandas_rows:
        subtitle.append(f"pandas was given at most {asked.pandas_rows:,} rows, and its time scaled to all.")
    title = f"{len(CONDITIONS)} conditions by commune, sex and age group, {rows / 1e6:.1f} million children"
    chart = alt.layer(points, labels, data=alt.Data(values=lines)).properties(width=560, height=alt.Step(24))
    chart = chart.facet(row=alt.Row("source:N", title=None, header=alt.Header(labelFontSize=13)))
    chart = chart.properties(title=alt.Title(title, subtitle=subtitle, anchor="start", frame="bounds", offset=12))
    file = Path(__file__).parents[1] / "build" / "bench" / "peers.png"
    file.parent.mkdir(parents=True, exist_ok=True)
    return save_png(chart.configure(font=FONTS).configure_view(stroke="#ddd"), file)


def slope(folder: Path, asked: argparse.Namespace) -> None:
    """chitieu from Parquet as the rows grow; a large register is one file under many names."""
    process("make", folder / "whole.parquet", asked, children=FILE_ROWS + FILE_ROWS // 100)
    whole = pl.scan_parquet(folder / "whole.parquet")
    print(f"{'rows':>12}{'seconds':>9}{'s per M rows':>14}{'peak MB of the process':>24}")
    for tenths in (1, 3, 10, 30, 100):
        rows = tenths * FILE_ROWS // 10
        place = folder / str(rows)
        place.mkdir()
        whole.head(min(rows, FILE_ROWS)).sink_parquet(place / "0.parquet", row_group_size=ROW_GROUP)
        for nth in range(1, rows // FILE_ROWS):
            os.link(place / "0.parquet", place / f"{nth}.parquet")
        found = process("chitieu", place / "*.parquet", asked, source="parquet")
        each = found["seconds"] / rows * 1e6
        print(f"{rows:>12,}{found['seconds']:>9.3f}{each:>14.4f}{found['peak']:>24,.0f}", flush=True)


def catalogue_cost(folder: Path, asked: argparse.Namespace) -> None:
    """One indicator of the built-in catalogue against all indicators of the register."""
    process("make", folder / "children.parquet", asked)
    found = process("cost", folder / "children.parquet", asked)
    one, every, each, number = (found[name] for name in ("one", "all", "each", "number"))
    print(f"tally of birth_registration_under_5: {one:.3f} s")
    print(f"tally of all {number} indicators of the register: {every:.3f} s, {every / one:.2f} times that")
    print(f"tallies of each in a plan of its own, added up: {each:.3f} s")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--children", type=int, default=25_000_000, help="children of the register")
    parser.add_argument("--order", choices=["register", "shuffled"], default="register", help="by commune or by chance")
    parser.add_argument("--categorical", action="store_true", help="commune, sex and attends as Enum, ENUM, category")
    parser.add_argument("--pandas-rows", type=int, default=2_500_000, help="rows for pandas; its time is scaled to all")
    parser.add_argument("--repeats", type=int, default=3, help="runs, of which the best is reported")
    parser.add_argument("--slope", action="store_true", help="instead: chitieu from Parquet, 1 to 100 million rows")
    parser.add_argument("--catalogue-cost", action="store_true", help="instead: one indicator and all of the register")
    for hidden, kind in {"worker": str, "source": str, "file": Path, "answer": Path}.items():
        parser.add_argument(f"--{hidden}", type=kind, help=argparse.SUPPRESS)  # for a process of its own
    asked = parser.parse_args()
    if asked.worker:
        print(json.dumps({"make": make, "cost": cost}.get(asked.worker, ask)(asked)))
        return
    with tempfile.TemporaryDirectory() as folder:
        (slope if asked.slope else catalogue_cost if asked.catalogue_cost else compare)(Path(folder), asked)


if __name__ == "__main__":
    main()
