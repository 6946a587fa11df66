"""What a tune that is being written has to keep to, as numbers and switches."""

from __future__ import annotations

from dataclasses import dataclass, replace

from musegen.music.validity import Valid

_MIDI = 127


@dataclass(frozen=True, slots=True)
class TuneLimits:
    """What a tune in the making has to keep to: what makes it valid, and wishes for its form and notes."""

    bars: int = 8
    """Number of full bars that the tune must have, as written."""
    repetition: int = 3
    """Largest number of times that the same bar may come in a row; 0 for any."""
    lowest: int = 55
    """Lowest pitch as a MIDI note number (60 is middle C)."""
    highest: int = 88
    """Highest pitch as a MIDI note number."""
    pitches: frozenset[int] | None = None
    """MIDI note numbers of the pitches that may sound; None for all from ``lowest`` to ``highest``."""
    metre: bool = True
    """Whether bars must fit their metre; upbeats and last bars complete each other."""
    repeats: bool = True
    """Whether repeats and endings must balance."""
    length: bool = True
    """Whether the room that an ending needs is kept free. Without it a tune may be cut off."""
    one_key: bool = False
    """Whether the key of the header stays to the end."""
    one_metre: bool = False
    """The same for its metre."""
    one_rhythm: bool = False
    """The same for its rhythm."""
    form: str = ""
    """The strains as they are played, a letter each, such as ``AABB``: one that comes twice is repeated.
    Empty for any form."""
    strain: int = 0
    """Number of full bars of every strain; 0 for any."""
    cadence: bool = False
    """Whether every strain, and every ending, must end on the tonic."""
    chords: bool | None = None
    """Whether the first bar of every strain must have a chord symbol; False for no chord symbols, None for
    any."""

    @classmethod
    def of(cls, valid: Valid) -> TuneLimits:
        """The limits within which a tune is valid, and no wishes."""
        lowest, highest = valid.limits
        return cls(valid.bars, valid.repetition, lowest, highest)

    @property
    def sounding(self) -> frozenset[int]:
        """MIDI note numbers of all pitches that may sound."""
        within = frozenset(range(self.lowest, self.highest + 1))
        return within if self.pitches is None else within & self.pitches

    def lower(self, semitones: int) -> TuneLimits:
        """The same limits for a tune that is written so many semitones lower than it will sound."""
        low, high = (min(max(pitch - semitones, 0), _MIDI) for pitch in (self.lowest, self.highest))
        pitches = None if self.pitches is None else frozenset(pitch - semitones for pitch in self.pitches)
        return replace(self, lowest=low, highest=high, pitches=pitches)
