"""Two results side by side: the same numbers as each of them, their difference and ratio, and what is refused."""

import chitieu as ct
import polars as pl
import pytest

ID = "birth_registration_under_5"


def register(registered, of, born, **more):
    """A register of one commune, Xã Hải Triều (12364), with so many of its children under five registered."""
    return pl.DataFrame(
        {
            "child_id": [f"{born}-{n}" for n in range(of)],
            "birth_year": [born] * of,
            "sex": ["male", "female"] * (of // 2) + ["male"] * (of % 2),
            "commune": ["12364"] * of,
            "birth_registered": [n < registered for n in range(of)],
            **more,
        }
    )


def result(registered, of, year, **asked):
    asked = {"by": ["sex"], "area_level": "district", "area_vintage": "2022-12-31", **asked}
    dataset = ct.Dataset(children=register(registered, of, year - 2), area_vintage="2022-12-31")
    return ct.compute(dataset, period=str(year), indicators=[ID, "child_population"], **asked)


@pytest.fixture(scope="module")
def years():
    return result(48, 80, 2021), result(56, 70, 2022)


def test_the_first_example_of_newcombe_as_two_years(years):
    """R. G. Newcombe, Statistics in Medicine 17 (1998), table II: 56/70 and 48/80, 0.2 with 0.0524 to 0.3339."""
    changes = ct.compare(*years, indicator=ID)
    row = changes.filter(area="33", sex="total").to_polars().row(0, named=True)
    assert (row["numerator_before"], row["denominator_before"]) == (48, 80)
    assert (row["numerator_after"], row["denominator_after"]) == (56, 70)
    assert (row["value_before"], row["value_after"]) == (60.0, 80.0)
    assert row["difference"] == 20.0
    assert [round(row[f"difference_{end}"], 2) for end in ("lower", "upper")] == [5.24, 33.39]
    assert row["ratio"] == pytest.approx(4 / 3)
    expected = ct.stats.proportion_ratio(56, 70, 48, 80)
    assert (row["ratio_lower"], row["ratio_upper"]) == (expected.lower, expected.upper)
    assert row["status"] == years[1].only(ID, area="33")["status"].item() == "partial"


def test_every_value_is_that_of_its_result(years):
    frame = ct.compare(*years, indicator=ID).to_polars()
    for side, one in zip(("before", "after"), years, strict=True):
        own = one.only(ID, sex="*", measure="percent")
        both = frame.join(own, on=["area_level", "area", "sex"], how="left", validate="1:1")
        assert both.height == frame.height == own.height
        for name in ("numerator", "denominator", "value", "reported", "expected"):
            assert both[f"{name}_{side}"].equals(both[name], null_equal=True), name
        assert (both[f"status_{side}"] == both[f"status{'_right'}"]).all()


def test_the_other_way_round_is_the_opposite(years):
    there, back = (ct.compare(*pair, indicator=ID).to_polars() for pair in (years, years[::-1]))
    keys = ["area_level", "area", "sex"]
    both = there.join(back, on=keys, suffix="_back", validate="1:1").filter(pl.col("difference").is_not_null())
    assert both.height > 3
    for one, other in (("difference", "difference"), ("difference_lower", "difference_upper")):
        assert (both[one] + both[f"{other}_back"]).abs().max() < 1e-9
    assert (both["ratio"] * both["ratio_back"] - 1).abs().max() < 1e-9
    assert (both["ratio_lower"] * both["ratio_upper_back"] - 1).abs().max() < 1e-6


def test_rates_and_counts():
    """11 events of 800 and 21 of 3,011: 1.971488 with 0.8584264 to 4.2772659 in the help of R's poisson.test."""

    def of(year, events, children):
        victims = pl.DataFrame(
            {
                "case_id": [f"v{n}" for n in range(events)],
                "child_id": [f"c{n}" for n in range(events)],
                "commune": "12364",
                "received_date": pl.Series([f"{year}-03-02"] * events).str.to_date(),
                "birth_year": year - 8,
                "confirmed": True,
                "forms": [["neglect"]] * events,
            }
        )
        dataset = ct.Dataset(children=register(0, children, year - 2), victims=victims, area_vintage="2022-12-31")
        ids = ["abused_children", "child_population"]
        return ct.compute(dataset, period=str(year), indicators=ids, area_level="province", area_vintage="2022-12-31")

    pair = of(2021, 21, 3_011), of(2022, 11, 800)
    row = ct.compare(*pair, indicator="abused_children").filter(area="33").to_polars().row(0, named=True)
    assert [round(row[name], 6) for name in ("ratio", "ratio_lower", "ratio_upper")] == [1.971488, 0.858426, 4.277266]
    expected = ct.stats.rate_difference(11, 800, 21, 3_011)
    assert row["difference"] == pytest.approx(expected.value)
    assert (row["difference_lower"], row["difference_upper"]) == (expected.lower, expected.upper)
    counts = ct.compare(*pair, indicator="abused_children", measure="count")
    row = counts.filter(area="33").to_polars().row(0, named=True)
    assert (row["difference"], row["ratio"], row["difference_lower"], row["ratio_upper"]) == (-10, 11 / 21, None, None)
    assert counts.table(area_level="province").head == ("Area", "2021", "2022", "Difference", "Ratio")


def test_a_side_without_a_value_is_said(years):
    nobody = result(0, 0, 2022)
    row = ct.compare(years[0], nobody, indicator=ID).filter(area="33", sex="total").to_polars().row(0, named=True)
    assert (row["difference"], row["ratio"]) == (None, None)
    assert row["status"] == row["status_after"] != "ok"
    zero = ct.compare(result(0, 40, 2021), years[1], indicator=ID).filter(area="33", sex="total")
    row = zero.to_polars().row(0, named=True)
    assert (row["difference"], row["ratio"], row["ratio_upper"]) == (80.0, None, None)


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"by": []}, "breakdowns: sex ≠ –"),
        ({"area_vintage": "2025-07-01", "area_level": "commune"}, "list of areas: 2022-12-31 ≠ 2025-07-01"),
    ],
)
def test_results_that_differ_in_more_than_their_period_are_refused(years, asked, said):
    with pytest.raises(ct.PlanError, match=said) as refused:
        ct.compare(years[0], result(56, 70, 2022, **asked), indicator=ID)
    assert refused.value.code == "not_comparable"
    if "area_vintage" in asked:
        assert refused.value.hint == 'compute the earlier one with area_vintage="2025-07-01"'


