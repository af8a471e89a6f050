"""Charts of a result: what they show, in which order, and what they refuse."""

from __future__ import annotations

import subprocess
import sys
from datetime import date

import chitieu as ct
import polars as pl
import pytest
from chitieu import label


@pytest.fixture(scope="module")
def dataset():
    return ct.synthetic.province("33", children=8_000, year=2022, seed=3)


@pytest.fixture(scope="module")
def result(dataset):
    ids = ["birth_registration_under_5", "abused_children", "child_population", "special_circumstances"]
    return ct.compute(dataset, period="2022", indicators=ids, by=["sex", "form"], area_level="commune")


@pytest.fixture
def vietnamese():
    ct.set_language("vi")
    yield
    ct.set_language("en")


def rows(chart):
    """The rows of the data that the bars are drawn from."""
    drawn = chart.to_dict()
    return drawn["data"]["values"]


def panels(part, data=None):
    """The panels of a chart of many areas; altair puts the data of one above it."""
    data = part.get("data", data)
    for key in ("hconcat", "vconcat"):
        if key in part:
            return [panel for inner in part[key] for panel in panels(inner, data)]
    return [{**part, "data": data}]


def places(chart):
    return [row["place"] for row in rows(chart)]


def marks(chart):
    drawn = chart.to_dict()
    layers = drawn.get("layer") or drawn["spec"]["layer"]
    return [layer["mark"]["type"] for layer in layers]


def test_areas_stand_under_their_whole_largest_first(result):
    shown = rows(result.plot("birth_registration_under_5"))
    assert shown[0]["place"] == "Tỉnh Hưng Yên"
    assert shown[0]["look"] == "whole"
    assert len(shown) == 11
    values = [row["value"] for row in shown[1:]]
    assert values == sorted(values, reverse=True)
    printed = result.printed("birth_registration_under_5", area="33")
    assert shown[0]["printed"] == printed


def test_a_count_has_no_whole_and_no_limits(result):
    chart = result.plot("child_population")
    assert len(rows(chart)) == 10
    assert "rule" not in marks(chart)


def test_communes_of_one_district(result):
    shown = places(result.plot("child_population", area="330"))
    units = ct.areas(on="2022-12-31").filter(pl.col("parent") == "330")
    assert sorted(shown) == sorted(units["name"])


def test_communes_of_one_name_are_told_apart(result):
    shown = [
        row["place"]
        for p in panels(result.plot("child_population", area_level="commune").to_dict())
        for row in p["data"]["values"]
    ]
    assert len(shown) == len(set(shown)) == 161


def test_communes_stand_under_their_districts_in_columns_on_one_scale(result):
    chart = result.plot("birth_registration_under_5", area_level="commune").to_dict()
    assert len(chart["hconcat"]) == 3
    found = panels(chart)
    names = [p["title"]["text"][0] for p in found if "title" in p]
    units = ct.areas(on="2022-12-31").filter(pl.col("level") == "district", pl.col("parent") == "33").sort("code")
    assert names == units["name"].to_list()
    assert found[0]["data"]["values"][0]["place"] == "Tỉnh Hưng Yên"
    district = units["code"][0]
    inside = ct.areas(on="2022-12-31").filter(pl.col("level") == "commune", pl.col("parent") == district)
    # Names that recur are followed by their district.
    shown = {row["place"].split(" (")[0] for row in found[1]["data"]["values"]}
    assert shown == set(inside["name"])
    scales = {
        str(layer["encoding"]["x"]["scale"])
        for p in found
        for layer in p["layer"]
        if "scale" in layer["encoding"].get("x", {})
    }
    assert len(scales) == 1
    values = [row["value"] for row in found[1]["data"]["values"]]
    assert values == sorted(values, reverse=True)


def test_the_scale_of_columns_holds_the_target():
    """Of 1,610 children under five half are registered; the target of 2025, 98.5, is far beyond every bar."""
    communes = ct.areas(on="2022-12-31").filter(
        pl.col("level") == "commune", pl.col("code").is_between(pl.lit("11953"), pl.lit("12427"))
    )
    inside = communes["code"].to_list()
    children = pl.DataFrame(
        {
            "child_id": [f"{code}-{n}" for code in inside for n in range(10)],
            "birth_year": 2020,
            "commune": [code for code in inside for _ in range(10)],
            "birth_registered": [n % 2 == 0 for _ in inside for n in range(10)],
        }
    )
    result = ct.compute(
        ct.Dataset(children=children), period="2022", indicators=["birth_registration_under_5"], area_level="commune"
    )
    chart = result.plot("birth_registration_under_5", area="33", area_level="commune").to_dict()
    domains = {
        tuple(layer["encoding"]["x"]["scale"]["domain"])
        for panel in panels(chart)
        for layer in panel["layer"]
        if "domain" in layer["encoding"].get("x", {}).get("scale", {})
    }
    assert domains == {(0, 98.5)}


