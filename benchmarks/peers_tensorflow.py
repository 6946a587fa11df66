"""Keras's stateful loop as tutorials have it, as a tf.function, and a whole tune in one XLA program."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import tensorflow as tf

from musegen_sampling import LSTMWeights
from peers import Floats, Peer, Tokens


class KerasEager(Peer):
    """The tutorials' way: call a stateful model on one token after the other."""

    name = "Keras, eager"
    steps = 10

    def __init__(self, weights: LSTMWeights, batch: int) -> None:
        super().__init__(weights, batch)
        self.size = len(weights.vocabulary)
        if weights.embedding is None:
            layers = [keras.Input(batch_shape=(batch, None, self.size))]
        else:
            embedding = keras.layers.Embedding(*weights.embedding.shape)
            layers = [keras.Input(batch_shape=(batch, None), dtype="int32"), embedding]
        self.lstms = [keras.layers.LSTM(units, return_sequences=True, stateful=True) for units in self.units]
        self.dense = keras.layers.Dense(self.size)
        self.model = keras.Sequential([*layers, *self.lstms, self.dense])
        embeddings = [] if weights.embedding is None else [weights.embedding]
        matrices = [array for layer in weights.layers for array in layer]
        self.model.set_weights([*embeddings, *matrices, weights.dense_kernel, weights.dense_bias])

    def reset(self) -> None:
        """Zeros for h and c of each layer."""
        for lstm in self.lstms:
            lstm.reset_states()

    def step(self, tokens: Any) -> Any:
        """Logits (B, V) after int32 (B, 1)."""
        one_hot = self.weights.embedding is None
        return self.model(tf.one_hot(tokens, self.size) if one_hot else tokens)[:, -1]

    def draw(self, tokens: Any) -> Any:
        """The next tokens (B, 1)."""
        return tf.random.categorical(self.step(tokens), num_samples=1, dtype=tf.int32)

    def logits(self, tokens: Tokens) -> Floats:
        """One step."""
        return self.step(tf.constant(tokens[:, np.newaxis], tf.int32)).numpy()

    def sample(self, steps: int) -> None:
        """One call a token."""
        self.reset()
        tokens = tf.zeros((self.batch, 1), tf.int32)
        for _ in range(steps):
            tokens = self.draw(tokens)
            tokens.numpy()  # a tune is made of them


class KerasFunction(KerasEager):
    """The same step as a graph."""

    name = "Keras, step as tf.function"
    steps = 50

    def __init__(self, weights: LSTMWeights, batch: int) -> None:
        super().__init__(weights, batch)
        self.draw = tf.function(super().draw)  # type: ignore[method-assign]


class XlaLoop(KerasEager):
    """Keras's own cells in a tf.while_loop, compiled: one call a tune."""

    name = "tf.while_loop + XLA"
    steps = 100
    batch_steps = 100

    def __init__(self, weights: LSTMWeights, batch: int) -> None:
        super().__init__(weights, batch)
        self.tune = tf.function(self._tune, jit_compile=True)
        self.one = tf.function(self._one, jit_compile=True)
        self.seed = 0

    def _zeros(self) -> list[list[Any]]:
        return [[tf.zeros((self.batch, units))] * 2 for units in self.units]

    def _one(self, tokens: Any, states: Any) -> Any:
        """Logits (B, V) and new states after int32 (B,)."""
        x = tf.one_hot(tokens, self.size) if self.weights.embedding is None else self.model.layers[0](tokens)
        new = []
        for lstm, state in zip(self.lstms, states, strict=True):
            x, state = lstm.cell(x, state)
            new.append(list(state))
        return self.dense(x), new

    def _tune(self, seed: Any) -> Any:
        def body(at: Any, tokens: Any, states: Any, tune: Any) -> Any:
            logits, states = self._one(tokens, states)
            drawn = tf.random.stateless_categorical(logits, 1, [seed, at], dtype=tf.int32)[:, 0]
            return at + 1, drawn, states, tune.write(at, drawn)

        tune = tf.TensorArray(tf.int32, self.steps, element_shape=(self.batch,))
        begin = (0, tf.zeros(self.batch, tf.int32), self._zeros(), tune)
        return tf.while_loop(lambda at, *_: at < self.steps, body, begin)[3].stack()

    def reset(self) -> None:
        """Zeros for h and c of each layer."""
        self.states = self._zeros()

    def logits(self, tokens: Tokens) -> Floats:
        """One step."""
        logits, self.states = self.one(tf.constant(tokens, tf.int32), self.states)
        return logits.numpy()

    def sample(self, steps: int) -> None:
        """``steps`` is what was compiled."""
        self.seed += 1
        self.tune(tf.constant(self.seed)).numpy()


def peers(weights: LSTMWeights, batch: int, threads: int) -> list[Peer]:
    """All three."""
    tf.config.threading.set_intra_op_parallelism_threads(threads)
    tf.config.threading.set_inter_op_parallelism_threads(threads)
    return [kind(weights, batch) for kind in (KerasEager, KerasFunction, XlaLoop)]
