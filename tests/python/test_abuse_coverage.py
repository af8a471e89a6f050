"""Who reported, in the tables of abuse: silence has no number, and totals say how many communes they are of."""

from datetime import date

import chitieu as ct
import polars as pl
import pytest
from abuse_strategies import registers
from chitieu import charts
from hypothesis import given, settings
from hypothesis import strategies as st

DAY = "2022-12-31"
#: Communes of the list of that day: Hưng Yên (33) had 161, Hà Nội (01) 579 (units.csv).
IN_33 = 161
COMMUNES = ["12364", "12367", "11950", "00001"]
PARTS = ["2022", "2022H1", "2022H2", "2022Q1", "2022Q2", "2022Q3", "2022Q4", "2021", "2022-01-01/2022-12-30"]


def victims(*rows):
    """Return confirmed children of ten of commune and day of reception."""
    return pl.DataFrame(
        {
            "case_id": [f"c{n}" for n, _ in enumerate(rows)],
            "child_id": [f"k{n}" for n, _ in enumerate(rows)],
            "birth_year": [2012] * len(rows),
            "commune": [commune for commune, _ in rows],
            "received_date": [day for _, day in rows],
            "confirmed": [True] * len(rows),
        },
        schema_overrides={"received_date": pl.Date},
    )


def came(*rows, table="victims"):
    return pl.DataFrame(
        {"table": [table] * len(rows), "commune": [r[0] for r in rows], "period": [r[1] for r in rows]},
        schema=dict.fromkeys(("table", "commune", "period"), pl.String),
    )


ONE = victims(("12364", date(2022, 2, 1)))


def read(tables=None, **said):
    return ct.abuse.register(ct.Dataset(**(tables or {"victims": ONE}), area_vintage=DAY), **said)


def row(table, area):
    return table.to_polars().filter(area=area).row(0, named=True)


def test_without_a_word_zeros_stand_and_a_note_says_what_they_may_be():
    table = read().select(period="2022").counts("child", area_level="commune")
    facts = ("count", "reported", "expected", "status")
    assert [row(table, "12367")[c] for c in facts] == [0, None, 1, "ok"]
    assert [row(table, "33")[c] for c in facts] == [1, None, IN_33, "ok"]
    with _vietnamese():
        assert any("số 0 có thể là chưa báo cáo" in note for note in table.notes)
    assert any("may be a report that has not come" in note for note in table.notes)
    assert "may be a report" in repr(table) and "may be a report" in table._repr_html_()


class _vietnamese:
    def __enter__(self):
        self.before = ct.get_language()
        ct.set_language("vi")

    def __exit__(self, *_):
        ct.set_language(self.before)


def test_a_silent_commune_has_no_number_and_the_total_says_of_how_many_it_is():
    said = came(("12364", "2022"), ("12367", "2022H1"), ("12367", "2022H2"))
    assert row(read(submissions=said).select(period="2021").units(area_level="commune"), "12364")["reported"] is None
    selection = read(submissions=said).select(period="2022")
    table = selection.counts("child", area_level="commune")
    facts = ("count", "least", "most", "undecided", "reported", "expected", "status")
    assert [row(table, "12364")[c] for c in facts] == [1, 1, 1, 0, 1, 1, "ok"]
    # It reported that there was nothing.
    assert [row(table, "12367")[c] for c in facts] == [0, 0, 0, 0, 1, 1, "ok"]
    assert [row(table, "11950")[c] for c in facts] == [None] * 4 + [0, 1, "not_reported"]
    assert [row(table, "VN")[c] for c in facts] == [1, 1, 1, 0, 2, IN_33, "partial"]
    assert any(note.startswith(f"2 of {IN_33} communes reported") for note in table.notes)
    # The quarters of the year are not all there: of a quarter nothing is missing.
    assert row(read(submissions=said).select(period="2022Q4").units(area_level="commune"), "12367")["status"] == "ok"
    # Of another year they say nothing.
    assert row(read(submissions=said).select(period="2021H2").units(area_level="commune"), "12364")["status"] == "ok"


def test_a_commune_that_sent_records_but_not_all_is_partial():
    table = read(submissions=came(("12364", "2022Q1"))).select(period="2022").counts("child", area_level="commune")
    assert [row(table, "12364")[c] for c in ("count", "reported", "expected", "status")] == [1, 0, 1, "partial"]
    assert row(table, "VN")["status"] == "partial"


