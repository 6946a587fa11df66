"""Tunes to learn from, to choose by and to judge by."""

from __future__ import annotations

from dataclasses import dataclass

from musegen.music.tune import Tune

PARTS = ("train", "validation", "test")
"""What a model learns from, is chosen by, and is judged by."""


@dataclass(frozen=True)
class Corpus:
    """Prepared tunes with the part each belongs to."""

    tunes: tuple[Tune, ...]
    parts: tuple[str, ...]
    """One of :data:`PARTS` for each tune."""
    groups: tuple[int, ...] = ()
    """The near-duplicate group of each tune: the number of the first tune in it."""
    melodies: tuple[str, ...] = ()
    """A digest of each tune's melody, however it is spelled (:mod:`musegen.music.similarity`)."""
    skipped: int = 0
    """Tunes that could not be used."""
    duplicates: int = 0
    """Tunes that were left out, since another has the same text but for number and title."""

    def part(self, name: str) -> tuple[Tune, ...]:
        """The tunes of one part."""
        return tuple(tune for tune, part in zip(self.tunes, self.parts, strict=True) if part == name)

    @property
    def notation(self) -> str:
        """The notation that all tunes share."""
        return self.tunes[0].notation
