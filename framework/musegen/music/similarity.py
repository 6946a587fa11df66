"""Near-duplicates: finds tunes that are versions of one another, in any key, barring or unit note length."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from musegen.music.melody import melody_notes, melody_steps, step_windows
from musegen.music.score import Bar, Score

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
    notes = melody_notes(_first_time(score.bars))
    if len(notes.pitches) < FEWEST_NOTES:
        return NO_PATTERNS
    return np.unique(step_windows(melody_steps(notes.pitches, notes.durations), NGRAM))


def melody_digest(score: Score) -> str:
    """A digest, sixteen hexadecimal digits, of the whole melody that :func:`patterns` are taken from.

    It does not depend on the tune's spelling, bar lines or key, nor on doubled or halved lengths.
    """
    notes = melody_notes(_first_time(score.bars))
    melody = [
        *(str(pitch - notes.pitches[0]) for pitch in notes.pitches),
        *(str(duration / notes.durations[0]) for duration in notes.durations),
    ]
    return hashlib.sha256(" ".join(melody).encode()).hexdigest()[:16]


def _first_time(bars: Sequence[Bar]) -> Iterator[tuple[int, Bar]]:
    """The bars with their numbers from 1, without those of later endings."""
    skipping = False
    for number, bar in enumerate(bars, 1):
        if bar.endings:
            skipping = 1 not in bar.endings
        if not skipping:
            yield number, bar
        if bar.ends_strain:
            skipping = False


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
