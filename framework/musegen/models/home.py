"""The one tonic that a model's tunes were transposed to, and the way back to the keys of the corpus."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from random import Random
from statistics import fmean
from typing import TypeAlias

from musegen.canonical import JSON
from musegen.music.score import Note, Score
from musegen.music.tune import Tune
from musegen.music.tune_limits import TuneLimits
from musegen.protocols.notations import Notation
from musegen.protocols.sampling import derive_seed

Range: TypeAlias = tuple[float, float]
"""Lowest and highest pitch of a tune, as MIDI numbers."""
_LEAST = 1.0
"""Smallest standard deviation that is taken for real, in semitones: a mode may have few tunes."""


@dataclass(frozen=True)
class Ranges:
    """The ranges of training tunes of one mode, after all were transposed to one tonic."""

    means: Mapping[str, Range]
    """Mean range by former tonic."""
    deviations: Range
    """Standard deviation of lowest and of highest pitch from the mean of their tonic, in semitones."""

    @classmethod
    def of(cls, ranges: Mapping[str, list[Range]]) -> Ranges:
        """Those of some tunes, by former tonic, to hundredths of a semitone, which is how they are saved."""
        means = {tonic: _each(fmean, of) for tonic, of in ranges.items()}
        squares = [
            ((low - means[tonic][0]) ** 2, (high - means[tonic][1]) ** 2)
            for tonic, of in ranges.items()
            for low, high in of
        ]
        deviations = _each(lambda values: max(math.sqrt(fmean(values)), _LEAST), squares)
        return cls({tonic: _rounded(mean) for tonic, mean in means.items()}, _rounded(deviations))

    def likelihood(self, tonic: str, found: Range) -> float:
        """How well a tune's range fits to those of tunes that had this tonic; 1 where it is the mean.

        Lowest and highest pitch are taken for independent and normally distributed.
        """
        means, deviations = self.means[tonic], self.deviations
        away = [(found[end] - means[end]) / deviations[end] for end in (0, 1)]
        return math.exp(-0.5 * (away[0] ** 2 + away[1] ** 2))


@dataclass(frozen=True)
class Home:
    """The one tonic that a model's tunes were transposed to, and the tonics that they had before."""

    tonic: str
    """Tonic of all tunes that the model has learned."""
    tonics: Mapping[str, Mapping[str, int]]
    """Number of training tunes by mode and former tonic. New tunes get a tonic in the same proportions."""
    ranges: Mapping[str, Ranges] = field(default_factory=dict)
    """The ranges of training tunes by mode, as the model knows them. A new tune rather gets a tonic of which
    the training tunes had a range like its own: a fiddle tune in A lies higher than one in G, also in C."""

    @classmethod
    def of(cls, tonic: str, tunes: Iterable[Tune], notation: Notation) -> Home:
        """The home of tunes that were all transposed to ``tonic``. ``Tune.tonic`` has their former tonic."""
        tonics: dict[str, dict[str, int]] = {}
        found: dict[str, dict[str, list[Range]]] = {}
        for tune in tunes:
            if not tune.tonic:
                continue
            score = notation.parse(tune)
            counts = tonics.setdefault(score.key.mode, {})
            counts[tune.tonic] = counts.get(tune.tonic, 0) + 1
            if score.pitch_range:
                found.setdefault(score.key.mode, {}).setdefault(tune.tonic, []).append(score.pitch_range)
        return cls(tonic, tonics, {mode: Ranges.of(ranges) for mode, ranges in found.items()})

    def state(self) -> dict[str, JSON]:
        """The home as JSON."""
        return {
            "tonic": self.tonic,
            "tonics": {mode: dict(counts) for mode, counts in self.tonics.items()},
            "ranges": {
                mode: {
                    "means": {tonic: list(mean) for tonic, mean in ranges.means.items()},
                    "deviations": list(ranges.deviations),
                }
                for mode, ranges in self.ranges.items()
            },
        }

    def propose(self, seed: int) -> str:
        """A random tonic for a tune that is not written yet: the more tunes had it, the likelier it is."""
        counts: Counter[str] = Counter()
        for of_mode in self.tonics.values():
            counts.update(of_mode)
        return _drawn(counts, seed, "proposed tonic") if counts else self.tonic

    def choose(self, score: Score, seed: int, within: TuneLimits | None = None, proposed: str = "") -> str:
        """A random tonic for a new tune: one of those that the corpus has in its mode.

        The more training tunes had a tonic, and the more their ranges are like that of the tune, the likelier
        it is. The order of the tonics, which a saved model does not keep, has no part in it. ``within``: the
        pitches that the tune may have; where no tonic keeps it within, it is ``proposed``.
        """
        mode = score.key.mode
        counts = self.tonics.get(mode) or {}
        ranges, span = self.ranges.get(mode), score.pitch_range
        if within and span and proposed:
            counts = {tonic: count for tonic, count in counts.items() if _fits(score, tonic, span, within)}
            counts = counts or {proposed: 1}
        if not counts:
            return self.tonic
        weights = {tonic: float(count) for tonic, count in counts.items()}
        if ranges and span:
            fitting = {
                tonic: count * ranges.likelihood(tonic, span)
                for tonic, count in weights.items()
                if tonic in ranges.means
            }
            if sum(fitting.values()) > 0:
                weights = fitting
        return _drawn(weights, seed, "tonic")


def _drawn(weights: Mapping[str, float], seed: int, use: str) -> str:
    tonics = sorted(weights)
    return Random(derive_seed(seed, use)).choices(tonics, [weights[tonic] for tonic in tonics])[0]


def _fits(score: Score, tonic: str, span: Range, within: TuneLimits) -> bool:
    """Whether a tune with these lowest and highest pitches has only those that it may have in a new key."""
    semitones = score.key.semitones_to(tonic)
    if not (within.lowest <= span[0] + semitones and span[1] + semitones <= within.highest):
        return False
    allowed = within.pitches
    return allowed is None or all(pitch + semitones in allowed for pitch in _pitches(score))


def _pitches(score: Score) -> frozenset[int]:
    notes = (event for bar in score.bars for event in bar.events if isinstance(event, Note))
    return frozenset(pitch.midi for note in notes for pitch in note.pitches)


def _each(reduce: Callable[[Sequence[float]], float], ranges: Sequence[Range]) -> Range:
    """Reduce the first numbers to one, and the second."""
    low, high = zip(*ranges, strict=True)
    return reduce(low), reduce(high)


def _rounded(of: Range) -> Range:
    return round(of[0], 2), round(of[1], 2)
