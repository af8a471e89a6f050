"""The committed table of administrative units, read as plain text: no build of the package is needed."""

import csv
import datetime
import unicodedata
from collections import Counter
from pathlib import Path

import pytest

FILE = Path(__file__).parents[2] / "src" / "area" / "units.csv"
LEVELS = ["province", "district", "commune"]


@pytest.fixture(scope="module")
def units():
    with FILE.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def on(units, day):
    return [u for u in units if u["valid_from"] <= day <= u["valid_to"]]


def test_columns_and_plain_bytes(units):
    assert list(units[0]) == ["code", "name", "level", "parent", "type", "valid_from", "valid_to"]
    data = FILE.read_bytes()
    assert b"\r" not in data and b'"' not in data and data.endswith(b"\n")
    assert not data.startswith(b"\xef\xbb\xbf")


def test_counts(units):
    assert Counter(u["level"] for u in units) == {"province": 63, "district": 705, "commune": 10_599}
    types = {level: Counter(u["type"] for u in units if u["level"] == level) for level in LEVELS}
    assert types["province"] == {"Tỉnh": 58, "Thành phố": 5}
    assert types["district"] == {"Huyện": 524, "Thành phố": 83, "Thị xã": 52, "Quận": 46}
    assert types["commune"] == {"Xã": 8_248, "Phường": 1_737, "Thị trấn": 614}


def test_codes_are_unique_digits_in_order(units):
    width = {"province": 2, "district": 3, "commune": 5}
    keys = [(LEVELS.index(u["level"]), u["code"]) for u in units]
    assert keys == sorted(set(keys))
    assert all(u["code"].isascii() and u["code"].isdigit() and len(u["code"]) == width[u["level"]] for u in units)


def test_every_parent_is_of_the_level_above(units):
    codes = {level: {u["code"] for u in units if u["level"] == level} for level in LEVELS}
    above = {"province": {"VN"}, "district": codes["province"], "commune": codes["district"]}
    assert [u for u in units if u["parent"] not in above[u["level"]]] == []


def test_island_districts_are_the_only_ones_without_communes(units):
    parents = {u["parent"] for u in units}
    empty = {u["name"] for u in units if u["level"] != "commune" and u["code"] not in parents}
    assert empty == {"Huyện Bạch Long Vĩ", "Huyện Cồn Cỏ", "Huyện Hoàng Sa", "Huyện Lý Sơn", "Huyện Côn Đảo"}


def test_hung_yen(units):
    (province,) = [u for u in units if u["level"] == "province" and u["code"] == "33"]
    districts = {u["code"] for u in units if u["level"] == "district" and u["parent"] == "33"}
    communes = {u["code"]: u["name"] for u in units if u["level"] == "commune" and u["parent"] in districts}
    assert province["name"] == "Tỉnh Hưng Yên"
    assert (len(districts), len(communes)) == (10, 161)
    assert communes["12364"] == "Xã Hải Triều"  # the code was given to other communes in 2024 and 2025


def test_names_are_nfc_and_begin_with_their_type(units):
    for u in units:
        assert unicodedata.is_normalized("NFC", u["name"] + u["type"]), u
        assert u["name"].startswith(u["type"] + " ") and u["name"] == " ".join(u["name"].split()), u


def test_dates(units):
    for u in units:
        first, last = (datetime.date.fromisoformat(u[c]) for c in ("valid_from", "valid_to"))
        assert first == datetime.date(2021, 1, 1) and first < last <= datetime.date(2024, 8, 31)
    for day in ("2021-01-01", "2021-12-31", "2022-12-31", "2023-04-09"):
        assert len(on(units, day)) == 63 + 705 + 10_599
    # four communes went into a neighbour before the list as a whole ends
    assert [len(on(units, d)) for d in ("2023-04-10", "2024-02-01", "2024-05-01", "2024-08-31", "2024-09-01")] == [
        11_366,
        11_365,
        11_363,
        11_363,
        0,
    ]
