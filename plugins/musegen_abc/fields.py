"""Reads the information fields for key, metre, unit note length and tempo (ABC 2.1 §3.1)."""

from __future__ import annotations

import re
from fractions import Fraction
from functools import lru_cache

from musegen import Key, Metre, Tempo

_MODES = {
    "maj": "major",
    "ion": "major",
    "mix": "mixolydian",
    "dor": "dorian",
    "min": "minor",
    "aeo": "minor",
    "phr": "phrygian",
    "lyd": "lydian",
    "loc": "locrian",
}
_SIGNS = {"^^": 2, "^": 1, "": 0, "=": 0, "_": -1, "__": -2}
_TONIC = re.compile(r"[A-G][#b♯♭]?")
_WORD = re.compile(r"\s*([A-Za-z]+)")
_ACCIDENTAL = re.compile(r"(\^\^|__|\^|_|=)([A-Ga-g])(?![A-Za-z])")
_CLEF = re.compile(
    r"\b(?:clef|middle|m|transpose|t|octave|stafflines|staffscale|score|shift|sound|instrument|name|nm|subname|snm)"
    r'=(?:"[^"]*"|\S+)'
    r"|\b(?:treble|alto|tenor|bass|mezzosoprano|mezzo|soprano|baritone|perc)\d?(?!\w)(?:[+-^_]\d{1,2})?"
    r"|\b(?:treble|alto|tenor|bass|mezzosoprano|mezzo|soprano|baritone|perc)\d?_\d{1,2}"
    r"|(?<!\S)[+-](?:8|15)(?!\S)",
    re.IGNORECASE,
)
# A denominator beyond this, or not a power of two, is a misprint, and so is a numerator beyond this.
_DENOMINATORS = frozenset({1, 2, 4, 8, 16, 32, 64})
_MOST_BEATS = 64


@lru_cache(maxsize=1024)
def read_key(text: str, *, strict: bool = False) -> Key | None:
    """The key that a ``K:`` field gives (ABC 2.1 §3.1.14); None where the text names no key.

    Clefs and other parameters are passed over. ``K:`` and ``K:none`` have no signature. Highland pipe music
    (``HP``, ``Hp``) sounds with F# and C#. ``strict`` refuses text that is not understood.
    """
    text = _CLEF.sub(" ", text).strip()
    if text in ("", "none", "None", "NONE"):
        return Key("")
    if text in ("HP", "Hp"):
        return Key("A", "mixolydian", (("G", 0),) if text == "Hp" else ())
    if text.lower().startswith("none"):
        tonic, rest = "", text[4:]
    elif match := _TONIC.match(text):
        tonic, rest = match[0].replace("♯", "#").replace("♭", "b"), text[match.end() :]
    elif _ACCIDENTAL.match(text):
        tonic, rest = "", text
    else:
        return None
    mode, explicit = "major", False
    if match := _WORD.match(rest):
        word = match[1]
        explicit = word == "exp"
        known = "minor" if word in ("m", "M") else _MODES.get(word[:3].lower())
        if known is None and not explicit and strict:
            return None
        mode, rest = known or "major", rest[match.end() :]
        if re.match(r"\s*exp\b", rest):
            explicit, rest = True, rest.replace("exp", " ", 1)
    if strict and _ACCIDENTAL.sub(" ", rest).strip():
        return None
    given = {step.upper(): _SIGNS[sign] for sign, step in _ACCIDENTAL.findall(rest)}
    if explicit:
        given = {step: 0 for step, alter in Key(tonic, mode).alterations.items() if alter} | given
    return Key(tonic, mode, tuple(sorted(given.items())))


def split_key(text: str) -> tuple[str, str]:
    """The value of a ``K:`` field in two: the text that names the key, then clef and other parameters."""
    rest = " ".join(match[0] for match in _CLEF.finditer(text))
    return _CLEF.sub(" ", text).strip(), rest


def names_key(text: str) -> bool:
    """Whether a ``K:`` field names a key; in the body, one with a clef alone does not change the key."""
    return bool(_CLEF.sub(" ", text).strip())


