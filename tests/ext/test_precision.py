"""What weights are rounded to, what that does to a model, and which precision it is given."""

from __future__ import annotations

import functools
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, strategies as st

from helpers.random_model import SHAPES, random_weights
from helpers.readers import Following
from musegen_sampling import LSTMWeights, Sampler, calibrate
from musegen_sampling.precision import (
    bfloat16_words,
    from_bfloat16_words,
    int8_words,
    quantize,
)
from musegen_sampling.types import Floats

finite = st.floats(width=32, allow_nan=False, allow_infinity=False, allow_subnormal=False)


@given(st.lists(finite, min_size=1, max_size=9))
def test_bfloat16_is_near(values: list[float]) -> None:
    """Each weight within half a step of bfloat16, 2^-8 of it, and finite; a lone last row too."""
    column = np.array(values, np.float32)[:, np.newaxis]
    read = from_bfloat16_words(bfloat16_words(column), len(column))
    assert np.isfinite(read).all()
    assert (np.abs(read.astype(np.float64) - column) <= np.maximum(np.abs(column) * 2.0**-8, 1e-37)).all()


def test_bfloat16_rounds_to_even() -> None:
    """A tie goes to the even last bit."""
    halves = np.array([[1 + 2**-8], [0], [1 + 3 * 2**-8], [0]], np.float32)
    assert from_bfloat16_words(bfloat16_words(halves), 4)[::2, 0].tolist() == [1, 1 + 2**-6]


def test_int8_words_hold_four_rows() -> None:
    """Row 4g + i in byte i, rows of zeros behind the last."""
    values = np.array([[1], [-1], [127], [-127], [5]], np.int8)
    assert [hex(word) for word in int8_words(values)[:, 0]] == ["0x817fff01", "0x5"]


@given(st.lists(st.lists(finite, min_size=3, max_size=3), min_size=1, max_size=9))
def test_int8_is_near(rows: list[list[float]]) -> None:
    """Within half a step of the column's scale; the largest weight becomes 127; zeros stay zero."""
    matrix = np.array(rows, np.float32)
    values, scales = quantized = quantize(matrix)
    assert np.isfinite(scales).all()
    assert values.min() >= -127
    error = np.abs(quantized.floats().astype(np.float64) - matrix)
    largest = np.abs(matrix).max(axis=0)
    assert (error <= largest.astype(np.float64) / 127 * 0.5001 + 1e-28).all()
    assert (values[matrix == 0] == 0).all()
    assert all(np.abs(values[:, n]).max() == 127 for n in range(3) if largest[n] > 1e-20)


def log_probabilities(logits: Floats) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    """log softmax in float64."""
    below = logits.astype(np.float64) - logits.max(axis=1, keepdims=True)
    result: np.ndarray[tuple[int, int], np.dtype[np.float64]] = below - np.log(
        np.exp(below).sum(axis=1, keepdims=True)
    )
    return result


@pytest.mark.parametrize("shape", list(SHAPES.values())[:3], ids=list(SHAPES)[:3])
def test_low_precisions_stay_near(shape: tuple[int, int | None, tuple[int, ...]]) -> None:
    """KL divergence from fp32 over random steps; a wrong scale or a swapped byte gives far more."""
    weights = random_weights(*shape)
    tokens = np.random.default_rng(1).integers(0, shape[0], 300)
    exact = log_probabilities(Sampler(weights, precision="fp32").logits(tokens))
    for precision, bound in (("bf16", 1e-4), ("int8", 2e-3)):
        near = log_probabilities(Sampler(weights, precision=precision).logits(tokens))  # type: ignore[arg-type]
        divergence = (np.exp(exact) * (exact - near)).sum(axis=1)
        assert 0 < divergence.mean() < bound


@pytest.fixture
def tunes() -> list[list[int]]:
    """Tokens of some tunes."""
    generator = np.random.default_rng(3)
    return [generator.integers(0, 29, 80).tolist() for _ in range(6)]


def test_calibration_takes_the_fastest_that_loses_nothing(tunes: list[list[int]]) -> None:
    """int8 for a model that it does not hurt; the losses are those of nats()."""
    weights = random_weights(29, 8, (20, 12))
    assert Sampler(weights).precision == "fp32"
    found = calibrate(weights, tunes)
    assert found.losses is not None
    sampler = Sampler(found)
    assert sampler.precision == found.precision == "int8"
    assert found.losses["int8"] == pytest.approx(
        np.concatenate([sampler.nats(tune) for tune in tunes]).mean()
    )
    assert abs(found.losses["int8"] - found.losses["fp32"]) < 0.001


def test_calibration_leaves_what_int8_would_hurt(tunes: list[list[int]]) -> None:
    """Huge weights of a unit that is always silent leave nothing of the others in int8."""
    weights = random_weights(29, 8, (20, 12), scale=0.5)
    layers = []
    for layer in weights.layers:
        recurrent, bias = layer.recurrent_kernel.copy(), layer.bias.copy()
        recurrent[0], bias[3 * layer.units] = 1000, -80
        recurrent[:, 3 * layer.units] = 0
        layers.append((layer.kernel, recurrent, bias))
    crooked = LSTMWeights(
        weights.vocabulary, weights.embedding, layers, weights.dense_kernel, weights.dense_bias
    )
    found = calibrate(crooked, tunes)
    assert found.precision in ("fp32", "bf16")
    assert found.losses is not None
    assert found.losses["int8"] > found.losses["fp32"] + 0.001


