"""Drawing a token from probabilities."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, strategies as st

from musegen import Sampling

CHANCES = np.array([0.0, 0.1, 0.4, 0.2, 0.3])


def drawn(sampling: Sampling, draws: int = 2000) -> list[float]:
    """How often each token comes, over evenly spread uniforms."""
    tokens = [sampling.choose(CHANCES, (i + 0.5) / draws) for i in range(draws)]
    return list(np.bincount(tokens, minlength=len(CHANCES)) / draws)


def test_tokens_come_as_often_as_they_are_likely() -> None:
    """And what is impossible never."""
    assert drawn(Sampling()) == pytest.approx(CHANCES, abs=0.001)


def test_temperature_sharpens() -> None:
    """The probabilities are raised to the power 1 / T."""
    expected = CHANCES**2 / (CHANCES**2).sum()
    assert drawn(Sampling(temperature=0.5)) == pytest.approx(expected, abs=0.001)


def test_only_the_likeliest_are_left() -> None:
    """As many as ``top_k``, or as reach ``top_p`` together."""
    assert drawn(Sampling(top_k=2)) == pytest.approx([0, 0, 4 / 7, 0, 3 / 7], abs=0.001)
    assert drawn(Sampling(top_p=0.65)) == pytest.approx([0, 0, 4 / 7, 0, 3 / 7], abs=0.001)
    assert drawn(Sampling(top_k=1)) == [0, 0, 1, 0, 0]


@given(
    st.lists(st.floats(0, 1), min_size=1, max_size=8).filter(any),
    st.floats(0, 1, exclude_max=True),
    st.floats(0.05, 20),
    st.floats(0.01, 1),
)
def test_a_possible_token_always_comes(
    weights: list[float], uniform: float, temperature: float, top_p: float
) -> None:
    """Whatever the numbers."""
    chances = np.array(weights) / sum(weights)
    token = Sampling(temperature=temperature, top_p=top_p).choose(chances, uniform)
    assert chances[token] > 0
