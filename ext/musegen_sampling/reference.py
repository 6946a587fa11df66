"""The kernels again in NumPy: the same additions in the same order, so the same bits and the same tokens.

It is slow, and meant to be read: it tells what csrc/ computes. Each operation here is one rounded operation
there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial

import numpy as np

from musegen_sampling.constraints import flags, in_python
from musegen_sampling.engine import Choice, Draw, End
from musegen_sampling.inputs import Reader, reading
from musegen_sampling.memory import Memory, odds_of
from musegen_sampling.packing import part_units
from musegen_sampling.precision import Precision, Quantized, bfloat16_words, from_bfloat16_words
from musegen_sampling.types import Flags, Floats, Tokens
from musegen_sampling.weights import LSTMWeights

f32 = np.float32


def clamp(x: Floats, limit: float) -> Floats:
    """``x`` clamped to [-limit, limit]; NaN counts as -limit."""
    x = np.where(x > f32(-limit), x, f32(-limit))
    return np.where(x < f32(limit), x, f32(limit))


def flush(x: Floats) -> Floats:
    """``x`` with zero for magnitudes below 2^-60, so that no denormal ever arises."""
    return np.where(np.abs(x) < f32(2.0**-60), f32(0), x)


def limit(x: Floats) -> Floats:
    """The logits made finite, whatever they are."""
    return flush(clamp(x, float(np.finfo(np.float32).max)))


def exp(x: Floats) -> Floats:
    """e^x for x clamped to [-87, 87]: x = n ln 2 + r, then 2^n times a polynomial in r."""
    x = clamp(x, 87.0)
    shifted = x * f32(1.44269504) + f32(12582912.0)
    n = shifted - f32(12582912.0)
    r = x - n * f32(0.693359375) - n * f32(-2.12194440e-4)
    p = np.full_like(r, 1.9790219e-4)
    for coefficient in (1.3944784e-3, 8.333498e-3, 4.166629e-2, 1.6666666e-1, 0.5):
        p = p * r + f32(coefficient)
    p = p * (r * r) + r + f32(1.0)
    power: Floats = (p.view(np.uint32) + (shifted.view(np.uint32) << np.uint32(23))).view(np.float32)
    return power


def sigmoid(x: Floats) -> Floats:
    """1 / (1 + e^-x)."""
    return f32(1.0) / (f32(1.0) + exp(-x))


def tanh(x: Floats) -> Floats:
    """An odd polynomial below 0.55, 1 - 2 / (e^2x + 1) above."""
    x = clamp(x, 10.0)
    s = x * x
    p = np.full_like(s, -6.2824716e-3)
    for coefficient in (2.1077758e-2, -5.385386e-2, 1.3332602e-1, -3.333332e-1):
        p = p * s + f32(coefficient)
    small = x + x * (s * p)
    large = np.copysign(f32(1.0) - f32(2.0) / (f32(1.0) + exp(f32(2.0) * np.abs(x))), x)
    return np.where(s < f32(0.3025), small, large)


def quantized(h: Floats) -> Floats:
    """round(127 h) for |h| <= 1, halves to even."""
    rounded: Floats = np.rint(h * f32(127.0))
    return rounded


def log(x: Floats) -> Floats:
    """ln x for a normal x > 0: x = 2^n m with m about 1, then n ln 2 plus a polynomial in m - 1."""
    shifted = x.view(np.int32) - np.int32(0x3F3504F3)
    n = (shifted >> 23).astype(np.float32)
    r = ((shifted & np.int32(0x007FFFFF)) + np.int32(0x3F3504F3)).view(np.float32) - f32(1.0)
    s = r * r
    p = np.full_like(r, 7.0376836292e-2)
    for coefficient in (
        -1.1514610310e-1,
        1.1676998740e-1,
        -1.2420140846e-1,
        1.4249322787e-1,
        -1.6668057665e-1,
        2.0000714765e-1,
        -2.4999993993e-1,
        3.3333331174e-1,
    ):
        p = p * r + f32(coefficient)
    p = p * r * s + n * f32(-2.12194440e-4)
    logarithm: Floats = n * f32(0.693359375) + (r + (p - f32(0.5) * s))
    return logarithm


def choose(logits: Floats, choice: Choice, uniform: float, allowed: Flags | None = None) -> int:
    """A token drawn from ``logits`` (V,): temperature, top-k, top-p, then the inverse of the cumulative sum.

    Equal logits rank by token, lower first. Probabilities are float32, their sums float64, added in token
    order; only the sum that is compared with top_p runs from the likeliest down. -1 if none is allowed.
    """
    tokens = np.arange(len(logits)) if allowed is None else np.flatnonzero(allowed)
    if not len(tokens):
        return -1
    ranked = tokens[np.argsort(-logits[tokens], kind="stable")]
    if choice.temperature == 0:
        return int(ranked[0])
    scaled = (logits.astype(np.float64) - logits[ranked[0]].astype(np.float64)) / np.float64(
        choice.temperature
    )
    likely = exp(np.clip(scaled, -88.0, 0.0).astype(np.float32))
    p = np.where(scaled < -87.0, f32(0), likely).astype(np.float64)
    p[np.setdiff1d(np.arange(len(p)), tokens)] = 0
    if 0 < choice.top_k < len(ranked):
        ranked, cut = np.split(ranked, [choice.top_k])
        p[cut] = 0
    if choice.top_p < 1:
        enough = choice.top_p * np.cumsum(p)[-1]
        before = np.cumsum(np.concatenate([[0.0], p[ranked]]))[:-1]
        p[ranked[before >= enough]] = 0
    cumulative = np.cumsum(p)
    reached = np.flatnonzero(cumulative > uniform * cumulative[-1])
    return int(reached[0] if len(reached) else np.flatnonzero(p)[-1])


def total(logits: Floats) -> float:
    """The sum of e^(logit - highest), in float64, token after token."""
    return float(np.cumsum(exp(logits - logits.max()).astype(np.float64))[-1])


def surprise(logits: Floats, token: int, allowed: Flags | None) -> tuple[float, float, float]:
    """What the loss of ``token`` is made of: see csrc/choose.h."""
    highest, whole = logits.max(), total(logits)
    parts = exp(logits - highest).astype(np.float64)
    left = whole if allowed is None else float(np.cumsum(np.where(allowed, parts, 0.0))[-1])
    return whole, float(highest) - float(logits[token]), left


def mixed(logits: Floats, guess: int, odds: np.float32) -> Floats:
    """The logits with a memory's prediction mixed in: see csrc/memory.h."""
    if odds == 0:
        return logits
    highest = logits.max()
    whole = float(exp(logits[guess : guess + 1] - highest)[0]) + float(odds) * total(logits)
    logits = logits.copy()
    logits[guess] = highest + log(np.array([whole], np.float32))[0]
    return logits


