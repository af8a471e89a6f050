"""``result.only`` names what there is where it is asked for something else; it gives no empty frame in silence."""

from datetime import date

import chitieu as ct
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
        ("sex", "Nam", "male"),
        ("measure", "%", "percent"),
        ("measure", "phần trăm", "percent"),
        ("area", "Xã Đông Tảo", "12262"),
        ("area", "Hưng Yên", "33"),
        ("area_level", "xã", "commune"),
        ("area_level", "Commune", "commune"),
        ("period", "2021", "2022"),
    ],
)
def test_a_word_that_is_none_names_the_nearest_first(result, column, word, first):
    indicator = "birth_registration_under_5"
    if column == "area" and word == "Xã Đông Tảo":
        first = ct.find_area("Xã Đông Tảo", on="2022-12-31", within="33")
        first = first if isinstance(first, str) else first["code"][0]
    with pytest.raises(ct.PlanError) as caught:
        result.only(indicator, **{column: word})
    assert caught.value.expected.split(", ")[0] == first
    assert (caught.value.column, caught.value.got) == (column, word)


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
