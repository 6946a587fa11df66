"""The stage ``tokenizer``: trains the tokenizer, which divides texts into symbols."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property
from pathlib import Path

from musegen.canonical import JSON
from musegen.models.home import Home
from musegen.models.known import header_counts
from musegen.models.language import Language, folded, header_fields
from musegen.models.tokenizing import checked_state
from musegen.music.tune import Tune
from musegen.pipeline.plan import Plan
from musegen.progress import Progress
from musegen.protocols.notations import CopyingNotation
from musegen.run.stage import Stage
from musegen.run.stages.corpus import CorpusStage
from musegen.storage import RunFolder

_STATE = "tokenizer.json"


class TokenizerStage(Stage):
    """The stage that trains the tokenizer, on all texts that the model is trained on or judged by."""

    name = "tokenizer"
    table = ("tokenizer",)
    version = 1

    def __init__(self, plan: Plan, storage: RunFolder, corpus: CorpusStage) -> None:
        super().__init__(plan, storage)
        self._corpus = corpus

    def depends_on(self) -> dict[str, JSON]:
        """The component and the corpus."""
        return {"component": self.plan.tokenizer.inputs, "corpus": self._corpus.key}

    def build(self, folder: Path, progress: Progress) -> None:
        """Train the tokenizer. Raises ComponentError if it cannot encode the corpus without loss."""
        tunes: Sequence[Tune] = self._corpus.corpus.tunes
        transposed = [text for row in self._corpus.transposed for text in row.texts]
        if self.plan.prepare.copies:
            notation = self._corpus.notation
            tunes = [replace(tune, text=folded(notation, tune.text)) for tune in tunes]
            transposed = [folded(notation, text) for text in transposed]
        texts = [tune.text for tune in tunes] + transposed
        tokenizer = self.plan.tokenizer.build().train(texts)
        state = checked_state(tokenizer, tunes)
        (folder / _STATE).write_text(state, encoding="utf-8")

    @cached_property
    def language(self) -> Language:
        """The trained tokenizer with everything else about how the tunes of the corpus are written."""
        corpus, prepare = self._corpus, self.plan.prepare
        state = json.loads((self.folder / _STATE).read_text("utf-8"))
        train = corpus.corpus.part("train")
        return Language(
            corpus.corpus.notation,
            corpus.notation,
            self.plan.tokenizer.build().load(state),
            header_fields(corpus.headers),
            Home.of(prepare.tonic, train, corpus.notation) if prepare.tonic else None,
            prepare.copies and isinstance(corpus.notation, CopyingNotation),
            header_counts(corpus.notation, corpus.headers),
        )
