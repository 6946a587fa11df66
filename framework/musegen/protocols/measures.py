"""The protocol of measures: what can be counted in a tune, so that new tunes can be held against real."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from musegen.music.score import Score


@dataclass(frozen=True, slots=True)
class Descriptor:
    """One figure of a tune that a measure gives, such as the share of bars that come again."""

    name: str
    """Name in files and tables: lower-case letters, digits and ``_``, beginning with a letter."""
    says: str
    """What it counts, in words that can begin a sentence: ``bars that come again four bars later``."""
    unit: str = ""
    """Unit of the figure, such as ``semitones``. ``%``: the figure is a share from 0 to 1, shown as per
    cent."""


class Measure(Protocol):
    """Something that describes a tune in figures, by which ``musegen evaluate`` compares tunes."""

    @property
    def descriptors(self) -> tuple[Descriptor, ...]:
        """The figures that it gives, the same for every tune."""
        ...

    def describe(self, score: Score) -> Mapping[str, float | None]:
        """The figures of one tune by the names of :attr:`descriptors`.

        None, or no entry, is for a figure that this tune does not have, such as the last note of a tune
        without notes. The same score must always give the same figures, and they must be finite.
        """
        ...
