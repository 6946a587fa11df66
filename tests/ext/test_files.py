"""model.safetensors: what is written comes back, and nothing else gets in."""

from __future__ import annotations

import functools
import hashlib
import json
import os
import struct
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings, strategies as st
from safetensors import safe_open
from safetensors.numpy import save

from helpers.random_model import SHAPES, random_weights
from helpers.readers import Following
from musegen_sampling import LSTMWeights, Sampler
from musegen_sampling.weights import Store


@pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES.keys())
def test_round_trip(shape: tuple[int, int | None, tuple[int, ...]], tmp_path: Path) -> None:
    """Every array, symbol and token, and what the caller wants remembered."""
    weights = random_weights(*shape, end=0)
    about = {"tokenizer": {"name": "char", "version": 1}, "é": [1.5, None, "\ud800"]}
    weights.save(tmp_path / "model.safetensors", about)
    loaded = LSTMWeights.load(tmp_path / "model.safetensors")
    assert loaded.arrays.keys() == weights.arrays.keys()
    assert all(np.array_equal(array, weights.arrays[name]) for name, array in loaded.arrays.items())
    assert (loaded.vocabulary, loaded.start, loaded.end) == (weights.vocabulary, None, 0)
    assert loaded.about == about


@pytest.mark.parametrize("store", ["fp32", "int8"])
def test_tables_of_further_inputs_come_back(store: Store, tmp_path: Path) -> None:
    """In float32 and in order, whatever the matrices are stored as; the same file when it is saved again."""
    weights = random_weights(7, 5, (9,), inputs=tuple(range(3, 15)))
    weights.save(tmp_path / "m", store=store)
    loaded = LSTMWeights.load(tmp_path / "m")
    assert [table.dtype for table in loaded.inputs] == [np.float32] * 12
    assert all(np.array_equal(a, b) for a, b in zip(loaded.inputs, weights.inputs, strict=True))
    loaded.save(tmp_path / "again")
    assert (tmp_path / "again").read_bytes() == (tmp_path / "m").read_bytes()
    make = functools.partial(Following, *range(3, 15))
    drawn = Sampler.load(tmp_path / "m", precision="int8", inputs=make).generate([1], 50)
    assert drawn.tolist() == Sampler(weights, precision="int8", inputs=make).generate([1], 50).tolist()
    with pytest.raises(ValueError, match="inputs: a function that makes a reader"):
        Sampler.load(tmp_path / "m")


def content(path: Path) -> str:
    """A digest of what the file holds: metadata, names, types, shapes and values."""
    digest = hashlib.sha256()
    with safe_open(path, framework="numpy") as file:
        digest.update(file.metadata()["musegen"].encode())
        for name in sorted(file.keys()):
            array = file.get_tensor(name)
            digest.update(f"{name} {array.dtype} {array.shape}".encode() + array.tobytes())
    return digest.hexdigest()[:16]


def test_file_without_further_inputs_is_as_before(tmp_path: Path) -> None:
    """What it was when no model had any."""
    weights = random_weights(7, 5, (9,), end=0)
    for store, expected in (("fp32", "2bac8123459ee9e4"), ("int8", "a02e8584c67460f2")):
        weights.save(tmp_path / "m", {"a": 1}, store=store)
        assert content(tmp_path / "m") == expected


def test_file_is_a_function_of_its_content(tmp_path: Path) -> None:
    """Equal bytes, also after a round trip and for another order of keys; no other file is left behind."""
    weights = random_weights(7, 5, (9,))
    weights.save(tmp_path / "a", {"x": 1, "y": 2})
    weights.save(tmp_path / "b", {"y": 2, "x": 1})
    LSTMWeights.load(tmp_path / "a").save(tmp_path / "c")
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes() == (tmp_path / "c").read_bytes()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a", "b", "c"]


def test_sampler_loads_a_file(tmp_path: Path) -> None:
    """Sampler.load draws what a Sampler of the same weights draws."""
    weights = random_weights(7, 5, (9,))
    weights.save(tmp_path / "m")
    assert (
        Sampler.load(tmp_path / "m").generate([1], 50).tolist() == Sampler(weights).generate([1], 50).tolist()
    )


