"""Suffixes of many sequences in sorted order, in which the longest shared run of symbols is found fast.

The order is made by prefix doubling (Manber and Myers 1993), which from the second round on sorts only what
is not yet in its place (Larsson and Sadakane 2007).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int32]


@dataclass(frozen=True, slots=True, eq=False)
class Runs:
    """The longest run of symbols that begins at each place of a text and occurs in one of the sequences."""

    lengths: Ints
    """Number of symbols of the run: (m,)."""
    lows: Ints
    """First row of :attr:`Suffixes.order` whose suffix begins with the run: (m,)."""
    highs: Ints
    """The row after the last one: (m,)."""


class Suffixes:
    """Sequences of symbols as one text, whose suffixes are sorted. No run reaches over the end of one."""

    def __init__(self, codes: Ints, counts: NDArray[np.int64], size: int) -> None:
        """``codes``: the symbols of all sequences, each from 0 to size - 1; ``counts``: length of each."""
        sequences = len(counts)
        self.ends = np.cumsum(counts + 1)
        """Place after the mark that ends each sequence: int64 (sequences,)."""
        marks = self.ends - 1
        self._text = np.empty(len(codes) + sequences, np.int32)
        inside = np.ones(len(self._text), np.bool_)
        inside[marks] = False
        self._text[inside] = codes + np.int32(sequences)
        self._text[marks] = np.arange(sequences)  # each its own, so that no two suffixes are alike
        self.order = suffix_order(self._text)
        """Place where each suffix begins, in the order of the suffixes: (n,)."""
        firsts = np.bincount(self._text, minlength=sequences + size)
        self._heads = np.concatenate(([0], np.cumsum(firsts)))[sequences:].astype(np.int32)

    def runs(self, codes: Ints) -> Runs:
        """The longest run at each place of a text of symbols; -1 stands for one that no sequence has."""
        runs = Runs(*np.zeros((3, len(codes)), np.int32))
        known = codes >= 0
        closed = np.append(np.where(known, codes + np.int32(len(self.ends)), -1), -1)
        at = np.flatnonzero(known)
        lows, highs = self._heads[codes[at]], self._heads[codes[at] + 1]
        length = 0
        while len(at):
            length += 1
            runs.lengths[at], runs.lows[at], runs.highs[at] = length, lows, highs
            following = closed[at + length]
            least = self._text[self.order[lows] + length]
            most = self._text[self.order[highs - 1] + length]
            mixed = np.flatnonzero((least < most) & (least <= following) & (following <= most))
            lows[mixed] = self._first_row(lows[mixed], highs[mixed], length, following[mixed])
            highs[mixed] = self._first_row(lows[mixed], highs[mixed], length, following[mixed] + 1)
            found = (least == following) & (following == most)
            found[mixed] = lows[mixed] < highs[mixed]
            at, lows, highs = at[found], lows[found], highs[found]
        return runs

    def _first_row(self, lows: Ints, highs: Ints, offset: int, symbols: Ints) -> Ints:
        """The first row, from each low to each high, whose symbol at ``offset`` is not below the given."""
        lows, highs = lows.copy(), highs.copy()
        searching = np.flatnonzero(lows < highs)
        while len(searching):
            middle = (lows[searching] + highs[searching]) >> 1
            below = self._text[self.order[middle] + offset] < symbols[searching]
            lows[searching[below]] = middle[below] + 1
            highs[searching[~below]] = middle[~below]
            searching = searching[lows[searching] < highs[searching]]
        return lows


def suffix_order(text: Ints) -> Ints:
    """The places of a text in the order of the suffixes that begin there: (n,).

    What symbols two suffixes share must be followed by symbols that differ, as where each sequence of a text
    ends with a mark of its own.
    """
    length, key = _packed(text)
    order = np.argsort(key).astype(np.int32)
    key = key[order]
    rank = np.empty_like(order)  # first row of those suffixes that are not told apart yet
    rows = np.arange(len(text), dtype=np.int32)
    while len(rows):
        begins = np.flatnonzero(np.append(True, key[1:] != key[:-1]))
        sizes = np.diff(begins, append=len(rows))
        rank[order[rows]] = np.repeat(rows[begins], sizes)
        rows = rows[np.repeat(sizes > 1, sizes)]
        places = order[rows]
        key = rank[places].astype(np.int64) << 32 | rank[places + length]
        by = np.argsort(key)
        order[rows], key = places[by], key[by]
        length *= 2
    return order


def _packed(text: Ints) -> tuple[int, NDArray[np.int64]]:
    """As many successive symbols from each place as fit into one number, and these numbers: (n,)."""
    bits = max(int(text.max(initial=0)).bit_length(), 1)
    length = 63 // bits
    key = text.astype(np.int64)
    for place in range(1, length):
        key <<= bits
        key[: max(len(text) - place, 0)] |= text[place:]
    return length, key
