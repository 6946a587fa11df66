"""The protocols of tokenizers and their trainers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from musegen.canonical import JSON
from musegen.protocols.vocabulary import Tokens, Vocabulary


class Tokenizer(Protocol):
    """A converter of text to tokens and back.

    ``decode(encode(text)) == text`` holds for every text that consists of symbols of the vocabulary.
    """

    vocabulary: Vocabulary
    """The symbols that its tokens stand for."""

    def encode(self, text: str) -> Tokens:
        """The tokens of ``text``: int32 (n,), without the start and end marks.

        Raises VocabularyError for an unknown symbol.
        """
        ...

    def decode(self, tokens: Tokens) -> str:
        """The text of ``tokens``; marks are left out. Raises VocabularyError for a token outside [0, V)."""
        ...

    def state(self) -> JSON:
        """Everything that :meth:`TokenizerTrainer.load` needs to make an equal tokenizer."""
        ...


class TokenizerTrainer(Protocol):
    """A maker of tokenizers."""

    def train(self, texts: Sequence[str]) -> Tokenizer:
        """A tokenizer that can encode each of ``texts``. The same texts give the same tokenizer."""
        ...

    def load(self, state: JSON) -> Tokenizer:
        """The tokenizer whose :meth:`Tokenizer.state` this is. Raises ArtifactError for any other value."""
        ...
