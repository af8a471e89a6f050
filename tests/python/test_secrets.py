"""No value that could name a person leaves by any output: records with marks go in, and every output is searched.

Not searched, since they are there to give the records back: ``dataset[table]``, ``dataset.batches`` and the records of
a reading (``to_polars``, its Arrow stream). They are the control that the search finds what is there. Names of files
and sheets and the headers of columns are shown on purpose, so that they carry no mark here.
"""

import io
import json
import logging
import pickle
import traceback
import warnings
import zipfile
from datetime import date
from itertools import islice
from pathlib import Path

import chitieu as ct
import openpyxl
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from chitieu import charts
from chitieu._language import words

#: In every marked text, in letters and in digits; neither stands in any text of ours.
LETTERS, DIGITS = "qzxmark", "93827165"

#: What they look like in bytes.
NEEDLES = [word.encode(coding) for word in (LETTERS, LETTERS.upper(), DIGITS) for coding in ("utf-8", "utf-16-le")]

COMMUNES = ("12364", "12361", "12367")
ROWS = 3

#: Values that make sense, by the name of a column.
VALUES = {
    "commune": list(COMMUNES),
    "residence": list(COMMUNES),
    "school_year": ["2021-2022"] * ROWS,
    "article": ["22", "23", "27"],
    "ethnicity": ["01"] * ROWS,
    "birth_year": [2015] * ROWS,
    "violator_birth_date": [date(1980, 1, 1)] * ROWS,
    "year": [2022] * ROWS,
    "grade": [5, 1, 2],
    "persons": [100, 200, 300],
    "enrolled": [100] * ROWS,
    "completed": [90] * ROWS,
    "dropped_out": [1] * ROWS,
    "age": [5, 10, 40],
    "fine": [5_000_000] * ROWS,
    "confirmed": [True] * ROWS,
    "verification": ["confirmed"] * ROWS,
}


def mark(what, row):
    return f"{DIGITS}{row:04}" if what == "personal_id" else f"{LETTERS.capitalize()} {what} {row}"


def column(table, spec):
    """Return good values of a column, marked where it is text without a list."""
    name, kind, codes = spec["id"], spec["type"], words()["lists"].get(spec["codes"] or "", {})
    if name in VALUES:
        return VALUES[name]
    if kind == "date":
        return [date(2012, 3, 3)] * ROWS if name == "birth_date" else [date(2022, 3, 3 + n) for n in range(ROWS)]
    if kind == "boolean":
        return [True, False, True]
    if kind == "integer":
        return [3] * ROWS
    if codes:
        some = list(islice(codes, 2))
        return [[some[0]], some, []] if kind == "list of text" else [some[n % len(some)] for n in range(ROWS)]
    return [mark(name, n) for n in range(ROWS)]


def specs(table):
    return next(t["columns"] for t in words()["tables"] if t["id"] == table)


def frame(table, **other):
    columns = {spec["id"]: column(table, spec) for spec in specs(table)}
    for given in ("birth_year", "age_from", "age_to", "age_days"):
        columns.pop(given, None)
    # Columns that no table has are free text.
    return pl.DataFrame(columns | {"ghi_chu": [mark("note", n) for n in range(ROWS)]} | other, strict=False)


TABLES = [t["id"] for t in words()["tables"]]


def records(**other):
    tables = {table: frame(table) for table in TABLES} | other
    return ct.Dataset(area_vintage="2022-12-31", ethnic_list="1979", **tables)


