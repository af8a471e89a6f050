"""Hidden numbers are in no chart and in no printed table; a sign stands in their place, and a note says why."""

import csv
import io
import json
import re
import socket
import zipfile
from datetime import date
from pathlib import Path

import chitieu as ct
import openpyxl
import polars as pl
import pytest
from chitieu import charts
from chitieu._language import instead
from chitieu.charts._render import svg_of

SIGNS = {"vi": "(bm)", "en": "(c)"}
MEANING = {"vi": "(bm): Không công bố.", "en": "(c): Suppressed."}
RULE = {"vi": "Số từ 1 đến 4, và những số phải ẩn thêm", "en": "Counts from 1 to 4, and others without which"}
OPEN = {"vi": "Số nhỏ không được che (họp nội bộ)", "en": "Small counts are not hidden (họp nội bộ)"}
CHOICES = {
    "period": "2022",
    "date": "received",
    "place": "incident",
    "verification": "confirmed",
    "age_limit": "under_16",
}


@pytest.fixture(params=["vi", "en"])
def language(request):
    ct.set_language(request.param)
    yield request.param
    ct.set_language("en")


@pytest.fixture(scope="module")
def selection():
    dataset = ct.synthetic.province("33", children=20_000, year=2022)
    return ct.abuse.register(dataset).select(period="2022")


def table(rows, **choices):
    frame = pl.DataFrame(rows, infer_schema_length=None)
    chosen = {k: v for k, v in {**CHOICES, **choices}.items() if k not in frame.columns}
    return frame.with_columns(**{k: pl.lit(v) for k, v in chosen.items()})


def data(chart):
    """All rows of data in a chart, each once."""
    found = []

    def walk(part):
        if isinstance(part, dict):
            for row in part.get("values", ()) if isinstance(part.get("values"), list) else ():
                if isinstance(row, dict) and row not in found:
                    found.append(row)
            for inner in part.values():
                walk(inner)
        elif isinstance(part, list):
            for inner in part:
                walk(inner)

    walk(chart.to_dict())
    return found


def numbers(row):
    return [value for value in row.values() if isinstance(value, (int, float)) and not isinstance(value, bool)]


def title(chart):
    return " ".join(chart.to_dict()["title"]["text"])


def notes(chart):
    return " ".join(chart.to_dict()["title"]["subtitle"])


def texts(chart):
    """What stands in the picture, text by text."""
    return re.findall(r"<text[^>]*>([^<]+)<", svg_of(chart))


# Two registers that differ in what is hidden, and in nothing else

COMMUNES = ["11950", "11986", "12019", "12052", "12103", "12142"]  # each of another district


def register(k):
    """Twelve children in each district; ``k`` of all are young boys, of two forms, of the first quarter, supported."""
    forms = [["neglect", "sexual_abuse"]] * k + [["violence"]] * k + [["neglect"]] * (20 - k)
    sexes = ["male"] * 20 + ["female"] * 52
    births = [2020] * k + [2013] * (20 - k) + [2020] * (20 - k) + [2013] * (32 + k)
    months = [2] * k + [5] * (5 - k) + [8] * 67
    supported = [n < k for n in range(12)] + [n < 5 - k for n in range(12)] + [n < 6 for n in range(12)] * 4
    victims = pl.DataFrame(
        {
            "case_id": [f"v{n}" for n in range(72)],
            "child_id": [f"k{n}" for n in range(72)],
            "birth_year": births,
            "sex": sexes,
            "commune": [commune for commune in COMMUNES for _ in range(12)],
            "received_date": [date(2022, month, 1) for month in months],
            "confirmed": [True] * 72,
            "forms": [*forms, *[["sexual_abuse"]] * (72 - len(forms))],
            "supported": supported,
        }
    )
    children = pl.DataFrame(
        {
            "child_id": [f"k{n}" for n in range(2_004)],
            "birth_year": [2013] * 2_004,
            "sex": ["male", "female"] * 1_002,
            "commune": COMMUNES * 334,
        }
    )
    return ct.Dataset(victims=victims, children=children, area_vintage="2022-12-31")


