"""How surprised a model is by tunes: in nats a token, and in nats a note of the body."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from musegen.components import JSON, LanguageModel, Notation, Tokenizer
from musegen.corpus import Corpus, with_marks
from musegen.errors import NotationError
from musegen.score import Note
from musegen.splitting import PARTS
from musegen.tune import Tune
from musegen.vocabulary import Tokens


def measure(
    model: LanguageModel, corpus: Corpus, tokenizer: Tokenizer, notation: Notation
) -> dict[str, JSON]:
    """``train_nats``, ``train_nats_a_note`` and so on for each part; None for a part without tunes.

    Nats a token: over all tokens but the start mark. Nats a note: the nats of the body, header taken as given
    and end mark included, over the notes written (notes struck together count as one, grace notes not); it
    stays comparable when the text is written otherwise. Of the training tunes as many are taken as there are
    validation tunes.
    """
    figures: dict[str, JSON] = {}
    for part in PARTS:
        tunes = corpus.part(part)
        if part == "train":
            tunes = tunes[: max(len(corpus.part("validation")), 1)]
        encoded = [with_marks(tokenizer, tune.text) for tune in tunes]
        nats = model.nats(encoded)
        predicted = sum(len(tokens) - 1 for tokens in encoded)
        figures[f"{part}_nats"] = float(nats.sum() / predicted) if predicted else None
        figures[f"{part}_nats_a_note"] = _nats_a_note(model, tunes, encoded, nats, tokenizer, notation)
    return figures


def _nats_a_note(
    model: LanguageModel,
    tunes: Sequence[Tune],
    encoded: Sequence[Tokens],
    nats: np.ndarray[tuple[int], np.dtype[np.float64]],
    tokenizer: Tokenizer,
    notation: Notation,
) -> float | None:
    """None without notes, or where the tokenizer joins the end of a header with the body."""
    headers, total, notes = list[Tokens](), 0.0, 0
    for tune, tokens, whole in zip(tunes, encoded, nats, strict=True):
        try:
            written = written_notes(notation, tune)
            header = with_marks(tokenizer, tune.text[: notation.body(tune)])[:-1]
        except NotationError:
            continue
        if not np.array_equal(tokens[: len(header)], header):
            return None
        headers.append(header)
        total += float(whole)
        notes += written
    return (total - float(model.nats(headers).sum())) / notes if notes else None


def written_notes(notation: Notation, tune: Tune) -> int:
    """How many notes stand on the page, those struck together as one. Raises NotationError."""
    return sum(isinstance(event, Note) for bar in notation.parse(tune).bars for event in bar.events)
