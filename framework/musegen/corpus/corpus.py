"""The corpus of a run: its tunes, in three parts."""

from __future__ import annotations

from dataclasses import dataclass

from musegen.music.tune import Tune

PARTS = ("train", "validation", "test")
"""Parts of a corpus: tunes to learn from, tunes to choose the best epoch by, and tunes to judge the model
by."""


@dataclass(frozen=True)
class Corpus:
    """Prepared tunes, and the part that each belongs to."""

    tunes: tuple[Tune, ...]
    """Prepared tunes in the order of the corpus."""
    parts: tuple[str, ...]
    """Part of each tune, one of :data:`PARTS`."""
    groups: tuple[int, ...] = ()
    """Group of near-duplicates of each tune: the number of the first tune in the group."""
    melodies: tuple[str, ...] = ()
    """Digest of each tune's melody, which does not depend on its spelling
    (:mod:`musegen.music.similarity`)."""
    skipped: int = 0
    """Number of tunes that could not be read."""
    duplicates: int = 0
    """Number of tunes that were left out because another tune differs only in number and title."""

    def part(self, name: str) -> tuple[Tune, ...]:
        """The tunes of one part."""
        return tuple(tune for tune, part in zip(self.tunes, self.parts, strict=True) if part == name)

    @property
    def notation(self) -> str:
        """Name of the notation that all tunes are written in."""
        return self.tunes[0].notation
