"""An attack on what is published one after another, with a log: the reader knows all of it."""

from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path

import chitieu as ct
import polars as pl
import pytest
from reader import Given, assert_none, faults, result_given, table_given
from small_records import RULES, SOME, chosen, dataset_of, made_selection, tables, victims

EVENTS = {
    "abused_children": False,
    "abused_children_supported": False,
    "abuse_cases": False,
    "perpetrators": False,
    "sanctions_in_force": False,
}


class Series:
    """Results and tables published one after another, each protected by a log of those before."""

    def __init__(self, folder: Path) -> None:
        self.log = ct.ReleaseLog(folder)
        self.given: list[Given] = []
        self.told: list[list[str]] = []
        self.refused = 0

    def publish(self, true: ct.Result | ct.Table, by: Sequence[str] = (), edition: str = "") -> None:
        """Publish what can be published beside the earlier ones; ``by`` is needed of a table."""
        try:
            safe = true.protect(releases=self.log)
        except ct.DataError as error:
            if error.code != "given_away":
                raise
            self.refused += 1
            return
        self.log.add(safe, published_on="2022-12-31", note="made up")
        self.told += safe.report.exposed
        result = isinstance(true, ct.Result)
        self.given.append(result_given(true, safe, edition) if result else table_given(true, safe, by))

    def faults(self, **more: object) -> list[str]:
        return faults(self.given, RULES, every=False, told=self.told, **more)  # type: ignore[arg-type]


def attacked(
    folder: Path,
    releases: Iterable[tuple[ct.Dataset, dict[str, object], str]],
    *,
    refused: int = 0,
    **more: object,
) -> list[str]:
    """Publish results one after another; return what is at fault. No more than ``refused`` may be refused."""
    series = Series(folder)
    try:
        for dataset, asked, edition in releases:
            series.publish(ct.compute(dataset, **asked), edition=edition)  # type: ignore[arg-type]
    except ct.ChitieuError as error:
        return [f"refused: {error.code}: {error}"]
    return series.faults(**more) + ["given away"] * max(0, series.refused - refused)


@pytest.mark.parametrize("chunk", range(3))
def test_no_small_count_follows_from_the_same_records_in_other_groups(chunk, tmp_path):
    found = {}
    for seed in range(chunk * 10, chunk * 10 + 10):
        chance, frames = chosen(seed)
        dataset, indicators = dataset_of(frames), list(chance.choice(SOME))
        of = [["sex"], ["age_group"], ["form"], [], ["environment"], ["sex", "form"]]
        asked = [
            {
                "period": "2022",
                "by": by,
                "indicators": indicators,
                "area_level": chance.choice(["province", "district"]),
            }
            for by in chance.sample(of, 3)
        ]
        found[seed] = attacked(tmp_path / f"{seed}", [(dataset, one, "") for one in asked])
    assert_none(found)


@pytest.mark.parametrize("chunk", range(3))
def test_no_small_count_follows_from_periods_inside_periods(chunk, tmp_path):
    found = {}
    for seed in range(chunk * 8, chunk * 8 + 8):
        chance, frames = chosen(seed)
        dataset, indicators = dataset_of(frames), list(chance.choice(SOME))
        by, level = chance.choice([["sex"], ["age_group"], ["form"], []]), chance.choice(["province", "district"])
        periods = chance.choice(
            [
                "2022Q1 2022Q2 2022H1",
                "2022H1 2022",
                "2022Q1 2022H1 2022",
                "2022 2022H1",
                "2022Q1 2022Q2 2022Q3 2022Q4 2022",
            ]
        )
        asked = [
            {"period": period, "by": by, "indicators": indicators, "area_level": level} for period in periods.split()
        ]
        found[seed] = attacked(tmp_path / f"{seed}", [(dataset, one, "#1") for one in asked], events=EVENTS)
    assert_none(found)


