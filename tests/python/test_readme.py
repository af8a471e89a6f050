"""READMEs and guide: examples run as they stand and print what their comments say, both languages say the same.

Whether links and anchors of the built guide lead somewhere is looked at by `docs/check.py`, in `make lint`.
"""

import ast
import io
import re
import xml.etree.ElementTree as ET
from contextlib import redirect_stdout
from pathlib import Path

import chitieu as ct
import pytest

ROOT = Path(__file__).parents[2]
READMES = ["README.md", "README.vi.md"]
#: Pages of the guide, without their language.
PAGES = sorted(str(path.relative_to(ROOT / "docs/en")) for path in (ROOT / "docs/en").rglob("*.md"))
#: The same document in both languages.
PAIRS = [("README.md", "README.vi.md"), *((f"docs/en/{page}", f"docs/vi/{page}") for page in PAGES)]


def text_of(document):
    return (ROOT / document).read_text(encoding="utf-8")


def blocks(document, language):
    """Return the examples, each after as many empty lines as it has lines above it: errors name the line."""
    text = text_of(document)
    found = re.finditer(rf"^```{language}\n(.*?)^```$", text, flags=re.MULTILINE | re.DOTALL)
    return ["\n" * text[: m.start(1)].count("\n") + m[1] for m in found]


WITH_EXAMPLES = [document for pair in PAIRS for document in pair if blocks(document, "python")]


def levels(document):
    """Return the levels of the headings, which in the blocks of examples are comments."""
    prose = re.sub(r"^```.*?^```$", "", text_of(document), flags=re.MULTILINE | re.DOTALL)
    return [len(marks) for marks in re.findall(r"^(#+) ", prose, flags=re.MULTILINE)]


@pytest.fixture
def in_english():
    before = ct.get_language()
    ct.set_language("en")
    yield
    ct.set_language(before)


@pytest.mark.parametrize("document", WITH_EXAMPLES)
@pytest.mark.usefixtures("in_english")
def test_examples_print_what_their_comments_say(document):
    names = {}
    for code in blocks(document, "python"):
        expected = re.findall(r"^\s*print\(.*\)  # (.+)$", code, flags=re.MULTILINE)
        with redirect_stdout(io.StringIO()) as printed:
            exec(compile(code, str(ROOT / document), "exec"), names)
        assert printed.getvalue().splitlines() == expected


def test_there_are_examples():
    assert {*READMES, "docs/en/read.md", "docs/vi/abuse.md", "docs/en/statistics.md"} <= set(WITH_EXAMPLES)


def test_both_languages_have_the_same_pages():
    assert PAGES == sorted(str(path.relative_to(ROOT / "docs/vi")) for path in (ROOT / "docs/vi").rglob("*.md"))


@pytest.mark.parametrize("pair", PAIRS)
def test_both_languages_have_the_same_examples_and_headings(pair):
    # The language of what is shown is that of the page.
    english, vietnamese = (
        [
            ast.dump(ast.parse(code.replace('set_language("vi")', 'set_language("en")')))
            for code in blocks(page, "python")
        ]
        for page in pair
    )
    assert english == vietnamese
    english, vietnamese = (levels(document) for document in pair)
    assert english == vietnamese
    assert english[0] == 1


@pytest.mark.parametrize("readme", READMES)
def test_links_lead_to_files(readme):
    targets = [t for t in re.findall(r"\]\(([^)]+)\)", text_of(readme)) if "://" not in t]
    assert targets
    assert [t for t in targets if not (ROOT / t).exists()] == []


@pytest.mark.parametrize("document", [*READMES, "ARCHITECTURE.md"])
def test_documents_to_begin_with_are_short(document):
    assert len(text_of(document).splitlines()) <= 150


@pytest.mark.parametrize("document", [*READMES, "ARCHITECTURE.md", "DESIGN.md", "PERFORMANCE.md"])
def test_lines_are_no_longer_than_a_screen(document):
    assert [line for line in text_of(document).splitlines() if len(line) > 110] == []


def test_rust_examples_are_files_that_are_compiled_and_run():
    run = (ROOT / "tests/examples.rs").read_text(encoding="utf-8") + text_of("tests/crosstab.rs")
    for document in ("docs/en/rust.md", "docs/vi/rust.md"):
        assert not blocks(document, "rust")
        included = re.findall(r"^```{literalinclude} \.\./\.\./(.+)$", text_of(document), flags=re.MULTILINE)
        assert len(included) >= 2
        assert [name for name in included if name not in run] == []


def test_the_rust_example_is_that_of_the_crate():
    # The crate's own page is compiled and run by cargo too; here it is enough that the calls are the same.
    documented = [line.strip() for line in re.findall(r"^//!(.*)$", text_of("src/lib.rs"), flags=re.MULTILINE)]
    lines = [line.strip() for line in text_of("examples/indicator.rs").splitlines()]
    code = "".join(line for line in lines if line and not line.startswith("//"))
    begun = code.index("let children")
    example = code[begun : code.index("for row in", begun)]
    shared = "".join(line for line in documented if line and not line.startswith(("//", "#")))
    assert "compute(&dataset, &plan)" in example
    for statement in example.split(";"):
        assert statement in shared


@pytest.mark.parametrize(
    "module", [ct, ct.abuse, ct.charts, ct.disclosure, ct.stats, ct.synthetic], ids=lambda m: m.__name__
)
def test_the_guide_has_every_public_name(module):
    page = text_of(f"docs/en/api/{module.__name__.split('.')[-1]}.md")
    named = set(re.findall(r"^\.\. \w+:: (?:\S+\.)?(\w+)$", page, flags=re.MULTILINE))
    modules = {"abuse", "charts", "disclosure", "stats", "synthetic", "__version__"}
    assert set(module.__all__) - modules - named == set()


@pytest.mark.parametrize(("language", "readme"), [("en", "README.md"), ("vi", "README.vi.md")])
def test_the_picture_shows_what_is_computed_today(language, readme):
    path = f"docs/picture.{language}.svg"
    assert f"]({path})" in text_of(readme)
    drawn = [text for node in ET.fromstring(text_of(path)).iter() if (text := (node.text or "").strip())]
    before = ct.get_language()
    ct.set_language(language)
    province = ct.synthetic.province("33", children=20_000, year=2022, seed=1)
    indicator = "special_circumstances"
    result = ct.compute(province, period="2022", indicators=[indicator], area_level="district")
    shown = {"measure": "percent", "area_level": "district"}
    districts = result.only(indicator, **shown)["area"]
    values = [result.printed(indicator, area=area, **shown) for area in districts]
    heading = result.plot(indicator, area_level="district").to_dict()["title"]
    ct.set_language(before)
    assert len(values) == 10
    assert [text for text in [*values, *heading["text"], *heading["subtitle"]] if text not in drawn] == []