@pytest.fixture(scope="module")
def twins():
    """Selection of each register, and a result of each indicator: together, another cell of each would be hidden."""
    found = []
    for k in (2, 3):
        dataset = register(k)
        ids = ["abused_children", "abused_children_supported"]
        asked = {"period": "2022", "by": ["sex", "age_group"], "area_level": "district"}
        results = {id: ct.compute(dataset, indicators=[id], **asked) for id in ids}
        found.append((ct.abuse.register(dataset).select(period="2022"), results))
    return found


def forms_chart(s, let):
    forms, overlaps, matrix = map(let, (s.forms(), s.overlaps(), s.form_matrix()))
    return charts.forms_overlaps(forms, overlaps=overlaps, matrix=matrix, source="sổ")


SUPPORTED = "abused_children_supported"


def supported(r):
    return r[SUPPORTED].filter(measure="percent", sex="total", age_group="total")


#: What leaves, by its name: made of a selection, a result, and what is done to each table before.
CHARTS = {
    "pyramid": lambda s, r, let: charts.pyramid(let(s.counts("child", by=["sex", "age_group"])), source="sổ"),
    "forms": lambda s, r, let: forms_chart(s, let),
    "series": lambda s, r, let: charts.series(let(s.repeats("quarter")), source="sổ"),
    "funnel": lambda s, r, let: charts.funnel(let(s.supported(area_level="district")), source="sổ"),
    "funnel of an indicator": lambda s, r, let: charts.funnel(let(supported(r)), source="sổ"),
    "bars": lambda s, r, let: let(r[SUPPORTED]).plot.bar(SUPPORTED),
}
TABLES = {
    "abuse": lambda s, r, let: let(s.counts("child", by=["form", "sex"])).table(rows="form", percent=True),
    "indicator": lambda s, r, let: let(r["abused_children"]).table(
        "abused_children", rows="age_group", columns="sex", measure="count"
    ),
    "measures": lambda s, r, let: let(r[SUPPORTED]).table(SUPPORTED, columns="measure"),
    "comparison": lambda s, r, let: ct.compare(let(r[SUPPORTED]), let(r[SUPPORTED]), indicator=SUPPORTED).table(),
}
SEVERAL = {
    "counts": lambda s, r, let: let(s.counts("child", by=["sex", "age_group"])).table(
        rows="age_group", columns="sex", percent=True
    )
}


def as_it_is(table):
    return table


def let_go(table):
    return table.without_protection("họp nội bộ")


def files(printed, folder):
    """Everything that a printed table leaves as."""
    found = [repr(printed).encode(), printed._repr_html_().encode()]
    found += [printed.write_csv(folder / "t.csv", reader=reader).read_bytes() for reader in ("excel", "machine")]
    return [*found, printed.write_excel(folder / "t.xlsx").read_bytes(), printed.to_polars().write_json().encode()]


@pytest.mark.parametrize("name", CHARTS)
def test_a_chart_is_the_same_whatever_is_hidden(twins, language, name):
    one, other = (json.dumps(CHARTS[name](s, r, as_it_is).to_dict()) for s, r in twins)
    assert one == other
    one, other = (json.dumps(CHARTS[name](s, r, let_go).to_dict()) for s, r in twins)
    assert one != other


@pytest.mark.parametrize("name", {**TABLES, **SEVERAL})
def test_a_printed_table_is_the_same_whatever_is_hidden(twins, language, name, tmp_path):
    made = {**TABLES, **SEVERAL}[name]
    one, other = (files(made(s, r, as_it_is), tmp_path) for s, r in twins)
    assert one == other
    one, other = (files(made(s, r, let_go), tmp_path) for s, r in twins)
    assert all(a != b for a, b in zip(one, other, strict=True))


@pytest.mark.parametrize("name", CHARTS)
def test_sign_and_rule_are_on_every_chart(twins, language, name):
    chart = CHARTS[name](*twins[0], as_it_is)
    assert RULE[language] in notes(chart)
    if name != "bars":  # a bar says it in words
        assert MEANING[language] in notes(chart)
        in_note = name.startswith("funnel")
        assert SIGNS[language] in (notes(chart) if in_note else texts(chart))
    elsewhere = json.dumps(chart.to_dict(), ensure_ascii=False)
    assert SIGNS["en" if language == "vi" else "vi"] not in elsewhere


