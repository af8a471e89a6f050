"""What ``ct.abuse`` refuses, in both languages, and the empty table."""

from datetime import date

import chitieu as ct
import polars as pl
import pytest

DAY = "2022-12-31"


def victims(**changes):
    columns = {
        "case_id": ["c1", "c2"],
        "child_id": ["k1", "k1"],
        "birth_year": [2012, 2012],
        "commune": ["12364", "12364"],
        "received_date": [date(2022, 2, 1), date(2022, 9, 1)],
        "confirmed": [True, True],
    }
    return pl.DataFrame({name: values for name, values in (columns | changes).items() if values is not None})


def read(frame=None, **tables):
    return ct.abuse.register(ct.Dataset(victims=victims() if frame is None else frame, **tables), area_vintage=DAY)


@pytest.fixture(params=["vi", "en"])
def language(request):
    ct.set_language(request.param)
    yield request.param
    ct.set_language("en")


def refused(work, kind, code):
    with pytest.raises(kind) as caught:
        work()
    assert caught.value.code == code
    return caught.value


def test_a_share_of_two_units_is_refused(language):
    selection = read().select(period="2022")
    error = refused(lambda: selection.counts("child").share(selection.counts("case")), ct.PlanError, "units_differ")
    assert (error.got, error.expected) == ("child", "case")
    assert ("đơn vị" if language == "vi" else "share of neither") in str(error)
    assert 'counts("child")' in error.hint


def test_a_share_of_two_selections_is_refused(language):
    register = read()
    one, other = (register.select(period="2022", under=age).counts("child") for age in (16, 18))
    error = refused(lambda: one.share(other), ct.PlanError, "choices_differ")
    assert "under_16" in error.got and "under_18" in error.expected
    assert ("mẫu số" if language == "vi" else "denominator") in str(error)
    level = register.select(period="2022", under=16).counts("child", area_level="country")
    refused(lambda: one.share(level), ct.PlanError, "choices_differ")
    refused(lambda: register.select().units().share(), ct.PlanError, "no_share")


@pytest.mark.parametrize("column", ["case_id", "received_date", "commune", "birth_year", "confirmed"])
def test_a_missing_column_is_named(column, language):
    error = refused(lambda: read(victims(**{column: None})), ct.SchemaError, "missing_column")
    assert error.column == ("birth_date" if column == "birth_year" else column)
    assert "victims" in str(error)


def test_what_needs_a_table_or_a_column_says_so(language):
    selection = read().select()
    assert "perpetrators" in str(refused(selection.relations, ct.SchemaError, "missing_table"))
    assert "sanctions" in str(refused(lambda: read().select(date="decided"), ct.SchemaError, "missing_table"))
    assert refused(selection.response, ct.SchemaError, "missing_column").column == "emergency_hours"
    refused(lambda: selection.counts("child", by=["ethnicity"]), ct.DataError, "no_ethnic_list")
    refused(lambda: ct.abuse.register(ct.Dataset(victims=victims())), ct.PlanError, "area_vintage")
    refused(lambda: ct.abuse.register(ct.Dataset(), area_vintage=DAY), ct.SchemaError, "missing_table")


@pytest.mark.parametrize(
    ("frame", "column"),
    [
        (victims(verification=["refuted", None]), "verification"),
        (victims(birth_year=None, age_from=[9, 9], age_to=[8, 12]), "age_to"),
        (victims(plan_date=[date(2022, 1, 1), None]), "plan_date"),
        (victims(forms=[["beaten"], None]), "forms"),
    ],
)
def test_values_that_contradict_each_other_are_counted(frame, column, language):
    error = refused(lambda: read(frame), ct.DataError, "bad_value")
    assert error.column == column and error.got == "1 rows"
    if language == "vi":
        assert "expected" not in str(error) and error.expected not in str(error)


def test_types_and_areas_are_checked():
    error = refused(lambda: read(victims(received_date=["2022-02-01", "x"])), ct.SchemaError, "wrong_type")
    assert error.column == "received_date"
    odd = victims(commune=["99999", "12364"])
    refused(lambda: read(odd), ct.DataError, "unknown_areas")
    kept = ct.abuse.register(ct.Dataset(victims=odd), area_vintage=DAY, unknown_areas="keep")
    rows = kept.select().counts("incident", area_level="province").to_polars().select("area", "count").rows()
    assert rows == [("VN", 2), ("33", 1), ("unknown", 1)]


@pytest.mark.parametrize(
    ("choice", "code"),
    [
        ({"date": "reported"}, "unknown_choice"),
        ({"place": "court"}, "unknown_choice"),
        ({"verification": ["sure"]}, "unknown_choice"),
        ({"verification": []}, "unknown_choice"),
        ({"verification": ["confirmed", "confirmed"]}, "repeated"),
        ({"verification": "confirmed"}, "unknown_choice"),
        ({"under": 15}, "bad_number"),
        ({"prostitution": "crime"}, "unknown_choice"),
        ({"period": "2022Q5"}, "bad_period"),
    ],
)
def test_choices_that_do_not_exist_are_refused(choice, code, language):
    refused(lambda: read().select(**choice), ct.PlanError, code)


def test_questions_that_cannot_be_asked_are_refused(language):
    selection = read().select(period="2022")
    refused(lambda: selection.counts("decision"), ct.PlanError, "unknown_choice")
    refused(lambda: selection.counts("child", by=["relation"]), ct.PlanError, "unknown_choice")
    refused(lambda: selection.counts("child", by=["sex", "sex"]), ct.PlanError, "repeated")
    refused(lambda: selection.counts("child", by="sex"), ct.PlanError, "unknown_choice")
    refused(lambda: selection.counts("child", age_bands=[6]), ct.PlanError, "bad_number")
    refused(lambda: selection.forms(priority=["violence"]), ct.PlanError, "bad_number")
    refused(lambda: selection.recurrence("2022-12-31", months=[0]), ct.PlanError, "bad_number")
    refused(lambda: selection.recurrence("soon"), ct.PlanError, "bad_number")
    refused(lambda: read().select().repeats("month"), ct.PlanError, "bad_number")


def test_a_perpetrator_belongs_to_a_case():
    orphan = pl.DataFrame({"case_id": ["c9"], "person_id": ["p1"]})
    error = refused(lambda: read(perpetrators=orphan), ct.DataError, "bad_value")
    assert error.column == "case_id"
    part = ct.Dataset(victims=victims(), perpetrators=orphan, area_vintage=DAY)
    assert ct.abuse.register(part, whole=False) != read()


def test_an_empty_register_has_every_cell():
    empty = read(victims().clear())
    selection = empty.select(period="2022")
    assert selection.units().to_polars()["count"].to_list() == [0, 0, 0]
    assert selection.counts("child", by=["sex"]).share().to_polars()["status"].unique().to_list() == ["not_available"]
    assert selection.recurrence("2022-12-31").to_polars()["status"].unique().to_list() == ["not_available"]
    assert selection.repeats("quarter").to_polars().height == 5


def test_no_identifier_is_shown(language):
    register = read()
    shown = repr(register) + repr(register.select()) + register.select().counts("child")._repr_html_()
    assert "k1" not in shown and "c1" not in shown
