"""Small models with random weights."""

from __future__ import annotations

import numpy as np

from musegen_sampling import LSTMWeights
from musegen_sampling.types import Floats

SHAPES = {
    "one layer": (7, 5, (9,)),
    "odd sizes": (83, 16, (33, 20)),
    "one-hot, three layers": (12, None, (16, 8, 40)),
    "one of everything": (1, 1, (1,)),
}


def random_weights(
    vocabulary_size: int,
    embedding_size: int | None,
    units: tuple[int, ...],
    *,
    scale: float = 0.3,
    seed: int = 0,
    start: int | None = None,
    end: int | None = None,
    inputs: tuple[int, ...] = (),
) -> LSTMWeights:
    """Uniform weights in [-scale, scale]; ten times that in the dense kernel, so that the state matters.

    ``inputs``: the numbers of rows of tables of further inputs.
    """
    generator = np.random.default_rng(seed)

    def array(*shape: int) -> Floats:
        return generator.uniform(-scale, scale, shape).astype(np.float32)

    embedding = None if embedding_size is None else array(vocabulary_size, embedding_size)
    layers, below = [], embedding_size or vocabulary_size
    for size in units:
        layers.append((array(below, 4 * size), array(size, 4 * size), array(4 * size)))
        below = size
    vocabulary = [chr(0x100 + token) for token in range(vocabulary_size)]
    return LSTMWeights(
        vocabulary,
        embedding,
        layers,
        10 * array(below, vocabulary_size),
        array(vocabulary_size),
        start=start,
        end=end,
        inputs=[array(size, embedding_size or 0) for size in inputs],
    )
