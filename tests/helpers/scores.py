"""Scores from terse notation, for tests of what comes after a parser."""

from __future__ import annotations

import re
from fractions import Fraction
from typing import Any

from hypothesis import strategies as st

from musegen import (
    MODES,
    Bar,
    ChordSymbol,
    Event,
    Grace,
    Key,
    KeyChange,
    Metre,
    MetreChange,
    Note,
    Pitch,
    Rest,
    Score,
    Tempo,
    TempoChange,
)

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


_LENGTHS = st.fractions(Fraction(1, 96), 4, max_denominator=96)
_PITCHES = st.builds(
    Pitch, octave=st.integers(0, 8), step=st.sampled_from("CDEFGAB"), alter=st.integers(-2, 2)
)
_NOTES = st.builds(
    Note,
    _LENGTHS,
    st.lists(_PITCHES, min_size=1, max_size=3).map(tuple),
    st.booleans(),
    st.lists(st.builds(Grace, _PITCHES, _LENGTHS), max_size=2).map(tuple),
)
_KEYS = st.builds(
    Key,
    st.sampled_from(["", "C", "F#", "Bb", "G#", "Fb"]),
    st.sampled_from(MODES),
    st.lists(st.tuples(st.sampled_from("CDEFGAB"), st.integers(-2, 2)), max_size=2).map(tuple),
)
_METRES = st.none() | st.builds(Metre, st.integers(1, 13), st.sampled_from([1, 2, 3, 4, 8, 16]))
_TEMPOS = st.builds(Tempo, st.sampled_from([Fraction(1), Fraction(3, 2)]), st.fractions(40, 400))
_CHORDS = st.sampled_from(["C", "Am", "F#m", "Bb"]).map(chord)
_CHANGES = st.one_of(
    st.builds(KeyChange, _KEYS), st.builds(MetreChange, _METRES), st.builds(TempoChange, _TEMPOS)
)
_BARS = st.builds(
    Bar,
    st.lists(_NOTES | st.builds(Rest, _LENGTHS) | _CHORDS | _CHANGES, max_size=6).map(tuple),
    repeat_start=st.booleans(),
    repeat_end=st.sampled_from([0, 0, 2, 3]),
    endings=st.sampled_from([(), (), (1,), (2,), (1, 3)]),
    barline=st.sampled_from(["|", "||", ""]),
)
any_score = st.builds(
    Score,
    st.lists(_BARS, max_size=5).map(tuple),
    _KEYS,
    _METRES,
    st.none() | _TEMPOS,
    st.text(max_size=8),
)
"""Small scores of any kind, musical or not."""


@st.composite
def hostile_bars(draw: st.DrawFn) -> tuple[Bar, ...]:
    """Bars with any signs at all."""
    numbers = st.one_of(
        st.just(()),
        st.lists(st.integers(1, 5) | st.just(10**9), max_size=3, unique=True).map(tuple),
    )
    bar = st.builds(
        Bar,
        events=st.just(events("C4:1")),
        repeat_start=st.booleans(),
        repeat_end=st.sampled_from([0, 0, 2, 3, 10**9]),
        endings=numbers,
        barline=st.sampled_from(["|", "||", "|]", "[|", ""]),
        part=st.sampled_from(["", "", "A", "B"]),
    )
    return tuple(draw(st.lists(bar, min_size=1, max_size=8)))
