"""Looking inside: the tables of records, the codes they hold, what each indicator counts and reads."""

import chitieu as ct
import polars as pl
import pytest


def test_every_table_with_its_columns_as_the_errors_name_them():
    listed = ct.tables()
    assert listed.columns == ["table", "name", "time", "date", "columns"]
    assert listed.height == 13
    with pytest.raises(ct.SchemaError) as refused:
        ct.compute(
            ct.Dataset(children=pl.DataFrame({"child_id": ["a"]})), period="2022", indicators=["child_population"]
        )
    assert refused.value.column in ct.tables("children")["column"]
    for table, columns in listed.select("table", "columns").iter_rows():
        assert ct.tables(table)["column"].to_list() == columns
    assert ct.tables("Trẻ em bị xâm hại")["column"].to_list() == ct.tables("victims")["column"].to_list()
    least, greatest = ct.tables("children").filter(column="birth_year").select("least", "greatest").row(0)
    assert (least, greatest) == (1800, 2200)
    private = ct.tables("children").filter(pl.col("private"))["column"].to_list()
    assert private == ["personal_id", "full_name"]


def test_every_list_that_a_column_names_has_codes_of_its_own():
    lists = ct.codes()
    named = {of for table in ct.tables()["table"] for of in ct.tables(table)["codes"].drop_nulls()}
    assert named <= set(lists["list"])
    for of, n, columns in lists.select("list", "codes", "columns").iter_rows():
        assert ct.codes(of).height == n > 0
        for column in columns:
            assert of in ct.tables(column.split(".")[0])["codes"].to_list()
    # Article 10(1) of the Law on Children: 14 groups.
    groups = ct.codes("circumstances").filter(pl.col("parent").is_null(), pl.col("code").str.len_chars() == 1)
    assert groups.height == 14
    # 04 is Hoa in one list and Mường in the other.
    ethnic = ct.codes("Dân tộc")
    assert ethnic.filter(pl.col("code_1979") == "04")["name"].item() == "Hoa"
    assert ethnic.filter(pl.col("code_2008") == "04")["name"].item() == "Mường"


def test_a_name_that_is_none_is_told_with_the_nearest():
    with pytest.raises(ct.PlanError) as refused:
        ct.tables("childern")
    assert refused.value.expected.startswith("children, ")
    with pytest.raises(ct.PlanError) as refused:
        ct.codes("formz")
    assert refused.value.expected.startswith("form, ")


def test_names_are_in_the_language_in_use():
    ct.set_language("vi")
    try:
        assert ct.tables("children").filter(column="sex")["name"].item() == "Giới tính"
        assert ct.codes("form").filter(code="neglect")["name"].item() == "Bỏ mặc"
        assert ct.codes().filter(list="form")["source"].item() == "khoản 5 đến khoản 9 Điều 4 Luật 102/2016/QH13"
    finally:
        ct.set_language("en")


def test_an_indicator_reads_the_columns_it_names_and_no_others():
    for indicator in ct.catalogue():
        periods = indicator.data.get("periods", [])
        period = "2021-2022" if periods[:1] == ["school_year"] else "2022"
        plan = ct.plan(period=period, indicators=[indicator.id])
        assert indicator.columns == {table: plan.columns(table) for table in plan.tables}
        for table, columns in indicator.columns.items():
            assert set(columns) <= set(ct.tables(table)["column"])
        assert set(indicator.conditions) == {"numerator", "denominator"} & set(indicator.data)


@pytest.mark.parametrize(
    ("id", "said"),
    [
        ("abused_children", "COUNT(DISTINCT child_id) FROM victims WHERE confirmed AND age < 16"),
        ("child_share_of_population", "SUM(persons) FROM population WHERE age < 16"),
        ("crude_birth_rate", "COUNT(*) FROM births"),
    ],
)
def test_what_an_indicator_counts_is_sql(id, said):
    assert ct.catalogue()[id].conditions["numerator"] == said


def test_a_denominator_of_another_year_says_so():
    pupils = ct.catalogue()["primary_completion"].conditions
    assert pupils["denominator"] == "SUM(enrolled) FROM pupils WHERE grade = 1 (4 years before)"
