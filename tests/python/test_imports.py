"""`tests/imports.py` on a made-up tree: what it calls a circle and an upward import."""

import importlib.util
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FLOORS = [{"ground"}, {"house"}]
CLEAN = {
    "lib.rs": "mod ground;\nmod house;",
    "ground.rs": "pub struct Stone;\npub fn lay() -> Stone { Stone }",
    # A facade: its children use each other's items through it.
    "house/mod.rs": "mod door;\nmod wall;\npub use door::Door;\npub(crate) use wall::{Wall as Side, height};",
    "house/door.rs": "use super::Side;\nuse crate::ground::{self, Stone};\n"
    "pub struct Door(Side, Stone);\nfn new() { ground::lay(); }",
    "house/wall.rs": "pub struct Wall;\npub fn height() -> u8 { 1 }\n// use super::Door;\n"
    'const TEXT: &str = "use super::Door;";\n#[cfg(test)]\nmod tests { use crate::house::Door; }',
}


@pytest.fixture(scope="module")
def checker():
    spec = importlib.util.spec_from_file_location("imports", ROOT / "tests/imports.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules["imports"] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    return module


def report(checker, folder, allowed=(), **changed):
    for name, text in (CLEAN | {key.replace("__", "/") + ".rs": text for key, text in changed.items()}).items():
        path = folder / "src" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return checker.report(folder, FLOORS, list(allowed), everything=False)


def test_a_facade_is_no_circle(checker, tmp_path):
    lines, failed = report(checker, tmp_path)
    assert lines == ["0 circles of 0 files, 0 upward imports"] and not failed
    assert checker.imports(checker.load(tmp_path)) == {
        ("src/house/door.rs", "src/house/wall.rs"): {"Wall"},
        ("src/house/door.rs", "src/ground.rs"): {"Stone", "lay"},
    }


@pytest.mark.parametrize(
    "use",
    ["use super::Door;", "use crate::house::{Door as D};", "use super::*;\ntype D = Door;", "type D = super::Door;"],
)
def test_a_circle_through_a_reexport(checker, tmp_path, use):
    lines, failed = report(checker, tmp_path, house__wall=f"{CLEAN['house/wall.rs']}\n{use}")
    assert failed and lines[0] == "circle of 2 files" and lines[-1] == "1 circles of 2 files, 0 upward imports"
    assert [line.split(":")[0].strip() for line in lines[1:-1]] == [
        "src/house/door.rs -> src/house/wall.rs",
        "src/house/wall.rs -> src/house/door.rs",
    ]


def test_a_root_whose_children_use_its_helpers(checker, tmp_path):
    root = CLEAN["house/mod.rs"] + "\npub fn help() {}\npub fn open() -> Door { todo!() }"
    door = CLEAN["house/door.rs"] + "\nfn f() { super::help() }"
    lines, failed = report(checker, tmp_path, house__mod=root, house__door=door)
    assert failed and "  src/house/mod.rs -> src/house/door.rs: Door" in lines


def test_a_known_circle_may_stay_but_not_grow(checker, tmp_path):
    changed = {"house__wall": CLEAN["house/wall.rs"] + "\nuse super::Door;"}
    both = {"src/house/door.rs", "src/house/wall.rs"}
    assert report(checker, tmp_path, [both], **changed) == (["1 circles of 2 files, 0 upward imports"], False)
    assert report(checker, tmp_path, [both - {"src/house/door.rs"}], **changed)[1]


@pytest.mark.parametrize("path", ["crate::house::Door", "crate::house::Side"])
def test_an_upward_import(checker, tmp_path, path):
    lines, failed = report(checker, tmp_path, ground=f"pub struct Stone;\nfn f(_: {path}) {{}}\npub fn lay() {{}}")
    assert failed and any(line.startswith("upward: src/ground.rs -> src/house/") for line in lines)
