"""LSTMWeights accepts what makes a model and names the array that does not."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from musegen_sampling import LSTMWeights
from musegen_sampling.types import Floats


def zeros(*shape: int) -> Floats:
    """float32."""
    return np.zeros(shape, np.float32)


def arguments() -> dict[str, Any]:
    """V = 3, E = 2, H = 4, 5."""
    return {
        "vocabulary": ["a", "b", "c"],
        "embedding": zeros(3, 2),
        "layers": [(zeros(2, 16), zeros(4, 16), zeros(16)), (zeros(4, 20), zeros(5, 20), zeros(20))],
        "dense_kernel": zeros(5, 3),
        "dense_bias": zeros(3),
    }


def test_weights_are_copied_and_frozen() -> None:
    """Neither the caller nor anyone else can change them afterwards."""
    given = arguments()
    weights = LSTMWeights(**given)
    given["dense_bias"][0] = 1
    assert weights.dense_bias[0] == 0
    with pytest.raises(ValueError, match="read-only"):
        weights.dense_bias[0] = 1
    assert [layer.units for layer in weights.layers] == [4, 5]
    assert weights.weights_per_token == 4 * 16 + 4 * 20 + 5 * 20 + 5 * 3


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"embedding": zeros(4, 2)}, r"embedding: shape \(3, E\) expected \(got \(4, 2\)\)"),
        ({"embedding": zeros(3, 0)}, r"embedding: shape \(3, E\)"),
        ({"embedding": None}, r"lstm_0.kernel: shape \(3, 16\) expected \(got \(2, 16\)\)"),
        ({"layers": []}, "layers: at least one"),
        ({"layers": [(zeros(2, 16), zeros(4, 16))]}, r"layers\[0\]: three arrays expected \(got 2\)"),
        (
            {"layers": [(zeros(2, 16), zeros(4, 15), zeros(16))]},
            r"lstm_0.recurrent_kernel: shape \(4, 16\) expected \(got \(4, 15\)\)",
        ),
        ({"layers": [(zeros(2, 0), zeros(0, 0), zeros(0))]}, r"lstm_0.recurrent_kernel: shape \(H, 4H\)"),
        ({"layers": [(zeros(2, 16), zeros(16), zeros(16))]}, r"lstm_0.recurrent_kernel: shape \(H, 4H\)"),
        (
            {"layers": [(zeros(2, 16), zeros(4, 16), zeros(4))]},
            r"lstm_0.bias: shape \(16,\) expected \(got \(4,\)\)",
        ),
        ({"dense_kernel": zeros(4, 3)}, r"dense.kernel: shape \(5, 3\) expected \(got \(4, 3\)\)"),
        ({"dense_bias": zeros(1, 3)}, r"dense.bias: shape \(3,\)"),
        ({"dense_bias": np.zeros(3)}, r"dense.bias: a float32 array expected \(got float64\)"),
        ({"dense_bias": [0, 0, 0]}, r"dense.bias: a float32 array expected \(got list\)"),
        ({"inputs": [zeros(4, 2), zeros(4, 3)]}, r"inputs_1: shape \(N, 2\) expected \(got \(4, 3\)\)"),
        ({"inputs": [zeros(0, 2)]}, r"inputs_0: shape \(N, 2\) expected \(got \(0, 2\)\)"),
        ({"inputs": [zeros(2)]}, r"inputs_0: shape \(N, 2\) expected \(got \(2,\)\)"),
        ({"inputs": [np.zeros((4, 2))]}, r"inputs_0: a float32 array expected \(got float64\)"),
        ({"inputs": [np.full((4, 2), np.nan, np.float32)]}, "inputs_0: finite"),
        (
            {"inputs": [zeros(4, 3)], "embedding": None, "layers": [(zeros(3, 20), zeros(5, 20), zeros(20))]},
            "inputs_0: only a model with an embedding",
        ),
        ({"dense_bias": np.full(3, np.nan, np.float32)}, "dense.bias: finite"),
        ({"embedding": np.full((3, 2), np.inf, np.float32)}, "embedding: finite"),
        ({"vocabulary": []}, "vocabulary: at least one"),
        ({"vocabulary": ["a", "b"]}, r"embedding: shape \(2, E\)"),
        ({"vocabulary": ["a", "b", "a"]}, "vocabulary: distinct"),
        ({"vocabulary": ["a", "b", 3]}, "vocabulary: strings"),
        ({"start": 3}, r"start: None or a token below 3 expected \(got 3\)"),
        ({"end": -1}, "end: None or a token"),
        ({"end": True}, "end: None or a token"),
    ],
)
def test_what_does_not_fit(change: dict[str, Any], message: str) -> None:
    """A ValueError with the array's name, the shape it should have and the one it has."""
    with pytest.raises(ValueError, match=message):
        LSTMWeights(**{**arguments(), **change})


def test_tables_of_further_inputs() -> None:
    """In order, read-only, none by default; not counted among a step's weights, as the embedding is not."""
    plain = LSTMWeights(**arguments())
    assert plain.inputs == ()
    tables = [np.full((4 + n, 2), n, np.float32) for n in range(12)]
    weights = LSTMWeights(**arguments(), inputs=tables)
    assert [len(table) for table in weights.inputs] == list(range(4, 16))
    assert all(np.array_equal(a, b) for a, b in zip(weights.inputs, tables, strict=True))
    assert weights.weights_per_token == plain.weights_per_token
    with pytest.raises(ValueError, match="read-only"):
        weights.inputs[0][0] = 1
