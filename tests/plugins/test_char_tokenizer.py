"""One symbol per character."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from musegen import JSON, ArtifactError, Options, VocabularyError
from musegen_char.plugin import musegen_tokenizers
from musegen_char.tokenizer import CharTokenizerTrainer

TRAINER = CharTokenizerTrainer()


@settings(deadline=None, max_examples=50)
@given(st.lists(st.text(), max_size=5))
def test_encoding_keeps_every_training_text(texts: list[str]) -> None:
    """decode(encode(t)) == t, one token a character, none of them a mark."""
    tokenizer = TRAINER.train(texts)
    for text in texts:
        tokens = tokenizer.encode(text)
        assert tokens.dtype == np.int32
        assert len(tokens) == len(text)
        assert tokenizer.vocabulary.end < min(tokens, default=len(text) + 2)
        assert tokenizer.decode(tokens) == text


@settings(deadline=None, max_examples=50)
@given(st.lists(st.text(st.characters(codec="utf-8")), max_size=5))
def test_a_state_makes_an_equal_tokenizer(texts: list[str]) -> None:
    """Also after a way through JSON."""
    tokenizer = TRAINER.train(texts)
    loaded = TRAINER.load(json.loads(json.dumps(tokenizer.state())))
    assert loaded.vocabulary == tokenizer.vocabulary


def test_symbols_are_sorted_whatever_the_order_of_texts() -> None:
    """The same characters give the same tokens."""
    assert TRAINER.train(["cab", "d"]).vocabulary.symbols == ("<start>", "<end>", "a", "b", "c", "d")
    assert TRAINER.train(["d", "abc"]).vocabulary == TRAINER.train(["cab", "d"]).vocabulary


def test_an_unknown_character_is_named() -> None:
    """The message says which."""
    with pytest.raises(VocabularyError, match="'x'"):
        TRAINER.train(["abc"]).encode("abx")


@pytest.mark.parametrize("state", [None, 3, "abc", [], {}, {"characters": 3}, {"characters": "aa"}])
def test_a_state_of_another_shape_is_refused(state: JSON) -> None:
    """One line says what a state is."""
    with pytest.raises(ArtifactError, match="char tokenizer"):
        TRAINER.load(state)


def test_it_is_declared() -> None:
    """Under the name that pipelines use."""
    (declared,) = musegen_tokenizers()
    assert declared.name == "char"
    assert declared.build(declared.options()).train(["a"]).vocabulary.symbols[-1] == "a"
    assert issubclass(declared.options, Options)
