"""One class for every table that leaves: results, tables of abuse, scorecards."""

import re

import chitieu as ct
import polars as pl
import pytest

AREA = {"area": "33", "area_level": "province"}


@pytest.fixture(scope="module")
def dataset():
    return ct.synthetic.province("33", children=2_000, year=2022, silent=2)


@pytest.fixture(scope="module")
def selection(dataset):
    return ct.abuse.register(dataset).select(period="2022")


@pytest.fixture(scope="module")
def tables(dataset, selection):
    plan = ct.plan(period="2022", indicators=["child_population", "abused_children"], by=["sex"], area_level="commune")
    return {
        "result": plan.finish(plan.partial(dataset)),
        "counts": selection.counts("child", by=["sex"], area_level="commune"),
        "units": selection.units(),
        "matrix": selection.form_matrix(),
        "recurrence": selection.recurrence("2022-12-31"),
        "sanctions": ct.abuse.register(dataset).sanctions(by=["decree"]),
        "scorecard": ct.check(dataset, period="2022").scorecard("commune"),
    }


def of_the_province(frame):
    """The rows without those of a country that is only the sum of its one province."""
    return frame.filter(pl.col("area_level") != "country").height


#: What a notebook shows, where it is not all rows, or the first 40.
SHOWN = {
    "result": lambda frame: frame.filter(pl.col("area") == "33", pl.col("sex") == "total").height,
    "units": of_the_province,
    "sanctions": of_the_province,
}


@pytest.mark.parametrize("name", ["result", "counts", "units", "matrix", "recurrence", "sanctions", "scorecard"])
def test_every_table_leaves_alike(tables, name):
    table = tables[name]
    assert isinstance(table, ct.Table)
    frame = table.to_polars()
    assert len(table) == frame.height > 0
    assert pl.DataFrame(table).equals(frame)
    assert table.to_arrow().num_rows == frame.height
    assert list(table.to_pandas().columns) == frame.columns
    for language in ("vi", "en"):
        ct.set_language(language)
        face = table._repr_html_()
        assert face.count("<tr>") == SHOWN.get(name, lambda f: min(f.height, 40))(frame) + 1
        assert "Hưng Yên" in face or "area" not in frame.columns or name in ("counts", "scorecard")
        assert repr(table).endswith(str(frame))
        assert isinstance(table.notes, list)
    assert "_" not in face.split("</thead>")[0], "a column without a name"


def test_all_are_written_alike(tables, tmp_path):
    for name, table in tables.items():
        path = tmp_path / f"{name}.parquet"
        counts_abuse = hasattr(table, "without_protection")
        whole = table.without_protection("test") if counts_abuse else table
        assert pl.read_parquet(whole.write_parquet(path)).equals(table.to_polars())
        left = pl.read_parquet(table.write_parquet(path))
        assert left.equals(table._leaving.to_polars())
        assert left.equals(table.to_polars()) != counts_abuse


def test_filter_keeps_the_class_and_what_must_be_known(tables):
    for name, where in {
        "result": {"indicator": "child_population"},
        "counts": AREA,
        "scorecard": {"area": "12361"},
    }.items():
        table = tables[name]
        kept = table.filter(**where)
        assert type(kept) is type(table) and kept.notes == table.notes and kept.area_vintage == table.area_vintage
        conditions = [pl.col(column) == word for column, word in where.items()]
        assert kept.to_polars().equals(table.to_polars().filter(*conditions))
        assert len(kept) < len(table)
    assert tables["counts"].filter(**AREA).unit == "child"
    assert tables["result"].filter(indicator="child_population").plan == tables["result"].plan


def test_filter_takes_one_word_several_or_all(tables):
    counts = tables["counts"]
    assert counts.filter().to_polars().equals(counts.to_polars())
    assert counts.filter(sex="*", area="*").to_polars().equals(counts.to_polars())
    for words in (["male", "female"], ("female", "male"), {"male", "female"}, pl.Series(["male", "female"])):
        assert counts.filter(sex=words, **AREA).to_polars()["sex"].to_list() == ["male", "female"]
    assert counts.filter(status="unreliable").to_polars().is_empty(), "a status that no row has"


@pytest.mark.parametrize(
    ("name", "where", "first"),
    [
        ("counts", {"sex": "femal"}, "female"),
        ("counts", {"sex": "Nử"}, "female"),
        ("counts", {"sex": ["male", "femal"]}, "female"),
        ("counts", {"area": "Hưng Yên"}, "33"),
        ("counts", {"area_level": "xãã"}, "commune"),
        ("counts", {"status": "missing"}, None),
        ("counts", {"sexx": "male"}, "sex"),
        ("counts", {"Giới tính": "male"}, "sex"),
        ("counts", {"count": "5"}, None),
        ("units", {"unit": "Trẻ emm"}, "child"),
        ("scorecard", {"name": "Xã Hải"}, None),
        ("scorecard", {"completeness": 100.0}, None),
        ("scorecard", {"Địa bàn": "12361"}, "area"),
        ("result", {"indicator": "Dân số trẻ"}, "child_population"),
        ("result", {"measure": "phần trămm"}, "percent"),
    ],
)
def test_what_the_table_does_not_have_is_refused(tables, name, where, first):
    with pytest.raises(ct.PlanError) as caught:
        tables[name].filter(**where)
    assert caught.value.code == "unknown_choice"
    if first is not None:
        assert re.split(r",| \(", caught.value.expected)[0] == first


@pytest.mark.parametrize("word", [None, 5, True, [], (), [None], [5], {"male": 1}, b"male", iter(["male"])])
def test_what_is_no_word_is_refused(tables, word):
    with pytest.raises(ct.PlanError):
        tables["counts"].filter(sex=word)


def test_words_that_no_row_has_together(tables):
    with pytest.raises(ct.PlanError, match="together"):
        tables["counts"].filter(area="33", area_level="commune")


def test_a_share_of_what_was_filtered_is_the_share_filtered(tables, selection):
    counts = tables["counts"]
    where = {"sex": "female", "area_level": "commune"}
    expected = counts.share().filter(**where).to_polars()
    assert expected.height == len(counts.filter(**where)) > 0
    assert counts.filter(**where).share().to_polars().equals(expected)
    assert counts.filter(sex="female").filter(area_level="commune").share().to_polars().equals(expected)
    of = selection.counts("child", area_level="commune")
    assert (
        counts.filter(**where).share(of.filter(**AREA)).to_polars().equals(counts.share(of).filter(**where).to_polars())
    )


def test_a_chart_takes_a_filtered_table(selection):
    ages = selection.counts("child", by=["sex", "age_group"])
    assert ct.charts.pyramid(ages.filter(area="33"), source="x", area="33").to_dict()


def test_a_result_that_was_filtered_has_its_charts_and_values(tables):
    result = tables["result"].filter(indicator="child_population", area_level=["country", "province"])
    assert result.printed("child_population", area="33") == tables["result"].printed("child_population", area="33")
    assert result.plot("child_population", area_level="province").to_dict()
    with pytest.raises(ct.PlanError, match="not enough"):
        result.only("abused_children")
