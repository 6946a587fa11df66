"""The weights of a stacked LSTM language model."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any, Literal, NamedTuple, TypeAlias

import numpy as np

from musegen_sampling import files
from musegen_sampling.precision import (
    Precision,
    Quantized,
    Words,
    bfloat16_words,
    from_bfloat16_words,
    quantize,
)
from musegen_sampling.shapes import (
    MEMORY,
    SCALES,
    check_shapes,
    check_vocabulary,
    depth,
    inputs_name,
    inputs_names,
    int8_bias_name,
    layer_names,
    stored_as,
)
from musegen_sampling.types import Array, Floats

Store: TypeAlias = Literal["fp32", "int8"]
"""The type in which a file holds the matrices."""


class LSTMLayer(NamedTuple):
    """One layer as Keras ``LSTM.get_weights()`` gives it: its columns are the gates i, f, c, o, H each."""

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
    ``start`` and ``end``: the tokens that open and close a tune, or None. ``inputs``: tables of further
    inputs, float32 (N, E), each with an N ≥ 1 of its own; for each token that is fed, a row of every table is
    added to the token's row of the embedding (inputs.py says who picks it). ``memory``: float32 (33,), the
    share of a memory of the tune so far in each prediction, by the length of its match (memory.py), from 0
    and below 1, the first 0; None: the model has no memory. Arrays are copied and read-only.

    Raises ValueError for NaN and infinity, and, naming the array and both shapes, for arrays that do not fit.
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
        inputs: Sequence[Floats] = (),
        memory: Floats | None = None,
    ) -> None:
        arrays = {} if embedding is None else {"embedding": embedding}
        for number, layer in enumerate(layers):
            if len(layer) != 3:
                raise ValueError(f"layers[{number}]: three arrays expected (got {len(layer)})")
            arrays |= dict(zip(layer_names(number), layer, strict=True))
        arrays |= {"dense.kernel": dense_kernel, "dense.bias": dense_bias}
        arrays |= {inputs_name(number): table for number, table in enumerate(inputs)}
        arrays |= {} if memory is None else {MEMORY: memory}
        for name, array in arrays.items():
            found = getattr(array, "dtype", type(array).__name__)
            if not isinstance(array, np.ndarray) or found != np.float32:
                raise ValueError(f"{name}: a float32 array expected (got {found})")
        check_vocabulary(tuple(vocabulary), start, end)
        check_shapes({name: array.shape for name, array in arrays.items()}, len(vocabulary))
        copies = {name: np.array(array, order="C") for name, array in arrays.items()}
        self._take(copies, "fp32", tuple(vocabulary), start, end)

    def _take(
        self,
        arrays: dict[str, Array],
        store: Store,
        vocabulary: tuple[str, ...],
        start: int | None,
        end: int | None,
    ) -> None:
        """Take these arrays, whose shapes are right, as the model's."""
        for name, array in arrays.items():
            _check_values(name, array)
            array.flags.writeable = False
        self.arrays = arrays
        """Every array, under the name and in the type that it has in a file of this store."""
        self.store: Store = store
        self.vocabulary = vocabulary
        self.start = start
        self.end = end
        self.precision: Precision | None = None
        """The precision that a Sampler takes by default; None before calibration.calibrate measured it."""
        self.losses: dict[Precision, float] | None = None
        """The measured loss of each precision in nats a token."""
        self.about: dict[str, Any] | None = None
        """The object given to ``save(path, about=...)``, if these weights come from a file."""

    @cached_property
    def units(self) -> tuple[int, ...]:
        """H of each layer."""
        names = [layer_names(number)[1] for number in range(depth(self.arrays))]
        return tuple(len(self.arrays[name]) for name in names)

    @property
    def embedding(self) -> Floats | None:
        """float32 (V, E), or None for one-hot input."""
        return self.arrays.get("embedding")

    @property
    def inputs(self) -> tuple[Floats, ...]:
        """The tables of further inputs, float32 (N, E) each."""
        return tuple(self.arrays[name] for name in inputs_names(self.arrays))

    @property
    def memory(self) -> Floats | None:
        """float32 (33,), the shares of a memory of the tune so far; None where the model has none."""
        return self.arrays.get(MEMORY)

    @property
    def layers(self) -> tuple[LSTMLayer, ...]:
        """The layers in float32; converted each time where they are stored in int8."""
        names = map(layer_names, range(len(self.units)))
        return tuple(LSTMLayer(*(self.floats(name) for name in layer)) for layer in names)

    def bias(self, number: int, precision: Precision) -> Floats:
        """A layer's bias, float32 (4H,), as a model of this precision has it."""
        names = [int8_bias_name(number)] * (precision == "int8") + [layer_names(number)[2]]
        return next(self.arrays[name] for name in names if name in self.arrays)

    @property
    def dense_kernel(self) -> Floats:
        """float32 (H, V); converted each time where it is stored in bfloat16."""
        return self.floats("dense.kernel")

    @property
    def dense_bias(self) -> Floats:
        """float32 (V,)"""
        return self.arrays["dense.bias"]

    def floats(self, name: str) -> Floats:
        """An array in float32, whatever it is stored as."""
        array: Floats = self.arrays[name]
        if stored_as(name, self.store) == "int8":
            return self.quantized(name).floats()
        if stored_as(name, self.store) == "uint32":
            return from_bfloat16_words(self.arrays[name], self.units[-1])
        return array

    def quantized(self, name: str) -> Quantized:
        """A matrix of an LSTM layer in int8."""
        if self.store == "int8":
            return Quantized(self.arrays[name], self.arrays[name + SCALES])
        return quantize(self.arrays[name])

    def dense_words(self) -> Words:
        """The dense kernel in bfloat16 (ceil(H / 2), V), two rows in a word."""
        kernel = self.arrays["dense.kernel"]
        return kernel if self.store == "int8" else bfloat16_words(kernel)

    def input_kernel(self, precision: Precision) -> Floats:
        """The first layer's kernel (E or V, 4H) as a model of this precision has it."""
        name = layer_names(0)[0]
        return self.quantized(name).floats() if precision == "int8" else self.floats(name)

    @property
    def weights_per_token(self) -> int:
        """Number of weights that a step reads, with the first kernel folded into the tables."""
        below = (0, *self.units)
        inner = sum(4 * units * (units + inputs) for units, inputs in zip(self.units, below, strict=False))
        return inner + self.units[-1] * len(self.vocabulary)

    def save(
        self,
        path: str | os.PathLike[str],
        about: Mapping[str, Any] | None = None,
        store: Store | None = None,
    ) -> None:
        """Write one safetensors file; weights, vocabulary, start, end and ``about`` decide its bytes.

        ``about``: a JSON object that belongs to the model; None keeps ``self.about``. ``store``: "int8" is a
        quarter as large as "fp32" and samples the same tunes in int8, but the rounding is lost for the other
        precisions; None keeps ``self.store``. The file appears whole or not at all. Raises ValueError if
        ``about`` is not JSON or int8 was to become fp32, and OSError.
        """
        store = store or self.store
        if store == "fp32" and self.store == "int8":
            raise ValueError("store: int8 weights cannot become fp32 again; export the model they came from")
        metadata = {
            "about": self.about if about is None else about,
            "end": self.end,
            "losses": self.losses,
            "precision": self.precision,
            "start": self.start,
            "store": store,
            "vocabulary": self.vocabulary,
        }
        files.write(Path(path), self._stored(store), metadata)

    def _stored(self, store: Store) -> dict[str, Array]:
        if store == self.store:
            return self.arrays
        arrays: dict[str, Array] = {}
        for name, array in self.arrays.items():
            kind = stored_as(name, store)
            if kind == "int8":
                arrays[name], arrays[name + SCALES] = self.quantized(name)
            else:
                arrays[name] = self.dense_words() if kind == "uint32" else array
        return arrays

    def calibrated(
        self, int8_biases: Sequence[Floats], losses: Mapping[Precision, float], precision: Precision
    ) -> LSTMWeights:
        """These weights with the results of calibration.calibrate."""
        found = LSTMWeights.__new__(LSTMWeights)
        biases = {int8_bias_name(number): bias for number, bias in enumerate(int8_biases)}
        found._take(self.arrays | biases, self.store, self.vocabulary, self.start, self.end)
        found.about, found.losses, found.precision = self.about, dict(losses), precision
        return found

    def with_memory(self, shares: Floats) -> LSTMWeights:
        """These weights with a memory of the tune so far, which has these shares; see the class."""
        check_shapes(
            {**{name: array.shape for name, array in self.arrays.items()}, MEMORY: shares.shape},
            len(self.vocabulary),
            self.store,
        )
        found = LSTMWeights.__new__(LSTMWeights)
        arrays = {**self.arrays, MEMORY: np.array(shares, np.float32)}
        found._take(arrays, self.store, self.vocabulary, self.start, self.end)
        found.about = self.about
        return found

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> LSTMWeights:
        """The weights in a file that ``save`` wrote.

        Raises ValueError with one line for any other file, before anything large is allocated, and OSError.
        """
        weights = cls.__new__(cls)
        try:
            arrays, metadata = files.read(Path(path))
            weights._take(
                arrays,
                metadata["store"],
                tuple(metadata["vocabulary"]),
                metadata["start"],
                metadata["end"],
            )
        except ValueError as error:
            reason = " ".join(str(error).split())
            reason = "".join(c if c.isprintable() else ascii(c)[1:-1] for c in reason)
            raise ValueError(f"{path}: not a model file of musegen: {reason}") from None
        weights.about = metadata["about"]
        weights.precision, weights.losses = metadata["precision"], metadata["losses"]
        return weights


def _check_values(name: str, array: Array) -> None:
    """Raises ValueError for values that no kernel could multiply by."""
    if array.dtype == np.int8:
        if array.size and array.min() < -127:
            raise ValueError(f"{name}: int8 weights from -127 to 127 expected (got -128)")
    elif array.dtype == np.uint32:
        if not np.isfinite(from_bfloat16_words(array, 2 * len(array))).all():
            raise ValueError(f"{name}: finite weights expected (got NaN or infinity)")
    elif name == MEMORY:
        if array[0] != 0 or not np.all((array >= 0) & (array < 1)):
            raise ValueError("memory: shares from 0 to below 1 expected, 0 first")
    elif not np.isfinite(array).all():
        raise ValueError(f"{name}: finite weights expected (got NaN or infinity)")
