"""Finding a key from notes: how well their pitch classes fit the profile of each key.

A profile says how well each of the twelve pitch classes above a tonic fits a major or minor key. The key
whose profile correlates best with the time that each pitch class sounds is the key found (the algorithm of
Krumhansl and Schmuckler, in: Krumhansl, C. L. (1990), *Cognitive Foundations of Musical Pitch*, Oxford
University Press).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray


class Profile(NamedTuple):
    """Unit vectors of all 24 keys. Their correlation with a vector of mean 0 and length 1 is the product."""

    keys: NDArray[np.float64]
    """(24, 12): row t is the major key on pitch class t, row 12 + t the minor key."""

    def fits(self, times: Sequence[float]) -> NDArray[np.float64] | None:
        """Correlation of each of the 24 keys with the time of each pitch class; None if all are equal."""
        vector = _unit(np.array([times], np.float64))
        return None if vector is None else self.keys @ vector[0]


def _unit(vectors: NDArray[np.float64]) -> NDArray[np.float64] | None:
    """Vectors (n, k) less their mean, of length 1; None if one of them is constant."""
    centred = vectors - vectors.mean(axis=1, keepdims=True)
    lengths = np.sqrt((centred**2).sum(axis=1, keepdims=True))
    return centred / lengths if (lengths > 1e-9 * np.abs(vectors).max()).all() and lengths.all() else None


def _profile(major: Sequence[float], minor: Sequence[float]) -> Profile:
    unit = _unit(np.array([np.roll(of, tonic) for of in (major, minor) for tonic in range(12)]))
    assert unit is not None
    return Profile(unit)


KRUMHANSL_KESSLER = _profile(
    (6.35, 2.23, 3.48, 2.33, 4.38, 4.09, 2.52, 5.19, 2.39, 3.66, 2.29, 2.88),
    (6.33, 2.68, 3.52, 5.38, 2.60, 3.53, 2.54, 4.75, 3.98, 2.69, 3.34, 3.17),
)
"""Krumhansl, C. L. and Kessler, E. J. (1982), "Tracing the dynamic changes in perceived tonal organization in
a spatial representation of musical keys", *Psychological Review* 89 (4): ratings by listeners."""
TEMPERLEY = _profile(
    (5.0, 2.0, 3.5, 2.0, 4.5, 4.0, 2.0, 4.5, 2.0, 3.5, 1.5, 4.0),
    (5.0, 2.0, 3.5, 4.5, 2.0, 4.0, 2.0, 4.5, 3.5, 2.0, 1.5, 4.0),
)
"""Temperley, D. (1999), "What's key for key? The Krumhansl-Schmuckler key-finding algorithm reconsidered",
*Music Perception* 17 (1): Krumhansl and Kessler's, changed so that the scale stands out."""
