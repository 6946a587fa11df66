"""What new tunes share with the training tunes, held against what real tunes share with them.

The idea is of Yin et al. 2022, "Measuring when a music generation algorithm copies too much" (SN Computer
Science 3:340): folk tunes share phrases anyway, so that the measure of copying is what real tunes
that a model has not learned from share with those that it has.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from musegen.canonical import JSON
from musegen.evaluation.resampling import Estimate, Weights, interval, means
from musegen.evaluation.tunes import TuneSet
from musegen.music.melody import Melody
from musegen.music.originality import Copied, MelodyIndex

QUANTILES = (50, 90, 95, 99)
"""Per cent of the tunes whose longest copied run is not longer than the quantile."""


@dataclass(frozen=True)
class Copying:
    """The longest run of notes that each tune shares with one training tune, in any key."""

    new: tuple[Copied, ...]
    """Those of the new tunes that can be read, in their order."""
    real: tuple[Copied, ...]
    """Those of the held-out real tunes."""
    notes: tuple[Mapping[int, Estimate], Mapping[int, Estimate]]
    """Length of these runs in notes, in new and in real tunes: each quantile of :data:`QUANTILES`."""
    share: tuple[Estimate, Estimate]
    """Mean share of notes that lie in shared runs of eight notes and more, in new and in real tunes."""

    @cached_property
    def limit(self) -> float:
        """The 99 % quantile of the real tunes. A new tune with a longer run is flagged."""
        return self.notes[1][99].value or 0.0

    def is_flagged(self, copied: Copied) -> bool:
        """Whether a tune copies more than 99 % of the real tunes do."""
        return copied.notes > self.limit

    @property
    def flagged(self) -> int:
        """The number of new tunes that are flagged."""
        return sum(map(self.is_flagged, self.new))

    def columns(self, copied: Copied | None) -> dict[str, str | int | float | bool | None]:
        """The columns of ``evaluation.csv`` for one tune; None for a tune that cannot be read."""
        if copied is None:
            return dict.fromkeys(self.columns(Copied()))
        return {
            "copied_notes": copied.notes,
            "copied_share": copied.share,
            "copied_from": copied.source,
            "copied_bars": _bars(copied.bars),
            "copied_source_bars": _bars(copied.source_bars),
            "copied_too_much": self.is_flagged(copied),
        }

    def state(self) -> dict[str, JSON]:
        """The figures as JSON."""
        new, real = ({str(q): each.state() for q, each in side.items()} for side in self.notes)
        return {
            "longest_run_in_notes": {"new": new, "real": real},
            "share_in_runs_of_8_and_more": {"new": self.share[0].state(), "real": self.share[1].state()},
            "limit": self.limit,
            "flagged": self.flagged,
        }


def _bars(bars: tuple[int, int] | None) -> str:
    return f"{bars[0]}-{bars[1]}" if bars else ""


def measure_copying(
    training: MelodyIndex, new: TuneSet, real: TuneSet, weights: tuple[Weights, Weights]
) -> Copying:
    """What the tunes of both sets share with the training tunes.

    ``weights``: bootstrap weights of the new tunes (r, n) and of the real ones (r, m).
    """
    found = [tuple(training.copied([Melody.of(score) for score in each.scores])) for each in (new, real)]
    notes = [
        _quantiles([each.notes for each in side], drawn) for side, drawn in zip(found, weights, strict=True)
    ]
    shares = []
    for side, drawn in zip(found, weights, strict=True):
        values = np.array([[each.share] for each in side])
        shares.append(interval(float(values.mean()), means(values, drawn)[:, 0]))
    return Copying(found[0], found[1], (notes[0], notes[1]), (shares[0], shares[1]))


def _quantiles(values: Sequence[int], weights: Weights) -> dict[int, Estimate]:
    """Quantiles that are values of the sample (the inverse of its distribution function)."""
    known, levels = np.array(values), [level / 100 for level in QUANTILES]

    def of(sample: NDArray[np.int64]) -> NDArray[np.float64]:
        return np.quantile(sample, levels, method="inverted_cdf")

    drawn = np.array([of(np.repeat(known, row.astype(int))) for row in weights if row.any()])
    return {
        level: interval(float(value), drawn[:, place])
        for place, (level, value) in enumerate(zip(QUANTILES, of(known), strict=True))
    }
