"""Symbols and the tokens that stand for them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from musegen.errors import VocabularyError

Tokens: TypeAlias = NDArray[np.int32]
"""A sequence of tokens: int32 (n,), each in [0, V), where V is the size of the vocabulary."""

_NAMED = 20
"""Unknown symbols at most that an error names."""


class Vocabulary:
    """An immutable numbering of symbols, with one token that starts a tune and one that ends it.

    These two marks have the first numbers, and they are not part of any text: ``start`` is 0, ``end`` is 1.
    """

    start = 0
    end = 1
    MARKS = ("<start>", "<end>")

    def __init__(self, symbols: Iterable[str]) -> None:
        """``symbols``: the symbols of texts, without the marks. Raises ValueError if one occurs twice."""
        self.symbols: tuple[str, ...] = (*self.MARKS, *symbols)
        if len(set(self.symbols)) != len(self.symbols):
            raise ValueError("a vocabulary holds each symbol once")

    @cached_property
    def _tokens(self) -> dict[str, int]:
        return {symbol: token for token, symbol in enumerate(self.symbols) if token > self.end}

    def __len__(self) -> int:
        """V, the number of symbols, including the two marks."""
        return len(self.symbols)

    def __contains__(self, symbol: str) -> bool:
        return symbol in self._tokens

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Vocabulary) and self.symbols == other.symbols

    def __hash__(self) -> int:
        return hash(self.symbols)

    def encode(self, symbols: Sequence[str]) -> Tokens:
        """The tokens of ``symbols``. Raises VocabularyError, which names the unknown symbols."""
        try:
            return np.fromiter((self._tokens[symbol] for symbol in symbols), np.int32, len(symbols))
        except KeyError:
            unknown = list(dict.fromkeys(symbol for symbol in symbols if symbol not in self._tokens))
        more = [f"{len(unknown) - _NAMED} more"] if len(unknown) > _NAMED else []
        *names, last = [*map(repr, unknown[:_NAMED]), *more]
        named = f"none of {', '.join(names)} and {last} is" if names else f"{last} is not"
        raise VocabularyError(f"{named} among the {len(self)} symbols")

    def decode(self, tokens: Tokens) -> str:
        """The text of ``tokens`` without the marks. Raises VocabularyError for a token outside [0, V)."""
        if len(tokens) and not (0 <= int(np.min(tokens)) and int(np.max(tokens)) < len(self)):
            raise VocabularyError(f"a token lies outside 0 to {len(self) - 1}")
        return "".join(self.symbols[token] for token in tokens if token > self.end)
