"""Writes keys, metres, tempos, chord symbols and decorations as MusicXML elements."""

from __future__ import annotations

import re
from xml.etree.ElementTree import Element, SubElement

from musegen import ChordSymbol, Key, Metre, Tempo
from musegen_musicxml.durations import values

_SHARPS = "FCGDAEB"
_MOST_FIFTHS = 7
_KINDS = {
    (0, 4, 7): "major",
    (0, 3, 7): "minor",
    (0, 4, 8): "augmented",
    (0, 3, 6): "diminished",
    (0, 4, 7, 10): "dominant",
    (0, 4, 7, 11): "major-seventh",
    (0, 3, 7, 10): "minor-seventh",
    (0, 3, 6, 9): "diminished-seventh",
    (0, 4, 8, 10): "augmented-seventh",
    (0, 3, 6, 10): "half-diminished",
    (0, 3, 7, 11): "major-minor",
    (0, 4, 7, 9): "major-sixth",
    (0, 3, 7, 9): "minor-sixth",
    (0, 4, 7, 10, 14): "dominant-ninth",
    (0, 4, 7, 11, 14): "major-ninth",
    (0, 3, 7, 10, 14): "minor-ninth",
    (0, 4, 7, 10, 14, 17): "dominant-11th",
    (0, 3, 7, 10, 14, 17): "minor-11th",
    (0, 4, 7, 10, 14, 21): "dominant-13th",
    (0, 4, 7, 11, 14, 21): "major-13th",
    (0, 3, 7, 10, 14, 21): "minor-13th",
    (0, 2, 7): "suspended-second",
    (0, 5, 7): "suspended-fourth",
    (0, 7): "power",
}
_NAMES = ("C", "C#", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "Bb", "B")
_SYMBOL = re.compile(r"([A-G])(##|bb|[#b]?)([^/]*(?:/9)?)(?:/([A-G])(##|bb|[#b]?))?")

NOTATIONS = {
    "trill": ("ornaments", "trill-mark"),
    "lowermordent": ("ornaments", "mordent"),
    "mordent": ("ornaments", "mordent"),
    "uppermordent": ("ornaments", "inverted-mordent"),
    "pralltriller": ("ornaments", "inverted-mordent"),
    "roll": ("ornaments", "turn"),
    "turn": ("ornaments", "turn"),
    "invertedturn": ("ornaments", "inverted-turn"),
    "staccato": ("articulations", "staccato"),
    "accent": ("articulations", "accent"),
    "emphasis": ("articulations", "accent"),
    ">": ("articulations", "accent"),
    "tenuto": ("articulations", "tenuto"),
    "breath": ("articulations", "breath-mark"),
    "wedge": ("articulations", "staccatissimo"),
    "marcato": ("articulations", "strong-accent"),
    "upbow": ("technical", "up-bow"),
    "downbow": ("technical", "down-bow"),
    "open": ("technical", "open-string"),
    "snap": ("technical", "snap-pizzicato"),
    "thumb": ("technical", "thumb-position"),
    "plus": ("technical", "stopped"),
    "+": ("technical", "stopped"),
}
"""Group and element of each decoration that belongs to its note."""
DYNAMICS = frozenset({"pppp", "ppp", "pp", "p", "mp", "mf", "f", "ff", "fff", "ffff", "sfz"})
JUMPS = {"D.C.": "D.C.", "dacapo": "D.C.", "D.S.": "D.S.", "dacoda": "To Coda", "fine": "Fine"}
"""Words of each decoration that is a jump or one of its marks."""
_JUMP = re.compile(r"(dc|dacapo|ds|dalsegno|alsegno)(al(fine|coda|segno))?")


def text_element(parent: Element, tag: str, text: object, /, **attributes: str) -> Element:
    """Add a child with a text at the end of ``parent``."""
    element = SubElement(parent, tag, attributes)
    element.text = str(text)
    return element


def words(text: str) -> str:
    """A text above the staff as it is written: in brackets if it is a jump such as ``D.C. al Fine``.

    No jump is played (see :func:`musegen.perform`), and programs take such words without brackets for one.
    """
    return f"({text})" if _JUMP.fullmatch(re.sub(r"[\s.]", "", text).lower()) else text


def key_element(parent: Element, key: Key) -> None:
    """A signature by fifths; step by step where it has added accidentals or more than seven."""
    element = SubElement(parent, "key")
    if key.accidentals or abs(key.fifths) > _MOST_FIFTHS:
        altered = [(step, key.alterations[step]) for step in _SHARPS if key.alterations[step]]
        for step, alter in altered:
            text_element(element, "key-step", step)
            text_element(element, "key-alter", alter)
        if altered:
            return
        text_element(element, "fifths", 0)
        return
    text_element(element, "fifths", key.fifths)
    text_element(element, "mode", key.mode if key.tonic else "none")


def time_element(parent: Element, metre: Metre | None) -> None:
    """A time signature; free metre is ``senza-misura``."""
    element = SubElement(parent, "time")
    if metre is None:
        SubElement(element, "senza-misura")
        return
    if metre.symbol:
        element.set("symbol", "cut" if metre.symbol == "C|" else "common")
    text_element(element, "beats", metre.numerator)
    text_element(element, "beat-type", metre.denominator)


def tempo_direction(tempo: Tempo) -> Element:
    """A tempo: its words and metronome mark over the staff, and how fast to play."""
    direction = Element("direction", placement="above")
    if tempo.text:
        text_element(SubElement(direction, "direction-type"), "words", tempo.text)
    first, *more = values(tempo.beat)
    simple = not more and first.type and first.actual == first.normal
    metronome = SubElement(SubElement(direction, "direction-type"), "metronome")
    text_element(metronome, "beat-unit", first.type if simple else "quarter")
    for _ in range(first.dots if simple else 0):
        SubElement(metronome, "beat-unit-dot")
    text_element(metronome, "per-minute", decimal(tempo.per_minute if simple else tempo.quarters_per_minute))
    SubElement(direction, "sound", tempo=decimal(tempo.quarters_per_minute))
    return direction


def decimal(number: object) -> str:
    """A number with at most three decimal places."""
    return f"{float(number):.3f}".rstrip("0").rstrip(".")  # type: ignore[arg-type]


def harmony_element(symbol: ChordSymbol) -> Element:
    """A chord symbol: root, kind and bass, and the text as written."""
    harmony = Element("harmony")
    match = _SYMBOL.fullmatch(symbol.text)
    step, alter, quality, bass, bass_alter = match.groups("") if match else (*_name(symbol.root), "", "", "")
    _pitch(SubElement(harmony, "root"), "root", step, alter)
    kind = _KINDS.get(symbol.intervals, "other")
    text_element(harmony, "kind", kind, text=quality if match else symbol.text)
    if not bass and symbol.bass != symbol.root:
        bass, bass_alter = _name(symbol.bass)
    if bass:
        _pitch(SubElement(harmony, "bass"), "bass", bass, bass_alter)
    return harmony


def _name(pitch_class: int) -> tuple[str, str]:
    return _NAMES[pitch_class % 12][0], _NAMES[pitch_class % 12][1:]


def _pitch(parent: Element, kind: str, step: str, alter: str) -> None:
    text_element(parent, f"{kind}-step", step)
    if alter:
        text_element(parent, f"{kind}-alter", alter.count("#") - alter.count("b"))
