"""What a notebook shows, in both languages; and what is refused because nobody could hold it."""

import chitieu as ct
import pytest
from chitieu._period import period_in_words, period_name
from chitieu.charts._subject import of_indicator

#: What the face of each object says, in Vietnamese and in English.
NAMES = ct.catalogue()["abused_children"].data["name"]
SAID = {
    "catalogue": (NAMES["vi"], NAMES["en"]),
    "indicator": (NAMES["vi"], NAMES["en"]),
    "dataset": ("Ngày của danh mục đơn vị hành chính", "Area list as of"),
    "plan": (NAMES["vi"], NAMES["en"]),
    "result": (NAMES["vi"], NAMES["en"]),
}


@pytest.fixture(scope="module")
def dataset() -> ct.Dataset:
    return ct.synthetic.province("33", children=2_000, year=2022, seed=1)


@pytest.fixture(params=["vi", "en"])
def language(request):
    ct.set_language(request.param)
    yield request.param
    ct.set_language("en")


def test_each_object_has_a_notebook_face(dataset, language):
    plan = ct.plan(period="2022", indicators=["abused_children", "child_population"], by=["sex"], area_level="district")
    result = plan.finish(plan.partial(dataset))
    faces = {
        "catalogue": (ct.catalogue(), "abused_children"),
        "indicator": (ct.catalogue()["abused_children"], "II.0101"),
        "dataset": (dataset, "2022-12-31"),
        "plan": (plan, "2022"),
        "result": (result, "Hưng Yên"),
    }
    for name, (thing, part) in faces.items():
        face = thing._repr_html_()
        assert part in face, name
        assert face.count("<table") == face.count("</table>"), name
        in_use, other = SAID[name] if language == "vi" else reversed(SAID[name])
        assert in_use in face, name
        assert other not in face, name
    head = result._repr_html_().split("</thead>")[0]
    assert ("Giới tính" in head) == (language == "vi")
    assert ("Sex" in head) == (language == "en")


def test_a_dataset_shows_rows_columns_and_vintage(dataset):
    face = dataset._repr_html_()
    assert f"{dataset['victims'].height:,}" in face
    assert "received_date" in face
    # Columns are named; whose they are is not shown.
    assert dataset["children"]["full_name"][0] not in face


def test_an_unknown_language_is_refused():
    with pytest.raises(ct.PlanError) as caught:
        ct.set_language("fr")
    assert (caught.value.code, caught.value.expected, caught.value.got) == ("unknown_choice", "vi, en", "fr")
    assert ct.get_language() == "en"


def test_a_table_that_nobody_could_hold_is_refused(dataset):
    by = ["sex", "age_group", "ethnicity", "circumstance", "form", "environment", "relation", "outcome"]
    with pytest.raises(ct.PlanError, match="at most 50000000 rows") as caught:
        ct.compute(dataset, period="2022", by=by, area_level="commune")
    assert caught.value.code == "bad_number"


def test_the_unit_list_on_a_day():
    units = ct.areas(on="2022-12-31")
    assert units.columns == ["code", "name", "level", "parent", "type", "valid_from", "valid_to"]
    assert dict(units.group_by("level").len().iter_rows()) == {
        "country": 1,
        "province": 63,
        "district": 705,
        "commune": 10_599,
    }
    with pytest.raises(ct.PlanError) as caught:
        ct.areas(on="2025-01-15")
    assert caught.value.code == "no_area_list"


@pytest.mark.parametrize(
    ("period", "vi", "en", "short"),
    [
        ("2022", "năm 2022", "2022", "2022"),
        ("2022H1", "6 tháng đầu năm 2022", "first half of 2022", "6 tháng đầu năm 2022"),
        ("2022H2", "6 tháng cuối năm 2022", "second half of 2022", "6 tháng cuối năm 2022"),
        ("2022Q4", "quý IV/2022", "Q4 2022", "Quý IV/2022"),
        ("2022-03", "tháng 3 năm 2022", "March 2022", "03/2022"),
        ("2021-2022", "năm học 2021–2022", "school year 2021–2022", "2021–2022"),
        (
            "2022-02-01/2022-04-30",
            "từ 01/02/2022 đến 30/04/2022",
            "1 February 2022 to 30 April 2022",
            "Từ 01/02/2022 đến 30/04/2022",
        ),
    ],
)
def test_a_period_in_words(period, vi, en, short):
    try:
        ct.set_language("vi")
        assert (period_in_words(period), period_name(period)) == (vi, short)
        ct.set_language("en")
        assert period_in_words(period) == en
    finally:
        ct.set_language("en")


def test_a_title_names_the_measure_that_is_drawn():
    listed = ct.catalogue()
    names = {
        ("special_circumstances", "count"): "Số lượng trẻ em có hoàn cảnh đặc biệt",
        ("special_circumstances", "percent"): "Tỷ lệ trẻ em có hoàn cảnh đặc biệt (%)",
        ("abused_children", "count"): "Số trẻ em bị xâm hại",
        ("abused_children", "percent"): "Tỷ lệ trẻ em bị xâm hại (%)",
        ("abused_children", "per_100000"): "Tỷ suất trẻ em bị xâm hại (trên 100.000 trẻ em)",
        ("child_population", "count"): "Dân số trẻ em",
        ("birth_registration_under_5", "percent"): "Tỷ lệ trẻ em dưới 5 tuổi được đăng ký khai sinh",
    }
    ct.set_language("vi")
    try:
        for (indicator, measure), title in names.items():
            of = of_indicator(listed[indicator].data, listed._data["quantities"])
            assert of.title(measure) == title
    finally:
        ct.set_language("en")
