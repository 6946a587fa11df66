"""The protocols of rules while sampling: which tokens may come next so that a valid tune can be finished."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol, runtime_checkable

from musegen.music.validity import Valid
from musegen.protocols.notations import Notation

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


class RuleReader(Protocol):
    """The rules for one tune, which is written a token at a time: a constraint of a sampler.

    A compiled reader may also have the method ``__musegen_constraint__`` of
    ``musegen_sampling.CompiledConstraint``: a sampler in C then asks without Python.
    """

    def allow(self) -> NDArray[np.bool_]:
        """Which tokens may come: bool (V,).

        It is never empty. The end mark may come where the tune is complete, and every tune that ends there is
        valid.
        """
        ...

    def take(self, token: int) -> None:
        """Read the next token. Raises ValueError for one that may not come."""
        ...

    def copy(self) -> RuleReader:
        """The rules for the same tune, which goes on by itself."""
        ...


class TokenRules(Protocol):
    """The rules for all tunes of one vocabulary."""

    def begin(self) -> RuleReader:
        """The rules for a new tune. The start mark is not read."""
        ...


@runtime_checkable
class RulingNotation(Notation, Protocol):
    """A notation that can tell, while a tune is written, what may come so that a valid tune can be finished.

    Without this method a model writes what it likes, and tunes are judged when they are finished.
    """

    def rules(self, texts: Sequence[str], end: int, rules: Valid, max_length: int) -> TokenRules:
        """The rules for tunes whose tokens have these texts; marks have an empty text.

        ``end``: the token that ends a tune. ``max_length``: the most tokens before it. ``rules.copied`` has
        no effect. Raises VocabularyError for tokens of which no tune can be ended, ValueError for a length in
        which no tune can be.
        """
        ...
