"""What rounding does to models that were really trained, on real tunes."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from helpers.training_jobs import job
from musegen import Dataset, Tokens, Vocabulary
from musegen_keras.model import KerasLSTMTrainer, LSTMModel
from musegen_keras.options import KerasLSTMOptions
from musegen_sampling import LSTMWeights, Sampler

STEPS = 4000


@pytest.fixture(
    scope="module", params=[(64,), (48, 40), (40, 36, 32)], ids=["1 layer", "2 layers", "3 layers"]
)
def trained(
    request: pytest.FixtureRequest, nottingham: Path, tmp_path_factory: pytest.TempPathFactory
) -> tuple[LSTMWeights, list[Tokens]]:
    """Weights after a short training on the cleaned jigs, and tunes that they were not trained on."""
    pytest.importorskip("tensorflow")
    texts = (nottingham / "jigs.abc").read_text("utf-8").split("X:")[1:]
    symbols = sorted(set("".join(texts)))
    number = {symbol: place for place, symbol in enumerate(symbols, 2)}
    tokens = [np.array([0, *(number[c] for c in text), 1], np.int32) for text in texts]
    data = Dataset(Vocabulary(symbols), tuple(tokens[::2]), tuple(tokens[1::8]))
    options = KerasLSTMOptions(
        embedding=16, units=request.param, epochs=5, batch=8, sequence=48, dropout=0.0, learning_rate=1e-2
    )
    result = KerasLSTMTrainer(options).train(data, job(tmp_path_factory.mktemp("checkpoints")))
    assert isinstance(result.model, LSTMModel)
    assert result.losses[-1].train < 3  # a uniform guess loses 4.3
    return result.model.weights, list(tokens[3::8])


def log_probabilities(weights: LSTMWeights, precision: str, tunes: list[Tokens]) -> NDArray[np.float64]:
    """Of every token after each step, teacher-forced, STEPS of them."""
    sampler = Sampler(weights, precision=precision)  # type: ignore[arg-type]
    logits = np.concatenate([sampler.logits(tune) for tune in tunes])[:STEPS].astype(np.float64)
    assert len(logits) == STEPS
    below = logits - logits.max(axis=1, keepdims=True)
    result: NDArray[np.float64] = below - np.log(np.exp(below).sum(axis=1, keepdims=True))
    return result


@pytest.mark.parametrize(("precision", "mean", "most"), [("bf16", 1e-5, 1e-2), ("int8", 2e-4, 1e-2)])
def test_divergence_from_fp32(
    trained: tuple[LSTMWeights, list[Tokens]], precision: str, mean: float, most: float
) -> None:
    """Kullback-Leibler divergence in nats over 4,000 teacher-forced steps."""
    exact = log_probabilities(trained[0], "fp32", trained[1])
    near = log_probabilities(trained[0], precision, trained[1])
    divergence = (np.exp(exact) * (exact - near)).sum(axis=1)
    assert 0 < divergence.mean() <= mean
    assert divergence.max() <= most


def test_trained_weights_take_int8(trained: tuple[LSTMWeights, list[Tokens]]) -> None:
    """Measured on the validation tunes, int8 loses less than 0.001 nats a token."""
    weights = trained[0]
    assert weights.losses is not None
    assert weights.losses["int8"] - weights.losses["fp32"] <= 0.001
    assert weights.precision == "int8"


def test_fp32_agrees_with_float64(trained: tuple[LSTMWeights, list[Tokens]]) -> None:
    """Logits over 200 teacher-forced steps, within 1e-5 of the largest (Keras LSTMCell, written out)."""
    weights, (tune, *_) = trained
    tune = np.resize(tune, 200)
    embedding = weights.embedding
    assert embedding is not None
    states = [(np.zeros(units), np.zeros(units)) for units in weights.units]
    expected = []
    for token in tune:
        x = embedding[token].astype(np.float64)
        for number, layer in enumerate(weights.layers):
            h, c = states[number]
            z = x @ layer.kernel.astype(np.float64) + h @ layer.recurrent_kernel + layer.bias
            i, f, _, o = 1 / (1 + np.exp(-z.reshape(4, -1)))
            c = f * c + i * np.tanh(z.reshape(4, -1)[2])
            x = o * np.tanh(c)
            states[number] = x, c
        expected.append(x @ weights.dense_kernel.astype(np.float64) + weights.dense_bias)
    logits = Sampler(weights, precision="fp32").logits(tune)
    assert np.abs(logits - np.array(expected)).max() <= 1e-5 * np.abs(expected).max()
