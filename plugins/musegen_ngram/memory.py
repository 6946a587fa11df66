"""A memory of the tune so far: the longest earlier match of its last tokens, and the token that followed it.

This is a short-term model in the sense of Conklin & Witten (1995), reduced to its best guess, as in the match
models of PPM* and the cache of Kuhn & De Mori (1990). It helps because folk tunes repeat their own phrases.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from musegen import Tokens

LONGEST = 32
"""The greatest length told apart; from about 12 tokens on, matches are right equally often, 4 times in 5."""
REACH = 8192
"""Number of tokens looked back on; the bound keeps the time for a long text in proportion to its length."""
_CELLS = 1 << 15
"""Number of tokens of tunes side by side, chosen so that they stay in the fastest cache."""

Counts = NDArray[np.int64]


class Memory:
    """The memories of some tunes that are heard side by side, one token of each at a time."""

    def __init__(self, tunes: int, longest: int) -> None:
        """``longest``: number of tokens that the longest of the tunes will have."""
        self._heard = np.full((tunes, longest), -1, np.int32)
        # From place 1 on: how many tokens up to each place equal the last ones heard.
        self._matched = np.zeros((tunes, longest + 1), np.int32)
        self._rows, self._count = np.arange(tunes), 0

    def hear(self, tokens: Tokens) -> tuple[Tokens, Counts]:
        """Take one token of each tune; returns the token after its longest earlier match, and that length.

        Both are of shape (tunes,). Of equally long matches the latest counts. A length is at most 32, and 0
        where there is no match.
        """
        end, begin = self._count, max(self._count - REACH, 0)
        self._heard[:, end], self._count = tokens, end + 1
        if not end:
            return np.zeros_like(tokens), np.zeros(len(tokens), np.int64)
        same = self._heard[:, begin:end] == tokens[:, None]
        matched = same * (self._matched[:, begin:end] + 1)
        self._matched[:, begin + 1 : end + 1] = matched
        # A match may overlap the tokens that it matches: "aaaa" predicts "a".
        latest = matched.shape[1] - 1 - matched[:, ::-1].argmax(axis=1)
        lengths = matched[self._rows, latest]
        return self._heard[self._rows, begin + latest + 1], np.minimum(lengths, LONGEST).astype(np.int64)


def recall(tunes: Sequence[Tokens]) -> tuple[list[Tokens], list[Counts]]:
    """The token that each tune's memory predicts for each token but the first, and the length of the match.

    For each tune these are two arrays (n - 1,), as :meth:`Memory.hear` gives them.
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
    """float64 (33,): the memory's share in a prediction, by the length of its match.

    The shares are the likeliest ones for the tokens at hand. ``chances`` are the tokens' probabilities in the
    model without memory, and ``right`` says which tokens the memory predicts. The shares are found by
    expectation maximisation; that of each length is drawn towards that of the length below, as if by two more
    tokens. The share of length 0 is 0, and all are below 1.
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
