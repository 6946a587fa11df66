"""The limit for one tune at a time: how fast this machine reads the weights, whatever it does with them."""

from __future__ import annotations

from musegen_sampling import LSTMWeights
from paired import Contender

BYTES = {"fp32": 4, "bf16": 2, "int8": 1}
"""Bytes of a weight of an LSTM, by precision."""
DENSE_BYTES = {"fp32": 4, "bf16": 2, "int8": 2}
SWEPT_BYTES = 4_000_000_000
"""Bytes read in one measurement, which takes some 50 ms."""


def bytes_per_token(weights: LSTMWeights, precision: str) -> int:
    """Bytes that a step must read: recurrent matrices, upper kernels, dense, one float32 row of the table."""
    first, *above = weights.layers
    inner = first.recurrent_kernel.size + sum(
        layer.kernel.size + layer.recurrent_kernel.size for layer in above
    )
    return BYTES[precision] * inner + DENSE_BYTES[precision] * weights.dense_kernel.size + 4 * first.bias.size


def read_limits(weights: LSTMWeights, threads: int, isa: str) -> list[Contender]:
    """Contenders that only read, one a precision.

    Each sweep reads as many bytes as a token takes. The better of two ways counts: always in one direction,
    or each sweep opposite to the last, so that the caches serve what they can.
    """
    from musegen_sampling._sampling import read_rate

    def limit(precision: str) -> Contender:
        size = bytes_per_token(weights, precision)

        def run(tokens: int) -> float:
            rates = [read_rate(size, threads, zigzag, tokens // 2, isa) for zigzag in (False, True)]
            return float(max(rates)) / size

        return Contender(limit_name(precision), SWEPT_BYTES // size, run)

    return [limit(precision) for precision in BYTES]


def limit_name(precision: str) -> str:
    """Name of the contender for the read limit of a precision."""
    return f"read limit, {precision}"