def test_a_complete_table_has_true_zeros():
    register = read(complete=["victims"])
    frame = register.select(period="2022").counts("child", area_level="commune").to_polars()
    assert set(frame["status"]) == {"ok"} and frame.filter(pl.col("reported") != pl.col("expected")).is_empty()
    assert frame.filter(area="12367")["count"].item() == 0
    # Nothing is said of sanctions.
    sanctions = pl.DataFrame(
        {"decision_id": ["d"], "decided_on": [date(2022, 1, 1)], "commune": ["12364"], "status": ["in_force"]}
    )
    both = read({"victims": ONE, "sanctions": sanctions}, complete=["victims"])
    assert both.sanctions(area_level="province").to_polars()["reported"].null_count() == 2
    units = both.select(period="2022").units().to_polars()
    assert dict(units.select("unit", "reported").rows()) == {
        "case": IN_33,
        "child": IN_33,
        "incident": IN_33,
        "decision": None,
    }


def test_shares_of_silence_have_no_value_and_unreliable_goes_before_partial():
    said = came(("12364", "2022"))
    table = read(submissions=said).select(period="2022").counts("child", by=["sex"], area_level="commune").share()
    frame = table.to_polars().filter(sex="total")
    assert frame.filter(area="11950").select("numerator", "denominator", "value", "status").row(0) == (
        None,
        None,
        None,
        "not_reported",
    )
    assert frame.filter(area="VN").select("value", "status", "reported").row(0) == (100.0, "unreliable", 1)


def test_a_row_without_the_day_it_came_has_not_come():
    said = came(("12364", "2022"), ("12367", "2022")).with_columns(received_on=pl.Series([date(2023, 1, 5), None]))
    frame = read(submissions=said).select(period="2022").counts("child", area_level="commune").to_polars()
    assert frame.filter(area="12367")["status"].item() == "not_reported"
    assert frame.filter(area="VN")["reported"].item() == 1


@given(
    st.lists(st.tuples(st.sampled_from(COMMUNES), st.sampled_from(PARTS)), max_size=12),
    registers(),
    st.sampled_from(["2022", "2022H1", "2022H2", "2022Q3", "2022-08"]),
)
@settings(max_examples=40, deadline=None, derandomize=True)
def test_coverage_against_days_one_by_one(rows, tables, period):
    """Every day of the period lies in a submission of the commune, looked up day by day."""
    spans = {
        "2022": ("01-01", "12-31"),
        "2022H1": ("01-01", "06-30"),
        "2022H2": ("07-01", "12-31"),
        "2022Q1": ("01-01", "03-31"),
        "2022Q2": ("04-01", "06-30"),
        "2022Q3": ("07-01", "09-30"),
        "2022Q4": ("10-01", "12-31"),
        "2022-08": ("08-01", "08-31"),
        "2022-01-01/2022-12-30": ("01-01", "12-30"),
    }

    def days(text):
        if text == "2021":
            return set()
        first, last = (date.fromisoformat(f"2022-{part}").toordinal() for part in spans[text])
        return set(range(first, last + 1))

    held = {c: set().union(*(days(p) for commune, p in rows if commune == c)) for c in COMMUNES}
    frame = (
        read(tables, submissions=came(*rows)).select(period=period).counts("incident", area_level="commune").to_polars()
    )
    plain = read(tables).select(period=period).counts("incident", area_level="commune").to_polars()
    received = tables["victims"].filter(
        pl.col("received_date").map_elements(lambda d: d.toordinal() in days(period), pl.Boolean)
    )
    heard = set(received["commune"])
    # A commune that is named for some day of the period is held to its submissions; of another its rows speak.
    named = {c for c in COMMUNES if days(period) & held[c]}
    reported = {c for c in COMMUNES if days(period) <= held[c]} | (heard - named if named else set())
    for now, before in zip(frame.iter_rows(named=True), plain.iter_rows(named=True), strict=True):
        assert now["expected"] == before["expected"]
        if not named:
            assert now == before  # a table that says nothing of these days
            continue
        if now["area_level"] == "commune":
            code = now["area"]
            assert now["reported"] == (code in reported)
            silent = code not in reported | heard
            assert now["status"] == ("ok" if code in reported else "not_reported" if silent else "partial")
            # Values of cells that did report do not change.
            assert now["count"] == (None if silent else before["count"])
        elif now["area"] == "VN":
            there = set(tables["victims"]["commune"])
            shown = {
                c for c in reported if {"00001": "01"}.get(c, "33") in {{"00001": "01"}.get(t, "33") for t in there}
            }
            assert now["reported"] == len(shown)


