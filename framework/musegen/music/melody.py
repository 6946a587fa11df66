"""Melodies: tunes as successive notes, of which only intervals and duration ratios count."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import pairwise
from math import gcd

import numpy as np
from numpy.typing import NDArray

from musegen.music.score import Bar, Note, Rest, Score

_WORD = (1 << 64) - 1


@dataclass
class MelodyNotes:
    """The notes of a melody, in order."""

    pitches: list[int] = field(default_factory=list)
    """MIDI note numbers."""
    durations: list[Fraction] = field(default_factory=list)
    """Time from each onset to the next in quarter notes."""
    bars: list[int] = field(default_factory=list)
    """Number of the bar in which each note begins."""


def melody_notes(bars: Iterable[tuple[int, Bar]]) -> MelodyNotes:
    """The melody of some numbered bars. If notes sound together, only the highest counts.

    Tied notes are one note, and a rest lengthens the note before it.
    """
    notes = MelodyNotes()
    tied = False
    for number, bar in bars:
        for event in bar.events:
            if isinstance(event, Note):
                pitch = max(pitch.midi for pitch in event.pitches)
                if tied and notes.pitches[-1] == pitch:
                    notes.durations[-1] += event.duration
                else:
                    notes.pitches.append(pitch)
                    notes.durations.append(event.duration)
                    notes.bars.append(number)
                tied = event.tie and (not event.untied or pitch in {tied.midi for tied in event.tied})
            elif isinstance(event, Rest):
                tied = False
                if notes.durations:
                    notes.durations[-1] += event.duration
    return notes


def melody_steps(pitches: Sequence[int], durations: Sequence[Fraction]) -> NDArray[np.uint64]:
    """The step from each note of a melody to the next: uint64 (max(k - 1, 0),) for k notes.

    A step is a hash of 64 bits of the interval in semitones and of the ratio of the two durations. Therefore
    transposed melodies, and those with doubled or halved lengths, have the same steps.
    """
    later, earlier = [], []
    for before, after in pairwise(durations):
        above, below = after.numerator * before.denominator, before.numerator * after.denominator
        common = gcd(above, below) or 1
        later.append(above // common & _WORD)
        earlier.append(below // common & _WORD)
    return (
        mixed(np.diff(np.array(pitches, np.int64)).astype(np.uint64))
        ^ mixed(np.array(later, np.uint64) + np.uint64(1 << 20))
        ^ mixed(np.array(earlier, np.uint64) + np.uint64(1 << 40))
    )


def step_windows(steps: NDArray[np.uint64], notes: int) -> NDArray[np.uint64]:
    """A hash of each ``notes`` successive notes of a melody: uint64 (max(k - notes + 1, 0),) for k notes."""
    count = max(len(steps) - (notes - 1) + 1, 0)
    hashes = np.zeros(count, np.uint64)
    for place in range(notes - 1):
        hashes = mixed(hashes + steps[place : place + count])
    return hashes


def mixed(values: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Each value with its bits mixed (the finalizer of splitmix64: Steele, Lea and Flood 2014)."""
    values = (values ^ (values >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    values = (values ^ (values >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return values ^ (values >> np.uint64(31))


@dataclass(frozen=True, slots=True, eq=False)
class Melody:
    """The melody of a tune, in written order, with every ending: what a copy in any key shares with it."""

    steps: NDArray[np.uint64]
    """Step from each note to the next (:func:`melody_steps`): uint64 (max(k - 1, 0),) for k notes."""
    bars: NDArray[np.int32]
    """Number of the written bar in which each note begins, from 1: int32 (k,)."""
    title: str = ""
    """Title of the tune."""

    @classmethod
    def of(cls, score: Score, title: str | None = None) -> Melody:
        """The melody of a score, with the score's title unless another ``title`` is given."""
        notes = melody_notes(enumerate(score.bars, 1))
        steps = melody_steps(notes.pitches, notes.durations)
        return cls(steps, np.array(notes.bars, np.int32), score.title if title is None else title)

    def windows(self, notes: int) -> NDArray[np.uint64]:
        """What a :class:`musegen.music.originality.MelodyIndex` compares, for its window of ``notes`` notes.

        The steps themselves for a window of two notes, otherwise a hash of 32 bits of each window: uint64
        (max(k - notes + 1, 0),) for k notes.
        """
        return self.steps if notes == 2 else step_windows(self.steps, notes) >> np.uint64(32)
