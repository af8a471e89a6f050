"""One language at a time: every label, message, table, chart and page, walked for words of the other one."""

import re
from html import unescape

import chitieu as ct
import polars as pl
import pytest
from chitieu._language import codes, words
from chitieu.charts._render import svg_of

#: English words that no Vietnamese text of ours has; names of columns, arguments and codes are taken out before.
ENGLISH = (
    "victims|perpetrators|sanctions|above|abuse|abused|age|all|among|and|annex|any|are|area|areas|article|articles|as|been|before|below|between|boy|boys|by|cannot|case|"
    "cases|cell|cells|check|child|children|circular|column|columns|commune|communes|complete|count|counts|day|days|"
    "decree|decision|details|difference|district|does|each|error|events|expected|fail|failed|female|for|form|forms|found|from|girls|group|"
    "groups|had|has|have|in|indicator|indicators|is|it|law|least|limits|list|lower|male|mean|measure|missing|month|months|more|most|"
    "name|names|no|not|nothing|number|numbers|of|on|one|only|or|other|out|over|part|parts|per|percent|period|population|quarter|rate|"
    "rates|ratio|read|record|recorded|records|report|reported|row|rows|rule|rules|school|see|sex|share|shares|should|source|status|"
    "sum|table|tables|than|that|the|their|there|they|this|to|total|undecided|unit|unknown|until|upper|used|value|values|was|were|"
    "which|who|with|without|year|years"
)
#: Letters that only Vietnamese words have.
MARKED = "ăâđêôơưáàảãạắằẳẵặấầẩẫậéèẻẽẹếềểễệíìỉĩịóòỏõọốồổỗộớờởỡợúùủũụứừửữựýỳỷỹỵ"

#: What is of neither language: code, ids, file names, places in tables, SQL, laws by their numbers.
NEUTRAL = (
    r"```.*?```",
    r"`[^`]*`",
    r"<code>.*?</code>",
    r"<style>.*?</style>",
    r"<[^>]*>",
    r"\b(SELECT|COUNT|SUM)\(.*?(?=\n|$)",
    r"\w+\([^()]*(\([^()]*\)[^()]*)*\)",
    r"\w+(\.\w+)+",
    r"\w*_\w*",
    r"\b[a-z]+=\S+",
    r'"[^"\n]*"',
    r"\[[^\]]*\]",
    r"\d+/\S+",
    r"(NĐ-CP|QĐ-TTg|QH13|TT-BLĐTBXH|QĐ[\d.]+|TCTK|PPCĐ|KH-UBND|QĐ)",
)


@pytest.fixture(params=["vi", "en"])
def language(request):
    ct.set_language(request.param)
    yield request.param
    ct.set_language("en")


@pytest.fixture(scope="module")
def dataset():
    return ct.synthetic.province("33", children=4_000, year=2022, seed=2, silent=2)


@pytest.fixture(scope="module")
def places():
    """The names of areas, which are Vietnamese in every language."""
    found = {name for day in ("2022-12-31", "2025-07-01") for name in ct.areas(on=day)["name"]}
    kinds = r"^(Tỉnh|Thành phố|Huyện|Quận|Thị xã|Thị trấn|Xã|Phường|Đặc khu) "
    found |= {re.sub(kinds, "", name) for name in found} | {"Tỉnh", "Huyện"}
    return re.compile("|".join(sorted(map(re.escape, found), key=len, reverse=True)))


def foreign(text, language, places, besides=()):
    """The words of a text that are of the other language."""
    text = unescape(text)
    for word in sorted(besides, key=len, reverse=True):
        text = re.sub(rf"(?<!\w){re.escape(word)}(?!\w)", " ", text)
    for pattern in NEUTRAL:
        text = re.sub(pattern, " ", text, flags=re.DOTALL)
    text = places.sub(" ", text)
    if language == "vi":
        return re.findall(rf"(?<![\w-])(?:{ENGLISH})(?![\w-])", text, re.IGNORECASE)
    text = re.sub(r"đồng|Nội dung", " ", text)  # the money; the name of the column of Vietnamese texts
    return re.findall(rf"\w*[{MARKED}]\w*", text, re.IGNORECASE)


