"""Options for drawing tokens from a model, and seeds for everything random."""

from __future__ import annotations

import hashlib
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from musegen.options import Options
    from musegen.protocols.token_rules import TokenRuleReader


@dataclass(frozen=True, slots=True)
class Sampling:
    """Options for drawing tokens: first ``temperature``, then ``top_k``, then ``top_p`` is applied.

    Raises ValueError for a temperature, ``top_k`` or ``top_p`` out of its range.
    """

    temperature: float = 1.0
    """Number that logits are divided by, finite and at least 0. Below 1 likely tokens become likelier still;
    at 0 the likeliest always comes."""
    top_k: int = 0
    """Number of likeliest tokens to choose among; 0 keeps all."""
    top_p: float = 1.0
    """Probability in (0, 1] that the tokens to choose among reach together, counted from the likeliest."""
    max_tokens: int = 2000
    """Largest number of new tokens."""
    stop: tuple[int, ...] = ()
    """Tokens after which a continuation ends; the one that ends it is its last token. The end mark also ends
    a continuation, but is not part of it."""
    rules: tuple[TokenRuleReader | None, ...] = ()
    """What may come next: for each prime a reader that has read it, which the model asks before each draw
    and tells what it drew; None for a prime after which everything may come. Empty if there are no rules."""
    model: Options | None = None
    """Values of the keys that the model adds to ``[sample]``, of the class that its component declares as
    ``sampling``."""

    def __post_init__(self) -> None:
        """Checks the ranges of the fields."""
        if not (math.isfinite(self.temperature) and self.temperature >= 0):
            raise ValueError(f"temperature: a finite number from 0 expected (got {self.temperature!r})")
        if self.top_k < 0:
            raise ValueError(f"top_k: at least 0 expected, 0 for all (got {self.top_k!r})")
        if not 0 < self.top_p <= 1:
            raise ValueError(f"top_p: above 0 and at most 1 expected (got {self.top_p!r})")

    def choose(
        self, chances: NDArray[np.float64], uniform: float, allowed: NDArray[np.bool_] | None = None
    ) -> int:
        """The token drawn from the given probabilities, for models without a sampler of their own.

        ``chances``: float64 (V,), the probability of each token. ``uniform``: a random number in [0, 1),
        which decides. ``allowed``: bool (V,), the tokens to choose among; None for all. Equally likely tokens
        are ordered by their number. Raises ValueError if no allowed token has a probability.
        """
        import numpy as np

        if allowed is not None:
            chances = np.where(allowed, chances, 0.0)
        if not chances.any():
            raise ValueError("allowed: a token with a probability expected")
        order = np.argsort(-chances, kind="stable")[: np.count_nonzero(chances)]
        if not self.temperature:
            return int(order[0])
        order = order[: self.top_k or None]
        logits = np.log(chances[order])
        with np.errstate(over="ignore"):  # at a tiny temperature all but the likeliest become -infinity
            logits = (logits - logits[0]) / self.temperature
        up_to = np.cumsum(np.exp(logits))
        if self.top_p < 1:
            enough = int(np.searchsorted(up_to, self.top_p * up_to[-1])) + 1
            order, up_to = order[:enough], up_to[:enough]
        place = int(np.searchsorted(up_to, uniform * up_to[-1], side="right"))
        return int(order[min(place, len(order) - 1)])


def derive_seed(seed: int, *names: str | int) -> int:
    """A seed in [0, 2**63) for the use that ``names`` identify; other names give other seeds (SHA-256)."""
    text = "/".join(str(part) for part in (seed, *names))
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big") >> 1
