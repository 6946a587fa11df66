"""The protocols that tell a model where each token stands in its tune, and what was heard before."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from musegen.protocols.vocabulary import Tokens


class PlaceReader(Protocol):
    """A reader of one tune, token by token from its beginning, who tells where the tune stands.

    A compiled reader may also have the method ``__musegen_inputs__`` of
    ``musegen_sampling.CompiledInputs``: a sampler in C then reads without Python.
    """

    def read(self, token: int) -> Sequence[int]:
        """Read the next token and tell the place features of what follows it, in the order of their sizes.

        Each depends on what was read so far alone.
        """
        ...

    def copy(self) -> PlaceReader:
        """An independent reader that has read the same."""
        ...


class Places(Protocol):
    """The place features that a notation tells of the tokens of a tune, as a tokenizer makes them.

    A place feature is a small whole number, such as the number of the bar in its strain. New versions of a
    notation add features behind those that they have, so that models which know fewer can still be used.
    """

    sizes: tuple[int, ...]
    """Number of values of each feature: it is at least 0 and below this number."""
    remembered: int
    """How many of the features, the last ones, tell what was heard before, such as the note at the same time
    four bars ago, rather than where the token stands. A model can leave them out."""

    def first(self, count: int) -> Places:
        """The same with the first so many features only, at least 1 and at most all."""
        ...

    def begin(self) -> PlaceReader:
        """A reader at the beginning of a tune. The start mark is the first token that it reads."""
        ...

    def rows(self, tokens: Tokens) -> NDArray[np.int32]:
        """The features of what follows each token of a tune: int32 (n, F) for n tokens from its beginning."""
        ...
