"""The best that plain NumPy does, on as many threads as its BLAS takes."""

from __future__ import annotations

import numpy as np

from musegen_sampling import LSTMWeights
from peers import Floats, Peer, Tokens


class NumPy(Peer):
    """Embedding, first kernel and bias are folded into a table of tokens."""

    name = "NumPy, token table"

    def __init__(self, weights: LSTMWeights, batch: int) -> None:
        super().__init__(weights, batch)
        first, *above = weights.layers
        self.table = first.kernel + first.bias
        if weights.embedding is not None:
            self.table = weights.embedding @ first.kernel + first.bias
        self.recurrent = first.recurrent_kernel
        # One product a layer: [output below, own output] @ [kernel; recurrent kernel].
        self.above = [(np.concatenate([layer.kernel, layer.recurrent_kernel]), layer.bias) for layer in above]
        self.dense = weights.dense_kernel, weights.dense_bias

    def reset(self) -> None:
        """Zeros for h and c of each layer, (B, H)."""
        self.h = [np.zeros((self.batch, units), np.float32) for units in self.units]
        self.c = [np.zeros((self.batch, units), np.float32) for units in self.units]

    def logits(self, tokens: Tokens) -> Floats:
        """One product for each layer and one for the logits."""
        x = self._cell(0, self.table[tokens] + self.h[0] @ self.recurrent)
        for number, (kernel, bias) in enumerate(self.above, start=1):
            x = self._cell(number, np.concatenate([x, self.h[number]], axis=1) @ kernel + bias)
        return x @ self.dense[0] + self.dense[1]

    def _cell(self, number: int, z: Floats) -> Floats:
        i, f, _, o = _gates(1 / (1 + np.exp(-z)))
        self.c[number] = f * self.c[number] + i * np.tanh(_gates(z)[2])
        self.h[number] = o * np.tanh(self.c[number])
        return self.h[number]


def _gates(z: Floats) -> Floats:
    """(B, 4H) as (4, B, H)."""
    return z.reshape(len(z), 4, -1).swapaxes(0, 1)


def peers(weights: LSTMWeights, batch: int, threads: int) -> list[Peer]:
    """The one contender of this module; the environment sets its threads."""
    return [NumPy(weights, batch)]