@pytest.mark.parametrize("name", CHARTS)
def test_what_was_let_go_says_so(twins, language, name):
    chart = CHARTS[name](*twins[0], let_go)
    assert OPEN[language] in notes(chart)
    assert SIGNS[language] not in json.dumps(chart.to_dict(), ensure_ascii=False)
    assert RULE[language] not in notes(chart)


# Against the unprotected table


def test_a_pyramid_has_no_bar_where_a_count_is_hidden(selection, language):
    counts = selection.counts("child", by=["sex", "age_group"])
    hidden = counts.protect().filter(area="VN", status="suppressed").to_polars()
    assert hidden.height >= 8
    true = {(s, a): n for s, a, n in counts.filter(area="VN").to_polars().select("sex", "age_group", "count").rows()}
    chart = charts.pyramid(counts, source="sổ")
    panels = chart.to_dict()["vconcat"][0]["hconcat"]
    names = {ct.label("age_group", code=age): age for _, age in true} | {"Không xác định tuổi": "unknown"}
    names |= {"Age not certain": "unknown"} | {f"{age} tuổi".replace("-", "–"): age for _, age in true}
    names |= {age.replace("-", "–"): age for _, age in true}
    seen = 0
    for sex, panel in zip(("male", "female"), panels, strict=True):
        assert panel["title"]["text"][0].endswith(f": {SIGNS[language]}")
        for row in panel["layer"][0].get("data", panel.get("data"))["values"]:
            key = (sex, names[row["age"]])
            if hidden.filter(sex=key[0], age_group=key[1]).is_empty():
                assert row["count"] == true[key]
            else:
                assert numbers(row) == [] and row["printed"] == SIGNS[language]
                seen += 1
    assert seen >= 6
    assert title(chart).endswith(f": {true['total', 'total']}")


def test_forms_have_no_bar_and_no_shade_where_a_count_is_hidden(selection, language):
    chart = forms_chart(selection, as_it_is)
    for of, given, key in (("forms", selection.forms(), "form"), ("matrix", selection.form_matrix(), "other_form")):
        frame = given.protect().to_polars()
        frame = frame.filter(area="VN") if "area" in frame.columns else frame
        hidden = frame.filter(status="suppressed")
        assert hidden.height >= 2, of
        if of == "forms":
            for code in hidden[key]:
                rows = [row for row in data(chart) if row.get("name") == ct.label("form", code=code)]
                assert [(numbers(row), row["printed"]) for row in rows] == [([], SIGNS[language])]
        else:
            pairs = {frozenset((a, b)) for a, b in hidden.select("form", "other_form").rows()}
            pairs = {frozenset(ct.label("form", code=code) for code in pair) for pair in pairs}
            signed = [row for row in data(chart) if "other" in row and row["printed"] == SIGNS[language]]
            assert {frozenset((row["form"], row["other"])) for row in signed} == pairs
            assert all(numbers(row) == [] for row in signed)
    shown = [row["printed"] for row in data(chart) if "%" in row.get("printed", "")]
    assert shown and all(re.match(r"\d", text) for text in shown)


def test_a_series_has_a_gap_where_a_count_is_hidden(selection, language):
    repeats = selection.repeats("quarter")
    frame = repeats.protect().filter(area="VN").to_polars()
    hidden = set(frame.filter(pl.col("children").is_null())["window"]) - {"2022"}
    shown = set(frame["window"]) - {"2022"} - hidden
    assert hidden and shown
    chart = charts.series(repeats, source="sổ")
    rows = [row for row in data(chart) if "period" in row]
    assert len(rows) == 4
    signed = [row for row in rows if row["printed"] == SIGNS[language]]
    assert len(signed) == len(hidden) and all(numbers(row) == [] for row in signed)
    assert all(row["value"] is None and row["lower"] is None and row["upper"] is None for row in signed)
    true = repeats.filter(area="VN").to_polars()
    drawn = sorted(int(row["value"]) for row in rows if row["value"] is not None)
    assert drawn == sorted(true.filter(pl.col("window").is_in(shown))["children"])
    assert not {"cộng các phần", "its parts add"} & set(re.findall("cộng các phần|its parts add", notes(chart)))
    open_notes = notes(charts.series(repeats.without_protection("x"), source="sổ"))
    parts = true.filter(pl.col("window") != "2022")["children"].sum()
    assert (str(parts) in open_notes) == (parts != true.filter(window="2022")["children"][0])


