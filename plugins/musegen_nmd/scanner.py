"""Splits the text of one score, from ``.MS`` to ``.ME``, into header items and body tokens."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

_LENGTH_MARKS = 8
"""Most marks on one note; more are a misprint, and without a bound they would make numbers of any size."""
_TOKEN = re.compile(
    rf"""
    (?P<note>(?P<step>[a-g])(?P<marks>(?:[\^v<>.+=]|-(?![ \t\n\r])){{0,{_LENGTH_MARKS}}}))
  | (?P<rest>[rz](?P<rest_marks>[<>.]{{0,{_LENGTH_MARKS}}}))
  | (?P<bar>:\|:|:\||\|\||\|:|::|\|)
  | (?P<above>'(?P<text>[^']*)')
  | (?P<under>"(?P<syllable>[^"]*)")
  | (?P<copy>\\(?P<first>[0-9]+)(?:[,-](?P<last>[0-9]+))?)
  | (?P<change>\\[ \t]*(?P<name>[a-z]+)[ \t]*=(?P<value>[^;.\n\\]*)[;.])
  | (?P<command>\\(?P<word>[a-z]+)\.?)
  | (?P<tie>-)
  | (?P<digit>[12](?![0-9]))
  | (?P<comment>\#[^\n]*)
  | (?P<blank>\s+)
  | (?P<open>['"])
  | (?P<unknown>.)
    """,
    re.VERBOSE | re.DOTALL,
)
_HEADER_END = re.compile(r"\.(?=[ \t]*(?:\r?\n|\r|\#|\Z))")
_ITEM = re.compile(r"\s*(?P<name>[a-z]+)\s*(?:=\s*(?P<value>.*?))?\s*", re.DOTALL)


class ScoreError(Exception):
    """A mistake that makes a score unreadable, at a place in its text counted from 0."""

    def __init__(self, place: int, message: str) -> None:
        super().__init__(message)
        self.place, self.message = place, message


class Item(NamedTuple):
    """One item of a header: ``title = Kettle``; a flag has an empty value."""

    name: str
    value: str
    place: int


class Token(NamedTuple):
    """One token of a body."""

    kind: str
    match: re.Match[str]
    place: int


def split_header(text: str) -> tuple[list[Item], int]:
    """The header's items, and where the body begins.

    The header ends at the first full stop at the end of a line, so that a title may have one inside; without
    such a full stop it ends at the first one. Raises ScoreError for a header without a full stop.
    """
    plain = re.sub(r"#[^\n]*", lambda comment: " " * len(comment[0]), text)
    end = _HEADER_END.search(plain)
    stop = end.start() if end else plain.find(".")
    if stop < 0:
        raise ScoreError(0, "the header has no full stop at its end")
    items, place = [], 0
    for part in plain[:stop].split(";"):
        match = _ITEM.fullmatch(part)
        begin = place + len(part) - len(part.lstrip())
        if match:
            items.append(Item(match["name"], _unquoted(match["value"] or ""), begin))
        elif part.strip():
            items.append(Item("", part.strip(), begin))
        place += len(part) + 1
    return items, stop + 1


def _unquoted(value: str) -> str:
    """The value without quotation marks and troff's changes of font."""
    value = re.sub(r"\\f.", "", value.strip())
    return value[1:-1] if len(value) > 1 and value[0] == value[-1] and value[0] in "'\"" else value


def scan(text: str, begin: int) -> Iterator[Token]:
    """The tokens of the body. Raises ScoreError for a quotation mark that is not closed, and for ``h``."""
    for match in _TOKEN.finditer(text, begin):
        kind = match.lastgroup or ""
        if kind == "open":
            raise ScoreError(match.start(), f"{match[0]} is not closed")
        if kind == "unknown" and match[0].isalpha() and match[0].islower():
            raise ScoreError(match.start(), f"{match[0]} is not a note")
        if kind not in ("blank", "comment"):
            yield Token(kind, match, match.start())
