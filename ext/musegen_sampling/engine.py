"""What a Sampler asks of the code that computes: the compiled kernels, or NumPy."""

from __future__ import annotations

import math
import operator
from dataclasses import dataclass
from typing import Protocol

from musegen_sampling.types import Doubles, Flags, Floats, Tokens


@dataclass(frozen=True, slots=True)
class Choice:
    """How a token is drawn from logits; csrc/kernels.h says in which order.

    Raises ValueError unless ``temperature`` is finite and above 0, ``top_k`` at least 0 (0: all) and
    ``top_p`` in (0, 1].
    """

    temperature: float = 1.0
    top_k: int = 0
    top_p: float = 1.0

    def __post_init__(self) -> None:
        """Checks the ranges."""
        if not (math.isfinite(self.temperature) and self.temperature > 0):
            raise ValueError(f"temperature: a finite number above 0 expected (got {self.temperature!r})")
        if operator.index(self.top_k) < 0:
            raise ValueError(f"top_k: at least 0 expected, 0 for all (got {self.top_k!r})")
        if not 0 < self.top_p <= 1:
            raise ValueError(f"top_p: above 0 and at most 1 expected (got {self.top_p!r})")


class Engine(Protocol):
    """One model, ready to step. Holds no state of a tune, so many threads may use it at once.

    Arguments have been checked: tokens are in range, arrays contiguous and of the right shape.
    """

    @property
    def isa(self) -> str:
        """The name of the kernel target, or of the NumPy engine."""

    def state(self) -> Floats:
        """The zero state that every tune begins from; ``feed`` and ``draw`` bring it forward in place."""

    def feed(self, state: Floats, tokens: Tokens, threads: int, logits: Floats | None = None) -> None:
        """Steps through ``tokens`` (n,); writes the logits after each into ``logits`` (n, V) if given."""

    def draw(
        self, state: Floats, token: int, uniforms: Doubles, choice: Choice, stops: Flags, threads: int
    ) -> Tokens:
        """Feeds ``token``, draws the next, feeds that, and so on: one for each of ``uniforms``, in [0, 1).

        Ends early after a token where ``stops`` (V,) is not 0, which is returned as the last. The last token
        drawn has not been fed.
        """
