"""Every case of quality worked by hand; their form is told in their README."""

from dataclasses import dataclass
from datetime import date
from typing import Any

import case_files
import chitieu as ct
import polars as pl
import pytest
from case_files import none, tomllib

FOLDER = case_files.FOLDER / "quality"
TABLES = list(case_files.schemas())


@dataclass(frozen=True)
class Case:
    """One case, as it stands in its file."""

    file: str
    data: dict[str, Any]

    def __str__(self):
        return f"{self.file}: {self.data['name']}"

    def frame(self, table):
        """Return a table with the columns that stand in some row."""
        each = self.data.get("each", {}).get(table, {})
        rows = [each | row for row in self.data[table]]
        rows = [row for row in rows for _ in range(row.pop("repeat", 1))]
        types = case_files.schema(table) | {"source_unread": pl.String}
        there = {c: t for c, t in types.items() if any(c in row for row in rows)}
        return pl.DataFrame([{c: read(t, row.get(c)) for c, t in there.items()} for row in rows], schema=there)

    def check(self, tmp_path):
        tables = {t: self.frame(t) for t in TABLES if t in self.data}
        options = {k: self.data[k] for k in ("area_vintage", "ethnic_list") if k in self.data}
        rules = None
        if "rules" in self.data:
            rules = tmp_path / "mine.toml"
            rules.write_text(self.data["rules"], encoding="utf-8")
        return ct.check(ct.Dataset(**options, **tables), period=self.data.get("period", "2022"), rules=rules)


def read(dtype, value):
    value = none(value)
    return date.fromisoformat(value) if dtype == pl.Date and value else value


def load():
    cases = []
    for path in sorted(FOLDER.glob("*.toml")):
        with path.open("rb") as file:
            cases += [Case(path.stem, data) for data in tomllib.load(file)["case"]]
    return cases


@pytest.mark.parametrize("case", load(), ids=str)
def test_every_case_gets_its_verdicts(case, tmp_path):
    found = case.check(tmp_path)
    summary = found.summary()
    for expected in case.data.get("expect", []):
        rule = expected["rule"]
        line = summary.filter(pl.col("rule") == rule)
        if "table" in expected:
            line = line.filter(pl.col("table") == expected["table"])
        line = line.row(0, named=True)
        failures = found.failures(rule)
        lists = {"rows": "row", "other_rows": "other_row", "columns": "columns", "periods": "period", "found": "found"}
        for fact in set(expected) - {"rule", "table"}:
            got = failures[lists[fact]].to_list() if fact in lists else line[fact]
            assert got == expected[fact], (rule, fact)
    for expected in case.data.get("scores", []):
        period = expected.get("period", case.data.get("period", "2022"))
        score = found.scorecard(expected.get("by", "commune"), period=period).to_polars()
        line = score.row(by_predicate=pl.col("area") == expected["area"], named=True)
        for fact in set(expected) - {"by", "period"}:
            assert line[fact] == none(expected[fact]), (expected["area"], fact)
    if expected := case.data.get("score_areas"):
        assert found.scorecard(expected["by"]).to_polars()["area"].to_list() == expected["areas"]


def test_scores_follow_from_their_counts():
    dataset = ct.synthetic.province("33", children=3_000, year=2022, seed=1)
    score = ct.check(dataset, period="2022").scorecard("district", period="2022Q2").to_polars()
    for name, part, whole in (
        ("completeness", "recorded_values", "expected_values"),
        ("accuracy", "passed", "judged"),
        ("timeliness", "updated", "months"),
    ):
        worked = [100 * p / w if w else None for p, w in score.select(part, whole).iter_rows()]
        assert score[name].to_list() == worked
