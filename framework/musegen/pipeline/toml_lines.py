"""The statements of a TOML file: where each begins, and what it sets."""

from __future__ import annotations

import re
import sys
import tomllib
from collections.abc import Iterator
from typing import Any, TypeAlias

from musegen.bounds import Bounds

Place: TypeAlias = "tuple[str | int, ...]"
"""Path to a value in the file: ``("corpus", 0, "paths")``."""

_PART = r"""(?:[A-Za-z0-9_-]++|"(?:\\.|[^"\\\n])*+"|'[^'\n]*+')"""
# No alternative looks further than it consumes, but for a deep key, whose parts are counted.
_TOKEN = re.compile(
    rf"""
    (?P<deep>{_PART}(?:[ \t]*+\.[ \t]*+{_PART}){{{Bounds.KEY_PARTS}}})
  | (?P<text>\"\"\"(?:\\.|[^\\])*?\"{{3,5}}|'''.*?'{{3,5}}|"(?:\\.|[^"\\\n])*+"|'[^'\n]*+')
  | (?P<comment>\#[^\n]*+)
  | (?P<open>[\[{{])
  | (?P<close>[\]}}])
  | (?P<end>\n)
  | (?P<other>[A-Za-z0-9_-]++|.)
    """,
    re.VERBOSE | re.DOTALL,
)


def deep_key(text: str) -> int:
    """The line of the first key of more than :attr:`musegen.Bounds.KEY_PARTS` parts; 0 if there is none.

    ``text`` need not be valid. ``tomllib`` takes time that grows with the square of the parts.
    """
    found = next((token for token in _TOKEN.finditer(text) if token.lastgroup == "deep"), None)
    return text.count("\n", 0, found.start()) + 1 if found else 0


def long_number(text: str) -> int:
    """The line of the first word of more digits than Python takes for a number; 0 if there is none."""
    most = sys.get_int_max_str_digits()
    for token in _TOKEN.finditer(text):
        if token.lastgroup == "other" and sum(map(str.isdecimal, token[0])) > most > 0:
            return text.count("\n", 0, token.start()) + 1
    return 0


def statement_lines(text: str) -> dict[Place, int]:
    """For each table and key, the line where the first statement that sets it begins, in linear time.

    ``text`` must be valid TOML. The items of an array over several lines have their own, and so have those of
    arrays inside it; what an inline table holds has not.
    """
    lines: dict[Place, int] = {}
    text = text.replace("\r\n", "\n")
    table: Place = ()
    lengths: dict[Place, int] = {}
    for line, statement in _statements(text):
        keys = _keys(tomllib.loads(statement))
        if statement.startswith("["):
            table = ()
            for key in keys:
                table = _last(table, lengths)
                table = (*table, key)
            if statement.startswith("[["):
                lengths[table] = lengths.get(table, 0) + 1
                lines.setdefault(table, line)
                table = _last(table, lengths)
            place = table
        else:
            place = (*table, *keys)
        for length in range(1, len(place) + 1):
            lines.setdefault(place[:length], line)
        if "\n" in statement:
            for item, at in _items(statement):
                lines.setdefault((*place, *item), line + at)
    return lines


def _items(statement: str) -> Iterator[tuple[Place, int]]:
    """Each item of the arrays in a statement: its numbers in the array and those around it, and its line."""
    line, in_value = 0, False
    numbers: list[int] = []  # the item that comes next in each open array; -1 in an inline table
    waiting = False
    for token in _TOKEN.finditer(statement):
        kind, sign = token.lastgroup, token[0]
        if not in_value:
            in_value = sign == "="
        elif sign == "," and numbers and numbers[-1] >= 0:
            numbers[-1], waiting = numbers[-1] + 1, True
        elif kind != "comment" and not sign.isspace():
            if waiting and kind != "close" and -1 not in numbers:
                yield tuple(numbers), line
                waiting = False
            if kind == "open":
                numbers.append(0 if sign == "[" else -1)
                waiting = sign == "["
            elif kind == "close":
                numbers.pop()
                waiting = False
        if kind in ("end", "text"):
            line += sign.count("\n")


def _last(place: Place, lengths: dict[Place, int]) -> Place:
    """The last table of an array of tables; any other place as it is."""
    return (*place, lengths[place] - 1) if place in lengths else place


def _keys(content: Any) -> Place:
    """The keys that lead into the content of one statement, as far as there is but one way."""
    keys: list[str] = []
    while isinstance(content, dict) and len(content) == 1 and len(keys) < 2 * Bounds.KEY_PARTS:
        ((key, content),) = content.items()
        keys.append(key)
    return tuple(keys)


def _statements(text: str) -> Iterator[tuple[int, str]]:
    """Line and text of each statement."""
    line, begins, began, depth = 1, -1, 0, 0
    for token in _TOKEN.finditer(text):
        kind = token.lastgroup
        if kind == "end" and not depth:
            if begins >= 0:
                yield began, text[begins : token.start()]
            begins = -1
        elif begins < 0 and kind != "comment" and not token[0].isspace():
            begins, began = token.start(), line
        if kind in ("end", "text"):
            line += token[0].count("\n")
        depth += (kind == "open") - (kind == "close")
    if begins >= 0:
        yield began, text[begins:]
