"""The sense of place over tokens: what :class:`Place` tells after each, from the tokens before alone.

The machine is compiled (musegen_reading); where that could not be built, its twin in Python serves.
"""

from __future__ import annotations

from collections.abc import Sequence
from copy import deepcopy

import numpy as np
from numpy.typing import NDArray

from musegen import Places, Tokens
from musegen_abc.place import Place

__all__ = ["AbcPlaces", "PythonPlaceReader", "PythonPlaces", "abc_places"]

try:
    from musegen_reading import AbcPlaces
except ImportError:  # musegen was installed where there was no compiler
    AbcPlaces = None  # type: ignore[assignment,misc]


def abc_places(texts: Sequence[str]) -> Places:
    """The sense of place over tokens with these texts; "" for marks, which stand for no text."""
    return PythonPlaces(texts) if AbcPlaces is None else AbcPlaces(texts)


class PythonPlaces:
    """What ``musegen_reading.AbcPlaces`` is, in Python."""

    def __init__(self, texts: Sequence[str], count: int = len(Place.sizes)) -> None:
        """``count``: how many features to tell, the first ones. Raises ValueError for more than there are."""
        _check_count(count, len(Place.sizes))
        self._texts = tuple(texts)
        self.sizes: tuple[int, ...] = Place.sizes[:count]
        self.remembered = max(count + Place.remembered - len(Place.sizes), 0)

    def first(self, count: int) -> PythonPlaces:
        """The same with the first so many features only. Raises ValueError for more than there are."""
        _check_count(count, len(self.sizes))
        return PythonPlaces(self._texts, count)

    def begin(self) -> PythonPlaceReader:
        """A reader at the beginning of a tune."""
        return PythonPlaceReader(self._texts, Place(), len(self.sizes))

    def rows(self, tokens: Tokens) -> NDArray[np.int32]:
        """The values after each token of a tune from its beginning: int32 (n, F) for F sizes.

        ``tokens``: int32 (n,). Raises ValueError for anything else, and for numbers that are no tokens.
        """
        tokens = np.asarray(tokens)
        if tokens.dtype != np.int32 or tokens.ndim != 1:
            raise ValueError(f"tokens: int32 (n,) expected (got {tokens.dtype} {tokens.shape})")
        reader = self.begin()
        rows = [reader.read(token) for token in tokens.tolist()]
        return np.array(rows, np.int32).reshape(-1, len(self.sizes))


class PythonPlaceReader:
    """Reads one tune, a token at a time."""

    def __init__(self, texts: tuple[str, ...], place: Place, count: int) -> None:
        self._texts, self._place, self._count = texts, place, count

    def read(self, token: int) -> tuple[int, ...]:
        """The values after the token's text. Raises ValueError for a number that is no token."""
        if not 0 <= token < len(self._texts):
            raise ValueError(f"tokens: each from 0 to below {len(self._texts)} expected (got {token})")
        for character in self._texts[token]:
            self._place.take(character)
        return self._place.features()[: self._count]

    def copy(self) -> PythonPlaceReader:
        """A reader at the same place of the tune, which goes on by itself."""
        return PythonPlaceReader(self._texts, deepcopy(self._place), self._count)


def _check_count(count: int, most: int) -> None:
    if not 1 <= count <= most:
        raise ValueError(f"count: from 1 to {most} expected (got {count})")
