"""Stores weights as 32-bit words, with one float32, two bfloat16 or four int8 values of a column in each.

float32 stays as it is. bfloat16 is the upper half of a float32. int8 is symmetric and per column: a column of
int8 values from -127 to 127 times one float32 scale, max |w| / 127; an LSTM's outputs lie in [-1, 1] and are
taken as round(127 h).
"""

from __future__ import annotations

from typing import Literal, NamedTuple, TypeAlias, TypeVar, get_args

import numpy as np
from numpy.typing import NDArray

from musegen_sampling.types import Floats

Precision: TypeAlias = Literal["fp32", "bf16", "int8"]

T = TypeVar("T", bound=np.generic)

PRECISIONS: tuple[Precision, ...] = get_args(Precision)
"""From the most exact to the fastest."""

Words: TypeAlias = NDArray[np.uint32]
"""Arrays of unsigned 32-bit integers."""

_SIGN, _LARGEST = np.uint32(0x80000000), np.uint32(0x7F7FFFFF)
"""Bits of a float32: the sign, and the largest number whose upper half is a finite bfloat16."""


class Quantized(NamedTuple):
    """A matrix in int8, which stands for ``values * scales``."""

    values: NDArray[np.int8]
    """(K, N), from -127 to 127"""
    scales: Floats
    """(N,)"""

    def floats(self) -> Floats:
        """The float32 matrix that it stands for, finite."""
        with np.errstate(over="ignore"):
            product: Floats = np.nan_to_num(self.values * self.scales)
        return product

    @property
    def output_scales(self) -> Floats:
        """Factors (N,) for the product of an LSTM's outputs in int8 and ``values``."""
        scales: Floats = self.scales / np.float32(127)
        return scales


def quantize(matrix: Floats) -> Quantized:
    """The nearest int8 values of a finite float32 matrix (K, N), halves to even; a scale for each column."""
    scales = np.abs(matrix).max(axis=0, initial=0) / np.float32(127)
    scales[scales < 1e-30] = 1  # columns so small become zero; their scale must not become denormal
    values = np.rint(matrix / scales)
    return Quantized(np.clip(values, -127, 127).astype(np.int8), scales)


def float_words(matrix: Floats) -> Words:
    """A float32 matrix (K, N) as words (K, N)."""
    return matrix.view(np.uint32)


def bfloat16_words(matrix: Floats) -> Words:
    """A matrix (K, N) as words (ceil(K / 2), N): the even row in the low half, the odd one in the high half.

    The even row is rounded to the nearest bfloat16, ties to even. The odd one is read as float32 with the low
    half as its last bits, so its high half is the one that comes nearest together with them.
    """
    bits: Words = _padded(matrix, 2).view(np.uint32).reshape(-1, 2, matrix.shape[1])
    even, odd = bits[:, 0], bits[:, 1]
    rounded = even + (np.uint32(0x7FFF) + (even >> np.uint32(16) & np.uint32(1)))
    low = np.minimum(rounded, even & _SIGN | _LARGEST) >> np.uint32(16)
    nearest = (odd & ~_SIGN) + np.uint32(0x8000)
    high = np.where(nearest > low, nearest - low, np.uint32(0)) & np.uint32(0xFFFF0000)
    words: Words = np.minimum(high, _LARGEST & np.uint32(0xFFFF0000)) | odd & _SIGN | low
    return words


def int8_words(values: NDArray[np.int8]) -> Words:
    """A matrix (K, N) as words (ceil(K / 4), N): row 4g + i in byte i, that is bits 8i to 8i + 7."""
    rows = _padded(values, 4).view(np.uint8).reshape(-1, 4, values.shape[1])
    words: Words = np.zeros((len(rows), values.shape[1]), np.uint32)
    for byte in range(4):
        words |= rows[:, byte].astype(np.uint32) << np.uint32(8 * byte)
    return words


def from_bfloat16_words(words: Words, rows: int) -> Floats:
    """Words (ceil(rows / 2), N) as the float32 matrix (rows, N) that the kernels multiply by."""
    pairs = np.stack([words << np.uint32(16), words], axis=1)
    return pairs.reshape(-1, words.shape[1])[:rows].view(np.float32)


def _padded(matrix: NDArray[T], multiple: int) -> NDArray[T]:
    """The matrix with rows of zeros added up to a multiple."""
    return np.pad(matrix, ((0, -len(matrix) % multiple), (0, 0)))