def test_calibration_brings_int8_nearer(tunes: list[list[int]]) -> None:
    """The biases for int8 take away what rounding does to the mean."""
    weights = random_weights(29, 8, (60,), scale=0.5)
    tokens = tunes[0]
    exact = log_probabilities(Sampler(weights).logits(tokens))

    def distance(model: LSTMWeights) -> float:
        near = log_probabilities(Sampler(model, precision="int8").logits(tokens))
        return float((np.exp(exact) * (exact - near)).sum(axis=1).mean())

    assert distance(calibrate(weights, tunes)) < 0.9 * distance(weights)


def test_calibration_with_further_inputs(tunes: list[list[int]], tmp_path: Path) -> None:
    """What is measured, and the mean input that int8 biases make up for, include them; all of it is kept."""
    weights = random_weights(29, 8, (60,), scale=0.5, inputs=(9, 4))
    make = functools.partial(Following, 9, 4)
    exact = log_probabilities(Sampler(weights, inputs=make).logits(tunes[0]))

    def distance(model: LSTMWeights) -> float:
        near = log_probabilities(Sampler(model, precision="int8", inputs=make).logits(tunes[0]))
        return float((np.exp(exact) * (exact - near)).sum(axis=1).mean())

    found = calibrate(weights, tunes, inputs=make)
    assert distance(found) < 0.9 * distance(weights)
    assert found.losses is not None
    nats = Sampler(found, precision="int8", inputs=make).nats_many(tunes)
    assert found.losses["int8"] == pytest.approx(np.concatenate(nats).mean())
    for store in ("fp32", "int8"):
        found.save(tmp_path / store, store=store)
        loaded = LSTMWeights.load(tmp_path / store)
        assert all(np.array_equal(a, b) for a, b in zip(loaded.inputs, weights.inputs, strict=True))
        assert loaded.losses == found.losses
        assert distance(loaded) == distance(found)
    with pytest.raises(ValueError, match="inputs: a function that makes a reader"):
        calibrate(weights, tunes)
    with pytest.raises(ValueError, match="inputs: None expected"):
        calibrate(random_weights(29, 8, (6,)), tunes, inputs=make)


def test_nothing_to_measure() -> None:
    """Without tunes nothing is found, and fp32 is used."""
    weights = random_weights(5, 2, (3,))
    assert calibrate(weights, [[1], []]) is weights


def test_stored_in_int8(tmp_path: Path, tunes: list[list[int]]) -> None:
    """A quarter of the bytes, and the same tunes; the same file when it is saved again."""
    weights = calibrate(random_weights(29, 8, (200, 120), scale=0.1), tunes)
    files = {store: tmp_path / store for store in ("fp32", "int8")}
    weights.save(files["fp32"], {"a": 1}, store="fp32")
    weights.save(files["int8"], {"a": 1}, store="int8")
    small = LSTMWeights.load(files["int8"])
    assert files["int8"].stat().st_size < 0.28 * files["fp32"].stat().st_size
    assert {array.dtype.name for array in small.arrays.values()} == {"float32", "int8", "uint32"}
    assert (small.about, small.losses, small.precision) == ({"a": 1}, weights.losses, weights.precision)
    again = Sampler(LSTMWeights.load(files["fp32"]), precision="int8").logits(tunes[0])
    assert Sampler(small, precision="int8").logits(tunes[0]).tobytes() == again.tobytes()
    near = Sampler(small, precision="fp32").logits(tunes[0])
    np.testing.assert_allclose(near, again, atol=0.1)
    small.save(tmp_path / "again")
    assert (tmp_path / "again").read_bytes() == files["int8"].read_bytes()
    with pytest.raises(ValueError, match="int8 weights cannot become fp32"):
        small.save(tmp_path / "big", store="fp32")
    with pytest.raises(ValueError, match="fp32 expected"):
        calibrate(small, tunes)


def test_damaged_int8_is_refused(tmp_path: Path) -> None:
    """-128 has no counterpart and infinite weights no meaning."""
    weights = random_weights(5, 2, (3,))
    for name, value in (("lstm_0.kernel", -128), ("dense.kernel", 0x7F80)):
        weights.save(tmp_path / "m", store="int8")
        loaded = LSTMWeights.load(tmp_path / "m")
        array = loaded.arrays[name].copy()
        array.reshape(-1)[0] = value
        loaded.arrays[name] = array
        loaded.save(tmp_path / "damaged")
        with pytest.raises(ValueError, match=name):
            LSTMWeights.load(tmp_path / "damaged")


def test_unknown_precision() -> None:
    """Named, with what it may be."""
    with pytest.raises(ValueError, match="precision: auto, fp32, bf16, int8 expected"):
        Sampler(random_weights(3, 2, (2,)), precision="int4")  # type: ignore[arg-type]
