"""What a Sampler asks of the code that computes: the compiled kernels, or NumPy."""

from __future__ import annotations

import math
import operator
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Protocol

import numpy as np

from musegen_sampling.constraints import CompiledConstraint, Constraint
from musegen_sampling.types import Doubles, Flags, Floats, Tokens


@dataclass(frozen=True, slots=True)
class Choice:
    """How a token is drawn from logits; csrc/choose.h says in which order.

    Raises ValueError unless ``temperature`` is finite and at least 0 (0: always the likeliest), ``top_k`` at
    least 0 (0: all) and ``top_p`` in (0, 1].
    """

    temperature: float = 1.0
    top_k: int = 0
    top_p: float = 1.0

    def __post_init__(self) -> None:
        """Checks the ranges."""
        if not (math.isfinite(self.temperature) and self.temperature >= 0):
            raise ValueError(f"temperature: a finite number from 0 expected (got {self.temperature!r})")
        if operator.index(self.top_k) < 0:
            raise ValueError(f"top_k: at least 0 expected, 0 for all (got {self.top_k!r})")
        if not 0 < self.top_p <= 1:
            raise ValueError(f"top_p: above 0 and at most 1 expected (got {self.top_p!r})")


class End(IntEnum):
    """How a tune came to its end; the numbers are those of csrc/loop.h."""

    RUNNING = 0
    """It did not."""
    STOPPED = 1
    DEAD_END = 2
    """Its constraint allowed no token."""
    REFUSED = 3
    """Its constraint reported an error."""


@dataclass(slots=True)
class Draw:
    """One tune that is drawn: what is to be done, and what came of it."""

    state: Floats
    """Brought forward in place."""
    token: int
    """Fed first."""
    uniforms: Doubles
    """In [0, 1), one for each token that is to be drawn."""
    constraint: Constraint | CompiledConstraint | None = None
    tokens: Tokens = field(default_factory=lambda: np.empty(0, np.int32))
    """What was drawn, the last of which has not been fed; a stop token included."""
    end: End = End.RUNNING


class Engine(Protocol):
    """One model, ready to step. Holds no state of a tune, so many threads may use it at once.

    Arguments have been checked: tokens are in range, arrays contiguous and of the right shape.
    """

    @property
    def isa(self) -> str:
        """The name of the kernel target, or of the NumPy engine."""

    def state(self) -> Floats:
        """The zero state that every tune begins from; ``feed`` and ``draw`` bring it forward in place."""

    def feed(
        self,
        states: Sequence[Floats],
        tokens: Sequence[Tokens],
        threads: int,
        logits: Sequence[Floats] | None = None,
    ) -> None:
        """Steps each tune through its ``tokens`` (n,), n > 0; writes the logits (n, V) after each."""

    def draw(self, draws: Sequence[Draw], choice: Choice, stops: Flags, threads: int) -> bool:
        """For each: feeds its token, draws the next, feeds that, and so on.

        One ends early after a token where ``stops`` (V,) is not 0, and where its constraint says so; an
        exception of a constraint in Python comes through. Returns whether threads that shared a tune were too
        much in others' way to stay together.
        """