class Search:
    """Looks for marks in whatever comes out."""

    def __init__(self):
        self.count, self.leaks = 0, []

    def bytes(self, where, data):
        self.count += 1
        data = data.lower() if not isinstance(data, str) else data.lower().encode("utf-8", "backslashreplace")
        for needle in NEEDLES:
            if needle.lower() in data:
                at = data.index(needle.lower())
                self.leaks.append(f"{where}: {data[max(0, at - 80) : at + 60]!r}")
                return

    def frame(self, where, found):
        buffer = io.BytesIO()
        found.write_ipc(buffer)
        self.bytes(where, buffer.getvalue())
        self.bytes(f"{where} as text", str(found.rows()) + str(found.schema) + str(found))

    def file(self, where, path):
        data = Path(path).read_bytes()
        self.bytes(where, data)
        if zipfile.is_zipfile(path):
            with zipfile.ZipFile(path) as parts:
                for part in parts.namelist():
                    self.bytes(f"{where} {part}", parts.read(part))
                    self.bytes(f"{where} {part} name", part)

    def object(self, where, found):
        self.bytes(f"repr {where}", repr(found) + str(found))
        for way in ("_repr_html_", "to_html", "to_json"):
            if hasattr(found, way):
                text = getattr(found, way)()
                self.bytes(f"{way} {where}", text if isinstance(text, str) else json.dumps(text))
        for part in ("told", "notes", "warnings", "unit"):
            if hasattr(found, part):
                self.bytes(f"{part} {where}", str(getattr(found, part)))
        if hasattr(found, "to_polars"):
            self.frame(f"table {where}", found.to_polars())
        self.pickled(where, found)

    def pickled(self, where, found):
        try:
            data = pickle.dumps(found)
        except TypeError as error:  # what is of the crate alone does not pickle
            self.error(f"pickle {where}", error)
            return
        self.bytes(f"pickle {where}", data)

    def error(self, where, error):
        while error is not None:
            facts = [repr(error), str(error), repr(error.args), repr(vars(error)), str(getattr(error, "__notes__", ""))]
            self.bytes(f"error {where}", "\n".join([*facts, *traceback.format_exception_only(error)]))
            self.bytes(f"traceback {where}", "".join(traceback.format_exception(error)))
            self.pickled(f"error {where}", error)
            error = error.__cause__ or error.__context__

    def call(self, where, call, *, fails=None):
        """Search what a call gives, or the error it raises; tell which it was."""
        try:
            found = call()
        except (ct.ChitieuError, TypeError, OSError) as error:
            if fails is False:
                raise
            self.error(where, error)
            return None
        assert not fails, f"{where} does not fail"
        if isinstance(found, pl.DataFrame):
            self.frame(where, found)
        elif isinstance(found, (str, bytes)):
            self.bytes(where, found)
        elif found is not None:
            self.object(where, found)
        return found


@pytest.fixture(params=["en", "vi"])
def search(request, capfd, caplog):
    ct.set_language(request.param)
    caplog.set_level(logging.DEBUG)
    found = Search()
    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        yield found
        for warning in warned:
            found.bytes("warning", str(warning.message))
    ct.set_language("en")
    out, err = capfd.readouterr()
    found.bytes("standard output", out)
    found.bytes("standard error", err)
    for record in caplog.records:
        found.bytes("log", record.getMessage() + str(record.__dict__))
    assert not found.leaks, f"{len(found.leaks)} of {found.count} searches:\n" + "\n".join(found.leaks[:60])


def test_the_search_finds_marks():
    """What is meant to give records back holds the marks."""
    dataset = records()
    for table in TABLES:
        found = Search()
        found.frame("x", dataset[table])
        assert len(found.leaks) == 2
    found = Search()
    found.error("x", ValueError(mark("x", 1)))
    found.pickled("x", dataset["children"])
    assert len(found.leaks) == 4


def test_results_and_tallies(search, tmp_path):
    dataset = records()
    search.object("dataset", ReprOnly(dataset))
    indicators = [i.id for i in ct.catalogue()]
    plan = ct.plan(period="2022", by=["sex", "form"], area_vintage="2022-12-31")
    search.object("plan", plan)
    tally = search.call("tally", lambda: plan.partial(dataset), fails=False)
    search.frame("tally", tally.to_polars())
    tally.to_polars().write_parquet(tmp_path / "tally.parquet", compression="uncompressed")
    search.file("tally file", tmp_path / "tally.parquet")
    search.object("tally again", ct.merge([plan.tally(tally.to_polars())]))
    result = search.call("result", lambda: plan.finish(tally), fails=False)
    by_area = lambda: ct.compute(dataset, period="2022", area_level="commune", unknown_areas="keep")  # noqa: E731
    search.call("result of all", by_area, fails=False)
    search.file("result file", result.write_parquet(tmp_path / "result.parquet"))
    search.bytes("result to pandas", result.to_pandas().to_csv())
    search.bytes("result to arrow", str(result.to_arrow().to_pydict()))
    for warning in result.warnings:
        search.object("warning", warning)
    for indicator in indicators:
        search.call(f"only {indicator}", lambda i=indicator: result.only(i))
        search.call(f"printed {indicator}", lambda i=indicator: result.printed(i))
    for indicator in ("child_population", "abused_children", "sanctions", "birth_registration_under_5"):
        for by in (None, "sex"):
            search.call(f"plot {indicator} {by}", lambda i=indicator, by=by: result.plot(i, by=by))
    search.bytes("repr of plot", repr(result.plot))
    assert search.count > 150


