"""Draws follow the distribution that they should."""

from __future__ import annotations

import numpy as np
import pytest

from musegen_sampling import LSTMWeights, Sampler

LOGITS = np.array([2.0, 1.5, 0.5, 0.0, -0.5, -1.0, -2.0, 1.5], np.float32)

DRAWS = 4000

# 99.9 % quantiles of chi-square by degrees of freedom
QUANTILE = {2: 13.8, 3: 16.3, 7: 24.3}


@pytest.fixture
def weights() -> LSTMWeights:
    """The logits of every step are LOGITS."""
    layer = (np.zeros((8, 4), np.float32), np.zeros((1, 4), np.float32), np.zeros(4, np.float32))
    return LSTMWeights("abcdefgh", None, [layer], np.zeros((1, 8), np.float32), LOGITS)


@pytest.mark.usefixtures("isa")
@pytest.mark.parametrize(
    ("temperature", "top_k", "top_p", "kept"),
    [
        (1.0, 0, 1.0, [0, 1, 2, 3, 4, 5, 6, 7]),
        (2.0, 0, 1.0, [0, 1, 2, 3, 4, 5, 6, 7]),
        (1.0, 4, 1.0, [0, 1, 7, 2]),
        (0.8, 0, 0.85, [0, 1, 7]),
        (1.0, 4, 0.8, [0, 1, 7]),
    ],
)
def test_distribution(
    weights: LSTMWeights, temperature: float, top_k: int, top_p: float, kept: list[int]
) -> None:
    """Chi-square of many draws against softmax(logits / temperature), cut and rescaled."""
    p = np.exp(LOGITS.astype(np.float64) / temperature)[kept]
    tokens = Sampler(weights).generate([0], DRAWS, temperature, top_k, top_p, seed=1)
    counts = np.bincount(tokens, minlength=8)
    assert counts.sum() == counts[kept].sum()
    expected = DRAWS * p / p.sum()
    assert np.sum((counts[kept] - expected) ** 2 / expected) < QUANTILE[len(kept) - 1]


@pytest.mark.usefixtures("isa")
def test_low_temperature_is_greedy(weights: LSTMWeights) -> None:
    """Towards zero only the likeliest token is left."""
    assert set(Sampler(weights).generate([0], 100, temperature=5e-324).tolist()) == {0}