@lru_cache(maxsize=1024)
def read_metre(text: str) -> Metre | None:
    """The metre that an ``M:`` field gives (ABC 2.1 §3.1.6); None for free metre.

    Raises ValueError for text that is not a metre.
    """
    text = text.strip()
    if text.lower() in ("", "none"):
        return None
    if text in ("C", "c"):
        return Metre(4, 4, "C")
    if text in ("C|", "c|"):
        return Metre(2, 2, "C|")
    match = re.fullmatch(r"\(?\s*(\d{1,3}(?:\s*\+\s*\d{1,3}){0,9})\s*\)?\s*/\s*(\d{1,3})", text)
    if not match:
        raise ValueError("a metre is written as 6/8, 2+3/8, C, C| or none")
    numerator, denominator = sum(int(part) for part in match[1].split("+")), int(match[2])
    if not 1 <= numerator <= _MOST_BEATS or denominator not in _DENOMINATORS:
        raise ValueError(f"a metre of {numerator}/{denominator} cannot be")
    return Metre(numerator, denominator)


@lru_cache(maxsize=1024)
def default_unit(metre: Metre | None) -> Fraction:
    """The unit note length in quarter notes where no ``L:`` gives it (ABC 2.1 §3.1.7).

    A sixteenth if the metre, taken as a fraction, is below 0.75, else an eighth.
    """
    return Fraction(1, 4) if metre is not None and metre.bar < 3 else Fraction(1, 2)


@lru_cache(maxsize=1024)
def read_unit(text: str) -> Fraction:
    """The unit note length in quarter notes that an ``L:`` field gives (ABC 2.1 §3.1.7).

    Raises ValueError for text that is not a length.
    """
    match = re.fullmatch(r"\s*(\d{1,2})\s*(?:/\s*(\d{1,3}))?\s*", text)
    numerator, denominator = (int(match[1]), int(match[2] or 1)) if match else (0, 0)
    if not 1 <= numerator <= 16 or not 1 <= denominator <= 512:
        raise ValueError("a unit note length is written as 1/8")
    return Fraction(4 * numerator, denominator)


@lru_cache(maxsize=1024)
def read_tempo(text: str, unit: Fraction) -> Tempo | None:
    """The tempo that a ``Q:`` field gives (ABC 2.1 §3.1.8, §10.1); None for words alone.

    ``Q:1/4=120``, ``Q:1/4 3/8=40`` (one beat of their sum), ``Q:"Allegro" 1/4=120``, and from before 2.1
    ``Q:120``, ``Q:C=120`` and ``Q:C3=40``, which count unit note lengths. Raises ValueError for other text.
    """
    words = " ".join(re.findall(r'"([^"]*)"?', text)).strip()
    text = re.sub(r'"[^"]*"?', " ", text).strip()
    if not text:
        return None
    match = re.fullmatch(r"(?:(?P<beat>[^=]*)=)?\s*(?P<rate>\d{1,4}(?:\.\d{1,3})?)\s*", text)
    beat = _beat((match["beat"] or "").strip(), unit) if match else Fraction(0)
    rate = Fraction(match["rate"]) if match else Fraction(0)
    if not beat or not 1 <= rate <= 2000:
        raise ValueError("a tempo is written as 1/4=120")
    return Tempo(beat, rate, words)


def _beat(text: str, unit: Fraction) -> Fraction:
    """A tempo's beat in quarter notes; 0 where the text gives none."""
    if not text or text == "C":
        return unit
    if match := re.fullmatch(r"C(\d{1,2})", text):
        return unit * int(match[1])
    if not re.fullmatch(r"\d{1,2}/\d{1,3}(?:\s+\d{1,2}/\d{1,3}){0,9}", text):
        return Fraction(0)
    parts = [part.split("/") for part in text.split()]
    if any(int(denominator) == 0 for _, denominator in parts):
        return Fraction(0)
    return sum((Fraction(4 * int(n), int(d)) for n, d in parts), Fraction(0))
