"""Scores from terse notation, for tests of what comes after a parser."""

from __future__ import annotations

import re
from fractions import Fraction
from typing import Any

from musegen import Bar, ChordSymbol, Event, Grace, Key, Metre, Note, Pitch, Rest, Score

_CLASSES = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}
_TOKEN = re.compile(
    r'"(?P<chord>[A-G][#b]?m?)"|(?P<graces>(?:\([^)]*\))?)(?P<pitches>(?:[A-G][#b]*-?\d)+|z)'
    r"(?::(?P<length>\d+(?:/\d+)?))?(?P<tie>~?)"
)


def pitch(name: str) -> Pitch:
    """``F#4``, ``Bb-1``."""
    match = re.fullmatch(r"([A-G])([#b]*)(-?\d+)", name)
    assert match, name
    return Pitch(int(match[3]), match[1], match[2].count("#") - match[2].count("b"))


def chord(text: str) -> ChordSymbol:
    """A major or minor triad: ``G``, ``F#m``."""
    root = (_CLASSES[text[0]] + text.count("#") - text[1:].count("b")) % 12
    return ChordSymbol(text, root, (0, 3, 7) if text.endswith("m") else (0, 4, 7), root)


def events(text: str) -> tuple[Event, ...]:
    """``"Am" A4:1/2 (B4)C5E5:1~ z:2``: lengths in quarter notes (else 1), ``~`` a tie, graces in brackets."""
    found: list[Event] = []
    for word in text.split():
        match = _TOKEN.fullmatch(word)
        assert match, word
        length = Fraction(match["length"] or 1)
        if match["chord"]:
            found.append(chord(match["chord"]))
        elif match["pitches"] == "z":
            found.append(Rest(length))
        else:
            pitches = tuple(map(pitch, re.findall(r"[A-G][#b]*-?\d", match["pitches"])))
            graces = tuple(
                Grace(pitch(name), Fraction(1, 8)) for name in re.findall(r"[A-G][#b]*-?\d", match["graces"])
            )
            found.append(Note(length, pitches, bool(match["tie"]), graces))
    return tuple(found)


def bars(text: str) -> tuple[Bar, ...]:
    """``|: C4 D4 | E4 [1 F4 :| [2 G4 ||``: bars of :func:`events` with ABC's signs between them."""
    found: list[Bar] = []
    marks: dict[str, Any] = {}
    music: list[str] = []

    def close(**signs: Any) -> None:
        if music:
            found.append(Bar(events(" ".join(music)), **marks, **signs))
            marks.clear()
            music.clear()

    for word in text.split():
        if word == "|:":
            close(barline="")
            marks["repeat_start"] = True
        elif repeat := re.fullmatch(r"(:+)\|\]?", word):
            close(repeat_end=len(repeat[1]) + 1)
        elif word in {"|", "||", "|]"}:
            close(barline=word)
        elif word.startswith("["):
            close(barline="")
            marks["endings"] = tuple(int(number) for number in word[1:].split(","))
        elif word.startswith("P:"):
            close(barline="")
            marks["part"] = word[2:]
        else:
            music.append(word)
    close(barline="")
    return tuple(found)


def tune(text: str, metre: str | None = "4/4", key: str = "C", **fields: Any) -> Score:
    """A score of :func:`bars`."""
    signature = Metre(*map(int, metre.split("/"))) if metre else None
    return Score(bars(text), Key(key), signature, **fields)
