"""Chord symbols: which chord a text such as ``Am7(b5)`` or ``D/F#`` names.

This is the one table of chords: readers, notations and renderers all ask it. A symbol has a root, a quality,
and a bass in upper or lower case (ABC 2.1 §4.18). A quality is a kind of triad, a number and alterations, in
the spellings of lead sheets, of ABC programs and of the Nottingham database.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from functools import lru_cache

from musegen.music.score import ChordSymbol

LONGEST_SYMBOL = 20
"""Characters of the longest text that is tried as a chord symbol."""

_STEPS = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}
_SIGN = r"##|bb|[#b♯♭♮]?"
_SPELLINGS = str.maketrans({"♯": "#", "♭": "b", "♮": "", "º": "°", "˚": "°", "△": "Δ", "Ø": "ø"})
_CHORD = re.compile(rf"([A-G])({_SIGN})(?![#b♯♭♮])(.*?)(?:/([A-Ga-g])({_SIGN}|[+-]))?")
_NO_CHORD = re.compile(r"n\.? ?c\.?|n/c|no chord", re.IGNORECASE)
_PLACED = re.compile(r"[/\\]@[<>]\.?[0-9]*")  # where the Nottingham database moves a text to the side
_ALTERNATIVE = re.compile(r"([^()]+(?:\([^()A-G][^()]*\))?[^()]*?) ?\(([A-G][^()]*)\)")
_NAME = re.compile(r"(?:^|(?<=[(/, ]))[A-G](?:##|bb|[#b])?")

_MAJOR = {"1": 0, "3": 4, "5": 7}
_MINOR, _DIMINISHED, _AUGMENTED = _MAJOR | {"3": 3}, {"1": 0, "3": 3, "5": 6}, _MAJOR | {"5": 8}
_MAJOR_SEVENTHS = ("major", "maj", "Maj", "MAJ", "ma", "Ma", "MA", "M", "Δ", "^")
"""The words for a major triad whose seventh, if there is one, is major too."""
_TRIADS: dict[str, dict[str, int]] = {
    **dict.fromkeys((*_MAJOR_SEVENTHS, "dom", ""), _MAJOR),
    **dict.fromkeys(("minor", "min", "Min", "MIN", "mi", "Mi", "m", "-"), _MINOR),
    **dict.fromkeys(("dim", "Dim", "o", "°", "ø", "h7", "d", "d7"), _DIMINISHED),
    **dict.fromkeys(("aug", "Aug", "+", "a", "a7"), _AUGMENTED),
}
_WHOLE = ("d", "d7", "a", "a7", "h7")
"""Qualities that nothing follows; ``d`` and ``a`` are the Nottingham database's own."""
_IN_ORDER = sorted(_TRIADS, key=len, reverse=True)
_NUMBER = re.compile(r",?(13|11|9|7|6/9|69|6|5|4|2)?")
_MORE = re.compile(
    r"""[,/]*(?:
        (?P<seventh>(?:major|maj|Maj|MAJ|ma|Ma|MA|M|Δ|\^)(?P<upper>13|11|9|7)?(?![0-9])|[#+]7(?![0-9]))
      | (?P<sign>[b#+-])(?P<altered>13|11|9|6|5|4)
      | add(?P<add_sign>[b#]?)(?P<added>13|11|9|7|6|4|2)
      | sus(?P<sus>24|13|2|4|7|9)?
      | (?:no|omit)(?P<without>[135])(?:st|rd|th)?
      | (?P<alt>alt)
      | (?P<aug>aug|\+(?=[,/]*$))
      | (?<=[,/])(?P<plain>13|11|9|7|6)
    )""",
    re.VERBOSE,
)
_TONES = {"2": 2, "4": 5, "5": 7, "6": 9, "7": 10, "9": 14, "11": 17, "13": 21}
_ALTERED = {*("b5", "#5", "b6", "#4", "b9", "#9", "#11", "b13")}

