"""The list of areas by day, as a table."""

import csv
from datetime import date

import chitieu as ct
import polars as pl
import pytest
from case_files import ROOT


@pytest.fixture(scope="module")
def lines():
    with (ROOT / "src" / "area" / "units.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


DAYS = ["2021-01-01", "2022-12-31", "2023-04-10", "2024-08-31", "2025-03-01", "2025-06-30", "2025-07-01"]


@pytest.mark.parametrize("day", DAYS)
def test_the_units_of_a_day(lines, day):
    frame = ct.areas(on=day)
    assert frame.columns == ["code", "name", "level", "parent", "type", "valid_from", "valid_to"]
    assert frame.row(0)[:4] == ("VN", "Việt Nam", "country", None)
    wanted = [tuple(u.values()) for u in lines if u["valid_from"] <= day <= u["valid_to"]]
    found = frame.slice(1).with_columns(pl.col(pl.Date).dt.to_string()).rows()
    assert found == wanted


def test_a_day_may_be_a_date():
    assert ct.areas(on=date(2022, 12, 31)).equals(ct.areas(on="2022-12-31"))


def test_codes_are_unique_within_a_level():
    frame = ct.areas(on="2022-12-31")
    assert frame.select("level", "code").is_duplicated().sum() == 0


def test_every_unit_has_its_parent_a_level_above():
    frame = ct.areas(on="2022-12-31")
    above = {"province": "country", "district": "province", "commune": "district"}
    for level, wider in above.items():
        parents = frame.filter(pl.col("level") == level)["parent"]
        assert parents.is_in(frame.filter(pl.col("level") == wider)["code"].implode()).all()
