"""Who reported: parts, other lists of areas, charts, errors. Values by commune stand in tests/cases/coverage.toml."""

import pickle
from datetime import date

import chitieu as ct
import polars as pl
import pytest

NEW = "2025-07-01"
#: Communes of the old province 33 and how they were split in July 2025: src/area/moves.csv.
UNITS = ct.areas(on="2022-12-31")
OLD = UNITS.filter(pl.col("level") == "commune").join(
    UNITS.filter(pl.col("level") == "district", pl.col("parent") == "33").select(parent="code"), on="parent"
)["code"]
#: Those that became the new province 33 together with the old province 34.
THAI_BINH = UNITS.filter(pl.col("level") == "commune").join(
    UNITS.filter(pl.col("level") == "district", pl.col("parent") == "34").select(parent="code"), on="parent"
)["code"]


def register(communes):
    """Return a register with one child in each of some communes."""
    return pl.DataFrame({"commune": communes}).with_columns(
        child_id=pl.format("k{}", pl.int_range(pl.len())), birth_year=2015
    )


def victims(communes):
    """Return a report of abuse of one child in each of some communes."""
    return pl.DataFrame({"commune": communes}).with_columns(
        case_id=pl.format("v{}", pl.int_range(pl.len())),
        birth_year=2012,
        received_date=date(2022, 5, 1),
        confirmed=True,
    )


def said(*rows):
    """Return a table of submissions."""
    return pl.DataFrame(rows, schema=["table", "commune", "period"], orient="row")


def reports(result, indicator, area, **where):
    """Return reported, expected and status of an area."""
    rows = result.only(indicator, area=area, **where)
    assert rows.height == 1
    return rows.select("reported", "expected", "status").row(0)


@pytest.mark.parametrize("area_level", ["province", "commune"])
def test_parts_know_together_who_reported(area_level):
    plan = ct.plan(period="2022", indicators=["child_population", "abuse_cases"], area_level=area_level)
    tables = {"children": register(OLD), "victims": victims(OLD[:3])}
    rows = [("victims", code, half) for code in OLD for half in ("2022H1", "2022H2")]
    whole = plan.partial(ct.Dataset(**tables, submissions=said(*rows)))
    parts = [
        plan.partial(
            ct.Dataset(
                children=tables["children"][nth::3],
                victims=tables["victims"][nth::3],
                submissions=said(*rows[nth::3]),
            )
        )
        for nth in range(3)
    ]
    merged = ct.merge(parts[::-1])
    assert merged == whole
    for tally in [merged, plan.tally(merged.to_polars()), pickle.loads(pickle.dumps(merged))]:
        assert tally == whole
        result = plan.finish(tally)
        assert reports(result, "child_population", "33") == (161, 161, "ok")
        assert reports(result, "abuse_cases", "33") == (161, 161, "ok")
    # One part alone: every commune of a third of the registers; of victims H1 and H2 lie in different thirds.
    alone = plan.finish(parts[0])
    assert reports(alone, "child_population", "33") == (54, 161, "partial")
    assert reports(alone, "abuse_cases", "33") == (0, 161, "partial")


def test_a_part_without_submissions_knows_less():
    plan = ct.plan(period="2022", indicators=["abuse_cases"], area_level="commune")
    tally = ct.merge(
        [
            plan.partial(ct.Dataset(victims=victims(OLD[:1]))),
            plan.partial(ct.Dataset(victims=victims(OLD[1:2]), complete=["victims"])),
        ]
    )
    # The second part says that all of its provinces' communes reported: they are those of the first, too.
    assert reports(plan.finish(tally), "abuse_cases", "33") == (161, 161, "ok")


def test_a_new_commune_has_reported_if_all_it_was_made_of_has():
    asked = {"period": "2022", "indicators": ["child_population"], "area_level": "commune", "area_vintage": NEW}
    moves = ct.area_moves(start="2022-12-31", end=NEW).filter(pl.col("old").is_in([*OLD, *THAI_BINH]))
    split = set(moves.filter(pl.col("part") == "part")["new"])
    parts = {key[0]: rows["old"].to_list() for key, rows in moves.group_by("new")}
    whole = {new: olds for new, olds in parts.items() if new not in split and len(olds) > 1}
    missing = sorted(whole)[0]
    for left_out, number in [([], 0), (whole[missing][:1], 1)]:
        there = [code for code in [*OLD, *THAI_BINH] if code not in left_out]
        result = ct.compute(ct.Dataset(children=register(there), area_vintage="2022-12-31"), **asked)
        # Split communes lie inside the province: all of it has come, though nobody knows to which commune.
        assert reports(result, "child_population", "33") == (104 - number, 104, "partial" if number else "ok")
        assert reports(result, "child_population", missing) == (1 - number, 1, "partial" if number else "ok")
        for new in split:
            found = reports(result, "child_population", new)
            assert found in [(0, 1, "partial"), (0, 1, "not_available")], new
            value = result.only("child_population", area=new)["value"].item()
            assert (value is None) == (found[2] == "not_available")


