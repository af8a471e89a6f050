"""A chart written into a page: no text of it ends the script that holds it."""

from html.parser import HTMLParser

import chitieu as ct
import polars as pl
import pytest
from chitieu import charts

ENDS = "x</script><script>alert(1)</script><!--<script>"

MINE = f"""
[[quantity]]
id = "some"
table = "children"
name = {{ vi = "Một số", en = "Some" }}
unit = "child"
dimensions = ["sex"]

[[indicator]]
id = "some"
version = 1
name = {{ vi = "Một số {ENDS}", en = "Some {ENDS}" }}
concept = {{ vi = "Một số trẻ em", en = "Some children" }}
kind = "count"
outputs = ["count"]
numerator = "some"
breakdowns = ["sex"]
read_in = {{ name = "ours", code = "ours", formula = "ours", breakdowns = "ours" }}
"""


class Page(HTMLParser):
    """Counts the scripts of a page, and what is left open."""

    def __init__(self, text):
        super().__init__()
        self.scripts, self.shown, self.inside = 0, "", False
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.inside = tag == "script"
        self.scripts += self.inside

    def handle_endtag(self, tag):
        self.inside = False

    def handle_data(self, data):
        self.shown += "" if self.inside else data


@pytest.fixture(scope="module")
def dataset():
    return ct.synthetic.province("33", children=1_000, year=2022)


@pytest.fixture(scope="module")
def selection(dataset):
    return ct.abuse.register(dataset).select(period="2022")


def years(unit="child"):
    return pl.DataFrame({"unit": [unit] * 3, "period": ["2020", "2021", "2022"], "count": [31, 27, 35]})


def named(name, source):
    frame = pl.DataFrame({"unit": ["child"] * 4, "area": list("abcd"), "area_level": ["commune"] * 4})
    frame = frame.with_columns(name=pl.lit(name), numerator=pl.Series([1, 80, 5, 7]), denominator=100)
    return charts.funnel(frame, source=source, per=100)


def of_indicator(dataset, tmp_path, by, text):
    file = tmp_path / "mine.toml"
    file.write_text(MINE.replace(ENDS, text), encoding="utf-8")
    mine = ct.catalogue().with_file(file)
    return ct.compute(dataset, period="2022", by=["sex"], indicators=["some"], catalogue=mine).plot("some", by=by)


CHARTS = {
    "indicator": lambda d, s, p, text: of_indicator(d, p, None, text),
    "indicator by sex": lambda d, s, p, text: of_indicator(d, p, "sex", text),
    "series": lambda d, s, p, text: charts.series(years(), source=text),
    "funnel": lambda d, s, p, text: named(text, text),
    "forms": lambda d, s, p, text: charts.forms_overlaps(
        s.forms(), overlaps=s.overlaps(), matrix=s.form_matrix(), source=text
    ),
    "pyramid": lambda d, s, p, text: charts.pyramid(s.counts("child", by=["sex", "age_group"]), source=text),
}


@pytest.mark.parametrize("language", ["en", "vi"])
@pytest.mark.parametrize("name", CHARTS)
def test_no_text_ends_the_script(dataset, selection, tmp_path, name, language):
    ct.set_language(language)
    try:
        plain = CHARTS[name](dataset, selection, tmp_path, "x")
        chart = CHARTS[name](dataset, selection, tmp_path, ENDS)
        # However it goes into a page: alone, changed further, as a file.
        pages = [chart.to_html(), chart.copy(deep=True).properties(padding=3).to_html()]
        chart.save(tmp_path / "x.html")
        pages.append((tmp_path / "x.html").read_text(encoding="utf-8"))
        expected = Page(plain.to_html())
        assert expected.scripts > 0
        for page in map(Page, pages):
            assert page.scripts == expected.scripts
            assert "alert" not in page.shown
        assert "alert(1)" in chart.to_json()  # the text is still there
    finally:
        ct.set_language("en")


def test_other_texts_are_as_they_were():
    text = "a < b, a <b>, <style>, 1 </ 2"
    chart = charts.series(years(), source=text)
    assert text in chart.to_json()
