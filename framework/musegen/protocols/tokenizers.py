"""What tokenizers and those who train them must do."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from musegen.canonical import JSON
from musegen.protocols.vocabulary import Tokens, Vocabulary


class Tokenizer(Protocol):
    """Text to tokens and back: ``decode(encode(text)) == text`` for every text over the vocabulary."""

    vocabulary: Vocabulary

    def encode(self, text: str) -> Tokens:
        """int32 (n,), without the start and end marks. Raises VocabularyError for an unknown symbol."""
        ...

    def decode(self, tokens: Tokens) -> str:
        """The text of tokens, marks left out. Raises VocabularyError for a token outside [0, V)."""
        ...

    def state(self) -> JSON:
        """All that :meth:`TokenizerTrainer.load` needs to make an equal tokenizer."""
        ...


class TokenizerTrainer(Protocol):
    """Makes tokenizers."""

    def train(self, texts: Sequence[str]) -> Tokenizer:
        """A tokenizer that can encode every one of ``texts``."""
        ...

    def load(self, state: JSON) -> Tokenizer:
        """The tokenizer that :meth:`Tokenizer.state` described. Raises ArtifactError for anything else."""
        ...
