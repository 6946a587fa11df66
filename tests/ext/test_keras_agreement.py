"""Logits agree with the Keras layers that the weights come from."""

from __future__ import annotations

import os

import numpy as np
import pytest

from helpers.readers import Following
from musegen_sampling import LSTMWeights, Sampler

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
keras = pytest.importorskip("keras", reason="needs musegen[keras]")
pytest.importorskip("tensorflow", reason="needs musegen[keras]")


def test_logits_agree_with_a_sum_of_embeddings() -> None:
    """Further inputs are embeddings of their own, which Keras adds to that of the tokens."""
    size, rows = 21, (6, 13)
    keras.utils.set_random_seed(1)
    inputs = [keras.Input((None,), dtype="int32") for _ in range(3)]
    embeddings = [
        keras.layers.Embedding(n, 10, embeddings_initializer=keras.initializers.RandomNormal(stddev=0.3))
        for n in (size, *rows)
    ]
    x = keras.layers.add([embedding(each) for embedding, each in zip(embeddings, inputs, strict=True)])
    layers = [keras.layers.LSTM(n, return_sequences=True, bias_initializer="normal") for n in (24, 40)]
    for layer in layers:
        x = layer(x)
    dense = keras.layers.Dense(size, bias_initializer="normal")
    model = keras.Model(inputs, dense(x))
    first, *tables = (embedding.get_weights()[0] for embedding in embeddings)
    weights = LSTMWeights(
        [chr(97 + token) for token in range(size)],
        first,
        [layer.get_weights() for layer in layers],
        *dense.get_weights(),
        inputs=tables,
    )
    tokens = np.random.default_rng(2).integers(0, size, 200)
    reader = Following(*rows)
    values = np.array([reader.read(token) for token in tokens.tolist()]).T
    expected = np.asarray(model([fed[np.newaxis] for fed in (tokens, *values)]))[0]
    logits = Sampler(weights, 2, inputs=lambda: Following(*rows)).logits(tokens)
    np.testing.assert_allclose(logits, expected, rtol=0, atol=1e-4)


@pytest.mark.parametrize(("units", "one_hot"), [([48], False), ([24, 40, 16], False), ([24, 16], True)])
def test_logits_agree_with_keras(units: list[int], one_hot: bool) -> None:
    """Within 1e-4 over 200 steps, for one layer and three, with an embedding and without."""
    size = 21
    keras.utils.set_random_seed(1)
    inputs = keras.Input((None,), dtype="int32")
    embedding = None if one_hot else keras.layers.Embedding(size, 10, embeddings_initializer="normal")
    x = keras.ops.one_hot(inputs, size) if embedding is None else embedding(inputs)
    layers = [
        keras.layers.LSTM(n, return_sequences=True, bias_initializer="normal", kernel_initializer="normal")
        for n in units
    ]
    for layer in layers:
        x = layer(x)
    dense = keras.layers.Dense(size, kernel_initializer="normal", bias_initializer="normal")
    model = keras.Model(inputs, dense(x))
    weights = LSTMWeights(
        [chr(97 + token) for token in range(size)],
        None if embedding is None else 3 * embedding.get_weights()[0],
        [layer.get_weights() for layer in layers],
        *dense.get_weights(),
    )
    if embedding is not None:
        embedding.set_weights([3 * embedding.get_weights()[0]])
    tokens = np.random.default_rng(2).integers(0, size, 200)
    expected = np.asarray(model(tokens[np.newaxis]))[0]
    np.testing.assert_allclose(Sampler(weights, 2).logits(tokens), expected, rtol=0, atol=1e-4)