class ReferenceEngine:
    """An engine with one thread and one addition after the other; see engine.Engine."""

    isa = "reference"

    def __init__(self, weights: LSTMWeights, precision: Precision) -> None:
        self.precision: Precision = precision
        self.vocabulary_size = len(weights.vocabulary)
        self.units = weights.units
        self.biases = [weights.bias(number, precision) for number in range(len(self.units))]
        names = [f"lstm_{number}.recurrent_kernel" for number in range(len(self.units))]
        self.recurrent_kernels = [self.matrix(weights, name) for name in names]
        self.kernels = [self.matrix(weights, name.replace("recurrent_", "")) for name in names[1:]]
        self.dense_kernel = (
            weights.dense_kernel
            if precision == "fp32"
            else from_bfloat16_words(weights.dense_words(), self.units[-1])
        )
        self.dense_bias = weights.dense_bias
        kernel = weights.input_kernel(precision)
        with np.errstate(over="ignore", invalid="ignore"):
            if weights.embedding is None:
                self.table = kernel + self.biases[0]
            else:
                self.table = self.chain(weights.embedding, kernel) + self.biases[0]
            self.inputs = [self.chain(table, kernel) for table in weights.inputs]
        self.sizes = tuple(map(len, weights.inputs))
        self.odds = None if weights.memory is None else odds_of(weights.memory)

    def matrix(self, weights: LSTMWeights, name: str) -> Floats | Quantized:
        """One of an LSTM layer's matrices in this precision."""
        if self.precision == "int8":
            return weights.quantized(name)
        if self.precision == "bf16":
            words = bfloat16_words(weights.floats(name))
            return from_bfloat16_words(words, len(weights.floats(name)))
        return weights.floats(name)

    def chain(self, x: Floats, kernel: Floats, total: Floats | None = None) -> Floats:
        """``total + x @ kernel``, one row of ``kernel`` (K, N) after the other; ``x`` is (..., K)."""
        if total is None:
            total = np.zeros((*x.shape[:-1], kernel.shape[1]), np.float32)
        for k, row in enumerate(kernel):
            total = total + x[..., k, np.newaxis] * row
        return total

    def product(self, x: Floats, matrix: Floats | Quantized, total: Floats | None = None) -> Floats:
        """``total`` plus the product of ``x`` (K,) and an LSTM layer's matrix; ``x`` is int8 if that is."""
        if not isinstance(matrix, Quantized):
            return self.chain(x, matrix, total)
        integers = x.astype(np.int64) @ matrix.values.astype(np.int64)
        product: Floats = integers.astype(np.float32) * matrix.output_scales
        return product if total is None else total + product

    def sigmoid(self, x: Floats) -> Floats:
        """The kernels' sigmoid."""
        return sigmoid(x)

    def tanh(self, x: Floats) -> Floats:
        """The kernels' tanh."""
        return tanh(x)

    def gates(self, number: int, h: Floats, x: Floats) -> Floats:
        """The gates (4H,) of layer ``number`` before activation, from its last output and the layer below."""
        if self.precision == "int8":
            h, x = quantized(h), quantized(x)
        z = self.product(h, self.recurrent_kernels[number])
        return self.product(x, self.kernels[number - 1], z) if number else z

    def logits(self, h: Floats) -> Floats:
        """Logits (V,), finite: the bias, to which the parts of the last layer's output are added in turn."""
        size, total = part_units(self.units[-1]), self.dense_bias
        for begin in range(0, self.units[-1], size):
            part = slice(begin, begin + size)
            total = total + self.chain(h[part], self.dense_kernel[part])
        return limit(total)

    def remembered(self, memory: Memory | None, token: int) -> Callable[[Floats], Floats]:
        """Hears a token; what mixes the memory's prediction into the logits behind it."""
        if memory is None or self.odds is None:
            return lambda logits: logits
        (guess,), (length,) = memory.hear(np.array([token], np.int32))
        return partial(mixed, guess=int(guess), odds=self.odds[length])

    def state(self) -> Floats:
        """Zeros for h and c of each layer."""
        return np.zeros(2 * sum(self.units), np.float32)

    def start(self, token: int, values: Sequence[int]) -> Floats:
        """What a token and its further inputs add to the gates (4H,) of the first layer."""
        start: Floats = self.table[token]
        for table, value in zip(self.inputs, values, strict=True):
            start = start + table[value]
        return start

    def step(self, state: Floats, token: int, values: Sequence[int]) -> Floats:
        """Feed one token; returns the last layer's output (H,) (Keras LSTMCell)."""
        at, x = 0, np.empty(0, np.float32)
        for number, units in enumerate(self.units):
            h, c = state[at : at + 2 * units].reshape(2, units)
            z = self.gates(number, h, x) + (self.biases[number] if number > 0 else self.start(token, values))
            i, f, candidate, o = z.reshape(4, units)
            c[:] = flush(self.sigmoid(f) * c + self.sigmoid(i) * self.tanh(candidate))
            h[:] = x = flush(self.sigmoid(o) * self.tanh(c))
            at += 2 * units
        return x

    def feed(
        self,
        states: Sequence[Floats],
        tokens: Sequence[Tokens],
        threads: int,
        logits: Sequence[Floats] | None = None,
        readers: Sequence[Reader | None] | None = None,
        memories: Sequence[Memory | None] | None = None,
    ) -> None:
        """See engine.Engine."""
        with np.errstate(over="ignore", invalid="ignore", under="ignore"):
            for number, state in enumerate(states):
                read = reading(readers[number] if readers else None, self.sizes)
                memory = memories[number] if memories else None
                if memory:
                    memory.make_room(len(tokens[number]))
                for n, token in enumerate(tokens[number].tolist()):
                    mix = self.remembered(memory, token)
                    h = self.step(state, token, read(token))
                    if logits is not None:
                        logits[number][n] = mix(self.logits(h))

    def draw(self, draws: Sequence[Draw], choice: Choice, stops: Flags, threads: int) -> bool:
        """See engine.Engine."""
        for draw in draws:
            with np.errstate(over="ignore", invalid="ignore", under="ignore"):
                draw.tokens = np.array(list(self._tokens(draw, choice, stops)), np.int32)
        return False

    def _tokens(self, draw: Draw, choice: Choice, stops: Flags) -> Iterator[int]:
        token, constraint = draw.token, in_python(draw.constraint, self.vocabulary_size)
        read = reading(draw.reader, self.sizes)
        if draw.memory:
            draw.memory.make_room(len(draw.uniforms))
        for number, uniform in enumerate(draw.uniforms):
            mix, values = self.remembered(draw.memory, token), read(token)
            allowed = constraint.allow() if constraint else None
            logits = mix(self.logits(self.step(draw.state, token, values)))
            mask = None if allowed is None else flags(allowed, len(logits))
            token = choose(logits, choice, float(uniform), mask)
            if token < 0:
                draw.end = End.DEAD_END
                return
            if draw.surprises is not None:
                draw.surprises[number] = surprise(logits, token, mask)
            yield token
            if constraint:
                constraint.take(token)
            if stops[token]:
                draw.end = End.STOPPED
                return
