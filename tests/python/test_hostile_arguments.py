"""Whatever an argument is, a call succeeds or says in this library's words what is wrong with it.

Every public function and method is found by looking at the package; each of its arguments in turn is given values that
no caller should give, with good values elsewhere.
"""

import inspect
import os
import pickle
import re
import sys
from collections import Counter
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal

import altair
import chitieu as ct
import numpy as np
import polars as pl
import pytest
from chitieu import _result
from records import children, victims

#: What is said of files, by this package or by the crate.
OF_FILES = re.compile(r"no permission |không có quyền |.+: .+", re.DOTALL)

OPERATORS = ("__call__", "__contains__", "__getitem__", "__init__")


class Stubborn:
    """Neither text, nor number, nor path, and says so in errors of its own."""

    def __str__(self):
        raise ZeroDivisionError("MARKED")

    __repr__ = __fspath__ = __index__ = __float__ = __bool__ = __iter__ = __len__ = __hash__ = __str__


class Silent:
    """Raises whatever it is asked for."""

    def __getattr__(self, name):
        raise ValueError("MARKED")


class Broken:
    """A table whose stream ends in an error."""

    def __arrow_c_stream__(self, requested_schema=None):
        raise ZeroDivisionError("MARKED")


def nested(deep, around, value=1):
    for _ in range(deep):
        value = around(value)
    return value


def failing():
    return pl.LazyFrame({"child_id": ["MARKED"]}).select(pl.col("child_id").cast(pl.Int64))


