"""Validity: checks that a tune's bars fit its metre, its repeats close, and its range can be played.

The same rules judge generated and real tunes. The share of real tunes that pass is the best that can be
expected of a model.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import groupby
from typing import Annotated

from pydantic import AfterValidator, Field, ValidationInfo, field_validator

from musegen.music.originality import Copied
from musegen.music.playing_order import mend_repeats, playing_order
from musegen.music.score import Bar, Metre, MetreChange, Note, Pitch, Rest, Score
from musegen.options import Options
from musegen.words import counted


def parse_pitch(name: str) -> Pitch:
    """The pitch that a name in scientific notation gives, such as ``G3``, ``F#5`` or ``Bb4``; C4 is middle C.

    Raises ValueError for any other text.
    """
    match = re.fullmatch(r"([A-G])(#{0,2}|b{0,2})(-?\d)", name)
    if not match:
        raise ValueError("a pitch is written as G3, F#5 or Bb4")
    step, accidental, octave = match.groups()
    return Pitch(int(octave), step.upper(), accidental.count("#") - accidental.count("b"))


def _pitch_name(name: str) -> str:
    parse_pitch(name)
    return name


PitchName = Annotated[str, AfterValidator(_pitch_name)]


class Valid(Options):
    """``[sample.valid]``: rules for new tunes, besides bars that fit the metre and repeats that close."""

    bars: int = Field(8, ge=0)
    """Number of full bars that a tune must have, as written."""
    repetition: int = Field(3, ge=1)
    """Largest number of times that the same bar may come in a row."""
    lowest: PitchName = "G3"
    """Lowest pitch that a tune may have, in scientific notation (C4 is middle C)."""
    highest: PitchName = "E6"
    """Highest pitch that a tune may have, in scientific notation."""
    copied: int = Field(0, ge=0)
    """Largest number of successive notes that a tune may share with a training tune, in any key and in
    doubled or halved lengths; 0 for no such rule."""

    @property
    def limits(self) -> tuple[int, int]:
        """``lowest`` and ``highest`` as MIDI note numbers."""
        return parse_pitch(self.lowest).midi, parse_pitch(self.highest).midi

    @field_validator("highest")
    @classmethod
    def _not_below_lowest(cls, highest: str, info: ValidationInfo) -> str:
        lowest = info.data.get("lowest")
        if lowest and parse_pitch(highest).midi < parse_pitch(lowest).midi:
            raise ValueError(f"is below lowest, which is {lowest}; no tune could be valid")
        return highest


@dataclass(frozen=True, slots=True)
class Fault:
    """A fault: one place where a tune breaks a rule."""

    kind: str
    """Kind of the fault: ``parse``, ``unfinished``, ``copies`` (a symbol for a bar that comes again, where it
    means no bar), ``metre``, ``bars``, ``repeats``, ``short``, ``repetition``, ``range``, ``copied``, or a
    word that a plugin's rule chooses."""
    message: str
    """The fault in words."""
    bar: int = 0
    """Number of the written bar, from 1; 0 for the whole tune."""
    line: int = 0
    """Line of the tune's text, from 1; 0 for the whole tune."""

    def __str__(self) -> str:
        return f"{self.kind}: {f'bar {self.bar}: ' if self.bar else ''}{self.message}"


@dataclass(frozen=True, slots=True)
class Judgement:
    """The result of judging a tune."""

    faults: tuple[Fault, ...]
    """Faults of the tune."""
    notes: tuple[str, ...] = ()
    """One line for each irregularity that was tolerated."""

    @property
    def valid(self) -> bool:
        """Whether the tune breaks no rule."""
        return not self.faults


def judge(score: Score, rules: Valid, more: Iterable[Fault] = ()) -> Judgement:
    """The judgement of ``score`` with all its faults. ``more``: faults that other rules have found in it."""
    fit = _BarFit(mend_repeats(score))
    return Judgement(
        (
            *fit.faults,
            *_unbalanced_repeats(score),
            *_too_short(score, rules),
            *_too_repetitive(score, rules),
            *_out_of_range(score, rules),
            *more,
        ),
        tuple(fit.notes),
    )


