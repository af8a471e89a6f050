"""Charts draw themselves: a picture wherever they are shown, in letters of one font."""

import base64
import pickle
import re
import sys
import unicodedata

import altair as alt
import chitieu as ct
import polars as pl
import pytest
import vl_convert
from chitieu import charts
from chitieu.charts._theme import FONTS
from IPython.core.formatters import DisplayFormatter

#: Every letter of Vietnamese: 12 vowels in 6 tones, the 17 consonants, both cases; and the signs that charts print.
VOWELS = "aăâeêioôơuưy"
TONES = ["", "\u0300", "\u0301", "\u0303", "\u0309", "\u0323"]
LETTERS = [unicodedata.normalize("NFC", v + t) for v in VOWELS for t in TONES] + list("bcdđghklmnpqrstvx")
SIGNS = list("0123456789≤≥<>=–−·…%°₫'\"()/:;,.")
EVERY = LETTERS + [letter.upper() for letter in LETTERS] + SIGNS


@pytest.fixture(scope="module")
def result():
    dataset = ct.synthetic.province("33", children=2_000, year=2022)
    return ct.compute(
        dataset, period="2022", by=["sex"], indicators=["birth_registration_under_5"], area_level="district"
    )


@pytest.fixture(scope="module")
def series():
    years = pl.DataFrame({"unit": ["child"] * 3, "period": ["2020", "2021", "2022"], "count": [31, 27, 35]})
    return charts.series(years, source="nguồn")


@pytest.mark.parametrize("changed", [lambda c: c, lambda c: c.properties(padding=3), lambda c: c.copy(deep=True)])
@pytest.mark.parametrize("kind", ["bar", "panels", "series"])
def test_a_notebook_gets_a_picture(result, series, kind, changed):
    bar = result.plot.bar
    of = {
        "bar": lambda: bar("birth_registration_under_5"),
        "panels": lambda: bar("birth_registration_under_5", by="sex", area_level="district"),
        "series": lambda: series,
    }
    chart = changed(of[kind]())
    shown, about = DisplayFormatter().format(chart)
    assert set(shown) == {"image/svg+xml", "image/png", "text/plain"}
    assert base64.b64decode(shown["image/png"]).startswith(b"\x89PNG")
    svg = shown["image/svg+xml"]
    assert "<script" not in svg
    # Names of languages of markup are no hosts that are asked.
    assert {host for host in re.findall(r'"(https?://[^"]*)"', svg)} <= {
        "http://www.w3.org/2000/svg",
        "http://www.w3.org/1999/xlink",
    }
    width, height = (float(re.search(rf'{side}="([0-9.]+)"', svg)[1]) for side in ("width", "height"))
    assert about["image/png"] == {"width": round(width), "height": round(height)}


def test_a_chart_is_still_one_of_altair(result):
    chart = result.plot("birth_registration_under_5")
    assert isinstance(chart, alt.LayerChart)
    assert type(chart).__name__ == "LayerChart"
    assert chart.to_dict()["$schema"].startswith("https://vega.github.io/schema/vega-lite/")


@pytest.mark.parametrize("language", ["vi", "en"])
def test_without_the_package_that_draws_it_is_named(series, monkeypatch, language):
    monkeypatch.setitem(sys.modules, "vl_convert", None)
    ct.set_language(language)
    try:
        shown, _ = DisplayFormatter().format(series)
    finally:
        ct.set_language("en")
    assert set(shown) == {"text/plain"}
    assert "pip install vl-convert-python" in shown["text/plain"]


def drawn(letter, font):
    chart = alt.Chart(alt.Data(values=[{"t": letter}])).mark_text(fontSize=40).encode(text="t:N")
    svg = vl_convert.vegalite_to_svg(chart.properties(width=60, height=60).configure(font=font).to_dict())
    return vl_convert.svg_to_png(svg)


def test_every_letter_is_drawn_and_by_one_font():
    missing = drawn("\ue123", FONTS)  # for private use: no font has it
    pictures = {letter: drawn(letter, FONTS) for letter in EVERY}
    assert [letter for letter, picture in pictures.items() if picture == missing] == []
    assert len(set(pictures.values())) == len(pictures)  # a letter without its mark would equal another
    alone = [font.strip(" '") for font in FONTS.split(",")]
    of_one = [font for font in alone if all(drawn(letter, font) == picture for letter, picture in pictures.items())]
    assert of_one != []


def test_a_chart_travels(result):
    chart = result.plot("birth_registration_under_5")
    again = pickle.loads(pickle.dumps(chart))
    assert type(again) is type(chart)
    assert again.to_dict() == chart.to_dict()
    assert again._repr_mimebundle_() == chart._repr_mimebundle_()