def test_a_former_province_that_sent_nothing_is_no_row_of_zeros():
    result = ct.compute(
        ct.Dataset(children=register(OLD), area_vintage="2022-12-31"),
        period="2022",
        indicators=["child_population"],
        area_level="commune",
        area_vintage=NEW,
    )
    communes = result.only("child_population", area_level="commune")
    moves = ct.area_moves(start="2022-12-31", end=NEW)
    of_thai_binh = set(moves.filter(pl.col("old").is_in(THAI_BINH.to_list()))["new"])
    silent = communes.filter(pl.col("area").is_in(sorted(of_thai_binh)))
    assert silent.height > 50
    assert silent["value"].null_count() == silent.height
    assert set(silent["status"]) == {"not_reported"}
    assert communes.filter(pl.col("value") == 0).is_empty()
    assert {w.code for w in result.warnings} == {"part_of_territory", "not_all_reported"}


def test_halves_of_a_year_in_two_lists_are_the_year():
    """Victims of the first half in the old list, of the second in the new one, each with its submissions."""
    plan = ct.plan(period="2025", indicators=["abuse_cases"], area_level="commune", area_vintage=NEW)
    spring = ct.areas(on="2025-03-31")
    districts = spring.filter(pl.col("level") == "district", pl.col("parent").is_in(["33", "34"]))["code"]
    old = spring.filter(pl.col("level") == "commune", pl.col("parent").is_in(districts.to_list()))["code"]
    new = ct.areas(on=NEW).filter(pl.col("level") == "commune", pl.col("parent") == "33")["code"]
    first = victims(old[:1]).with_columns(received_date=date(2025, 4, 1))
    second = victims(new[:1]).with_columns(received_date=date(2025, 9, 1))
    tallies = [
        plan.partial(ct.Dataset(victims=first, area_vintage="2025-03-31", submissions=said(*rows)))
        if half == "2025H1"
        else plan.partial(ct.Dataset(victims=second, area_vintage=NEW, submissions=said(*rows)))
        for half, rows in [
            ("2025H1", [("victims", code, "2025H1") for code in old]),
            ("2025H2", [("victims", code, "2025H2") for code in new]),
        ]
    ]
    assert reports(plan.finish(ct.merge(tallies)), "abuse_cases", "33") == (104, 104, "ok")
    assert reports(plan.finish(tallies[1]), "abuse_cases", "33") == (0, 104, "partial")


def test_a_province_that_says_it_has_none_is_there():
    result = ct.compute(
        ct.Dataset(victims=victims(OLD[:1]), submissions=said(("victims", "00001", "2022"))),
        period="2022",
        indicators=["abuse_cases"],
        area_level="commune",
    )
    assert reports(result, "abuse_cases", "00001") == (1, 1, "ok")
    assert result.only("abuse_cases", area="00001")["value"].item() == 0
    assert reports(result, "abuse_cases", "00004") == (0, 1, "not_reported")


def test_charts_and_tables_say_who_reported():
    pytest.importorskip("altair")
    result = ct.compute(
        ct.Dataset(children=register(OLD[:4])),
        period="2022",
        indicators=["child_population"],
        area_level="district",
    )
    text = " ".join(result.plot("child_population").to_dict()["title"]["subtitle"])
    assert "4 of 161 communes reported." in text
    assert "4/161" in result._repr_html_()
    assert "4 of 161 communes" in repr(result)
    abuse = ct.compute(ct.Dataset(victims=victims(OLD[:1])), period="2022", indicators=["abuse_cases"])
    assert "?/161" in abuse._repr_html_()
    ct.set_language("vi")
    try:
        text = " ".join(result.plot("child_population").to_dict()["title"]["subtitle"])
        assert "4/161 xã đã báo cáo." in text
        assert "4/161 xã (Trẻ em (sổ theo dõi))" in repr(result)
    finally:
        ct.set_language("en")


@pytest.mark.parametrize(
    ("rows", "code", "column"),
    [
        (said(("victim", "12364", "2022")), "bad_value", "table"),
        (said(("victims", "99999", "2022")), "unknown_areas", "commune"),
        (said(("victims", "12364", "năm 2022")), "bad_value", "period"),
        (said(("victims", "12364", "2022")).drop("period"), "missing_column", "period"),
        (said(("victims", "12364", "2022")).with_columns(commune=12364), "wrong_type", "commune"),
    ],
)
def test_submissions_that_cannot_be_read_are_refused(rows, code, column):
    dataset = ct.Dataset(victims=victims(OLD[:1]), submissions=rows)
    with pytest.raises(ct.ChitieuError) as error:
        ct.compute(dataset, period="2022", indicators=["abuse_cases"])
    assert (error.value.code, error.value.column) == (code, column)
    assert "submissions" in str(error.value)


@pytest.mark.parametrize("complete", [["victim"], ["victims", "victims"], "victims"])
def test_complete_tables_are_named_right(complete):
    with pytest.raises(ct.PlanError):
        ct.compute(ct.Dataset(victims=victims(OLD[:1]), complete=complete), period="2022", indicators=["abuse_cases"])


def test_an_empty_table_of_submissions_says_nothing():
    empty = said().cast(pl.String)
    result = ct.compute(
        ct.Dataset(victims=victims(OLD[:1]), submissions=empty), period="2022", indicators=["abuse_cases"]
    )
    assert reports(result, "abuse_cases", "33") == (None, 161, "ok")
    assert [w.code for w in result.warnings] == ["zero_or_silence"]
