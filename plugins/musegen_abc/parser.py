"""Reads ABC text to a :class:`musegen.Score` (ABC 2.1, tolerant of older and looser spellings)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from fractions import Fraction
from typing import NamedTuple

from musegen import (
    Key,
    KeyChange,
    Metre,
    MetreChange,
    NotationError,
    Problem,
    Score,
    Tempo,
    TempoChange,
    Tune,
    expand_play_order,
)
from musegen_abc.accents import TEXTS, read_text
from musegen_abc.fields import default_unit, names_key, read_key, read_metre, read_tempo, read_unit
from musegen_abc.layout import Layout, Line, Voices, read_layout
from musegen_abc.music import Music
from musegen_abc.pitches import NO_KEY

_MOST_PROBLEMS = 100
_MOST_VERSES = 50
_REMARK = re.compile(r"\b[A-Za-z]?[a-z]{2,}\b")  # after a play order: "AABA last time only"


def parse_abc(tune: Tune) -> Score:
    """The tune as music. Raises NotationError for text without a ``K:`` field or without a note.

    All other mistakes are read as well as can be and noted in ``Score.problems``.
    """
    layout = read_layout(tune.text)
    if not layout.has_key:
        raise no_tune(tune, layout)
    score = _Parser(layout).parse()
    if score is None:
        raise no_tune(tune, layout)
    return score


def no_tune(tune: Tune, layout: Layout) -> NotationError:
    """The error for text that is not a tune."""
    line = layout.header[-1].number if layout.header else 1
    kind, message = "no key", "it has no K: field"
    if layout.has_key:
        kind, message = "no note", "there is no note after its K: field"
    return NotationError(
        f"no tune: {message}", source=tune.source, line=tune.own_line(line), column=1, kind=kind
    )


_HAVE_ATTRIBUTES = frozenset("XMLQPYKWwUVm")


class _Start(NamedTuple):
    """The fields in force where the music begins."""

    key: Key
    metre: Metre | None
    tempo: Tempo | None
    unit: Fraction


class _Parser:
    """Reads the fields of one tune and passes its music code on."""

    def __init__(self, layout: Layout) -> None:
        self._layout = layout
        self._problems: list[Problem] = []
        self._voices = Voices(layout.header)
        self._music = Music(self._problem, self._field, self._voices)
        self._key = NO_KEY
        self._tempo: Tempo | None = None
        self._start: _Start | None = None

    def _problem(self, column: int, kind: str, message: str) -> None:
        if len(self._problems) == _MOST_PROBLEMS:
            kind, message = "further", "further problems are not listed"
        if len(self._problems) <= _MOST_PROBLEMS:
            self._problems.append(Problem(self._music.line, column, message, kind))

    def parse(self) -> Score | None:
        """The score; None for a tune without a note."""
        for stray in self._layout.strays:
            self._music.line = stray.number
            self._problem(stray.column, stray.kind, stray.message)
        fields = self._layout.fields()
        self._header(fields)
        music = self._music
        verse, joined = 0, False  # the lyrics so far below this line; whether the line goes on
        if any(line.letter == "w" for line in self._layout.body):
            music.sung = []
        for line in self._layout.body:
            music.line = line.number
            if not line.letter:
                if music.sung and not joined:
                    music.sung.clear()
                music.read(line.text)
                verse, joined = 0, line.text.rstrip().endswith("\\")
            elif line.letter == "w" and self._voices.reading and verse < _MOST_VERSES:
                music.sing(line.text, verse, line.column)
                verse += 1
            elif self._voices.reading or line.letter == "V":
                self._field(line.letter, line.text, line.column)
        if not self._music.notes:
            return None
        start = self._start or self._now()
        return Score(
            self._music.bars.finish(),
            start.key,
            start.metre,
            start.tempo,
            title=read_text(_text(fields, "T")),
            rhythm=read_text(_text(fields, "R")),
            unit=start.unit,
            play_order=expand_play_order(_REMARK.sub(" ", _text(fields, "P"))),
            suggested_order=expand_play_order(_REMARK.sub(" ", _text(fields, "Y"))),
            fields=self._other_fields(fields, start),
            words=tuple(
                read_text(line.text) for part in self._layout[:2] for line in part if line.letter == "W"
            ),
            problems=tuple(sorted(self._problems, key=_in_order))
            if self._layout.strays
            else tuple(self._problems),
        )

    def _other_fields(self, fields: Mapping[str, Line], start: _Start) -> tuple[tuple[str, str], ...]:
        """The header's fields that have no attribute of their own, such as a tempo in words alone."""
        others = [
            (line.letter, read_text(line.text) if line.letter in TEXTS else line.text)
            for line in self._layout.header
            if _is_other(line, fields)
        ]
        words = _text(fields, "Q")
        return (*others, ("Q", words)) if words and start.tempo is None else tuple(others)

    def _header(self, fields: Mapping[str, Line]) -> None:
        """Take the fields in force at the beginning; ``L:`` after ``M:``, whose default it overrides."""
        if "M" in fields:
            self._take(fields["M"])
        self._music.set_unit(default_unit(self._music.metre))
        for letter in "LQK":
            if letter in fields:
                self._take(fields[letter])
        for line in self._layout.header:
            if line.letter in "Um":
                self._take(line)

    def _take(self, line: Line) -> None:
        self._music.line = line.number
        if line.letter == "K":
            self._set_key(line.text, line.column)
        else:
            self._field(line.letter, line.text, line.column)

    def _now(self) -> _Start:
        return _Start(self._key, self._music.metre, self._tempo, self._music.unit)

    def _field(self, letter: str, text: str, column: int) -> None:
        """Take a field of the body (ABC 2.1 §3.2); fields without meaning for the music are passed over."""
        music = self._music
        if letter == "V":
            if self._voices.switch(text, music.begun):
                self._problem(column, "voice", f"voice {text[:20]} is passed over")
            return
        if not self._voices.reading:
            return
        if music.begun and self._start is None and letter in "KMQL":
            self._start = self._now()
        match letter:
            case "K" if names_key(text):
                self._set_key(text, column)
            case "M" if text:
                self._set_metre(text, column)
            case "L":
                self._set_unit(text, column)
            case "Q":
                self._set_tempo(text, column)
            case "P" if text:
                music.bars.part(text)
            case "U":
                music.define_symbol(text, column)
            case "m":
                self._problem(column, "macro", "macros are not supported")

    def _set_key(self, text: str, column: int) -> None:
        key = read_key(text, strict=True)
        if key is None:
            self._problem(column, "key", f"no key: {text[:20]}")
            key = read_key(text)
            if key is None:
                return
        self._key = key
        self._music.set_key(key)
        if self._music.begun:
            self._music.event(KeyChange(key), column)

    def _set_metre(self, text: str, column: int) -> None:
        try:
            self._music.metre = read_metre(text)
        except ValueError as error:
            self._problem(column, "metre", f"{error} (got {text[:20]})")
            return
        if self._music.begun:
            self._music.event(MetreChange(self._music.metre), column)

    def _set_unit(self, text: str, column: int) -> None:
        try:
            self._music.set_unit(read_unit(text))
        except ValueError as error:
            self._problem(column, "unit", f"{error} (got {text[:20]})")

    def _set_tempo(self, text: str, column: int) -> None:
        try:
            tempo = read_tempo(text, self._music.unit)
        except ValueError as error:
            self._problem(column, "tempo", f"{error} (got {text[:20]})")
            return
        self._tempo = tempo or self._tempo
        if tempo and self._music.begun:
            self._music.event(TempoChange(tempo), column)


def _in_order(problem: Problem) -> tuple[bool, int, int]:
    return problem.kind == "further", problem.line, problem.column


def _text(fields: Mapping[str, Line], letter: str) -> str:
    return fields[letter].text if letter in fields else ""


def _is_other(line: Line, fields: Mapping[str, Line]) -> bool:
    """Whether a header field has no attribute of its own in Score and does not change its reading."""
    return (
        bool(line.text)
        and line.letter not in _HAVE_ATTRIBUTES
        and not (line.letter in "TR" and line is fields[line.letter])
    )
