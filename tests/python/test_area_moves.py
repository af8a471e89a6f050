"""Counts from one list of areas to another: whole units, split ones, series and merges across 1 July 2025."""

import csv
from collections import Counter, defaultdict

import chitieu as ct
import polars as pl
import pytest
from case_files import ROOT

NEW = "2025-07-01"
INDICATOR = "child_population"


@pytest.fixture(scope="module")
def old():
    """Made-up children of 2022 in the two provinces that became the new Hưng Yên."""
    parts = [ct.synthetic.province(code, children=3_000, year=2022, seed=1)["children"] for code in ("33", "34")]
    # All of one age, so that every row is a child of 2022.
    rows = pl.concat(parts).with_columns(birth_date=pl.date(2019, 1, 1))
    return ct.Dataset(children=rows, area_vintage="2022-12-31", ethnic_list="1979")


@pytest.fixture(scope="module")
def new():
    return ct.synthetic.province("33", children=3_000, year=2026, seed=2)


def ask(dataset, period, **asked):
    asked = {"indicators": [INDICATOR], "area_level": "commune", "area_vintage": NEW} | asked
    return ct.compute(dataset, period=period, **asked)


def counts(result, level="commune"):
    rows = result.to_polars().filter(pl.col("area_level") == level)
    return dict(rows.select("area", "numerator").iter_rows())


def by_hand(frame):
    """Count the children of 2022 by the units of July 2025, with the table of moves alone."""
    steps = defaultdict(lambda: defaultdict(list))
    with (ROOT / "src" / "area" / "moves.csv").open(encoding="utf-8", newline="") as file:
        for line in csv.DictReader(file):
            steps[line["date"]][line["old"]].append(line["new"])
    found = Counter()
    for code, n in frame["commune"].value_counts().iter_rows():
        codes = {code}
        for date in sorted(d for d in steps if "2022-12-31" < d <= NEW):
            codes = {after for before in codes for after in steps[date].get(before, [before])}
        found[codes.pop() if len(codes) == 1 else "33-unallocated"] += n
    return found


def test_a_series_across_the_reform_on_the_new_territory(old, new):
    """Both ends have the same 104 communes, and the old end all its children."""
    before, after = ask(old, "2022"), ask(new, "2026")
    assert before.warnings == [] and after.warnings == []
    assert counts(before, "province") == {"33": old["children"].height}
    assert list(counts(after, "province")) == ["33"]
    was = counts(before)
    assert was.pop("33-unallocated") > 0
    assert len(was) == 104 and list(was) == list(counts(after))
    series = pl.concat([before.to_polars(), after.to_polars()])
    assert series.filter(pl.col("area") == "33")["period"].to_list() == ["2022", "2026"]


def test_whole_units_are_moved_exactly_and_the_rest_is_told_apart(old):
    found = {area: n for area, n in counts(ask(old, "2022")).items() if n}
    assert found == dict(by_hand(old["children"]))
    assert sum(found.values()) == old["children"].height


def test_dimensions_and_shares_move_too(old):
    """Every margin of the moved table is the sum over the communes it holds."""
    rows = ask(old, "2022", by=["sex"], indicators=["birth_registration_under_5"]).to_polars()
    below = rows.filter(pl.col("area_level") == "commune").group_by("sex").agg(pl.col("numerator", "denominator").sum())
    above = rows.filter(pl.col("area_level") == "province").select("sex", "numerator", "denominator")
    assert below.sort("sex").equals(above.sort("sex"))
    direct = ct.compute(old, period="2022", by=["sex"], indicators=["birth_registration_under_5"], area_level="country")
    whole = rows.filter(pl.col("area") == "VN").select("sex", "numerator", "denominator", "value")
    assert whole.equals(direct.to_polars().select("sex", "numerator", "denominator", "value"))


