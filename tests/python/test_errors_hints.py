"""What a message says to type is typed, and works."""

from datetime import date

import chitieu as ct
import polars as pl
import pytest

INDICATOR = "birth_registration_under_5"


@pytest.fixture(autouse=True)
def english():
    ct.set_language("en")


def children(**columns):
    """Two children under five, one of them registered: 50 per cent."""
    given = {
        "child_id": ["a", "b"],
        "birth_date": [date(2018, 3, 1), date(2019, 4, 2)],
        "commune": ["12364", "12364"],
        "birth_registered": [True, False],
        **columns,
    }
    return pl.DataFrame({name: values for name, values in given.items() if values is not None})


def value(frame):
    result = ct.compute(ct.Dataset(children=frame), period="2022", indicators=[INDICATOR])
    return result.printed(INDICATOR, area="33", measure="percent")


def hint(frame):
    with pytest.raises(ct.SchemaError) as caught:
        value(frame)
    assert caught.value.hint
    return caught.value.hint


def test_days_as_text():
    frame = children(birth_date=["01/03/2018", "02/04/2019"])
    assert 'pl.col("birth_date").str.to_date("%d/%m/%Y")' in hint(frame)
    assert value(frame.with_columns(pl.col("birth_date").str.to_date("%d/%m/%Y"))) == "50.00"
    assert 'ct.clean(frame, table="children")' in hint(frame)
    assert value(ct.clean(frame, table="children")) == "50.00"


@pytest.mark.parametrize("marks", [[1, 0], ["Có", "Không"], ["x", "Không"]])
def test_marks_that_are_no_booleans(marks):
    frame = children(birth_registered=marks)
    found = hint(frame)
    if marks == [1, 0]:
        assert 'pl.col("birth_registered").cast(pl.Boolean)' in found
        assert value(frame.with_columns(pl.col("birth_registered").cast(pl.Boolean))) == "50.00"
    assert value(ct.clean(frame, table="children")) == "50.00"


def test_codes_in_one_text():
    frame = children(circumstances=["d;e", "a"])
    dataset = ct.Dataset(children=frame)
    with pytest.raises(ct.SchemaError) as caught:
        ct.compute(dataset, period="2022", indicators=["special_circumstances"])
    assert 'pl.col("circumstances").str.split(";")' in caught.value.hint
    split = ct.Dataset(children=frame.with_columns(pl.col("circumstances").str.split(";")))
    assert ct.compute(split, period="2022", indicators=["special_circumstances"]).printed(
        "special_circumstances", measure="count"
    ) == "2"  # fmt: skip


@pytest.mark.parametrize("name", ["Birth_Date", "birthdate", "BIRTH_DATE", "birth date"])
def test_a_column_that_is_spelt_otherwise(name):
    frame = children(birth_date=None).with_columns(children()["birth_date"].alias(name))
    assert f'frame.rename({{"{name}": "birth_date"}})' in hint(frame)
    assert value(frame.rename({name: "birth_date"})) == "50.00"


@pytest.mark.parametrize("name", ["ngay_sinh", "Ngày sinh", "ngày tháng năm sinh"])
def test_a_column_with_a_vietnamese_name(name):
    frame = children(birth_date=None).with_columns(children()["birth_date"].alias(name))
    assert 'ct.clean(frame, table="children")' in hint(frame)
    assert value(ct.clean(frame, table="children")) == "50.00"


@pytest.mark.parametrize("name", ["I.0101", "Dân số trẻ em", "dân số trẻ em", "Child population"])
def test_an_indicator_by_its_code_or_name(name):
    result = ct.compute(ct.Dataset(children=children()), period="2022", indicators=[name])
    assert result.plan.indicators == ["child_population"]


def test_a_period_that_ends_before_it_begins():
    with pytest.raises(ct.PlanError) as caught:
        ct.plan(period="2022-12-31/2022-01-01")
    assert '"2022-01-01/2022-12-31"' in caught.value.hint
    ct.plan(period="2022-01-01/2022-12-31", indicators=["abused_children"])
    with pytest.raises(ct.PlanError) as caught:
        ct.plan(period="năm 2022")
    assert caught.value.hint is None


def test_a_table_of_submissions_is_not_cleaned():
    """``ct.clean`` reads tables of records; the hint of another table does not lead there."""
    submissions = pl.DataFrame(
        {"table": ["children"], "period": ["2022"], "commune": ["12364"], "received_on": ["1/2/2022"]}
    )
    with pytest.raises(ct.SchemaError) as caught:
        ct.compute(ct.Dataset(children=children(), submissions=submissions), period="2022", indicators=[INDICATOR])
    assert caught.value.column == "received_on"
    assert "to_date" in caught.value.hint and "ct.clean" not in caught.value.hint
    with pytest.raises(ct.PlanError):
        ct.clean(submissions, table="submissions")


def test_a_column_of_abuse_that_is_spelt_otherwise():
    victims = pl.DataFrame({"case_id": ["v"], "Received_Date": [date(2022, 5, 1)], "commune": ["12364"]})
    with pytest.raises(ct.SchemaError) as caught:
        ct.abuse.register(ct.Dataset(victims=victims), area_vintage="2022-12-31")
    assert 'frame.rename({"Received_Date": "received_date"})' in caught.value.hint
