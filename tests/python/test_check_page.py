"""The report of a check as people meet it: by eye, on a phone, on paper, by a screen reader, in either language."""

import itertools
import re
from html.parser import HTMLParser

import chitieu as ct
import polars as pl
import pytest
from chitieu._check_facts import alphabetical
from chitieu._check_parts import percent
from chitieu._check_style import STYLE
from chitieu._language import get_language, printed_in, words

DAY = "2022-12-31"
VOID = {"meta", "br", "rect"}


class Element:
    def __init__(self, tag, attrs, parent):
        self.tag, self.attrs, self.parent, self.content = tag, dict(attrs), parent, []

    def find(self, *tags, kind=None):
        """Return the elements inside, in their order."""
        found = []
        for child in self.content:
            if isinstance(child, Element):
                if child.tag in tags and (kind is None or kind in child.attrs.get("class", "").split()):
                    found.append(child)
                found += child.find(*tags, kind=kind)
        return found

    def text(self, without=()):
        parts = (c if isinstance(c, str) else "" if c.tag in without else c.text(without) for c in self.content)
        return re.sub(r"\s+", " ", " ".join(parts)).strip()

    def following(self):
        """Return the next element of the same parent."""
        others = [c for c in self.parent.content if isinstance(c, Element)]
        return others[others.index(self) + 1]


class Page(HTMLParser):
    def __init__(self, html):
        super().__init__()
        self.root = self.here = Element("", [], None)
        self.feed(html)
        assert self.here is self.root, f"<{self.here.tag}> stays open"

    def handle_starttag(self, tag, attrs):
        element = Element(tag, attrs, self.here)
        self.here.content.append(element)
        if tag not in VOID:
            self.here = element

    def handle_endtag(self, tag):
        if tag not in VOID:
            assert self.here.tag == tag
            self.here = self.here.parent

    def handle_data(self, data):
        self.here.content.append(data)


def full():
    return ct.synthetic.province("33", children=20_000, year=2022, silent=3)


def four():
    """Records of four communes of 161."""
    tables = {t: full()[t] for t in full().tables if "commune" in full()[t].columns}
    communes = tables["communes"]["commune"].unique().sort().head(4).to_list()
    tables = {t: frame.filter(pl.col("commune").is_in(communes)) for t, frame in tables.items()}
    return ct.Dataset(area_vintage=DAY, ethnic_list="1979", **tables)


def three():
    """A commune with two rows, and a row of no commune."""
    children = {"child_id": ["a", "b", "c"], "birth_year": 2015, "commune": ["12364", "12364", "99999"]}
    return ct.Dataset(children=pl.DataFrame(children), area_vintage=DAY)


def placeless():
    return ct.Dataset(children=pl.DataFrame({"child_id": ["a", "a"], "birth_year": 2015}), area_vintage=DAY)


def empty():
    return ct.Dataset(children=full()["children"].head(0), area_vintage=DAY)


def reformed():
    units = ct.areas(on="2025-07-01").filter(pl.col("level") == "commune", pl.col("parent") == "33")
    children = {"child_id": ["a", "b"], "birth_year": 2015, "commune": units["code"].head(2).to_list()}
    return ct.Dataset(children=pl.DataFrame(children), area_vintage="2025-07-01")


def two_provinces():
    children = {"child_id": ["a", "b"], "birth_year": 2015, "commune": ["12364", "00001"]}
    return ct.Dataset(children=pl.DataFrame(children), area_vintage=DAY)


def nothing():
    return ct.Dataset()


DATASETS = {made.__name__: made for made in (full, four, three, placeless, empty, reformed, two_provinces, nothing)}
CHECKS = {}


def check_of(name):
    if name not in CHECKS:
        CHECKS[name] = ct.check(DATASETS[name](), period="2025H2" if name == "reformed" else "2022")
    return CHECKS[name]


def page_of(name, language):
    ct.set_language(language)
    try:
        return Page(check_of(name).to_html()).root
    finally:
        ct.set_language("en")


every_page = pytest.mark.parametrize("language", ["vi", "en"])
every_dataset = pytest.mark.parametrize("name", list(DATASETS))


