"""What a run has made so far, as objects: each loaded from its stage's files when it is first needed."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from musegen.corpus.corpus import Corpus
from musegen.models.composer import Home
from musegen.pipeline.plan import Plan, Use
from musegen.protocols.models import LanguageModel, ModelTrainer
from musegen.protocols.notations import HeadedNotation, Notation
from musegen.protocols.tokenizers import Tokenizer


@dataclass(frozen=True, slots=True)
class Finished:
    """One stage of a run that has its result."""

    stage: str
    key: str
    folder: Path
    cached: bool
    seconds: float


class StageResults:
    """What later stages take from earlier ones, fresh or from before alike."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.finished: dict[str, Finished] = {}

    @cached_property
    def corpus(self) -> Corpus:
        """The prepared and split tunes."""
        return Corpus.load(self.finished["corpus"].folder)

    @cached_property
    def notation(self) -> Notation:
        """That of the corpus."""
        return self.plan.notations[self.corpus.notation].build()

    @cached_property
    def headers(self) -> list[Mapping[str, str]]:
        """The headers of the training tunes; none where their notation has no headers."""
        notation = self.notation
        if not isinstance(notation, HeadedNotation):
            return []
        return [notation.header(tune) for tune in self.corpus.part("train")]

    @property
    def fields(self) -> tuple[str, ...]:
        """The header fields that the corpus has, in its order."""
        order: list[str] = []
        for header in self.headers:
            place = 0
            for field in header:
                if field in order:
                    place = order.index(field) + 1
                else:
                    order.insert(place, field)
                    place += 1
        return tuple(order)

    @cached_property
    def home(self) -> Home | None:
        """Where ``[prepare] tonic`` brought the tunes, and from where the training tunes came."""
        if not self.plan.prepare.tonic:
            return None
        tonics: dict[str, Counter[str]] = {}
        for tune in self.corpus.part("train"):
            if tune.tonic:
                mode = self.notation.parse(tune).key.mode
                tonics.setdefault(mode, Counter())[tune.tonic] += 1
        return Home(self.plan.prepare.tonic, tonics)

    @cached_property
    def tokenizer(self) -> Tokenizer:
        """The trained one."""
        state = json.loads((self.finished["tokenizer"].folder / "tokenizer.json").read_text("utf-8"))
        return self.plan.tokenizer.build().load(state)

    @cached_property
    def model(self) -> LanguageModel:
        """The trained one."""
        return load_model(self.plan.model, self.finished["model"].folder)


def load_model(use: Use[ModelTrainer], folder: Path) -> LanguageModel:
    """The model that a stage saved in ``folder``."""
    return use.build().load(folder / "model.safetensors")
