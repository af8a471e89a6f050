"""One setting for the language of names, tables and messages."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Sequence
from contextvars import ContextVar, copy_context
from decimal import ROUND_HALF_UP, Decimal
from functools import cache
from typing import Any, TypeVar

from chitieu import _native
from chitieu._errors import PlanError

T = TypeVar("T")

#: What was chosen in this context: a thread, a task.
_here: ContextVar[str | None] = ContextVar("chitieu_language", default=None)
#: What the main thread chose: it holds where nothing else was chosen.
_chosen: str | None = None


def set_language(code: str) -> None:
    """Choose Vietnamese (``"vi"``) or English (``"en"``) for everything a person reads.

    Codes and column names of data do not change. The choice holds in this context: a thread or a task that chooses for
    itself changes nothing elsewhere, and one that does not has the choice of the main thread.

    Args:
        code: ``"vi"`` or ``"en"``.

    Raises:
        PlanError: For any other code.

    Example:
        >>> import chitieu as ct
        >>> ct.set_language("vi")
        >>> ct.catalogue()["child_population"].name
        'Dân số trẻ em'
        >>> ct.set_language("en")
    """
    global _chosen
    if code not in ("vi", "en"):
        raise PlanError(
            say(f'ngôn ngữ: "{code}" không hợp lệ; cần một trong: vi, en', f'language: "{code}" is not one of vi, en'),
            code="unknown_choice",
            expected="vi, en",
            got=str(code),
        )
    _here.set(code)
    if is_main():
        _chosen = code


def is_main() -> bool:
    """Tell the main thread: what it chooses holds in threads that choose nothing."""
    return threading.current_thread() is threading.main_thread()


def get_language() -> str:
    """Return the language in use, ``"vi"`` or ``"en"``."""
    return _here.get() or _chosen or "en"


def report_language() -> str:
    """Return the language of what is handed to others: Vietnamese unless the user chose English."""
    return _chosen or "vi" if is_main() else _here.get() or _chosen or "vi"


def speaking(language: str, make: Callable[[], T]) -> T:
    """Return what is made while a language is in use for it alone."""
    context = copy_context()
    context.run(_here.set, language)
    return context.run(make)


def pick(text: dict[str, str]) -> str:
    """Return the wording of a ``{"vi": ..., "en": ...}`` text in the language in use."""
    return text[get_language()]


def say(vi: str, en: str) -> str:
    """Return one of two wordings."""
    return vi if get_language() == "vi" else en


@cache
def words() -> dict[str, Any]:
    """Return tables, columns and code lists as the crate ships them."""
    found: dict[str, Any] = json.loads(_native.words())
    return found


def label(list_id: str, *, code: str) -> str:
    """Return the name of a code in the language in use; the code itself where the list has no name for it.

    Args:
        list_id: A list of codes: a dimension (``"form"``), ``"measure"``, ``"status"``, ``"area_level"`` …
        code: The code.

    Example:
        >>> import chitieu as ct
        >>> ct.label("form", code="neglect"), ct.label("status", code="not_available")
        ('Neglect', 'Not available')
    """
    return name_of(list_id, code)


def name_of(list_id: str, code: str) -> str:
    """Return the name of a code, as :func:`label` does."""
    names = words()["lists"].get(list_id, {}).get(code) or words()["lists"].get("word", {}).get(code)
    if names is None:
        return code
    return str(names[0] if get_language() == "vi" else names[1])


def instead(status: str) -> str:
    """Return the sign that stands where there is no value: of yearbooks (``...``), else of this project."""
    signs = {
        "not_available": "...",
        "not_reported": say("(cbc)", "(nr)"),
        "not_applicable": "x",
        "suppressed": say("(bm)", "(c)"),
    }
    return signs[status]


def codes(list_id: str) -> dict[str, tuple[str, str]]:
    """Return the codes of a list, each with its names in Vietnamese and English; none of a list that is not there."""
    return {code: (names[0], names[1]) for code, names in words()["lists"].get(list_id, {}).items()}


def word_list(name: str, value: Sequence[str]) -> list[str]:
    """Return an argument that is a list of words.

    Raises:
        PlanError: If one word is given where a list is meant: its letters would be taken for words.
    """
    if isinstance(value, str):
        raise PlanError(
            say(f"{name}: cần một danh sách", f"{name}: expected a list"),
            code="unknown_choice",
            expected=f'["{value}"]',
            got=f'"{value}"',
        )
    return [str(word) for word in value]


def printed(value: Any, decimals: int = 0) -> str:
    """Return a number as it is printed in the language in use, rounded once, half up."""
    return printed_in(get_language(), value, decimals)


def printed_in(language: str, value: Any, decimals: int = 0) -> str:
    """Return a number as it is printed in a language, rounded once, half up."""
    text = f"{rounded(value, decimals):,.{decimals}f}"
    return text.translate(str.maketrans(",.", ".,")) if language == "vi" else text


def rounded(value: Any, decimals: int) -> Decimal:
    """Return a number rounded half up, away from zero; a zero has no sign."""
    return Decimal(str(value)).quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP) + 0


def quotient(numerator: int, denominator: int, per: int, decimals: int) -> str:
    """Return a quotient as it is printed in the language in use, rounded once from the exact fraction, half up."""
    text = _native.round_half_up(numerator, denominator, per, decimals)
    return text.replace(".", ",") if get_language() == "vi" else text


def category(dimension: str, code: str) -> str:
    """Return the name of a category of a dimension in the language in use."""
    if code in words()["lists"]["word"]:
        return name_of("word", code)
    if dimension == "age_group":
        return say(f"{code} tuổi", code).replace("-", "–")
    return name_of("sex" if dimension == "perpetrator_sex" else dimension, code)
