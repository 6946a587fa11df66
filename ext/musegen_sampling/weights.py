"""The weights of a stacked LSTM language model."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from musegen_sampling import files
from musegen_sampling.shapes import check_shapes, check_vocabulary, depth, layer_names
from musegen_sampling.types import Floats


class LSTMLayer(NamedTuple):
    """One layer as Keras ``LSTM.get_weights()`` gives it: columns are the gates i, f, c, o, H each."""

    kernel: Floats
    """float32 (I, 4H)"""
    recurrent_kernel: Floats
    """float32 (H, 4H)"""
    bias: Floats
    """float32 (4H,)"""

    @property
    def units(self) -> int:
        """H."""
        return int(self.recurrent_kernel.shape[0])


class LSTMWeights:
    """Embedding → LSTM layers → Dense over a vocabulary of V symbols, as Keras layers compute them.

    ``embedding``: float32 (V, E), or None for one-hot input. ``layers``: ``(kernel, recurrent_kernel, bias)``
    each, float32 (I, 4H), (H, 4H), (4H,), gates i, f, c, o, where I is E (V without embedding) and then H of
    the layer below. ``dense_kernel``: float32 (H, V) with the last layer's H; ``dense_bias``: float32 (V,).
    ``start`` and ``end``: the tokens that open and close a tune, or None. Arrays are copied and read-only.

    Raises ValueError, naming the array and both shapes, for whatever does not fit, and for NaN and infinity.
    """

    def __init__(
        self,
        vocabulary: Sequence[str],
        embedding: Floats | None,
        layers: Sequence[tuple[Floats, Floats, Floats]],
        dense_kernel: Floats,
        dense_bias: Floats,
        *,
        start: int | None = None,
        end: int | None = None,
    ) -> None:
        arrays = {} if embedding is None else {"embedding": embedding}
        for number, layer in enumerate(layers):
            if len(layer) != 3:
                raise ValueError(f"layers[{number}]: three arrays expected (got {len(layer)})")
            arrays |= dict(zip(layer_names(number), layer, strict=True))
        arrays |= {"dense.kernel": dense_kernel, "dense.bias": dense_bias}
        for name, array in arrays.items():
            found = getattr(array, "dtype", type(array).__name__)
            if not isinstance(array, np.ndarray) or found != np.float32:
                raise ValueError(f"{name}: a float32 array expected (got {found})")
        check_vocabulary(tuple(vocabulary), start, end)
        check_shapes({name: array.shape for name, array in arrays.items()}, len(vocabulary))

        self.vocabulary = tuple(vocabulary)
        self.start = start
        self.end = end
        self.about: dict[str, Any] | None = None
        """What was given to ``save(path, about=...)``, if these weights come from a file."""
        self.arrays = {name: _frozen(name, array) for name, array in arrays.items()}
        """Every array, under the name that it has in the file."""
        self.embedding = self.arrays.get("embedding")
        self.layers = tuple(LSTMLayer(*layer) for layer in _layers(self.arrays))
        self.dense_kernel = self.arrays["dense.kernel"]
        self.dense_bias = self.arrays["dense.bias"]

    @property
    def floats_per_token(self) -> int:
        """Weights read in a step once the first kernel is folded into a token table: what a step costs."""
        recurrent = sum(layer.recurrent_kernel.size for layer in self.layers)
        return recurrent + sum(layer.kernel.size for layer in self.layers[1:]) + self.dense_kernel.size

    def save(self, path: str | os.PathLike[str], about: Mapping[str, Any] | None = None) -> None:
        """Writes one safetensors file, a function of weights, vocabulary, start, end and ``about`` alone.

        ``about``: a JSON object that belongs to the model; None keeps ``self.about``. The file appears whole
        or not at all. Raises ValueError if ``about`` is not JSON, OSError.
        """
        metadata = {
            "about": self.about if about is None else about,
            "end": self.end,
            "start": self.start,
            "vocabulary": self.vocabulary,
        }
        files.write(Path(path), self.arrays, metadata)

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> LSTMWeights:
        """Reads a file that ``save`` wrote.

        Raises ValueError with one line for any other file, before anything large is allocated, OSError.
        """
        try:
            arrays, metadata = files.read(Path(path))
            weights = cls(
                metadata["vocabulary"],
                arrays.get("embedding"),
                _layers(arrays),
                arrays["dense.kernel"],
                arrays["dense.bias"],
                start=metadata["start"],
                end=metadata["end"],
            )
        except ValueError as error:
            reason = " ".join(str(error).split())
            raise ValueError(f"{path}: not a model file of musegen: {reason}") from None
        weights.about = metadata["about"]
        return weights


def _layers(arrays: dict[str, Floats]) -> list[tuple[Floats, Floats, Floats]]:
    names = map(layer_names, range(depth(arrays)))
    return [(arrays[kernel], arrays[recurrent], arrays[bias]) for kernel, recurrent, bias in names]


def _frozen(name: str, array: Floats) -> Floats:
    if not np.isfinite(array).all():
        raise ValueError(f"{name}: finite weights expected (got NaN or infinity)")
    copy = np.array(array, order="C")
    copy.flags.writeable = False
    return copy
