"""What a tune has said so far: the longest earlier match of its last tokens, and what followed it.

A short-term model in the sense of Conklin & Witten (1995), reduced to its best guess as the match models of
PPM* and the cache of Kuhn & De Mori (1990) do: folk tunes repeat their own phrases.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from musegen import Tokens

LONGEST = 32
"""Longer matches count as so long; from about 12 tokens on they are right equally often, 4 times in 5."""
REACH = 8192
"""Tokens looked back on, so that a text of a million tokens costs time in proportion to its length."""
_CELLS = 1 << 15
"""Of tokens side by side: what stays in the fastest cache."""

Counts = NDArray[np.int64]


class Memory:
    """Some tunes that are heard side by side, a token of each at a time."""

    def __init__(self, tunes: int, longest: int) -> None:
        """``longest``: tokens that the longest of them will have."""
        self._heard = np.full((tunes, longest), -1, np.int32)
        # Behind place 0: how many tokens up to each place equal the last ones heard.
        self._matched = np.zeros((tunes, longest + 1), np.int32)
        self._rows, self._count = np.arange(tunes), 0

    def hear(self, tokens: Tokens) -> tuple[Tokens, Counts]:
        """Take one token of each tune; give what followed its longest earlier match, and that match's length.

        Each (tunes,). Of equally long matches the latest; lengths are at most 32, 0 where there is none.
        """
        end, begin = self._count, max(self._count - REACH, 0)
        self._heard[:, end], self._count = tokens, end + 1
        if not end:
            return np.zeros_like(tokens), np.zeros(len(tokens), np.int64)
        same = self._heard[:, begin:end] == tokens[:, None]
        matched = same * (self._matched[:, begin:end] + 1)
        self._matched[:, begin + 1 : end + 1] = matched
        # A match that lags behind by its own length and less is one too: "aaaa" predicts "a".
        latest = matched.shape[1] - 1 - matched[:, ::-1].argmax(axis=1)
        lengths = matched[self._rows, latest]
        return self._heard[self._rows, begin + latest + 1], np.minimum(lengths, LONGEST).astype(np.int64)


def recall(tunes: Sequence[Tokens]) -> tuple[list[Tokens], list[Counts]]:
    """What each tune's memory predicts for each of its tokens but the first, and from how long a match.

    Two arrays (n - 1,) a tune, as :meth:`Memory.hear` gives them.
    """
    copied = [np.zeros(max(len(tune) - 1, 0), np.int32) for tune in tunes]
    lengths = [np.zeros(max(len(tune) - 1, 0), np.int64) for tune in tunes]
    waiting = sorted(range(len(tunes)), key=lambda i: len(tunes[i]))
    while waiting:
        longest = len(tunes[waiting[-1]])
        rows = max(_CELLS // max(longest, 1), 1)
        waiting, block = waiting[:-rows], waiting[-rows:]
        heard = np.full((len(block), longest), -1, np.int32)
        for row, i in enumerate(block):
            heard[row, : len(tunes[i])] = tunes[i]
        memory = Memory(len(block), longest)
        steps = [memory.hear(heard[:, place]) for place in range(longest - 1)]
        guesses = np.array([guess for guess, _ in steps], np.int32)
        matches = np.array([match for _, match in steps], np.int64)
        for row, i in enumerate(block):
            size = len(tunes[i]) - 1
            if size > 0:
                copied[i], lengths[i] = guesses[:size, row].copy(), matches[:size, row].copy()
    return copied, lengths


def copy_shares(
    chances: NDArray[np.float64], right: NDArray[np.bool_], lengths: Counts
) -> NDArray[np.float64]:
    """float64 (33,): the share of the memory in each prediction, by the length of its match.

    The likeliest for the tokens at hand, of which ``chances`` are what the model without memory gives each,
    and ``right`` says whether the memory predicts it; found by expectation maximisation, each length drawn
    towards the one below as if by two more tokens. 0 for no match; below 1.
    """
    shares = np.zeros(LONGEST + 1)
    for length in range(1, LONGEST + 1):
        here = lengths == length
        without, hits = chances[here], right[here]
        share = 0.5
        for _ in range(50):
            given = share * hits / np.maximum(share * hits + (1 - share) * without, 1e-300)
            share = float((given.sum() + 2 * shares[length - 1]) / (len(hits) + 2))
        shares[length] = share
    return shares
