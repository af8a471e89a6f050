"""What a fixed set of questions answers, to the bit: a change that means to change no number shows none here.

The digests are of every cell of a table as text (numbers with all their digits), in its order. Where a change means to
change numbers, the CHANGELOG says so and the digests are written anew: ``python tests/python/test_digests.py``.
"""

import hashlib
import json
import sys
import warnings
from functools import cache
from pathlib import Path

import chitieu as ct
import polars as pl
import pytest

FILE = Path(__file__).with_name("digests.json")


def digest(frame):
    """Return a short digest of the names, types and values of a frame."""
    lists = [c for c, t in frame.schema.items() if isinstance(t, pl.List)]
    flat = frame.with_columns(pl.col(lists).cast(pl.List(pl.String)).list.join("|"))
    text = f"{flat.schema}\n{flat.write_csv(float_precision=None)}"
    return f"{frame.height} rows {hashlib.sha256(text.encode()).hexdigest()[:16]}"


@cache
def province():
    return ct.synthetic.province("33", children=4_000, year=2022, seed=5)


@cache
def result():
    return ct.compute(province(), period="2022", by=["sex", "age_group"], area_level="commune")


@cache
def selection():
    return ct.abuse.register(province()).select(period="2022")


@cache
def check():
    return ct.check(province(), period="2022")


def moved():
    return ct.compute(
        province(), period="2022", area_level="commune", area_vintage="2025-07-01", indicators=["child_population"]
    )


def parts():
    plan = ct.plan(period="2022", by=["sex"], area_level="district")
    data = province()
    tables = {t: data[t] for t in data.tables if t != "children"}
    children = data["children"]
    shared = {"area_vintage": data.area_vintage, "ethnic_list": data.ethnic_list, "submissions": data.submissions}
    first = ct.Dataset(children=children.head(1_000), **tables, **shared)
    second = ct.Dataset(children=children.slice(1_000), **shared)
    return ct.merge([plan.partial(first), plan.partial(second)])


AREA, BOUNDS = ["area", "area_level"], ["undecided", "without_key", "least", "most"]
COVERED, SHARE = ["reported", "expected", "status"], ["value", "lower", "upper", "status", "reported", "expected"]
CHOICES = ["period", "date", "place", "verification", "age_limit"]
#: The columns a digest is taken over, by the names they had then: order and names may change, values may not.
LAYOUT = {
    "abuse: units": ["unit", *AREA, "count", *BOUNDS, *COVERED, *CHOICES],
    "abuse: children": ["unit", *AREA, "sex", "form", "count", *BOUNDS, *COVERED, *CHOICES],
    "abuse: cases": ["unit", *AREA, "form", "count", *BOUNDS, *COVERED, *CHOICES],
    "abuse: perpetrators": ["unit", *AREA, "relation", "count", *BOUNDS, *COVERED, *CHOICES],
    "abuse: share": ["unit", *AREA, "sex", "numerator", "denominator", *SHARE, *CHOICES],
    "abuse: forms": ["unit", *AREA, "form", ("numerator", "count"), "denominator", *SHARE, *CHOICES, "mode"],
    "abuse: overlaps": ["unit", *AREA, "forms", "count", *COVERED, *CHOICES],
    "abuse: matrix of forms": ["unit", "form", "other_form", "count", *CHOICES],
    "abuse: repeats": [
        *("unit", "window", *AREA, "children", "new", "repeated", "repeated_in_window", "seen_before", "incidents"),
        *("without_key", "undecided", "least", "most", *COVERED, *CHOICES),
    ],
    "abuse: recurrence": [
        *("unit", "months", "days", "children", "events", "censored", "at_risk", "value", "lower", "upper", "status"),
        *CHOICES,
    ],
    "abuse: relations": ["unit", *AREA, "relation", "count", *BOUNDS, "by_case", *COVERED, *CHOICES],
    "abuse: response": [
        *("unit", *AREA, "step", "limit", "limit_unit", "on_time", "late", "undecided", "value", "lower", "upper"),
        *("status", "recorded", "p25", "p50", "p75", "p90", "reported", "expected", *CHOICES),
    ],
    "abuse: supported": ["unit", *AREA, ("numerator", "count"), "denominator", "undecided", *SHARE, *CHOICES],
    "abuse: sanctions": [
        *("unit", *AREA, "decisions", "persons", "organisations", "fine_total", "fined", "fine_missing", "annulled"),
        *("to_criminal", *COVERED, "period"),
    ],
    "check: scorecard": [
        *("area", "area_level", "name", "rows", "completeness", ("recorded_values", "recorded")),
        *(("expected_values", "expected"), "accuracy", "passed", "judged", "timeliness", "updated", "months"),
        *(("expected", "communes"), ("reported", "reporting"), "status"),
    ],
}

