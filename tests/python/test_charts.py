"""Charts of abuse tables: what they draw, what they say, and what they refuse."""

from __future__ import annotations

import json
import sys

import chitieu as ct
import polars as pl
import pytest
from chitieu import charts

SOURCE = "sổ của tỉnh"
CHOICES = {
    "period": "2022",
    "date": "received",
    "place": "incident",
    "verification": "confirmed",
    "age_limit": "under_16",
}
FORMS = ["violence", "exploitation", "sexual_abuse", "neglect"]


@pytest.fixture(autouse=True)
def english():
    yield
    ct.set_language("en")


@pytest.fixture
def vietnamese():
    ct.set_language("vi")


def table(rows, **choices):
    frame = pl.DataFrame(rows)
    chosen = {k: v for k, v in {**CHOICES, **choices}.items() if k not in frame.columns}
    return frame.with_columns(**{k: pl.lit(v) for k, v in chosen.items()})


@pytest.fixture
def districts():
    """Ten districts of one rate, one far above, and a line of no known area."""
    units = ct.areas(on="2022-12-31").filter(pl.col("level") == "district", pl.col("parent") == "33")
    rows = [
        {
            "unit": "child",
            "area": code,
            "area_level": "district",
            "numerator": 20 + nth // 3,
            "denominator": 30_000 + nth,
        }
        for nth, code in enumerate(units["code"])
    ]
    rows[3]["numerator"] = 60
    rows.append({"unit": "child", "area": "unknown", "area_level": "unknown", "numerator": 3, "denominator": None})
    return table(rows)


@pytest.fixture
def ages():
    cells = {("male", "0-5"): 4, ("male", "6-10"): 7, ("female", "6-10"): 12, ("unknown", "unknown"): 2}
    rows = [
        {
            "unit": "child",
            "area": "VN",
            "area_level": "country",
            "sex": sex,
            "age_group": age,
            "count": sum(n for (s, a), n in cells.items() if sex in ("total", s) and age in ("total", a)),
        }
        for sex in ("total", "male", "female", "unknown")
        for age in ("total", "0-5", "6-10", "unknown")
    ]
    return table(rows)


def form_tables(mode="several", total=20):
    """Return the tables by the names of the arguments that take them."""
    counts = [14, 2, 9, 1] if mode == "several" else [8, 2, 7, 1]
    where = {"unit": "child", "area": "VN", "area_level": "country"}
    forms = [("total", total), *zip(FORMS, counts, strict=True), ("unknown", 2)]
    both = {frozenset(("violence", "sexual_abuse")): 7}
    return {
        "forms": table([{**where, "form": form, "count": n, "mode": mode} for form, n in forms]),
        "overlaps": table(
            [{**where, "forms": k, "count": n} for k, n in [("total", 20), ("1", 10), ("2", 8), ("3+", 0)]]
        ),
        "matrix": table(
            [
                {"unit": "child", "form": a, "other_form": b, "count": 14 if a == b else both.get(frozenset((a, b)), 0)}
                for a in FORMS
                for b in FORMS
            ]
        ),
    }


def years(**columns):
    rows = {"unit": ["child"] * 4, "period": ["2018", "2019", "2021", "2022"], **columns}
    return table({**rows, "area": ["VN"] * 4, "area_level": ["country"] * 4})


def shares():
    return years(
        numerator=[10, 40, 45, 48],
        denominator=[20, 50, 50, 50],
        value=[50.0, 80.0, 90.0, 96.0],
        lower=[29.9, 67.0, 78.6, 86.5],
        upper=[70.1, 88.8, 95.7, 98.9],
        status=["unreliable", "ok", "ok", "ok"],
    )


def layers(chart):
    """Every layer with a mark of its own, with the data it is drawn from."""
    found = []

    def walk(part, data):
        data = part.get("data", data)
        for inner in part.get("vconcat", []) + part.get("hconcat", []) + part.get("layer", []):
            walk(inner, data)
        if "mark" in part:
            found.append({**part, "data": data})

    walk(chart.to_dict(), None)
    return found


def drawn(chart, mark, **wanted):
    """The layers of a mark whose properties are those wanted."""
    return [
        layer
        for layer in layers(chart)
        if layer["mark"]["type"] == mark and all(layer["mark"].get(k) == v for k, v in wanted.items())
    ]


def values(layer):
    return layer["data"]["values"]


