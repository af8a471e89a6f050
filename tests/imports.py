"""Which Rust file uses which: no circle of files, and no room that imports one above it.

Run by ``make lint``; ``tests/imports.py --all`` lists the circles that are still allowed too. A path is followed
through re-exports to the file that defines the item. So a ``mod.rs`` that only re-exports its children is in no circle;
one that defines what its children use, and uses them, is. Methods are not followed: an ``impl`` may be spread over
files.

The tool ``cargo-modules`` finds circles too, but has to be compiled with rust-analyzer's crates for minutes in each run
of CI.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

#: Rooms (folders and files of ``src``) from the ground up; a room imports none of its own floor either.
FLOORS = [
    {"text", "spelling", "task"},
    {"error"},
    {"limits", "disk", "paper", "period", "calendar", "stats"},
    {"area", "catalogue", "decree56"},
    {"grid"},
    {"question", "record", "synthetic"},
    {"intake", "tally"},
    {"plan", "crosstab", "quality", "abuse"},
    {"estimate"},
    {"compute", "disclosure", "publish"},
    {"python"},
]
#: Circles that remain, by room. They may shrink; no other file may join.
CIRCLES: list[set[str]] = []

TOKEN = re.compile(
    r"""//[^\n]*|/\*.*?\*/|\bb?r(\#*)".*?"\1|\bb?"(?:\\.|[^"\\])*"|"(?:\\.|[^"\\])*"|'(?:\\[^']+|\\'|[^\\'])'|'\w+|\s+|(\w+|::|.)""",
    re.DOTALL,
)
ITEMS = {"fn", "struct", "enum", "union", "trait", "type", "const", "static"}
Names = tuple[str, ...]


@dataclass
class Module:
    """A module: the names it defines, those it has from elsewhere, and the paths and words in its code."""

    path: Names
    file: str
    defines: set[str] = field(default_factory=set)
    uses: list[tuple[str, Names, bool]] = field(default_factory=list)  # name, path, whether it is re-exported
    paths: set[Names] = field(default_factory=set)
    words: set[str] = field(default_factory=set)


def leaves(tokens: list[str], before: Names = ()) -> Iterator[tuple[str, Names]]:
    """Each name that a ``use`` brings, with its path; ``*`` for a glob."""
    part: list[str] = []
    depth = 0
    for token in [*tokens, ","]:
        depth += (token == "{") - (token == "}")
        if token != "," or depth:
            part.append(token)
            continue
        if "{" in part:
            brace = part.index("{")
            yield from leaves(part[brace + 1 : -1], (*before, *(word for word in part[:brace] if word != "::")))
        elif part:
            name = part[-1]
            path = (*before, *(word for word in (part[:-2] if "as" in part else part) if word != "::"))
            path = path[:-1] if path[-1] == "self" and len(path) > 1 else path
            yield path[-1] if name == "self" else name, path
        part = []


def closing(tokens: list[str], at: int) -> int:
    """The place behind what begins at a place: an attribute, or an item up to its semicolon or last brace."""
    ends = "]" if tokens[at] == "[" else ";}"
    depth = 0
    while at < len(tokens):
        depth += (tokens[at] in "{([") - (tokens[at] in "})]")
        at += 1
        if depth == 0 and tokens[at - 1] in ends:
            break
    return at


def parse(text: str, root: Module, modules: dict[Names, Module]) -> set[Names]:
    """Read a file into its module and the modules written inside it. Gives the modules that only tests have."""
    tokens = [match[2] for match in TOKEN.finditer(text) if match[2]]
    inside, tests = [(0, root)], set()
    depth = at = 0
    while at < len(tokens):
        (level, module), token = inside[-1], tokens[at]
        behind = tokens[at + 1 : at + 3]
        if token == "#" and behind[:1] == ["["]:
            end = closing(tokens, at + 1)
            if {"cfg", "test"} <= set(tokens[at:end]) and "not" not in tokens[at:end]:
                while tokens[end] == "#":
                    end = closing(tokens, end + 1)
                if tokens[end] == "mod":
                    tests.add((*module.path, tokens[end + 1]))
                end = closing(tokens, end)
            at = end
            continue
        if token == "use" and behind[:1] != ["<"]:
            end = tokens.index(";", at)
            is_public = at > 0 and tokens[at - 1] in ("pub", ")")
            module.uses += [(name, path, is_public) for name, path in leaves(tokens[at + 1 : end])]
            at = end
            continue
        if token == "mod" and behind[1:] == ["{"]:
            path = (*module.path, behind[0])
            depth += 1
            inside.append((depth, modules.setdefault(path, Module(path, root.file))))
            at += 3
            continue
        if token == "{" or token == "}":
            depth += 1 if token == "{" else -1
            if len(inside) > 1 and depth < level:
                inside.pop()
        elif token in ITEMS and depth == level and behind:
            module.defines.add(behind[0])
        elif token == "macro_rules" and depth == level:
            module.defines.add(behind[1])
        elif token[0].isalpha() or token[0] == "_":
            path = [token]
            while tokens[at + 1 : at + 2] == ["::"] and at + 2 < len(tokens) and tokens[at + 2].isidentifier():
                path.append(tokens[at + 2])
                at += 2
            module.words.add(path[0])
            if len(path) > 1:
                module.paths.add(tuple(path))
        at += 1
    return tests


