"""Keras models that were trained elsewhere."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from musegen import ArtifactError, ModelError, MusegenError, export
from musegen.commands.main import main
from musegen_sampling import LSTMWeights, Sampler

pytest.importorskip("tensorflow")
from musegen_keras.backend import keras

layers = keras.layers
TEXT = "X:1\nT:a jig\nK:D\n"
SYMBOLS = sorted(set(TEXT))


def saved(path: Path, *parts: Any) -> Any:
    """A Sequential in a file, built for tokens one after the other."""
    model = keras.Sequential([keras.Input((None,), dtype="int32"), *parts])
    model.save(path)
    return model


@pytest.mark.parametrize("suffix", [".keras", ".h5"])
def test_a_model_of_a_tutorial_is_exported(suffix: str, tmp_path: Path) -> None:
    """Two layers, dropout, softmax: the sampler's logits are Keras's up to a constant."""
    keras.utils.set_random_seed(1)
    model = saved(
        tmp_path / f"tutorial{suffix}",
        layers.Embedding(len(SYMBOLS), 5),
        layers.LSTM(6, return_sequences=True, recurrent_initializer="glorot_uniform"),
        layers.Dropout(0.5),
        layers.LSTM(7, return_sequences=True, use_bias=False),
        layers.Dense(len(SYMBOLS), activation="softmax"),
    )
    (tmp_path / "songs.txt").write_text(TEXT)
    export(
        tmp_path / f"tutorial{suffix}", tmp_path / "m.safetensors", "fp32", vocabulary=tmp_path / "songs.txt"
    )
    sampler = Sampler.load(tmp_path / "m.safetensors", precision="fp32")
    assert list(sampler.weights.vocabulary) == SYMBOLS
    tokens = np.random.default_rng(2).integers(0, len(SYMBOLS), 50).astype(np.int32)
    logits = sampler.logits(tokens)
    expected = np.log(np.asarray(model(tokens[np.newaxis]))[0])
    difference = logits - expected
    assert np.abs(difference - difference.mean(1, keepdims=True)).max() < 1e-5


def test_a_model_without_vocabulary_has_numbers(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The command line says how large it is; int8 unless asked otherwise."""
    saved(tmp_path / "m.keras", layers.Embedding(9, 4), layers.LSTM(8, stateful=False), layers.Dense(9))
    assert main(["export", str(tmp_path / "m.keras"), "-o", str(tmp_path / "m.safetensors")]) == 0
    weights = LSTMWeights.load(tmp_path / "m.safetensors")
    assert weights.vocabulary[:2] == ("<0>", "<1>")
    assert "bytes" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("parts", "reason"),
    [
        (lambda: [layers.Embedding(9, 4), layers.GRU(8), layers.Dense(9)], "is a GRU; Embedding"),
        (lambda: [layers.Embedding(9, 4), layers.LSTM(8)], "something is missing"),
        (
            lambda: [layers.Embedding(9, 4), layers.LSTM(8, activation="relu"), layers.Dense(9)],
            "is relu, not tanh",
        ),
        (
            lambda: [layers.Embedding(9, 4), layers.LSTM(8, recurrent_activation="tanh"), layers.Dense(9)],
            "recurrent activation is tanh",
        ),
        (lambda: [layers.Embedding(9, 4), layers.LSTM(8, go_backwards=True), layers.Dense(9)], "backwards"),
        (lambda: [layers.Embedding(9, 4, mask_zero=True), layers.LSTM(8), layers.Dense(9)], "masks token 0"),
        (
            lambda: [layers.Embedding(9, 4), layers.LSTM(8), layers.Dense(9, activation="relu")],
            "is relu, not",
        ),
        (
            lambda: [layers.Embedding(9, 4), layers.Bidirectional(layers.LSTM(8)), layers.Dense(9)],
            "is a Bidirectional",
        ),
        (lambda: [layers.Embedding(7, 4), layers.LSTM(8), layers.Dense(9)], r"7.*9|9.*7"),
        (
            lambda: [layers.Embedding(9, 4), layers.LSTM(8), layers.Dense(9), layers.Activation("relu")],
            "is a Activation|is an Activation",
        ),
    ],
)
def test_what_cannot_be_expressed_is_refused(parts: Any, reason: str, tmp_path: Path) -> None:
    """In one line, with the layer and why; nothing is written."""
    saved(tmp_path / "m.keras", *parts())
    with pytest.raises(ModelError, match=reason) as caught:
        export(tmp_path / "m.keras", tmp_path / "m.safetensors")
    assert "\n" not in str(caught.value)
    assert not (tmp_path / "m.safetensors").exists()