def title(chart):
    text = chart.to_dict()["title"]["text"]
    return " ".join(text) if isinstance(text, list) else text


def notes(chart):
    return " ".join(chart.to_dict()["title"]["subtitle"])


def axes(chart):
    """The titles of all axes."""
    return {e["title"] for layer in layers(chart) for k, e in layer["encoding"].items() if k in "xy" and e.get("title")}


def source_line(chart):
    below = chart.to_dict()["vconcat"][0]["title"]
    assert below["orient"] == "bottom"
    return " ".join(below["text"])


# Funnel


def points(chart):
    return {row["name"]: row for row in values(drawn(chart, "point")[0])}


def test_a_funnel_marks_and_names_what_is_outside(districts):
    chart = charts.funnel(districts, source=SOURCE, per=100_000, of="child")
    found = points(chart)
    assert len(found) == 10
    outside = [row for row in found.values() if row["side"]]
    assert [(row["numerator"], row["place"]) for row in outside] == [(60, "high_998")]
    texts = [layer for layer in drawn(chart, "text") if layer["encoding"]["text"]["field"] == "name"]
    sides = {layer["transform"][0]["filter"] for layer in texts}
    assert sides == {f"datum.side === '{outside[0]['side']}'"}
    assert outside[0]["value"] == pytest.approx(60 / 30_003 * 100_000)
    assert outside[0]["printed"] == "200.0"


def test_shapes_and_dashes_tell_without_colour(districts):
    chart = charts.funnel(districts, source=SOURCE, per=100_000, of="child")
    shape = drawn(chart, "point")[0]["encoding"]["shape"]["scale"]
    assert dict(zip(shape["domain"], shape["range"], strict=True)) == {
        "inside the 95% limits": "circle",
        "above the 99.8% limit": "triangle-up",
    }
    dash = drawn(chart, "line")[0]["encoding"]["strokeDash"]["scale"]
    assert dash["domain"][1:] == ["95%", "99.8%"]
    assert len({tuple(pattern) for pattern in dash["range"]}) == 3
    named = {row["line"] for layer in drawn(chart, "text") for row in values(layer) if "line" in row}
    assert named == set(dash["domain"])


def test_a_funnel_is_around_the_pooled_value(districts):
    chart = charts.funnel(districts, source=SOURCE, per=100_000, of="child")
    kept = districts.filter(pl.col("area") != "unknown")
    pooled = kept["numerator"].sum() / kept["denominator"].sum() * 100_000
    middle = [row["value"] for row in values(drawn(chart, "line")[0]) if row["line"].startswith("All")]
    assert middle == pytest.approx([pooled, pooled])


def test_what_a_funnel_cannot_draw_is_said(districts):
    assert "Area not recorded, outside the value of all: 3." in notes(
        charts.funnel(districts, source=SOURCE, per=100_000, of="child")
    )
    empty = districts.with_columns(
        denominator=pl.when(pl.col("area") == districts["area"][0]).then(0).otherwise("denominator")
    )
    assert "Not drawn: 1 areas" in notes(charts.funnel(empty, source=SOURCE, per=100_000, of="child"))


