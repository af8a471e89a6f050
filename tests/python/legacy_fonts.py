"""Vietnamese in the fonts before Unicode, as bytes: written apart from the crate's tables, to test its reading."""

import unicodedata

# TCVN 5712 VN3 (ABC): the small letters and seven capitals, from 0xA1.
_TCVN3 = dict(
    zip(
        "ĂÂÊÔƠƯĐăâêôơưđàảãáạằẳẵắặầẩẫấậèẻẽéẹềểễếệìỉĩíị"
        "òỏõóọồổỗốộờởỡớợùủũúụừửữứựỳỷỹýỵ",
        [
            *range(0xA1, 0xAF), *range(0xB5, 0xBA), 0xBB, 0xBC, 0xBD, 0xBE, 0xC6, *range(0xC7, 0xCC),
            0xCC, 0xCE, 0xCF, 0xD0, 0xD1, *range(0xD2, 0xD7), 0xD7, 0xD8, 0xDC, 0xDD, 0xDE,
            0xDF, 0xE1, 0xE2, 0xE3, 0xE4, *range(0xE5, 0xEA), *range(0xEA, 0xEF),
            0xEF, 0xF1, 0xF2, 0xF3, 0xF4, *range(0xF5, 0xFA), *range(0xFA, 0xFF),
        ],
        strict=True,
    )
)  # fmt: skip
# VNI-Windows: a letter, then a mark; some letters alone.
_TONES = {"\u0301": 0xF9, "\u0300": 0xF8, "\u0309": 0xFB, "\u0303": 0xF5, "\u0323": 0xEF}
_BREVE = {"": 0xEA, "\u0301": 0xE9, "\u0300": 0xE8, "\u0309": 0xFA, "\u0303": 0xFC, "\u0323": 0xEB}
_CIRCUMFLEX = {"": 0xE2, "\u0301": 0xE1, "\u0300": 0xE0, "\u0309": 0xE5, "\u0303": 0xE3, "\u0323": 0xE4}
_ALONE = {"đ": 0xF1, "ơ": 0xF4, "ư": 0xF6, "í": 0xED, "ì": 0xEC, "ỉ": 0xE6, "ĩ": 0xF3, "ị": 0xF2, "ỵ": 0xEE}


def tcvn3(text: str) -> bytes:
    """Return text as a .Vn font has it; capitals with a tone have no byte."""
    out = bytearray()
    for letter in unicodedata.normalize("NFC", text):
        out.append(ord(letter) if ord(letter) < 128 else _TCVN3[letter])
    return bytes(out)


def vni(text: str) -> bytes:
    """Return text as a VNI font has it."""
    out = bytearray()
    for letter in unicodedata.normalize("NFC", text):
        small, shift = letter.lower(), 0x20 if letter != letter.lower() else 0
        if ord(letter) < 128:
            out.append(ord(letter))
        elif small in _ALONE:
            out.append(_ALONE[small] - shift)
        else:
            base, *marks = unicodedata.normalize("NFD", small)
            shape = next((m for m in marks if m in "\u0302\u0306\u031b"), "")
            tone = next((m for m in marks if m not in "\u0302\u0306\u031b"), "")
            if shape == "\u031b":
                out += bytes([_ALONE["ơ" if base == "o" else "ư"] - shift, _TONES[tone] - shift])
            else:
                table = {"": _TONES, "\u0306": _BREVE, "\u0302": _CIRCUMFLEX}[shape]
                out += bytes([ord(base) - shift, table[tone] - shift])
    return bytes(out)
