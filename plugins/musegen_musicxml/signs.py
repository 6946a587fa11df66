"""Writes keys, metres, tempos, chord symbols and decorations as MusicXML elements."""

from __future__ import annotations

import re
from xml.etree.ElementTree import Element, SubElement

from musegen import ChordSymbol, Interval, Key, Metre, Tempo
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
_SYMBOL = re.compile(r"([A-G])(##|bb|[#b]?)(.*?)(?:/([A-G])(##|bb|[#b]?))?")
_DEGREES = {2: (2, 0), 5: (4, 0), 9: (6, 0), 10: (7, -1), 11: (7, 0), 13: (9, -1), 14: (9, 0), 15: (9, 1)} | {
    17: (11, 0),
    18: (11, 1),
    20: (13, -1),
    21: (13, 0),
}
"""Degree and alteration of a tone so many semitones above the root."""

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


def transpose_element(parent: Element, key: Key, semitones: int) -> None:
    """How far the notes of a part sound from where they are written."""
    element = SubElement(parent, "transpose")
    octaves, rest = divmod(abs(semitones), 12)
    sign = -1 if semitones < 0 else 1
    steps = Interval.of(key, sign * rest).steps
    text_element(element, "diatonic", steps)
    text_element(element, "chromatic", sign * rest)
    if octaves:
        text_element(element, "octave-change", sign * octaves)


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
    """A chord symbol: root, kind, bass and degrees, and the text as written; ``N.C.`` has the kind none."""
    harmony = Element("harmony")
    text = symbol.text.removeprefix("(").removesuffix(")") if symbol.text.startswith("(") else symbol.text
    match = _SYMBOL.fullmatch(text) if symbol.intervals else None
    step, alter, quality, bass, bass_alter = match.groups("") if match else (*_name(symbol.root), "", "", "")
    root = SubElement(harmony, "root")
    _pitch(root, "root", step, alter)
    if not symbol.intervals:
        root[0].set("text", "")  # hides the root, which has no meaning
    kind, degrees = _kind(symbol)
    text_element(harmony, "kind", kind, text=quality if match else symbol.text)
    if not bass and symbol.bass != symbol.root:
        bass, bass_alter = _name(symbol.bass)
    if bass:
        _pitch(SubElement(harmony, "bass"), "bass", bass, bass_alter)
    for value, alter_by, how in degrees:
        degree = SubElement(harmony, "degree", {"print-object": "no"})
        text_element(degree, "degree-value", value)
        text_element(degree, "degree-alter", alter_by)
        text_element(degree, "degree-type", how)
    return harmony


def _kind(symbol: ChordSymbol) -> tuple[str, list[tuple[int, int, str]]]:
    """The kind of a chord, and the degrees that it has besides: value, alteration, and ``add`` or ``alter``.

    It is the kind that has most of the tones, a fifth that is altered among them.
    """
    if not symbol.intervals:
        return ("none" if symbol.text == "N.C." else "other"), []
    tones = symbol.intervals
    if tones in _KINDS:
        return _KINDS[tones], []
    for fifth in (7, 6, 8):
        if fifth not in tones or (fifth != 7 and 7 in tones):
            continue
        plain = {7 if tone == fifth else tone for tone in tones}
        base = max((kind for kind in _KINDS if plain.issuperset(kind)), key=len, default=())
        added = sorted(plain.difference(base))
        if len(base) > 2 and all(tone in _DEGREES for tone in added):
            altered = [(5, fifth - 7, "alter")] if fifth != 7 else []
            return _KINDS[base], [*altered, *((*_DEGREES[tone], "add") for tone in added)]
    return "other", []


def _name(pitch_class: int) -> tuple[str, str]:
    return _NAMES[pitch_class % 12][0], _NAMES[pitch_class % 12][1:]


def _pitch(parent: Element, kind: str, step: str, alter: str) -> None:
    text_element(parent, f"{kind}-step", step)
    if alter:
        text_element(parent, f"{kind}-alter", alter.count("#") - alter.count("b"))
