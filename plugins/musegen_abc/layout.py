"""Splits a tune into lines: header fields, then fields and music code in turn (ABC 2.1 §2.2, §3)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from musegen_abc.sounding import is_directive
from musegen_abc.text_blocks import TextBlock, inside, text_blocks

_LINE_END = re.compile(r"\r\n|\r|\n")
# A letter and a colon begin a field, but "d:|" and "G::A" are music code (ABC 2.1 §3, §4.8).
_FIELD = re.compile(r"[ \t]*([A-Za-z+]):(?![|:])[ \t]*")
_COMMENT = re.compile(r"(?<!\\)%.*")
LAST_COUNTS = frozenset("MLQP")
"""Header fields whose last repetition counts; of the others the first one counts."""


DIRECTIVE = "%"
"""Letter of the lines that are directives about the sound; all other directives are left out."""


class Line(NamedTuple):
    """One line of a tune."""

    number: int
    """Number of the line in the tune's text, from 1."""
    letter: str
    """Letter of an information field; empty for music code, ``%`` for a directive about the sound."""
    text: str
    """The field's value without comment and surrounding blanks, or the music code as it stands."""
    column: int = 1
    """Column in which ``text`` begins, from 1."""


class Layout(NamedTuple):
    """A tune's lines; comments are left out, and directives that say nothing about the sound."""

    header: list[Line]
    """Information fields up to and including the first ``K:``."""
    body: list[Line]
    strays: list[Line]
    """The lines that were passed over: header lines that are not fields, and lines after the tune's end."""
    unclosed: Sequence[TextBlock] = ()
    """Blocks of text whose end is missing."""

    @property
    def has_key(self) -> bool:
        """Whether a ``K:`` field closes the header."""
        return bool(self.header) and self.header[-1].letter == "K"

    def fields(self) -> dict[str, Line]:
        """The header's fields by letter, in order of first appearance, each with the line that counts.

        That is the first line with a value, or the last one for the letters in :data:`LAST_COUNTS`.
        """
        fields: dict[str, Line] = {}
        for line in self.header:
            if line.letter == DIRECTIVE:
                continue
            if line.letter not in fields or line.letter in LAST_COUNTS or not fields[line.letter].text:
                fields[line.letter] = line
        return fields


def split_lines(text: str) -> list[str]:
    """The lines of a text, ended by CR, LF or both; a line end at the very end begins no further line."""
    lines = _LINE_END.split(text)
    if lines and not lines[-1]:
        lines.pop()
    return lines


def line_starts(text: str) -> list[int]:
    """Where each line of :func:`split_lines` begins in the text, and where one more would begin."""
    return [0, *(end.end() for end in _LINE_END.finditer(text))]


def read_field(line: str) -> tuple[str, str, int] | None:
    """``(letter, value, column of the value)`` of an information field; None for any other line."""
    match = _FIELD.match(line)
    if not match:
        return None
    value = line[match.end() :]
    if "%" in value:
        value = _COMMENT.sub("", value)
    return match[1], value.strip(), match.end() + 1


def written_field(letter: str, value: str) -> str:
    """The line of a field; a blank keeps it from reading as music code such as ``d:|``."""
    return f"{letter}:{' ' if value[:1] in ('|', ':') else ''}{value}"


def read_layout(text: str) -> Layout:
    """Split a tune into its lines. It ends at an empty line or a second ``X:`` (ABC 2.1 §2.2.1)."""
    lines = split_lines(text)
    blocks = text_blocks(lines) if "%%begin" in text else []
    layout = Layout([], [], [], [block for block in blocks if not block.closed])
    into, in_blocks = layout.header, inside(blocks)
    for number, line in enumerate(lines, 1):
        if line.startswith("%") or number - 1 in in_blocks:
            if is_directive(line) and number - 1 not in in_blocks:
                into.append(Line(number, DIRECTIVE, line))
            continue
        if not line or line.isspace():
            if not layout.header:
                continue
            _note_rest(lines, number, layout.strays)
            break
        field = read_field(line)
        if field is None:
            if into is layout.body:
                into.append(Line(number, "", line))
            else:
                layout.strays.append(Line(number, "", line))
            continue
        letter, value, column = field
        if letter == "X" and layout.header:
            layout.strays.append(Line(number, "X", value))
            break
        if letter == "+":
            _continue(into, value)
            continue
        into.append(Line(number, letter, value, column))
        if letter == "K":
            into = layout.body
    return layout


def _continue(fields: list[Line], value: str) -> None:
    """Append a continuation to the field before it (ABC 2.1 §3.3)."""
    if fields and fields[-1].letter not in ("", DIRECTIVE):
        fields[-1] = fields[-1]._replace(text=f"{fields[-1].text} {value}".strip())


def _note_rest(lines: Sequence[str], after: int, strays: list[Line]) -> None:
    """Note the first line with text after the empty line that ends the tune."""
    for number, line in enumerate(lines[after:], after + 1):
        if line and not line.isspace():
            strays.append(Line(number, "", line))
            return


class Voices:
    """Tells which lines belong to the voice that is read, the tune's first (ABC 2.1 §7)."""

    def __init__(self, header: Sequence[Line]) -> None:
        """``header``: its ``V:`` fields tell to which voice music without a ``V:`` belongs."""
        declared = [voice_name(line.text) for line in header if line.letter == "V"]
        self.unnamed = declared[0] if declared else "1"
        """Name of the voice that music without a ``V:`` belongs to."""
        self._first = ""
        self.reading = True
        """Whether the current voice is the one that is read."""
        self.others: set[str] = set()
        """The voices that were passed over so far."""

    def switch(self, text: str, music_before: bool) -> bool:
        """Take note of a ``V:`` field in the body; returns whether it begins a voice not met before."""
        voice = voice_name(text)
        if not self._first:
            self._first = self.unnamed if music_before else voice
        self.reading = voice == self._first
        new = not self.reading and voice not in self.others
        if new:
            self.others.add(voice)
        return new


def voice_name(text: str) -> str:
    """The name of the voice in a ``V:`` field."""
    return text.split(maxsplit=1)[0] if text else "1"