def copied_faults(copied: Copied, rules: Valid) -> Iterator[Fault]:
    """The fault of a tune that shares more notes with a training tune than the rules allow."""
    if 0 < rules.copied < copied.notes:
        yield Fault("copied", str(copied))


def _metres(score: Score) -> list[Metre | None]:
    """The metre of each written bar. A change counts for the whole bar that contains it."""
    metre, metres = score.metre, []
    for bar in score.bars:
        for event in bar.events:
            if isinstance(event, MetreChange):
                metre = event.metre
        metres.append(metre)
    return metres


class _BarFit:
    """A check, in playing order, that the bars are as long as the metre says.

    A strain is a section of a tune. Inside a strain each bar must have exactly the right length. At a
    boundary (repeat sign, double bar line, ending, part, change of metre) an unfinished bar must be completed
    by the music that is played next, on every path: back to the repeat, and on to the next strain. So a
    double bar line inside a bar, or an ending that begins inside one, is right if both sides together make a
    full bar.

    Three irregularities are tolerated with a note, because collections are full of them: an upbeat after a
    bar that is already full, an upbeat to the whole tune that is separate (``D2|:``), and a last note that
    would fill its bar if it were up to twice as long as written.
    """

    def __init__(self, score: Score) -> None:
        self.faults: dict[Fault, None] = {}
        self.notes: dict[str, None] = {}
        self._score = score
        metres = _metres(score)
        if None in metres or not metres:
            self.faults[Fault("metre", "no metre, so its bars cannot be checked")] = None
            return
        self._lengths = [metre.bar for metre in metres if metre]
        self._walk()

    def _fault(self, number: int, message: str) -> None:
        bar = self._score.bars[number]
        self.faults[Fault("bars", message, number + 1, bar.line)] = None

    def _note(self, number: int, message: str) -> None:
        self.notes[f"bar {number + 1}: {message}"] = None

    def _walk(self) -> None:
        bars, order = self._score.bars, playing_order(self._score)
        owed = Fraction(0)  # length of a bar that was unfinished at a boundary; 0 if there is none
        owed_by, owed_length = 0, Fraction(0)  # number of that bar, and the length it should have
        boundary, strain = True, 0  # whether a boundary is before this bar; the first bar of its strain
        for place, (number, jumped) in enumerate(order):
            bar, length = bars[number], self._lengths[number]
            boundary = boundary or jumped or self._begins_passage(number)
            if boundary and not bar.endings:
                strain = number
            following = order[place + 1] if place + 1 < len(order) else None
            closes = (
                bar.ends_strain
                or following is None
                or following.jumped
                or self._begins_passage(following.number)
            )
            total = owed + bar.duration
            if total == length or (owed and total == owed_length):
                owed = Fraction(0)
            elif total > length:
                if owed and place == 1 and bar.duration == length:
                    self._note(owed_by, "an upbeat before a full bar")
                else:
                    self._too_long(number, length, owed, owed_by)
                owed = Fraction(0)
            elif closes:
                owed, owed_by, owed_length = total, number, length
            else:
                if owed:
                    self._fault(owed_by, f"with the upbeat that follows it lasts {_bars(total, length)}")
                elif not boundary:
                    self._fault(number, f"lasts {_bars(total, length)}")
                elif place:
                    self._note(number, "an upbeat after a full bar")
                owed = Fraction(0)
            boundary = closes
        if owed:
            upbeats = {bars[i].duration for i in (0, strain) if bars[i].duration < self._lengths[i]}
            if any(owed + upbeat == owed_length for upbeat in upbeats):
                pass
            elif owed + _last_note(bars[owed_by]) >= owed_length:
                self._note(owed_by, "its last note is shorter than the rest of the bar")
            else:
                self._fault(owed_by, f"lasts {_bars(owed, owed_length)} and no upbeat fills it")

    def _begins_passage(self, number: int) -> bool:
        bar = self._score.bars[number]
        changes = number > 0 and self._lengths[number] != self._lengths[number - 1]
        return bool(bar.repeat_start or bar.endings or bar.part or changes)

    def _too_long(self, number: int, length: Fraction, owed: Fraction, owed_by: int) -> None:
        duration = self._score.bars[number].duration
        if not owed or duration > length:
            self._fault(number, f"lasts {_bars(duration, length)}")
        elif duration == length:
            self._fault(owed_by, f"lasts {_bars(owed, length)} and no upbeat fills it")
        else:
            self._fault(owed_by, f"with the upbeat that follows it lasts {_bars(owed + duration, length)}")