def drawn(chart):
    """The texts that a person sees in a chart."""
    return "\n".join(re.findall(r">([^<>]+)<", svg_of(chart)))


def names(language):
    """Every name of a code, in a language."""
    for of in words()["lists"]:
        for code, (vi, en) in codes(of).items():
            yield of, code, vi if language == "vi" else en


def test_every_label_is_of_its_language(language, places):
    wrong = {(of, code): found for of, code, text in names(language) if (found := foreign(text, language, places))}
    for table in words()["tables"]:
        for text in (table["name"][language], *(c["name"][language == "en"] for c in table["columns"])):
            if found := foreign(text, language, places):
                wrong[table["id"], text] = found
    for about in words()["about"].values():
        for text in (about["name"], about["source"]):
            if text and (found := foreign(text[language], language, places)):
                wrong[text[language]] = found
    assert not wrong


def test_every_definition_is_of_its_language(language, places):
    wrong = {}
    for indicator in ct.catalogue():
        shown = re.sub(
            r"^ .*\b(COUNT|SUM)\(.*$|^  (Cột cần có|Columns|Định nghĩa|Definition): .*$",
            "",
            repr(indicator),
            flags=re.M,
        )
        if found := foreign(shown, language, places):
            wrong[indicator.id] = found
    rules = ct.rules()
    for rule, text, source in rules.select("rule", "text", "source").iter_rows():
        if found := foreign(f"{text}\n{source or ''}", language, places, ["Iglewicz and Hoaglin"]):
            wrong[rule] = found
    assert not wrong


def outputs(dataset):
    """What a person reads, by what it is."""
    children = dataset["children"]
    ids = [
        "child_population",
        "birth_registration_under_5",
        "abused_children",
        "sex_ratio_at_birth",
        "special_circumstances",
    ]
    ask = {"by": ["sex", "age_group", "form"], "area_level": "commune", "area_vintage": "2022-12-31"}
    result = ct.compute(dataset, period="2022", indicators=ids, **ask)
    before = ct.compute(dataset, period="2021", indicators=ids, **ask)
    twice = ct.Dataset(children=pl.concat([children, children.head(3)]), area_vintage="2022-12-31")
    check = ct.check(twice, period="2022")
    left = ct.compute(twice.without(check), period="2022", by=["sex"])
    moved = ct.compute(dataset, period="2022", indicators=ids[:1], area_level="commune", area_vintage="2025-07-01")
    register = ct.abuse.register(dataset)
    selection = register.select(period="2022")
    yield "dataset", re.sub(r"<td[^>]*>[a-z_, ]+</td>", "", dataset._repr_html_())  # words and columns of tables
    yield "register", repr(register)
    for name, found in {
        "result": result,
        "left out": left,
        "moved": moved,
        "twice": ct.compute(twice, period="2022"),
    }.items():
        yield f"{name}: html", found._repr_html_()
        yield f"{name}: notes", "\n".join(found.notes)
        yield f"{name}: warnings", "\n".join(str(w) for w in found.warnings)
    yield "plan", result.plan._repr_html_()
    for id in ids:
        yield f"table {id}", repr(result.table(id, columns="sex", source="X"))
        yield f"measures {id}", repr(result.table(id, rows="age_group"))
        yield f"compared {id}", repr(ct.compare(before, result, indicator=id).table(source="X"))
        yield f"chart {id}", drawn(result.plot(id))
        yield f"communes {id}", drawn(result.plot(id, area_level="commune"))
    yield "chart by form", drawn(result.plot("abused_children", by="form", measure="count"))
    yield "comparison", ct.compare(before, result, indicator=ids[1])._repr_html_()
    yield "scorecard", check.scorecard("district")._repr_html_() + repr(check.scorecard("district").table())
    yield "findings", repr(check.findings_table())
    yield "check", check._repr_html_() + check.to_html()
    tables = {
        "units": selection.units(),
        "counts": selection.counts("child", by=["sex", "age_group", "form"]),
        "share": selection.counts("child", by=["sex"]).share(),
        "forms": selection.forms(),
        "overlaps": selection.overlaps(),
        "matrix": selection.form_matrix(),
        "repeats": selection.repeats("quarter"),
        "recurrence": selection.recurrence("2022-12-31"),
        "relations": selection.relations(),
        "response": selection.response(until="2022-12-31"),
        "supported": selection.supported(),
        "sanctions": register.sanctions(period="2022", by=["form"]),
        "ages": selection.counts("child", by=["sex", "age_group"]),
    }
    for name, table in tables.items():
        yield f"abuse: {name}", table._repr_html_()
    yield "abuse printed", repr(tables["counts"].table(rows="form", columns="sex", percent=True))
    yield "pyramid", drawn(ct.charts.pyramid(tables["ages"], source="X"))
    yield (
        "overlap",
        drawn(
            ct.charts.forms_overlaps(tables["forms"], overlaps=tables["overlaps"], matrix=tables["matrix"], source="X")
        ),
    )
    yield "series", drawn(ct.charts.series(tables["repeats"].filter(area="33"), source="X"))
    supported = selection.supported(area_level="district")
    yield "funnel", drawn(ct.charts.funnel(supported.without_protection("X"), source="X", area_level="district"))
    rows = supported.to_polars().with_columns(numerator=pl.lit(20), denominator=pl.lit(40), value=pl.lit(50.0))
    status = pl.when(pl.int_range(pl.len()) % 4 == 0).then(pl.lit("suppressed")).otherwise(pl.lit("ok"))
    yield "funnel of a part", drawn(ct.charts.funnel(rows.with_columns(status=status), source="X"))
    yield "pyramid let go", drawn(ct.charts.pyramid(tables["ages"].without_protection("X"), source="X"))


