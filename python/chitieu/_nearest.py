"""A word that is none of those there are: the error names what there is, the nearest first."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from difflib import SequenceMatcher

from chitieu._errors import PlanError
from chitieu._language import say

#: Words named in an error.
MOST = 12


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
    return ", ".join(order[:MOST]) + (", …" if len(order) > MOST else "") or "–"


def _plain(text: str) -> str:
    """Return a text in lower case and without marks, as it is compared."""
    letters = unicodedata.normalize("NFD", text.casefold().replace("đ", "d"))
    return "".join(c for c in letters if not unicodedata.combining(c))


def _likeness(a: str, b: str) -> float:
    a, b = _plain(a), _plain(b)
    if a == b:
        return 2.0
    # A short name inside a longer one, such as % in "Phần trăm (%)".
    return SequenceMatcher(None, a, b).ratio() + (0.5 if a and a in b else 0.0)
