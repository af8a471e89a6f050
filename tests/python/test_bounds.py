"""Least and greatest values, days, lists, identifiers: ``compute`` and ``ct.check`` refuse the same."""

from datetime import date, datetime, timezone

import chitieu as ct
import polars as pl
import pytest
from records import births, children, population, pupils, victims

COMMUNE = "12364"


def deaths(**changes):
    base = {"date": [date(2022, 5, 1)] * 2, "age_days": [3, 4], "commune": [COMMUNE] * 2}
    return pl.DataFrame(base | changes)


def yearly(**changes):
    base = {"commune": [COMMUNE] * 2, "year": [2022] * 2, "child_friendly": [True, False]}
    return pl.DataFrame(base | changes)


def sanctions(**changes):
    base = {
        "decision_id": ["q1", "q2"],
        "decided_on": [date(2022, 5, 1)] * 2,
        "commune": [COMMUNE] * 2,
        "fine": [1, 2],
        "status": ["in_force"] * 2,
    }
    return pl.DataFrame(base | changes)


def born(*years):
    return pl.DataFrame({"child_id": [f"k{n}" for n in range(len(years))], "birth_year": years, "commune": COMMUNE})


def perpetrators(**columns):
    return pl.DataFrame({"sex": ["male", "female"], "relation": ["parent", "other"]} | columns)


#: Table, the indicator that reads the column (or none), column, values that may stand there and such that may not.
#: The bounds are those of tables.toml.
NUMBERS = [
    ("children", "child_population", "birth_year", born, [1800, 2200], [1799, 2201, -1, 0, 2**31]),
    ("population", "child_share_of_population", "age", population, [0, 130], [-1, -9, 131, 999]),
    ("population", "crude_birth_rate", "persons", population, [0, 200_000_000], [-1, 200_000_001]),
    ("population", "crude_birth_rate", "year", population, [1800, 2200], [0, 22, 20_222, -2022]),
    ("deaths", "infant_mortality_rate", "age_days", deaths, [0, 50_000], [-1, 50_001]),
    ("pupils", "primary_completion", "grade", pupils, [1, 12], [0, 13, -1]),
    ("pupils", "primary_completion", "enrolled", pupils, [0, 100_000_000], [-1, 100_000_001]),
    ("communes", "child_friendly_communes", "year", yearly, [1800, 2200], [1799, 2201]),
    ("victims", None, "age_from", victims, [0, 130], [-1, 131]),
    ("victims", None, "emergency_hours", victims, [0, 87_600], [-1, 87_601]),
    ("sanctions", None, "fine", sanctions, [0, 2_000_000_000], [-1, 2_000_000_001]),
]
CASES = [
    (table, indicator, column, make, value, is_good)
    for table, indicator, column, make, good, bad in NUMBERS
    for is_good, values in ((True, good), (False, bad))
    for value in values
]


def with_value(make, column, value):
    frame = make() if make is not born else born(2015, 2015)
    values = [value, *([frame[column][1]] if column in frame.columns else [None])]
    return frame.head(2).with_columns(pl.Series(column, values, pl.Int64))


def judged(table, frame, column):
    """Return whether the check refuses the first row for that column."""
    check = ct.check(ct.Dataset(**{table: frame}, area_vintage="2022-12-31"), period="2022")
    failed = check.failures("value_not_allowed")
    return failed.filter(pl.col("row") == 1, pl.col("columns").str.contains(column)).height > 0


@pytest.mark.parametrize(("table", "indicator", "column", "make", "value", "is_good"), CASES)
def test_a_number_is_refused_by_compute_and_by_check_alike(table, indicator, column, make, value, is_good):
    frame = with_value(make, column, value)
    assert judged(table, frame, column) is not is_good
    if indicator is None:
        return
    tables = {"births": births(), "population": population(), table: frame}
    work = lambda: ct.compute(  # noqa: E731
        ct.Dataset(**tables, area_vintage="2022-12-31"), period="2022", indicators=[indicator]
    )
    if is_good:
        work()
        return
    with pytest.raises(ct.DataError) as caught:
        work()
    assert (caught.value.column, caught.value.code) == (column, "bad_value")


@pytest.mark.parametrize("unit", ["ms", "us", "ns"])
@pytest.mark.parametrize("days", [2**31, -(2**31) - 1, 2**40, 100_000, -100_000])
def test_days_beyond_every_calendar_are_refused_in_every_unit(unit, days):
    per_day = {"ms": 86_400_000, "us": 86_400_000_000, "ns": 86_400_000_000_000}[unit]
    if abs(days * per_day) >= 2**63:
        return
    moments = pl.Series("birth_date", [days * per_day], pl.Int64).cast(pl.Datetime(unit))
    frame = pl.DataFrame({"child_id": ["a"], "commune": [COMMUNE]}).with_columns(moments)
    with pytest.raises(ct.DataError) as caught:
        ct.compute(ct.Dataset(children=frame), period="2022", indicators=["child_population"])
    assert (caught.value.column, caught.value.expected) == ("birth_date", "a date from 1800 to 2200")
    assert judged("children", frame, "birth_date")


