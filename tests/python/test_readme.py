"""The examples of both READMEs run as they stand, print what their comments say, and are the same."""

import ast
import io
import re
from contextlib import redirect_stdout
from pathlib import Path

import chitieu as ct
import pytest

ROOT = Path(__file__).parents[2]
READMES = ["README.md", "README.vi.md"]


def blocks(readme, language):
    """Return the examples, each after as many empty lines as it has lines above it: errors name the line."""
    text = (ROOT / readme).read_text(encoding="utf-8")
    found = re.finditer(rf"^```{language}\n(.*?)^```$", text, flags=re.MULTILINE | re.DOTALL)
    examples = ["\n" * text[: m.start(1)].count("\n") + m[1] for m in found]
    assert examples, f"{readme} has no {language} example"
    return examples


def without_comments(rust):
    return [line for line in rust.splitlines() if line.strip() and not line.strip().startswith("//")]


@pytest.fixture
def in_english():
    before = ct.get_language()
    ct.set_language("en")
    yield
    ct.set_language(before)


@pytest.mark.parametrize("readme", READMES)
@pytest.mark.usefixtures("in_english")
def test_examples_print_what_their_comments_say(readme):
    names = {}
    for code in blocks(readme, "python"):
        expected = re.findall(r"^\s*print\(.*\)  # (.+)$", code, flags=re.MULTILINE)
        with redirect_stdout(io.StringIO()) as printed:
            exec(compile(code, str(ROOT / readme), "exec"), names)
        assert printed.getvalue().splitlines() == expected


def test_both_readmes_have_the_same_examples():
    english, vietnamese = ([ast.dump(ast.parse(code)) for code in blocks(r, "python")] for r in READMES)
    assert english == vietnamese
    english, vietnamese = ([without_comments(code) for code in blocks(r, "rust")] for r in READMES)
    assert english == vietnamese


@pytest.mark.parametrize("readme", READMES)
def test_links_lead_to_files(readme):
    text = (ROOT / readme).read_text(encoding="utf-8")
    targets = [t for t in re.findall(r"\]\(([^)]+)\)", text) if "://" not in t]
    assert targets
    assert [t for t in targets if not (ROOT / t).exists()] == []


def test_the_rust_example_is_that_of_the_crate():
    # The crate's own page is compiled and run by cargo; here it is enough that the calls are the same.
    crate = (ROOT / "src" / "lib.rs").read_text(encoding="utf-8")
    documented = iter([line.strip() for line in re.findall(r"^//!(.*)$", crate, flags=re.MULTILINE)])
    [example] = blocks("README.md", "rust")
    own = {"fn main() -> Result<(), Box<dyn std::error::Error>> {", "Ok(())", "}"}
    lines = [line.strip() for line in without_comments(example) if line.strip() not in own]
    assert len(lines) > 5
    # In that order: an iterator that has passed a line does not give it again.
    assert [line for line in lines if line not in documented] == []