def hostile(folder):
    """Return makers of values: some are spent by one call."""
    file = folder / "plain.csv"
    values = {
        "None": None,
        "true": True,
        "zero": 0,
        "minus one": -1,
        "2**31": 2**31,
        "2**63": 2**63,
        "-2**63-1": -(2**63) - 1,
        "2**200": 2**200,
        "half": 0.5,
        "nan": float("nan"),
        "infinite": float("inf"),
        "numpy": np.float64(3.0),
        "array": np.array([1, 2]),
        "decimal": Decimal("1e400"),
        "complex": 1j,
        "empty": "",
        "blank": " ",
        "NUL": "a\0b",
        "surrogate": "x\udcff",
        "surrogates": "\ud800\udfff",
        "long": "x" * 20_000,
        "right to left": "\u202eabc\u0301",
        "markup": "</script><b>&amp;",
        "pattern": "[!*?]**",
        "bytes": b"2022",
        "folder": str(folder),
        "folder as path": folder,
        "device": "/dev/null",
        "no folder": str(folder / "none" / "x.csv"),
        "file as folder": str(file / "x.csv"),
        "a file": file,
        "empty list": [],
        "list of None": [None],
        "list of numbers": [1, 2.5],
        "list of texts": ["x", "\udcff"],
        "nested list": nested(2_000, lambda v: [v]),
        "tuple": ("2022", "2023"),
        "set": {"sex"},
        "dict": {"children": {"columns": {"x": 5}}, 3: b"x"},
        "nested dict": nested(2_000, lambda v: {"children": v}),
        "surrogate in a dict": {"children": {"columns": {"\udcff": "sex"}}},
        "date": date(2022, 12, 31),
        "moment": datetime(2022, 12, 31, tzinfo=timezone(timedelta(hours=7))),
        "class": str,
        "function": lambda *_: 1 / 0,
        "module": sys,
        "stubborn": Stubborn(),
        "silent": Silent(),
        "list of stubborn": [Stubborn()],
        "broken stream": Broken(),
        "empty frame": pl.DataFrame(),
        "frame": pl.DataFrame({"a": [1], "\0": ["x"]}),
        "deep frame": pl.DataFrame({"child_id": [nested(200, lambda v: {"a": v})], "commune": ["12364"]}),
        "objects": pl.DataFrame({"child_id": [object()]}),
        "exception": ValueError("x"),
    }
    made = {name: lambda value=value: value for name, value in values.items()}
    made["generator"] = lambda: (n for n in (1, "x", None))
    made["failing generator"] = lambda: (1 // n for n in (1, 0))
    made["failing frame"] = failing
    return made


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    """Return good values by the name of an argument, and an object of each class."""
    folder = tmp_path_factory.mktemp("world")
    file = folder / "plain.csv"
    file.write_text("Mã trẻ;Ngày sinh;Giới tính;Mã xã\nk1;05/03/2014;Nam;12364\n", encoding="utf-8")
    dataset = ct.Dataset(children=children(), victims=victims(), area_vintage="2022-12-31")
    made_up = ct.synthetic.province("33", children=1_000, year=2022)
    plan = ct.plan(period="2022", indicators=["child_population"], by=["sex"])
    tally = plan.partial(dataset)
    result = plan.finish(tally)
    register = ct.abuse.register(made_up)
    selection = register.select(period="2022")
    check = ct.check(dataset, period="2022")
    chart = altair.Chart(altair.Data(values=[{"n": 1}])).mark_bar().encode(x="n:Q")
    good = {
        "dataset": dataset,
        "period": "2022",
        "path": file,
        "folder": folder,
        "table": "children",
        "tables": [tally],
        "tallies": [tally],
        "tally": tally,
        "frame": children(),
        "columns": ["child_id"],
        "check": check,
        "indicator": "child_population",
        "id": "child_population",
        "rule": "child_repeated",
        "on": "2022-12-31",
        "start": "2022-12-31",
        "end": "2025-07-01",
        "name": "Hải Triều",
        "code": "en",
        "list_id": "form",
        "text": plan.to_json(),
        "unit": "child",
        "until": "2022-12-31",
        "other": register,
        "later": register,
        "chart": chart,
        "source": "test",
        "result": result,
        "before": result,
        "after": result,
        "data": {},
        "_of": ct.catalogue(),
        "warned": [],
        "area_vintage": "2022-12-31",
        "ethnic_list": None,
        "warnings": [],
        "plan": plan,
        "events": [3, 5],
        "population": [100, 200],
        "standard": [1, 2],
        "reference_events": [10, 10],
        "reference_population": [1_000, 1_000],
        "denominators": [10, 20],
        "values": [1.0, 2.0, 4.0],
        "value": 4.0,
        "target": 3.0,
        "years": 5,
        "denominator": 100,
        "x": 3,
        "n": 10,
        "exposure": 10.0,
        "x1": 3,
        "x2": 4,
        "n1": 10,
        "n2": 12,
        "exposure1": 10.0,
        "exposure2": 12.0,
        "counts": selection.counts("child", by=["sex", "age_group"]),
        "forms": selection.forms(),
        "overlaps": selection.overlaps(),
        "matrix": selection.form_matrix(),
        "results": [result],
        "published": result.protect(),
        "published_on": "2022-12-31",
        "note": "test",
        "why": "test",
        "dims": ["sex"],
        "key": b"kept with the records of the province",
    }
    counted = pl.DataFrame({"sex": ["female", "male"], "n": [3, 9]})
    protected = ct.disclosure.protect(counted, dims=["sex"])
    special = {
        "standardised_ratio": {"events": 3},
        "indirect_rate": {"events": 3},
        "charts.series": {"table": selection.repeats()},
        "charts.funnel": {"table": selection.supported(area_level="district"), "area_level": "district"},
        "label": {"code": "neglect"},
        "province": {"children": 500},
        "truth": {"children": 500},
        "Check.write_report": {"path": folder / "report.html"},
        "Result.write_parquet": {"path": folder / "result.parquet"},
        "save_png": {"path": folder / "x.png", "scale": 1.0},
        "Catalogue.with_file": {"path": folder / "none.toml"},
        "ResultWarning.__init__": {"text": {"vi": "x", "en": "x"}},
        "Check.write_corrections": {"folder": folder / "corrections"},
        "annual_change": {"years": [1, 2, 3]},
        "Table.table": {"rows": "area"},
        **{name: {"frame": counted} for name in ("protect", "audit", "round_small", "round_random")},
        "ReleaseLog.__init__": {"folder": folder / "releases"},
        "Protected.__init__": {"frame": counted, "count": "n", "report": protected.report},
        "Rule.of": {"threshold": 5, "zeros": "shown", "protection": 3},
        "Advice.__init__": dict.fromkeys(("at", "apart", "of", "kept", "shown", "lost"), 1),
        "Report.__init__": dict.fromkeys(
            (
                *("cells", "not_zero", "primary", "secondary", "certified", "whole_groups"),
                *("hidden_totals", "advice"),
            ),
            1,
        ),
        "ResultsReport.__init__": dict.fromkeys(
            ("counts", "primary", "secondary", "certified", "exposed", "whole_groups", "circles"), 1
        ),
        "Rounded.__init__": dict.fromkeys(("_frame", "note", "changed", "largest"), 1),
    }
    objects = {
        "Catalogue": ct.catalogue(),
        "Check": check,
        "Dataset": dataset,
        "Folder": ct.read_folder(folder),
        "Indicator": ct.catalogue()["child_population"],
        "Plan": plan,
        "Plot": result.plot,
        "Reading": ct.read(file, table="children"),
        "ComparisonTable": ct.compare(result, result, indicator="child_population"),
        "Register": register,
        "Result": result,
        "Selection": selection,
        "Table": selection.counts("child"),
        "Tally": tally,
        "ResultWarning": ct.ResultWarning("x", "", {"vi": "x", "en": "x"}),
        "ReleaseLog": ct.ReleaseLog(folder / "releases"),
        "Protected": protected,
        "Report": protected.report,
        "Rounded": ct.disclosure.round_small(counted, dims=["sex"]),
        "Rule": ct.disclosure.Rule(),
        "ResultsReport": result.protect().report,
        "Advice": ct.disclosure.Advice("sex", [], 1, 1, 1, 1),
    }
    return folder, good, special, objects


def public(module=ct, prefix=""):
    """Yield every public function, and every method with its class."""
    for name in module.__all__:
        found = getattr(module, name)
        if inspect.ismodule(found):
            yield from public(found, f"{name}.")
        elif inspect.isfunction(found):
            yield f"{prefix}{name}" if prefix == "charts." else name, None, found
        elif inspect.isclass(found) and not issubclass(found, (Exception, tuple, ct.stats.Interval)):
            yield from methods(found)


def methods(of):
    for name in sorted({n for c in of.__mro__ if c.__module__.startswith("chitieu") for n in vars(c)}):
        member = inspect.getattr_static(of, name)
        if isinstance(member, property) or (name.startswith("_") and name not in OPERATORS):
            continue
        if callable(member) or isinstance(member, staticmethod):
            yield f"{of.__name__}.{name}", of, member


def everything():
    found = {name: (of, member) for name, of, member in [*public(), *methods(_result.Plot)]}
    assert len(found) > 80, sorted(found)
    return found


def said(error):
    """Return the kind of an outcome; a text that says what must not be."""
    chained = error.__cause__ or error.__context__
    if chained is not None:
        return f"chained to {chained!r}"
    text = str(error)
    if "MARKED" in text:
        return f"shows a value: {text}"
    text.encode("utf-8")
    if isinstance(error, ct.ChitieuError):
        return None
    if isinstance(error, (FileNotFoundError, PermissionError)):
        return None if error.errno is None and re.match(OF_FILES, text) else f"raw {error!r}"
    return f"foreign {type(error).__name__}: {text[:200]}"


def outcome(call, name):
    try:
        found = call()
        if inspect.isgenerator(found) and found.__name__ == "_batches":
            list(found)
    except TypeError as error:
        if isinstance(error, ct.ChitieuError):
            return "ChitieuError", said(error)
        wrong = None if name in str(error) else f"does not name it: {error}"
        return "TypeError", wrong or (f"chained {error.__context__!r}" if error.__context__ else None)
    except (FileNotFoundError, PermissionError) as error:
        return "file", said(error)
    except BaseException as error:
        return "ChitieuError", said(error)
    return "success", None


def ways(name, member, good, special, instance):
    """Yield each argument of a function with a call that gives it a value."""
    function = member.__func__ if isinstance(member, staticmethod) else member
    parameters = dict(inspect.signature(function).parameters)
    parameters.pop("self", None)
    base = {}
    for argument, parameter in parameters.items():
        mine = special.get(name, {})
        if argument in mine:
            base[argument] = mine[argument]
        elif parameter.default is parameter.empty and parameter.kind is not parameter.VAR_KEYWORD:
            if argument == "native":  # what the crate made
                base[argument] = instance._native
                continue
            assert argument in good, f"{name}: no good value for {argument}"
            base[argument] = good[argument]
    if name.endswith(".__init__"):
        target = instance.__class__
    else:
        target = function if instance is None else getattr(instance, name.split(".")[-1])
    for argument, parameter in parameters.items():
        if parameter.kind is parameter.VAR_KEYWORD:
            for key in ["children", "victims", "x\udcff"] if name.startswith("Dataset") else ["sex", "area", "\udcff"]:
                yield key, lambda value, key=key: target(**base, **{key: value})
        else:
            yield argument, lambda value, argument=argument: target(**{**base, argument: value})


@pytest.fixture
def languages():
    yield lambda nth: ct.set_language(("en", "vi")[nth % 2])
    ct.set_language("en")


def test_no_foreign_exception(world, languages, monkeypatch, tmp_path):
    folder, good, special, objects = world
    monkeypatch.chdir(tmp_path)  # texts that are names of files make some
    # Altair copies each part of a chart at each step; none is drawn here.
    monkeypatch.setattr("altair.utils.schemapi._deep_copy", lambda part, *_: part)
    values = hostile(folder)
    outcomes, wrong, tried = Counter(), [], set()
    for name, (of, member) in everything().items():
        instance = None if of is None else objects[of.__name__]
        for argument, call in ways(name, member, good, special, instance):
            shown = argument.encode("utf-8", "backslashreplace").decode()
            tried.add((name, shown))
            for nth, (kind, make) in enumerate(values.items()):
                value = make()
                if argument == "on_progress" and callable(value):
                    continue  # what it throws is its own
                languages(nth)
                got, problem = outcome(lambda call=call, value=value: call(value), shown)
                outcomes[got] += 1
                if problem:
                    wrong.append(f"{name}({shown} = {kind}): {problem}")
    assert not wrong, f"{len(wrong)} of {outcomes}:\n" + "\n".join(wrong[:400])
    assert len(tried) > 250
    assert outcomes.total() > 15_000
    assert min(outcomes[kind] for kind in ("success", "ChitieuError", "TypeError", "file")) > 100


def test_what_a_callback_throws_is_its_own(world):
    _, good, _, _ = world
    with pytest.raises(ZeroDivisionError):
        ct.compute(good["dataset"], period="2022", on_progress=lambda *_: 1 / 0)
    with pytest.raises(KeyboardInterrupt):
        ct.compute(good["dataset"], period="2022", on_progress=interrupted)


def interrupted(*_):
    raise KeyboardInterrupt


class Full:
    """A table for which there is no memory."""

    def __arrow_c_stream__(self, requested_schema=None):
        raise MemoryError


@pytest.mark.parametrize("call", [lambda t: ct.clean(t, table="children"), lambda t: ct.Dataset(children=t)])
def test_a_full_memory_is_told_as_one(call):
    with pytest.raises(MemoryError):
        call(Full())


def after_an_error():
    try:
        raise LookupError("mine")
    except LookupError:
        ct.plan(period="x")


def test_what_was_being_handled_stays_in_the_chain():
    with pytest.raises(ct.PlanError) as caught:
        after_an_error()
    assert str(caught.value.__context__) == "mine"


@pytest.mark.parametrize(
    "call", [lambda: ct.read("", table="children"), lambda: ct.read_folder(""), lambda: ct.rules("")]
)
def test_an_empty_path_is_not_the_working_directory(call, world, monkeypatch):
    monkeypatch.chdir(world[0])
    with pytest.raises(FileNotFoundError, match='no such file: ""'):
        call()


def test_an_empty_path_of_a_table_is_not_the_working_directory(monkeypatch, tmp_path):
    children().write_parquet(tmp_path / "x.parquet")
    monkeypatch.chdir(tmp_path)
    with pytest.raises(FileNotFoundError, match='no such file: ""'):
        ct.Dataset(children="")
    assert ct.Dataset(children=".")["children"].height == 1


def test_what_never_ends_is_not_read(tmp_path):
    os.mkfifo(tmp_path / "pipe.csv")
    for path in (tmp_path / "pipe.csv", "/dev/zero"):
        for read in (
            lambda p: ct.read(p, table="children"),
            ct.read_folder,
            ct.rules,
            lambda p: ct.Dataset(children=str(p)),
        ):
            with pytest.raises(FileNotFoundError, match=r"not a file|no such file"):
                read(path)
        with pytest.raises(FileNotFoundError, match="not a file"):
            ct.clean(children(), table="children", mapping=path)


def test_no_file_takes_the_place_of_a_pipe_or_a_folder(world, tmp_path):
    _, good, _, _ = world
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "folder").mkdir()
    for name in ("pipe", "folder"):
        for write in (good["result"].write_parquet, good["check"].write_report):
            with pytest.raises(FileNotFoundError, match=f"not a file: .*{name}"):
                write(tmp_path / name)
        for read in (ct.rules, ct.catalogue().with_file):
            with pytest.raises(FileNotFoundError, match=f"not a file: .*{name}"):
                read(tmp_path / name)
    assert (tmp_path / "pipe").is_fifo()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["folder", "pipe"]


def test_a_name_of_a_file_in_another_encoding(world, tmp_path):
    """Such names are legal; only text is to be text."""
    _, good, _, _ = world
    name = os.path.join(os.fsencode(tmp_path), b"t\xeam.parquet")
    path = good["result"].write_parquet(os.fsdecode(name))
    assert os.path.exists(name)
    assert pl.read_parquet(path.read_bytes()).height == len(good["result"])


def test_the_guard_hides_nothing():
    """Names, signatures and documentation are those of what it stands around."""
    for name, (of, member) in everything().items():
        function = member.__func__ if isinstance(member, staticmethod) else member
        if of in (ct.Indicator, ct.ResultWarning) and name.endswith("__init__"):
            continue  # written by dataclass
        assert function.__doc__ or name.endswith(("__init__", "__contains__", "__getitem__")), name
        assert str(inspect.signature(function)) == str(inspect.signature(function.__wrapped__))
        assert function.__globals__ is function.__wrapped__.__globals__  # doctest finds its examples by it
    assert pickle.loads(pickle.dumps(ct.compute)) is ct.compute
    assert pickle.loads(pickle.dumps(ct.stats.funnel)) is ct.stats.funnel
