"""Splits a tune into lines: header fields, then fields and music code in turn (ABC 2.1 §2.2, §3)."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from typing import NamedTuple

from musegen import counted
from musegen_abc.prose import is_music, is_words, shown, suspect, words_inside
from musegen_abc.sounding import is_directive
from musegen_abc.text_blocks import TextBlock, inside, text_blocks

LINE_END = re.compile(r"\n|\r(?:\r?\n)?")
"""LF, CR LF or CR; also CR CR LF, which a text becomes whose line ends are converted twice."""
# A letter and a colon begin a field, but "d:|" and "G::A" are music code (ABC 2.1 §3, §4.8).
_FIELD = re.compile(r"[ \t\ufeff]*([A-Za-z+]):(?![|:])[ \t]*")
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


class Stray(NamedTuple):
    """Something of a tune's text that is passed over."""

    number: int
    """Number of its line in the tune's text, from 1."""
    column: int
    kind: str
    message: str


class Layout(NamedTuple):
    """A tune's lines; comments are left out, and directives that say nothing about the sound."""

    header: list[Line]
    """Information fields up to and including the first ``K:``."""
    body: list[Line]
    """Fields and music code; words in the music are left out, blanks stand in their place."""
    strays: list[Stray]
    """What was passed over: header lines that are no fields, words in the music, lines behind the end."""
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
    lines = LINE_END.split(text) if "\r" in text else text.split("\n")
    if lines and not lines[-1]:
        lines.pop()
    return lines


def line_starts(text: str) -> list[int]:
    """Where each line of :func:`split_lines` begins in the text, and where one more would begin."""
    return [0, *(end.end() for end in LINE_END.finditer(text))]


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
    words: list[tuple[int, str]] = []  # the last lines in a row that are words
    symbols: frozenset[str] = frozenset()
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
                if is_words(line, symbols) or (words and not is_music(line)):
                    words.append((number, line))
                    continue
                _end_words(words, layout.strays)
                into.append(Line(number, "", _music_of(line, number, symbols, layout.strays)))
            else:
                layout.strays.append(_before_key(number, line))
            continue
        letter, value, column = field
        if letter == "X" and layout.header:
            layout.strays.append(Stray(number, 1, "stray", f"a second X: ends the tune: {shown(line)}"))
            break
        _end_words(words, layout.strays)
        if letter == "+":
            _continue(into, value)
            continue
        if letter == "U":
            symbols |= {value[:1]}
        into.append(Line(number, letter, value, column))
        if letter == "K":
            into = layout.body
    _end_words(words, layout.strays)
    return layout


def _music_of(line: str, number: int, symbols: Collection[str], strays: list[Stray]) -> str:
    """The line with blanks in place of what is no music code, which is noted."""
    if not suspect(line):
        return line
    parts, place = list[str](), 0
    for found in words_inside(line, symbols):
        strays.append(Stray(number, found.begin + 1, found.kind, found.message))
        parts += [line[place : found.begin], " " * (found.end - max(found.begin, place))]
        place = found.end
    return "".join([*parts, line[place:]])


def _end_words(words: list[tuple[int, str]], strays: list[Stray]) -> None:
    """Note lines of words in a row as one."""
    if words:
        number, line = words[0]
        many = f" ({counted(len(words), 'line')})" if len(words) > 1 else ""
        kind, what = ("html", "HTML") if line.lstrip().startswith("<") else ("words", "words")
        told = f"{what} in the music {'are' if kind == 'words' else 'is'} passed over{many}: {shown(line)}"
        strays.append(Stray(number, 1, kind, f"{told}; an empty line or % before it keeps it apart"))
        words.clear()


def _before_key(number: int, line: str) -> Stray:
    """A line of the header that is no field."""
    why = "music before the K: field" if is_music(line) else "a line of the header that is no field"
    return Stray(number, 1, "stray", f"{why} is passed over: {shown(line)}")


def _continue(fields: list[Line], value: str) -> None:
    """Append a continuation to the field before it (ABC 2.1 §3.3)."""
    if fields and fields[-1].letter not in ("", DIRECTIVE):
        fields[-1] = fields[-1]._replace(text=f"{fields[-1].text} {value}".strip())


def _note_rest(lines: Sequence[str], after: int, strays: list[Stray]) -> None:
    """Note the first line with text after the empty line that ends the tune."""
    for number, line in enumerate(lines[after:], after + 1):
        if line and not line.isspace():
            told = f"passed over, as an empty line has ended the tune: {shown(line)}"
            strays.append(Stray(number, 1, "stray", told))
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