# Texts that begin like a chord symbol and are words; none of the others has so few letters and no "e".
_WORDS = frozenset(
    {"ad", "air", "all", "alla", "also", "alto", "and", "anon", "arco", "aria", "band", "bass", "bis", "both"}
    | {"bow", "coda", "cut", "dal", "dim", "don", "duo", "end"}
)
_OF_NOTES = ("", "+", "-", "/+", "/-", "o", "a", "d")
"""What stands behind a letter in lower case that is a note of a bass run, or the beginning of a word."""
_ALMOST = re.compile(r"[A-H](?:##|bb|[#b♯♭]?)(?P<rest>[a-df-zA-JMN0-9#♯♭♮+°øØΔ/(),*?^-]+)")
_SIGNS = re.compile(r"[0-9#♯♭♮+°øØΔ/(),*?^-]")


def read_chord_symbol(text: str) -> ChordSymbol | None:
    """The chord that a text names; None for any other text.

    The text of the result has one spelling for the names of notes: ``D/f+``, as the Nottingham database
    writes it, becomes ``D/F#``. A chord in parentheses is played as without them, and one behind another is
    not played (ABC 2.1 §4.18): ``(E7)``, ``G(Em)``, ``Dm G7``. ``N.C.`` is a chord without tones.
    """
    return _symbol(text) if len(text) <= LONGEST_SYMBOL else None


@lru_cache(maxsize=4096)
def unknown_chord_symbol(text: str) -> ChordSymbol | None:
    """The text as a chord without tones if it looks like a symbol and names no chord; else None.

    Such are ``Am7x``, ``H7`` (German for B7) and ``em``; ``Fine`` and ``D.C.`` are words.
    """
    text = text.strip()
    if not 1 < len(text) <= LONGEST_SYMBOL or _symbol(text) or not _looks_like_chord(text):
        return None
    return ChordSymbol(text, 0, (), 0)


def _looks_like_chord(text: str) -> bool:
    if text.startswith("(") and text.endswith(")") and len(text) > 2:
        text = text[1:-1]
    if text[0] in "Habcdefgh":  # another language's root, or a small one, before a quality that is known
        meant = ("B" if text[0] in "Hh" else text[0].upper()) + text[1:]
        quality = text[1:].lstrip("#b♯♭")
        return _symbol(meant) is not None and quality not in _OF_NOTES
    match = _ALMOST.fullmatch(text)
    if not match or re.fullmatch(r"[A-G][0-9]'?", text):
        return False
    rest = match["rest"]
    if _SIGNS.search(rest):
        return True
    return rest.islower() and len(rest) <= 3 and text.casefold() not in _WORDS


def moved_chord_text(text: str, move: Callable[[str], str]) -> str:
    """The text of a chord symbol with every name of a note moved."""
    return _NAME.sub(lambda name: move(name[0]), text)


@lru_cache(maxsize=4096)
def _symbol(text: str) -> ChordSymbol | None:
    text = _PLACED.sub("", text).strip()
    if _NO_CHORD.fullmatch(text):
        return ChordSymbol("N.C.", 0, (), 0)
    if text.count("(") != text.count(")"):  # one of two that stand around a whole passage
        if text.startswith("("):
            text = text[1:]
        elif text.endswith(")"):
            text = text[:-1]
    if text.startswith("(") and text.endswith(")"):
        inner = _chord(text[1:-1])
        return inner and ChordSymbol(f"({inner.text})", inner.root, inner.intervals, inner.bass)
    if match := _ALTERNATIVE.fullmatch(text):
        chord, others = _chord(match[1].strip()), [_chord(other) for other in re.split(r", ?", match[2])]
        if chord is None or None in others:
            return None
        names = ",".join(other.text for other in others if other)
        return ChordSymbol(f"{chord.text}({names})", chord.root, chord.intervals, chord.bass)
    chords = [_chord(part) for part in text.split()]
    if not chords or chords[0] is None or None in chords:
        return None
    names = " ".join(chord.text for chord in chords if chord)
    return replace(chords[0], text=names)


def _chord(text: str) -> ChordSymbol | None:
    """The chord of a text with one root."""
    match = _CHORD.fullmatch(text)
    if not match:
        return None
    step, sign, quality, bass_step, bass_sign = (part or "" for part in match.groups())
    quality = quality.translate(_SPELLINGS).replace("/dim", "dim").replace("/(pl", "aug")
    quality = re.sub(r"/(?=[b#][0-9])", "", quality)
    if re.match(r"[b#]", quality):  # would be read as a sign of the root once that has moved
        return None
    intervals = _intervals(quality)
    if intervals is None:
        return None
    name = _name(step, sign)
    written, bass = name + quality, name
    if bass_step:
        bass = _name(bass_step.upper(), {"+": "#", "-": "b"}.get(bass_sign, bass_sign))
        written += f"/{bass}"
    return ChordSymbol(written, _pitch_class(name), intervals, _pitch_class(bass))


