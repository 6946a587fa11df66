"""Reads ABC text to a :class:`musegen.Score` (ABC 2.1, tolerant of older and looser spellings)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
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
    TranspositionChange,
    Tune,
    playing_problems,
)
from musegen_abc.accents import TEXTS, read_text
from musegen_abc.fields import default_unit, names_key, read_key, read_metre, read_tempo, read_unit
from musegen_abc.layout import DIRECTIVE, Layout, Line, Voices, read_layout, voice_name
from musegen_abc.music import Music
from musegen_abc.pitches import NO_KEY
from musegen_abc.play_orders import play_order_faults, read_play_order
from musegen_abc.sounding import Shift, Told, is_directive, read_directive, read_shift

_MOST_PROBLEMS = 100
_MOST_VERSES = 50


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
    if layout.unclosed:
        block = layout.unclosed[0]
        line, message = block.begin + 1, f"{message}; {block.message}"
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
    transposition: int


class _Parser:
    """Reads the fields of one tune and passes its music code on."""

    def __init__(self, layout: Layout) -> None:
        self._layout = layout
        self._problems: list[Problem] = []
        self._voices = Voices(layout.header)
        self._music = Music(self._problem, self._field, self._voices)
        self._key = NO_KEY
        self._tempo: Tempo | None = None
        self._shift = self._of_all = Shift()  # where the notes of the voice sound, and those of any voice
        self._entered = False  # whether there was a V: field in the body
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
        for block in self._layout.unclosed:
            self._music.line = block.begin + 1
            self._problem(1, "text block", block.message)
        fields = self._layout.fields()
        self._header(fields)
        self._of_all = self._shift
        self._declared(self._voices.unnamed)
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
        score = Score(
            self._music.bars.finish(),
            start.key,
            start.metre,
            start.tempo,
            title=read_text(_text(fields, "T")),
            rhythm=read_text(_text(fields, "R")),
            unit=start.unit,
            play_order=read_play_order(_text(fields, "P")),
            suggested_order=read_play_order(_text(fields, "Y")),
            fields=self._other_fields(fields, start),
            words=tuple(
                read_text(line.text) for part in self._layout[:2] for line in part if line.letter == "W"
            ),
            transposition=start.transposition,
        )
        self._doubt(score, fields)
        problems = sorted(self._problems, key=_in_order) if self._layout.strays else self._problems
        return replace(score, problems=tuple(problems))

    def _doubt(self, score: Score, fields: Mapping[str, Line]) -> None:
        """Note what is unclear about the order in which the score is played."""
        doubts = playing_problems(score)
        if order := fields.get("P"):
            self._music.line = order.number
            for place, message in play_order_faults(order.text):
                self._problem(order.column + place, "order", message)
            doubts = [_placed(doubt, order) for doubt in doubts]
        for doubt in doubts:
            self._music.line = doubt.line
            self._problem(doubt.column, doubt.kind, doubt.message)

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
        for line in self._layout.header:
            if line.letter in "I%" and _is_about_sound(line):
                self._take(line)
        for letter in "LQK":
            if letter in fields:
                self._take(fields[letter])
        for line in self._layout.header:
            if line.letter in "Um":
                self._take(line)

    def _take(self, line: Line) -> None:
        self._music.line = line.number
        if line.letter == "K":
            self._sound(read_shift(line.text, self._shift), line.column)
            self._set_key(line.text, line.column)
        else:
            self._field(line.letter, line.text, line.column)

    def _now(self) -> _Start:
        return _Start(self._key, self._music.metre, self._tempo, self._music.unit, self._shift.semitones)

    def _sound(self, read: tuple[Shift, tuple[Told, ...]], column: int) -> None:
        """Take what a text that begins in ``column`` says of where the notes sound."""
        shift, told = read
        for place, message in told:
            self._problem(column + place, "transposition", message)
        if shift.semitones != self._shift.semitones and self._music.begun:
            self._start = self._start or self._now()
            self._music.event(TranspositionChange(shift.semitones), column)
        self._shift = shift

    def _declared(self, voice: str) -> None:
        """Take the parameters that the header gives a voice."""
        here = self._music.line
        for line in self._layout.header:
            if line.letter == "V" and voice_name(line.text) == voice:
                self._music.line = line.number
                self._sound(*_of_voice(line.text, line.column, self._shift))
        self._music.line = here

    def _enter_voice(self, text: str, column: int) -> None:
        """Take the parameters of a ``V:`` field in the body; the first one tells which voice is read."""
        name = voice_name(text)
        if not (self._entered or self._music.begun or name == self._voices.unnamed):
            self._shift = self._of_all
            self._declared(name)
        self._entered = True
        self._sound(*_of_voice(text, column, self._shift))

    def _field(self, letter: str, text: str, column: int) -> None:
        """Take a field of the body (ABC 2.1 §3.2); fields without meaning for the music are passed over."""
        music = self._music
        if letter == "V":
            if self._voices.switch(text, music.begun):
                self._problem(column, "voice", f"voice {text[:20]} is passed over")
            if self._voices.reading:
                self._enter_voice(text, column)
            return
        if not self._voices.reading:
            return
        if music.begun and self._start is None and letter in "KMQL":
            self._start = self._now()
        if letter == "K":
            self._sound(read_shift(text, self._shift), column)
        match letter:
            case "I" | "%":
                self._sound(read_directive(text, self._shift), column)
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


def _of_voice(text: str, column: int, before: Shift) -> tuple[tuple[Shift, tuple[Told, ...]], int]:
    """What a ``V:`` field says behind the name of its voice, and the column where that begins."""
    name = voice_name(text)
    begin = len(name) if text.startswith(name) else 0
    return read_shift(text[begin:], before), column + begin


def _is_about_sound(line: Line) -> bool:
    """Whether a header line is a directive about where the notes sound."""
    return line.letter == DIRECTIVE or (line.letter == "I" and is_directive(line.text))


def _placed(doubt: Problem, order: Line) -> Problem:
    return doubt if doubt.line else replace(doubt, line=order.number, column=order.column)


def _text(fields: Mapping[str, Line], letter: str) -> str:
    return fields[letter].text if letter in fields else ""


def _is_other(line: Line, fields: Mapping[str, Line]) -> bool:
    """Whether a header field has no attribute of its own in Score and does not change its reading."""
    return (
        bool(line.text)
        and line.letter not in _HAVE_ATTRIBUTES
        and not (line.letter in "I%" and _is_about_sound(line))
        and not (line.letter in "TR" and line is fields[line.letter])
    )