def test_a_funnel_says_how_many_areas_are_not_drawn(twins, language):
    s, _ = twins[0]
    given = s.supported(area_level="district")
    districts = given.protect().filter(area_level="district").to_polars()
    hidden = districts.filter(status="suppressed")
    assert hidden.height == 2
    chart = charts.funnel(given, source="sổ")
    points = [row for row in data(chart) if "place" in row]
    assert {row["area"] for row in points} == set(districts.filter(status="unreliable")["area"])
    assert {(row["numerator"], row["denominator"]) for row in points} == {(6, 12)}
    assert {"vi": "Không vẽ 2 địa bàn (bm)", "en": "Not drawn: 2 areas (c)"}[language] in notes(chart)
    middle = {row["value"] for row in data(chart) if re.match("Được vẽ|Drawn", row.get("line", "")) and "value" in row}
    assert middle == {50.0}  # of the areas drawn: with the others it is 40.3
    whole = charts.funnel(let_go(given), source="sổ")
    assert {row["line"] for row in data(whole) if re.match("Chung|All|Được|Drawn", row.get("line", ""))} == {
        {"vi": "Chung: 40,3", "en": "All: 40.3"}[language]
    }


def test_a_funnel_of_too_few_areas_names_those_that_are_hidden(selection, language):
    with pytest.raises(ct.PlanError) as caught:
        charts.funnel(selection.supported(area_level="district"), source="sổ")
    assert caught.value.code == "too_few_areas"
    said = {"vi": r"ẩn số liệu của \d+ địa bàn", "en": r"the numbers of \d+ areas are hidden"}
    assert re.search(said[language], caught.value.hint)
    with pytest.raises(ct.PlanError) as caught:
        charts.funnel(let_go(selection.supported(area_level="country")), source="sổ")
    assert caught.value.code == "too_few_areas" and caught.value.hint is None


def test_hidden_bars_are_in_the_order_of_the_list(twins):
    r = twins[0][1]["abused_children_supported"]
    rows = [row for row in data(r.plot.bar("abused_children_supported")) if "place" in row]
    hidden = [row for row in rows if row["absent"] == "Suppressed"]
    order = ct.areas(on="2022-12-31").filter(pl.col("level") == "district", pl.col("parent") == "33")["name"].to_list()
    # Where the denominator alone is hidden, the numerator tells the order.
    places = [row["place"] for row in hidden if row["numerator"] is None]
    assert len(places) == 2 and places == sorted(places, key=order.index)
    for row in hidden:
        assert None in (row["numerator"], row["denominator"])
        assert (row["value"], row["lower"], row["upper"], row["printed"]) == (None, None, None, "")


# Frames of the user's own


def hide(frame, rows, *columns, filled):
    """Hide some rows: their numbers are null, or, where ``filled``, still there."""
    chosen = pl.int_range(pl.len()).is_in(list(rows))
    status = pl.when(chosen).then(pl.lit("suppressed")).otherwise(pl.lit("ok"))
    nulls = [] if filled else [pl.when(~chosen).then(pl.col(c)).alias(c) for c in columns]
    return frame.with_columns(*nulls, status=status)


def own_ages(filled):
    cells = [(s, a) for s in ("total", "male", "female", "unknown") for a in ("total", "0-5", "6-10", "unknown")]
    where = {"unit": "child", "area": "VN", "area_level": "country"}
    counts = [40, 20, 20, 0, 20, 10, 10, 0, 18, 9, 9, 0, 2, 1, 1, 0]
    rows = [{**where, "sex": s, "age_group": a, "count": n} for (s, a), n in zip(cells, counts, strict=True)]
    return hide(table(rows), [12, 13, 14], "count", filled=filled)


