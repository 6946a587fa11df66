"""The protocols that say which tokens may come next in a new tune, so that a valid one comes of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


class TokenRuleReader(Protocol):
    """Follows one new tune, token by token from its beginning, and says what may come next.

    A compiled reader may also have the method ``__musegen_constraint__`` of
    ``musegen_sampling.CompiledConstraint``: a sampler in C then asks without Python.
    """

    def allow(self) -> NDArray[np.bool_]:
        """Which tokens may come next: bool (V,), the end mark where the tune may end. At least one may."""
        ...

    def take(self, token: int) -> None:
        """Read the next token. Raises ValueError for one that may not come, and then changes nothing."""
        ...

    def copy(self) -> TokenRuleReader:
        """An independent reader that has read the same."""
        ...


class TokenRules(Protocol):
    """Rules that a notation has for tunes in the making, as a tokenizer makes them."""

    def begin(self) -> TokenRuleReader:
        """A reader at the beginning of a tune. The start mark is not read."""
        ...
