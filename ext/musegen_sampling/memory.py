"""A memory of the tune so far: the longest earlier match of its last tokens, and the token that followed it.

This is a short-term model in the sense of Conklin & Witten (1995), reduced to its best guess, as in the match
models of PPM* and the cache of Kuhn & De Mori (1990). It helps because folk tunes repeat their own phrases.
csrc/memory.h has the same in C for the token loop.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from musegen_sampling.types import Doubles, Floats, Tokens

LONGEST = 32
"""The greatest length told apart; from about 12 tokens on, matches are right equally often, 4 times in 5."""
REACH = 8192
"""Number of tokens looked back on; the bound keeps the time for a long text in proportion to its length."""
_CELLS = 1 << 15
"""Number of tokens of tunes side by side, chosen so that they stay in the fastest cache."""

Counts = NDArray[np.int64]


class Memory:
    """The memories of some tunes that are heard side by side, one token of each at a time."""

    def __init__(self, tunes: int = 1, room: int = 64) -> None:
        """``room``: number of tokens that can be heard before :meth:`make_room` is called."""
        self.heard = np.full((tunes, room), -1, np.int32)
        """The tokens heard, int32 (tunes, room), of which the first ``count`` count."""
        self.runs = np.zeros((tunes, room), np.int32)
        """Number of the last tokens that equal those n + 1 places before them, int32 (tunes, room), by n."""
        self.count = 0
        """Number of tokens heard."""

    def make_room(self, tokens: int) -> None:
        """Make room for so many more tokens."""
        missing = self.count + tokens - self.heard.shape[1]
        if missing > 0:
            more = ((0, 0), (0, max(missing, self.count)))
            self.heard = np.pad(self.heard, more, constant_values=-1)
            self.runs = np.pad(self.runs, more)

    def copy(self) -> Memory:
        """A memory of the same, which goes on by itself."""
        new = Memory(0, 0)
        new.heard, new.runs, new.count = self.heard.copy(), self.runs.copy(), self.count
        return new

    def hear(self, tokens: Tokens) -> tuple[Tokens, Counts]:
        """Take one token of each tune; returns the token after its longest earlier match, and that length.

        Both are of shape (tunes,). Of equally long matches the latest counts. A length is at most 32, and 0
        where there is no match.
        """
        end, begin = self.count, max(self.count - REACH, 0)
        self.heard[:, end], self.count = tokens, end + 1
        if not end:
            return np.zeros_like(tokens), np.zeros(len(tokens), np.int64)
        runs = self.runs[:, : end - begin]
        runs += 1
        runs *= self.heard[:, begin:end][:, ::-1] == tokens[:, None]
        # A match may overlap the tokens that it matches: "aaaa" predicts "a".
        rows, latest = np.arange(len(runs)), runs.argmax(axis=1)
        lengths = np.minimum(runs[rows, latest], LONGEST)
        return self.heard[rows, end - latest], lengths.astype(np.int64)


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


def memory_shares(nats: Sequence[Doubles], tunes: Sequence[Tokens]) -> Floats:
    """float32 (33,): the memory's share in a model's predictions, by the length of its match; at most 0.999.

    ``nats``: float64 (n - 1,) for each tune, the losses of its tokens but the first in the model without
    memory; ``tunes``: the same tunes, int32 (n,) each. They should not be tunes that the model has learned.
    """
    guesses, matches = recall(tunes)
    right = [guess == tune[1:] for guess, tune in zip(guesses, tunes, strict=True)]
    shares = copy_shares(np.exp(-np.concatenate(nats)), np.concatenate(right), np.concatenate(matches))
    return shares.clip(max=0.999).astype(np.float32)


def copy_shares(chances: Doubles, right: NDArray[np.bool_], lengths: Counts) -> Doubles:
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


def odds_of(shares: Floats) -> Floats:
    """float32 (33,): s / (1 - s) of each share, which csrc/memory.h adds to what is not normalised."""
    odds: Floats = (shares / (np.float32(1) - shares)).astype(np.float32)
    return odds
