"""Losses of a model on tunes: how surprised it is by them. docs/training.md explains each figure."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields, replace

import numpy as np
from numpy.typing import NDArray

from musegen.corpus.corpus import Corpus
from musegen.errors import NotationError
from musegen.models.encoding import with_marks
from musegen.models.language import Language, token_texts
from musegen.music.score import Note
from musegen.music.tune import Tune
from musegen.protocols.models import LanguageModel
from musegen.protocols.notations import ChordedNotation, HeadedNotation, Notation
from musegen.protocols.vocabulary import Tokens


@dataclass(frozen=True, slots=True)
class TuneLoss:
    """The loss of one tune in nats (-ln of its probability), and the numbers to divide it by.

    A token belongs to the part of the text where it begins. The end mark belongs to the body.
    """

    nats: float
    """Loss of all tokens; the start mark has none."""
    tokens: int
    """Number of these tokens."""
    header_nats: float
    """Loss of the tokens before the body."""
    header_tokens: int
    """Number of tokens before the body."""
    chord_nats: float
    """Loss of the tokens of chord symbols in the body."""
    chord_tokens: int
    """Number of tokens of chord symbols in the body."""
    notes: int
    """Number of written notes; notes that sound together count once, and grace notes do not count. 0 if the
    tune does not parse."""
    told: bool = True
    """Whether it is known which tokens belong to the body."""
    characters: int = 0
    """Number of characters of the tune's text, all bars written out, and one for its end."""

    @property
    def body_nats(self) -> float:
        """Loss of the body: all tokens after the header."""
        return self.nats - self.header_nats


class Scale:
    """The tunes of one part, with the places of headers, chord symbols and bodies in their tokens."""

    def __init__(self, tunes: Sequence[Tune], language: Language) -> None:
        tokenizer, notation = language.tokenizer, language.notation
        read = [replace(tune, text=language.folded(tune.text)) for tune in tunes]
        self.encoded = [with_marks(tokenizer, tune.text) for tune in read]
        texts = token_texts(tokenizer)
        lengths = None if texts is None else np.array([len(text) for text in texts])
        self._places = [
            _places(tune, tokens, lengths, notation) for tune, tokens in zip(read, self.encoded, strict=True)
        ]
        self._notes = [_written_notes(notation, tune) for tune in tunes]
        self._characters = [len(tune.text) + 1 for tune in tunes]

    def losses(self, model: LanguageModel) -> list[TuneLoss]:
        """The loss of the model on each tune."""
        return [
            TuneLoss(
                float(nats.sum()),
                len(nats),
                float(nats[place == _HEADER].sum()),
                int(np.count_nonzero(place == _HEADER)),
                float(nats[place == _CHORD].sum()),
                int(np.count_nonzero(place == _CHORD)),
                notes,
                not np.any(place == _UNKNOWN),
                characters,
            )
            for nats, place, notes, characters in zip(
                model.nats(self.encoded), self._places, self._notes, self._characters, strict=True
            )
        ]


def figures(losses: Iterable[TuneLoss]) -> dict[str, float | None]:
    """The figures of some tunes together.

    They are ``nats``, ``character_nats``, ``header_nats``, ``body_nats`` and ``bits_a_note``. If the tunes
    have chord symbols, also ``chord_nats``, ``melody_nats`` and ``melody_bits_a_note``. Nats are for each
    token of that part of the text as the model reads it, ``character_nats`` for each character of the text
    with all bars written out. A figure is None if there is nothing to divide by.
    """
    losses = list(losses)
    total = {field.name: sum(getattr(loss, field.name) for loss in losses) for field in fields(TuneLoss)}
    # If it is not known which tokens belong to the header, the body is not known either.
    told = [loss for loss in losses if loss.told]
    body_nats = sum(loss.body_nats for loss in told)
    body_tokens = sum(loss.tokens - loss.header_tokens for loss in told)
    # The body of a tune whose notes cannot be counted must not be divided by the notes of the others.
    sung = [loss for loss in told if loss.notes]
    notes = sum(loss.notes for loss in sung)
    found = {
        "nats": _ratio(total["nats"], total["tokens"]),
        "character_nats": _ratio(total["nats"], total["characters"]),
        "header_nats": _ratio(total["header_nats"], total["header_tokens"]),
        "body_nats": _ratio(body_nats, body_tokens),
        "bits_a_note": _bits(sum(loss.body_nats for loss in sung), notes),
    }
    if total["chord_tokens"]:
        found |= {
            "chord_nats": _ratio(total["chord_nats"], total["chord_tokens"]),
            "melody_nats": _ratio(body_nats - total["chord_nats"], body_tokens - total["chord_tokens"]),
            "melody_bits_a_note": _bits(sum(loss.body_nats - loss.chord_nats for loss in sung), notes),
        }
    return found


def part_tunes(corpus: Corpus, part: str) -> tuple[Tune, ...]:
    """The tunes that a part is measured on: all of them, but of the training tunes only a sample.

    It has as many tunes as the validation part, evenly spread.
    """
    tunes = corpus.part(part)
    if part != "train":
        return tunes
    count = min(max(len(corpus.part("validation")), 1), len(tunes))
    return tuple(tunes[number * len(tunes) // count] for number in range(count))


def written_notes(notation: Notation, tune: Tune) -> int:
    """The number of written notes; notes that sound together count once. Raises NotationError."""
    return sum(isinstance(event, Note) for bar in notation.parse(tune).bars for event in bar.events)


def _written_notes(notation: Notation, tune: Tune) -> int:
    try:
        return written_notes(notation, tune)
    except NotationError:
        return 0


_MELODY, _HEADER, _CHORD, _UNKNOWN = range(4)


def _places(
    tune: Tune, tokens: Tokens, lengths: NDArray[np.int64] | None, notation: Notation
) -> NDArray[np.int8]:
    """The part of the tune that each token but the first belongs to: int8 (n - 1,).

    Without a header everything is body.
    """
    headed = isinstance(notation, HeadedNotation)
    unknown = np.full(len(tokens) - 1, _UNKNOWN if headed else _MELODY, np.int8)
    if lengths is None or int(lengths[tokens].sum()) != len(tune.text):
        return unknown
    places = np.full(len(tokens) - 1, _MELODY, np.int8)
    begins = np.cumsum(lengths[tokens])[:-1]  # of tokens[1:], since the start mark has no length
    try:
        if isinstance(notation, ChordedNotation):
            for begin, end in notation.chord_symbols(tune):
                places[(begins >= begin) & (begins < end)] = _CHORD
        if isinstance(notation, HeadedNotation):
            places[begins < notation.body(tune)] = _HEADER
    except NotationError:
        return unknown
    return places


def _ratio(nats: float, count: float) -> float | None:
    return nats / count if count else None


def _bits(nats: float, notes: float) -> float | None:
    return nats / math.log(2) / notes if notes else None
