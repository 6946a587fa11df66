"""The interface between a Sampler and the code that computes: the compiled kernels, or NumPy."""

from __future__ import annotations

import math
import operator
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Protocol

import numpy as np

from musegen_sampling.constraints import CompiledConstraint, Constraint
from musegen_sampling.inputs import Reader
from musegen_sampling.memory import Memory
from musegen_sampling.types import Doubles, Flags, Floats, Tokens


@dataclass(frozen=True, slots=True)
class Choice:
    """How a token is drawn from logits; csrc/choose.h tells the order of the steps.

    Raises ValueError unless ``temperature`` is finite and at least 0 (0: always the likeliest), ``top_k`` at
    least 0 (0: all) and ``top_p`` in (0, 1].
    """

    temperature: float = 1.0
    top_k: int = 0
    top_p: float = 1.0

    def __post_init__(self) -> None:
        """Checks the ranges of the fields."""
        if not (math.isfinite(self.temperature) and self.temperature >= 0):
            raise ValueError(f"temperature: a finite number from 0 expected (got {self.temperature!r})")
        if operator.index(self.top_k) < 0:
            raise ValueError(f"top_k: at least 0 expected, 0 for all (got {self.top_k!r})")
        if not 0 < self.top_p <= 1:
            raise ValueError(f"top_p: above 0 and at most 1 expected (got {self.top_p!r})")


class End(IntEnum):
    """How a tune ended; the numbers are those of csrc/loop.h."""

    RUNNING = 0
    """It did not."""
    STOPPED = 1
    DEAD_END = 2
    """The tune's constraint allowed no token."""
    REFUSED = 3
    """The tune's constraint reported an error."""


@dataclass(slots=True)
class Draw:
    """One tune that is drawn: the order, and the result."""

    state: Floats
    """The state of the tune, which is updated in place."""
    token: int
    """Fed first."""
    uniforms: Doubles
    """Random numbers in [0, 1), one for each token to draw."""
    constraint: Constraint | CompiledConstraint | None = None
    reader: Reader | None = None
    """The reader of its further inputs, which goes on with the tune; None where the model has none."""
    surprises: Doubles | None = None
    """Room for what the losses of the drawn tokens are made of, float64 (n, 3); csrc/choose.h says what that
    is. None where they are not wanted."""
    memory: Memory | None = None
    """The memory of the tune so far, which goes on with it; None where the model has none."""
    tokens: Tokens = field(default_factory=lambda: np.empty(0, np.int32))
    """The drawn tokens, with the stop token; the last of them has not been fed."""
    end: End = End.RUNNING


class Engine(Protocol):
    """One model, ready to step. It holds no state of a tune, so many threads may use it at once.

    Its callers have checked the arguments: tokens are in range, arrays contiguous and of the right shape.
    """

    @property
    def isa(self) -> str:
        """The name of the kernel target, or of the NumPy engine."""

    def state(self) -> Floats:
        """The zero state that every tune begins from; ``feed`` and ``draw`` update it in place."""

    def feed(
        self,
        states: Sequence[Floats],
        tokens: Sequence[Tokens],
        threads: int,
        logits: Sequence[Floats] | None = None,
        readers: Sequence[Reader | None] | None = None,
        memories: Sequence[Memory | None] | None = None,
    ) -> None:
        """Step each tune through its ``tokens`` (n,), n > 0, and write the logits (n, V) after each token.

        ``readers``: those of the tunes' further inputs, where the model has any; ``memories``: those of the
        tunes so far, where the model has a memory. Raises as ``draw``.
        """

    def draw(self, draws: Sequence[Draw], choice: Choice, stops: Flags, threads: int) -> bool:
        """For each tune, feed its token, draw the next one, feed that, and so on.

        A tune ends early after a token where ``stops`` (V,) is not 0, and where its constraint says so. An
        exception of a constraint or a reader in Python is raised, ValueError for further inputs that are not
        in their tables, and InputsError where a reader's C function reports an error. Returns whether threads
        that shared a tune lost their cores to other programs so often that one thread went on alone.
        """
