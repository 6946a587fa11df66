"""The language of a model: how the tunes that it learns are written."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field as a_field
from functools import cached_property

import numpy as np

from musegen.errors import MusegenError
from musegen.models.home import Home
from musegen.models.known import Counts, known_values
from musegen.music.score import Problem
from musegen.music.tune_limits import TuneLimits
from musegen.protocols.notations import CopyingNotation, Notation, PlacingNotation, RulingNotation
from musegen.protocols.places import Places
from musegen.protocols.rules import Rule, WritingRule
from musegen.protocols.token_rules import TokenRules
from musegen.protocols.tokenizers import Tokenizer


@dataclass(frozen=True)
class Language:
    """Everything about the texts that a model learns: notation, tokenizer, header fields and home tonic."""

    notation_name: str
    """Name of the notation."""
    notation: Notation
    tokenizer: Tokenizer
    fields: Sequence[str] = ()
    """Header fields of the corpus, in their order in the corpus."""
    home: Home | None = None
    """Home of the tunes; None if ``[prepare] tonic`` did not transpose them."""
    copies: bool = False
    """Whether the model reads and writes bars that come again as one symbol, where the notation can."""
    headers: Mapping[str, Counts] = a_field(default_factory=dict)
    """Number of training tunes by value, for each header field that a wish fixes; empty if not known."""

    def folded(self, text: str) -> str:
        """A tune's text as the model reads it."""
        return folded(self.notation, text) if self.copies else text

    def unfolded(self, text: str) -> tuple[str, Sequence[Problem]]:
        """A tune's text from what the model has written, and what could not be written out."""
        return self._copying.unfold(text) if self._copying else (text, ())

    @cached_property
    def _copying(self) -> CopyingNotation | None:
        """The notation, if bars that come again are one symbol in it: asked once, as that takes long."""
        return self.notation if self.copies and isinstance(self.notation, CopyingNotation) else None

    @cached_property
    def places(self) -> Places | None:
        """Where each token of a tune stands in it.

        None if the notation does not tell, or if a token of the tokenizer has no text of its own.
        """
        if not isinstance(self.notation, PlacingNotation):
            return None
        texts = token_texts(self.tokenizer)
        return None if texts is None else self.notation.places(texts)

    @property
    def known(self) -> dict[str, Counts | None]:
        """For each wish (key, metre, rhythm) the values of training tunes and how many have each.

        The most frequent come first. None where the model's file does not tell.
        """
        return known_values(self.notation, self.headers, self.home)

    def token_rules(self, limits: TuneLimits, max_length: int) -> TokenRules | None:
        """What may come next in a tune that is to keep to the limits, of so many tokens at the most.

        None if the notation does not say, or if a token has no text of its own. Raises MusegenError and
        ValueError as :meth:`musegen.RulingNotation.token_rules` does.
        """
        texts = token_texts(self.tokenizer) if isinstance(self.notation, RulingNotation) else None
        if texts is None or not isinstance(self.notation, RulingNotation):
            return None
        return self.notation.token_rules(texts, self.tokenizer.vocabulary.end, limits, max_length)

    def writing_rules(self, rules: Iterable[Rule]) -> list[TokenRules]:
        """What those rules of plugins allow that say it token by token; none if a token has no text."""
        writing = [rule for rule in rules if isinstance(rule, WritingRule)]
        texts = token_texts(self.tokenizer) if writing else None
        return [rule.token_rules(texts, self.tokenizer.vocabulary.end) for rule in writing] if texts else []

    @property
    def tonic(self) -> str:
        """The tonic of all tunes that the model knows; empty if they were not transposed to one tonic."""
        return self.home.tonic if self.home else ""


def token_texts(tokenizer: Tokenizer) -> tuple[str, ...] | None:
    """The text of each token, empty for the marks; None if a token has no text of its own."""
    tokens = np.arange(len(tokenizer.vocabulary), dtype=np.int32)
    try:
        return tuple(tokenizer.decode(tokens[token : token + 1]) for token in tokens)
    except MusegenError:
        return None


def folded(notation: Notation, text: str) -> str:
    """The text with a symbol for each bar that comes again, if the notation has such symbols."""
    return notation.fold(text) if isinstance(notation, CopyingNotation) else text


def header_fields(headers: Iterable[Mapping[str, str]]) -> tuple[str, ...]:
    """All fields of some headers, in an order that fits every header if there is such an order."""
    order: list[str] = []
    for header in headers:
        place = 0
        for field in header:
            if field in order:
                place = order.index(field) + 1
            else:
                order.insert(place, field)
                place += 1
    return tuple(order)
