"""A score's bars in whole numbers of one small unit of time, in which sums are exact and fast.

Fractions are exact too, but each sum of two costs as much as reading a note.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from fractions import Fraction
from functools import lru_cache
from math import lcm
from typing import NamedTuple

from musegen.music.score import Event, Metre, MetreChange, Note, Rest, Score

_SHORTEST_BEAT = Fraction(1, 8)
"""In quarter notes; a metre like 1/4096 would otherwise fill the memory with beats."""
_FREE_BEAT = Fraction(1)
_MOST_GRIDS, _MOST_TIMES = 64, 2**13
"""No more times than these are kept; a long tune makes its later ones itself."""


class Step(NamedTuple):
    """One event of a bar, ready to be played."""

    event: Event
    units: int
    """How long it lasts; 0 for what takes no time."""
    pitches: tuple[int, ...]
    """The MIDI pitches of a note, each once."""
    graces: tuple[tuple[int, int], ...]
    """``(units, MIDI pitch)`` of its grace notes: what each takes from it."""
    alone: int
    """The pitch of a note that is one pitch, untied and without grace notes, as nearly all are; else -1."""


class Quarters(dict[int, Fraction]):
    """Times in units of ``1 / per_quarter`` -> in quarter notes; each is made when it is first asked for."""

    def __init__(self, per_quarter: int) -> None:
        self._per_quarter = per_quarter

    def __missing__(self, units: int) -> Fraction:
        quarters = Fraction(units, self._per_quarter)
        if len(self) < _MOST_TIMES:
            self[units] = quarters
        return quarters


_quarters = lru_cache(maxsize=_MOST_GRIDS)(Quarters)
"""Tunes share their times: nearly all have one of a few grids, and begin at 0."""


class Grid:
    """The bars of a score as steps, all times in units of ``1 / per_quarter`` of a quarter note."""

    def __init__(self, score: Score) -> None:
        # One note may stand in many places, and to hash it takes longer than to play it: hence the ids.
        events = {id(event): event for bar in score.bars for event in bar.events}
        self.events = events.values()
        """Each event once."""
        times = {id(time): time for time in _times(score.metre, self.events)}.values()
        self.per_quarter = lcm(*{time.denominator for time in times})
        self.quarters = _quarters(self.per_quarter)
        """A time in units -> in quarter notes."""
        self._units = {id(time): self.units(time) for time in times}
        steps = {key: self._step(event) for key, event in events.items()}
        self.bars = [[steps[id(event)] for event in bar.events] for bar in score.bars]
        self.durations = [sum([step.units for step in bar]) for bar in self.bars]
        """The length of each bar as written."""

    def units(self, quarters: Fraction) -> int:
        """A time of this score in units."""
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
    """Length in quarter notes of what is counted as a beat."""
    return max(metre.beat, _SHORTEST_BEAT) if metre else _FREE_BEAT


def _times(metre: Metre | None, events: Iterable[Event]) -> Iterator[Fraction]:
    """Every time in quarter notes that a player of these events meets."""
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
    """What each grace note takes from ``note``: as long as written, but all together at most half of it."""
    if not note.graces:
        return []
    taken = sum((grace.duration for grace in note.graces), Fraction(0))
    shrink = min(Fraction(1), note.duration / 2 / taken) if taken else Fraction(1)
    return [grace.duration * shrink for grace in note.graces]
