"""The words that the charts print, in the language in use."""

from __future__ import annotations

from chitieu._language import instead, name_of, printed, say

#: What is counted in a register of abuse.
ABUSE = {
    "child": ("trẻ em bị xâm hại", "abused children"),
    "case": ("vụ xâm hại trẻ em", "cases of child abuse"),
    "incident": ("lượt trẻ em bị xâm hại", "incidents of abuse"),
    "perpetrator": ("người xâm hại trẻ em", "perpetrators of child abuse"),
    "pair": ("cặp trẻ em và người xâm hại", "pairs of child and perpetrator"),
    "decision": ("quyết định xử phạt", "sanction decisions"),
}

#: English plurals; Vietnamese has none.
PLURALS = {
    "birth": "births",
    "case": "cases",
    "child": "children",
    "commune": "communes",
    "death": "deaths",
    "decision": "decisions",
    "incident": "incidents (a child in a case)",
    "injury": "injuries",
    "marriage": "marriages",
    "pair": "pairs of child and perpetrator",
    "perpetrator": "perpetrators",
    "person": "people",
    "pupil": "pupils",
    "school": "schools",
    "village": "villages",
}


def of_abuse(unit: str) -> str:
    """Return the words for what a register of abuse counts."""
    return say(*ABUSE[unit]) if unit in ABUSE else plural(unit)


def plural(unit: str) -> str:
    """Return the plain words for a unit, such as ``children``."""
    return say(name_of("unit", unit), PLURALS.get(unit, unit))


def single(unit: str) -> str:
    """Return the word for one of what is counted."""
    return say("em", "child") if unit == "child" else name_of("unit", unit)


def number(n: int | None) -> str:
    """Return a count as it is printed, or the sign in place of a hidden one."""
    return instead("suppressed") if n is None else printed(n)


def upper(text: str) -> str:
    """Return a text with a capital letter at its beginning."""
    return text[:1].upper() + text[1:]


def number_of(counted: str) -> str:
    """Return the words for the number of what is counted, for a title or an axis."""
    return upper(say(f"số {counted}", counted))


def inside(name: str) -> str:
    """Return the name of an area as it is written inside a sentence: "tỉnh Hưng Yên"."""
    kinds = ("Tỉnh ", "Thành phố ", "Huyện ", "Quận ", "Thị xã ", "Thị trấn ", "Xã ", "Phường ", "Đặc khu ")
    return say(name[:1].lower() + name[1:], name) if name.startswith(kinds) else name
