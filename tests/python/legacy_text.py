"""Vietnamese in the fonts before Unicode, written apart from the reader: small encoders for tests."""

import unicodedata

#: The small letters of TCVN3 and seven capitals, by the published table.
TCVN3 = dict(
    zip(
        "ăâêôơưđàảãáạằẳẵắặầẩẫấậèẻẽéẹềểễếệìỉĩíịòỏõóọồổỗốộờởỡớợùủũúụừửữứựỳỷỹýỵĂÂĐÊÔƠƯ",
        [
            *(0xA8, 0xA9, 0xAA, 0xAB, 0xAC, 0xAD, 0xAE, 0xB5, 0xB6, 0xB7, 0xB8, 0xB9, 0xBB, 0xBC, 0xBD, 0xBE, 0xC6),
            *(0xC7, 0xC8, 0xC9, 0xCA, 0xCB, 0xCC, 0xCE, 0xCF, 0xD0, 0xD1, 0xD2, 0xD3, 0xD4, 0xD5, 0xD6, 0xD7, 0xD8),
            *(0xDC, 0xDD, 0xDE, 0xDF, 0xE1, 0xE2, 0xE3, 0xE4, 0xE5, 0xE6, 0xE7, 0xE8, 0xE9, 0xEA, 0xEB, 0xEC, 0xED),
            *(0xEE, 0xEF, 0xF1, 0xF2, 0xF3, 0xF4, 0xF5, 0xF6, 0xF7, 0xF8, 0xF9, 0xFA, 0xFB, 0xFC, 0xFD, 0xFE),
            *(0xA1, 0xA2, 0xA7, 0xA3, 0xA4, 0xA5, 0xA6),
        ],
        strict=True,
    )
)

_MARKS = {
    "\u0301": "ù",
    "\u0300": "ø",
    "\u0309": "û",
    "\u0303": "õ",
    "\u0323": "ï",
    "\u0306": "ê",
    "\u0306\u0301": "é",
    "\u0306\u0300": "è",
    "\u0306\u0309": "ú",
    "\u0306\u0303": "ü",
    "\u0306\u0323": "ë",
    "\u0302": "â",
    "\u0302\u0301": "á",
    "\u0302\u0300": "à",
    "\u0302\u0309": "å",
    "\u0302\u0303": "ã",
    "\u0302\u0323": "ä",
}
_ALONE = {"ơ": "ô", "ư": "ö", "đ": "ñ", "ỵ": "î", "ỉ": "æ", "ĩ": "ó", "ị": "ò", "í": "í", "ì": "ì"}


def tcvn3(text):
    """Return the bytes of a text in a TCVN3 font; capitals with a tone become small, as their fonts have it."""
    out = bytearray()
    for letter in unicodedata.normalize("NFC", text):
        if letter.isascii():
            out += letter.encode()
        else:
            out.append(TCVN3.get(letter) or TCVN3[letter.lower()])
    return bytes(out)


def vni(text):
    """Return the bytes of a text in a VNI font."""
    out = []
    for letter in unicodedata.normalize("NFC", text):
        small = letter.lower()
        if small in _ALONE:
            code = _ALONE[small]
        elif letter.isascii():
            code = letter
        else:
            parts = unicodedata.normalize("NFD", small)
            horn = "\u031b" in parts
            marks = "".join(sorted((m for m in parts[1:] if m != "\u031b"), key=lambda m: m not in "\u0302\u0306"))
            code = (_ALONE[{"o": "ơ", "u": "ư"}[parts[0]]] if horn else parts[0]) + _MARKS[marks]
        out.append(code.upper() if letter.isupper() else code)
    return "".join(out).encode("windows-1252")
