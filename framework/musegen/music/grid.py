"""The bars of a score with all times as whole numbers of one small unit, so that sums are exact and fast.

Fractions are exact too, but adding two of them takes as long as reading a note.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from fractions import Fraction
from functools import lru_cache
from math import lcm
from typing import NamedTuple

from musegen.music.score import Event, Metre, MetreChange, Note, Rest, Score

_SHORTEST_BEAT = Fraction(1, 8)
"""Shortest beat in quarter notes. Without it a metre such as 1/4096 would fill the memory with beats."""
_FREE_BEAT = Fraction(1)
_MOST_GRIDS, _MOST_TIMES = 64, 2**13
"""Largest numbers of grids, and of times in each, that are cached."""


class Step(NamedTuple):
    """One event of a bar, with its times in units of the grid."""

    event: Event
    units: int
    """Duration; 0 for an event that takes no time."""
    pitches: tuple[int, ...]
    """MIDI pitches of a note, each once."""
    graces: tuple[tuple[int, int], ...]
    """``(units, MIDI pitch)`` of each grace note, where ``units`` is the time that it takes from the note."""
    alone: int
    """MIDI pitch of a plain note: one pitch, no tie, no grace notes, as nearly all are. Otherwise -1."""


class Quarters(dict[int, Fraction]):
    """Times in quarter notes by their number of units of ``1 / per_quarter``; each is computed once."""

    def __init__(self, per_quarter: int) -> None:
        self._per_quarter = per_quarter

    def __missing__(self, units: int) -> Fraction:
        quarters = Fraction(units, self._per_quarter)
        if len(self) < _MOST_TIMES:
            self[units] = quarters
        return quarters


_quarters = lru_cache(maxsize=_MOST_GRIDS)(Quarters)
"""A cache of times that all tunes share: nearly all tunes use one of a few grids, and begin at 0."""


class Grid:
    """The bars of a score as steps. All times are in units of ``1 / per_quarter`` of a quarter note."""

    def __init__(self, score: Score) -> None:
        # The same note may occur many times, and hashing it takes longer than playing it: hence the ids.
        events = {id(event): event for bar in score.bars for event in bar.events}
        self.events = events.values()
        """All events, each once."""
        times = {id(time): time for time in _times(score.metre, self.events)}.values()
        self.per_quarter = lcm(*{time.denominator for time in times})
        self.quarters = _quarters(self.per_quarter)
        """Times in quarter notes by their number of units."""
        self._units = {id(time): self.units(time) for time in times}
        steps = {key: self._step(event) for key, event in events.items()}
        self.bars = [[steps[id(event)] for event in bar.events] for bar in score.bars]
        self.durations = [sum([step.units for step in bar]) for bar in self.bars]
        """Length of each written bar in units."""

    def units(self, quarters: Fraction) -> int:
        """A time of this score, given in quarter notes, as a number of units."""
        return quarters.numerator * (self.per_quarter // quarters.denominator)

    def _step(self, event: Event) -> Step:
        if not isinstance(event, Note):
            return Step(event, self.units(event.duration) if isinstance(event, Rest) else 0, (), (), -1)
        units = self._units[id(event.duration)]
        if len(event.pitches) == 1 and not event.tie and not event.graces:
            midi = event.pitches[0].midi
            return Step(event, units, (midi,), (), midi)
        pitches = tuple(dict.fromkeys([pitch.midi for pitch in event.pitches]))
        spans = zip(_spans(event), event.graces, strict=True)
        return Step(event, units, pitches, tuple((self.units(span), g.pitch.midi) for span, g in spans), -1)


def beat(metre: Metre | None) -> Fraction:
    """Length of a beat in quarter notes: that of the metre, but at least 1/8; 1 in free metre."""
    return max(metre.beat, _SHORTEST_BEAT) if metre else _FREE_BEAT


def _times(metre: Metre | None, events: Iterable[Event]) -> Iterator[Fraction]:
    """All times, in quarter notes, that occur when these events are played."""
    yield from _metre_times(metre)
    for event in events:
        if isinstance(event, Note):
            yield event.duration
            if event.graces:
                yield from _spans(event)
        elif isinstance(event, Rest):
            yield event.duration
        elif isinstance(event, MetreChange):
            yield from _metre_times(event.metre)


def _metre_times(metre: Metre | None) -> tuple[Fraction, ...]:
    return (metre.bar, beat(metre)) if metre else (_FREE_BEAT,)


def _spans(note: Note) -> list[Fraction]:
    """The time that each grace note takes from ``note``: as written, but not more than half of it in all."""
    if not note.graces:
        return []
    taken = sum((grace.duration for grace in note.graces), Fraction(0))
    shrink = min(Fraction(1), note.duration / 2 / taken) if taken else Fraction(1)
    return [grace.duration * shrink for grace in note.graces]
