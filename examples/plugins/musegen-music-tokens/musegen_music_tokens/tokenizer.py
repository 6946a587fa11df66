"""Pieces of music to tokens and back."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from musegen import JSON, ArtifactError, Tokens, Vocabulary
from musegen_music_tokens.pieces import pieces


class MusicTokenizer:
    """Every known piece is a symbol, and so is every known character, for all other pieces."""

    def __init__(self, symbols: Sequence[str], with_lengths: bool) -> None:
        """``symbols``: pieces and characters, in the order of their tokens, each once."""
        self.vocabulary = Vocabulary(symbols)
        self._with_lengths = with_lengths

    def encode(self, text: str) -> Tokens:
        """One token a piece that is known, one a character elsewhere. Raises VocabularyError."""
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
        """``min_count``: how often the texts have a piece that becomes a symbol."""
        self._with_lengths, self._min_count = with_lengths, min_count

    def train(self, texts: Sequence[str]) -> MusicTokenizer:
        """All characters of ``texts``, then their frequent pieces, both by code point."""
        counts = Counter(piece for text in texts for piece in pieces(text, self._with_lengths))
        frequent = {piece for piece, count in counts.items() if count >= self._min_count and _usable(piece)}
        characters = set[str]().union(*texts)
        return MusicTokenizer([*sorted(characters), *sorted(frequent - characters)], self._with_lengths)

    def load(self, state: JSON) -> MusicTokenizer:
        """The tokenizer whose state it is. Raises ArtifactError."""
        match state:
            case {"symbols": list() as symbols, "with_lengths": bool() as with_lengths}:
                if all(isinstance(one, str) and _usable(one) for one in symbols) and _distinct(symbols):
                    return MusicTokenizer(symbols, with_lengths)
        raise ArtifactError(
            'the state of a music tokenizer is {"symbols": [each once], "with_lengths": true or false} '
            f"(got {str(state)[:60]!r})"
        )


def _usable(symbol: str) -> bool:
    """Whether it can be a symbol of a text: not empty, and not the name of a mark."""
    return bool(symbol) and symbol not in Vocabulary.MARKS


def _distinct(symbols: Sequence[str]) -> bool:

    return len(set(symbols)) == len(symbols)
