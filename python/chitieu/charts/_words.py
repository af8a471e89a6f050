"""The words and numbers that the charts print, in the language in use."""

from __future__ import annotations

from chitieu import _native
from chitieu._language import get_language, label, say, words

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

#: Steps of Decree 56/2017/NĐ-CP and what was in time.
STEPS = {
    "emergency": ("biện pháp khẩn cấp trong 12 giờ", "emergency measures within 12 hours"),
    "plan": ("kế hoạch hỗ trợ trong 5 ngày làm việc", "a support plan within 5 working days"),
    "approval": ("kế hoạch được duyệt trong 2 ngày làm việc", "the plan approved within 2 working days"),
}


def counted(unit: str) -> str:
    """Return the words for what a register of abuse counts."""
    return say(*ABUSE[unit]) if unit in ABUSE else people(unit)


def people(unit: str) -> str:
    """Return the plain words for a unit, such as ``children``."""
    return say(label("unit", unit), PLURALS.get(unit, unit))


def upper(text: str) -> str:
    """Return a text with a capital letter at its beginning."""
    return text[:1].upper() + text[1:]


def inside(name: str) -> str:
    """Return the name of an area as it stands inside a sentence: "tỉnh Hưng Yên"."""
    kinds = ("Tỉnh ", "Thành phố ", "Huyện ", "Quận ", "Thị xã ", "Thị trấn ", "Xã ", "Phường ", "Đặc khu ")
    return say(name[:1].lower() + name[1:], name) if name.startswith(kinds) else name


def category(dimension: str, code: str) -> str:
    """Return the name of a category in the language in use."""
    if code in words()["lists"]["word"]:
        return label("word", code)
    if dimension == "age_group":
        return say(f"{code} tuổi", code).replace("-", "–")
    return label("sex" if dimension == "perpetrator_sex" else dimension, code)


def quotient(numerator: int, denominator: int, per: int, decimals: int) -> str:
    """Return a quotient as it is printed, from the exact fraction."""
    text = _native.round_half_up(numerator, denominator, per, decimals)
    return text.replace(".", ",") if get_language() == "vi" else text