@every_page
@every_dataset
def test_a_screen_reader_finds_its_way(name, language):
    page = page_of(name, language)
    assert [h.attrs["lang"] for h in page.find("html")] == [language]
    headings = page.find("h1", "h2", "h3", "h4")
    levels = [int(h.tag[1]) for h in headings]
    assert levels[0] == 1 and levels.count(1) == 1 and all(b <= a + 1 for a, b in itertools.pairwise(levels))
    assert all(heading.text() for heading in headings)
    assert [len(page.find(tag)) for tag in ("header", "nav", "main", "footer")] == [1, 1, 1, 1]
    assert page.find("nav")[0].attrs["aria-label"]
    ids = [e.attrs["id"] for e in page.find("main", "section", "h2", "h3") if "id" in e.attrs]
    assert len(ids) == len(set(ids))
    links = [a.attrs["href"] for a in page.find("a")]
    assert links[0] == "#main" and {link.removeprefix("#") for link in links} <= set(ids)
    assert [s.attrs["aria-labelledby"] for s in page.find("section")] == [h.attrs["id"] for h in page.find("h2")]
    assert {f"#{h.attrs['id']}" for h in page.find("h2")} == {a.attrs["href"] for a in page.find("nav")[0].find("a")}


@every_page
@every_dataset
def test_every_cell_says_what_it_is(name, language):
    """On a phone a row is a card: cells keep their roles, and carry the name of their column."""
    for table in page_of(name, language).find("table"):
        assert table.attrs["role"] == "table" and table.find("caption")[0].text()
        heads = [head.text() for head in table.find("thead")[0].find("th")]
        assert len(heads) == len(set(heads)) and all(heads)
        roles = {"col": "columnheader", "row": "rowheader", "rowgroup": "rowheader"}
        assert all(th.attrs["role"] == roles[th.attrs["scope"]] for th in table.find("th"))
        assert {e.attrs["role"] for e in table.find("thead", "tbody")} == {"rowgroup"}
        assert all(row.attrs["role"] == "row" for row in table.find("tr"))
        for row in (row for body in table.find("tbody") for row in body.find("tr")):
            cells, first = row.find("td"), row.find("th")[0]
            assert [cell.attrs.get("data-label") for cell in cells] == (
                heads[1:] if first.attrs["scope"] == "row" else []
            )
            assert all(cell.attrs["role"] == "cell" and cell.text() for cell in cells)


@every_page
@every_dataset
def test_a_bar_only_repeats_a_number(name, language):
    page = page_of(name, language)
    for svg in page.find("svg"):
        assert svg.attrs["aria-hidden"] == "true" and re.search(r"\d", svg.parent.text())
    for sign in page.find("span"):
        if sign.text() == "–":
            assert sign.attrs["aria-hidden"] == "true" and sign.following().attrs["class"] == "sr"
            assert sign.following().text()
        else:
            assert sign.attrs["class"] == "sr"


@every_page
@every_dataset
def test_numbers_are_printed_one_way(name, language):
    page = page_of(name, language)
    body = page.find("body")[0].text(without=("code",))
    assert not re.search(r"\d{5}", body)
    point, comma = (",", r"\.") if language == "vi" else (r"\.", ",")
    no_days = re.sub(r"\d+/\d\d/\d{4}|\d{4}-\d\d-\d\d", "", body)
    for number in re.findall(r"\d[\d.,]*\d", no_days):
        grouped = rf"\d{{1,3}}({comma}\d{{3}})*({point}\d)?"
        assert re.fullmatch(grouped, number) or re.fullmatch(r"20\d\d", number), number


def names_of_areas():
    found = {n for day in (DAY, "2025-07-01") for n in ct.areas(on=day)["name"]}
    return sorted(found, key=len, reverse=True)


@every_dataset
def test_a_page_is_in_one_language(name):
    english = page_of(name, "vi").find("html")[0].text(without=("code", "style"))
    assert (
        re.findall(
            r"\b(the|of|and|rows?|communes?|columns?|tables?|fail\w*|errors?|warnings?|notes?|where|undecided|rules?|"
            r"period|scores?|not|recorded|judged|missing|district|province|contents|skip)\b",
            english,
            re.IGNORECASE,
        )
        == []
    )
    vietnamese = page_of(name, "en").find("html")[0].text(without=("code", "style"))
    for area in names_of_areas() if re.search(r"[À-ỹ]", vietnamese) else []:
        vietnamese = vietnamese.replace(area, "")
    assert re.findall(r"\w*[À-ÖØ-öø-ỹ]\w*", vietnamese) == []


@every_page
def test_two_words_for_what_is_unknown(language):
    text = "".join(page_of(name, language).find("body")[0].text() for name in DATASETS).lower()
    wrong = ("chưa rõ", "không rõ xã", "chưa kết luận") if language == "vi" else ("unknown",)
    right = ("chưa xác định được", "không xác định xã") if language == "vi" else ("undecided", "not recorded")
    without_codes = re.sub(r"\w*_\w*", "", text)
    assert all(word not in without_codes for word in wrong) and all(word in text for word in right)


