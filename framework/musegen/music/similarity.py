"""Near-duplicates: finds tunes that are versions of one another, in any key, barring or unit note length."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction
from math import lcm
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from musegen.music.score import Bar, Note, Rest, Score

NGRAM = 8
"""Number of notes in a pattern."""
FEWEST_NOTES = 24
"""Smallest number of notes of a tune that is compared by patterns; shorter tunes are compared by their
text."""
_OVERLAP = 2  # a pair shares at least 1 / _OVERLAP of the smaller set

Patterns: TypeAlias = NDArray[np.uint64]
"""Hashes of a tune's patterns of eight notes: uint64 (k,), ascending, each once."""
NO_PATTERNS: Patterns = np.empty(0, np.uint64)


def patterns(score: Score) -> Patterns:
    """Hashes of the tune's patterns: eight successive notes as intervals (semitones) and duration ratios.

    They are taken from the bars in written order, with the first endings only. If notes sound together, only
    the highest counts; tied notes are one note; a rest lengthens the note before it. Therefore transposition,
    other bar lines and doubled lengths change nothing. A tune of fewer than 24 notes has no patterns.
    """
    pitches, durations = _melody(score.bars)
    if len(pitches) < FEWEST_NOTES:
        return NO_PATTERNS
    grid = lcm(*(duration.denominator for duration in durations))
    lengths = np.array([int(duration * grid) for duration in durations], np.int64)
    common = np.gcd(lengths[1:], lengths[:-1])
    steps = (
        _mixed(np.diff(np.array(pitches, np.int64)).astype(np.uint64))
        ^ _mixed((lengths[1:] // common).astype(np.uint64) + np.uint64(1 << 20))
        ^ _mixed((lengths[:-1] // common).astype(np.uint64) + np.uint64(1 << 40))
    )
    count = len(steps) - (NGRAM - 1) + 1
    hashes = np.zeros(count, np.uint64)
    for place in range(NGRAM - 1):
        hashes = _mixed(hashes + steps[place : place + count])
    return np.unique(hashes)


def melody_digest(score: Score) -> str:
    """A digest, sixteen hexadecimal digits, of the whole melody that :func:`patterns` are taken from.

    It does not depend on the tune's spelling, bar lines or key, nor on doubled or halved lengths.
    """
    pitches, durations = _melody(score.bars)
    melody = [
        *(str(pitch - pitches[0]) for pitch in pitches),
        *(str(duration / durations[0]) for duration in durations),
    ]
    return hashlib.sha256(" ".join(melody).encode()).hexdigest()[:16]


def _mixed(values: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Each value with its bits mixed (the finalizer of splitmix64: Steele, Lea and Flood 2014)."""
    values = (values ^ (values >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    values = (values ^ (values >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return values ^ (values >> np.uint64(31))


def _melody(bars: Sequence[Bar]) -> tuple[list[int], list[Fraction]]:
    """MIDI pitches of the melody, and the time from each onset to the next in quarter notes."""
    pitches: list[int] = []
    durations: list[Fraction] = []
    tied = skipping = False
    for bar in bars:
        if bar.endings:
            skipping = 1 not in bar.endings
        if not skipping:
            for event in bar.events:
                if isinstance(event, Note):
                    pitch = max(pitch.midi for pitch in event.pitches)
                    if tied and pitches[-1] == pitch:
                        durations[-1] += event.duration
                    else:
                        pitches.append(pitch)
                        durations.append(event.duration)
                    tied = event.tie
                elif isinstance(event, Rest):
                    tied = False
                    if durations:
                        durations[-1] += event.duration
        if bar.ends_strain:
            skipping = False
    return pitches, durations


def similar_pairs(sets: Sequence[Patterns]) -> Iterator[tuple[int, int]]:
    """Pairs ``(i, j)``, i < j, of sets that share at least half of the patterns of the smaller one.

    Each pattern is looked up in an index of all sets, so that only shared patterns cost time: a pattern that
    n tunes share costs n² additions. Memory holds the index and the owners of the patterns of one tune.
    """
    sizes = np.array([len(each) for each in sets], np.int64)
    if not sizes.sum():
        return
    owners = np.repeat(np.arange(len(sets), dtype=np.int32), sizes)
    every = np.concatenate(sets)
    order = np.argsort(every, kind="stable")
    every, owners = every[order], owners[order]
    for i, own in enumerate(sets):
        if not len(own):
            continue
        begins = np.searchsorted(every, own, "left")
        ends = np.searchsorted(every, own, "right")
        shared = np.concatenate([owners[begin:end] for begin, end in zip(begins, ends, strict=True)])
        counts = np.bincount(shared[shared > i], minlength=len(sets))
        near = np.flatnonzero((counts > 0) & (_OVERLAP * counts >= np.minimum(sizes, len(own))))
        yield from ((i, int(j)) for j in near)


def union_find(count: int, pairs: Iterable[tuple[int, int]]) -> list[int]:
    """The group of each of ``count`` items that ``pairs`` connect: the number of the group's first item."""
    first = list(range(count))

    def root(i: int) -> int:
        while first[i] != i:
            first[i] = first[first[i]]
            i = first[i]
        return i

    for a, b in pairs:
        low, high = sorted((root(a), root(b)))
        first[high] = low
    return [root(i) for i in range(count)]
