"""Cuts tunes into pieces and arranges those that are learned side by side in batches.

A :class:`Schedule` has a fixed number of rows, and each row a queue of tunes. A tune is cut into pieces of
equal length, learned one after the other with the state carried on; when it is over, the next tune of the
queue begins, from its start mark and the zero state. So there is little padding whatever the lengths, and
every step sees beginnings, middles and ends of tunes. :class:`Windows` are the pieces that tutorials take.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from musegen import Places, Tokens

PADDING = -1
"""Target that says that a row has nothing to learn here."""


@dataclass(frozen=True, slots=True)
class Batch:
    """One piece of each row."""

    inputs: NDArray[np.int32]
    """int32 (rows, steps)."""
    targets: NDArray[np.int32]
    """int32 (rows, steps): the token after each input, or PADDING."""
    places: NDArray[np.int32]
    """int32 (rows, steps, F): the place features of each input; F is 0 for a model that reads none."""
    begins: NDArray[np.bool_]
    """bool (rows,): true where a tune begins, or where nothing is left to learn."""

    @property
    def tokens(self) -> int:
        """Number of targets that are not PADDING."""
        return int(np.count_nonzero(self.targets != PADDING))


class Batches(Protocol):
    """The batches of one epoch."""

    def __len__(self) -> int:
        """How many batches."""
        ...

    def batches(self, first: int = 0) -> Iterator[Batch]:
        """The batches in order, from number ``first`` on."""
        ...


class Schedule:
    """Batches that hold every piece of every tune once."""

    def __init__(
        self,
        tunes: Sequence[Tokens],
        rows: int,
        steps: int,
        seed: int | None,
        places: Places | None = None,
    ) -> None:
        """``steps``: length of a piece. ``seed`` decides the order of tunes; None leaves it as it is."""
        self._tunes, self._rows, self._steps, self._places = tunes, rows, steps, places
        order = np.arange(len(tunes)) if seed is None else np.random.default_rng(seed).permutation(len(tunes))
        self._placed = list[list[tuple[int, int, int]]]()  # for each batch: row, tune, piece
        done = [(0, row) for row in range(rows)]  # batches until the queue of each row is empty
        for tune in order.tolist():
            at, row = heapq.heappop(done)
            pieces = count_pieces(tunes[tune], steps)
            self._placed += [[] for _ in range(at + pieces - len(self._placed))]
            for piece in range(pieces):
                self._placed[at + piece].append((row, tune, piece))
            heapq.heappush(done, (at + pieces, row))

    def __len__(self) -> int:
        """How many batches."""
        return len(self._placed)

    def batches(self, first: int = 0) -> Iterator[Batch]:
        """The batches in order, from number ``first`` on."""
        known = dict[int, NDArray[np.int32]]()  # the place features of the tune in each row
        for placed in self._placed[first:]:
            inputs = np.zeros((self._rows, self._steps), np.int32)
            targets = np.full((self._rows, self._steps), PADDING, np.int32)
            places = np.zeros((self._rows, self._steps, features(self._places)), np.int32)
            begins = np.ones(self._rows, np.bool_)
            for row, tune, piece in placed:
                begin = piece * self._steps
                window = self._tunes[tune][begin : begin + self._steps + 1]
                inputs[row, : len(window) - 1], targets[row, : len(window) - 1] = window[:-1], window[1:]
                begins[row] = piece == 0
                if self._places is not None:
                    if piece == 0 or row not in known:
                        known[row] = self._places.rows(self._tunes[tune])
                    places[row, : len(window) - 1] = known[row][begin : begin + len(window) - 1]
            yield Batch(inputs, targets, places, begins)


class Windows:
    """Pieces from random places of one long text, all tunes one after the other, each from the zero state.

    Tutorials do it so. An epoch has about as many tokens as the text: some come twice and some not at all.
    """

    def __init__(
        self, tunes: Sequence[Tokens], rows: int, steps: int, seed: int, places: Places | None = None
    ) -> None:
        """``steps``: length of a piece, less than that of the text. ``seed`` decides where they begin."""
        self._text = np.concatenate(tunes)
        none = np.zeros((len(self._text), 0), np.int32)
        self._places = none if places is None else np.concatenate([places.rows(tune) for tune in tunes])
        self._rows, self._steps, self._seed = rows, steps, seed

    def __len__(self) -> int:
        """How many batches."""
        return -(-len(self._text) // (self._rows * self._steps))

    def batches(self, first: int = 0) -> Iterator[Batch]:
        """The batches in order, from number ``first`` on."""
        last = len(self._text) - self._steps  # places where a piece can begin
        begins = np.ones(self._rows, np.bool_)
        starts = np.random.default_rng(self._seed).integers(0, last, (len(self), self._rows, 1))
        for at in starts[first:]:
            read = at + np.arange(self._steps + 1)
            tokens, places = self._text[read], self._places[read[:, :-1]]
            yield Batch(tokens[:, :-1].copy(), tokens[:, 1:].copy(), places, begins)


def features(places: Places | None) -> int:
    """F: how many place features a model reads with each token."""
    return len(places.sizes) if places is not None else 0


def piece_steps(windows: str, sequence: int, tunes: Sequence[Tokens]) -> int:
    """Number of targets in a piece: ``sequence``, or fewer where the longest text to cut from has fewer."""
    lengths = [len(tune) for tune in tunes]
    return min(sequence, (sum(lengths) if windows == "random" else max(lengths)) - 1)


def count_pieces(tune: Tokens, steps: int) -> int:
    """Number of pieces of at most ``steps`` targets that a tune has."""
    return -(-(len(tune) - 1) // steps)
