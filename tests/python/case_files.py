"""Reader of the cases worked by hand; their form is told in tests/cases/README.md."""

import sys
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import polars as pl

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "tests" / "cases"

NULL = "<null>"
TYPES = {
    "text": pl.String,
    "area": pl.String,
    "flag": pl.Boolean,
    "date": pl.Date,
    "integer": pl.Int64,
    "list": pl.List(pl.String),
}
FACTS = ("numerator", "denominator", "undecided", "value", "reported", "expected", "status", "printed")


@cache
def schemas() -> dict[str, dict[str, pl.DataType]]:
    """Return every table's columns with their types, from the catalogue's own file."""
    with (ROOT / "src" / "catalogue" / "tables.toml").open("rb") as file:
        tables = tomllib.load(file)["table"]
    return {t["id"]: {c["id"]: TYPES[c["type"]] for c in t["columns"]} for t in tables}


def schema(table: str) -> dict[str, pl.DataType]:
    """Return the columns of one table."""
    return schemas()[table]


@dataclass(frozen=True)
class Case:
    """One case: what is asked, the records, and the cells expected."""

    file: str
    data: dict[str, Any]

    def __str__(self) -> str:
        return f"{self.file}: {self.data['name']}"

    @property
    def tables(self) -> dict[str, pl.DataFrame]:
        """The records."""
        return {name: frame(name, columns) for name, columns in self.data["tables"].items()}

    @property
    def dataset(self) -> dict[str, Any]:
        """The arguments of Dataset."""
        said = {"ethnic_list": self.data.get("ethnic_list"), "area_vintage": self.data.get("records_vintage")}
        if "submissions" in self.data:
            types = {"table": pl.String, "commune": pl.String, "period": pl.String, "received_on": pl.Date}
            columns = {name: [none(v) for v in values] for name, values in self.data["submissions"].items()}
            said["submissions"] = pl.DataFrame(columns, schema={name: types[name] for name in columns})
        return {**self.tables, **said, "complete": self.data.get("complete", [])}

    @property
    def asked(self) -> dict[str, Any]:
        """The arguments of compute."""
        plain = ("period", "indicators", "by", "area_level", "area_vintage", "unknown_areas")
        asked = {k: self.data[k] for k in plain if k in self.data}
        if "shares" in self.data:
            columns = {"old": pl.String, "new": pl.String, "share": pl.Float64}
            asked |= {"split": "shares", "shares": pl.DataFrame(self.data["shares"], schema=columns, orient="row")}
        return asked


def frame(table: str, columns: dict[str, list[Any]]) -> pl.DataFrame:
    """Return the records of one table, with repeated rows written out."""
    types = schema(table)
    columns = dict(columns)
    repeat = columns.pop("repeat", None)
    unique = columns.pop("unique", [])
    data = {name: [none(v) for v in values] for name, values in columns.items()}
    rows = pl.DataFrame(data, schema={name: types[name] for name in data})
    if repeat is None:
        return rows
    assert len(repeat) == rows.height, f"{table}: repeat has another length"
    rows = (
        rows.with_row_index("#row")
        .with_columns(pl.Series("#times", repeat))
        .with_columns(pl.int_ranges(1, pl.col("#times") + 1).alias("#n"))
        .filter(pl.col("#times") > 0)
        .explode("#n")
    )
    numbered = [pl.concat_str(pl.col(name), pl.col("#n"), separator="-").alias(name) for name in unique]
    return rows.with_columns(numbered).drop("#row", "#times", "#n")


def none(value: Any) -> Any:
    """Return None for the word of null."""
    return None if value == NULL else value


def load() -> list[Case]:
    """Return every case of every file."""
    cases = []
    for path in sorted(FOLDER.glob("*.toml")):
        with path.open("rb") as file:
            cases += [Case(path.stem, data) for data in tomllib.load(file)["case"]]
    return cases
