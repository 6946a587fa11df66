"""Reads how far notes sound from where they are written: clef, ``octave=``, ``transpose=`` (ABC 2.1 §4.6)."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from musegen_abc.pitches import read_pitch

_MOST_OCTAVES, _MOST_SEMITONES = 4, 48
_PARAMETER = re.compile(r'(?<![\w%])([A-Za-z]+)\s*=\s*("[^"]*"|[^\s"]*)')
_NAMES = "treble|alto|tenor|bass|mezzosoprano|mezzo|soprano|baritone|perc|none"
_SUFFIX = r"\d?([+\-^_]\d{1,2})?"
_CLEF = re.compile(rf"(?:{_NAMES}|auto|[GCFP]){_SUFFIX}", re.IGNORECASE)
_BARE_CLEF = re.compile(rf"(?<!\S)(?:(?:{_NAMES}){_SUFFIX}|([+-](?:8|15)))(?!\S)", re.IGNORECASE)
_OCTAVES = {"+8": 1, "-8": -1, "+15": 2, "-15": -2}
_NOTE = r"(?:\^\^?|__?|=)?[A-Ga-g][#b]?[,']{0,4}"
_NOTES = re.compile(rf"({_NOTE})({_NOTE})")
_DIRECTIVE = re.compile(r"(?:%%[ \t]*)?MIDI[ \t]+(r?transpose)\b[ \t]*([^%]*)")


class Shift(NamedTuple):
    """How far notes sound above where they are written. What sets a part of it leaves the others alone."""

    clef: int = 0
    """Octaves by the clef: 1 for ``treble+8``."""
    octave: int = 0
    """Octaves by ``octave=``."""
    transpose: int = 0
    """Semitones by ``transpose=``, ``shift=`` or ``%%MIDI transpose``, whichever came last."""

    @property
    def semitones(self) -> int:
        """The sum."""
        return 12 * (self.clef + self.octave) + self.transpose


class Told(NamedTuple):
    """A value that is not understood; the old one holds on."""

    place: int
    """Where it stands in the text, from 0."""
    message: str


@lru_cache(maxsize=1024)
def read_shift(text: str, before: Shift) -> tuple[Shift, tuple[Told, ...]]:
    """What a ``K:`` field, or a ``V:`` field behind the name of its voice, makes of a shift."""
    shift, told = before, list[Told]()
    for match in _PARAMETER.finditer(text):
        value = match[2].strip('"').strip()
        try:
            shift = shift._replace(**_parameter(match[1].lower(), value))
        except ValueError as error:
            told.append(Told(match.start(), f"{match[1]}={value[:20]}: {error}"))
    rest = _PARAMETER.sub(lambda parameter: " " * len(parameter[0]), text)
    for match in _BARE_CLEF.finditer(rest):
        try:
            shift = shift._replace(clef=_octaves(match[1] or match[2] or ""))
        except ValueError as error:
            told.append(Told(match.start(), f"{match[0]}: {error}"))
    return shift, tuple(told)


def _parameter(name: str, value: str) -> dict[str, int]:
    """What one parameter sets. Raises ValueError for a value that it cannot have."""
    match name:
        case "clef":
            clef = _CLEF.fullmatch(value)
            if not clef:
                raise ValueError("a clef is treble, alto, tenor, bass, perc or none, as in treble-8")
            return {"clef": _octaves(clef[1] or "")}
        case "octave":
            return {"octave": _number(value, _MOST_OCTAVES)}
        case "transpose" | "t":
            return {"transpose": _number(value, _MOST_SEMITONES)}
        case "shift" | "sound":
            notes = _NOTES.fullmatch(value)
            if not notes:
                raise ValueError("two notes are expected, as in CD for a tone up")
            up = read_pitch(notes[2]).midi - read_pitch(notes[1]).midi
            return {"transpose": _number(str(up), _MOST_SEMITONES)}
    return {}


def _octaves(suffix: str) -> int:
    """The octaves of ``+8`` behind a clef; ``^8`` and ``_8`` are printed alone, as by abcm2ps."""
    if not suffix or suffix[0] in "^_":
        return 0
    if suffix not in _OCTAVES:
        raise ValueError("a clef is followed by +8, -8, +15 or -15")
    return _OCTAVES[suffix]


def _number(text: str, most: int) -> int:
    if not re.fullmatch(r"[+-]?\d{1,3}", text) or abs(int(text)) > most:
        raise ValueError(f"a whole number from -{most} to {most} is expected")
    return int(text)


def is_directive(text: str) -> bool:
    """Whether a line, or the value of an ``I:`` field, is ``%%MIDI transpose`` or ``rtranspose``."""
    return _DIRECTIVE.match(text) is not None


def read_directive(text: str, before: Shift) -> tuple[Shift, tuple[Told, ...]]:
    """What such a line makes of a shift; ``rtranspose`` adds to the semitones before."""
    match = _DIRECTIVE.match(text)
    if not match:
        return before, ()
    value = match[2].strip()
    try:
        number = _number(value, _MOST_SEMITONES)
        if match[1] == "rtranspose":
            number = _number(str(before.transpose + number), _MOST_SEMITONES)
    except ValueError as error:
        return before, (Told(match.start(1), f"{match[1]} {value[:20]}: {error}".replace(" :", ":")),)
    return before._replace(transpose=number), ()
