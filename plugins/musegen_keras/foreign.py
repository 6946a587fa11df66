"""Reads the weights of LSTM language models that were trained and saved elsewhere with Keras."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any
from zipfile import is_zipfile

import numpy as np

from musegen import ModelError, counted
from musegen_keras.backend import keras
from musegen_keras.foreign_code import code_in, weights_alone
from musegen_sampling import LSTMWeights

_NO_EFFECT = ("InputLayer", "Dropout", "SpatialDropout1D", "GaussianDropout", "GaussianNoise")
"""Keras layers that do nothing once the training is over."""
_EXPORTED = "Embedding, then LSTM layers, then Dense"


def read_keras(path: Path, symbols: Sequence[str] | None) -> LSTMWeights:
    """The weights of a saved ``keras.Sequential`` of Embedding, LSTM layers and Dense.

    Dropout is left out, and so is a softmax at the end. ``symbols``: what the tokens stand for; without them
    the tokens are numbered. Raises ModelError that says which layer cannot be expressed, and why.
    """
    if path.suffix.lower() == ".keras" and not is_zipfile(path):
        raise ModelError(
            f'{path}: is not a .keras file, which would be a zip archive; save it with model.save("x.keras")'
        )
    if weights_alone(path):
        raise ModelError(
            f"{path}: holds weights alone, and not the layers that they belong to; save the whole model "
            'where it was trained: model.save("x.keras")'
        )
    if code := code_in(path):
        raise ModelError(f"{path}: {code}; {_EXPORTED} can be exported")
    try:
        model = keras.saving.load_model(path, compile=False)
    except Exception as error:  # Keras raises anything for a file that is not a model
        cause = str(error).strip().splitlines()
        raise ModelError(
            f"{path}: Keras cannot load it ({cause[0] if cause else type(error).__name__})"
        ) from error
    if not isinstance(model, keras.Sequential):
        raise ModelError(f"{path}: is a {type(model).__name__}; a keras.Sequential can be exported")
    if not model.built:
        raise ModelError(f"{path}: has no weights yet; call or fit the model once before it is saved")
    layers = [layer for layer in model.layers if type(layer).__name__ not in _NO_EFFECT]
    if len(layers) > 1 and _is_softmax(layers[-1]):
        layers.pop()
    embedding = layers.pop(0) if layers and isinstance(layers[0], keras.layers.Embedding) else None
    dense = layers.pop() if layers and isinstance(layers[-1], keras.layers.Dense) else None
    others = [layer for layer in layers if type(layer) is not keras.layers.LSTM]
    # A Dense layer can be left over only because a layer after it is not one that may follow.
    others.sort(key=lambda layer: isinstance(layer, keras.layers.Dense))
    if dense is None or others or not layers:
        wrong = f'"{others[0].name}" is a {type(others[0]).__name__}' if others else "something is missing"
        raise ModelError(f"{path}: {wrong}; {_EXPORTED} can be exported")
    for layer in (*layers, dense, *([embedding] if embedding else [])):
        if fault := _fault(layer, last=layer is layers[-1]):
            raise ModelError(f'{path}: layer "{layer.name}" cannot be exported: {fault}')
    size = dense.units
    if symbols is not None and len(symbols) != size:
        raise ModelError(f"{path}: has {counted(size, 'token')}; the vocabulary has {len(symbols)}")
    try:
        return LSTMWeights(
            symbols or [f"<{token}>" for token in range(size)],
            None if embedding is None else _float32(embedding.embeddings),
            [_lstm(layer) for layer in layers],
            _float32(dense.kernel),
            _float32(dense.bias) if dense.use_bias else np.zeros(size, np.float32),
        )
    except ValueError as error:
        raise ModelError(f"{path}: {error}") from error


def _fault(layer: Any, last: bool) -> str:
    """The setting of a layer that a plain LSTM language model does not have, in words; else empty."""
    if isinstance(layer, keras.layers.LSTM):
        if layer.activation is not keras.activations.tanh:
            return f"its activation is {layer.activation.__name__}, not tanh"
        if layer.recurrent_activation is not keras.activations.sigmoid:
            return f"its recurrent activation is {layer.recurrent_activation.__name__}, not sigmoid"
        if layer.go_backwards:
            return "it goes backwards"
        if not (layer.return_sequences or last):
            return "it gives its last output alone to the next one"
    elif isinstance(layer, keras.layers.Embedding):
        if layer.mask_zero:
            return "it masks token 0"
    elif layer.activation not in (keras.activations.linear, keras.activations.softmax):
        return f"its activation is {layer.activation.__name__}, not softmax or none"
    return ""


def _is_softmax(layer: Any) -> bool:
    """Whether a layer only applies a softmax, or changes nothing at all."""
    if isinstance(layer, keras.layers.Activation):
        return layer.activation in (keras.activations.linear, keras.activations.softmax)
    return isinstance(layer, keras.layers.Softmax)


def _lstm(layer: Any) -> tuple[Any, Any, Any]:
    cell = layer.cell
    bias = _float32(cell.bias) if cell.use_bias else np.zeros(4 * cell.units, np.float32)
    return _float32(cell.kernel), _float32(cell.recurrent_kernel), bias


def _float32(variable: Any) -> Any:
    return np.array(variable.numpy(), np.float32)
