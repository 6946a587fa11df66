"""The stage ``corpus``: reads, prepares and splits the tunes, and transposes training tunes to other keys."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from itertools import chain
from pathlib import Path

from musegen.canonical import JSON
from musegen.corpus.collections import used_collections
from musegen.corpus.corpus import PARTS, Corpus
from musegen.corpus.identity import source_names
from musegen.corpus.reading import read_corpus
from musegen.corpus.split_file import SPLIT_FILE, split_table
from musegen.corpus.transposing import Transposed, transpose_all
from musegen.errors import ArtifactError, CorpusError
from musegen.inputs import check_file
from musegen.music.tune import Tune
from musegen.progress import Progress
from musegen.protocols.corpora import CorpusReader
from musegen.protocols.notations import HeadedNotation, Notation
from musegen.protocols.sampling import derive_seed
from musegen.run.stage import Stage, Top
from musegen.words import counted
from musegen.writing import file_digest

_TUNES = "tunes.jsonl"
_LEFT_OUT = "left_out.json"
_TRANSPOSED = "transposed.jsonl"


class CorpusStage(Stage):
    """The stage that reads the tunes of ``[[corpus]]``."""

    name = "corpus"
    table = ("corpus",)
    version = 3

    def depends_on(self) -> dict[str, JSON]:
        """The options, and the sources by their content and what tells them apart, not by their place.

        Raises CorpusError if ``[split] file`` is missing.
        """
        plan = self.plan
        named = chain.from_iterable(source_names(self._readers))
        sources: list[JSON] = [[name, file_digest(path)] for path, name in named]
        return {
            "readers": [use.inputs for use in plan.corpus],
            "notations": [use.inputs for use in plan.notations.values()],
            "sources": sources,
            "prepare": plan.prepare.model_dump(mode="json"),
            "split": [plan.split.model_dump(mode="json"), *self._given_split()],
            "seed": self._seed,
        }

    def _given_split(self) -> list[str]:
        """The digest of the file in ``[split] file``, if it is set."""
        file = self.plan.split.file
        if file is None:
            return []
        try:
            check_file(Path(file))
        except OSError as error:
            raise CorpusError(
                f"{file}: {error.strerror}; [split] file names a {SPLIT_FILE} of an earlier run"
            ).at("split", "file") from None
        return [file_digest(Path(file))]

    def build(self, folder: Path, progress: Progress) -> None:
        """Read, prepare and split every tune."""
        plan = self.plan
        notations = {name: use.build() for name, use in plan.notations.items()}
        corpus = read_corpus(
            self._readers,
            notations,
            plan.prepare,
            plan.split,
            self._seed,
            progress.say,
            progress.advance,
            str(plan.file),
        )
        _save(corpus, folder)
        if plan.prepare.transpose:
            _save_transposed(transpose_all(notations[corpus.notation], corpus.part("train")), folder)

    def describe(self) -> str:
        """The number of tunes, and how many are in each part."""
        corpus = self.corpus
        parts = ", ".join(f"{corpus.parts.count(part)} {part}" for part in PARTS)
        left_out = f"{counted(corpus.duplicates, 'duplicate')} left out, {corpus.skipped} skipped"
        sizes = (
            f"{counted(len(corpus.tunes), 'tune')} in {counted(len(set(corpus.groups)), 'group')} of versions"
        )
        return f"{sizes}: {parts}; {left_out}"

    def publish(self, top: Top) -> None:
        """Add the split, and the sources of the tunes."""
        top.files[SPLIT_FILE] = split_table(self.corpus)
        top.report["corpora"] = [
            row for use in self.plan.corpus for row in used_collections(use.component, use.options)
        ]

    @cached_property
    def corpus(self) -> Corpus:
        """The prepared and split tunes. Raises ArtifactError if the saved files are damaged."""
        return load_corpus(self.folder)

    @property
    def transposed(self) -> Iterator[Transposed]:
        """Each training tune in other keys; empty if ``[prepare] transpose`` is not set."""
        return _load_transposed(self.folder)

    @cached_property
    def notation(self) -> Notation:
        """The notation of the tunes."""
        return self.plan.notations[self.corpus.notation].build()

    @cached_property
    def headers(self) -> Sequence[Mapping[str, str]]:
        """The headers of the training tunes; empty if their notation has no headers."""
        notation = self.notation
        if not isinstance(notation, HeadedNotation):
            return []
        return [notation.header(tune) for tune in self.corpus.part("train")]

    @cached_property
    def _readers(self) -> list[CorpusReader]:
        return [use.build() for use in self.plan.corpus]

    @property
    def _seed(self) -> int:
        return derive_seed(self.plan.run_options.seed, self.name)


def _save(corpus: Corpus, folder: Path) -> None:
    """Write a line for each tune, and the numbers of tunes that were left out."""
    columns = zip(corpus.tunes, corpus.parts, corpus.groups, corpus.melodies, strict=True)
    with (folder / _TUNES).open("w", encoding="utf-8") as file:
        for tune, part, group, melody in columns:
            row = {
                "part": part,
                "group": group,
                "melody": melody,
                "source": tune.source,
                "title": tune.title,
                "notation": tune.notation,
                "text": tune.text,
                "work": tune.work,
                "tonic": tune.tonic,
            }
            file.write(json.dumps(row, ensure_ascii=False) + "\n")
    left_out = {"skipped": corpus.skipped, "duplicates": corpus.duplicates}
    (folder / _LEFT_OUT).write_text(json.dumps(left_out))


def load_corpus(folder: Path) -> Corpus:
    """The corpus that the stage saved in its folder. Raises ArtifactError for damaged files."""
    try:
        with (folder / _TUNES).open(encoding="utf-8") as file:
            rows = [json.loads(line) for line in file]
        left_out = json.loads((folder / _LEFT_OUT).read_text())
        names = ("text", "notation", "title", "source", "work", "tonic")
        return Corpus(
            tuple(Tune(*(row[name] for name in names)) for row in rows),
            tuple(row["part"] for row in rows),
            tuple(row["group"] for row in rows),
            tuple(row["melody"] for row in rows),
            left_out["skipped"],
            left_out["duplicates"],
        )
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ArtifactError(f"{folder}: is not a saved corpus; delete it and run again") from error


def _save_transposed(rows: Iterable[Transposed], folder: Path) -> None:
    """Write a line for each training tune."""
    with (folder / _TRANSPOSED).open("w", encoding="utf-8") as file:
        for row in rows:
            file.write(json.dumps([row.texts, row.weights], ensure_ascii=False) + "\n")


def _load_transposed(folder: Path) -> Iterator[Transposed]:
    if (folder / _TRANSPOSED).exists():
        with (folder / _TRANSPOSED).open(encoding="utf-8") as file:
            for line in file:
                texts, weights = json.loads(line)
                yield Transposed(tuple(texts), tuple(weights))
