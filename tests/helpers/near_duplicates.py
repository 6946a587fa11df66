"""How well near-duplicates are told: changed copies that are found, and pairs that are joined."""

from __future__ import annotations

import random
from collections.abc import Sequence
from itertools import combinations

from helpers.changed_copies import CHANGES
from musegen import MusegenError, Score, Tune
from musegen.music.similarity import Patterns, patterns, similar_pairs
from musegen_abc.notation import AbcNotation

_ABC = AbcNotation()
_PAIRS = 200_000


def scores(tunes: Sequence[Tune]) -> list[Score]:
    """Those that can be compared: at least 24 notes."""
    read = []
    for tune in tunes:
        try:
            score = _ABC.parse(tune)
        except MusegenError:
            continue
        if len(patterns(score)):
            read.append(score)
    return read


def found(read: Sequence[Score], name: str, seed: int = 1) -> float:
    """Share of the changed copies that are joined with their original."""
    rng = random.Random(seed)
    hits = 0
    for score in read:
        pair = [patterns(score), patterns(CHANGES[name](score, rng))]
        hits += len(list(similar_pairs(pair)))
    return hits / len(read)


def joined(
    read: Sequence[Score], sets: Sequence[Patterns], seed: int = 1
) -> tuple[list[tuple[int, int]], int]:
    """Which pairs of one metre and key are joined, and of how many; at most 200,000 are drawn."""
    alike: dict[str, list[int]] = {}
    for i, score in enumerate(read):
        alike.setdefault(f"{score.metre} {score.key}", []).append(i)
    pairs = [pair for group in alike.values() for pair in combinations(group, 2)]
    chosen = set(random.Random(seed).sample(pairs, min(_PAIRS, len(pairs))))
    return sorted(chosen & set(similar_pairs(sets))), len(chosen)
