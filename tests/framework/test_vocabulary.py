"""Symbols and tokens."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, strategies as st

from musegen import Vocabulary, VocabularyError


@given(st.lists(st.text(min_size=1), unique=True), st.data())
def test_decode_undoes_encode(symbols: list[str], data: st.DataObject) -> None:
    """For every sequence of known symbols, even such as look like the marks."""
    symbols = [symbol for symbol in symbols if symbol not in Vocabulary.MARKS]
    vocabulary = Vocabulary(symbols)
    chosen = data.draw(st.lists(st.sampled_from(symbols))) if symbols else []
    tokens = vocabulary.encode(chosen)
    assert tokens.dtype == np.int32
    assert vocabulary.decode(tokens) == "".join(chosen)


def test_marks_are_no_text() -> None:
    """Start and end come first and decode to nothing; their names cannot be encoded."""
    vocabulary = Vocabulary("ab")
    assert vocabulary.symbols[vocabulary.start] != vocabulary.symbols[vocabulary.end]
    assert vocabulary.decode(np.array([0, 2, 3, 1], np.int32)) == "ab"
    with pytest.raises(VocabularyError):
        vocabulary.encode([Vocabulary.MARKS[0]])


def test_unknown_symbols_and_tokens_are_named() -> None:
    """The first of them."""
    with pytest.raises(VocabularyError, match="'z'"):
        Vocabulary("ab").encode("az")
    with pytest.raises(VocabularyError, match="0 to 3"):
        Vocabulary("ab").decode(np.array([4], np.int32))


def test_a_symbol_comes_once() -> None:
    """A repeated one would have two tokens."""
    with pytest.raises(ValueError, match="once"):
        Vocabulary("aa")