@pytest.mark.parametrize("zone", ["UTC", "Asia/Ho_Chi_Minh", "America/New_York", "+09:00"])
@pytest.mark.parametrize("unit", ["ms", "us", "ns"])
def test_a_moment_with_a_zone_is_the_day_in_viet_nam(zone, unit):
    """17:00 of 31 December 2006 in Greenwich is midnight of 1 January 2007 in Viet Nam: 15 at the end of 2022."""
    last = datetime(2006, 12, 31, 16, 59, 59, tzinfo=timezone.utc)
    first = datetime(2006, 12, 31, 17, tzinfo=timezone.utc)
    moments = pl.Series([last, first]).cast(pl.Datetime(unit, "UTC")).cast(pl.Int64).cast(pl.Datetime(unit))
    frame = pl.DataFrame({"child_id": ["a", "b"], "commune": [COMMUNE] * 2, "birth_date": moments})
    frame = frame.with_columns(pl.col("birth_date").dt.replace_time_zone("UTC"))
    if zone != "+09:00":
        frame = frame.with_columns(pl.col("birth_date").dt.convert_time_zone(zone))
    for source in (frame, frame.lazy(), frame.to_arrow()):
        result = ct.compute(
            ct.Dataset(children=source, area_vintage="2022-12-31"), period="2022", indicators=["child_population"]
        )
        assert result.only("child_population", area="33")["numerator"].item() == 1


@pytest.mark.parametrize("unrecorded", [[None], [""], [" ", None], ["unknown"]])
def test_a_list_of_nothing_recorded_is_not_recorded(unrecorded):
    frame = children(circumstances=[unrecorded]).cast({"circumstances": pl.List(pl.String)})
    result = ct.compute(
        ct.Dataset(children=frame, area_vintage="2022-12-31"), period="2022", indicators=["special_circumstances"]
    )
    row = result.only("special_circumstances", area="33", measure="count")
    assert row.select("numerator", "undecided").row(0) == (0, frame.height)
    assert not judged("children", frame, "circumstances")


@pytest.mark.parametrize("mixed", [["a1", None], ["", "a1"]])
def test_a_list_with_a_code_and_a_blank_is_refused(mixed):
    frame = children(circumstances=[mixed]).cast({"circumstances": pl.List(pl.String)})
    with pytest.raises(ct.DataError):
        ct.compute(
            ct.Dataset(children=frame, area_vintage="2022-12-31"), period="2022", indicators=["special_circumstances"]
        )
    assert judged("children", frame, "circumstances")


NOBODY = ["", " ", "\u00a0", "\u200b", "\t", "-", "nan", "None", "không rõ", "3.91E+16", "3,91E+16"]


def reported(ids, **changes):
    n = len(ids)
    base = {
        "case_id": [f"c{i}" for i in range(n)],
        "child_id": ids,
        "birth_year": [2015] * n,
        "commune": [COMMUNE] * n,
        "received_date": [date(2022, 2, 1)] * n,
        "confirmed": [True] * n,
    }
    return pl.DataFrame(base | changes)


def abused(frame):
    dataset = ct.Dataset(victims=frame, area_vintage="2022-12-31")
    result = ct.compute(dataset, period="2022", indicators=["abused_children"])
    return result.only("abused_children", area="33", measure="count")["numerator"].item()


@pytest.mark.parametrize("text", NOBODY)
def test_what_identifies_nobody_counts_as_missing(text):
    """Five hundred children without an identifier are five hundred, as they are where it is null."""
    assert abused(reported([text] * 500)) == 500 == abused(reported(pl.Series([None] * 500, dtype=pl.String)))
    check = ct.check(ct.Dataset(victims=reported([text, "k1"]), area_vintage="2022-12-31"), period="2022")
    assert check.failures("identifier_blank").select("row", "columns").rows() == [(1, "child_id")]


def test_spellings_of_one_identifier_are_one_child_in_every_way_in(tmp_path):
    ids = [" k1", "k1", "k1\u00a0", "K1", "e\u0301 2", "é  2"]
    assert abused(reported(ids)) == 3
    reported(ids).write_parquet(tmp_path / "victims.parquet")
    assert abused(tmp_path / "victims.parquet") == 3
    assert abused(ct.read(tmp_path / "victims.parquet", table="victims")) == 3
    assert abused(reported(ids).to_pandas()) == 3
    check = ct.check(
        ct.Dataset(children=born(2015, 2015).with_columns(child_id=pl.Series(["k1", " k1"]))), period="2022"
    )
    assert check.failures("child_repeated")["row"].to_list() == [2]


@pytest.mark.parametrize("text", NOBODY)
@pytest.mark.parametrize(
    ("indicator", "table", "column"),
    [("abuse_cases", "victims", "case_id"), ("sanctions", "sanctions", "decision_id")],
)
def test_a_required_identifier_of_nobody_is_an_error_as_null_is(text, indicator, table, column):
    frame = (reported(["k1", "k2"]) if table == "victims" else sanctions()).with_columns(
        pl.Series(column, [text, "x1"])
    )
    for bad in (frame, frame.with_columns(pl.Series(column, [None, "x1"]))):
        with pytest.raises(ct.DataError) as caught:
            ct.compute(ct.Dataset(**{table: bad}, area_vintage="2022-12-31"), period="2022", indicators=[indicator])
        assert (caught.value.column, caught.value.expected) == (column, "text")
        check = ct.check(ct.Dataset(**{table: bad}, area_vintage="2022-12-31"), period="2022")
        assert check.failures("required_missing").filter(pl.col("columns") == column)["row"].to_list() == [1]


def test_perpetrators_find_their_case_by_its_identifier():
    cases = reported(["k1", "k2"], case_id=[" c1", "c2\u00a0"])
    people = perpetrators(case_id=["c1", "c2"], person_id=["p1", "p2"])
    dataset = ct.Dataset(victims=cases, perpetrators=people, area_vintage="2022-12-31")
    result = ct.compute(dataset, period="2022", indicators=["perpetrators"])
    assert result.only("perpetrators", area="33", measure="count")["numerator"].item() == 2
    check = ct.check(dataset, period="2022")
    assert check.failures("perpetrator_without_case").height == 0
