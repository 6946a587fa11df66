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

from musegen import Bar, Key, KeyChange, Metre, MetreChange, Note, Rest, Score

T = TypeVar("T")
_TIMED = Note | Rest
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
    start: int
    """Place in the full bar where it begins: 0, but more for an upbeat and for the second part of a bar."""
    key: Key
    """The key in force at its end."""

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
    """Place in the full bar, from 0."""
    key: Key
    """The key in force."""
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
        metres = _metres(score)
        timed = [[each for each in bar.events if isinstance(each, _TIMED)] for bar in score.bars]
        times = {id(each.duration): each.duration for events in timed for each in events}
        self.per_quarter = lcm(
            *{time.denominator for time in times.values()},
            *{metre.bar.denominator for metre in metres if metre},
        )
        """Number of units of a quarter note."""
        units = {key: self._units(time) for key, time in times.items()}
        chords = {
            id(each.pitches): each.pitches for events in timed for each in events if isinstance(each, Note)
        }
        highest = {key: max([one.midi for one in chord]) for key, chord in chords.items()}
        contents = [
            tuple(
                [
                    (
                        units[id(each.duration)],
                        highest[id(each.pitches)] if isinstance(each, Note) else REST,
                    )
                    for each in events
                ]
            )
            for events in timed
        ]
        lengths = [sum([length for length, _ in content]) for content in contents]
        full = self._full(metres, lengths)
        beats = {metre: int(metre.bar / metre.beat) if metre else 0 for metre in full}
        starts = _starts(score, lengths, [full[metre] for metre in metres])
        self.notes: list[Sounding] = []
        """The notes that sound."""
        self.bars: list[Written] = []
        """The written bars."""
        self.rests = sum([pitch == REST for content in contents for _, pitch in content])
        """Number of rests."""
        key, tied = score.key, False
        for bar, content, length, metre, start in zip(
            score.bars, contents, lengths, metres, starts, strict=True
        ):
            written = Written(bar, content, length, full[metre], beats[metre], start, key)
            key, tied = self._listen(written, key, tied)
            self.bars.append(written if key is written.key else written._replace(key=key))

    def _listen(self, written: Written, key: Key, tied: bool) -> tuple[Key, bool]:
        """Add the notes of a bar. Returns the key at its end, and whether its last note is tied."""
        at, notes, sounds = written.start, self.notes, iter(written.content)
        for event in written.bar.events:
            if isinstance(event, Note):
                units, pitch = next(sounds)
                if tied and notes[-1].pitch == pitch:
                    notes[-1] = notes[-1]._replace(units=notes[-1].units + units)
                else:
                    notes.append(Sounding(pitch, units, at, key, written, event))
                tied = event.tie and (not event.untied or pitch in {tied.midi for tied in event.tied})
                at += units
            elif isinstance(event, Rest):
                tied = False
                at += next(sounds)[0]
            elif isinstance(event, KeyChange):
                key = event.key
        return key, tied

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


def _metres(score: Score) -> list[Metre | None]:
    """The metre of each written bar."""
    metre, metres = score.metre, []
    for bar in score.bars:
        for event in bar.events:
            if isinstance(event, MetreChange):
                metre = event.metre
        metres.append(metre)
    return metres


def _starts(score: Score, lengths: Sequence[int], full: Sequence[int]) -> list[int]:
    """Place in its full bar where each written bar begins.

    A short bar at the beginning of the tune, or after a sign, is an upbeat and ends with the full bar. An
    ending goes on where the bar before the first ending stopped.
    """
    starts: list[int] = []
    turns, split, ended = False, 0, True
    for place, bar in enumerate(score.bars):
        start = 0
        if bar.endings:
            if not turns:
                split = 0 if ended or lengths[place - 1] >= full[place - 1] else lengths[place - 1]
            turns, start = True, split
        elif ended or bar.repeat_start or bar.part:
            turns = False
            if 0 < lengths[place] < full[place] and len(score.bars) > 1:
                start = full[place] - lengths[place]
        starts.append(start)
        ended = bar.ends_strain
    return starts


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