def load(top: Path) -> dict[Names, Module]:
    """All modules below a folder, by their path; the first name of a path is the crate's."""
    modules: dict[Names, Module] = {}
    tests: set[Names] = set()
    for crate, folder in (("chitieu", top / "src"), ("python", top / "python/src")):
        for file in sorted(folder.rglob("*.rs")):
            inside = file.relative_to(folder).with_suffix("").parts
            path = (crate, *(inside[:-1] if inside[-1] in ("mod", "lib") else inside))
            module = modules.setdefault(path, Module(path, str(file.relative_to(top))))
            tests |= parse(file.read_text(encoding="utf-8"), module, modules)
    return {path: m for path, m in modules.items() if not any(path[: len(t)] == t for t in tests)}


def find(
    modules: dict[Names, Module], module: Module, path: Names, seen: frozenset = frozenset()
) -> tuple[Module, str] | None:
    """Give the module that defines what a path names, and its name there; none for a module and for other crates."""
    head, rest = path[0], path[1:]
    starts = {"crate": module.path[:1], "self": module.path, "super": module.path[:-1], "chitieu": ("chitieu",)}
    child = modules.get(starts.get(head, (*module.path, head)))
    if child and rest and (found := find(modules, child, rest, seen)):
        return found
    if head in module.defines:
        return module, head
    if head in starts or (module.path, head) in seen:
        return None
    seen |= {(module.path, head)}
    for name, used, _ in module.uses:
        target = {head: (*used, *rest), "*": (*used[:-1], *path)}.get(name)
        if target and (found := find(modules, module, target, seen)):
            return found
    return None


def imports(modules: dict[Names, Module]) -> dict[tuple[str, str], set[str]]:
    """Which file uses which other one, with the items that it uses."""
    edges: dict[tuple[str, str], set[str]] = {}
    for module in modules.values():
        needed = set(module.paths)
        for name, path, is_public in module.uses:
            if name == "*":
                needed |= {(*path[:-1], word) for word in module.words}
                continue
            found = find(modules, module, path)
            # What a module only re-exports of its own children it does not use itself.
            is_facade = (
                is_public and name not in module.words and found and found[0].path[: len(module.path)] == module.path
            )
            needed |= set() if is_facade else {path}
        for path in needed:
            found = find(modules, module, path)
            if found and found[0].file != module.file:
                edges.setdefault((module.file, found[0].file), set()).add(found[1])
    return edges


def circles(edges: dict[tuple[str, str], set[str]]) -> list[set[str]]:
    """The files that reach each other, in groups."""
    direct: dict[str, set[str]] = {}
    for source, target in edges:
        direct.setdefault(source, set()).add(target)
    reach: dict[str, set[str]] = {}
    for file in direct:
        reach[file], new = set(), {file}
        while new:
            new = set().union(*(direct.get(f, set()) for f in new)) - reach[file]
            reach[file] |= new
    groups = {frozenset(f for f in reach[file] if file in reach.get(f, ())) for file in reach if file in reach[file]}
    return sorted((set(group) for group in groups), key=min)


def room(file: str) -> str:
    """The folder or file of ``src`` that a file belongs to; all of the bindings are one room."""
    parts = Path(file).with_suffix("").parts
    return "python" if parts[0] == "python" else parts[1]


def upward(edges: dict[tuple[str, str], set[str]], floors: list[set[str]]) -> list[tuple[str, str]]:
    """Imports of rooms on the same or a higher floor. A room that no floor has lies above all."""
    floor = {name: at for at, rooms in enumerate(floors) for name in rooms}
    rooms = {edge: [room(file) for file in edge] for edge in edges}
    height = {edge: [floor.get(name, len(floors)) for name in rooms[edge]] for edge in edges}
    return sorted(e for e in edges if rooms[e][0] != rooms[e][1] and height[e][0] <= height[e][1])


def report(top: Path, floors: list[set[str]], allowed: list[set[str]], everything: bool) -> tuple[list[str], bool]:
    """Circles and upward imports of a tree as lines, and whether one of them is not allowed."""
    edges = imports(load(top))
    groups, above = circles(edges), upward(edges, floors)
    refused = [group for group in groups if not any(group <= circle for circle in allowed)]
    lines = []
    for group in groups if everything else refused:
        lines.append(f"circle of {len(group)} files")
        inside = sorted(edge for edge in edges if set(edge) <= group)
        lines += [f"  {a} -> {b}: {', '.join(sorted(edges[a, b]))}" for a, b in inside]
    lines += [f"upward: {a} -> {b}: {', '.join(sorted(edges[a, b]))}" for a, b in above]
    lines.append(f"{len(groups)} circles of {sum(map(len, groups))} files, {len(above)} upward imports")
    return lines, bool(refused or above)


def main() -> None:
    lines, failed = report(Path(__file__).parent.parent, FLOORS, CIRCLES, "--all" in sys.argv)
    print("\n".join(lines))
    sys.exit(failed)


if __name__ == "__main__":
    main()
