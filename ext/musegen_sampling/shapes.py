"""Checks whether arrays, symbols and tokens make one model, by names and shapes alone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TypeAlias

from musegen_sampling.memory import LONGEST

Shape: TypeAlias = tuple[int, ...]


def layer_names(number: int) -> tuple[str, str, str]:
    """The names of a layer's kernel, recurrent kernel and bias."""
    return f"lstm_{number}.kernel", f"lstm_{number}.recurrent_kernel", f"lstm_{number}.bias"


def int8_bias_name(number: int) -> str:
    """The name of a layer's bias in int8, where calibration has put one."""
    return f"lstm_{number}.int8_bias"


def inputs_name(number: int) -> str:
    """The name of a table of further inputs."""
    return f"inputs_{number}"


def inputs_names(names: Iterable[str]) -> list[str]:
    """The names that as many tables of further inputs should have as there are among ``names``."""
    return [inputs_name(number) for number in range(sum(name.startswith("inputs_") for name in names))]


MEMORY = "memory"
"""The name of the memory's shares in the predictions, where the model has a memory."""


def depth(names: Iterable[str]) -> int:
    """The number of layers that arrays of these names belong to."""
    return sum(name.endswith(".recurrent_kernel") for name in names)


SCALES = ".scales"
"""The end of the name under which an int8 matrix's scales are stored."""


def stored_as(name: str, store: str) -> str:
    """NumPy's name for the type of an array in a file of the store "fp32" or "int8".

    "int8" has the matrices of the LSTM layers in int8, with float32 scales, and the dense kernel in bfloat16,
    two rows in one uint32 (precision.bfloat16_words); small arrays stay float32.
    """
    if store == "int8" and name == "dense.kernel":
        return "uint32"
    return "int8" if store == "int8" and name.endswith("kernel") else "float32"


def check_vocabulary(vocabulary: tuple[object, ...], start: object, end: object) -> None:
    """Raises ValueError unless symbols are distinct strings, ``start`` and ``end`` tokens of them or None."""
    if not vocabulary:
        raise ValueError("vocabulary: at least one symbol expected (got none)")
    for symbol in vocabulary:
        if not isinstance(symbol, str):
            raise ValueError(f"vocabulary: strings expected (got {symbol!r})")
    if len(set(vocabulary)) < len(vocabulary):
        raise ValueError("vocabulary: distinct symbols expected (got one of them twice)")
    for name, token in (("start", start), ("end", end)):
        if token is not None and not (type(token) is int and 0 <= token < len(vocabulary)):
            raise ValueError(f"{name}: None or a token below {len(vocabulary)} expected (got {token!r})")


def check_shapes(shapes: Mapping[str, Shape], vocabulary_size: int, store: str = "fp32") -> None:
    """Raises ValueError, naming the array and both shapes, unless the arrays make one model."""
    names = {name for number in range(depth(shapes)) for name in layer_names(number)}
    if not names:
        raise ValueError("layers: at least one LSTM layer expected (got none)")
    scaled = {name for name in names if stored_as(name, store) == "int8"}
    names |= {"dense.kernel", "dense.bias", *inputs_names(shapes)} | {name + SCALES for name in scaled}
    if missing := sorted(names - shapes.keys()):
        raise ValueError(f"{missing[0]}: missing")
    int8_biases = {int8_bias_name(number) for number in range(depth(shapes))} & shapes.keys()
    if surplus := sorted(shapes.keys() - names - int8_biases - {"embedding", MEMORY}):
        raise ValueError(f"{surplus[0]}: belongs to no layer")

    def check(name: str, *expected: int | str) -> None:
        """Letters in ``expected`` stand for any size above 0."""
        shape = shapes[name]
        fits = len(shape) == len(expected) and all(
            size == want or (isinstance(want, str) and size > 0)
            for size, want in zip(shape, expected, strict=True)
        )
        if not fits:
            wanted = ", ".join(map(str, expected)) + ("," if len(expected) == 1 else "")
            raise ValueError(f"{name}: shape ({wanted}) expected (got {tuple(shape)})")

    inputs = vocabulary_size
    if "embedding" in shapes:
        check("embedding", vocabulary_size, "E")
        inputs = shapes["embedding"][1]
    for name in inputs_names(shapes):
        if "embedding" not in shapes:
            raise ValueError(f"{name}: only a model with an embedding can have further inputs (got none)")
        check(name, "N", inputs)
    for number in range(depth(shapes)):
        kernel, recurrent_kernel, bias = layer_names(number)
        check(recurrent_kernel, "H", "4H")
        units = shapes[recurrent_kernel][0]
        check(recurrent_kernel, units, 4 * units)
        check(kernel, inputs, 4 * units)
        check(bias, 4 * units)
        inputs = units
    check("dense.kernel", -(-inputs // 2) if store == "int8" else inputs, vocabulary_size)
    check("dense.bias", vocabulary_size)
    if MEMORY in shapes:
        check(MEMORY, LONGEST + 1)
    for name in sorted(int8_biases):
        check(name, *shapes[name.replace("int8_bias", "bias")])
    for name in sorted(scaled):
        check(name + SCALES, shapes[name][1])
