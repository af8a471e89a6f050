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
        return digest(QUESTIONS[name]())


@pytest.mark.parametrize("name", QUESTIONS)
def test_the_answer_is_what_it_was(name):
    assert answers(name) == json.loads(FILE.read_text(encoding="utf-8"))[name]


if __name__ == "__main__":
    ct.set_language("en")
    FILE.write_text(json.dumps({name: answers(name) for name in QUESTIONS}, indent=1) + "\n", encoding="utf-8")
    sys.exit(0)
