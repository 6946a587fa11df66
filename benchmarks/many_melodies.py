"""An index of so many invented melodies, in a process of its own: ``python many_melodies.py TUNES NEW``.

Prints as JSON how long it takes and how much memory. A melody has 150 notes in pieces of twelve, which come
from a stock of a thousand and are often repeated, so that melodies have much in common.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from collections.abc import Iterator

import numpy as np

from musegen.music.melody import Melody
from musegen.music.originality import MelodyIndex

NOTES, PIECE, STOCK, STEPS = 150, 12, 1000, 100


def melodies(count: int, seed: int) -> Iterator[tuple[str, Melody]]:
    """Invented melodies; every seed has the same stock of pieces."""
    rng = np.random.default_rng(0)
    steps = rng.integers(0, 2**63, STEPS, dtype=np.uint64)
    stock = steps[rng.integers(0, STEPS, (STOCK, PIECE))]
    rng = np.random.default_rng(seed)
    bars = (np.arange(NOTES) // 6 + 1).astype(np.int32)
    for number in range(count):
        pieces = stock[rng.integers(0, STOCK, NOTES // PIECE + 1)]
        pieces[4:8] = pieces[:4]
        yield f"tune {number}", Melody(pieces.reshape(-1)[: NOTES - 1].copy(), bars.copy())


def peak_megabytes() -> float:
    """The most memory that this process has had."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (2**10 if sys.platform == "linux" else 2**20)


def main() -> None:
    """Build the index, look up new melodies, and print the figures."""
    training, new = (int(argument) for argument in sys.argv[1:])
    known = list(melodies(training, 1))
    before, began = peak_megabytes(), time.perf_counter()
    index = MelodyIndex(known)
    built = time.perf_counter()
    looked_up = [melody for _, melody in melodies(new, 2)]
    started = time.perf_counter()
    index.copied(looked_up)
    seconds = time.perf_counter() - started
    figures = {
        "build_s": built - began,
        "tunes_per_second": new / seconds,
        "melodies_mb": before,
        "peak_mb": peak_megabytes(),
    }
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