class ReprOnly:
    """A dataset without what gives its records back."""

    def __init__(self, dataset):
        self._repr_html_, self._text = dataset._repr_html_, repr(dataset)

    def __repr__(self):
        return self._text

    def __reduce__(self):
        return str, ()


@pytest.mark.parametrize("spoilt", [False, True])
def test_checks_and_corrections(search, tmp_path, spoilt):
    """With rows that fail many rules: repeated keys, names alike, dates in the wrong order, unknown words."""
    dataset = records()
    if spoilt:
        children = frame(
            "children",
            child_id=[mark("child_id", 0)] * ROWS,
            full_name=[mark("full_name", 1)] * ROWS,
            commune=["12364"] * ROWS,
            sex=["male", mark("sex", 1), None],
            ethnicity=[mark("ethnicity", 1)] * ROWS,
            birth_date=[date(2031, 1, 1)] * ROWS,
        )
        dataset = records(children=pl.concat([children, children]), pupils=frame("pupils", completed=[1_000] * ROWS))
    found = search.call("check", lambda: ct.check(dataset, period="2022"), fails=False)
    search.frame("summary", found.summary())
    for rule in found.summary()["rule"].unique():
        search.call(f"failures {rule}", lambda rule=rule: found.failures(rule), fails=False)
    for by in ("commune", "district", "province", "country"):
        search.call(f"scorecard {by}", lambda by=by: found.scorecard(by), fails=False)
    for table in TABLES:
        search.call(f"rows {table}", lambda t=table: found.failing_rows(t, severity="info").to_frame())
    search.file("report", found.write_report(tmp_path / "report.html"))
    workbooks = found.write_corrections(tmp_path / "corrections", severity="info")
    assert workbooks
    for path in workbooks:
        search.file("corrections", path)
        search.bytes("name of corrections", path.name)
        book = openpyxl.load_workbook(path)
        search.bytes("cells", str([[c.value for c in row] for sheet in book for row in sheet.iter_rows()]))
        search.bytes("properties", repr(book.properties))
    search.bytes("set aside", str(dataset.without(found).set_aside))
    search.call("without", lambda: ct.compute(dataset.without(found), period="2022"))
    assert search.count > 100


def test_abuse(search):
    dataset = records()
    register = search.call("register", lambda: ct.abuse.register(dataset), fails=False)
    tables = {
        "sanctions": lambda: register.sanctions(by=["article", "form", "violator"], area_level="commune"),
        "sanction findings": register.sanction_findings,
    }
    for period in (None, "2022"):
        s = search.call(
            "selection", lambda p=period: register.select(period=p, verification=["suspected", "confirmed"])
        )
        tables |= {
            f"units {period}": s.units,
            f"supported {period}": lambda s=s: s.supported(area_level="commune"),
            f"relations {period}": s.relations,
            f"response {period}": lambda s=s: s.response(until="2022-12-31"),
            f"recurrence {period}": lambda s=s: s.recurrence("2023-12-31"),
        }
        if period:
            tables["repeats"] = lambda s=s: s.repeats("month")
        for unit in ("child", "case", "incident", "perpetrator", "pair"):
            tables |= {
                f"counts {unit} {period}": lambda s=s, u=unit: s.counts(u, by=["sex"], area_level="commune"),
                f"forms {unit} {period}": lambda s=s, u=unit: s.forms(unit=u),
                f"overlaps {unit} {period}": lambda s=s, u=unit: s.overlaps(unit=u),
                f"matrix {unit} {period}": lambda s=s, u=unit: s.form_matrix(unit=u),
            }
    found = {name: search.call(name, make) for name, make in tables.items()}
    assert sum(table is not None for table in found.values()) > 30
    # Drawn with every number: a chart of hidden ones could not show a mark.
    found = {name: table and table.without_protection("test") for name, table in found.items()}
    pyramid = s.counts("child", by=["sex", "age_group"]).without_protection("test")
    drawn = {
        "forms": lambda: charts.forms_overlaps(
            found["forms child 2022"],
            overlaps=found["overlaps child 2022"],
            matrix=found["matrix child 2022"],
            source="test",
        ),
        "series": lambda: charts.series(found["repeats"], source="test"),
        "pyramid": lambda: charts.pyramid(pyramid, source="test"),
        "funnel": lambda: charts.funnel(found["supported 2022"], source="test", area_level="commune"),
    }
    for name, draw in drawn.items():
        search.call(f"chart {name}", draw, fails=False)
    search.call("merged", lambda: register.merge(register))
    search.call("updated", lambda: register.updated_by(register))
    assert search.count > 250