def own_forms(filled, hidden=((1,), (2,), ())):
    where = {"unit": "child", "area": "VN", "area_level": "country"}
    counts = [("total", 40), ("violence", 3), ("neglect", 22), ("sexual_abuse", 17), ("unknown", 0)]
    forms = table([{**where, "form": form, "count": n, "mode": "several"} for form, n in counts])
    numbers_of = [("total", 40), ("1", 38), ("2", 2), ("3+", 0), ("unknown", 0)]
    overlaps = table([{**where, "forms": k, "count": n} for k, n in numbers_of])
    codes = ["violence", "neglect", "sexual_abuse"]
    pairs = [{"unit": "child", "form": a, "other_form": b, "count": 7} for a in codes for b in codes]
    frames = {"forms": forms, "overlaps": overlaps, "matrix": table(pairs)}
    return {
        name: hide(frame, rows, "count", filled=filled)
        for (name, frame), rows in zip(frames.items(), hidden, strict=True)
    }


def own_years(filled, **more):
    rows = {"unit": ["child"] * 3, "period": ["2020", "2021", "2022"], "count": [20, 3, 22], **more}
    return hide(table(rows), [1], "count", filled=filled)


def own_shares(filled):
    frame = table(
        {
            "unit": ["child"] * 3,
            "period": ["2020", "2021", "2022"],
            "numerator": [20, 3, 30],
            "denominator": [40, 12, 50],
            "value": [50.0, 25.0, 60.0],
            "lower": [35.2, 8.9, 46.2],
            "upper": [64.8, 53.2, 72.4],
        }
    )
    return hide(frame, [1], "numerator", "value", "lower", "upper", filled=filled)


def own_districts(filled):
    units = ct.areas(on="2022-12-31").filter(pl.col("level") == "district", pl.col("parent") == "33")
    rows = [
        {"unit": "child", "area": code, "area_level": "district", "numerator": n + 20, "denominator": 400}
        for n, code in enumerate(units["code"])
    ]
    rows.append({"unit": "child", "area": "unknown", "area_level": "unknown", "numerator": 3, "denominator": 0})
    return hide(table(rows), [2, 5, len(rows) - 1], "numerator", filled=filled)


OWN = {
    "pyramid": lambda filled: charts.pyramid(own_ages(filled), source="sổ"),
    "forms": lambda filled: charts.forms_overlaps(**own_forms(filled), source="sổ"),
    "matrix": lambda filled: charts.forms_overlaps(**own_forms(filled, ((), (), (1, 3, 4))), source="sổ"),
    "series": lambda filled: charts.series(own_years(filled), source="sổ"),
    "bounds": lambda filled: charts.series(own_years(filled, least=[19, 3, 22], most=[21, 4, 23]), source="sổ"),
    "shares": lambda filled: charts.series(own_shares(filled), source="sổ"),
    "funnel": lambda filled: charts.funnel(own_districts(filled), source="sổ", per=100_000, of="child"),
}


@pytest.mark.parametrize("name", OWN)
def test_a_frame_whose_counts_are_hidden_is_drawn(language, name):
    chart = OWN[name](False)
    assert MEANING[language] in notes(chart)
    assert SIGNS[language] in (notes(chart) if name == "funnel" else texts(chart))
    assert RULE[language] not in notes(chart)  # nobody said by which rule
    # A number that was left there by mistake is not drawn either.
    assert OWN[name](True).to_dict() == chart.to_dict()


def test_a_frame_of_pandas_with_hidden_counts_is_drawn():
    frame = own_ages(False)
    assert charts.pyramid(frame.to_pandas(), source="x").to_dict() == charts.pyramid(frame, source="x").to_dict()


@pytest.mark.parametrize("status", ["ok", "not_reported", None])
def test_an_empty_cell_that_is_not_hidden_is_refused(language, status):
    ages = own_ages(False).with_columns(status=pl.lit(status, dtype=pl.String))
    forms = own_forms(False)
    empty = forms["forms"].with_columns(status=pl.lit(status, dtype=pl.String))
    for made in (
        lambda: charts.pyramid(ages, source="sổ"),
        lambda: charts.pyramid(ages.drop("status"), source="sổ"),
        lambda: charts.forms_overlaps(**{**forms, "forms": empty}, source="sổ"),
    ):
        with pytest.raises(ct.PlanError) as caught:
            made()
        assert (caught.value.code, caught.value.column) == ("empty_cells", "count")


