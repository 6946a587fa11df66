"""Ways to sample from one LSTM layer: ours, NumPy's, and two that TensorFlow offers."""

from __future__ import annotations

import os
from collections.abc import Callable

import numpy as np
from paired import Contender

from musegen_sampling import LSTMWeights, Sampler

THREADS = 2


def mit_weights(vocabulary_size: int = 83, embedding_size: int = 256, units: int = 1024) -> LSTMWeights:
    """Random weights of the MIT 6.S191 shape, as large as trained ones are."""
    generator = np.random.default_rng(0)

    def array(*shape: int) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
        return generator.uniform(-1 / 32, 1 / 32, shape).astype(np.float32)

    layer = (array(embedding_size, 4 * units), array(units, 4 * units), array(4 * units))
    symbols = [chr(0x100 + token) for token in range(vocabulary_size)]
    embedding = 32 * array(vocabulary_size, embedding_size)
    return LSTMWeights(symbols, embedding, [layer], 8 * array(units, vocabulary_size), array(vocabulary_size))


def musegen(weights: LSTMWeights) -> Contender:
    """One call for the whole tune."""
    sampler = Sampler(weights, threads=THREADS)
    return Contender(f"musegen ({sampler.isa})", 1500, lambda tokens: sampler.generate([0], tokens))


def numpy_loop(weights: LSTMWeights) -> Contender:
    """The best that plain NumPy does: embedding, kernel and bias folded into a table of tokens.

    As many threads as its BLAS takes.
    """
    layer, units = weights.layers[0], weights.layers[0].units
    assert weights.embedding is not None
    table = weights.embedding @ layer.kernel + layer.bias

    def run(tokens: int) -> None:
        uniforms = np.random.default_rng(0)
        h = c = np.zeros(units, np.float32)
        token = 0
        for _ in range(tokens):
            z = table[token] + h @ layer.recurrent_kernel
            i, f, o = 1 / (1 + np.exp(-z.reshape(4, units)[[0, 1, 3]]))
            c = f * c + i * np.tanh(z[2 * units : 3 * units])
            h = o * np.tanh(c)
            logits = h @ weights.dense_kernel + weights.dense_bias
            cumulative = np.cumsum(np.exp(logits - logits.max()))
            token = int(np.searchsorted(cumulative, uniforms.random() * cumulative[-1]))

    return Contender("NumPy, token table", 800, run)


def keras_loops(weights: LSTMWeights) -> list[Contender]:
    """The tutorials' stateful loop, eager and as a tf.function. ImportError without TensorFlow."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    import keras
    import tensorflow as tf

    tf.config.threading.set_intra_op_parallelism_threads(THREADS)
    tf.config.threading.set_inter_op_parallelism_threads(THREADS)
    assert weights.embedding is not None
    embedding = keras.layers.Embedding(*weights.embedding.shape)
    lstm = keras.layers.LSTM(weights.layers[0].units, return_sequences=True, stateful=True)
    dense = keras.layers.Dense(len(weights.vocabulary))
    model = keras.Sequential([keras.Input(batch_shape=(1, None), dtype="int32"), embedding, lstm, dense])
    embedding.set_weights([weights.embedding])
    lstm.set_weights(list(weights.layers[0]))
    dense.set_weights([weights.dense_kernel, weights.dense_bias])

    tokens = np.arange(50) % len(weights.vocabulary)
    ours, theirs = Sampler(weights).logits(tokens), model(tokens[np.newaxis]).numpy()[0]
    np.testing.assert_allclose(ours, theirs, atol=1e-4)

    def step(token: tf.Tensor) -> tf.Tensor:
        return tf.random.categorical(model(token)[:, -1], num_samples=1, dtype=tf.int32)

    def loop(step: Callable[[tf.Tensor], tf.Tensor]) -> Callable[[int], None]:
        def run(tokens: int) -> None:
            lstm.reset_states()
            token = tf.zeros((1, 1), tf.int32)
            for _ in range(tokens):
                token = step(token)
                token.numpy()  # a tune is made of them

        return run

    return [
        Contender("Keras, eager", 60, loop(step)),
        Contender("Keras, step as tf.function", 400, loop(tf.function(step))),
    ]
