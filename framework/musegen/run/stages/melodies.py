"""The stage ``melodies``: keeps the melodies of the training tunes, so that copies of them are known."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from pathlib import Path

from musegen.canonical import JSON
from musegen.errors import NotationError
from musegen.music.melody import Melody
from musegen.music.melody_library import MELODIES
from musegen.music.originality import MelodyIndex
from musegen.pipeline.plan import Plan
from musegen.progress import Progress
from musegen.run.stage import Stage, Top
from musegen.run.stages.corpus import CorpusStage
from musegen.storage import RunFolder
from musegen.words import counted


class MelodiesStage(Stage):
    """The stage that makes an index of the training tunes' melodies: what a new tune may be a copy of."""

    name = "melodies"
    version = 1

    def __init__(self, plan: Plan, storage: RunFolder, corpus: CorpusStage) -> None:
        super().__init__(plan, storage)
        self._corpus = corpus

    def depends_on(self) -> dict[str, JSON]:
        """The tunes, and the notations that read them."""
        return {"corpus": self._corpus.key}

    def build(self, folder: Path, progress: Progress) -> None:
        """Read every training tune and save the index."""
        MelodyIndex(self._melodies(progress)).save(folder / MELODIES)

    def _melodies(self, progress: Progress) -> Iterator[tuple[str, Melody]]:
        notation, tunes = self._corpus.notation, self._corpus.corpus.part("train")
        for done, tune in enumerate(tunes):
            progress.advance(done, len(tunes))
            try:
                yield tune.source, Melody.of(notation.parse(tune), tune.title)
            except NotationError as error:  # prepared, its text may lack what the notation wants
                progress.say(f"{error}; copies of it are not known")

    def describe(self) -> str:
        """The number of tunes."""
        return counted(len(self.index), "training tune")

    def publish(self, top: Top) -> None:
        """Add the index, which ``musegen sample`` looks for beside the model."""
        top.files[MELODIES] = self.folder / MELODIES

    @cached_property
    def index(self) -> MelodyIndex:
        """The index. Raises ArtifactError if its file is damaged."""
        return MelodyIndex.load(self.folder / MELODIES)
