"""Resampling by groups of versions: bootstrap weights, halves of a set, and figures of weighted tunes.

Versions of one tune tell the same thing several times. So the groups of versions are drawn or split, not the
tunes (Efron & Tibshirani 1993, chapter 8, on data with structure).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from musegen.canonical import JSON

Weights = NDArray[np.float64]
"""How often each of n tunes is counted in each of r resamples: float64 (r, n)."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """A figure with its 95 % interval."""

    value: float | None
    """The figure of the tunes; None if no tune has it."""
    low: float | None = None
    """Lower end of the interval (percentiles of a bootstrap); None if there is one group only."""
    high: float | None = None
    """Upper end of the interval."""

    def state(self) -> dict[str, JSON]:
        """The estimate as JSON."""
        return {"value": self.value, "low": self.low, "high": self.high}


def bootstrap(groups: NDArray[np.int64], resamples: int, rng: np.random.Generator) -> Weights:
    """Weights of resamples that draw as many groups as there are, with replacement."""
    numbers = _numbered(groups)
    count = int(numbers.max()) + 1
    return rng.multinomial(count, np.full(count, 1 / count), resamples)[:, numbers].astype(float)


def halves(groups: NDArray[np.int64], splits: int, rng: np.random.Generator) -> tuple[Weights, Weights]:
    """Weights, 0 or 1, of the two halves of each of ``splits`` random splits; a group stays whole.

    The halves are as equal as the groups allow: large groups are dealt out first, each to the smaller half.
    """
    numbers = _numbered(groups)
    sizes = np.bincount(numbers)
    first = np.zeros((splits, len(sizes)), bool)
    for row in first:
        shuffled = rng.permutation(len(sizes))
        order = shuffled[np.argsort(-sizes[shuffled], kind="stable")]
        taken = np.zeros(2, int)
        for group in order:
            half = int(taken[1] < taken[0]) if taken[0] != taken[1] else int(rng.integers(2))
            row[group] = half == 0
            taken[half] += sizes[group]
    weights = first[:, numbers].astype(float)
    return weights, 1 - weights


def _numbered(groups: NDArray[np.int64]) -> NDArray[np.int64]:
    """The groups numbered from 0 without gaps."""
    return np.unique(groups, return_inverse=True)[1].astype(np.int64)


def means(values: NDArray[np.float64], weights: Weights) -> NDArray[np.float64]:
    """Mean of each column of ``values`` (n, d), NaN left out, under each row of weights: float64 (r, d)."""
    known = np.isfinite(values)
    totals = weights @ np.where(known, values, 0)
    counts = weights @ known.astype(float)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(counts > 0, totals / counts, np.nan)


def interval(value: float, drawn: NDArray[np.float64]) -> Estimate:
    """The estimate of a figure whose bootstrap gave ``drawn`` (r,)."""
    drawn = drawn[np.isfinite(drawn)]
    if not np.isfinite(value):
        return Estimate(None)
    if not len(drawn):
        return Estimate(float(value))
    low, high = np.percentile(drawn, (2.5, 97.5))
    return Estimate(float(value), float(low), float(high))


def ks_distance(values: NDArray[np.float64], first: Weights, second: Weights) -> NDArray[np.float64]:
    """Kolmogorov-Smirnov distance of two weighted sets of the same tunes: float64 (r,).

    It is the largest difference between the two empirical distribution functions, from 0 to 1. ``values``:
    float64 (n,); a tune whose value is NaN is left out. NaN for a row in which a set has no tune left.
    """
    known = np.isfinite(values)
    order = np.argsort(values[known], kind="stable")
    ordered = values[known][order]
    if not len(ordered):
        return np.full(len(first), np.nan)
    last = np.append(ordered[1:] != ordered[:-1], True)  # of equal values only the last is a step's end
    sums = [np.cumsum(weights[:, known][:, order], axis=1) for weights in (first, second)]
    with np.errstate(invalid="ignore", divide="ignore"):
        functions = [each[:, last] / each[:, -1:] for each in sums]
    distance: NDArray[np.float64] = np.abs(functions[0] - functions[1]).max(axis=1)
    return distance