def test_a_softmax_of_its_own_counts_for_nothing(tmp_path: Path) -> None:
    """As a layer behind Dense."""
    parts = [layers.Embedding(9, 4), layers.LSTM(8, return_sequences=True), layers.Dense(9)]
    logits = saved(tmp_path / "plain.keras", *parts)
    for number, softmax in enumerate((layers.Activation("softmax"), layers.Softmax())):
        saved(tmp_path / "m.keras", *parts, softmax)
        export(tmp_path / "m.keras", tmp_path / f"{number}.safetensors", "fp32")
        tokens = np.array([1, 2, 3], np.int32)
        found = Sampler.load(tmp_path / f"{number}.safetensors", precision="fp32").logits(tokens)
        assert np.abs(found - np.asarray(logits(tokens[np.newaxis]))[0]).max() < 1e-5


def test_a_model_without_weights_is_refused(tmp_path: Path) -> None:
    """One that was saved before it was ever called."""
    keras.Sequential([layers.Embedding(9, 4), layers.LSTM(8), layers.Dense(9)]).save(tmp_path / "m.keras")
    with pytest.raises(ModelError, match="no weights yet"):
        export(tmp_path / "m.keras", tmp_path / "out")


def test_a_file_that_is_no_model_is_refused(tmp_path: Path) -> None:
    """Missing, nonsense, a functional model, a vocabulary of another size or none at all."""
    with pytest.raises(ArtifactError, match="no such file"):
        export(tmp_path / "none.keras", tmp_path / "out")
    (tmp_path / "bad.keras").write_bytes(b"nonsense")
    with pytest.raises(ModelError, match=r"bad\.keras: is not a \.keras file"):
        export(tmp_path / "bad.keras", tmp_path / "out")
    inputs = keras.Input((3,))
    keras.Model(inputs, layers.Dense(2)(inputs)).save(tmp_path / "f.keras")
    with pytest.raises(ModelError, match=r"a keras\.Sequential can be exported"):
        export(tmp_path / "f.keras", tmp_path / "out")
    saved(tmp_path / "m.keras", layers.Embedding(9, 4), layers.LSTM(8), layers.Dense(9))
    wrong = ((json.dumps(["a"]), "has 9 tokens"), ("{", "is not valid JSON"), ("[1]", "not a list"))
    for content, reason in wrong:
        (tmp_path / "v.json").write_text(content)
        with pytest.raises(MusegenError, match=reason):
            export(tmp_path / "m.keras", tmp_path / "out", vocabulary=tmp_path / "v.json")
    assert not (tmp_path / "out").exists()


def test_weights_alone_are_no_model(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """One line says to save the whole model, whichever command is given the file."""
    model = saved(tmp_path / "m.keras", layers.Embedding(9, 4), layers.LSTM(8), layers.Dense(9))
    file = tmp_path / "m.weights.h5"
    model.save_weights(file)
    for words in (["export", str(file), "-o", str(tmp_path / "out")], ["sample", str(file)]):
        assert main(words) == 2
        line = capsys.readouterr().err
        assert line.startswith(f"{file}: ")
        assert 'model.save("x.keras")' in line
        assert line.count("\n") == 1


@pytest.mark.parametrize("suffix", [".keras", ".h5"])
def test_code_in_a_model_is_never_run(suffix: str, tmp_path: Path) -> None:
    """A Lambda layer is Python code in the file: it is refused by name, in one line that says why."""
    ran, file = tmp_path / "ran", str(tmp_path / "ran")
    parts = [layers.Embedding(9, 4), layers.LSTM(8), layers.Dense(9)]
    saved(tmp_path / f"m{suffix}", *parts, layers.Lambda(lambda x: (Path(file).touch(), x)[1], name="sly"))
    ran.unlink(missing_ok=True)  # Keras ran it when the model was built
    with pytest.raises(ModelError) as caught:
        export(tmp_path / f"m{suffix}", tmp_path / "m.safetensors")
    assert str(caught.value) == (
        f'{tmp_path / f"m{suffix}"}: layer "sly" is a Lambda, Python code in the file, and musegen runs '
        "none of a model; Embedding, then LSTM layers, then Dense can be exported"
    )
    assert not ran.exists()
    assert not (tmp_path / "m.safetensors").exists()


def test_a_model_that_names_another_module_is_refused(tmp_path: Path) -> None:
    """Whatever Keras would do with it; how the model was trained does not matter."""
    model = saved(tmp_path / "m.keras", layers.Embedding(9, 4), layers.LSTM(8), layers.Dense(9))
    model.compile(loss=lambda wanted, found: wanted - found)
    model.save(tmp_path / "m.keras")
    export(tmp_path / "m.keras", tmp_path / "m.safetensors")
    with zipfile.ZipFile(tmp_path / "m.keras") as archive:
        contents = {name: archive.read(name) for name in archive.namelist()}
    config = json.loads(contents["config.json"])
    config["config"]["layers"][1] |= {"module": "subprocess", "class_name": "Popen"}
    with zipfile.ZipFile(tmp_path / "sly.keras", "w") as archive:
        for name, content in {**contents, "config.json": json.dumps(config)}.items():
            archive.writestr(name, content)
    with pytest.raises(ModelError, match="a Popen of the module subprocess, and musegen runs no code but"):
        export(tmp_path / "sly.keras", tmp_path / "out")
