"""Which tunes are versions of one another: near-duplicates, whatever their key, bars or unit note length."""

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
"""Notes that a pattern spans."""
FEWEST_NOTES = 24
"""Shorter tunes are compared by their text alone."""
_OVERLAP = 2  # a pair shares at least 1 / _OVERLAP of the smaller set

Patterns: TypeAlias = NDArray[np.uint64]
"""uint64 (k,), ascending, each once: a hash for each pattern of eight notes."""
NO_PATTERNS: Patterns = np.empty(0, np.uint64)


def patterns(score: Score) -> Patterns:
    """The tune's patterns of eight successive notes, as intervals in semitones and ratios of durations.

    Taken from the first pass through each strain: bars as they stand on the page, first endings only. Of
    notes that sound together the highest counts; a tie makes one note; a rest lengthens the note before it.
    So transposition, other bar lines and doubled lengths change nothing. Empty for fewer than 24 notes.
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
    """Sixteen hexadecimal digits of the whole melody that :func:`patterns` are taken from.

    The same however the tune is spelled, barred or transposed, and whether its lengths are doubled.
    """
    pitches, durations = _melody(score.bars)
    melody = [
        *(str(pitch - pitches[0]) for pitch in pitches),
        *(str(duration / durations[0]) for duration in durations),
    ]
    return hashlib.sha256(" ".join(melody).encode()).hexdigest()[:16]


def _mixed(values: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Each value scrambled (the finalizer of splitmix64: Steele, Lea and Flood 2014)."""
    values = (values ^ (values >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    values = (values ^ (values >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return values ^ (values >> np.uint64(31))


def _melody(bars: Sequence[Bar]) -> tuple[list[int], list[Fraction]]:
    """Pitches, and durations from one onset to the next, in quarter notes."""
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
    """``(i, j)``, i < j, of the sets that share at least half of the smaller one's patterns.

    Each pattern is looked up in an index of all sets, so that only what is shared costs time: a pattern of
    n tunes costs n² additions, and memory no more than the index and the patterns' owners of one tune.
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
    """The connected component of each of ``count`` things: the number of its first member."""
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
