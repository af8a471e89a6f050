"""Which word is meant; if it is none of those there are, the error names them, the nearest first."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from difflib import SequenceMatcher

from chitieu._errors import PlanError
from chitieu._language import say

#: The marks of Vietnamese tones.
TONES = "\u0300\u0301\u0303\u0309\u0323"

#: Words named in an error.
MOST = 12


def one_of(what: str, got: object, known: Mapping[str, Iterable[str]]) -> str:
    """Return the word that was given, or the one whose name was given: with its marks, or all in letters without.

    Args:
        what: The column or argument that it was given for.
        got: What was given, of any type.
        known: The words, each with the names people have for it.

    Raises:
        PlanError: If it is no word and not the name of one alone; of several they are named.
    """
    if not isinstance(got, str) or got in known:
        if isinstance(got, str):
            return got
        raise unknown_word(what, got, known)
    # A wrong mark may be another name, which is not among those known: no guess. A text without any is none.
    for like in (_toned, _plain) if _plain(got) == _folded(got) else (_toned,):
        called = [word for word, names in known.items() if like(got) in {like(n) for n in _every_name(names)}]
        if len(called) == 1:
            return called[0]
        if called:
            raise _several(what, got, called)
    raise unknown_word(what, got, known)


def _every_name(names: Iterable[str]) -> Iterable[str]:
    """Yield names, and of ``Phần trăm (%)`` also the two of which it is made."""
    for name in names:
        yield name
        if parts := re.fullmatch(r"(.+) \((.+)\)", name):
            yield from parts.groups()


def _several(what: str, got: str, called: Sequence[str]) -> PlanError:
    shown = ", ".join(called[:MOST]) + (", …" if len(called) > MOST else "")
    return PlanError(
        say(
            f'{what}: "{got}" là tên của nhiều giá trị: {shown}; hãy ghi một trong các mã đó',
            f'{what}: "{got}" is the name of several: {shown}; give one of these codes',
        ),
        code="unknown_choice",
        column=what,
        expected=shown,
        got=got,
    )


def unknown_word(what: str, got: object, known: Mapping[str, Iterable[str]]) -> PlanError:
    """Return the error for a word that is none of some.

    Args:
        what: The column or argument that it was given for.
        got: What was given, of any type.
        known: The words, each with the names people have for it.
    """
    shown = f'"{got}"' if isinstance(got, str) else type(got).__name__
    words = nearest(got, known)
    return PlanError(
        say(
            f"{what}: {shown} không có trong bảng; có (gần nhất trước): {words}",
            f"{what}: {shown} is not in the table, which has (nearest first) {words}",
        ),
        code="unknown_choice",
        column=what,
        expected=words,
        got=got if isinstance(got, str) else type(got).__name__,
    )


def nearest(got: object, known: Mapping[str, Iterable[str]]) -> str:
    """Return the known words as an error names them: those nearest to what was given first, if that is a text."""
    order = list(known)
    if isinstance(got, str):
        order.sort(key=lambda word: -max(_likeness(got, name) for name in (word, *known[word])))
    shown = [_with_name(word, known[word]) for word in order[:MOST]]
    return ", ".join(shown) + (", …" if len(order) > MOST else "") or "–"


def _with_name(word: str, names: Iterable[str]) -> str:
    """Return a word as an error names it: a code of an area, which tells nothing, with its name."""
    name = next(iter(names), "")
    return f"{word} ({name})" if word.isdigit() and name and word not in name else word


def _folded(text: str) -> str:
    """Return a text in lower case and one form of Unicode, with single spaces."""
    return " ".join(unicodedata.normalize("NFC", text).casefold().split())


def _toned(text: str) -> str:
    """Return a text with the tone of each word at its end: ``hòa`` and ``hoà`` are one word."""
    words = []
    for word in _folded(text).split():
        letters = unicodedata.normalize("NFD", word)
        tones = "".join(c for c in letters if c in TONES)
        words.append(unicodedata.normalize("NFC", "".join(c for c in letters if c not in TONES)) + tones)
    return " ".join(words)


def _plain(text: str) -> str:
    """Return a text in lower case and without marks, as it is compared."""
    letters = unicodedata.normalize("NFD", _folded(text).replace("đ", "d"))
    return "".join(c for c in letters if not unicodedata.combining(c))


def _likeness(a: str, b: str) -> float:
    a, b = _plain(a), _plain(b)
    if a == b:
        return 2.0
    # A short name inside a longer one, such as % in "Phần trăm (%)".
    return SequenceMatcher(None, a, b).ratio() + (0.5 if a and a in b else 0.0)
