"""A finished run, opened for its tunes: those that it held out, those that it learned from, and its draws."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from musegen.bounds import Bounds
from musegen.corpus.corpus import Corpus
from musegen.errors import ArtifactError
from musegen.inputs import read_file
from musegen.models.about import About
from musegen.models.draws import Draw
from musegen.models.language import Language
from musegen.models.raw_draws import load_draws
from musegen.models.tune_model import load_language
from musegen.music.melody_library import MELODIES
from musegen.music.originality import MelodyIndex
from musegen.music.validity import Valid
from musegen.plugins.registry import Plugins
from musegen.run.stages.corpus import CorpusStage, load_corpus
from musegen.run.stages.model import MODEL
from musegen.run.stages.sample import DRAWS, SampleStage
from musegen.storage import MARKER, REPORT, RunFolder


@dataclass(frozen=True)
class FinishedRun:
    """The results of a run, as far as other work needs its tunes."""

    folder: Path
    stages: Mapping[str, str]
    """Key of each stage's result by the stage's name."""
    plugins: Plugins
    """Plugins that have the notation of the tunes."""

    @classmethod
    def load(cls, folder: Path, plugins: Plugins) -> FinishedRun:
        """The run in a folder. Raises ArtifactError if it has no results."""
        try:
            stages: Mapping[str, Any] = json.loads(read_file(folder / REPORT, Bounds.RUN_FILE))["stages"]
            keys = {name: str(stage["key"]) for name, stage in stages.items()}
        except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
            raise ArtifactError(f"{folder}: holds no finished run; `musegen run` makes one") from error
        return cls(folder, keys, plugins)

    @classmethod
    def is_at(cls, folder: Path) -> bool:
        """Whether a folder holds a run."""
        return (folder / REPORT).is_file()

    @cached_property
    def corpus(self) -> Corpus:
        """The tunes of the run and their parts. Raises ArtifactError where they are missing or damaged."""
        return load_corpus(self._stage(CorpusStage.name))

    @property
    def model(self) -> Path:
        """The file of the trained model."""
        return self.folder / MODEL

    @cached_property
    def language(self) -> Language:
        """Notation and tokenizer of the tunes. Raises ArtifactError, and PluginError for missing plugins."""
        return load_language(self.model, About.read(self.model), self.plugins)

    @cached_property
    def valid(self) -> Valid:
        """The rules of ``[sample.valid]`` that its new tunes were judged by; the defaults if it made none."""
        if SampleStage.name not in self.stages:
            return Valid()
        try:
            marker = read_file(self._stage(SampleStage.name) / MARKER, Bounds.RUN_FILE)
            inputs = json.loads(marker)["inputs"]
            return Valid.model_validate(inputs["options"]["valid"])
        except (OSError, ValueError, KeyError, TypeError, ValidationError) as error:
            raise ArtifactError(f"{self.folder}: is damaged; `musegen run` makes it again") from error

    @property
    def melodies(self) -> MelodyIndex | None:
        """The melodies of the tunes that it learned from; None for a run of an older version."""
        file = self.folder / MELODIES
        return MelodyIndex.load(file) if file.is_file() else None

    def draws(self, stage: str) -> list[Draw]:
        """The tunes that a stage drew, as they were drawn; empty if the run has no such stage."""
        if stage not in self.stages:
            return []
        language = self.language
        file = self._stage(stage) / DRAWS
        return load_draws(file, language.notation_name, language.notation, self.valid)

    def _stage(self, name: str) -> Path:
        key = self.stages.get(name, "")
        if not re.fullmatch(r"[0-9a-f]{16}", key):
            raise ArtifactError(f"{self.folder}: has no result of the stage {name}; run its pipeline again")
        return RunFolder(self.folder).folder(name, key)
