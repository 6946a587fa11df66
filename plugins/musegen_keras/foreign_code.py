"""Whether a saved Keras model asks for code to be run; musegen loads none that does."""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from zipfile import BadZipFile, ZipFile

from musegen import Bounds

_NOT_LOADED = {"compile_config", "training_config"}
"""How it was trained, which export does not look at."""


def code_in(path: Path) -> str:
    """The part of the model that is Python code, or of another module than Keras, in words; empty if none is.

    A file whose description cannot be read gives nothing: Keras does not load it either.
    """
    try:
        text = _description(path)
        if len(text) > Bounds.KERAS_DESCRIPTION:
            return f"describes itself in more than {Bounds.KERAS_DESCRIPTION >> 20} MiB"
        described = json.loads(text)
    except RecursionError:
        return "describes itself in too many layers"
    except (OSError, ValueError, KeyError, BadZipFile, RuntimeError, zlib.error):
        return ""
    for each in _objects(described):
        kind, module = each["class_name"], each.get("module")
        inner = each.get("config")
        name = inner.get("name", kind) if isinstance(inner, dict) else kind
        if kind in ("Lambda", "__lambda__"):
            return f'layer "{name}" is a Lambda, Python code in the file, and musegen runs none of a model'
        if isinstance(module, str) and module.partition(".")[0] != "keras":
            return f'"{name}" is a {kind} of the module {module}, and musegen runs no code but Keras\'s own'
    return ""


def weights_alone(path: Path) -> bool:
    """Whether a file holds the weights of a model without its layers, as ``model.save_weights`` writes it."""
    if path.suffix.lower() != ".h5":
        return False
    import h5py

    try:
        with h5py.File(path, "r") as opened:
            return "model_config" not in opened.attrs and len(opened) > 0
    except OSError:  # it is no HDF5 file at all
        return False


def _description(path: Path) -> str | bytes:
    """The model's layers as JSON."""
    if path.suffix.lower() == ".keras":
        with ZipFile(path) as archive, archive.open("config.json") as file:
            return file.read(Bounds.KERAS_DESCRIPTION + 1)
    import h5py

    with h5py.File(path, "r") as opened:
        described: str | bytes = opened.attrs["model_config"]
        return described


def _objects(described: Any) -> Iterator[dict[str, Any]]:
    """Every object that the description wants made, outer ones first."""
    waiting = [described]
    while waiting:
        each = waiting.pop()
        if isinstance(each, dict):
            if isinstance(each.get("class_name"), str):
                yield each
            waiting += [value for key, value in each.items() if key not in _NOT_LOADED]
        elif isinstance(each, list):
            waiting += each
