"""Turns pieces of music into tokens and back."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from musegen import JSON, ArtifactError, Tokens, Vocabulary
from musegen_music_tokens.pieces import pieces


class MusicTokenizer:
    """A tokenizer whose symbols are known pieces, and characters to spell all other pieces."""

    def __init__(self, symbols: Sequence[str], with_lengths: bool) -> None:
        """``symbols``: the pieces and characters, each once, in the order of their tokens."""
        self.vocabulary = Vocabulary(symbols)
        self._with_lengths = with_lengths

    def encode(self, text: str) -> Tokens:
        """One token for each known piece, and one for each other character. Raises VocabularyError."""
        known = self.vocabulary
        symbols = list[str]()
        for piece in pieces(text, self._with_lengths):
            symbols += (piece,) if piece in known else piece
        return known.encode(symbols)

    def decode(self, tokens: Tokens) -> str:
        """The text; start and end marks are left out."""
        return self.vocabulary.decode(tokens)

    def state(self) -> JSON:
        """The symbols, in the order of their tokens, and how text is cut."""
        symbols = self.vocabulary.symbols[len(Vocabulary.MARKS) :]
        return {"symbols": list(symbols), "with_lengths": self._with_lengths}


class MusicTokenizerTrainer:
    """Makes tokenizers that know the pieces of some texts."""

    def __init__(self, with_lengths: bool, min_count: int) -> None:
        """``min_count``: how often the texts must have a piece for it to become a symbol."""
        self._with_lengths, self._min_count = with_lengths, min_count

    def train(self, texts: Sequence[str]) -> MusicTokenizer:
        """A tokenizer of all characters of ``texts``, then their frequent pieces, both by code point."""
        counts = Counter(piece for text in texts for piece in pieces(text, self._with_lengths))
        frequent = {piece for piece, count in counts.items() if count >= self._min_count and _usable(piece)}
        characters = set[str]().union(*texts)
        return MusicTokenizer([*sorted(characters), *sorted(frequent - characters)], self._with_lengths)

    def load(self, state: JSON) -> MusicTokenizer:
        """The tokenizer that a saved ``state`` describes. Raises ArtifactError for any other state."""
        match state:
            case {"symbols": list() as symbols, "with_lengths": bool() as with_lengths}:
                if all(isinstance(one, str) and _usable(one) for one in symbols) and _distinct(symbols):
                    return MusicTokenizer(symbols, with_lengths)
        raise ArtifactError(
            'the state of a music tokenizer is {"symbols": [each once], "with_lengths": true or false} '
            f"(got {str(state)[:60]!r})"
        )


def _usable(symbol: str) -> bool:
    """Whether a text can be a symbol: it is not empty, and not the name of a mark."""
    return bool(symbol) and symbol not in Vocabulary.MARKS


def _distinct(symbols: Sequence[str]) -> bool:

    return len(set(symbols)) == len(symbols)
