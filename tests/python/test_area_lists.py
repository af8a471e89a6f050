"""The lists of areas over time and the table of moves between them, as committed and as the module gives them."""

import csv
import unicodedata
from collections import Counter, defaultdict
from functools import cache
from itertools import pairwise
from pathlib import Path

import chitieu as ct
import pytest

FOLDER = Path(__file__).parents[2] / "src" / "area"
LEVELS = ["province", "district", "commune"]
LISTS = {
    "2021-01-01": (63, 705, 10_599),
    "2024-08-31": (63, 705, 10_595),  # four communes were merged into a neighbour before that day
    "2025-03-01": (63, 696, 10_035),
    "2025-06-30": (63, 696, 10_035),
    "2025-07-01": (34, 0, 3_321),
    "2026-12-31": (34, 0, 3_321),
}
ISLANDS = {"318": "11948", "471": "19742", "498": "20333", "536": "21548", "755": "26732"}


def read(name):
    with (FOLDER / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


UNITS, MOVES = read("units.csv"), read("moves.csv")


@cache
def on(day, level=None):
    held = [u for u in UNITS if u["valid_from"] <= day <= u["valid_to"] and level in (None, u["level"])]
    return held if level is None else {u["code"]: u for u in held}


@cache
def lowest(day):
    parents = {u["parent"] for u in on(day, "commune").values()}
    return on(day, "commune") | {c: u for c, u in on(day, "district").items() if c not in parents}


@cache
def targets(day):
    found = defaultdict(list)
    for m in MOVES:
        if m["date"] == day:
            found[m["old"]].append(m["new"])
    return found


@cache
def province(code, day):
    parent = on(day, "commune" if len(code) == 5 else "district")[code]["parent"]
    return on(day, "district")[parent]["parent"] if len(parent) == 3 else parent


@pytest.mark.parametrize("name", ["units.csv", "moves.csv"])
def test_plain_bytes(name):
    data = (FOLDER / name).read_bytes()
    assert data.endswith(b"\n") and not data.startswith(b"\xef\xbb\xbf")
    assert b"\r" not in data and b'"' not in data


def test_columns():
    assert list(UNITS[0]) == ["code", "name", "level", "parent", "type", "valid_from", "valid_to"]
    assert list(MOVES[0]) == ["date", "old", "new", "part"]


@pytest.mark.parametrize("day", LISTS)
def test_counts(day):
    levels = Counter(u["level"] for u in on(day))
    assert tuple(levels[level] for level in LEVELS) == LISTS[day]


@pytest.mark.parametrize("day", ["2020-12-31", "2024-09-01", "2025-02-28"])
def test_days_without_a_list(day):
    assert on(day) == []


def test_types_on_1_july_2025():
    assert Counter(u["type"] for u in on("2025-07-01", "commune").values()) == {
        "Xã": 2_621,
        "Phường": 687,
        "Đặc khu": 13,
    }
    assert Counter(u["type"] for u in on("2025-07-01", "province").values()) == {"Tỉnh": 28, "Thành phố": 6}


def test_a_new_list_begins_on_three_days_only():
    assert {u["valid_from"] for u in UNITS} == {"2021-01-01", "2025-03-01", "2025-07-01"}
    assert {u["valid_to"] for u in UNITS if u["valid_from"] >= "2025-07-01"} == {"9999-12-31"}


@pytest.mark.parametrize(("day", "count"), [("2022-12-31", 161), ("2025-03-01", 139), ("2025-07-01", 104)])
def test_communes_of_hung_yen(day, count):
    assert sum(province(c, day) == "33" for c in on(day, "commune")) == count


def test_codes_and_order():
    width = dict(zip(LEVELS, (2, 3, 5), strict=True))
    assert all(u["code"].isascii() and u["code"].isdigit() and len(u["code"]) == width[u["level"]] for u in UNITS)
    keys = [(LEVELS.index(u["level"]), u["code"], u["valid_from"]) for u in UNITS]
    assert keys == sorted(set(keys))


def test_names():
    for u in UNITS:
        assert unicodedata.is_normalized("NFC", u["name"])
        assert u["name"] == " ".join(u["name"].split())
        assert u["name"].startswith(f"{u['type']} ") and "," not in u["name"]


def test_lines_of_a_code_do_not_overlap():
    assert all(u["valid_from"] <= u["valid_to"] for u in UNITS)
    for a, b in pairwise(UNITS):
        if (a["level"], a["code"]) == (b["level"], b["code"]):
            assert a["valid_to"] < b["valid_from"]


def test_every_parent_exists_on_the_same_days():
    spans = defaultdict(list)
    for u in UNITS:
        spans[u["code"]].append((u["valid_from"], u["valid_to"]))  # codes of the levels have different lengths
    starts = {u["valid_from"] for u in UNITS}
    for u in UNITS:
        if u["level"] == "province":
            assert u["parent"] == "VN"
            continue
        allowed = {2} if u["level"] == "district" or u["valid_from"] >= "2025-07-01" else {3}
        assert {len(u["parent"])} == allowed
        days = {u["valid_to"], *(d for d in starts if u["valid_from"] <= d <= u["valid_to"])}
        assert all(any(a <= d <= b for a, b in spans[u["parent"]]) for d in days)


def test_only_island_districts_have_no_communes():
    for day in ("2022-12-31", "2025-06-30"):
        assert lowest(day).keys() - on(day, "commune").keys() == ISLANDS.keys()
    new = on("2025-07-01", "commune")
    assert all(new[c]["type"] == "Đặc khu" and targets("2025-07-01")[d] == [c] for d, c in ISLANDS.items())


@pytest.mark.parametrize("day", sorted({m["date"] for m in MOVES}))
def test_all_means_one_target(day):
    parts = defaultdict(list)
    for m in MOVES:
        if m["date"] == day:
            parts[m["old"]].append(m["part"])
    for found in parts.values():
        assert found == ["all"] or (len(found) > 1 and set(found) == {"part"})


def test_moves_are_sorted_pairs():
    keys = [(m["date"], m["old"], m["new"]) for m in MOVES]
    assert keys == sorted(set(keys))


def test_every_old_commune_moves_and_every_new_one_has_a_source():
    for before, after in [("2024-08-31", "2025-03-01"), ("2025-06-30", "2025-07-01")]:
        found = targets(after)
        assert found.keys() == lowest(before).keys()
        assert {n for new in found.values() for n in new} == lowest(after).keys()


def test_communes_merged_before_september_2024():
    days = {"05764": "2023-04-10", "15790": "2024-02-01", "28294": "2024-05-01", "28303": "2024-05-01"}
    assert on("2021-01-01", "commune").keys() - on("2024-08-31", "commune").keys() == days.keys()
    for code, day in days.items():
        assert on("2021-01-01", "commune")[code]["valid_to"] < day
        assert [new in on(day, "commune") for new in targets(day)[code]] == [True]


def test_a_code_that_stays_until_june_2025_is_the_same_place():
    found = targets("2025-03-01")
    staying = lowest("2024-08-31").keys() & lowest("2025-03-01").keys()
    assert all(code in found[code] for code in staying)
    assert {c for c, new in found.items() if len(new) > 1} == {"03979", "03982", "20200"}
    gone = found.keys() - staying
    assert len(gone) == 563
    assert all(province(c, "2024-08-31") == province(n, "2025-03-01") for c, new in found.items() for n in new)


@pytest.mark.parametrize(("code", "gone"), [("33", 22), ("34", 18)])
def test_communes_of_hung_yen_and_thai_binh_until_june_2025(code, gone):
    before = {c for c in on("2024-08-31", "commune") if province(c, "2024-08-31") == code}
    after = {c for c in on("2025-03-01", "commune") if province(c, "2025-03-01") == code}
    assert after < before and len(before - after) == gone
    assert {n for c in before for n in targets("2025-03-01")[c]} == after


@pytest.mark.parametrize(
    ("name", "other"),
    [("Phường Quang Trung", "11959"), ("Xã Đức Thắng", "12364"), ("Xã Dị Chế", "12337"), ("Xã Đồng Tiến", "12244")],
)
def test_some_mergers_of_hung_yen(name, other):
    found = [
        c for c, u in on("2024-08-31", "commune").items() if u["name"] == name and province(c, "2024-08-31") == "33"
    ]
    assert [targets("2025-03-01")[c] for c in found] == [[other]]


def test_divided_communes_of_july_2025():
    divided = [new for new in targets("2025-07-01").values() if len(new) > 1]
    assert len(divided) == 441
    assert Counter(map(len, divided)) == {2: 369, 3: 55, 4: 16, 5: 1}


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("25462", ["25459"]),  # Phường 4 of Tây Ninh and of Tân An are two places
        ("27691", ["27694"]),
        ("31246", ["31246"]),  # and so are the two Thạnh Quới of today's Cần Thơ
        ("31714", ["31726"]),
        ("28036", ["28036"]),
        ("09013", ["08980", "08995", "09022", "09817"]),
    ],
)
def test_targets_that_were_corrected(old, new):
    assert targets("2025-07-01")[old] == new


