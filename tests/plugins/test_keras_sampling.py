"""What ``keras-lstm`` adds to ``[sample]`` decides how it draws."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import musegen_keras.model
from helpers.random_model import random_weights
from musegen import Options, Sampling
from musegen_keras.model import LSTMModel
from musegen_keras.options import LSTMSampling
from musegen_sampling import Sampler


class Other(Options):
    """Keys of another model."""


@pytest.mark.parametrize(
    ("asked", "precision"),
    [
        (LSTMSampling(precision="int8"), "int8"),
        (LSTMSampling(precision="fp32"), "fp32"),
        (LSTMSampling(), "auto"),
        (Other(), "auto"),
        (None, "auto"),
    ],
)
def test_the_asked_arithmetic_draws(
    asked: Options | None, precision: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is asked of another model, or of none, leaves it to this one."""
    used: list[str] = []

    def sampler(weights: Any, *, precision: str, inputs: Any) -> Sampler:
        used.append(precision)
        return Sampler(weights, precision="fp32")

    monkeypatch.setattr(musegen_keras.model, "Sampler", sampler)
    model = LSTMModel(random_weights(7, 5, (9,), start=0, end=1))
    drawn = list(model.generate([np.zeros(1, np.int32)], Sampling(max_tokens=3, model=asked), [1]))
    assert (len(drawn), used) == (1, [precision])