def test_an_area_of_too_few_is_a_cross(districts):
    few = districts.with_columns(pl.col("numerator") // 4)
    chart = charts.funnel(few, source=SOURCE, per=100_000, of="child")
    places = [row["place"] for row in points(chart).values()]
    assert sorted(set(places)) == ["outside_95", "unreliable"] and places.count("unreliable") == 9
    shape = drawn(chart, "point")[0]["encoding"]["shape"]["scale"]
    assert shape["range"] == ["cross", "diamond"]


def test_a_funnel_of_response_times(districts):
    steps = districts.filter(pl.col("area") != "unknown").select(
        "area", "area_level", unit=pl.lit("incident"), step=pl.lit("plan"), on_time=pl.lit(27), late=pl.lit(13)
    )
    chart = charts.funnel(table(steps), source=SOURCE, per=100)
    assert title(chart) == "Incidents of abuse with a support plan within 5 working days, by district"
    assert {row["denominator"] for row in points(chart).values()} == {40}
    assert max(chart.to_dict()["vconcat"][0]["layer"][0]["encoding"]["y"]["scale"]["domain"]) <= 102


def test_a_funnel_of_an_indicator():
    dataset = ct.synthetic.province("33", children=8_000, year=2022, seed=3)
    result = ct.compute(dataset, period="2022", indicators=["birth_registration_under_5"], area_level="district")
    chart = charts.funnel(result.only("birth_registration_under_5"), source=SOURCE)
    assert title(chart) == "Children under 5 whose birth is registered, by district"
    assert "Per cent of children" in axes(chart)
    assert len(points(chart)) == 10


def test_areas_of_one_name_are_told_apart():
    units = ct.areas(on="2022-12-31")
    communes = units.filter(pl.col("level") == "commune", pl.col("name").is_duplicated()).sort("name").head(8)
    assert communes["name"].n_unique() < communes.height
    rows = communes.select(unit=pl.lit("child"), area="code", area_level="level", numerator=1, denominator=2_000)
    chart = charts.funnel(table(rows), source=SOURCE, per=100_000, of="child")
    assert len(points(chart)) == communes.height


def test_curves_are_the_limits_of_the_statistics(districts):
    chart = charts.funnel(districts, source=SOURCE, per=100_000, of="child")
    kept = districts.filter(pl.col("area") != "unknown")
    pooled = kept["numerator"].sum() / kept["denominator"].sum() * 100_000
    curves = [row for row in values(drawn(chart, "line")[0]) if row["line"] == "95%"]
    for row in curves[::40]:
        limits = ct.stats.funnel_limits(pooled, row["denominator"], kind="rate", per=100_000)
        assert row["value"] in (pytest.approx(limits.low_95), pytest.approx(limits.high_95))


def test_all_of_all_is_no_error(districts):
    whole = districts.filter(pl.col("area") != "unknown").with_columns(numerator="denominator")
    chart = charts.funnel(whole, source=SOURCE, per=100)
    assert {row["place"] for row in points(chart).values()} == {"within"}


def test_no_event_anywhere_is_no_error(districts):
    none = districts.with_columns(numerator=pl.lit(0))
    found = points(charts.funnel(none.to_pandas(), source=SOURCE, per=100_000, of="child"))
    assert {row["printed"] for row in found.values()} == {"0.0"}


# Forms


def test_forms_that_add_to_more_say_so():
    chart = charts.forms_overlaps(**form_tables(), source=SOURCE)
    assert title(chart) == "20 abused children; their forms add to 26, more than the total"
    assert "counts in each of them" in notes(chart)


def test_forms_by_priority_add_up():
    forms = form_tables("single")
    assert forms["forms"].filter(pl.col("form") != "total")["count"].sum() == 20
    chart = charts.forms_overlaps(**forms, source=SOURCE)
    assert title(chart) == "Abused children by form: 20"
    assert "add to the total" in notes(chart)


def test_forms_overlaps_and_matrix_hold_the_numbers():
    chart = charts.forms_overlaps(**form_tables(), source=SOURCE)
    bars = [{row["name"]: row["count"] for row in values(layer)} for layer in drawn(chart, "bar")]
    assert bars[0] == {"Violence": 14, "Exploitation": 2, "Sexual abuse": 9, "Neglect": 1, "Not recorded": 2}
    assert bars[1] == {"One form": 10, "Two forms": 8, "Three forms or more": 0, "No form recorded": 0}
    cells = values(drawn(chart, "rect")[0])
    assert len(cells) == 10  # the lower half and the diagonal of 4 x 4
    assert {(c["form"], c["other"]): c["count"] for c in cells}["Sexual abuse", "Violence"] == 7
    texts = [layer for layer in drawn(chart, "text") if values(layer) == cells]
    assert texts[0]["encoding"]["text"]["field"] == "printed"
    shares = [row["printed"] for row in values(drawn(chart, "bar")[0])]
    assert shares[0] == "14 (70.0%)"


def test_what_is_not_recorded_is_drawn_empty():
    fill = drawn(charts.forms_overlaps(**form_tables(), source=SOURCE), "bar")[0]["encoding"]["fill"]
    assert (fill["field"], fill["scale"]["range"][1]) == ("known", "white")


# Series


def test_a_missing_year_is_a_gap():
    chart = charts.series(years(count=[20, 22, 31, 25]), source=SOURCE)
    rows = values(drawn(chart, "line")[0])
    assert [(row["period"], row["value"]) for row in rows] == [
        ("2018", 20.0),
        ("2019", 22.0),
        ("2020", None),
        ("2021", 31.0),
        ("2022", 25.0),
    ]
    absent = next(row for row in rows if row["value"] is None)
    assert absent["printed"] == "Not available"
    assert axes(chart) == {"Abused children"}


def test_a_share_has_limits_and_hollow_points():
    chart = charts.series(shares(), source=SOURCE)
    rows = values(drawn(chart, "line")[0])
    assert [row["look"] for row in rows if row["value"] is not None] == ["unreliable", "ok", "ok", "ok"]
    fill = drawn(chart, "point")[0]["encoding"]["fill"]["scale"]
    assert dict(zip(fill["domain"], fill["range"], strict=True))["unreliable"] == "white"
    whiskers = [layer for layer in drawn(chart, "rule") if "y2" in layer["encoding"]]
    assert len(whiskers) == 1
    assert "95% limits" in notes(chart) and "Hollow" in notes(chart)
    assert rows[-1]["printed"] == "96.0"


def test_limits_of_a_count_are_bounds_and_not_called_confidence():
    chart = charts.series(years(count=[20, 22, 31, 25], lower=[19, 22, 30, 25], upper=[21, 22, 31, 27]), source=SOURCE)
    assert "the least and the most" in notes(chart)
    assert "95%" not in notes(chart)


def test_a_target_is_a_labelled_dashed_line():
    chart = charts.series(shares(), source=SOURCE, target=95)
    rule = [layer for layer in drawn(chart, "rule") if layer["mark"].get("strokeDash")]
    assert values(rule[0]) == [{"target": 95.0, "label": "Target: 95%"}]
    plain = charts.series(shares(), source=SOURCE)
    assert not [layer for layer in drawn(plain, "rule") if layer["mark"].get("strokeDash")]


def test_the_axis_begins_at_0_or_says_that_it_does_not():
    low = charts.series(shares(), source=SOURCE)
    assert drawn(low, "line")[0]["encoding"]["y"]["scale"]["domain"][0] == 0
    high = shares().with_columns(pl.col("value") * 0.05 + 93, lower=pl.lit(95.0), upper=pl.lit(98.9))
    high = high.drop("numerator", "denominator").with_columns(measure=pl.lit("percent"))
    chart = charts.series(high, source=SOURCE)
    assert drawn(chart, "line")[0]["encoding"]["y"]["scale"]["domain"][0] > 80
    assert "does not begin at 0" in notes(chart)


def test_supported_children_and_one_form_name_themselves():
    supported = years(
        count=[18, 20, 30, 24], denominator=[20, 25, 31, 25], undecided=[0] * 4, value=[90.0, 80.0, 96.8, 96.0]
    )
    supported = supported.with_columns(status=pl.lit("unreliable"))
    assert title(charts.series(supported, source=SOURCE)) == "Abused children who were supported"
    form = supported.drop("undecided").with_columns(form=pl.lit("neglect"), mode=pl.lit("several"))
    assert title(charts.series(form, source=SOURCE)) == "Share of abused children (form of abuse: neglect)"


def test_windows_do_not_add_up_to_the_period():
    rows = [
        {"unit": "child", "window": w, "area": "VN", "area_level": "country", "children": n, "lower": n, "upper": n}
        for w, n in [("2022Q1", 8), ("2022Q2", 9), ("2022Q3", 7), ("2022Q4", 6), ("2022", 26)]
    ]
    chart = charts.series(table(rows), source=SOURCE)
    assert [row["period"] for row in values(drawn(chart, "line")[0])] == ["Q1 2022", "Q2 2022", "Q3 2022", "Q4 2022"]
    assert "The whole period: 26; its parts add to 30" in notes(chart)


def test_a_long_series_keeps_room_for_its_names():
    months = [f"{2018 + n // 12}-{n % 12 + 1:02}" for n in range(60) if n != 27]
    frame = table({"unit": ["case"] * 59, "period": months, "count": list(range(59))})
    chart = charts.series(frame, source=SOURCE)
    assert len(values(drawn(chart, "line")[0])) == 60
    assert len(drawn(chart, "line")[0]["encoding"]["x"]["axis"]["values"]) <= 20
    assert drawn(chart, "text") == []
    assert "Gaps: periods without a value." in notes(chart)


@pytest.mark.usefixtures("vietnamese")
def test_an_area_is_named_in_the_title(ages):
    here = ages.with_columns(area=pl.lit("33"), area_level=pl.lit("province"))
    chart = charts.pyramid(here, source=SOURCE, area="33")
    assert title(chart) == "Trẻ em bị xâm hại theo giới tính và nhóm tuổi, tỉnh Hưng Yên: 25"
    province = years(count=[20, 22, 31, 25]).with_columns(area=pl.lit("33"), area_level=pl.lit("province"))
    assert title(charts.series(province.tail(2), source=SOURCE)) == "Số trẻ em bị xâm hại, tỉnh Hưng Yên"
    tables = {
        name: None if name == "matrix" else table.with_columns(area=pl.lit("33"), area_level=pl.lit("province"))
        for name, table in form_tables().items()
    }
    assert ", tỉnh Hưng Yên;" in title(charts.forms_overlaps(**tables, source=SOURCE, area="33"))


def test_a_rate_names_what_it_is_per():
    rates = shares().with_columns(value=pl.col("numerator") / pl.col("denominator") * 100_000)
    chart = charts.series(rates, source=SOURCE, of="child")
    assert axes(chart) == {"Abused children per 100,000 children"}
    assert title(chart) == "Abused children per 100,000 children"


# Pyramid


def test_a_pyramid_shows_boys_girls_and_the_unknown(ages):
    chart = charts.pyramid(ages, source=SOURCE)
    bars = drawn(chart, "bar")
    scales = [layer["encoding"]["x"]["scale"] for layer in bars]
    assert [scale["reverse"] for scale in scales] == [True, False, False]
    heads = [panel["title"]["text"][0] for panel in chart.to_dict()["vconcat"][0]["hconcat"]]
    assert heads == ["Boys: 11", "Girls: 12", "Sex not recorded: 2"]
    assert [row["age"] for row in values(bars[0])] == ["6–10", "0–5", "Age not certain"]
    assert [row["count"] for row in values(bars[2])] == [0, 0, 2]
    assert "Sex not recorded: 2; age not certain: 2." in notes(chart)


def test_bars_of_a_pyramid_are_of_one_scale(ages):
    panels = charts.pyramid(ages, source=SOURCE).to_dict()["vconcat"][0]["hconcat"]
    lengths = {panel["width"] / panel["layer"][0]["encoding"]["x"]["scale"]["domain"][1] for panel in panels}
    assert max(lengths) == pytest.approx(min(lengths), rel=0.01)


def test_none_unknown_is_said_too(ages):
    known = ages.with_columns(
        count=pl.when((pl.col("sex") == "unknown") | (pl.col("age_group") == "unknown")).then(0).otherwise("count")
    )
    chart = charts.pyramid(known, source=SOURCE)
    assert len(drawn(chart, "bar")) == 2
    assert "Sex not recorded: 0; age not certain: 0." in notes(chart)


def test_a_child_in_two_cells_is_told(ages):
    twice = ages.with_columns(
        count=pl.when((pl.col("sex") == "total") & (pl.col("age_group") == "total")).then(24).otherwise("count")
    )
    assert "The cells add to 25, the total is 24" in notes(charts.pyramid(twice, source=SOURCE))
    assert "add to" not in notes(charts.pyramid(ages, source=SOURCE))


# All of them


def every_chart(districts, ages):
    return {
        "funnel": charts.funnel(districts, source=SOURCE, per=100_000, of="child"),
        "forms_overlaps": charts.forms_overlaps(**form_tables(), source=SOURCE),
        "series": charts.series(shares(), source=SOURCE, target=95),
        "pyramid": charts.pyramid(ages, source=SOURCE),
    }


def test_choices_and_source_are_on_every_chart(districts, ages):
    for name, chart in every_chart(districts, ages).items():
        for word in ("confirmed", "under 16", "reception", *(["2022"] if name != "series" else [])):
            assert word in notes(chart), name
        assert source_line(chart) == "Source: sổ của tỉnh."


@pytest.mark.usefixtures("vietnamese")
def test_every_chart_in_vietnamese(districts, ages):
    found = every_chart(districts, ages)
    for chart in found.values():
        words = json.dumps(chart.to_dict(), ensure_ascii=False)
        assert "đã xác minh" in notes(chart) and "dưới 16 tuổi" in notes(chart) and "ngày tiếp nhận" in notes(chart)
        assert source_line(chart) == "Nguồn: sổ của tỉnh."
        assert chart.to_dict()["config"]["locale"]["number"]["decimal"] == ","
        for english in ("children", "Children", "Abused", "Not recorded", "Source"):
            assert f'"{english}' not in words
    assert axes(found["funnel"]) == {"Số trẻ em bị xâm hại trên 100.000 trẻ em", "Số trẻ em (mẫu số)"}
    assert axes(found["forms_overlaps"]) == axes(found["pyramid"]) == {"Số trẻ em"}
    assert axes(found["series"]) == {"Phần trăm trẻ em bị xâm hại"}
    assert title(found["forms_overlaps"]) == "20 trẻ em bị xâm hại; cộng các hình thức là 26, nhiều hơn tổng số"
    assert values(drawn(found["series"], "line")[0])[-1]["printed"] == "96,0"


@pytest.mark.parametrize("kind", ["pandas", "pyarrow", "lazy", "stream"])
def test_any_frame_is_taken(ages, kind):
    class Stream:
        def __arrow_c_stream__(self, requested_schema=None):
            return ages.__arrow_c_stream__(requested_schema)

    made = {"pandas": ages.to_pandas, "pyarrow": ages.to_arrow, "lazy": ages.lazy, "stream": Stream}[kind]()
    assert charts.pyramid(made, source=SOURCE).to_dict() == charts.pyramid(ages, source=SOURCE).to_dict()


def test_years_read_as_numbers_are_years():
    frame = years(count=[20, 22, 31, 25]).with_columns(pl.col("period").cast(pl.Int64)).to_pandas()
    assert values(drawn(charts.series(frame, source=SOURCE), "line")[0])[0]["period"] == "2018"


def test_png_is_written(districts, ages, tmp_path):
    for name, chart in every_chart(districts, ages).items():
        path = charts.save_png(chart, path=tmp_path / f"{name}.png")
        assert path.read_bytes().startswith(b"\x89PNG")


def test_altair_is_named_where_it_is_missing(ages, monkeypatch):
    monkeypatch.setitem(sys.modules, "altair", None)
    with pytest.raises(ImportError, match=r"pip install altair"):
        charts.pyramid(ages, source=SOURCE)


def one_mixed(frame, column, value):
    return frame.with_columns(pl.when(pl.int_range(pl.len()) == 1).then(pl.lit(value)).otherwise(column).alias(column))


REFUSED = {
    "funnel without denominator": lambda d, a: charts.funnel(d.drop("denominator"), source=SOURCE, per=100, of="child"),
    "funnel without unit": lambda d, a: charts.funnel(d.drop("unit"), source=SOURCE, per=1_000, of="child"),
    "funnel without of": lambda d, a: charts.funnel(d, source=SOURCE, per=100_000),
    "funnel per what": lambda d, a: charts.funnel(d, source=SOURCE),
    "funnel per 10": lambda d, a: charts.funnel(d, source=SOURCE, per=10, of="child"),
    "funnel of mixed units": lambda d, a: charts.funnel(
        one_mixed(d, "unit", "case"), source=SOURCE, per=100_000, of="child"
    ),
    "funnel of two selections": lambda d, a: charts.funnel(
        one_mixed(d, "verification", "suspected"), source=SOURCE, per=100_000, of="child"
    ),
    "funnel of two sexes": lambda d, a: charts.funnel(
        one_mixed(d.with_columns(sex=pl.lit("male")), "sex", "female"), source=SOURCE, per=100_000, of="child"
    ),
    "funnel twice": lambda d, a: charts.funnel(pl.concat([d, d]), source=SOURCE, per=100_000, of="child"),
    "funnel of two areas": lambda d, a: charts.funnel(d.head(2), source=SOURCE, per=100_000, of="child"),
    "funnel above 100 %": lambda d, a: charts.funnel(
        d.with_columns(pl.col("denominator") // 1_000), source=SOURCE, per=100
    ),
    "funnel of communes": lambda d, a: charts.funnel(d, source=SOURCE, per=100_000, of="child", area_level="commune"),
    "funnel of unknown day": lambda d, a: charts.funnel(
        d.with_columns(period=pl.lit("all")), source=SOURCE, per=100_000, of="child"
    ),
    "forms of mixed units": lambda d, a: charts.forms_overlaps(
        **{**form_tables(), "overlaps": form_tables()["overlaps"].with_columns(unit=pl.lit("case"))}, source=SOURCE
    ),
    "forms of two periods": lambda d, a: charts.forms_overlaps(
        **{**form_tables(), "overlaps": form_tables()["overlaps"].with_columns(period=pl.lit("2021"))}, source=SOURCE
    ),
    "forms without mode": lambda d, a: charts.forms_overlaps(
        **{**form_tables(), "forms": form_tables()["forms"].drop("mode")}, source=SOURCE
    ),
    "matrix of one area": lambda d, a: charts.forms_overlaps(**form_tables(), source=SOURCE, area="33"),
    "series of years and quarters": lambda d, a: charts.series(
        one_mixed(years(count=[1, 2, 3, 4]), "period", "2019Q1"), source=SOURCE
    ),
    "series of two rows a year": lambda d, a: charts.series(
        one_mixed(years(count=[1, 2, 3, 4]), "period", "2018"), source=SOURCE
    ),
    "series without values": lambda d, a: charts.series(years(), source=SOURCE),
    "series of unknown measure": lambda d, a: charts.series(shares().drop("numerator"), source=SOURCE),
    "series to no target": lambda d, a: charts.series(shares(), source=SOURCE, target="95"),
    "series of another area": lambda d, a: charts.series(shares(), source=SOURCE, area="33"),
    "pyramid without sex": lambda d, a: charts.pyramid(a.drop("sex"), source=SOURCE),
    "pyramid of nothing": lambda d, a: charts.pyramid(a.head(0), source=SOURCE),
    "pyramid of no table": lambda d, a: charts.pyramid([1, 2], source=SOURCE),
    "pyramid twice": lambda d, a: charts.pyramid(pl.concat([a, a]), source=SOURCE),
    "pyramid of another sex": lambda d, a: charts.pyramid(one_mixed(a, "sex", "nam"), source=SOURCE),
    "pyramid of text": lambda d, a: charts.pyramid(a.with_columns(pl.col("count").cast(pl.String)), source=SOURCE),
    "pyramid of hidden cells": lambda d, a: charts.pyramid(one_mixed(a, "count", None), source=SOURCE),
    "series of text": lambda d, a: charts.series(years(count=["1", "2", "3", "4"]), source=SOURCE),
    "pyramid of no source": lambda d, a: charts.pyramid(a, source=" "),
}
CODES = {
    "funnel without denominator": ("missing_column", "denominator"),
    "funnel without unit": ("missing_column", "unit"),
    "funnel without of": ("missing_column", "of"),
    "funnel per what": ("unknown_multiplier", "per"),
    "funnel per 10": ("unknown_multiplier", "per"),
    "funnel of mixed units": ("units_differ", "unit"),
    "funnel of two selections": ("choices_differ", "verification"),
    "funnel of two sexes": ("several_categories", "sex"),
    "funnel twice": ("several_rows", "area"),
    "funnel of two areas": ("too_few_areas", "denominator"),
    "funnel above 100 %": ("numerator_above_denominator", "numerator"),
    "funnel of communes": ("unknown_choice", "area_level"),
    "funnel of unknown day": ("area_vintage", "period"),
    "forms of mixed units": ("units_differ", "unit"),
    "forms of two periods": ("choices_differ", "period"),
    "forms without mode": ("missing_column", "mode"),
    "matrix of one area": ("unknown_choice", "area"),
    "series of years and quarters": ("periods_differ", "period"),
    "series of two rows a year": ("several_rows", "period"),
    "series without values": ("missing_column", "count"),
    "series of unknown measure": ("unknown_multiplier", "per"),
    "series to no target": ("bad_target", "target"),
    "series of another area": ("unknown_choice", "area"),
    "pyramid without sex": ("missing_column", "sex"),
    "pyramid of nothing": ("empty_table", None),
    "pyramid of no table": ("wrong_type", None),
    "pyramid twice": ("several_rows", "age_group"),
    "pyramid of another sex": ("unknown_choice", "sex"),
    "pyramid of text": ("wrong_type", "count"),
    "pyramid of hidden cells": ("empty_cells", "count"),
    "series of text": ("wrong_type", "count"),
    "pyramid of no source": ("no_source", "source"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_cannot_be_drawn_is_refused(districts, ages, case):
    said = {}
    for language in ("vi", "en"):
        ct.set_language(language)
        with pytest.raises(ct.PlanError) as caught:
            REFUSED[case](districts, ages)
        said[language] = str(caught.value)
        assert (caught.value.code, caught.value.column) == CODES[case]
        assert caught.value.expected and caught.value.got is not None
        assert said[language].startswith("charts.")
    assert said["vi"] != said["en"]
