"""Which arrays, symbols and tokens make one model: checks that look at names and shapes only."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TypeAlias

Shape: TypeAlias = tuple[int, ...]


def layer_names(number: int) -> tuple[str, str, str]:
    """The names of a layer's kernel, recurrent kernel and bias."""
    return f"lstm_{number}.kernel", f"lstm_{number}.recurrent_kernel", f"lstm_{number}.bias"


def depth(names: Iterable[str]) -> int:
    """The number of layers that arrays of these names belong to."""
    return sum(name.endswith(".recurrent_kernel") for name in names)


def check_vocabulary(vocabulary: tuple[object, ...], start: object, end: object) -> None:
    """Raises ValueError unless symbols are distinct strings and ``start``, ``end`` tokens of them or None."""
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


def check_shapes(shapes: Mapping[str, Shape], vocabulary_size: int) -> None:
    """Raises ValueError, naming the array and both shapes, unless the arrays make one model."""
    names = {name for number in range(depth(shapes)) for name in layer_names(number)}
    if not names:
        raise ValueError("layers: at least one LSTM layer expected (got none)")
    names |= {"dense.kernel", "dense.bias"}
    if missing := sorted(names - shapes.keys()):
        raise ValueError(f"{missing[0]}: missing")
    if surplus := sorted(shapes.keys() - names - {"embedding"}):
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
    for number in range(depth(shapes)):
        kernel, recurrent_kernel, bias = layer_names(number)
        check(recurrent_kernel, "H", "4H")
        units = shapes[recurrent_kernel][0]
        check(recurrent_kernel, units, 4 * units)
        check(kernel, inputs, 4 * units)
        check(bias, 4 * units)
        inputs = units
    check("dense.kernel", inputs, vocabulary_size)
    check("dense.bias", vocabulary_size)
