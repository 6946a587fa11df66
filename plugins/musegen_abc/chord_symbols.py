"""Tells which quoted strings are accompaniment chords (ABC 2.1 §4.18)."""

from __future__ import annotations

import re
from functools import lru_cache

from musegen import ChordSymbol

_MAJOR, _MINOR, _DIMINISHED, _AUGMENTED = (0, 4, 7), (0, 3, 7), (0, 3, 6), (0, 4, 8)
# Semitones above the root; elevenths and thirteenths are tones of a chord too, above the octave.
_QUALITIES: dict[str, tuple[int, ...]] = {
    "": _MAJOR,
    "maj": _MAJOR,
    "M": _MAJOR,
    "m": _MINOR,
    "min": _MINOR,
    "mi": _MINOR,
    "-": _MINOR,
    "dim": _DIMINISHED,
    "d": _DIMINISHED,  # the Nottingham database's own spelling
    "o": _DIMINISHED,
    "°": _DIMINISHED,
    "aug": _AUGMENTED,
    "a": _AUGMENTED,  # likewise
    "+": _AUGMENTED,
    "5": (0, 7),
    "6": (*_MAJOR, 9),
    "maj6": (*_MAJOR, 9),
    "m6": (*_MINOR, 9),
    "min6": (*_MINOR, 9),
    "69": (*_MAJOR, 9, 14),
    "6/9": (*_MAJOR, 9, 14),
    "7": (*_MAJOR, 10),
    "dom7": (*_MAJOR, 10),
    "maj7": (*_MAJOR, 11),
    "M7": (*_MAJOR, 11),
    "m7": (*_MINOR, 10),
    "min7": (*_MINOR, 10),
    "mi7": (*_MINOR, 10),
    "-7": (*_MINOR, 10),
    "mM7": (*_MINOR, 11),
    "mmaj7": (*_MINOR, 11),
    "dim7": (*_DIMINISHED, 9),
    "d7": (*_DIMINISHED, 9),
    "o7": (*_DIMINISHED, 9),
    "°7": (*_DIMINISHED, 9),
    "m7b5": (*_DIMINISHED, 10),
    "ø": (*_DIMINISHED, 10),
    "aug7": (*_AUGMENTED, 10),
    "+7": (*_AUGMENTED, 10),
    "7#5": (*_AUGMENTED, 10),
    "7+": (*_AUGMENTED, 10),
    "7b5": (0, 4, 6, 10),
    "sus": (0, 5, 7),
    "sus4": (0, 5, 7),
    "sus2": (0, 2, 7),
    "sus9": (0, 2, 7),
    "7sus": (0, 5, 7, 10),
    "7sus4": (0, 5, 7, 10),
    "7sus2": (0, 2, 7, 10),
    "9sus4": (0, 5, 7, 10, 14),
    "add9": (*_MAJOR, 14),
    "add2": (0, 2, 4, 7),
    "madd9": (*_MINOR, 14),
    "9": (*_MAJOR, 10, 14),
    "maj9": (*_MAJOR, 11, 14),
    "M9": (*_MAJOR, 11, 14),
    "m9": (*_MINOR, 10, 14),
    "min9": (*_MINOR, 10, 14),
    "7b9": (*_MAJOR, 10, 13),
    "7#9": (*_MAJOR, 10, 15),
    "11": (*_MAJOR, 10, 14, 17),
    "m11": (*_MINOR, 10, 14, 17),
    "13": (*_MAJOR, 10, 14, 21),
    "maj13": (*_MAJOR, 11, 14, 21),
    "m13": (*_MINOR, 10, 14, 21),
}
_STEPS = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}
_ALTERS = {"": 0, "#": 1, "♯": 1, "+": 1, "b": -1, "♭": -1, "##": 2, "bb": -2}
_SIGNS = {sign: "#" * alter + "b" * -alter for sign, alter in _ALTERS.items()}
_SYMBOL = re.compile(
    r"(?P<root>[A-G])(?P<alter>##|bb|[#b♯♭]?)"
    rf"(?P<quality>{'|'.join(re.escape(name) for name in sorted(_QUALITIES, key=len, reverse=True))})"
    r"(?:/(?P<bass>[A-Ga-g])(?P<bass_alter>##|bb|[#b♯♭+]?))?"
)

LONGEST_SYMBOL = 20
"""Characters of the longest string that is tried as a chord symbol."""


@lru_cache(maxsize=4096)
def read_chord_symbol(text: str) -> ChordSymbol | None:
    """The chord that a quoted string names; None for an annotation or anything else.

    A symbol has a root, a quality, and a bass in upper or lower case; the Nottingham database writes a sharp
    bass as ``D/f+``. The text of the result has one spelling for these: ``D/F#``.
    """
    match = _SYMBOL.fullmatch(text.strip())
    if not match:
        return None
    root = bass = (_STEPS[match["root"]] + _ALTERS[match["alter"]]) % 12
    written = match["root"] + _SIGNS[match["alter"]] + match["quality"]
    if match["bass"]:
        bass = (_STEPS[match["bass"].upper()] + _ALTERS[match["bass_alter"]]) % 12
        written += f"/{match['bass'].upper()}{_SIGNS[match['bass_alter']]}"
    return ChordSymbol(written, root, _QUALITIES[match["quality"]], bass)


def split_chord_symbol(text: str) -> tuple[str, str, str]:
    """Root, quality and bass (or an empty text) of a symbol's text as :func:`read_chord_symbol` gives it."""
    match = _SYMBOL.fullmatch(text)
    if not match:
        return "", text, ""
    return (
        match["root"] + match["alter"],
        match["quality"],
        (match["bass"] or "") + (match["bass_alter"] or ""),
    )