def uses(dataset):
    return {
        "compute": lambda: ct.compute(dataset, period="2022", by=["sex"]),
        "check": lambda: ct.check(dataset, period="2022"),
        "abuse": lambda: ct.abuse.register(dataset).select(period="2022").counts("child", by=["form"]),
    }


@pytest.mark.parametrize("search", ["en"], indirect=True)
@pytest.mark.parametrize("table", TABLES)
def test_marks_where_they_do_not_belong(search, table):
    """Each column in turn holds names instead of what it is for, as text, as a list, as a category or in a struct."""
    names = [mark("misplaced", n) for n in range(ROWS)]
    others = {"victims": frame("victims")} if table in ("perpetrators", "sanctions") else {}
    for nth, spec in enumerate(specs(table)):
        ct.set_language(("en", "vi")[nth % 2])
        spoilt = {
            "text": pl.Series(names),
            "one": pl.Series([column(table, spec)[0], None, None], strict=False),
            "list": pl.Series([[name] for name in names]),
            "category": pl.Series(names, dtype=pl.Categorical),
            "enumeration": pl.Series(names, dtype=pl.Enum(names)),
            "struct": pl.Series([{"name": name} for name in names]),
            "bytes": pl.Series([name.encode() for name in names]),
            "digits": pl.Series([int(f"{DIGITS}{n}") for n in range(ROWS)]),
            "object": pl.Series([object()] * ROWS, dtype=pl.Object),
        }
        for kind, values in spoilt.items():
            where = f"{table}.{spec['id']} as {kind}"
            tables = others | {table: frame(table).with_columns(values.alias(spec["id"]))}
            dataset = lambda tables=tables: ct.Dataset(area_vintage="2022-12-31", ethnic_list="1979", **tables)  # noqa: E731
            if search.call(where, lambda dataset=dataset: ReprOnly(dataset())) is not None:
                for name, use in uses(dataset()).items():
                    search.call(f"{name} {where}", use)
    assert search.count > 50


def failing(kind):
    """Return a table that fails while it is read, and whose own error shows a value."""
    good = frame("children")
    if kind == "lazy":
        return good.lazy().with_columns(pl.col("full_name").cast(pl.Int64).alias("birth_year"))
    if kind == "late":
        return good.lazy().with_columns(birth_registered=pl.col("full_name").str.to_date("%Y"))
    if kind == "python":

        def fail(batch):
            raise ValueError(batch["full_name"][0])

        return good.lazy().map_batches(fail, schema=good.schema)
    if kind == "pandas":
        return good.to_pandas().assign(birth_registered=pd.Series([5, mark("x", 1), None], dtype=object))
    if kind == "arrow":
        batches = good.to_arrow().to_batches()

        def some():
            yield from batches
            raise ValueError(mark("x", 1))

        return pa.RecordBatchReader.from_batches(batches[0].schema, some())
    import duckdb

    return duckdb.from_arrow(good.to_arrow()).project("* exclude (works), cast(full_name as integer) as works")


@pytest.mark.parametrize("kind", ["lazy", "late", "python", "pandas", "arrow", "duckdb"])
def test_tables_that_fail_while_they_are_read(search, kind):
    def dataset():
        return ct.Dataset(children=failing(kind), area_vintage="2022-12-31", ethnic_list="1979")

    ways = {
        "dataset": lambda: ReprOnly(dataset()),
        "table": lambda: ReprOnly(dataset()["children"] and dataset()),
        "batches": lambda: [None for _ in dataset().batches("children", columns=["full_name", "works"])] and None,
        "rows": lambda: str(dataset().rows("children")),
        "schema": lambda: str(dataset().schema("children")),
        "compute": lambda: ct.compute(dataset(), period="2022"),
        "progress": lambda: ct.compute(dataset(), period="2022", on_progress=lambda *_: None),
        "check": lambda: ct.check(dataset(), period="2022"),
        "clean": lambda: ReprOnly(ct.clean(failing(kind), table="children")),
        "submissions": lambda: ReprOnly(ct.Dataset(children=frame("children"), submissions=failing(kind))),
        "shares": lambda: ct.plan(period="2022", split="shares", shares=failing(kind)),
        "abuse": lambda: ct.abuse.register(records(), submissions=failing(kind)),
        "series": lambda: charts.series(failing(kind), source="test"),
    }
    for name, way in ways.items():
        search.call(f"{name} of {kind}", way)
    assert search.count > 30