def test_new_hung_yen_comes_from_old_hung_yen_and_thai_binh():
    sources = {old for old, new in targets("2025-07-01").items() if any(province(n, "2025-07-01") == "33" for n in new)}
    assert Counter(province(old, "2025-06-30") for old in sources) == {"33": 139, "34": 242}
    assert all(province(n, "2025-07-01") == "33" for old in sources for n in targets("2025-07-01")[old])


@pytest.mark.parametrize(
    ("level", "code", "names"),
    [
        ("commune", "12364", {"2021-01-01": "Xã Hải Triều", "2025-03-01": "Xã Hải Thắng", "2025-07-01": "Xã Tiên Lữ"}),
        (
            "commune",
            "26740",
            {"2021-01-01": "Phường Bến Nghé", "2025-03-01": "Phường Bến Nghé", "2025-07-01": "Phường Sài Gòn"},
        ),
        ("district", "682", {"2021-01-01": "Huyện Đạ Tẻh", "2025-03-01": "Huyện Đạ Huoai"}),
        ("province", "15", {"2021-01-01": "Tỉnh Yên Bái", "2025-03-01": "Tỉnh Yên Bái", "2025-07-01": "Tỉnh Lào Cai"}),
        (
            "province",
            "33",
            {"2021-01-01": "Tỉnh Hưng Yên", "2025-03-01": "Tỉnh Hưng Yên", "2025-07-01": "Tỉnh Hưng Yên"},
        ),
        ("province", "34", {"2021-01-01": "Tỉnh Thái Bình", "2025-03-01": "Tỉnh Thái Bình"}),
    ],
)
def test_one_code_for_different_places(level, code, names):
    lines = [u for u in UNITS if (u["level"], u["code"]) == (level, code)]
    assert {u["valid_from"]: u["name"] for u in lines} == names
    ends = {"2021-01-01": "2024-08-31", "2025-03-01": "2025-06-30", "2025-07-01": "9999-12-31"}
    assert all(u["valid_to"] == ends[u["valid_from"]] for u in lines)


def test_provinces_whose_code_has_another_name_since_july_2025():
    old, new = on("2025-06-30", "province"), on("2025-07-01", "province")
    assert new.keys() < old.keys()
    assert {c for c in new if old[c]["name"] != new[c]["name"]} == {"15", "24", "44", "52", "80", "82", "91"}


def test_a_new_commune_has_the_code_of_one_of_its_sources():
    found = targets("2025-07-01")
    new = on("2025-07-01", "commune").keys() - set(ISLANDS.values())
    assert all(code in found[code] for code in new)


@pytest.mark.parametrize("day", LISTS)
def test_the_module_gives_the_same_list(day):
    frame = ct.areas(on=day)
    counts = Counter(frame["level"])
    assert tuple(counts[level] for level in LEVELS) == LISTS[day]
    found = frame.filter(frame["level"] != "country").select("code", "name", "parent", "type").rows()
    assert found == [(u["code"], u["name"], u["parent"], u["type"]) for u in on(day)]


@pytest.mark.parametrize("day", ["2024-09-01", "2025-02-28"])
def test_the_module_refuses_a_day_between_the_lists(day):
    with pytest.raises(ct.ChitieuError):
        ct.areas(on=day)
