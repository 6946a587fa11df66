"""Tunes on their way: where a model is in a tune, and the pieces that led there."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from musegen_sampling.engine import Engine
from musegen_sampling.inputs import Reader
from musegen_sampling.memory import Memory
from musegen_sampling.types import Doubles, Floats, Tokens

Nats: TypeAlias = NDArray[np.float64]


class State:
    """A tune so far, from which any number may go on; ``Sampler.prime`` makes it for its own model."""

    __slots__ = ("_array", "_engine", "_memory", "_reader", "_token")

    def __init__(
        self, engine: Engine, array: Floats, token: int, reader: Reader | None, memory: Memory | None
    ) -> None:
        self._engine, self._array, self._token = engine, array, token
        self._reader, self._memory = reader, memory

    def copy(self) -> State:
        """A copy that is independent of this state, with copies of its reader and its memory."""
        array = self._engine.state()  # aligned as the kernels need it
        array[:] = self._array
        reader = None if self._reader is None else self._reader.copy()
        memory = None if self._memory is None else self._memory.copy()
        return State(self._engine, array, self._token, reader, memory)


class Passage(NamedTuple):
    """A piece of a tune that was read or written, and where it led."""

    tokens: Tokens
    """int32 (n,)."""
    nats: Nats
    """-ln of the probability of each token at temperature 1, in the sampler's precision: float64 (n,).

    Or (n - 1,) of a tune that was read from its beginning, whose first token has none."""
    state: State
    """The state after the last token."""
    left: Nats | None = None
    """What a constraint left of all probability at temperature 1, before each token: float64 (n,).

    1 where all tokens might come; None for a piece that was read."""


def nats_of(surprises: Sequence[Doubles]) -> tuple[Nats, Nats]:
    """Losses, and what a constraint left of all probability, of the parts in csrc/choose.h: (n,) each."""
    total, below, allowed = np.concatenate([np.empty((0, 3)), *surprises]).T
    return np.log(total) + below, allowed / total