def test_many_areas_without_any_value_say_why(dataset, vietnamese):
    children = dataset["children"].head(50).with_columns(birth_date=pl.lit(date(2005, 1, 1)))
    asked = {"period": "2022", "indicators": ["birth_registration_under_5"], "area_level": "commune"}
    result = ct.compute(ct.Dataset(children=children), **asked)
    shown = rows(result.plot("birth_registration_under_5", area_level="commune"))
    assert len(shown) > 100
    assert {row["absent"] for row in shown} <= {"Chưa báo cáo", "Không có số liệu"}


def test_communes_without_districts_stand_in_columns_and_those_without_a_report_are_counted(dataset, vietnamese):
    asked = {"period": "2022", "indicators": ["child_population"], "area_level": "commune"}
    result = ct.compute(dataset, **asked, area_vintage="2025-07-01")
    chart = result.plot("child_population", area_level="commune", title="Trẻ em", subtitle="Phụ lục 2")
    drawn = chart.to_dict()
    frame = result.only("child_population", area_level="commune")
    there = frame.filter(pl.col("value").is_not_null())
    shown = [row for p in panels(drawn) for row in p["data"]["values"]]
    assert len(shown) == there.height
    absent = frame.height - there.height
    above = drawn["title"]
    assert above["text"] == ["Trẻ em"]
    assert above["subtitle"][:2] == ["Phụ lục 2", "Tỉnh Hưng Yên, năm 2022"]
    assert f"Không vẽ {absent} địa bàn: chưa báo cáo." in " ".join(above["subtitle"])


def test_the_last_measure_is_drawn_and_too_few_is_pale(result):
    shown = rows(result.plot("abused_children"))
    few = [row for row in shown if row["status"] == "Too few to be reliable"]
    assert few
    assert {row["look"] for row in few} == {"unreliable"}


def test_categories_in_the_order_of_their_list(result):
    shown = places(result.plot("abused_children", by="form", measure="count"))
    assert shown[:3] == ["Violence", "Exploitation", "Sexual abuse"]
    assert "Total" not in shown


def test_a_panel_for_each_category(result):
    chart = result.plot("birth_registration_under_5", by="sex", area_level="district")
    assert {row["panel"] for row in rows(chart)} >= {"Total", "Male", "Female"}


@pytest.mark.parametrize(
    ("asked", "target"),
    [
        ({"indicator": "birth_registration_under_5"}, 98.5),
        ({"indicator": "birth_registration_under_5", "by": "sex"}, 98.5),
        ({"indicator": "abused_children", "measure": "percent"}, 4.5),
        # A form is a part of the abused children, the target is about all of them.
        ({"indicator": "abused_children", "measure": "percent", "by": "form"}, None),
        ({"indicator": "abused_children"}, None),
    ],
)
def test_the_next_target_where_it_applies(result, asked, target):
    assert {row["target"] for row in rows(result.plot(**asked))} == {target}


def test_half_a_year_is_not_held_against_a_yearly_target(dataset):
    half = ct.compute(dataset, period="2022H1", indicators=["abused_children"])
    assert {row["target"] for row in rows(half.plot("abused_children", measure="percent"))} == {None}


def test_subgroups_are_not_drawn_beside_their_groups(dataset):
    found = ct.compute(dataset, period="2022", indicators=["special_circumstances"], by=["circumstance"])
    assert len(rows(found.plot("special_circumstances", by="circumstance"))) == 15


def test_two_provinces_are_compared(dataset):
    children = dataset["children"].head(200).with_columns(commune=pl.lit("12364"))
    other = children.with_columns(commune=pl.lit("00001"))
    both = ct.Dataset(children=pl.concat([children, other]), ethnic_list="1979")
    found = ct.compute(both, period="2022", indicators=["birth_registration_under_5"], area_level="province")
    assert set(places(found.plot("birth_registration_under_5"))) == {
        "Việt Nam",
        "Tỉnh Hưng Yên",
        "Thành phố Hà Nội",
    }