@pytest.mark.parametrize(
    ("rows", "code", "column"),
    [
        ({"table": ["victim"]}, "bad_value", "table"),
        ({"table": [None]}, "bad_value", "table"),
        ({"commune": ["99999"]}, "unknown_areas", "commune"),
        ({"commune": [None]}, "unknown_areas", "commune"),
        ({"period": ["năm 2022"]}, "bad_value", "period"),
        ({"period": [None]}, "bad_value", "period"),
        ({"commune": [12364]}, "wrong_type", "commune"),
        ({"received_on": ["2022"]}, "wrong_type", "received_on"),
    ],
)
def test_submissions_that_cannot_be_read_are_refused(rows, code, column):
    whole = {"table": ["victims"], "commune": ["12364"], "period": ["2022"]} | rows
    with pytest.raises(ct.ChitieuError) as error:
        read(submissions=pl.DataFrame(whole))
    assert (error.value.code, error.value.column) == (code, column)
    with _vietnamese(), pytest.raises(ct.ChitieuError, match='bảng "submissions", cột'):
        read(submissions=pl.DataFrame(whole))


def test_submissions_without_a_column_are_refused():
    for column in ("table", "commune", "period"):
        with pytest.raises(ct.SchemaError) as error:
            read(submissions=came(("12364", "2022")).drop(column))
        assert (error.value.code, error.value.column) == ("missing_column", column)


def test_an_unknown_complete_table_is_refused():
    with pytest.raises(ct.PlanError) as error:
        read(complete=["victim"])
    assert error.value.code == "unknown_choice" and "victims" in error.value.expected


def test_years_as_numbers_and_categories_are_read():
    said = came(("12364", "2022")).with_columns(
        pl.col("period").cast(pl.Int64), pl.col("table", "commune").cast(pl.Categorical)
    )
    assert row(read(submissions=said).select(period="2022").units(), "VN")["reported"] == 1


def test_what_is_said_merges_and_is_brought_up_to_date():
    first = read(submissions=came(("12364", "2022H1")))
    second = read(
        {"victims": victims(("12367", date(2022, 8, 1)))}, submissions=came(("12364", "2022H2"), ("12367", "2022"))
    )
    for both in (first.merge(second), second.merge(first), first.updated_by(second)):
        assert row(both.select(period="2022").counts("child"), "VN")["reported"] == 2
    assert first.merge(second) != first.merge(read({"victims": victims(("12367", date(2022, 8, 1)))}))
    # A part that does not say it is complete may be not.
    part = read(complete=["victims"]).merge(second)
    assert row(part.select(period="2021").counts("child"), "VN")["reported"] is None


def test_charts_say_who_reported():
    said = came(("12364", "2022"), ("12367", "2022"))
    selection = read(submissions=said).select(period="2022")
    chart = charts.pyramid(selection.counts("child", by=["sex", "age_group"]), source="x").to_dict()
    assert f"2 of {IN_33} communes reported." in chart["title"]["subtitle"]
    with _vietnamese():
        chart = charts.forms_overlaps(
            selection.forms(), overlaps=selection.overlaps(), matrix=None, source="x"
        ).to_dict()
        assert any(f"2/{IN_33} xã đã báo cáo." in line for line in chart["title"]["subtitle"])
        unknown = charts.series(read().select(period="2022").repeats("quarter"), source="x").to_dict()
        assert any("Chưa biết xã nào đã báo cáo" in line for line in unknown["title"]["subtitle"])
    by_commune = selection.counts("child", by=["sex", "age_group"], area_level="commune")
    with pytest.raises(ct.PlanError) as error:
        charts.pyramid(by_commune, source="x", area="11950")
    assert error.value.code == "empty_cells"
    assert charts.pyramid(by_commune, source="x", area="12367") is not None


def test_a_province_that_only_submissions_name_stands_as_in_compute():
    """Hà Nội (01) sent word that it has no victim: its zero is counted, and 578 of its communes are silent."""
    said = came(("12364", "2022"), ("00001", "2022"))
    data = ct.Dataset(victims=ONE, area_vintage=DAY, submissions=said)
    table = ct.abuse.register(data).select(period="2022").counts("child", area_level="province")
    result = ct.compute(data, period="2022", indicators=["abused_children"], area_level="province")
    for area, count, reported, expected in [("01", 0, 1, 579), ("33", 1, 1, IN_33), ("VN", 1, 2, 579 + IN_33)]:
        facts = row(table, area)
        assert (facts["count"], facts["reported"], facts["expected"]) == (count, reported, expected)
        same = result.only("abused_children", area=area, measure="count").row(0, named=True)
        assert (same["numerator"], same["reported"], same["expected"], same["status"]) == (
            count,
            reported,
            expected,
            facts["status"],
        )