@pytest.mark.parametrize("chunk", range(3))
def test_no_small_count_follows_from_records_that_are_added(chunk, tmp_path):
    """The same period again: old <= new, and a small difference of two published numbers is a small count itself."""
    found = {}
    for seed in range(chunk * 10, chunk * 10 + 10):
        chance, frames = chosen(seed)
        indicators, by = list(chance.choice(SOME)), chance.choice([["sex"], ["age_group"], ["form"], []])
        asked = {"period": "2022", "by": by, "indicators": indicators, "area_level": "province"}
        before = frames | {"victims": frames["victims"].head(-chance.choice([1, 2, 4]))}
        cases = before["victims"]["case_id"].to_list()
        before |= {name: frames[name].filter(pl.col("case_id").is_in(cases)) for name in ("perpetrators", "sanctions")}
        steps = [(dataset_of(before), asked, "#1"), (dataset_of(frames), asked, "#2")]
        found[seed] = attacked(tmp_path / f"{seed}", steps, events=EVENTS)
    assert_none(found)


@pytest.mark.parametrize("lists", [("2022-12-31", "2025-07-01")])
def test_no_small_count_follows_from_new_communes_of_old_ones(lists, tmp_path):
    dataset = dataset_of(tables(2, children=0, victims=12, many=0))
    asked = [
        {"period": "2022", "indicators": ["abuse_cases"], "area_level": "commune", "area_vintage": vintage}
        for vintage in lists
    ]
    found = attacked(tmp_path / "log", [(dataset, one, "") for one in asked], lists=("2022-12-31", "2025-07-01"))
    assert not found


def test_no_small_count_follows_from_tables_of_abuse_released_one_by_one(tmp_path):
    found, refused = {}, 0
    for seed in range(30):
        chance, _, selection = made_selection(seed)
        series = Series(tmp_path / f"{seed}")
        for _ in range(2):
            by = chance.choice([["sex"], ["form"], ["age_group"], ["sex", "form"], []])
            level = chance.choice(["province", "district"])
            series.publish(selection.counts("child", by=by, area_level=level), by)
        found[seed] = series.faults()
        refused += series.refused
    assert_none(found)
    # Refusing all would be safe, too.
    assert refused <= 1


def test_no_small_count_follows_from_a_result_and_a_table_of_the_same(tmp_path):
    """``abused_children`` and ``counts("child")`` are the same numbers: what one hides the other must not show."""
    found, refused = {}, 0
    for seed in range(30):
        chance, dataset, selection = made_selection(seed)
        one, two = (chance.choice([["sex"], ["form"], ["environment"], ["sex", "form"], []]) for _ in range(2))
        series = Series(tmp_path / f"{seed}")
        result = ct.compute(dataset, period="2022", by=one, indicators=["abused_children"], area_level="district")
        table = selection.counts("child", by=two, area_level="district")
        for true in (result, table) if seed % 2 else (table, result):
            series.publish(true, two)
        found[seed] = series.faults()
        refused += series.refused
    assert_none(found)
    # Refusing all would be safe, too.
    assert refused <= 1


@pytest.mark.parametrize("first", ["result", "table"])
def test_a_result_and_a_table_of_support_do_not_hide_each_its_own_half(first, tmp_path):
    """One shows 18 supported and hides the 20 abused, the other the reverse: 2 were not."""
    dataset = victims({"supported": n > 1} for n in range(20))
    result = ct.compute(dataset, period="2022", indicators=["abused_children_supported"], area_level="country")
    table = ct.abuse.register(dataset).select(period="2022").supported(area_level="country")
    log, shown = ct.ReleaseLog(tmp_path / "log"), set()
    for one in (result, table) if first == "result" else (table, result):
        safe = one.protect(releases=log)
        log.add(safe, published_on="2022-12-31", note="made up")
        row = safe.to_polars().row(-1, named=True)
        shown |= {name for name in ("numerator", "denominator") if row[name] is not None}
    assert len(shown) == 1