def test_a_hidden_count_is_no_zero(language):
    shown = texts(OWN["pyramid"](False))
    assert shown.count(SIGNS[language]) == 2  # both ages of those whose sex is not recorded
    heads = {"vi": "Không xác định giới tính: (bm)", "en": "Sex not recorded: (c)"}
    assert heads[language] in shown
    told = {"vi": "Không xác định giới tính: (bm); không xác định tuổi: 0.", "en": "Sex not recorded: (c);"}
    assert told[language] in notes(OWN["pyramid"](False))


def test_a_sum_with_a_hidden_part_is_not_told(language):
    more = {"vi": "nhiều hơn tổng số", "en": "more than the total"}[language]
    each = {"vi": "được tính ở mỗi hình thức", "en": "counts in each of them"}[language]
    whole = charts.forms_overlaps(**own_forms(False, ((), (), ())), source="sổ")
    assert more in title(whole) and "42" in title(whole) and each in notes(whole)
    # Also where the parts are shown, and only what follows from their sum is hidden: how many have two forms.
    for hidden in (((1,), (), ()), ((), (1, 2), ()), ((), (), (1, 3))):
        chart = charts.forms_overlaps(**own_forms(False, hidden), source="sổ")
        assert more not in title(chart) and "42" not in title(chart) + notes(chart)
        assert title(chart).endswith(": 40") and each in notes(chart)
    total = charts.forms_overlaps(**own_forms(False, ((0,), (), ())), source="sổ")
    assert not re.search(r"\d", title(total))
    assert "%" not in " ".join(texts(total))  # no share of a hidden total
    # One more than the cells of the pyramid add to.
    is_total = (pl.col("sex") == "total") & (pl.col("age_group") == "total")
    ages = own_ages(True).drop("status").with_columns(count=pl.when(is_total).then(39).otherwise("count"))
    told = {"vi": "Các ô cộng lại là 40", "en": "The cells add to 40"}[language]
    assert told in notes(charts.pyramid(ages, source="sổ"))
    hidden_part = ages.with_columns(own_ages(False)["status"])
    assert told[:10] not in notes(charts.pyramid(hidden_part, source="sổ"))


def test_forms_by_priority_do_not_say_that_they_add_up_where_one_is_hidden():
    frames = own_forms(False)
    frames["forms"] = frames["forms"].with_columns(mode=pl.lit("single"))
    chart = charts.forms_overlaps(**frames, source="x")
    assert "add to the total" not in notes(chart) and "counts in each of them" not in notes(chart)


def test_windows_with_a_hidden_part_are_not_added_up(language):
    where = {"unit": "child", "area": "VN", "area_level": "country"}
    windows = [("2022Q1", 8), ("2022Q2", 9), ("2022Q3", 2), ("2022Q4", 6), ("2022", 24)]
    frame = table([{**where, "window": w, "children": n} for w, n in windows])
    told = {"vi": "Cả kỳ: 24", "en": "The whole period: 24"}[language]
    assert told in notes(charts.series(frame, source="sổ"))
    part = hide(frame, [2], "children", filled=False)
    assert told not in notes(charts.series(part, source="sổ"))
    whole = hide(frame, [4], "children", filled=False)
    assert not re.search("Cả kỳ|The whole period", notes(charts.series(whole, source="sổ")))


def test_a_count_beside_hidden_ones_is_drawn():
    """A window with hidden repeats is `suppressed`, though its children are shown."""
    where = {"unit": "child", "area": "VN", "area_level": "country"}
    frame = table([{**where, "window": f"2022Q{n}", "children": 5 + n, "repeated": None} for n in (1, 2, 3)])
    frame = frame.with_columns(status=pl.lit("suppressed"))
    chart = charts.series(frame, source="x")
    assert [row["value"] for row in data(chart) if "period" in row] == [6.0, 7.0, 8.0]
    assert "(c)" not in notes(chart)


def test_no_line_is_drawn_across_a_hidden_value():
    def lines(frame):
        svg = svg_of(charts.series(frame, source="x"))
        return re.findall(r'<path aria-label="[^"]*" role="[^"]*" aria-roledescription="line mark" d="([^"]*)"', svg)

    frame = own_years(False)
    (path,) = lines(frame.with_columns(count=pl.Series([20, 3, 22]), status=pl.lit("ok")))
    assert path.count("L") == 2
    assert "L" not in "".join(lines(frame))