def lines(table):
    """Return a file as people keep it, with marks in records, notes, totals and values that cannot be read."""
    known = [s["id"] for s in specs(table)]
    head = [*known, "Cột lạ"]
    rows = [[str(column(table, s)[n]) for s in specs(table)] + [mark("free", n)] for n in range(ROWS)]
    wrong = [mark("wrong", 1)] * len(head)
    note = ["Ghi chú: " + mark("note", 1), *[""] * (len(head) - 1)]
    total = ["Tổng số", *[mark("total", 1)] * (len(head) - 1)]
    return [head, *rows, wrong, note, total]


@pytest.mark.parametrize("table", TABLES)
def test_readings(search, tmp_path, table):
    """Of a reading the reports are searched, not its records."""
    text = tmp_path / "list.csv"
    text.write_text("\n".join(";".join(row) for row in lines(table)) + f'\n{mark("torn", 1)};"x', encoding="utf-8")
    book = openpyxl.Workbook()
    for row in lines(table):
        book.active.append(row)
    book.save(tmp_path / "list.xlsx")
    pl.DataFrame(lines(table)[1:], schema=lines(table)[0], orient="row").write_parquet(tmp_path / "list.parquet")
    day = {"area_vintage": "2022-12-31", "within": "33"}
    ways = {
        kind: lambda k=kind: ct.read(tmp_path / f"list.{k}", table=table, **day) for kind in ("csv", "xlsx", "parquet")
    }
    ways["folder"] = lambda: ct.read_folder(tmp_path, **day)
    ways["frame"] = lambda: ct.clean(pl.read_parquet(tmp_path / "list.parquet"), table=table, **day)
    ways["without a day"] = lambda: ct.read(text, table=table)
    ways["sheet"] = lambda: ct.read(tmp_path / "list.xlsx", table=table, sheet="none")
    ways["no day"] = lambda: ct.read(text, table=table, mapping={table: {"columns": {"Cột lạ": "commune"}}})
    ways["values"] = lambda: ct.read(text, table=table, mapping={table: {"columns": {"Cột lạ": "none"}}})
    read = 0
    for name, way in ways.items():
        try:
            found = way()
        except Exception as error:
            search.error(f"{name} {table}", error)
            continue
        read += 1
        search.bytes(f"repr {name} {table}", repr(found) + str(found) + found._repr_html_())
        for part in ("files", "columns", "changes", "findings", "set_aside"):
            search.frame(f"{part} {name} {table}", getattr(found, part))
    assert read >= 4
    assert search.count > 12


def test_damaged_files(search, tmp_path):
    """Files cut short and of another kind than their name says."""
    frame("children").write_parquet(tmp_path / "whole.parquet", compression="uncompressed")
    book = openpyxl.Workbook()
    for row in lines("children"):
        book.active.append(row)
    book.save(tmp_path / "whole.xlsx")
    text = "\n".join(";".join(row) for row in lines("children"))
    (tmp_path / "whole.csv").write_text(text, encoding="utf-8")
    for whole in sorted(tmp_path.glob("whole.*")):
        data = whole.read_bytes()
        for n, part in enumerate((data[: len(data) // 2], data[10:], data[:-5], bytes(255 - b for b in data), b"")):
            for kind in (".parquet", ".xlsx", ".xls", ".csv", ".ods", ".toml"):
                path = tmp_path / f"cut{n}{kind}"
                path.write_bytes(part)
                where = f"{whole.name} as {path.name}"
                search.call(f"read {where}", lambda p=path: ReprOnly(ct.read(p, table="children")))
                search.call(f"dataset {where}", lambda p=path: ReprOnly(ct.Dataset(children=str(p))))
                search.call(f"rules {where}", lambda p=path: ct.rules(p))
                search.call(f"catalogue {where}", lambda p=path: ct.catalogue().with_file(p))
                search.call(f"mapping {where}", lambda p=path: ReprOnly(ct.clean(pl.DataFrame(), table="x", mapping=p)))
    assert search.count > 400
