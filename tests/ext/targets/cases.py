"""Writes cases.bin for main.c: packed models, what they are fed, and what reference.py makes of it.

``python tests/ext/targets/cases.py FOLDER``; then, for a CPU that is not this one, say with
``aarch64-linux-gnu-gcc -O3 -static -ffp-contract=off -fno-trapping-math`` (the options of setup.py), compile
main.c with ext/musegen_sampling/csrc/*.c and run it there, or under an emulator, in that folder.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

sys.path.insert(0, str(Path(__file__).parents[2]))

from helpers.random_model import random_weights
from helpers.readers import Following
from musegen_sampling import LSTMWeights, Precision
from musegen_sampling.engine import Choice, Draw
from musegen_sampling.packing import by_gates, pack
from musegen_sampling.precision import PRECISIONS
from musegen_sampling.reference import ReferenceEngine

TUNES, STEPS = 11, 25
LANES = (4, 8, 16)


def write(file: BinaryIO, *fields: int | NDArray[np.generic]) -> None:
    """Numbers as int64, arrays as their size in bytes and their bytes."""
    for field in fields:
        if isinstance(field, np.ndarray):
            file.write(np.int64(field.nbytes).tobytes() + np.ascontiguousarray(field).tobytes())
        else:
            file.write(np.int64(field).tobytes())


def case(file: BinaryIO, weights: LSTMWeights, lanes: int, precision: Precision) -> None:
    """One model for vectors of ``lanes``, with what it must do."""
    packed, engine = pack(weights, lanes, precision), ReferenceEngine(weights, precision)
    size = len(weights.vocabulary)
    write(file, lanes, PRECISIONS.index(precision), len(packed.layers), size)
    for number, layer in enumerate(packed.layers):
        write(file, layer.parts, layer.part_units, len(layer.weights), layer.h_words, layer.x_words)
        write(file, layer.weights, layer.scales, layer.offsets)
        rows = [by_gates(row[np.newaxis], 2 * lanes).reshape(-1) for row in engine.table]
        write(file, np.array(rows) if number == 0 else layer.bias)
    write(file, len(engine.inputs))
    for table in engine.inputs:
        write(file, len(table), np.array([by_gates(row[np.newaxis], 2 * lanes).reshape(-1) for row in table]))
    write(file, packed.dense.shape[1], packed.dense.shape[2], packed.dense, packed.dense_bias)
    generator = np.random.default_rng(1)
    fed = generator.integers(0, size, (TUNES, STEPS), dtype=np.int32)
    uniforms = generator.random((TUNES, STEPS))
    logits = np.empty((TUNES, STEPS, size), np.float32)
    states, readers = [engine.state() for _ in fed], [Following(*engine.sizes) for _ in fed]
    engine.feed(states, list(fed), 1, list(logits), readers)
    draws = [
        Draw(engine.state(), int(fed[n, 0]), uniforms[n], reader=Following(*engine.sizes))
        for n in range(TUNES)
    ]
    engine.draw(draws, Choice(0.9, 20, 0.95), np.zeros(size, np.uint8), 1)
    write(file, TUNES, STEPS, fed, logits, uniforms, np.array([draw.tokens for draw in draws]))


def main(folder: Path) -> None:
    """Write them all."""
    models = [
        random_weights(83, 16, (70,)),
        random_weights(40, None, (33, 64, 40), scale=0.2),
        random_weights(83, 16, (70, 33), inputs=(5, 1, 16)),
    ]
    with (folder / "cases.bin").open("wb") as file:
        write(file, len(models) * len(LANES) * len(PRECISIONS))
        for weights in models:
            for lanes in LANES:
                for precision in PRECISIONS:
                    case(file, weights, lanes, precision)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
