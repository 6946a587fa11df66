"""The corpus of a run: tunes read, prepared and split into train, validation and test."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from pydantic import Field

from musegen.components import CorpusReader, Notation, Tokenizer
from musegen.errors import ArtifactError, CorpusError, NotationError
from musegen.options import Options, Prepare
from musegen.tune import Tune
from musegen.vocabulary import Tokens

PARTS = ("train", "validation", "test")


class Split(Options):
    """``[split]``: which tunes a model learns from, is chosen by and is judged by; whole tunes."""

    validation: float = Field(0.1, ge=0, lt=1)
    """Share of the tunes that choose the best epoch."""
    test: float = Field(0.1, ge=0, lt=1)
    """Share of the tunes that are looked at once, at the end."""


@dataclass(frozen=True)
class Corpus:
    """Prepared tunes with the part each belongs to."""

    tunes: tuple[Tune, ...]
    parts: tuple[str, ...]
    """One of :data:`PARTS` for each tune."""
    skipped: int = 0
    """Tunes that could not be used."""

    def part(self, name: str) -> tuple[Tune, ...]:
        """The tunes of one part."""
        return tuple(tune for tune, part in zip(self.tunes, self.parts, strict=True) if part == name)

    @property
    def notation(self) -> str:
        """The notation that all tunes share."""
        return self.tunes[0].notation

    def encoded(self, name: str, tokenizer: Tokenizer) -> tuple[Tokens, ...]:
        """The tunes of one part as tokens, start and end marks included: int32 (n + 2,) each."""
        return tuple(with_marks(tokenizer, tune.text) for tune in self.part(name))

    def save(self, folder: Path) -> None:
        """Write ``tunes.jsonl``, a line a tune."""
        with (folder / "tunes.jsonl").open("w", encoding="utf-8") as file:
            for tune, part in zip(self.tunes, self.parts, strict=True):
                row = {
                    "part": part,
                    "source": tune.source,
                    "title": tune.title,
                    "notation": tune.notation,
                    "text": tune.text,
                    "tonic": tune.tonic,
                }
                file.write(json.dumps(row, ensure_ascii=False) + "\n")
        (folder / "skipped.json").write_text(json.dumps(self.skipped))

    @classmethod
    def load(cls, folder: Path) -> Corpus:
        """The corpus that :meth:`save` wrote. Raises ArtifactError for anything else."""
        try:
            with (folder / "tunes.jsonl").open(encoding="utf-8") as file:
                rows = [json.loads(line) for line in file]
            tunes = tuple(
                Tune(row["text"], row["notation"], row["title"], row["source"], tonic=row["tonic"])
                for row in rows
            )
            skipped = int((folder / "skipped.json").read_text())
            return cls(tunes, tuple(row["part"] for row in rows), skipped)
        except (ValueError, KeyError, TypeError) as error:
            raise ArtifactError(f"{folder}: is no saved corpus; delete it and run again") from error


def with_marks(tokenizer: Tokenizer, text: str) -> Tokens:
    """``text`` as tokens from the start mark to the end mark: int32 (n + 2,)."""
    tokens = tokenizer.encode(text)
    vocabulary = tokenizer.vocabulary
    marked = np.empty(len(tokens) + 2, np.int32)
    marked[0], marked[-1] = vocabulary.start, vocabulary.end
    marked[1:-1] = tokens
    return marked


def read_corpus(
    readers: Sequence[CorpusReader],
    notations: Mapping[str, Notation],
    prepare: Prepare,
    split: Split,
    seed: int,
    report: Callable[[str], None],
    advance: Callable[[int, int], None],
) -> Corpus:
    """Read every reader's tunes, prepare and split them.

    A tune that its notation cannot read is passed over and ``report`` told so. Raises CorpusError where no
    tune is left, where tunes are in different notations, or where a part would be empty.
    """
    tunes: list[Tune] = []
    skipped = 0

    def skip(line: str) -> None:
        nonlocal skipped
        skipped += 1
        report(f"{line}; skipped")

    found = [tune for reader in readers for tune in reader.read(report)]
    for done, tune in enumerate(found, 1):
        notation = notations.get(tune.notation)
        if notation is None:
            raise CorpusError(f'{tune.source}: no notation "{tune.notation}" is installed')
        try:
            tunes.append(notation.prepare(tune, prepare))
        except NotationError as error:
            skip(str(error))
        advance(done, len(found))
    if not tunes:
        raise CorpusError(f"the corpus has no usable tune ({skipped} skipped)")
    used = sorted({tune.notation for tune in tunes})
    if len(used) > 1:
        raise CorpusError(f"the corpus mixes notations ({', '.join(used)}); a model learns one")
    return Corpus(tuple(tunes), split_tunes(tunes, split, seed), skipped)


def split_tunes(tunes: Sequence[Tune], split: Split, seed: int) -> tuple[str, ...]:
    """The part of each tune.

    Tunes whose text is the same but for the title stay together. Whether a tune is held out depends on its
    text and ``seed``, not on its place in the corpus. Raises CorpusError where a wanted part would be empty.
    """
    groups: dict[str, list[int]] = {}
    for i, tune in enumerate(tunes):
        text = tune.text.replace(tune.title, "", 1) if tune.title else tune.text
        groups.setdefault(hashlib.sha256(f"{seed}/{text}".encode()).hexdigest(), []).append(i)
    parts = ["train"] * len(tunes)
    waiting = [groups[digest] for digest in sorted(groups)]
    for part, share in (("test", split.test), ("validation", split.validation)):
        wanted = max(round(share * len(tunes)), 1) if share else 0
        held_out = 0
        while held_out < wanted and len(waiting) > 1:
            group = waiting.pop()
            held_out += len(group)
            for i in group:
                parts[i] = part
        if held_out < wanted:
            raise CorpusError(
                f"{len(tunes)} tunes are too few for [split] {part} = {share}; add tunes or set it to 0"
            )
    return tuple(parts)