def test_many_periods_have_room_for_their_signs(language):
    months = [f"{2018 + n // 12}-{n % 12 + 1:02}" for n in range(60)]
    frame = table({"unit": ["case"] * 60, "period": months, "count": list(range(10, 70))})
    chart = charts.series(hide(frame, [3, 4, 5, 20, 40], "count", filled=False), source="sổ")
    assert texts(chart).count(SIGNS[language]) == 4  # of three in a row the first and the last
    gaps = {"vi": "Chỗ đứt", "en": "Gaps"}[language]
    assert gaps in notes(chart)
    apart = charts.series(hide(frame, [3, 20, 40], "count", filled=False), source="sổ")
    assert gaps not in notes(apart) and MEANING[language] in notes(apart)
    assert [row["value"] for row in data(apart) if row.get("hidden")] == [None] * 3


def test_shares_that_are_all_hidden_are_drawn_without_a_number(language):
    frame = own_shares(False).filter(status="suppressed")
    chart = charts.series(frame, source="sổ")
    assert SIGNS[language] in texts(chart)
    assert {"vi": "Phần trăm trẻ em bị xâm hại", "en": "Per cent of abused children"}[language] in texts(chart)
    with pytest.raises(ct.PlanError) as caught:  # of a rate nothing tells what it is per
        charts.series(frame, source="sổ", of="child")
    assert caught.value.code == "unknown_multiplier"


def test_an_axis_of_few_has_no_number_twice(selection, twins):
    chart = charts.pyramid(selection.counts("child", by=["sex", "age_group"]), source="x")
    for panel in chart.to_dict()["vconcat"][0]["hconcat"]:
        axes = [layer["encoding"]["x"]["axis"] for layer in panel["layer"] if "axis" in layer["encoding"]["x"]]
        assert axes and all(axis["values"] == [0, 1] for axis in axes)
    assert texts(chart).count("1") == 2
    shown = texts(CHARTS["funnel"](*twins[0], as_it_is))
    assert [shown.count(n) for n in ("11", "12", "13")] == [1, 1, 1]


# Printed tables


@pytest.fixture(scope="module")
def printed():
    """Makers of printed tables, with what each cell is made from."""
    dataset = ct.synthetic.province("33", children=20_000, year=2022)
    s = ct.abuse.register(dataset).select(period="2022")
    result = ct.compute(dataset, period="2022", by=["sex"], indicators=["abused_children"], area_level="district")
    before = ct.compute(dataset, period="2021", by=["sex"], indicators=["abused_children"], area_level="district")
    counts = s.counts("child", by=["form", "sex"])
    return {
        "abuse": lambda let: let(counts).table(rows="form", columns="sex"),
        "percent": lambda let: let(counts).table(rows="form", columns="sex", percent=True),
        "area": lambda let: let(s.counts("child", area_level="district")).table(rows="area"),
        "relations": lambda let: let(s.relations()).table(rows="relation", percent=True),
        "indicator": lambda let: let(result).table("abused_children", columns="sex", measure="count"),
        "measures": lambda let: let(result).table("abused_children"),
        "comparison": lambda let: ct.compare(let(before), let(result), indicator="abused_children").table(),
    }


NAMES = ["abuse", "percent", "area", "relations", "indicator", "measures", "comparison"]


def cells(printed):
    return {
        (name, head): cell
        for name, row in zip(printed.names, printed.cells, strict=True)
        for head, cell in zip(printed.head[1:], row, strict=True)
    }


@pytest.mark.parametrize("name", NAMES)
def test_a_hidden_cell_has_a_sign_and_no_number(printed, language, name):
    made, whole = printed[name](as_it_is), printed[name](let_go)
    found, true = cells(made), cells(whole)
    hidden = {key for key, cell in found.items() if cell.status == "suppressed" and cell.number is None}
    assert len(hidden) >= 3
    for key, cell in found.items():
        if key in hidden:
            assert (cell.text, cell.sign) == (SIGNS[language],) * 2 and SIGNS[language] == instead("suppressed")
        elif name != "percent" and name != "relations":
            assert cell.number == true[key].number  # what is shown is as it was
    # No small count is left; a zero is none.
    if name in ("abuse", "area", "indicator"):
        assert not [c for c in found.values() if c.number is not None and 0 < c.number < 5]
        assert [c for c in true.values() if 0 < c.number < 5]
    assert MEANING[language] in made.notes and not [note for note in whole.notes if SIGNS[language] in note]
    assert [note for note in made.notes if RULE[language] in note]
    assert [note for note in whole.notes if OPEN[language] in note]