def test_half_years_before_and_after_the_reform_merge():
    """A child reported in both halves of 2025 under different codes is one child of the year."""
    h1 = ct.Dataset(victims=victims(["a", "b"], "12358", "2025-02-01"), area_vintage="2024-08-31")
    h2 = ct.Dataset(victims=victims(["b", "c"], "12364", "2025-09-01"), area_vintage="2025-12-31")
    plan = ct.plan(period="2025", indicators=["abused_children"], area_level="commune", area_vintage=NEW)
    tallies = [plan.partial(h1), plan.partial(h2)]
    result = plan.finish(ct.merge(tallies))
    for area in ("VN", "33", "12364"):
        assert result.only("abused_children", measure="count", area=area)["numerator"].item() == 3
    assert result.to_polars().equals(plan.finish(ct.merge(tallies[::-1])).to_polars())
    assert plan.tally(tallies[0].to_polars()) == tallies[0]


def victims(ids, commune, day):
    n = len(ids)
    return pl.DataFrame(
        {
            "case_id": [f"{i}-{day}" for i in ids],
            "child_id": ids,
            "birth_year": [2015] * n,
            "commune": [commune] * n,
            "received_date": [day] * n,
            "confirmed": [True] * n,
        }
    ).with_columns(pl.col("received_date").str.to_date())


def test_two_registers_of_one_list_cover_the_territory_whatever_their_days(old):
    """Neither part is told to be lacking, though their lists are named by different days."""
    plan = ct.plan(period="2022", indicators=[INDICATOR], area_level="commune", area_vintage=NEW)
    rows, thai_binh = old["children"], pl.col("child_id").str.starts_with("34")
    parts = [(rows.filter(~thai_binh), "2022-12-31"), (rows.filter(thai_binh), "2023-12-31")]
    tallies = [plan.partial(ct.Dataset(children=part, area_vintage=day)) for part, day in parts]
    assert plan.finish(ct.merge(tallies)).warnings == []
    assert [w.code for w in plan.finish(tallies[0]).warnings] == ["part_of_territory", "not_all_reported"]


def test_a_part_of_the_new_territory_is_told():
    part = ct.synthetic.province("33", children=500, year=2022, seed=1)
    (warning,) = [w for w in ask(part, "2022").warnings if w.code == "part_of_territory"]
    assert "Tỉnh Thái Bình" in warning.text["en"] and "Tỉnh Hưng Yên" in warning.text["vi"]


@pytest.mark.parametrize("period", ["2025", "2024", "2024-2025", "2025H1", "2024Q4"])
def test_codes_without_a_day_are_refused_where_the_period_does_not_give_it(period):
    with pytest.raises(ct.PlanError) as caught:
        ct.compute(ct.Dataset(children=children("12364")), period=period, indicators=[INDICATOR])
    assert caught.value.code in ("area_vintage", "no_area_list")
    assert "area_vintage" in caught.value.hint


def test_codes_without_a_day_are_not_moved():
    with pytest.raises(ct.PlanError) as caught:
        ask(ct.Dataset(children=children("12364")), "2022")
    assert caught.value.code == "area_vintage"
    assert "12364" not in str(caught.value)
    # The period lies in two lists: the one asked for need not be that of the records.
    with pytest.raises(ct.PlanError):
        ask(ct.Dataset(children=children("12364")), "2025")
    with pytest.raises(ct.PlanError) as caught:
        ct.check(ct.Dataset(children=children("12364")), period="2025")
    assert caught.value.code == "area_vintage"


def children(*communes):
    n = len(communes)
    return pl.DataFrame({"child_id": [str(i) for i in range(n)], "birth_year": [2018] * n, "commune": communes})