def test_results_of_other_levels_are_refused(years):
    with pytest.raises(ct.PlanError, match="level of areas: District ≠ Commune"):
        ct.compare(years[0], result(56, 70, 2022, area_level="commune"), indicator=ID)


def test_a_half_year_is_not_held_against_a_year(years):
    dataset = ct.Dataset(children=register(3, 4, 2020), area_vintage="2022-12-31")
    half = ct.compute(dataset, period="2022H1", indicators=[ID], by=["sex"], area_level="district")
    with pytest.raises(ct.PlanError, match="kind of period: year ≠ half-year"):
        ct.compare(years[0], half, indicator=ID)


def test_ranges_of_days_must_be_as_long(years):
    dataset = ct.Dataset(children=register(3, 4, 2020), area_vintage="2022-12-31")

    def of(period):
        return ct.compute(dataset, period=period, indicators=[ID], area_level="district")

    assert len(ct.compare(of("2022-01-01/2022-03-31"), of("2022-04-02/2022-06-30"), indicator=ID)) > 0
    with pytest.raises(ct.PlanError, match="kind of period: 90 days ≠ 91 days"):
        ct.compare(of("2022-01-01/2022-03-31"), of("2022-04-01/2022-06-30"), indicator=ID)


def test_a_definition_of_ones_own_is_not_held_against_the_one_shipped(years, tmp_path):
    text = """
[[quantity]]
id = "registered_under_5"
table = "children"
name = { vi = "Khác", en = "Other" }
unit = "child"
where = "age < 3 AND birth_registered"
dimensions = ["sex", "age_group", "ethnicity"]
"""
    used = years[0].plan._data["quantities"]
    numerator = ct.catalogue()[ID].data["numerator"]
    assert numerator in {q["id"] for q in used}
    file = tmp_path / "own.toml"
    file.write_text(text.replace("registered_under_5", numerator), encoding="utf-8")
    dataset = ct.Dataset(children=register(56, 70, 2020), area_vintage="2022-12-31")
    own = ct.compute(
        dataset,
        period="2022",
        indicators=[ID],
        by=["sex"],
        area_level="district",
        catalogue=ct.catalogue().with_file(file),
    )
    with pytest.raises(ct.PlanError, match="the two differ in definition"):
        ct.compare(years[0], own, indicator=ID)


def test_as_it_is_printed(years, tmp_path):
    ct.set_language("vi")
    try:
        table = ct.compare(*years, indicator=ID).table(rows="sex", source="sổ theo dõi")
        assert table.subtitle == "Tỉnh Hưng Yên, năm 2022 so với năm 2021"
        assert table.unit == "Đơn vị tính: %; chênh lệch: điểm phần trăm"
        ends = ("Chênh lệch: từ", "Chênh lệch: đến", "Tỷ số: từ", "Tỷ số: đến")
        assert table.head == ("Giới tính", "2021", "2022", "Chênh lệch", *ends[:2], "Tỷ số", *ends[2:])
        # 56/70 − 48/80 = 20 points; 4/3; one commune of the 161 of the province has reported.
        assert [str(c) for c in table.cells[0]] == [
            "60,00†",
            "80,00†",
            "20,00†",
            "5,24",
            "33,39",
            "1,33†",
            "1,08",
            "1,67",
        ]
        assert table.notes == [
            "†: Chưa đủ xã báo cáo.",
            "Chênh lệch, tỷ số tính từ giá trị chưa làm tròn.",
            "Từ – đến: khoảng tin cậy 95 %.",
            "2021: 1/161 xã đã báo cáo.",
            "2022: 1/161 xã đã báo cáo.",
            "Nguồn: sổ theo dõi.",
        ]
        assert table.write_excel(tmp_path / "so-sanh.xlsx").read_bytes()[:2] == b"PK"
    finally:
        ct.set_language("en")


def test_one_period_of_two_datasets_has_two_columns(years):
    table = ct.compare(years[1], result(10, 70, 2022), indicator=ID).table(rows="sex")
    assert table.head[1:3] == ("2022 (1)", "2022 (2)")