def test_about_must_be_json(tmp_path: Path) -> None:
    """Refused before anything is written."""
    for about in ({"x": float("nan")}, {"x": object()}):
        with pytest.raises(ValueError, match="about: a JSON object expected"):
            random_weights(2, 2, (2,)).save(tmp_path / "m", about)
    assert not list(tmp_path.iterdir())


def test_failed_write_keeps_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A full disk leaves what was there, and no fragment."""

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    random_weights(2, 2, (2,)).save(tmp_path / "m")
    before = (tmp_path / "m").read_bytes()
    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        random_weights(3, 2, (2,)).save(tmp_path / "m")
    assert (tmp_path / "m").read_bytes() == before
    assert len(list(tmp_path.iterdir())) == 1


def test_file_that_cannot_be_read(tmp_path: Path) -> None:
    """Missing files and folders are OSErrors, as everywhere."""
    with pytest.raises(FileNotFoundError):
        LSTMWeights.load(tmp_path / "none")
    with pytest.raises(OSError, match="directory"):
        LSTMWeights.load(tmp_path)


def valid() -> tuple[dict[str, Any], dict[str, Any]]:
    """Arrays and metadata of a correct file, to be spoilt."""
    weights = random_weights(4, 3, (2,))
    shapes = {name: list(array.shape) for name, array in weights.arrays.items()}
    fields = {"about": None, "end": 0, "format": 1, "gate_order": "ifco", "shapes": shapes, "start": None}
    return dict(weights.arrays), {**fields, "vocabulary": list(weights.vocabulary)}


def refused(path: Path, content: bytes, message: str = ".") -> None:
    """Asserts that loading fails with one line that names the file and what is wrong."""
    path.write_bytes(content)
    with pytest.raises(ValueError, match=message) as error:
        LSTMWeights.load(path)
    assert str(error.value).startswith(f"{path}: not a model file of musegen: ")
    assert "\n" not in str(error.value)


def with_header(header: dict[str, Any] | bytes, body: bytes = b"") -> bytes:
    """A safetensors file with any header."""
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return struct.pack("<Q", len(text)) + text + body


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"PK\x03\x04 a zip archive, and not a small one",
        b"\xff" * 64,
        struct.pack("<Q", 2**63) + b"{}",
        with_header(b"{" * 5000),
        with_header({"a": {"dtype": "F32", "shape": [-1, 4], "data_offsets": [0, 16]}}, bytes(16)),
        with_header({"a": {"dtype": "F32", "shape": [2**62, 2**62], "data_offsets": [0, 16]}}, bytes(16)),
        with_header({"a": {"dtype": "F32", "shape": [2**40], "data_offsets": [0, 2**42]}}, bytes(16)),
        with_header({"a": {"dtype": "F32", "shape": [4], "data_offsets": [16, 0]}}, bytes(16)),
        with_header({"a": {"dtype": "F99", "shape": [4], "data_offsets": [0, 16]}}, bytes(16)),
    ],
)
def test_what_is_no_safetensors(content: bytes, tmp_path: Path) -> None:
    """Truncated and hostile headers: sizes that do not fit, negative and huge shapes."""
    refused(tmp_path / "m", content)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"format": 2}, r"format: 1 expected \(got 2\)"),
        ({"format": None}, "format: 1 expected"),
        ({"gate_order": "ifoc"}, "gate_order: 'ifco' expected"),
        ({"surprise": 1}, "'surprise' is unknown"),
        ({"vocabulary": ["a", "b"]}, r"embedding: shape \(2, E\)"),
        ({"vocabulary": "abcd"}, "vocabulary: a list"),
        ({"vocabulary": [1, 2, 3, 4]}, "vocabulary: strings"),
        ({"vocabulary": ["a", "a", "b", "c"]}, "vocabulary: distinct"),
        ({"start": 4}, "start: None or a token below 4"),
        ({"end": -1}, "end: None or a token below 4"),
        ({"end": 0.5}, "end: None or a token below 4"),
        ({"shapes": {}}, "shapes: the metadata has others"),
        ({"about": [1]}, "about: an object or null"),
    ],
)
def test_metadata_that_does_not_fit(change: dict[str, Any], message: str, tmp_path: Path) -> None:
    """Named, with what is expected."""
    arrays, metadata = valid()
    refused(tmp_path / "m", save(arrays, {"musegen": json.dumps(metadata | change)}), message)


@pytest.mark.parametrize(
    ("metadata", "message"),
    [
        (None, 'no metadata key "musegen"'),
        ({"other": "{}"}, 'no metadata key "musegen"'),
        ({"musegen": "{"}, "Expecting"),
        ({"musegen": "[]"}, "a JSON object expected"),
        ({"musegen": '{"format": NaN}'}, "NaN"),
        ({"musegen": "[" * 100_000}, "nested too deeply"),
        ({"musegen": '{"format":1,"gate_order":"ifco"}'}, "'about' is missing"),
    ],
)
def test_foreign_metadata(metadata: dict[str, str] | None, message: str, tmp_path: Path) -> None:
    """A safetensors file of another program is refused, whatever its arrays."""
    refused(tmp_path / "m", save(valid()[0], metadata), message)


@pytest.mark.parametrize(
    ("name", "array", "message"),
    [
        ("dense.bias", np.zeros(4), r"dense.bias: float32 expected \(got F64\)"),
        ("dense.bias", np.zeros((4, 1), np.float32), r"dense.bias: shape \(4,\) expected \(got \(4, 1\)\)"),
        ("dense.bias", np.full(4, np.nan, np.float32), "dense.bias: finite"),
        ("dense.bias", None, "dense.bias: missing"),
        ("lstm_0.bias", None, "lstm_0.bias: missing"),
        ("lstm_7.bias", np.zeros(4, np.float32), "lstm_7.bias: belongs to no layer"),
        ("inputs_0", np.zeros((3, 2), np.float32), r"inputs_0: shape \(N, 3\) expected \(got \(3, 2\)\)"),
        ("inputs_0", np.zeros((0, 3), np.float32), r"inputs_0: shape \(N, 3\) expected \(got \(0, 3\)\)"),
        ("inputs_0", np.zeros((1, 1, 3), np.float32), r"inputs_0: shape \(N, 3\)"),
        ("inputs_0", np.zeros((4, 3), np.int8), r"inputs_0: float32 expected \(got I8\)"),
        ("inputs_1", np.zeros((4, 3), np.float32), "inputs_0: missing"),
        ("inputs_00", np.zeros((4, 3), np.float32), "inputs_0: missing"),
        ("inputs", np.zeros((4, 3), np.float32), "inputs: belongs to no layer"),
        (
            "lstm_0.recurrent_kernel",
            np.zeros((0, 0), np.float32),
            r"lstm_0.recurrent_kernel: shape \(H, 4H\)",
        ),
    ],
)
def test_arrays_that_do_not_fit(name: str, array: Any, message: str, tmp_path: Path) -> None:
    """Named, with both shapes."""
    arrays, metadata = valid()
    arrays = {key: value for key, value in (arrays | {name: array}).items() if value is not None}
    refused(tmp_path / "m", save(arrays, {"musegen": json.dumps(metadata)}), message)


def test_inputs_that_are_no_numbers(tmp_path: Path) -> None:
    """Refused by name, in a file whose shapes are right."""
    for value in (np.nan, np.inf):
        weights = random_weights(4, 3, (2,), inputs=(5, 6))
        weights.arrays["inputs_1"] = np.full((6, 3), value, np.float32)
        weights.save(tmp_path / "damaged")
        refused(tmp_path / "m", (tmp_path / "damaged").read_bytes(), "inputs_1: finite")


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    cut=st.integers(0, 2000), edits=st.lists(st.tuples(st.integers(0, 2000), st.integers(0, 255)), max_size=4)
)
def test_any_damage_is_refused_or_harmless(cut: int, edits: list[tuple[int, int]], tmp_path: Path) -> None:
    """Cut anywhere, or any bytes changed: a ValueError in one line, or weights that can be sampled from."""
    arrays, metadata = valid()
    content = bytearray(save(arrays, {"musegen": json.dumps(metadata)}))
    for at, byte in edits:
        content[at % len(content)] = byte
    path = tmp_path / "m"
    path.write_bytes(content[: max(len(content) - cut, 0)] if cut % 3 else content)
    reason = None
    try:
        tokens = Sampler.load(path).generate([1], 3, seed=1)
    except ValueError as error:
        reason = str(error)
    if reason is None:
        assert len(tokens) <= 3
    else:
        assert reason.startswith(f"{path}: ")
        assert "\n" not in reason
