"""The sampler for machines where the extension was not built: NumPy's own products, exp and tanh."""

from __future__ import annotations

import numpy as np

from musegen_sampling.reference import ReferenceEngine, f32
from musegen_sampling.types import Floats
from musegen_sampling.weights import LSTMWeights


class NumPyEngine(ReferenceEngine):
    """The reference with NumPy's matrix product, which adds in its own order: logits agree within 1e-5."""

    isa = "numpy"

    def chain(self, x: Floats, kernel: Floats, total: Floats | None = None) -> Floats:
        """``total + x @ kernel``."""
        product: Floats = x @ kernel
        return product if total is None else total + product

    def matrix(self, weights: LSTMWeights, name: str) -> Floats:
        """One of an LSTM layer's matrices in float32, also where it is stored in int8."""
        if self.precision != "int8":
            return np.asarray(super().matrix(weights, name), np.float32)
        values, _ = quantized = weights.quantized(name)
        matrix: Floats = values * quantized.output_scales
        return matrix

    def sigmoid(self, x: Floats) -> Floats:
        """1 / (1 + e^-x), NaN counting as -87 as in the kernels."""
        result: Floats = f32(1.0) / (f32(1.0) + np.exp(-np.fmax(x, f32(-87.0))))
        return result

    def tanh(self, x: Floats) -> Floats:
        """NumPy's tanh, NaN counting as -10 as in the kernels."""
        result: Floats = np.tanh(np.fmax(x, f32(-10.0)))
        return result
