"""Encoding of tunes as tokens."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import overload

import numpy as np

from musegen.corpus.corpus import Corpus
from musegen.corpus.transposing import Transposed
from musegen.models.language import Language
from musegen.protocols.models import Transpositions
from musegen.protocols.tokenizers import Tokenizer
from musegen.protocols.vocabulary import Tokens


class TokenTable(Sequence[Tokens]):
    """A sequence of tunes as tokens, stored in one array with few bytes for each token, for large corpora."""

    def __init__(self, tunes: Iterable[Tokens], size: int) -> None:
        """``size``: V, the size of the vocabulary."""
        kind = np.min_scalar_type(size - 1)
        parts = [tune.astype(kind) for tune in tunes]
        self._ends = np.cumsum([0, *map(len, parts)])
        self._flat = np.concatenate([*parts, np.zeros(0, kind)])

    def __len__(self) -> int:
        return len(self._ends) - 1

    @overload
    def __getitem__(self, place: int) -> Tokens: ...

    @overload
    def __getitem__(self, place: slice) -> Sequence[Tokens]: ...

    def __getitem__(self, place: int | slice) -> Tokens | Sequence[Tokens]:
        """The tokens of a tune, int32 (n,), or a sequence of tunes. A slice with step 1 shares the memory."""
        if isinstance(place, slice):
            first, last, step = place.indices(len(self))
            if step != 1:
                return [self[each] for each in range(first, last, step)]
            part = TokenTable.__new__(TokenTable)
            part._ends, part._flat = self._ends[first : max(last, first) + 1], self._flat
            return part
        place = range(len(self))[place]
        return self._flat[self._ends[place] : self._ends[place + 1]].astype(np.int32)


def with_marks(tokenizer: Tokenizer, text: str) -> Tokens:
    """``text`` as tokens from the start mark to the end mark: int32 (n + 2,)."""
    tokens = tokenizer.encode(text)
    vocabulary = tokenizer.vocabulary
    marked = np.empty(len(tokens) + 2, np.int32)
    marked[0], marked[-1] = vocabulary.start, vocabulary.end
    marked[1:-1] = tokens
    return marked


def as_prime(language: Language, text: str) -> Tokens:
    """The beginning of a tune for the model to go on from, with the start mark: int32 (n + 1,)."""
    return with_marks(language.tokenizer, text)[:-1]


def as_read(language: Language, text: str) -> Tokens:
    """A tune's text as the model reads it: int32 (n + 2,), including start and end marks."""
    return with_marks(language.tokenizer, language.folded(text))


def encode_transposed(transposed: Iterable[Transposed], language: Language) -> tuple[Transpositions, ...]:
    """The tunes in other keys as tokens, which are stored in one array."""
    rows = list(transposed)
    size = len(language.tokenizer.vocabulary)
    table = TokenTable((as_read(language, text) for row in rows for text in row.texts), size)
    versions, first = [], 0
    for row in rows:
        versions.append(Transpositions(table[first : first + len(row.texts)], row.weights))
        first += len(row.texts)
    return tuple(versions)


def encode_part(corpus: Corpus, part: str, language: Language) -> TokenTable:
    """The tunes of one part as tokens, each int32 (n + 2,), including start and end marks."""
    tokens = (as_read(language, tune.text) for tune in corpus.part(part))
    return TokenTable(tokens, len(language.tokenizer.vocabulary))
