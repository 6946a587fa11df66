"""Training contenders: one step of Adam on the same network, batch and sequence in each tool."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np


@dataclass(frozen=True, slots=True)
class Network:
    """Embedding → LSTMs → Dense, learned from ``batch`` rows of ``sequence`` tokens at a time."""

    vocabulary: int
    embedding: int
    units: tuple[int, ...]
    batch: int
    sequence: int
    threads: int = 2

    def __str__(self) -> str:
        layers = " → ".join(f"LSTM({units})" for units in self.units)
        return (
            f"Embedding({self.vocabulary} × {self.embedding}) → {layers} → Dense({self.vocabulary}), Adam, "
            f"batch {self.batch}, sequence {self.sequence}, {self.threads} threads"
        )

    @property
    def tokens(self) -> int:
        """Of a step."""
        return self.batch * self.sequence

    def examples(self) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
        """Inputs and targets, (batch, sequence)."""
        tokens = np.random.default_rng(0).integers(0, self.vocabulary, (self.batch, self.sequence + 1))
        return tokens[:, :-1].astype(np.int32), tokens[:, 1:].astype(np.int32)


def peers(tool: str, network: Network) -> dict[str, Callable[[], object]]:
    """Contenders by name, each of which takes one step."""
    return _torch(network) if tool == "torch" else _keras(network)


def _keras(network: Network) -> dict[str, Callable[[], object]]:
    import keras
    import tensorflow as tf

    from musegen_keras.layer import lstm, token_lstm, why_keras

    tf.config.threading.set_intra_op_parallelism_threads(network.threads)
    if reason := why_keras():
        raise RuntimeError(reason)
    first, *others = network.units
    table = keras.layers.Embedding(network.vocabulary, network.embedding)
    plain = [keras.layers.LSTM(units, return_sequences=True, stateful=True) for units in network.units]
    fast = [token_lstm(network.vocabulary, network.embedding, first, stateful=True)]
    fast += [lstm(units, stateful=True) for units in others]
    inputs, targets = network.examples()

    def stepper(layers: list[Any]) -> Callable[[], object]:
        shape = (network.batch, network.sequence)
        dense = keras.layers.Dense(network.vocabulary)
        model = keras.Sequential([keras.Input(batch_shape=shape, dtype="int32"), *layers, dense])
        optimizer = keras.optimizers.Adam()
        optimizer.build(model.trainable_variables)

        @tf.function  # type: ignore[untyped-decorator]
        def step(inputs: Any, targets: Any) -> Any:
            with tf.GradientTape() as tape:
                logits = model(inputs, training=True)
                nats = tf.nn.sparse_softmax_cross_entropy_with_logits(targets, logits)
                loss = tf.reduce_mean(nats)
            gradients = tape.gradient(loss, model.trainable_variables)
            optimizer.apply(gradients, model.trainable_variables)
            return loss

        return lambda: float(step(inputs, targets))

    return {"Keras LSTM": stepper([table, *plain]), "musegen": stepper(fast)}


def _torch(network: Network) -> dict[str, Callable[[], object]]:
    import torch

    torch.set_num_threads(network.threads)

    class Model(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            sizes = [network.embedding, *network.units]
            self.table = torch.nn.Embedding(network.vocabulary, network.embedding)
            self.lstms = torch.nn.ModuleList(
                torch.nn.LSTM(size, units, batch_first=True) for size, units in pairwise(sizes)
            )
            self.dense = torch.nn.Linear(sizes[-1], network.vocabulary)

        def forward(self, tokens: Any) -> Any:
            x = self.table(tokens)
            for lstm in self.lstms:
                x = lstm(x)[0]
            return self.dense(x)

    model = Model()
    optimizer = torch.optim.Adam(model.parameters())
    inputs, targets = (torch.from_numpy(array.astype(np.int64)) for array in network.examples())

    def step(bf16: bool) -> float:
        with torch.autocast("cpu", torch.bfloat16, enabled=bf16):
            logits = model(inputs)
            loss = torch.nn.functional.cross_entropy(logits.flatten(0, 1), targets.flatten())
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        return float(loss.detach())

    steps: dict[str, Callable[[], object]] = {"torch nn.LSTM": lambda: step(False)}
    if torch.ops.mkldnn._is_mkldnn_bf16_supported():
        steps["torch nn.LSTM, bf16"] = lambda: step(True)
    return steps