@pytest.mark.parametrize("name", ["percent", "relations"])
def test_a_percent_needs_its_count_and_its_whole(printed, language, name):
    made = printed[name](as_it_is)
    whole = made.cells[0]
    shown = 0
    for row in made.cells:
        for count, percent, of in zip(row[::2], row[1::2], whole[::2], strict=True):
            assert (percent.number is None) == (None in (count.number, of.number) or not of.number)
            if percent.number is None:
                assert percent.text == (SIGNS[language] if None in (count.number, of.number) else "...")
            else:
                assert percent.number == pytest.approx(count.number / of.number * 100, abs=0.005 + 1e-9)
                shown += 1
    assert shown >= 3


@pytest.mark.parametrize("name", NAMES)
def test_no_file_of_a_table_holds_what_is_hidden(printed, language, name, tmp_path):
    made = printed[name](as_it_is)
    rows = [[cell.number for cell in row] for row in made.cells]
    for reader in ("excel", "machine"):
        text = made.write_csv(tmp_path / "t.csv", reader=reader).read_text("utf-8-sig")
        _, *lines = csv.reader(io.StringIO(text), delimiter=";" if (reader, language) == ("excel", "vi") else ",")
        for line, row in zip(lines, made.cells, strict=True):
            if reader == "excel":
                assert line[1:] == [cell.text for cell in row]
            else:
                assert [text == "" for text in line[1:]] == [cell.number is None for cell in row]
    assert [list(row[1:]) for row in made.to_polars().rows()] == rows

    path = made.write_excel(tmp_path / "t.xlsx")
    sheet = openpyxl.load_workbook(path).active
    first = next(row for row in range(1, 9) if sheet.cell(row, 1).value == made.head[0]) + 1
    for down, row in enumerate(made.cells):
        for right, cell in enumerate(row):
            value = sheet.cell(first + down, 2 + right).value
            assert value == (cell.sign if cell.number is None else pytest.approx(cell.number))
    # The numbers in the file are those that are shown: none is in a cell out of sight, in a comment or a cache.
    with zipfile.ZipFile(path) as file:
        parts = {name: file.read(name).decode() for name in file.namelist()}
    assert set(parts) == {
        "[Content_Types].xml",
        "_rels/.rels",
        "docProps/app.xml",
        "docProps/core.xml",
        "xl/_rels/workbook.xml.rels",
        "xl/sharedStrings.xml",
        "xl/styles.xml",
        "xl/theme/theme1.xml",
        "xl/workbook.xml",
        "xl/worksheets/sheet1.xml",
    }
    held = re.findall(r'<c r="\w+"(?: s="\d+")?><v>([^<]+)</v></c>', parts["xl/worksheets/sheet1.xml"])
    assert sorted(map(float, held)) == pytest.approx(sorted(n for row in rows for n in row if n is not None))


def test_a_workbook_tells_nothing_of_the_machine(printed, tmp_path):
    path = printed["abuse"](as_it_is).write_excel(tmp_path / "t.xlsx")
    with zipfile.ZipFile(path) as file:
        text = "\n".join(file.read(name).decode() for name in file.namelist())
        dates = {info.date_time for info in file.infolist()}
        extras = {(info.extra, info.comment) for info in file.infolist()}
    for own in (str(tmp_path), str(Path.home()), socket.gethostname(), str(Path.cwd())):
        assert own not in text
    for name in ("dc:creator", "cp:lastModifiedBy", "Company"):
        assert re.search(rf"<{name}></{name}>", text)
    assert "Manager" not in text and re.findall(r">(\d{4})-\d\d-\d\dT", text) == ["2000", "2000"]
    assert dates == {(1980, 1, 1, 0, 0, 0)} and extras == {(b"", b"")}


def test_sums_with_hidden_parts_are_not_told(printed):
    """Beside `test_parts_that_do_not_add_up_are_said`: of hidden parts nobody can say whether they do."""
    assert not [note for note in printed["indicator"](as_it_is).notes if "add up" in note]
