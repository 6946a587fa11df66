"""The file of a model: written and read back, or refused with a line."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from musegen import ArtifactError, SavedModel
from musegen.models.saved_model import read_about
from musegen.testing import example_job


def _saved(folder: Path) -> SavedModel:
    tensors = {"b": np.arange(6, dtype=np.float32).reshape(2, 3), "a": np.array([1], np.int64)}
    return SavedModel("mine-1", tensors, {"vocabulary": ["é", "b"]}, example_job(folder).about)


def test_it_comes_back_as_it_was(tmp_path: Path) -> None:
    """Arrays, settings, and what musegen needs to use the file alone."""
    saved = _saved(tmp_path)
    saved.write(tmp_path / "model")
    back = SavedModel.read(tmp_path / "model", "mine-1")
    assert (back.format, back.settings, back.about) == (saved.format, saved.settings, saved.about)
    assert back.tensors.keys() == saved.tensors.keys()
    for name, array in saved.tensors.items():
        assert back.tensors[name].dtype == array.dtype
        assert np.array_equal(back.tensors[name], array)
    assert read_about(tmp_path / "model") == saved.about


def test_equal_models_are_equal_bytes(tmp_path: Path) -> None:
    """Whatever the order in which arrays and settings were given."""
    saved = _saved(tmp_path)
    turned = SavedModel(
        "mine-1", dict(reversed(saved.tensors.items())), saved.settings, dict(reversed(saved.about.items()))
    )
    saved.write(tmp_path / "one")
    turned.write(tmp_path / "other")
    assert (tmp_path / "one").read_bytes() == (tmp_path / "other").read_bytes()


def test_anything_else_is_refused(tmp_path: Path) -> None:
    """A file that is missing, cut, another model's, or none at all: ArtifactError with its path."""
    _saved(tmp_path).write(tmp_path / "model")
    (tmp_path / "cut").write_bytes((tmp_path / "model").read_bytes()[:-5])
    (tmp_path / "text").write_text("nothing")
    for name, format in (("model", "other-1"), ("cut", "mine-1"), ("text", "mine-1"), ("nowhere", "mine-1")):
        with pytest.raises(ArtifactError, match=name):
            SavedModel.read(tmp_path / name, format)