def _name(step: str, sign: str) -> str:
    return step + sign.translate(_SPELLINGS)


def _pitch_class(name: str) -> int:
    return (_STEPS[name[0]] + name.count("#") - name[1:].count("b")) % 12


def _intervals(quality: str) -> tuple[int, ...] | None:
    """The tones of a quality in semitones above the root, in ascending order; None for no quality."""
    text = re.sub(r"[()]", ",", quality)
    if re.match(r"[+-]5", text):  # C-5 has a flat fifth, and is no minor chord
        return _altered(dict(_MAJOR), text)
    for name in _IN_ORDER:
        if text.startswith(name) and (name not in _WHOLE or text == name):
            found = _tones(name, text[len(name) :])
            if found:
                return found
    return None


def _tones(name: str, text: str) -> tuple[int, ...] | None:
    """The tones of a kind of triad with the text that follows its name."""
    tones = dict(_TRIADS[name])
    match = _NUMBER.match(text)
    number = (match[1] if match else None) or ""
    major = name in _MAJOR_SEVENTHS
    seventh = 11 if major else 9 if name in ("dim", "Dim", "o", "°", "d7") else 10
    if (
        number in ("7", "9", "11", "13")
        or name in ("ø", "h7", "d7", "a7")
        or (name in ("Δ", "^") and not number)
    ):
        tones["7"] = seventh
    if number in ("9", "11", "13", "69", "6/9"):
        tones["9"] = 14
    if number in ("11", "13"):
        tones[number] = _TONES[number]
    elif number in ("6", "69", "6/9"):
        tones["6"] = 9
    elif number in ("5", "4", "2"):
        if name:
            return None
        if number != "2":
            del tones["3"]
        tones[number] = _TONES[number]
    return _altered(tones, text[match.end() if number and match else 0 :], major=major)


def _altered(tones: dict[str, int], text: str, *, major: bool = False) -> tuple[int, ...] | None:
    """The tones with what the rest of a quality changes; None where that is not understood."""
    place = 0
    while place < len(text):
        match = _MORE.match(text, place)
        if not match:
            if text[place:].strip(",") == "":
                break
            return None
        place = match.end()
        if match["seventh"]:
            minor_alone = match["seventh"][0] in "#+"
            if major or tones.get("7") not in (None, 10) or (minor_alone and tones.get("3") != 3):
                return None
            tones["7"] = 11
            if (upper := match["upper"]) and upper != "7":
                tones |= {"9": 14, upper: _TONES[upper]}
        elif degree := match["altered"]:
            sign = {"+": "#", "-": "b"}.get(match["sign"], match["sign"])
            if sign + degree not in _ALTERED:
                return None
            key = degree if tones.get(degree, _TONES[degree]) == _TONES[degree] else f"{degree}{sign}"
            tones[key] = _TONES[degree] + (1 if sign == "#" else -1)
        elif degree := match["added"] or match["plain"]:
            tones[degree] = _TONES[degree] + {"#": 1, "b": -1}.get(match["add_sign"] or "", 0)
        elif degree := match["without"]:
            if degree == "1" or tones.pop(degree, None) is None:
                return None
        elif match["alt"]:
            tones |= {"5": 8, "7": 10, "9": 13, "9#": 15}
        elif match["aug"]:
            tones["5"] = 8
        else:
            _suspend(tones, match["sus"] or "4")
    return tuple(sorted(set(tones.values())))


def _suspend(tones: dict[str, int], sus: str) -> None:
    """Put a second or a fourth in place of the third."""
    tones.pop("3", None)
    if sus in ("2", "9", "24"):
        tones["2"] = 2
    if sus not in ("2", "9"):
        tones["4"] = 5
    if sus in ("7", "13"):
        tones["7"] = 10
    if sus == "13":
        tones |= {"9": 14, "13": 21}
