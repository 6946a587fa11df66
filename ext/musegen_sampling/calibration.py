"""Finds out on real tunes which precision suits a model; the answer is kept in the model's file."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice

import numpy as np
from numpy.typing import ArrayLike

from musegen_sampling.inputs import MakeReader, check_maker, reading
from musegen_sampling.precision import PRECISIONS, Precision
from musegen_sampling.sampler import Sampler
from musegen_sampling.types import Doubles, Floats
from musegen_sampling.weights import LSTMLayer, LSTMWeights

TOLERANCE = 0.001
"""Nats a token (the unit of loss) that a precision may lose against fp32 and still be taken."""

_MOST_TOKENS, _MEAN_TOKENS = 100_000, 2000
"""Numbers of tokens of ``tunes``: those that are measured, and those over which means are taken."""


def calibrate(
    weights: LSTMWeights,
    tunes: Sequence[ArrayLike],
    threads: int | None = None,
    inputs: MakeReader | None = None,
) -> LSTMWeights:
    """``weights`` with the fastest precision whose loss on ``tunes`` is within 0.001 nats a token of fp32's.

    ``tunes``: tokens of tunes that were not learned from, each (n,), n ≥ 1; the first 100,000 tokens count.
    The result also holds the losses in every precision, and biases for int8 that make up for the effect of
    rounded kernels on the mean of the gates: bias + m @ (kernel - int8 kernel), where m is the mean input
    (Nagel et al., Data-Free Quantization, 2019, section 4.2). The same weights come back where there is
    nothing to measure. ``inputs`` are those of ``Sampler``. Raises ValueError for weights that are stored in
    int8, and as ``Sampler`` and ``Sampler.nats`` do.
    """
    if weights.store == "int8":
        raise ValueError("weights: fp32 expected (got int8, in which the rest is lost)")
    check_maker(tuple(map(len, weights.inputs)), inputs)
    lengths = np.cumsum([max(len(np.asarray(tune)) - 1, 0) for tune in tunes])
    tunes = tunes[: int(np.searchsorted(lengths, _MOST_TOKENS)) + 1]
    tokens = int(lengths[len(tunes) - 1]) if tunes else 0
    if not tokens:
        return weights
    biases = _int8_biases(weights, tunes, inputs)
    found = weights.calibrated(biases, {}, "fp32")
    losses: dict[Precision, float] = {
        precision: sum(
            float(nats.sum()) for nats in Sampler(found, threads, precision, inputs).nats_many(tunes)
        )
        / tokens
        for precision in PRECISIONS
    }
    near = [precision for precision in PRECISIONS if losses[precision] <= losses["fp32"] + TOLERANCE]
    return weights.calibrated(biases, losses, near[-1])


def _int8_biases(weights: LSTMWeights, tunes: Sequence[ArrayLike], inputs: MakeReader | None) -> list[Floats]:
    means = _mean_inputs(weights, tunes, inputs)
    biases = []
    for number, layer in enumerate(weights.layers):
        change = _rounded_off(weights, f"lstm_{number}.kernel", means[number])
        change += _rounded_off(weights, f"lstm_{number}.recurrent_kernel", means[number + 1])
        biases.append((layer.bias + change).astype(np.float32))
    return biases


def _rounded_off(weights: LSTMWeights, name: str, mean: Doubles) -> Doubles:
    product: Doubles = mean @ (weights.floats(name).astype(np.float64) - weights.quantized(name).floats())
    return product


def _mean_inputs(
    weights: LSTMWeights, tunes: Sequence[ArrayLike], inputs: MakeReader | None
) -> list[Doubles]:
    """Means over the first tokens of ``tunes``: the mean input, then that of each layer's output (H,)."""
    kept = list(islice(_steps(weights, tunes, inputs), _MEAN_TOKENS))
    return [np.mean(vectors, axis=0, dtype=np.float64) for vectors in zip(*kept, strict=True)]


def _steps(
    weights: LSTMWeights, tunes: Sequence[ArrayLike], inputs: MakeReader | None
) -> Iterator[list[Floats]]:
    """The input and the layers' outputs, token after token (Keras LSTMCell)."""
    layers, embedding, tables = weights.layers, weights.embedding, weights.inputs
    sizes = tuple(map(len, tables))
    if embedding is None:
        embedding = np.eye(len(weights.vocabulary), dtype=np.float32)
    for tune in tunes:
        states = [(np.zeros(units, np.float32), np.zeros(units, np.float32)) for units in weights.units]
        read = reading(inputs() if inputs else None, sizes)
        for token in np.asarray(tune).tolist():
            x: Floats = embedding[token]
            for table, value in zip(tables, read(token), strict=True):
                x = x + table[value]
            vectors = [x]
            for number, layer in enumerate(layers):
                states[number] = _step(layer, vectors[-1], *states[number])
                vectors.append(states[number][0])
            yield vectors


def _step(layer: LSTMLayer, x: Floats, h: Floats, c: Floats) -> tuple[Floats, Floats]:
    z = x @ layer.kernel + h @ layer.recurrent_kernel + layer.bias
    gates = z.reshape(4, -1)
    i, f, _, o = np.float32(1) / (1 + np.exp(-np.fmax(gates, np.float32(-80))))
    c_out: Floats = f * c + i * np.tanh(gates[2])
    return o * np.tanh(c_out), c_out
