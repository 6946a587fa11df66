"""Characters to tokens and back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from musegen import JSON, ArtifactError, Tokens, Vocabulary


class CharTokenizer:
    """A tokenizer whose symbols are single characters."""

    def __init__(self, characters: Sequence[str]) -> None:
        """``characters``: the known ones, each once, in the order of their tokens."""
        self.vocabulary = Vocabulary(characters)

    def encode(self, text: str) -> Tokens:
        """One token for each character. Raises VocabularyError for an unknown character."""
        return self.vocabulary.encode(text)

    def decode(self, tokens: Tokens) -> str:
        """The text; start and end marks are left out."""
        return self.vocabulary.decode(tokens)

    def state(self) -> JSON:
        """The known characters, in the order of their tokens."""
        marks = len(Vocabulary.MARKS)
        return {"characters": "".join(self.vocabulary.symbols[marks:])}


class CharTokenizerTrainer:
    """Makes tokenizers that know the characters of some texts."""

    def train(self, texts: Sequence[str]) -> CharTokenizer:
        """The characters of ``texts``, sorted by code point."""
        return CharTokenizer(sorted(set().union(*texts)))

    def load(self, state: JSON) -> CharTokenizer:
        """The tokenizer that a saved ``state`` describes. Raises ArtifactError for any other state."""
        characters = state.get("characters") if isinstance(state, Mapping) else None
        if not isinstance(characters, str) or len(set(characters)) != len(characters):
            raise ArtifactError(
                'the state of a char tokenizer is {"characters": a string that has each once} '
                f"(got {str(state)[:60]!r})"
            )
        return CharTokenizer(characters)