def _last_note(bar: Bar) -> Fraction:
    """Length of the last note of ``bar``; 0 if the bar ends with a rest."""
    last = next((event for event in reversed(bar.events) if isinstance(event, Note | Rest)), None)
    return last.duration if isinstance(last, Note) else Fraction(0)


def _bars(duration: Fraction, length: Fraction) -> str:
    """A length in words: ``5/6 of a bar``."""
    return f"{duration / length} of a bar"


def _unbalanced_repeats(score: Score) -> Iterator[Fault]:
    opened = 0  # number of the bar whose |: has no :| yet
    turns: set[int] = set()  # numbers of the endings of this passage so far
    closed = False  # whether :| has closed the last of these endings
    for number, bar in enumerate(score.bars, 1):
        if closed and not bar.endings:  # the bar after [1 ... :| must begin ending 2
            if turns == {1}:
                yield Fault("repeats", "an ending 1 without an ending 2", number - 1, bar.line)
            turns, closed = set(), False
        if bar.repeat_start:
            if opened:
                yield Fault("repeats", f"|: again before the |: of bar {opened} is closed", number, bar.line)
            opened = number
        if bar.endings:
            first = min(bar.endings)
            if first == 1 and closed and 2 in turns:
                turns = set()
            if first != next(turn for turn in range(1, len(turns) + 2) if turn not in turns):
                yield Fault("repeats", f"an ending {first} out of turn", number, bar.line)
            elif turns and not closed:
                yield Fault("repeats", f"an ending {max(turns)} without :|", number, bar.line)
            turns, closed = turns | set(bar.endings), False
        if bar.repeat_end:
            opened, closed = 0, bool(turns)
        elif turns > {1} and bar.ends_strain:
            turns = set()
    if opened:
        yield Fault("repeats", "|: is never closed", opened, score.bars[opened - 1].line)
    if turns == {1}:
        yield Fault("repeats", "an ending 1 without an ending 2", len(score.bars), score.bars[-1].line)


def _too_short(score: Score, rules: Valid) -> Iterator[Fault]:
    full = sum(
        metre is not None and bar.duration == metre.bar
        for bar, metre in zip(score.bars, _metres(score), strict=True)
    )
    if full < rules.bars:
        yield Fault("short", f"{counted(full, 'full bar')}, fewer than {rules.bars}")


def _too_repetitive(score: Score, rules: Valid) -> Iterator[Fault]:
    number = 1
    for _, same in groupby(score.bars, _sound):
        count = sum(1 for _ in same)
        if count > rules.repetition:
            line = score.bars[number - 1].line
            yield Fault("repetition", f"the same bar {count} times in a row", number, line)
        number += count


def _sound(bar: Bar) -> tuple[object, ...]:
    """The melody of a bar: duration and pitches of each note and rest."""
    return tuple(
        (event.duration, event.pitches if isinstance(event, Note) else ())
        for event in bar.events
        if isinstance(event, Note | Rest)
    )


def _out_of_range(score: Score, rules: Valid) -> Iterator[Fault]:
    lowest, highest = rules.limits
    inside = set[int]()  # the same few notes come again and again
    for number, bar in enumerate(score.bars, 1):
        for event in bar.events:
            if id(event) in inside or not isinstance(event, Note):
                continue
            outside = [pitch for pitch in event.pitches if not lowest <= pitch.midi <= highest]
            for pitch in outside:
                message = f"{pitch} lies outside {rules.lowest} to {rules.highest}"
                yield Fault("range", message, number, bar.line)
            if not outside:
                inside.add(id(event))
