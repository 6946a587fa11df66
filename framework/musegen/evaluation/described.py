"""Tunes described by measures: the distribution of each descriptor in new tunes and in real ones."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from musegen.canonical import JSON
from musegen.evaluation.resampling import Estimate, Weights, interval, ks_distance, means
from musegen.music.score import Score
from musegen.protocols.measures import Descriptor, Measure

_FLOOR = 95


@dataclass(frozen=True, slots=True)
class Compared:
    """One descriptor in new and in real tunes."""

    measure: str
    """Name of the measure that it comes from."""
    descriptor: Descriptor
    new: Estimate
    """Mean of the new tunes."""
    real: Estimate
    """Mean of the real tunes."""
    distance: Estimate
    """Kolmogorov-Smirnov distance of the two distributions, from 0 (equal) to 1."""
    floor: float | None
    """Median distance of real tunes from real tunes, for sets of the sizes that were compared."""
    limit: float | None
    """95 % of the distances of real tunes from real tunes are not above it."""

    @property
    def within(self) -> bool | None:
        """Whether the new tunes are no further from the real ones than real ones are from each other."""
        if self.distance.value is None or self.limit is None:
            return None
        return self.distance.value <= self.limit

    def shown(self, figure: float | None) -> str:
        """A value of this descriptor in words: ``24 %`` or ``7.31 semitones``."""
        if figure is None:
            return "-"
        if self.descriptor.unit == "%":
            return f"{100 * figure:.0f} %"
        return f"{figure:.3g} {self.descriptor.unit}".rstrip()

    @property
    def sentence(self) -> str:
        """The two means in words: ``bars that come again four bars later: real 24 %, new 0 %``."""
        real, new = self.shown(self.real.value), self.shown(self.new.value)
        return f"{self.descriptor.says}: real {real}, new {new}"

    def state(self) -> dict[str, JSON]:
        """The comparison as JSON."""
        return {
            "measure": self.measure,
            "name": self.descriptor.name,
            "says": self.descriptor.says,
            "unit": self.descriptor.unit,
            "new": self.new.state(),
            "real": self.real.state(),
            "distance": self.distance.state(),
            "real_against_real": {"median": self.floor, "quantile_95": self.limit},
            "within": self.within,
        }


def describe(measures: Mapping[str, Measure], scores: Sequence[Score]) -> NDArray[np.float64]:
    """All descriptors of all measures, in their order, of some tunes: float64 (n, d); NaN where undefined."""
    names = [(name, each.name) for name, measure in measures.items() for each in measure.descriptors]
    values = np.full((len(scores), len(names)), np.nan)
    for row, score in zip(values, scores, strict=True):
        figures = {name: measure.describe(score) for name, measure in measures.items()}
        for column, (measure, name) in enumerate(names):
            figure = figures[measure].get(name)
            if figure is not None:
                row[column] = figure
    return values


def compare_descriptors(
    measures: Mapping[str, Measure],
    new: NDArray[np.float64],
    real: NDArray[np.float64],
    weights: tuple[Weights, Weights],
    halves: tuple[Weights, Weights],
) -> tuple[Compared, ...]:
    """Every descriptor of new tunes (n, d) against that of real ones (m, d).

    ``weights``: bootstrap weights of the new tunes (r, n) and of the real ones (r, m). ``halves``: weights of
    the halves of the real tunes, each (s, m).

    The distance of two sets of a and b tunes from one source grows like sqrt(1/a + 1/b) (Smirnov 1948). By
    this the distances of the halves are brought to the sizes n and m.
    """
    descriptors = [(name, each) for name, measure in measures.items() for each in measure.descriptors]
    both = np.concatenate([new, real])
    only_new, only_real = (np.zeros((1, len(both))) for _ in range(2))
    only_new[0, : len(new)], only_real[0, len(new) :] = 1, 1
    resampled_new, resampled_real = np.zeros((2, len(weights[0]), len(both)))
    resampled_new[:, : len(new)], resampled_real[:, len(new) :] = weights
    averages = [
        [means(values, np.ones((1, len(values))))[0] for values in (new, real)],
        [means(values, drawn) for values, drawn in zip((new, real), weights, strict=True)],
    ]
    found = []
    for column, (measure, descriptor) in enumerate(descriptors):
        mean = [interval(averages[0][side][column], averages[1][side][:, column]) for side in (0, 1)]
        value = ks_distance(both[:, column], only_new, only_real)[0]
        distance = interval(value, ks_distance(both[:, column], resampled_new, resampled_real))
        floor, limit = _floor(new[:, column], real[:, column], halves)
        found.append(Compared(measure, descriptor, mean[0], mean[1], distance, floor, limit))
    return tuple(found)


def _floor(
    new: NDArray[np.float64], real: NDArray[np.float64], halves: tuple[Weights, Weights]
) -> tuple[float | None, float | None]:
    """Median and 95 % quantile of the distances of the halves, brought to the sizes that are compared."""
    known = np.isfinite(real)
    count = int(np.isfinite(new).sum())
    if not count or known.sum() < 4:
        return None, None
    with np.errstate(divide="ignore"):
        small = sum(1 / half[:, known].sum(axis=1) for half in halves)
    scale = np.sqrt((1 / count + 1 / known.sum()) / small)
    distances = ks_distance(real, *halves) * scale
    distances = distances[np.isfinite(distances)]
    if not len(distances):
        return None, None
    return float(np.median(distances)), float(np.percentile(distances, _FLOOR))