def test_unknown_areas_have_a_bar(dataset):
    children = dataset["children"].head(400)
    lost = children.with_columns(
        commune=pl.when(pl.int_range(pl.len()) < 50).then(pl.lit("99999")).otherwise("commune")
    )
    found = ct.compute(
        ct.Dataset(children=lost),
        period="2022",
        indicators=["child_population"],
        area_level="province",
        unknown_areas="keep",
    )
    assert places(found.plot("child_population")) == ["Tỉnh Hưng Yên", "Not recorded"]
    with pytest.raises(ct.PlanError, match="there is no"):
        found.plot("child_population", area="unknown")


@pytest.mark.usefixtures("vietnamese")
def test_in_vietnamese(result):
    drawn = result.plot("birth_registration_under_5").to_dict()
    assert drawn["title"]["text"] == ["Tỷ lệ trẻ em dưới 5 tuổi được đăng ký khai sinh"]
    assert drawn["config"]["locale"]["number"]["decimal"] == ","
    assert "mục tiêu 2025 (≥ 98,5 %)" in " ".join(drawn["title"]["subtitle"])


@pytest.mark.parametrize(
    ("asked", "got"),
    [
        ({"indicator": "abused_childrens"}, "abused_childrens"),
        ({"indicator": "child_population", "by": "ethnicity"}, "ethnicity"),
        ({"indicator": "child_population", "by": "code"}, "code"),
        ({"indicator": "child_population", "by": "form"}, "form"),
        ({"indicator": "child_population", "measure": "percent"}, "percent"),
        ({"indicator": "child_population", "area_level": "village"}, "village"),
        ({"indicator": "child_population", "area": "99"}, "99"),
    ],
)
def test_what_the_result_does_not_have_is_refused(result, asked, got):
    with pytest.raises(ct.PlanError) as caught:
        result.plot(**asked)
    assert caught.value.got == got
    assert caught.value.expected


def test_an_indicator_left_out_is_refused(dataset):
    found = ct.compute(ct.Dataset(children=dataset["children"]), period="2022")
    with pytest.raises(ct.PlanError, match="not enough") as caught:
        found.plot("crude_birth_rate")
    assert caught.value.code == "left_out"


@pytest.mark.parametrize("package", ["altair", "vl_convert"])
def test_a_missing_package_is_named(result, monkeypatch, tmp_path, package):
    chart = result.plot("child_population")
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(ImportError, match=r"pip install .*vl-convert-python"):
        result.plot.save_png(result.plot("child_population") if package == "altair" else chart, path=tmp_path / "a.png")


def test_png_is_written_whole(result, tmp_path):
    path = result.plot.save_png(result.plot("child_population"), path=tmp_path / "a.png")
    assert path.read_bytes().startswith(b"\x89PNG")
    assert [p.name for p in tmp_path.iterdir()] == ["a.png"]
    with pytest.raises(FileNotFoundError):
        result.plot.save_png(result.plot("child_population"), path=tmp_path / "no" / "a.png")


@pytest.mark.parametrize(
    ("asked", "vi", "en"),
    [
        ({"indicator": "birth_registration_under_5"}, "Phần trăm trẻ em", "Per cent of children"),
        ({"indicator": "child_population"}, "Số trẻ em", "Children"),
        ({"indicator": "abused_children"}, "Trên 100.000 trẻ em", "Per 100,000 children"),
    ],
)
def test_an_axis_names_its_unit(result, asked, vi, en, request):
    request.addfinalizer(lambda: ct.set_language("en"))
    for language, expected in (("vi", vi), ("en", en)):
        ct.set_language(language)
        bars = result.plot(**asked).to_dict()["layer"][0]
        assert bars["encoding"]["x"]["title"] == expected
        assert bars["encoding"]["tooltip"][1]["title"] == expected


def test_a_ratio_is_not_per_its_unit(dataset):
    found = ct.compute(dataset, period="2022", indicators=["sex_ratio_at_birth"])
    assert found.plot("sex_ratio_at_birth").to_dict()["layer"][0]["encoding"]["x"]["title"] == label(
        "measure", code="ratio"
    )


def test_age_groups_have_their_names(dataset):
    found = ct.compute(dataset, period="2022", indicators=["abused_children"], by=["age_group"])
    shown = places(found.plot("abused_children", by="age_group", measure="count"))
    assert shown[:3] == ["0–5", "6–10", "11–15"]


def test_altair_is_imported_by_the_first_chart_alone():
    code = "import sys, chitieu; sys.exit('altair' in sys.modules or 'vl_convert' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
