"""The result is a whole grid: every measure, area and category once, zeros and margins included."""

from itertools import product

import chitieu as ct
import polars as pl
from records import ask, births, children

BANDS = ["total", "0-2", "3-5", "6-10", "11-15", "unknown"]
SEXES = ["total", "male", "female", "unknown"]


def test_every_cell_stands_once_and_in_order():
    result = ask("children_at_risk", children=children(at_risk=[True]), by=["sex", "age_group"], area_level="commune")
    frame = result.to_polars()
    units = ct.areas(on="2022-12-31")
    districts = units.filter(pl.col("parent") == "33", pl.col("level") == "district")
    communes = units.filter(pl.col("parent").is_in(districts["code"].implode()), pl.col("level") == "commune")
    areas = ["VN", "33", *districts["code"], *communes["code"]]
    assert len(areas) == 1 + 1 + 10 + 161
    found = frame.select("measure", "area", "sex", "age_group").rows()
    assert found == list(product(["count", "percent"], areas, SEXES, BANDS))


def test_levels_above_the_finest_are_there():
    for level, count in (("country", 1), ("province", 2), ("district", 12), ("commune", 173)):
        frame = ask("child_population", children=children(), area_level=level).to_polars()
        assert frame.height == count
        assert (
            frame["area_level"].unique(maintain_order=True).to_list()
            == ["country", "province", "district", "commune"][
                : ["country", "province", "district", "commune"].index(level) + 1
            ]
        )


def test_columns():
    frame = ask("child_population", children=children(), by=["sex"]).to_polars()
    assert frame.columns == [
        *["indicator", "code", "measure", "period", "area", "area_level", "sex", "numerator", "denominator", "value"],
        *["lower", "upper", "undecided", "reported", "expected", "status", "definition", "method", "unit"],
    ]
    assert frame["period"].unique().to_list() == ["2022"]
    assert frame["definition"].unique().to_list() == ["tt13_2021/child_population@1"]


def test_every_row_names_the_unit_of_its_numerator():
    dataset = ct.synthetic.province("33", children=2_000, year=2022)
    frame = ct.compute(dataset, period="2022", area_level="country").to_polars()
    units = dict(frame.select("indicator", "unit").unique().rows())
    assert frame["unit"].null_count() == 0
    wanted = {
        "abused_children": "child",
        "abuse_cases": "case",
        "perpetrators": "perpetrator",
        "sanctions": "decision",
    }
    assert {name: units[name] for name in wanted} == wanted


def test_indicators_and_measures_stand_in_the_order_asked():
    ids = ["special_circumstances", "child_population"]
    dataset = ct.Dataset(children=children(circumstances=[[]]), births=births())
    frame = ct.compute(dataset, period="2022", indicators=ids, area_level="country").to_polars()
    assert frame.select("indicator", "measure").rows() == [
        ("special_circumstances", "count"),
        ("special_circumstances", "percent"),
        ("child_population", "count"),
    ]


def test_dimensions_stand_in_the_order_asked():
    one = ask("child_population", children=children(), by=["sex", "age_group"]).to_polars()
    other = ask("child_population", children=children(), by=["age_group", "sex"]).to_polars()
    assert other.columns[6:8] == ["age_group", "sex"]
    key = ["area", "sex", "age_group"]
    assert other.select(one.columns).sort(key).equals(one.sort(key))


def test_totals_do_not_depend_on_the_dimensions_asked():
    frame = children(circumstances=[["d1", "k5"]])
    plain = ask("special_circumstances", children=frame).to_polars()
    for by in (["sex"], ["circumstance"], ["age_group", "circumstance"], ["sex", "age_group", "circumstance"]):
        split = ask("special_circumstances", children=frame, by=by).to_polars()
        assert split.filter(pl.all_horizontal(pl.col(d) == "total" for d in by)).drop(by).equals(plain)