def test_the_page_is_vietnamese_where_nobody_chose_and_the_language_in_use_stays(monkeypatch):
    monkeypatch.setattr("chitieu._language._chosen", None)
    page = Page(check_of("four").to_html()).root
    assert page.find("html")[0].attrs["lang"] == "vi" and "Tính trên 4/161 xã" in page.text()
    assert get_language() == "en"


# ---------------------------------------------------------------- what is told


def cards(page):
    """Return the value and the notes of each card, by its heading."""
    return {
        card.find("h3")[0].text(): (card.find("p")[0].text(), " ".join(p.text() for p in card.find("p")[1:]))
        for card in page.find("div", kind="card")
    }


@every_page
@pytest.mark.parametrize("name", ["full", "four", "three", "reformed"])
def test_cards_say_the_scorecard_and_over_how_many_communes(name, language):
    check, found = check_of(name), cards(page_of(name, language))
    total = check.scorecard("country").to_polars().row(0, named=True)
    communes = check.scorecard("commune").to_polars().filter(pl.col("area") != "unknown")
    number = lambda value, decimals=0: printed_in(language, value, decimals)  # noqa: E731
    parts = {"completeness": ("recorded_values", "expected_values"), "accuracy": ("passed", "judged")}
    parts["timeliness"] = ("updated", "months")
    titles = {"vi": ["Đầy đủ", "Chính xác", "Kịp thời"], "en": ["Complete", "Accurate", "Timely"]}[language]
    for (score, (part, whole)), title in zip(parts.items(), titles, strict=True):
        value, notes = found[title]
        assert value == number(total[score], 1)
        assert notes.startswith(f"{number(total[part])}/{number(total[whole])} ")
        counted = communes[score].count()
        assert f" {number(counted)}/{number(communes.height)} " in notes
    silent = communes.filter(pl.col("rows") == 0).height
    value, notes = found["Xã có dữ liệu trong kỳ" if language == "vi" else "Communes with rows in the period"]
    assert value == f"{number(communes.height - silent)}/{number(communes.height)}"
    assert notes.startswith(f"{number(silent)} {'xã' if language == 'vi' else 'communes'} ")
    assert re.search(rf": {number(total['reported'])}\.", notes)


def test_timeliness_is_that_of_communes_with_a_register():
    """Absent communes are neither counted nor taken for late ones, and the page says so."""
    check = check_of("four")
    communes = check.scorecard("commune").to_polars()
    with_register = communes.filter(pl.col("area").is_in(four()["children"]["commune"].unique().implode()))
    total = check.scorecard("country").to_polars()
    assert total["months"].item() == 12 * with_register.height == communes["months"].sum()
    value, notes = cards(page_of("four", "vi"))["Kịp thời"]
    assert value == "100,0"
    assert "Tính trên 4/161 xã: những xã có sổ theo dõi. 157 xã không có dòng nào trong sổ: không được tính." in notes
    assert "không có cột Ngày cập nhật" not in notes
    assert "không có cột Ngày cập nhật" in cards(page_of("three", "vi"))["Kịp thời"][1]


def test_rows_without_a_commune_are_told():
    value, notes = cards(page_of("three", "vi"))["Xã có dữ liệu trong kỳ"]
    assert value == "1/161" and "1 dòng không xác định xã" in notes and "không tính vào ba điểm" in notes
    value, notes = cards(page_of("placeless", "vi"))["Xã có dữ liệu trong kỳ"]
    assert value.startswith("–") and "2 dòng không xác định xã" in notes and "chỉ tính trên những dòng này" in notes


@pytest.mark.parametrize("name", ["empty", "nothing"])
def test_where_nothing_was_judged_nothing_passes(name):
    text = page_of(name, "vi").text()
    assert "Không có gì để xét." in text and "đều đạt" not in text


@every_page
@pytest.mark.parametrize("name", ["full", "four", "three", "reformed", "two_provinces"])
def test_absent_communes_are_listed_by_district(name, language):
    page, check = page_of(name, language), check_of(name)
    units = ct.areas(on=check.area_vintage)
    communes = check.scorecard("commune").to_polars().filter(pl.col("area") != "unknown")
    silent = communes.filter(pl.col("rows") == 0)
    level = "province" if name == "reformed" else "district"
    parents = dict(units.filter(pl.col("level") == "commune").select("code", "parent").iter_rows())
    uppers = dict(units.filter(pl.col("level") == level).select("code", "name").iter_rows())
    total = 0
    folds = page.find("details")
    for fold in folds:
        area, number, of = re.fullmatch(r"(.+): ([\d.,]+)/([\d.,]+) \w+", fold.text()).groups()
        inside = [code for code in communes["area"] if uppers[parents[code]] == area.split(", ")[0]]
        names = [item.text() for item in fold.following().find("li")]
        absent = silent.filter(pl.col("area").is_in(inside))["name"].to_list()
        assert (number, of) == (printed_in(language, len(absent)), printed_in(language, len(inside)))
        assert names == sorted(absent, key=alphabetical)
        total += len(names)
    assert total == silent.height > 0
    assert len(folds) == len({parents[code] for code in silent["area"]})
    assert ("open" in folds[0].attrs) == (total <= 20)
    assert (", " in folds[0].text()) == (name == "two_provinces")


