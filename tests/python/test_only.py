"""``result.only`` names what there is where it is asked for something else; it gives no empty frame in silence."""

import re
import unicodedata
from datetime import date

import chitieu as ct
import polars as pl
import pytest


@pytest.fixture(scope="module")
def result():
    dataset = ct.synthetic.province("33", children=2_000, year=2022)
    ids = ["child_population", "birth_registration_under_5"]
    return ct.compute(dataset, period="2022", indicators=ids, by=["sex"], area_level="commune")


@pytest.mark.parametrize(
    ("column", "word", "first"),
    [
        ("sex", "femal", "female"),
        ("sex", "Nử", "female"),
        ("area", "Xã Đông Tạo", "12208"),
        ("measure", "% trẻ em", "percent"),
        ("area", "Hưng Yên", "33"),
        ("area_level", "xãã", "commune"),
        ("area_level", "Communes", "commune"),
        ("period", "2021", "2022"),
    ],
)
def test_a_word_that_is_none_names_the_nearest_first(result, column, word, first):
    indicator = "birth_registration_under_5"
    with pytest.raises(ct.PlanError) as caught:
        result.only(indicator, **{column: word})
    assert re.split(r",| \(", caught.value.expected)[0] == first
    assert (caught.value.column, caught.value.got) == (column, word)


@pytest.mark.parametrize(
    ("column", "name", "word"),
    [
        ("sex", "Nữ", "female"),
        ("sex", "  NỮ", "female"),
        ("sex", unicodedata.normalize("NFD", "Nữ"), "female"),
        ("sex", "nu", "female"),
        ("sex", "Male", "male"),
        ("sex", "Tổng số", "total"),
        ("measure", "%", "percent"),
        ("measure", "Phần trăm", "percent"),
        ("measure", "Phần trăm (%)", "percent"),
        ("area", "Tỉnh Hưng Yên", "33"),
        ("area", "Thành phố Hưng Yên", "323"),
        ("area_level", "xã", "commune"),
        ("area_level", "cả nước", "country"),
    ],
)
def test_a_name_that_only_one_has_is_that_one(result, column, name, word):
    indicator = "birth_registration_under_5"
    expected = result.only(indicator, **{column: word})
    assert expected.height > 0
    assert result.only(indicator, **{column: name}).equals(expected)
    assert result.filter(**{column: [name]}).to_polars().equals(result.filter(**{column: word}).to_polars())


def test_communes_have_names(result):
    # Found in the list of areas of that day, not in the result.
    code = ct.find_area("Xã Đông Tảo", on="2022-12-31", within="33")["code"].item()
    assert result.only("child_population", area="Xã Đông Tảo")["area"].to_list() == [code]
    assert result.printed("child_population", area="xa dong tao") == result.printed("child_population", area=code)


def test_a_name_that_several_have_is_none():
    dataset = ct.synthetic.province("34", children=500, year=2022)
    result = ct.compute(dataset, period="2022", indicators=["child_population"], area_level="commune")
    alike = ct.areas(on="2022-12-31").filter(pl.col("name") == "Xã Hòa Bình", pl.col("level") == "commune")["code"]
    with pytest.raises(ct.PlanError, match="several") as caught:
        result.only("child_population", area="Xã Hòa Bình")
    named = caught.value.expected.split(", ")
    assert len(named) == 3  # of the districts Hưng Hà, Kiến Xương and Vũ Thư
    assert set(named) <= set(alike)
    assert {result.only("child_population", area=code).height for code in named} == {1}


@pytest.mark.parametrize("name", ["I.0101", "Dân số trẻ em", "dan so tre em", "Child population"])
def test_an_indicator_by_its_code_or_name(result, name):
    definition = ct.catalogue()["child_population"]
    assert definition.data["code"] == "I.0101"
    assert result.only(name).equals(result.only("child_population"))


@pytest.mark.parametrize("word", [None, 5, 5.0, True, ["male"], ("male",), date(2022, 1, 1), {}, b"male"])
@pytest.mark.parametrize("column", ["sex", "area", "measure", "area_level", "period", "status"])
def test_what_is_no_word_is_refused(result, column, word):
    with pytest.raises(ct.PlanError) as caught:
        result.only("child_population", **{column: word})
    assert caught.value.got == type(word).__name__


@pytest.mark.parametrize("column", ["sexx", "gender", "value", "numerator", "indicator_"])
def test_a_column_that_is_none(result, column):
    with pytest.raises(ct.PlanError) as caught:
        result.only("child_population", **{column: "total"})
    assert caught.value.got == column


def test_an_indicator_that_is_none(result):
    for word in ("child_populations", None, 5, ["child_population"]):
        with pytest.raises(ct.PlanError) as caught:
            result.only(word)
        assert caught.value.code == "unknown_indicator"
    with pytest.raises(ct.PlanError) as caught:
        result.only("child_populations")
    assert caught.value.expected.split(", ")[0] == "child_population"


def test_words_that_never_stand_together(result):
    with pytest.raises(ct.PlanError, match="together"):
        result.only("child_population", area="VN", area_level="commune")


def test_an_indicator_that_was_left_out_says_why():
    dataset = ct.synthetic.province("33", children=500, year=2022)
    result = ct.compute(ct.Dataset(children=dataset["children"]), period="2022")
    with pytest.raises(ct.PlanError, match="births"):
        result.only("crude_birth_rate")


def test_what_there_is_is_given(result):
    assert result.only("child_population", area="VN")["sex"].to_list() == ["total"]
    assert result.only("child_population", area="VN", sex="*").height == 4
    assert result.only("child_population", area_level="commune", sex="female").height == 161
    assert result.only("child_population", status="unreliable").height == 0
