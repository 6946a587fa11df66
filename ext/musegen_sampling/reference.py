"""The kernels again in NumPy: the same additions in the same order, so the same bits and the same tokens.

Slow, and meant to be read: it says what csrc/ computes. Each operation here is one rounded operation there.
"""

from __future__ import annotations

import numpy as np

from musegen_sampling.engine import Choice
from musegen_sampling.types import Doubles, Flags, Floats, Tokens
from musegen_sampling.weights import LSTMWeights

f32 = np.float32


def clamp(x: Floats, limit: float) -> Floats:
    """``x`` within [-limit, limit]; NaN counts as -limit."""
    x = np.where(x > f32(-limit), x, f32(-limit))
    return np.where(x < f32(limit), x, f32(limit))


def flush(x: Floats) -> Floats:
    """Zero for magnitudes below 2^-60, so that no denormal ever arises."""
    return np.where(np.abs(x) < f32(2.0**-60), f32(0), x)


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


def choose(logits: Floats, choice: Choice, uniform: float) -> int:
    """Draws a token from ``logits`` (V,): temperature, top-k, top-p, then the inverse of the cumulative sum.

    Equal logits rank by token, lower first. Probabilities are float32, their sums float64, added in token
    order; only the sum that is compared with top_p runs from the likeliest down.
    """
    scaled = (logits.astype(np.float64) - np.max(logits).astype(np.float64)) / np.float64(choice.temperature)
    p = np.where(scaled < -87.0, f32(0), exp(np.maximum(scaled, -88.0).astype(np.float32))).astype(np.float64)
    ranked = np.argsort(-logits, kind="stable")
    if 0 < choice.top_k < len(p):
        ranked, cut = np.split(ranked, [choice.top_k])
        p[cut] = 0
    if choice.top_p < 1:
        enough = choice.top_p * np.cumsum(p)[-1]
        before = np.cumsum(np.concatenate([[0.0], p[ranked]]))[:-1]
        p[ranked[before >= enough]] = 0
    cumulative = np.cumsum(p)
    reached = np.flatnonzero(cumulative > uniform * cumulative[-1])
    return int(reached[0] if len(reached) else np.flatnonzero(p)[-1])


class ReferenceEngine:
    """One thread, one addition after the other; see engine.Engine."""

    isa = "reference"

    def __init__(self, weights: LSTMWeights) -> None:
        self.weights = weights
        first = weights.layers[0]
        with np.errstate(over="ignore", invalid="ignore"):
            if weights.embedding is None:
                self.table = first.kernel + first.bias
            else:
                self.table = self.dense(weights.embedding, first.kernel, first.bias)

    def product(self, x: Floats, kernel: Floats, total: Floats | None = None) -> Floats:
        """``total + x @ kernel``, one row of ``kernel`` (K, N) after the other; ``x`` is (..., K)."""
        if total is None:
            total = np.zeros((*x.shape[:-1], kernel.shape[1]), np.float32)
        for k, row in enumerate(kernel):
            total = total + x[..., k, np.newaxis] * row
        return total

    def sigmoid(self, x: Floats) -> Floats:
        """The kernels' sigmoid."""
        return sigmoid(x)

    def tanh(self, x: Floats) -> Floats:
        """The kernels' tanh."""
        return tanh(x)

    def dense(self, x: Floats, kernel: Floats, bias: Floats) -> Floats:
        """``x @ kernel + bias``, finite."""
        return flush(clamp(self.product(x, kernel) + bias, float(np.finfo(np.float32).max)))

    def state(self) -> Floats:
        """Zeros: h, c of each layer."""
        return np.zeros(sum(2 * layer.units for layer in self.weights.layers), np.float32)

    def step(self, state: Floats, token: int) -> Floats:
        """Feeds one token and returns the last layer's output (H,) (Keras LSTMCell)."""
        at, x = 0, np.empty(0, np.float32)
        for number, layer in enumerate(self.weights.layers):
            h, c = state[at : at + 2 * layer.units].reshape(2, layer.units)
            z = self.product(h, layer.recurrent_kernel)
            if number > 0:
                z = self.product(x, layer.kernel, z)
            z = z + (layer.bias if number > 0 else self.table[token])
            i, f, candidate, o = z.reshape(4, layer.units)
            c[:] = flush(self.sigmoid(f) * c + self.sigmoid(i) * self.tanh(candidate))
            h[:] = x = flush(self.sigmoid(o) * self.tanh(c))
            at += 2 * layer.units
        return x

    def feed(self, state: Floats, tokens: Tokens, threads: int, logits: Floats | None = None) -> None:
        """See engine.Engine."""
        with np.errstate(over="ignore", invalid="ignore", under="ignore"):
            for n, token in enumerate(tokens):
                h = self.step(state, int(token))
                if logits is not None:
                    logits[n] = self.dense(h, self.weights.dense_kernel, self.weights.dense_bias)

    def draw(
        self, state: Floats, token: int, uniforms: Doubles, choice: Choice, stops: Flags, threads: int
    ) -> Tokens:
        """See engine.Engine."""
        tokens: list[int] = []
        with np.errstate(over="ignore", invalid="ignore", under="ignore"):
            for uniform in uniforms:
                h = self.step(state, token)
                logits = self.dense(h, self.weights.dense_kernel, self.weights.dense_bias)
                token = choose(logits, choice, float(uniform))
                tokens.append(token)
                if stops[token]:
                    break
        return np.array(tokens, np.int32)