def test_names_are_in_the_order_of_the_vietnamese_alphabet():
    names = ["Xã Đông", "Xã Ân Thi", "Xã An Tảo", "Xã Dị Sử", "Phường Xa", "Xã Ăn", "Xã Yên", "Xã Ấn"]
    expected = ["Phường Xa", "Xã An Tảo", "Xã Ăn", "Xã Ấn", "Xã Ân Thi", "Xã Dị Sử", "Xã Đông", "Xã Yên"]
    assert sorted(names, key=alphabetical) == expected


def test_what_is_folded_is_printed():
    """Only a screen hides the names after a closed fold."""
    hiding = [m.start() for m in re.finditer(r"details:not\(\[open\]\)", STYLE)]
    assert len(hiding) == 1 and STYLE[: hiding[0]].endswith("@media screen{")
    page = page_of("four", "vi")
    assert all(not fold.find("li") for fold in page.find("details"))
    assert "print-color-adjust:exact" in STYLE and ".card{" in STYLE and "break-inside:avoid" in STYLE


def luminance(colour):
    parts = [int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return sum(weight * p for weight, p in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def test_every_text_has_contrast():
    """At least 4.5 to 1 (WCAG AA) on the page and on cards; a bar 3 to 1 on what it is part of."""
    named = dict(re.findall(r"--(\w+):(#[0-9a-f]{6})", STYLE))
    texts = {named["ink"], named["muted"], *re.findall(r"[{;]color:(#[0-9a-f]{6})", STYLE)}
    assert len(texts) >= 6
    contrast = lambda dark, light: (luminance(light) + 0.05) / (luminance(dark) + 0.05)  # noqa: E731
    assert all(contrast(text, back) >= 4.5 for text in texts for back in ("#ffffff", named["back"]))
    assert contrast(named["bar"], named["rest"]) >= 3


@pytest.mark.parametrize("name", ["full", "four", "three"])
def test_findings_are_grouped_by_severity_and_table(name):
    page, summary = page_of(name, "vi"), check_of(name).summary().filter(pl.col("failed") > 0)
    titles = {"error": "Lỗi", "warning": "Cảnh báo", "info": "Lưu ý"}
    tables = {t["id"]: t["name"]["vi"] for t in words()["tables"]}
    found = page.find("table", kind="findings")
    there = [s for s in titles if summary.filter(pl.col("severity") == s).height]
    assert len(found) == len(there)
    for severity, table in zip(there, found, strict=True):
        expected = summary.filter(pl.col("severity") == severity)
        heading = next(h for h in page.find("h3") if h.following() is table)
        failures = printed_in("vi", expected["failed"].sum())
        assert heading.text() == f"{titles[severity]}: {expected.height} quy tắc, {failures} lần không đạt"
        groups = [body.find("th")[0].text() for body in table.find("tbody")]
        most = expected.group_by("table").agg(pl.col("failed").sum())
        assert sorted(groups) == sorted(tables[t] for t in most["table"])
        by_name = {tables[t]: n for t, n in most.iter_rows()}
        assert [by_name[g] for g in groups] == sorted(by_name.values(), reverse=True)
        for body in table.find("tbody"):
            rows = body.find("tr")[1:]
            of_table = expected.filter(pl.col("table").replace(tables) == body.find("th")[0].text())
            told = {row.find("code")[0].text(): row.find("td")[0].text() for row in rows}
            assert told == {r: printed_in("vi", n) for r, n in of_table.select("rule", "failed").iter_rows()}
            numbers = [int(row.find("td")[0].text().replace(".", "")) for row in rows]
            assert numbers == sorted(numbers, reverse=True)


def test_a_finding_says_in_how_many_communes_and_names_none_for_an_event():
    page, check = page_of("full", "vi"), check_of("full")
    names = set(ct.areas(on=DAY).filter(pl.col("level") == "commune")["name"])
    events = {t["name"]["vi"] for t in words()["tables"] if t["time"] == "event"}
    seen = set()
    for body in page.find("table", kind="findings")[0].find("tbody"):
        table = body.find("th")[0].text()
        for row in body.find("tr")[1:]:
            where = row.find("td")[-1].text()
            found = check.failures(row.find("code")[0].text())["commune"]
            assert where.startswith(f"{found.n_unique()} xã")
            assert any(name in where for name in names) == (table not in events)
            if table not in events:
                code, most = found.value_counts().sort(["count", "commune"], descending=[True, False]).row(0)
                assert f"({most})" in where and code
            seen.add(table in events)
    assert seen == {True, False}


def test_communes_are_listed_with_their_scores_and_errors():
    page, check = page_of("full", "vi"), check_of("full")
    score = check.scorecard("commune").to_polars().filter(pl.col("rows") > 0)
    rows = page.find("table", kind="scores")[0].find("tbody")[0].find("tr")
    assert len(rows) == score.height == 158
    told = {row.find("code")[0].text(): [cell.text() for cell in row.find("td")] for row in rows}
    for row in score.iter_rows(named=True):
        cells = told[row["area"]]
        assert cells[3:] == [printed_in("vi", row["judged"] - row["passed"]), printed_in("vi", row["rows"])]
        assert cells[2] == printed_in("vi", row["timeliness"], 1)


def test_the_tables_add_up_to_the_rules():
    page, summary = page_of("full", "en"), check_of("full").summary()
    rows = page.find("table", kind="tables")[0].find("tbody")[0].find("tr")
    numbers = [[int(cell.text().replace(",", "")) for cell in row.find("td")] for row in rows]
    failed = [summary.filter(pl.col("severity") == s)["failed"].sum() for s in ("error", "warning", "info")]
    assert [sum(column) for column in zip(*numbers, strict=True)] == [sum(map(full().rows, full().tables)), *failed]


def test_a_percentage_is_nothing_or_all_only_where_it_is():
    shown = [percent(value) for value in (0, 0.001, 0.05, 45.55, 99.94, 99.999, 100)]
    assert shown == ["0.0", "< 0.1", "0.1", "45.6", "99.9", "> 99.9", "100.0"]


# ---------------------------------------------------------------- what must not come out


HOSTILE = "<script>alert(1)</script>&'\\\" onmouseover=x"


def test_hostile_rules_stay_text(tmp_path):
    mine = tmp_path / "mine.toml"
    text = f'{{ vi = "{HOSTILE}", en = "{HOSTILE}" }}'
    must = {"x_fails": "works AND NOT works", "x_lacks": "at_risk"}
    mine.write_text(
        "".join(
            f'[[rule]]\ncode = "{code}"\nseverity = "info"\ntable = "children"\ntext = {text}\nmust = "{must}"\n'
            for code, must in must.items()
        ),
        encoding="utf-8",
    )
    children = pl.DataFrame({"child_id": ["a"], "works": [True], "birth_year": 2015, "commune": "12364"})
    check = ct.check(ct.Dataset(children=children, area_vintage=DAY), period="2022", rules=mine)
    html = check.to_html()
    page = Page(html).root
    assert not page.find("script") and "<script" not in html and "<script" not in check._repr_html_()
    told = [th.text() for th in page.find("th") if "alert(1)" in th.text()]
    assert len(told) == 2 and all(HOSTILE.replace("\\", "") in text for text in told)
    assert not any("onmouseover" in e.attrs for e in page.find("th", "td", "tr", "table", "small", "code"))


@every_page
@every_dataset
def test_a_notebook_is_left_as_it_is(name, language):
    """Notebooks set cells to the right; no style of ours reaches anything else there."""
    ct.set_language(language)
    try:
        html = check_of(name)._repr_html_()
    finally:
        ct.set_language("en")
    page = Page(html).root
    assert not page.find("style", "script", "link") and "class=" not in html
    for cell in page.find("th", "td", "p"):
        number = re.fullmatch(
            r"[<> \d.,]+|Không đạt|% không đạt|Chưa xác định được|Fail|% failing|Undecided", cell.text()
        )
        assert cell.attrs["style"] == f"text-align:{'right' if number else 'left'}"
    assert not re.search(r"\d{5}", page.text())


def test_a_notebook_says_how_many_rules_it_leaves_out():
    ct.set_language("vi")
    try:
        page = Page(check_of("full")._repr_html_()).root
    finally:
        ct.set_language("en")
    failing = check_of("full").summary().filter(pl.col("failed") > 0).height
    assert len(page.find("tr")) == 1 + 12 and page.find("p")[-1].text() == f"… {failing - 12} quy tắc nữa"
