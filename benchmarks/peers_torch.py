"""PyTorch's fastest eager way: a loop over nn.LSTMCell."""

from __future__ import annotations

import numpy as np
import torch

from musegen_sampling import LSTMWeights
from peers import Floats, Peer, Tokens


class TorchCells(Peer):
    """One nn.LSTMCell a layer, under inference_mode."""

    name = "torch, LSTMCell"

    def __init__(self, weights: LSTMWeights, batch: int) -> None:
        super().__init__(weights, batch)
        self.embedding = None if weights.embedding is None else torch.from_numpy(weights.embedding.copy())
        self.cells = []
        for layer in weights.layers:
            cell = torch.nn.LSTMCell(layer.kernel.shape[0], layer.units)
            rows = (layer.kernel.T, layer.recurrent_kernel.T, layer.bias, np.zeros_like(layer.bias))
            for parameter, array in zip(cell.parameters(), rows, strict=True):
                parameter.data.copy_(
                    torch.from_numpy(array.copy())
                )  # gates i, f, g, o are Keras's i, f, c, o
            self.cells.append(cell)
        self.dense = torch.nn.Linear(*weights.dense_kernel.shape)
        self.dense.weight.data.copy_(torch.from_numpy(weights.dense_kernel.T.copy()))
        self.dense.bias.data.copy_(torch.from_numpy(weights.dense_bias.copy()))

    def reset(self) -> None:
        """Zeros for h and c of each layer, (B, H)."""
        self.states = [(torch.zeros(self.batch, units),) * 2 for units in self.units]

    def step(self, tokens: torch.Tensor) -> torch.Tensor:
        """Logits (B, V) after int64 (B,)."""
        if self.embedding is None:
            x = torch.nn.functional.one_hot(tokens, len(self.weights.vocabulary)).float()
        else:
            x = self.embedding[tokens]
        for number, cell in enumerate(self.cells):
            self.states[number] = cell(x, self.states[number])
            x = self.states[number][0]
        return self.dense(x)

    @torch.inference_mode()
    def logits(self, tokens: Tokens) -> Floats:
        """One step."""
        return self.step(torch.from_numpy(tokens)).numpy()

    @torch.inference_mode()
    def sample(self, steps: int) -> None:
        """All in torch."""
        self.reset()
        drawn = [torch.zeros(self.batch, dtype=torch.int64)]
        for _ in range(steps):
            probabilities = torch.softmax(self.step(drawn[-1]), dim=1)
            drawn.append(torch.multinomial(probabilities, num_samples=1)[:, 0])
        torch.stack(drawn).numpy()


def peers(weights: LSTMWeights, batch: int, threads: int) -> list[Peer]:
    """The one."""
    torch.set_num_threads(threads)
    return [TorchCells(weights, batch)]