def split(rows, **asked):
    dataset = ct.Dataset(children=children(*["11989"] * 10), area_vintage="2022-12-31")
    return ask(dataset, "2022", split="shares", shares=rows, **asked)


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([("11989", "11992", 0.5)], "1 together"),
        ([("11989", "11992", 1.5), ("11989", "11995", -0.5)], "from 0 to 1"),
        ([("11989", "11992", 0.5), ("11989", "11992", 0.5)], "each pair once"),
        ([("11989", "12364", 1.0)], "one of 11992, 11995"),
        ([("12364", "12364", 1.0)], "a commune of 2022-12-31 that was split"),
        ([("11989", "99999", 1.0)], "communes of 2025-07-01"),
        ([(None, "11992", 1.0)], "a commune of 2022-12-31"),
        ([("11989", "11992", None), ("11989", "11995", 1.0)], "from 0 to 1"),
    ],
)
def test_shares_that_cannot_be(rows, expected):
    frame = pl.DataFrame(rows, schema={"old": pl.String, "new": pl.String, "share": pl.Float64}, orient="row")
    with pytest.raises(ct.PlanError) as caught:
        split(frame)
    assert caught.value.code == "bad_shares" and expected in caught.value.expected


def test_a_table_of_shares_has_its_columns():
    with pytest.raises(ct.SchemaError) as caught:
        split(pl.DataFrame({"old": ["11989"], "new": ["11992"]}))
    assert caught.value.column == "share"
    for asked in ({"split": "shares"}, {"split": "guess"}, {"shares": pl.DataFrame()}):
        with pytest.raises(ct.PlanError):
            ask(ct.Dataset(children=children("11989"), area_vintage="2022-12-31"), "2022", **asked)


def test_shares_are_the_users_own_and_add_up():
    frame = pl.DataFrame({"old": ["11989", "11989"], "new": ["11992", "11995"], "share": [0.3, 0.7]})
    found = counts(split(frame))
    # 10 children: 3 and 7; nothing is left unallocated, and the helper unit is not shown.
    assert {a: n for a, n in found.items() if n} == {"11992": 3, "11995": 7}
    assert "11989-shared" not in found
    assert counts(split(frame), "province") == {"33": 10}


def test_moves_are_a_table_in_both_directions():
    forth = ct.area_moves(start="2022-12-31", end=NEW)
    assert forth.columns == ["old", "old_name", "new", "new_name", "part"]
    assert forth["old"].n_unique() == ct.areas(on="2022-12-31").filter(pl.col("level") == "commune").height
    assert set(forth["part"]) <= {"all", "part"}
    alone = forth.group_by("old").agg(pl.len(), pl.col("part").first())
    assert alone.filter((pl.col("len") == 1) != (pl.col("part") == "all")).is_empty()
    back = ct.area_moves(start=NEW, end="2022-12-31")
    pairs = set(forth.select("old", "new").iter_rows())
    communes = ct.areas(on="2022-12-31").filter(pl.col("level") == "commune")["code"]
    traced = back.filter(pl.col("new").is_in(communes.implode()))
    # The five islands that were districts without communes.
    assert sorted(back.filter(~pl.col("new").is_in(communes.implode()))["new"]) == ["318", "471", "498", "536", "755"]
    assert {(new, old) for old, new in traced.select("old", "new").iter_rows()} <= pairs
    same = ct.area_moves(start=NEW, end=NEW)
    assert (same["old"] == same["new"]).all() and (same["part"] == "all").all()


def test_the_line_of_what_is_not_allocated_has_a_name(old):
    html = ask(old, "2022", area_level="commune")._repr_html_()
    assert "11989-shared" not in html
    ct.set_language("vi")
    try:
        shown = ct.compute(
            ct.Dataset(children=children("11989"), area_vintage="2022-12-31"),
            period="2022", indicators=[INDICATOR], area_level="commune", area_vintage=NEW,
        )  # fmt: skip
        row = shown.only(INDICATOR, area="33-unallocated")
        assert row["numerator"].item() == 1
        from chitieu._areas import area_names

        assert area_names(NEW)["commune", "33-unallocated"] == "Chưa phân bổ được (Tỉnh Hưng Yên)"
    finally:
        ct.set_language("en")
