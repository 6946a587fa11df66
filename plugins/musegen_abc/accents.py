r"""Text strings: what ABC writes in ASCII, such as ``\'e``, ``&eacute;`` and ``\u00e9`` (ABC 2.1 §8.2)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from html.entities import name2codepoint
from unicodedata import normalize

TEXTS = frozenset("ABCDGHNORSTZWw")
"""Fields whose value is such a string (ABC 2.1 §3)."""
_ACCENTS = {
    "`": "\u0300",
    "'": "\u0301",
    "^": "\u0302",
    "~": "\u0303",
    '"': "\u0308",
    "c": "\u0327",
    "u": "\u0306",
    "v": "\u030c",
    "H": "\u030b",
    ";": "\u0328",
    ".": "\u0307",
    "=": "\u0304",
}
"""Sign of an accent -> the character that puts it on the letter before."""
_LETTERS = {
    "/o": "ø",
    "/O": "Ø",
    "/d": "đ",
    "/D": "Đ",
    "/l": "ł",
    "/L": "Ł",
    "aa": "å",
    "AA": "Å",
    "ae": "æ",
    "AE": "Æ",
    "oe": "œ",
    "OE": "Œ",
    "ss": "ß",
    "dh": "ð",
    "DH": "Ð",
    "th": "þ",
    "TH": "Þ",
}
_ESCAPE = (
    r"\\(?:(?P<plain>[\\&%])|u(?P<short>[0-9A-Fa-f]{4})|U(?P<long>[0-9A-Fa-f]{8})"
    rf"|(?P<letter>{'|'.join(_LETTERS)})|(?P<accent>[`'^~\"cuvH;.=])(?P<under>[A-Za-z]))"
)
_ENTITY = r"&(?:(?P<name>[A-Za-z][A-Za-z0-9]{1,9})|\#(?P<number>[0-9]{1,7}));"
_NONE: Mapping[str, str] = {}
_MARKED = re.compile(r"[\\%]|" + _ENTITY)


def read_text(text: str, escapes: Mapping[str, str] = _NONE) -> str:
    """The text that is meant; what is no sign of ABC's stays as it stands.

    ``escapes``: others that it may have, and what they mean. An accent comes first: ``\\~n`` is one letter.
    """
    if "\\" not in text and "&" not in text and not any(escape in text for escape in escapes):
        return text

    def meant(match: re.Match[str]) -> str:
        return escapes[match["other"]] if match["other"] else _character(match)

    return _coded(tuple(escapes)).sub(meant, text)


@lru_cache
def _coded(escapes: tuple[str, ...]) -> re.Pattern[str]:
    others = "|".join(map(re.escape, escapes))
    return re.compile(f"{_ESCAPE}|{_ENTITY}|(?P<other>{others or '(?!)'})")


def write_text(text: str) -> str:
    """The text as ABC writes it, so that :func:`read_text` gives it back and no ``%`` begins a comment."""
    if "\\" not in text and "&" not in text and "%" not in text:
        return text
    return _MARKED.sub(lambda match: f"\\{match[0]}" if match[0][0] in "\\%&" else match[0], text)


def write_quoted(text: str) -> str:
    """The same between quotation marks, of which none can stand there."""
    return write_text(text).replace('"', "&quot;")


def _character(match: re.Match[str]) -> str:
    if match["plain"]:
        return match["plain"]
    if match["letter"]:
        return _LETTERS[match["letter"]]
    if match["accent"]:
        character = normalize("NFC", match["under"] + _ACCENTS[match["accent"]])
        return character if len(character) == 1 else match[0]
    code = name2codepoint.get(match["name"] or "", 0)
    code = code or int(match["short"] or match["long"] or "0", 16) or int(match["number"] or 0)
    printed = 31 < code < 0x110000 and not 0x7F <= code < 0xA0 and not 0xD800 <= code < 0xE000
    return chr(code) if printed else match[0]