#: What rules say now, and said when their digest was made.
REWORDED = {
    "is already in an earlier": "stands in an earlier",
    "A total is among": "A total stands among",
    "no age can be worked out": "no age can be told",
}

QUESTIONS = {
    "catalogue": lambda: ct.catalogue().to_polars(),
    "whole catalogue by commune, sex and age": lambda: result().to_polars(),
    "warnings": lambda: pl.DataFrame([(w.code, w.indicator, str(w)) for w in result().warnings], orient="row"),
    "moved areas": lambda: moved().to_polars(),
    "parts": lambda: parts().to_polars().sort(pl.all()),
    "abuse: units": lambda: selection().units(area_level="commune").to_polars(),
    "abuse: children": lambda: selection().counts("child", by=["sex", "form"], area_level="commune").to_polars(),
    "abuse: cases": lambda: selection().counts("case", by=["form"], area_level="district").to_polars(),
    "abuse: perpetrators": lambda: selection().counts("perpetrator", by=["relation"], area_level="country").to_polars(),
    "abuse: share": lambda: selection().counts("child", by=["sex"], area_level="country").share().to_polars(),
    "abuse: forms": lambda: selection().forms(area_level="country").to_polars(),
    "abuse: overlaps": lambda: selection().overlaps(area_level="country").to_polars(),
    "abuse: matrix of forms": lambda: selection().form_matrix().to_polars(),
    "abuse: repeats": lambda: selection().repeats("quarter", area_level="district").to_polars(),
    "abuse: recurrence": lambda: selection().recurrence("2022-12-31").to_polars(),
    "abuse: relations": lambda: selection().relations(area_level="district").to_polars(),
    "abuse: response": lambda: selection().response(until="2022-12-31", area_level="country").to_polars(),
    "abuse: supported": lambda: selection().supported(area_level="district").to_polars(),
    "abuse: sanctions": lambda: (
        ct.abuse.register(province()).sanctions(period="2022", area_level="country").to_polars()
    ),
    "check: summary": lambda: check().summary(),
    "check: scorecard": lambda: check().scorecard("commune").to_polars(),
}


def answers(name):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return digest(laid_out(name, QUESTIONS[name]()))


def laid_out(name, frame):
    """Return a frame with the columns of its digest."""
    if name == "check: summary":
        return frame.with_columns(pl.col("text").str.replace_many(REWORDED))
    if name not in LAYOUT:
        return frame
    columns = [(c, c) if isinstance(c, str) else c for c in LAYOUT[name]]
    assert sorted(now for now, _ in columns) == sorted(frame.columns)
    found = frame.select(pl.col(now).alias(then) for now, then in columns)
    # Counts of a scorecard had no sign.
    unsigned = [c for c, t in found.schema.items() if t == pl.Int64 and name == "check: scorecard"]
    return found.cast({c: pl.UInt64 for c in unsigned})


@pytest.mark.parametrize("name", QUESTIONS)
def test_the_answer_is_what_it_was(name):
    assert answers(name) == json.loads(FILE.read_text(encoding="utf-8"))[name]


if __name__ == "__main__":
    ct.set_language("en")
    FILE.write_text(json.dumps({name: answers(name) for name in QUESTIONS}, indent=1) + "\n", encoding="utf-8")
    sys.exit(0)
