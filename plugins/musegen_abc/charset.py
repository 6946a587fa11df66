"""How the bytes of an ABC file stand for characters (``abc-charset``, ABC 2.1 §3.1.17), read and written."""

from __future__ import annotations

import codecs
import re
from typing import NamedTuple

from musegen_abc.layout import LINE_END, split_lines

_MARKS = {codecs.BOM_UTF8: "utf-8-sig", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}
_DECLARED = re.compile(r"[ \t]*(?:%%|I:)[ \t]*abc-charset[ \t=]+([\w.-]{1,20})", re.IGNORECASE)
# Others that Python knows are no charsets of texts, such as rot13.
_KNOWN = re.compile(
    r"utf-?8|(?:us-)?ascii|iso-?8859-?\d{1,2}|latin-?\d|(?:windows-?|cp)125\d|koi8-[ru]|mac-?(?:roman|intosh)",
    re.IGNORECASE,
)
_VERSION = re.compile(r"%abc-2\.[1-9]|%abc-[3-9]", re.IGNORECASE)
_UTF_8 = "%%abc-charset utf-8"


class Decoded(NamedTuple):
    """The text of a file."""

    text: str
    encoding: str
    """Python's name of its encoding."""
    told: str = ""
    """What a user should know: that the encoding was guessed."""
    line: int = 1
    """Where that shows, from 1."""


def decoded(content: bytes) -> Decoded:
    """The text of a file: in the charset that it names, in UTF-8, or else in Windows-1252 or Latin-1."""
    for mark, encoding in _MARKS.items():
        if content.startswith(mark):
            try:
                return Decoded(content.decode(encoding), encoding)
            except UnicodeDecodeError:
                break
    named, unknown, place = _named(content)
    try:
        text = content.decode(named or "utf-8")
        told = f"the charset {unknown} is not known; the file is read as UTF-8" if unknown else ""
        return Decoded(text, named or "utf-8", told, place)
    except UnicodeDecodeError as error:
        line = len(split_lines(content[: error.start].decode("latin-1"))) or 1
        wanted = unknown or named or "UTF-8"
    try:
        encoding, name = "cp1252", "Windows-1252"
        text = content.decode(encoding)
        if text == content.decode("latin-1"):
            encoding = name = "Latin-1"
    except UnicodeDecodeError:
        encoding = name = "Latin-1"
        text = content.decode("latin-1")
    return Decoded(text, encoding.lower(), f"not {wanted}; the file is read as {name}", line)


def _named(content: bytes) -> tuple[str, str, int]:
    """The charset that a file names, or one that it names and that is not known; and the line."""
    if b"abc-charset" not in content.lower():
        return "", "", 1
    for number, line in enumerate(split_lines(content.decode("latin-1")), 1):
        if match := _DECLARED.match(line):
            name = match[1]
            if _KNOWN.fullmatch(name):
                try:
                    return codecs.lookup(name.replace("macintosh", "mac-roman")).name, "", number
                except LookupError:
                    pass
            return "", name, number
    return "", "", 1


def encoded(text: str) -> bytes:
    """The text as a file in UTF-8, which says so unless all of it is ASCII."""
    if text.isascii():
        return text.encode()
    ending = match[0] if (match := LINE_END.search(text)) else "\n"
    lines = [(line, end) for line, end in _lines(text.removeprefix("\ufeff"))]
    if any(_DECLARED.match(line) for line, _ in lines):
        lines = [(_UTF_8 if _DECLARED.match(line) else line, end) for line, end in lines]
    elif text.startswith("\ufeff"):
        return text.encode()
    elif not lines or not _VERSION.match(lines[0][0]):
        lines.insert(1 if lines and lines[0][0].startswith("%abc") else 0, (_UTF_8, ending))
    return "".join(line + end for line, end in lines).encode()


def _lines(text: str) -> list[tuple[str, str]]:
    parts = [*re.split(f"({LINE_END.pattern})", text), ""]
    return [pair for pair in zip(parts[::2], parts[1::2], strict=True) if pair != ("", "")]