def test_everything_shown_is_of_its_language(language, dataset, places):
    besides = ["chitieu", "Result", "Check", "Dataset", "Register", *(i.id for i in ct.catalogue())]
    wrong = {what: found for what, text in outputs(dataset) if (found := foreign(text, language, places, besides))}
    assert not wrong


def test_a_reading_is_of_its_language(language, places, tmp_path):
    file = tmp_path / "a.csv"
    lines = [
        "UBND XÃ;;;",
        "Mã trẻ;Ngày sinh;Giới tính;Xã;Lạ",
        "k1;31/02/2015;Nữ;Hải Triều;1",
        "k2;1/3/2015;x;Hải Triều;2",
        "Tổng;;;;2",
    ]
    file.write_text("\n".join(lines), encoding="utf-8")
    reading = ct.read(file, table="children", area_vintage="2022-12-31", within="33")
    told = [reading._repr_html_(), repr(reading.findings_table())]
    told += [
        text
        for frame, column in ((reading.changes, "meaning"), (reading.set_aside, "meaning"))
        for text in frame[column]
    ]
    folder = ct.read_folder(tmp_path, area_vintage="2022-12-31", within="33")
    told.append(folder._repr_html_())
    own = ["a.csv", "Lạ", "children", "csv", "utf"]
    assert not {text[:80]: found for text in told if (found := foreign(text, language, places, own))}


def test_the_walk_finds_a_word_of_the_other_language(places):
    assert foreign("Số trẻ em (ratio)", "vi", places) == ["ratio"]
    assert foreign("Chỉ cho: year", "vi", places) == ["year"]
    assert foreign("Children of Tỉnh Hưng Yên, không rõ", "en", places) == ["không", "rõ"]
    assert foreign('gõ columns="sex" hoặc result.only(...)', "vi", places) == []
