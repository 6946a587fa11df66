"""Turns note names into pitches: octave marks, key, and accidentals that carry on (ABC 2.1 §4.1, §4.2)."""

from __future__ import annotations

import re
from collections.abc import Collection
from fractions import Fraction
from functools import lru_cache
from math import floor

from musegen import Key, Pitch

ACCIDENTALS = {2: "^^", 1: "^", 0: "=", -1: "_", -2: "__"}
"""The sign of each alteration (ABC 2.1 §4.2)."""
_ALTERS = {sign: alter for alter, sign in ACCIDENTALS.items()}
_MOST_ALTERED = 2
_LOWEST, _HIGHEST = 0, 127
NO_KEY = Key("")


def is_microtone(accidental: str | None) -> bool:
    """Whether an accidental is one such as ``^/`` or ``_3/2``."""
    return accidental is not None and accidental not in _ALTERS


def alteration(accidental: str) -> int:
    """The semitones of an accidental: of a microtone the nearest, and of a half the one nearer to 1."""
    if accidental in _ALTERS:
        return _ALTERS[accidental]
    above, _, below = accidental[1:].partition("/")
    exact = Fraction(int(above or 1), int(below or 2) or 1) if "/" in accidental else Fraction(int(above))
    nearest = floor(exact) if exact % 1 == Fraction(1, 2) and exact > 1 else floor(exact + Fraction(1, 2))
    return min(nearest, _MOST_ALTERED) * (1 if accidental[0] == "^" else -1)


@lru_cache(maxsize=4096)
def _spelled(step: str, octave: int, alter: int) -> Pitch:
    """The pitch, moved by octaves into the range of MIDI."""
    pitch = Pitch(octave, step, alter)
    while pitch.midi < _LOWEST:
        pitch = Pitch(pitch.octave + 1, step, alter)
    while pitch.midi > _HIGHEST:
        pitch = Pitch(pitch.octave - 1, step, alter)
    return pitch


@lru_cache(maxsize=4096)
def _step_and_octave(name: str) -> tuple[str, int]:
    """Step and scientific octave of ``C,`` or ``c'``; the octave is at most a little out of range."""
    octave = (4 if name[0].isupper() else 5) + name.count("'") - name.count(",")
    return name[0].upper(), min(max(octave, -3), 12)


def read_pitch(name: str) -> Pitch:
    """The pitch of a note as ``^F,`` or ``F#`` in no key."""
    sign, step, rest = re.fullmatch(r"([_^=]*)([A-Ga-g])(.*)", name).groups()  # type: ignore[union-attr]
    step, octave = _step_and_octave(step + rest.strip("#b"))
    return _spelled(step, octave, _ALTERS.get(sign, 0) + rest.count("#") - rest.count("b"))


class Accidentals:
    """Tells the alteration of a note where it stands.

    An accidental holds for its step in all octaves until the bar line (ABC 2.1 §11.3: propagation by
    ``pitch`` is the default; abc2midi does so too), and beyond it for a note that is tied over.
    """

    def __init__(self, key: Key) -> None:
        self._in_bar: dict[str, int] = {}
        self._tied: dict[tuple[str, int], int] = {}
        self.deviate = False
        """Whether a note without accidental may now differ from the key."""
        self.set_key(key)

    def set_key(self, key: Key) -> None:
        """Change the key; accidentals of this bar stay."""
        self._alterations = key.alterations

    def bar_line(self) -> None:
        """Forget the accidentals of the bar."""
        if self._in_bar:
            self._in_bar = {}
            self.deviate = bool(self._tied)

    def pitch(self, accidental: str | None, name: str) -> Pitch:
        """The pitch of a note here; an accidental that it has holds from now on."""
        step, octave = _step_and_octave(name)
        if accidental:
            alter = self._in_bar[step] = alteration(accidental)
            self.deviate = True
        elif step in self._in_bar:
            alter = self._in_bar[step]
        else:
            alter = self._tied.get((step, octave), self._alterations[step])
        return _spelled(step, octave, alter)

    def tie(self, pitches: Collection[Pitch]) -> None:
        """Take note of the pitches that are tied over to the next note; empty for none."""
        if pitches or self._tied:
            self._tied = {(pitch.step, pitch.octave): pitch.alter for pitch in pitches}
            self.deviate = bool(self._tied or self._in_bar)
