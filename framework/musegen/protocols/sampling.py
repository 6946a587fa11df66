"""How to draw from a model, and seeds for everything that is random."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from musegen.options import Options


@dataclass(frozen=True, slots=True)
class Sampling:
    """How tokens are drawn: temperature first, then the ``top_k`` likeliest, then the nucleus ``top_p``."""

    temperature: float = 1.0
    """Logits are divided by it; finite and > 0."""
    top_k: int = 0
    """Keep the k likeliest tokens; 0 keeps all."""
    top_p: float = 1.0
    """Keep the likeliest tokens that together reach this probability, in (0, 1]."""
    max_tokens: int = 2000
    """At most so many new tokens."""
    stop: tuple[int, ...] = ()
    """Tokens that end a continuation and are its last; the end mark ends one too and is left out."""
    model: Options | None = None
    """The model's own keys of ``[sample]``, of the type that its component declares as ``sampling``."""

    def choose(self, chances: NDArray[np.float64], uniform: float) -> int:
        """The token to draw, for a model that has no sampler of its own.

        ``chances``: float64 (V,), the probability of each; ``uniform`` in [0, 1) decides. Of equally likely
        tokens the lower comes first.
        """
        import numpy as np

        order = np.argsort(-chances, kind="stable")[: np.count_nonzero(chances)]
        order = order[: self.top_k or None]
        logits = np.log(chances[order]) / self.temperature
        up_to = np.cumsum(np.exp(logits - logits[0]))
        if self.top_p < 1:
            enough = int(np.searchsorted(up_to, self.top_p * up_to[-1])) + 1
            order, up_to = order[:enough], up_to[:enough]
        place = int(np.searchsorted(up_to, uniform * up_to[-1], side="right"))
        return int(order[min(place, len(order) - 1)])


def derive_seed(seed: int, *names: str | int) -> int:
    """A seed of its own, in [0, 2**63), for each use that ``names`` tells apart (SHA-256)."""
    text = "/".join(str(part) for part in (seed, *names))
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big") >> 1