@pytest.mark.parametrize("first", [["environment"], []])
def test_a_child_in_two_environments_is_no_contradiction(first, tmp_path):
    """10 children, 5 in the family, 5 at school and 1 nobody knows where: that is the truth, not an error."""
    rows = [{"environment": "family" if n < 5 else "school"} for n in range(10)] + [
        {"child_id": "k1", "environment": None}
    ]
    asked = [
        {"period": "2022", "by": by, "indicators": ["abused_children"], "area_level": "country"}
        for by in (first, ["environment"] if not first else [])
    ]
    assert not attacked(tmp_path / "log", [(victims(rows), one, "") for one in asked])


def test_a_child_in_two_districts_in_two_quarters_is_no_contradiction(tmp_path):
    rows = [
        {"child_id": "k", "commune": "12211", "received_date": date(2022, 11, 15)},
        {"child_id": "k", "commune": "12286", "received_date": date(2022, 5, 23)},
    ]
    asked = [
        {"period": period, "indicators": ["abused_children"], "area_level": "district"} for period in ("2022Q4", "2022")
    ]
    assert not attacked(tmp_path / "log", [(victims(rows), one, "#1") for one in asked], events=EVENTS)


def test_a_quarter_and_the_half_year_that_ends_with_it_are_of_the_same_records(tmp_path):
    """The register is counted at the last day of both; what is undecided of the abused is not the same in both."""
    abused = victims([{"birth_year": 2006, "received_date": date(2022, 2, 21)}])["victims"]
    children = pl.DataFrame({"child_id": ["k80"], "birth_year": [2019], "sex": ["female"], "commune": ["12286"]})
    dataset = ct.Dataset(victims=abused, children=children, area_vintage="2022-12-31")
    asked = [
        {
            "period": period,
            "by": ["age_group"],
            "indicators": ["abused_children", "child_population"],
            "area_level": "country",
        }
        for period in ("2022Q2", "2022H1")
    ]
    assert not attacked(tmp_path / "log", [(dataset, one, "#1") for one in asked], events=EVENTS)


def test_what_an_earlier_release_hides_is_not_shown_by_a_later_one(tmp_path):
    """Of 6 abused 5 were supported: the first hides the 6 of the share, so must the second."""
    rows = [
        {"birth_date": born, "forms": forms, "sex": sex, "received_date": received, "supported": number != 6}
        for number, (born, forms, sex, received) in enumerate(
            [
                (date(2021, 10, 31), ["trafficking"], "female", date(2022, 3, 9)),
                (date(2013, 9, 19), ["exploitation"], "male", date(2022, 1, 23)),
                (date(2012, 7, 1), ["violence"], "male", date(2022, 4, 5)),
                (date(2015, 3, 4), ["violence", "trafficking"], "female", date(2022, 1, 5)),
                (date(2008, 11, 2), ["trafficking"], "male", date(2022, 7, 20)),
                # Sixteen when it was received; how old when it happened nobody knows.
                (date(2006, 1, 17), None, "male", date(2022, 12, 24)),
                (date(2016, 6, 23), None, "female", date(2022, 6, 5)),
            ]
        )
    ]
    dataset = victims({"birth_year": None, **row} for row in rows)
    asked = [
        {
            "period": "2022",
            "by": by,
            "indicators": ["abused_children", "abused_children_supported"],
            "area_level": "country",
        }
        for by in (["age_group"], ["sex", "form"])
    ]
    # Beside the first even that follows, whatever is hidden: then the second is refused.
    assert not attacked(tmp_path / "log", [(dataset, one, "") for one in asked], refused=1)


