"""Rearranges weights for the kernels, into blocks of columns that a thread reads from front to back."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from musegen_sampling.memory import odds_of
from musegen_sampling.precision import Precision, Words, bfloat16_words, float_words, int8_words
from musegen_sampling.types import Floats
from musegen_sampling.weights import LSTMWeights

STREAMS = 4
"""Number of streams in a block; in an LSTM layer there is one for each gate."""

STREAM_VECTORS = 2
"""Number of vectors in a row of a stream."""

MOST_PARTS, LEAST_PART = 16, 32
"""A layer is shared out to threads in parts: at most so many, each of a multiple of so many units."""

T = TypeVar("T", bound=np.generic)


@dataclass(frozen=True, slots=True)
class PackedLayer:
    """One packed layer for vectors of L words: H units in B = ceil(H / 2L) blocks of 8L columns."""

    parts: int
    part_units: int
    h_words: int
    """Gh: number of words in a column of the recurrent kernel"""
    x_words: int
    """Gx: number of words in a column of the kernel; 0 in the first layer"""
    weights: Words
    """(B, 4, Gh + Gx, 2L)"""
    scales: Floats
    """(B, 2, 8L): scales of the recurrent kernel and of the kernel; no rows unless int8"""
    offsets: NDArray[np.int32]
    """(B, 2, 8L): -128 times the columns' sums; no rows unless int8"""
    bias: Floats
    """(B, 8L)"""


@dataclass(frozen=True, slots=True)
class Packed:
    """A packed model for vectors of L words; surplus columns are zero."""

    layers: tuple[PackedLayer, ...]
    embedding: Floats | None
    """(V, E)"""
    first_kernel: Floats
    """(4B, E, 2L), or (V, B, 8L) for one-hot input with one row for each token"""
    inputs: tuple[Floats, ...]
    """(N, E) each: the tables of further inputs"""
    odds: Floats | None
    """(33,): those of the memory, by the length of its match"""
    dense: Words
    """(P, S, Gd, 2L), P the last layer's parts, S = ceil(V / 2L)"""
    dense_bias: Floats
    """(S * 2L,)"""


def part_units(units: int) -> int:
    """Number of units in each part of a layer; logits are summed part by part, alike on every machine."""
    return math.ceil(units / MOST_PARTS / LEAST_PART) * LEAST_PART


def pack(weights: LSTMWeights, lanes: int, precision: Precision) -> Packed:
    """``weights`` packed for vectors of ``lanes`` words."""
    width = STREAM_VECTORS * lanes
    layers = tuple(_layer(weights, number, width, precision) for number in range(len(weights.units)))
    first_kernel = by_gates(weights.input_kernel(precision), width)
    if weights.embedding is None:
        first_kernel = _rows(first_kernel)
    else:
        first_kernel = first_kernel.reshape(-1, *first_kernel.shape[2:])
    return Packed(
        layers,
        weights.embedding,
        first_kernel,
        weights.inputs,
        None if weights.memory is None else odds_of(weights.memory),
        _dense(weights, layers[-1], width, precision),
        _columns(weights.dense_bias[np.newaxis], width).reshape(-1),
    )


def aligned_zeros(shape: tuple[int, ...], dtype: type[T]) -> NDArray[T]:
    """Zeros that begin on a 64-byte boundary, the size of a cache line and of the widest vector."""
    size = math.prod(shape) * np.dtype(dtype).itemsize
    memory = np.zeros(size + 64, np.uint8)
    offset = -memory.ctypes.data % 64
    return memory[offset : offset + size].view(dtype).reshape(shape)


def _layer(weights: LSTMWeights, number: int, width: int, precision: Precision) -> PackedLayer:
    units = weights.units[number]
    encode = float_words if precision == "fp32" else bfloat16_words
    names = ["recurrent_kernel"] + ["kernel"] * (number > 0)
    blocks = math.ceil(units / width)
    scales = aligned_zeros((blocks, 2 * (precision == "int8"), STREAMS * width), np.float32)
    offsets = aligned_zeros(scales.shape, np.int32)
    words = []
    for place, name in enumerate(names):
        name = f"lstm_{number}.{name}"
        if precision == "int8":
            matrix = weights.quantized(name)
            words.append(int8_words(matrix.values))
            sums = -128 * matrix.values.sum(axis=0, dtype=np.int32)
            scales[:, place] = by_gates(matrix.output_scales[np.newaxis], width).reshape(blocks, -1)
            offsets[:, place] = by_gates(sums[np.newaxis], width).reshape(blocks, -1)
        else:
            words.append(encode(weights.floats(name)))
    bias = by_gates(weights.bias(number, precision)[np.newaxis], width)
    size = part_units(units)
    return PackedLayer(
        math.ceil(units / size),
        size,
        len(words[0]),
        len(words[1]) if number else 0,
        by_gates(np.concatenate(words) if number else words[0], width),
        scales,
        offsets,
        _rows(bias)[0],
    )


def by_gates(matrix: NDArray[T], width: int) -> NDArray[T]:
    """(G, 4H) to (B, 4, G, 2L): a block holds all four gates of its 2L units."""
    rows, units = len(matrix), matrix.shape[1] // STREAMS
    packed = aligned_zeros((math.ceil(units / width), STREAMS, rows, width), matrix.dtype.type)
    gates = matrix.reshape(rows, STREAMS, units)
    for block, columns in enumerate(packed):
        some = gates[:, :, block * width : (block + 1) * width]
        columns[:, :, : some.shape[2]] = some.transpose(1, 0, 2)
    return packed


def _columns(matrix: NDArray[T], width: int) -> NDArray[T]:
    """(G, V) to (S, G, 2L): neighbouring columns in one stream."""
    rows, columns = matrix.shape
    packed = aligned_zeros((math.ceil(columns / width), rows, width), matrix.dtype.type)
    for stream, begin in zip(packed, range(0, columns, width), strict=True):
        stream[:, : columns - begin] = matrix[:, begin : begin + width]
    return packed


def _dense(weights: LSTMWeights, last: PackedLayer, width: int, precision: Precision) -> Words:
    """(P, S, Gd, 2L): the rows of each part by themselves."""
    words = float_words(weights.dense_kernel) if precision == "fp32" else weights.dense_words()
    deep = last.part_units // (1 if precision == "fp32" else 2)
    padded = np.zeros((last.parts * deep, words.shape[1]), np.uint32)
    padded[: len(words)] = words
    streams = _columns(padded, width)
    parts = streams.reshape(len(streams), last.parts, deep, width).swapaxes(0, 1)
    packed = aligned_zeros(parts.shape, np.uint32)
    packed[:] = parts
    return packed


def _rows(packed: Floats) -> Floats:
    """(B, 4, K, 2L) to (K, B, 8L), for what is added and not multiplied."""
    blocks, streams, rows, width = packed.shape
    return np.ascontiguousarray(packed.transpose(2, 0, 1, 3)).reshape(rows, blocks, streams * width)
