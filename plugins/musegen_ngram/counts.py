"""Counts of all grams (sequences of tokens) up to a length, in sorted arrays.

The grams form a trie. A node of level k is a gram of k tokens; its key is the number of the node of its
first k - 1 tokens, times V, plus its last token. So every level is one sorted int64 array, and a node's
children lie side by side in the next level. Level 0 holds the empty gram alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import count, islice

import numpy as np
from numpy.typing import NDArray

from musegen import Tokens

Nodes = NDArray[np.int64]
"""int64 (n,): numbers of nodes in one level; -1 stands for a gram that never occurred."""


@dataclass(frozen=True)
class Level:
    """The grams of one length."""

    keys: NDArray[np.int64]
    """int64 (N,), strictly increasing."""
    counts: NDArray[np.int64]
    """int64 (N,): how often the last token of each gram followed the tokens before it.

    0 only for the start mark, which begins contexts and never follows one.
    """

    def find(self, parents: Nodes, tokens: Tokens, size: int) -> Nodes:
        """The nodes of the grams ``parents`` with one more token each; ``size`` is V."""
        if not len(self.keys):
            return np.full_like(parents, -1)
        keys = parents * size + tokens
        places = np.minimum(np.searchsorted(self.keys, keys), len(self.keys) - 1)
        return np.where((parents >= 0) & (self.keys[places] == keys), places, -1)

    def seen(self, nodes: Nodes) -> NDArray[np.int64]:
        """The counts of ``nodes``, int64 (n,); 0 for a gram that never occurred."""
        return np.where(nodes >= 0, self.counts[nodes], 0) if len(self.counts) else np.zeros_like(nodes)


@dataclass(frozen=True)
class GramCounts:
    """How often each gram of up to ``len(levels)`` tokens was seen."""

    size: int
    """V."""
    levels: tuple[Level, ...]
    """The grams of lengths 1, 2, ..."""

    @classmethod
    def of(cls, tunes: Sequence[Tokens], size: int, longest: int) -> GramCounts:
        """Count the grams of up to ``longest`` tokens. No gram spans two tunes or predicts a first token."""
        return next(islice(cls.growing(tunes, size), longest - 1, None))

    @classmethod
    def growing(cls, tunes: Sequence[Tokens], size: int) -> Iterator[GramCounts]:
        """Yield the counts of grams of up to 1, 2, ... tokens, without end; each costs one more pass."""
        tokens = np.concatenate([*tunes, np.zeros(0, np.int32)]).astype(np.int64)
        # Place of each token in its own tune, from 0.
        places = np.concatenate([*(np.arange(len(tune)) for tune in tunes), np.zeros(0, np.int64)])
        levels, parents = list[Level](), np.zeros(len(tokens), np.int64)
        for length in count(1):
            inside = places >= length - 1
            keys, nodes = np.unique(parents[inside] * size + tokens[inside], return_inverse=True)
            follows = places[inside] > 0
            levels.append(Level(keys, np.bincount(nodes[follows], minlength=len(keys)).astype(np.int64)))
            yield cls(size, tuple(levels))
            # The gram that ends here is the parent of the one that ends at the next token.
            ending = np.full(len(tokens), -1, np.int64)
            ending[inside] = nodes
            parents = np.roll(ending, 1)

    def nodes(self, tokens: Tokens) -> list[Nodes]:
        """For each length 0, 1, ..., int64 (n,): the node of the gram that ends at each token."""
        found = [np.zeros(len(tokens), np.int64)]
        for level in self.levels:
            before = np.concatenate([np.full(1, -1, np.int64), found[-1][:-1]])
            found.append(level.find(np.zeros_like(before) if len(found) == 1 else before, tokens, self.size))
        return found

    def children(self, length: int, node: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Tokens that followed the gram ``node`` of ``length`` tokens, and their counts, int64 (c,) each."""
        level = self.levels[length]
        begin, end = np.searchsorted(level.keys, (node * self.size, (node + 1) * self.size))
        seen = level.counts[begin:end] > 0
        return level.keys[begin:end][seen] - node * self.size, level.counts[begin:end][seen]

    def faults(self) -> str:
        """What contradicts the description above in counts from an untrusted file, or an empty text."""
        parents = 1
        for length, level in enumerate(self.levels, 1):
            if level.keys.ndim != 1 or level.keys.shape != level.counts.shape:
                return f"keys {level.keys.shape} and counts {level.counts.shape} of length {length}"
            limit = parents * self.size
            if np.any(np.diff(level.keys) <= 0) or np.any(level.keys < 0) or np.any(level.keys >= limit):
                return f"keys of length {length} not increasing from 0 to below {limit}"
            if np.any(level.counts < 0) or np.any(level.counts > 2**40):
                return f"counts of length {length} outside 0 to 2**40"
            parents = len(level.keys)
        return ""
