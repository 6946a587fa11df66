"""What is written in a tune, as integers: written bars, and the notes that sound.

All four measures read the same two lists, which are made once for a score.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from fractions import Fraction
from functools import wraps
from math import lcm
from typing import NamedTuple, TypeVar

from musegen import Bar, KeyChange, Metre, MetreChange, Note, Rest, Score

T = TypeVar("T")
REST = -1
"""Stands for a pitch where nothing sounds."""


class Written(NamedTuple):
    """A written bar: the music between two bar-line signs. Times are in units of the tune's :class:`Page`."""

    bar: Bar
    content: tuple[tuple[int, int], ...]
    """Length and MIDI pitch of each note and rest. Of notes that sound together the highest is meant."""
    units: int
    """Length of it all."""
    full: int
    """Length of a full bar; 0 in free metre, where every bar is full."""
    beats: int
    """Number of beats of a full bar; 0 in free metre."""

    @property
    def short(self) -> bool:
        """Whether it lasts less than a full bar."""
        return self.units < self.full

    @property
    def rhythm(self) -> tuple[int, ...]:
        """Lengths alone; those of rests are negative."""
        return tuple([units if pitch != REST else -units for units, pitch in self.content])


class Sounding(NamedTuple):
    """A note as it sounds: notes that are tied are one."""

    pitch: int
    """MIDI pitch, the highest if several sound together."""
    units: int
    """Length."""
    at: int
    """Place in its bar, from 0."""
    written: Written
    """The bar that it begins in."""
    note: Note
    """The first written note of it."""


class Page:
    """The bars and notes of a score in written order, all endings included.

    A *full bar* has the length that most written bars under the same metre have, if that is at least half of
    them, and else what the metre says. So it does not depend on the unit note length, which tunes in
    collections often have wrong. A change of metre counts for the whole bar that contains it.
    """

    def __init__(self, score: Score) -> None:
        self.score = score
        metres = _metres(score)
        timed = [[each for each in bar.events if isinstance(each, Note | Rest)] for bar in score.bars]
        times = {id(each.duration): each.duration for events in timed for each in events}
        self.per_quarter = lcm(
            *{time.denominator for time in times.values()},
            *{metre.bar.denominator for metre in metres if metre},
        )
        """Number of units of a quarter note."""
        units = {key: self._units(time) for key, time in times.items()}
        pitches: dict[int, int] = {}
        contents = []
        for events in timed:
            content = []
            for event in events:
                pitch = REST
                if isinstance(event, Note):
                    key = id(event.pitches)
                    if key not in pitches:
                        pitches[key] = max([one.midi for one in event.pitches])
                    pitch = pitches[key]
                content.append((units[id(event.duration)], pitch))
            contents.append(tuple(content))
        lengths = [sum([length for length, _ in content]) for content in contents]
        full = self._full(metres, lengths)
        self.bars = [
            Written(bar, content, length, full[metre], int(metre.bar / metre.beat) if metre else 0)
            for bar, content, length, metre in zip(score.bars, contents, lengths, metres, strict=True)
        ]
        """The written bars."""
        self.notes = self._notes(timed)
        """The notes that sound."""
        self.rests = sum([pitch == REST for content in contents for _, pitch in content])
        """Number of rests."""

    def _units(self, quarters: Fraction) -> int:
        return quarters.numerator * (self.per_quarter // quarters.denominator)

    def _full(self, metres: Sequence[Metre | None], lengths: Sequence[int]) -> dict[Metre | None, int]:
        """Length of a full bar under each metre."""
        full: dict[Metre | None, int] = {}
        for metre in dict.fromkeys(metres):
            if metre is None:
                full[metre] = 0
                continue
            counts = Counter([length for of, length in zip(metres, lengths, strict=True) if of == metre])
            usual, count = max(counts.items(), key=lambda each: (each[1], each[0]))
            said = self._units(metre.bar)
            full[metre] = usual if counts[said] < count and 2 * count >= counts.total() else said
        return full

    def _notes(self, timed: Sequence[Sequence[Note | Rest]]) -> list[Sounding]:
        notes: list[Sounding] = []
        tied = False
        for written, events in zip(self.bars, timed, strict=True):
            at = 0
            for (units, pitch), event in zip(written.content, events, strict=True):
                if isinstance(event, Note):
                    if tied and notes[-1].pitch == pitch:
                        notes[-1] = notes[-1]._replace(units=notes[-1].units + units)
                    else:
                        notes.append(Sounding(pitch, units, at, written, event))
                    tied = event.tie
                else:
                    tied = False
                at += units
        return notes


def _metres(score: Score) -> list[Metre | None]:
    """The metre of each written bar."""
    metre, metres = score.metre, []
    for bar in score.bars:
        for event in bar.events:
            if isinstance(event, MetreChange):
                metre = event.metre
        metres.append(metre)
    return metres


def changes_key(score: Score) -> bool:
    """Whether its key changes on the way."""
    return any(isinstance(event, KeyChange) for bar in score.bars for event in bar.events)


def remembered(function: Callable[[Score], T]) -> Callable[[Score], T]:
    """The function with the last score and what it gave for it: several measures ask for the same in turn."""
    last: tuple[Score, T] | None = None

    @wraps(function)
    def asked(score: Score) -> T:
        nonlocal last
        kept = last  # another thread may change it meanwhile
        if kept is None or kept[0] is not score:
            kept = last = (score, function(score))
        return kept[1]

    return asked


@remembered
def page(score: Score) -> Page:
    """The page of a score."""
    return Page(score)
