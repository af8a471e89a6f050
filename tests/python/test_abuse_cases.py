"""Every case of abuse worked by hand, by the library and by the slow counter; their form is told in their README."""

from dataclasses import dataclass
from datetime import date
from typing import Any

import abuse_basics
import abuse_counter
import case_files
import chitieu as ct
import pytest
from abuse_strategies import COLUMNS, typed
from case_files import none, tomllib

FOLDER = case_files.FOLDER / "abuse"
IDS = ("case_id", "child_id", "person_id", "decision_id")
TABLES = ("victims", "perpetrators", "sanctions")
DIMENSIONS = ("form", "forms", "relation")
OF_REGISTER = ("sanctions", "sanction_findings")


@dataclass(frozen=True)
class Case:
    """One case, as it stands in its file."""

    file: str
    data: dict[str, Any]

    def __str__(self):
        return f"{self.file}: {self.data['name']}"

    def rows(self, table):
        """Return the rows of a table, written out; None if the case has no such table."""
        if table not in self.data:
            return None
        found = []
        for row in self.data[table]:
            row = self.data.get("each", {}).get(table, {}) | row
            times = row.pop("repeat", None)
            row = {column: read(table, column, value) for column, value in row.items()}
            for n in range(1, (times or 1) + 1):
                own = {c: f"{row[c]}-{n}" for c in IDS if times and row.get(c)}
                found.append(row | own)
        return found

    @property
    def day(self):
        return self.data.get("area_vintage", "2022-12-31")


def read(table, column, value):
    """Return a value of a record; days are written as texts."""
    is_day = COLUMNS[table][column] == case_files.TYPES["date"]
    return date.fromisoformat(value) if is_day and none(value) else none(value)


def load():
    cases = []
    for path in sorted(FOLDER.glob("*.toml")):
        with path.open("rb") as file:
            cases += [Case(path.stem, data) for data in tomllib.load(file)["case"]]
    return cases


CASES = load()


@pytest.fixture(params=CASES, ids=str)
def case(request):
    return request.param


def choice(case, expected):
    chosen = case.data.get("select", {}) | expected.get("select", {})
    return chosen | ({"verification": tuple(chosen["verification"])} if "verification" in chosen else {})


def arguments(name, given):
    """Return the arguments of a table; a case is about the country unless it says otherwise."""
    without_areas = ("form_matrix", "recurrence", "sanction_findings")
    return dict(given) if name in without_areas else {"area_level": "country"} | given


def test_the_library_gives_the_cells(case):
    frames = {t: typed(t, case.rows(t)) for t in TABLES if t in case.data}
    dataset = ct.Dataset(**frames, area_vintage=case.day, ethnic_list=case.data.get("ethnic_list"))
    register = ct.abuse.register(dataset)
    for expected in case.data["expect"]:
        name = expected["table"]
        args = arguments(name, expected.get("args", {}))
        asked = register if name in OF_REGISTER else register.select(**choice(case, expected))
        if name == "share":
            of = asked.counts(**arguments(name, expected["of"])) if "of" in expected else None
            table = asked.counts(**args).share(of=of)
        else:
            table = getattr(asked, name)(**args)
        check(table.to_polars().to_dicts(), expected)


def test_the_slow_counter_gives_the_cells(case):
    frames = {t: case.rows(t) for t in TABLES}
    register = abuse_counter.Register(**frames, day=case.day, ethnic_list=case.data.get("ethnic_list"))
    for expected in case.data["expect"]:
        name = expected["table"]
        args = arguments(name, expected.get("args", {}))
        if args.get("until"):
            args["until"] = date.fromisoformat(args["until"])
        if "holidays" in args:
            args["holidays"] = [date.fromisoformat(d) for d in args["holidays"]]
        asked = register if name in OF_REGISTER else register.select(**choice(case, expected))
        if name == "share":
            of = arguments(name, expected["of"]) if "of" in expected else None
            rows = abuse_basics.share(
                asked.counts(**args),
                args.get("by", []),
                None if of is None else asked.counts(**of),
                [] if of is None else of.get("by", []),
            )
        else:
            rows = getattr(asked, name)(**args)
        check(rows, expected)


def check(rows, expected):
    if "rows" in expected:
        assert len(rows) == expected["rows"], expected
    if "values" not in expected:
        return
    where = dict(expected.get("where", {}))
    by = expected.get("args", {}).get("by", [])
    implied = {"area": "VN"} | dict.fromkeys((*by, *DIMENSIONS), "total")
    if expected["table"] == "form_matrix":
        implied = {}
    where |= {c: v for c, v in implied.items() if rows and c in rows[0] and c not in where}
    named = [r for r in rows if all(r[c] == v for c, v in where.items())]
    assert len(named) == 1, f"{expected} names {len(named)} rows"
    for column, value in expected["values"].items():
        wanted = none(value)
        if isinstance(wanted, float):
            wanted = pytest.approx(wanted, abs=0.005)
        assert named[0][column] == wanted, f"{column} of {expected}: {named[0]}"


def test_what_a_case_says_is_known():
    names = [str(case) for case in CASES]
    assert len(names) == len(set(names))
    for case in CASES:
        known = {"name", "why", "area_vintage", "ethnic_list", "each", "select", "expect", *TABLES}
        assert set(case.data) <= known, case
        for expected in case.data["expect"]:
            assert set(expected) <= {"table", "args", "of", "select", "where", "values", "rows"}, f"{case}: {expected}"
            assert {"values", "rows"} & set(expected), f"{case}: nothing is expected by {expected}"