def test_an_earlier_release_is_not_opened_by_records_added_later(tmp_path):
    """First 7 = 0-5 + unknown are hidden, both; then one is added, and unknown is published."""
    rows = [
        {"birth_date": date(2018, 5, 9), "received_date": date(2022, 4, 23), "forms": ["trafficking"]},
        {"birth_date": date(2012, 2, 4), "received_date": date(2022, 3, 3), "supported": False},
        {"birth_date": date(2014, 12, 20), "received_date": date(2022, 1, 27)},
        {"birth_date": date(2010, 7, 4), "received_date": date(2022, 7, 12)},
        {"birth_date": date(2019, 1, 24), "received_date": date(2022, 2, 26)},
        {"birth_date": date(2006, 8, 30), "received_date": date(2022, 8, 13), "confirmed": None},
        {"birth_date": date(2012, 6, 17), "received_date": date(2022, 7, 3)},
        {"birth_date": None, "birth_year": 2008, "received_date": date(2022, 5, 7)},
        {"birth_date": date(2022, 1, 11), "received_date": date(2022, 4, 18), "supported": False},
    ]
    rows = [{"birth_year": None, **row} for row in rows]
    asked = {
        "period": "2022",
        "by": ["age_group"],
        "indicators": ["abused_children", "abused_children_supported"],
        "area_level": "country",
    }
    steps = [(victims(rows[:-1]), asked, "#1"), (victims(rows), asked, "#2")]
    assert not attacked(tmp_path / "log", steps, events=EVENTS)


def test_decisions_of_quarters_add_up_to_those_of_the_year(tmp_path):
    """A decision is made on one day: three quarters and the year tell the fourth."""
    days = [date(2022, month, 3) for month in (1, 2, 3, 1, 2, 4, 5, 6, 4, 5, 7, 8, 9, 7, 8, 10, 11)]
    sanctions = [
        {"decision_id": f"q{n}", "case_id": f"c{n}", "decided_on": day, "commune": "12364", "status": "in_force"}
        for n, day in enumerate(days)
    ]
    dataset = ct.Dataset(
        victims=victims({} for _ in days)["victims"], sanctions=pl.DataFrame(sanctions), area_vintage="2022-12-31"
    )
    asked = [
        {"period": period, "indicators": ["sanctions"], "area_level": "country"}
        for period in ("2022Q1", "2022Q2", "2022Q3", "2022Q4", "2022")
    ]
    events = EVENTS | {"sanctions_in_force": True}
    assert not attacked(tmp_path / "log", [(dataset, one, "#1") for one in asked], events=events)


def test_a_table_that_gives_small_counts_away_beside_an_earlier_one_is_refused(tmp_path):
    """6 in all is published; three communes by two sexes, each at least 1 and all else 0, are then six times 1."""
    places = ("12364", "12052", "12094")
    rows = [{"commune": place, "sex": sex} for place in places for sex in ("male", "female")]
    selection = ct.abuse.register(victims(rows)).select(period="2022")
    log = ct.ReleaseLog(tmp_path / "log")
    log.add(selection.counts("incident").protect(releases=log), published_on="2023-01-01", note="total")
    with pytest.raises(ct.DataError, match="zeros") as refused:
        selection.counts("incident", by=["sex"], area_level="commune").protect(releases=log)
    assert refused.value.code == "given_away"
    assert selection.counts("incident", by=["sex"], area_level="commune").protect(zeros="hidden", releases=log)


def test_a_record_that_was_taken_back_is_not_told(tmp_path):
    """31 boys and 27 girls, then 26 girls: the difference is one girl."""
    rows = [{"sex": "male" if n < 31 else "female"} for n in range(58)]
    log = ct.ReleaseLog(tmp_path / "log")
    shown = []
    for kept in (rows, rows[:-1]):
        result = ct.compute(
            victims(kept), period="2022", by=["sex"], indicators=["abused_children"], area_level="country"
        )
        safe = result.protect(releases=log)
        log.add(safe, published_on="2023-01-01", note="made up")
        frame = safe.to_polars().filter(measure="count").select("sex", "numerator")
        shown.append(dict(frame.iter_rows()))
    assert all(shown[0][sex] is None or shown[1][sex] is None for sex in ("total", "female"))
