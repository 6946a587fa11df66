"""Weights rearranged for the kernels: blocks of columns that a thread reads from front to back."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from musegen_sampling.types import Floats
from musegen_sampling.weights import LSTMWeights

STREAMS = 4
"""Streams of a block; in an LSTM layer one for each gate."""

STREAM_VECTORS = 2
"""Vectors in a row of a stream."""


@dataclass(frozen=True, slots=True)
class PackedLayer:
    """One layer for vectors of L floats: H units in B = ceil(H / 2L) blocks of 8L columns."""

    units: int
    inputs: int
    weights: Floats
    """(B, 4, H + I, 2L): rows of the recurrent kernel, then (not in the first layer) of the kernel"""
    bias: Floats
    """(B, 8L)"""


@dataclass(frozen=True, slots=True)
class Packed:
    """A model for vectors of L floats; surplus columns are zero."""

    layers: tuple[PackedLayer, ...]
    embedding: Floats | None
    """(V, E)"""
    first_kernel: Floats
    """(B, 4, E, 2L), or (V, B, 8L) for one-hot input, one row a token"""
    dense: Floats
    """(D, 4, H, 2L), D = ceil(V / 8L)"""
    dense_bias: Floats
    """(D, 8L)"""


def pack(weights: LSTMWeights, lanes: int) -> Packed:
    """Rearranges ``weights`` for vectors of ``lanes`` floats."""
    width = STREAM_VECTORS * lanes
    first, *others = weights.layers
    first_bias = _rows(_by_gates(first.bias[np.newaxis], width))[0]
    layers = [PackedLayer(first.units, 0, _by_gates(first.recurrent_kernel, width), first_bias)]
    for layer in others:
        kernels = np.concatenate([layer.recurrent_kernel, layer.kernel])
        bias = _rows(_by_gates(layer.bias[np.newaxis], width))[0]
        layers.append(PackedLayer(layer.units, len(layer.kernel), _by_gates(kernels, width), bias))
    first_kernel = _by_gates(first.kernel, width)
    return Packed(
        tuple(layers),
        weights.embedding,
        _rows(first_kernel) if weights.embedding is None else first_kernel,
        _by_columns(weights.dense_kernel, width),
        _rows(_by_columns(weights.dense_bias[np.newaxis], width))[0],
    )


def aligned_zeros(shape: tuple[int, ...]) -> Floats:
    """Float32 zeros that begin on a 64-byte boundary, a cache line and the widest vector."""
    size = math.prod(shape)
    memory = np.zeros(size + 16, np.float32)
    offset = -memory.ctypes.data % 64 // 4
    return memory[offset : offset + size].reshape(shape)


def _by_gates(kernel: Floats, width: int) -> Floats:
    """(K, 4H) to (B, 4, K, 2L): a block holds all four gates of its 2L units."""
    rows, units = len(kernel), kernel.shape[1] // STREAMS
    blocks = -(-units // width)
    packed = aligned_zeros((blocks, STREAMS, rows, width))
    for block, columns in enumerate(packed):
        gates = kernel.reshape(rows, STREAMS, units)[:, :, block * width : (block + 1) * width]
        columns[:, :, : gates.shape[2]] = gates.transpose(1, 0, 2)
    return packed


def _by_columns(kernel: Floats, width: int) -> Floats:
    """(H, V) to (D, 4, H, 2L): neighbouring columns in one block."""
    rows, columns = kernel.shape
    packed = aligned_zeros((-(-columns // (STREAMS * width)), STREAMS, rows, width))
    for stream, begin in zip(packed.reshape(-1, rows, width), range(0, columns, width), strict=False):
        stream[:, : columns - begin] = kernel[:, begin : begin + width]
    return packed


def _rows(packed: Floats) -> Floats:
    """(B, 4, K, 2L) to (K, B, 8L), for what is added and not multiplied."""
    blocks, streams, rows, width = packed.shape
    return np.ascontiguousarray(packed.transpose(2, 0, 1, 3)).reshape(rows, blocks, streams * width)
