"""Tells what a text above the stave means: a chord, a decoration, an ending, or just text."""

from __future__ import annotations

import re
from typing import NamedTuple

from musegen import read_chord_symbol, unknown_chord_symbol

_SHIFT = re.compile(r"\\@[<>]\.?[0-9]*")
_FONT = re.compile(r"\\f.")
_SIGN = re.compile(r"^[A-G][+-]|(?<=/)[A-Ga-g][+-]$")  # of a root or a bass: a sharp or a flat
_DECORATIONS = {
    r"\>": "accent",
    r"\.": "staccato",
    r"\segno": "segno",
    r"\dc": "D.C.",
    r"\ds": "D.S.",
    r"\fine": "fine",
    r"\pause": "fermata",
    r"\turn": "turn",
    r"\mordant": "mordent",
    r"\bowup": "upbow",
}
_GLYPHS = {"\\+": "#", "\\-": "b", "\\=": "="}


class Meaning(NamedTuple):
    """The meaning of one text; all fields but one are empty."""

    chord: str = ""
    """A chord symbol in ABC's spelling."""
    decoration: str = ""
    """The name of a decoration (ABC 2.1 §4.14)."""
    number: int = 0
    """1 or 2 is an ending, 3 a triplet or a fingering."""
    annotation: str = ""


def read_text(text: str) -> Meaning:
    """The meaning of a text above the stave; ``'D/f+'`` is the chord D over F sharp."""
    plain = _FONT.sub("", _SHIFT.sub("", text)).strip()
    if plain in _DECORATIONS or f"\\{plain}" in _DECORATIONS:
        return Meaning(decoration=_DECORATIONS.get(plain) or _DECORATIONS[f"\\{plain}"])
    if plain in ("1", "2", "3"):
        return Meaning(number=int(plain))
    bracketed = plain[1:-1] if plain.startswith("(") and plain.endswith(")") else plain
    spelled = bracketed.replace(r"\dim", "dim").replace(r"\(pl", "aug")
    spelled = _SIGN.sub(lambda name: _sign(name[0]), spelled)
    if chord := read_chord_symbol(spelled) or unknown_chord_symbol(spelled):
        return Meaning(chord=chord.text)
    if re.fullmatch(r"[a-g][+-]?", plain):
        return Meaning(annotation=f"_{_sign(plain)}")  # a note of a bass run, not a chord
    for glyph, sign in _GLYPHS.items():
        plain = plain.replace(glyph, sign)
    return Meaning(annotation="^" + plain.replace('"', "'").replace("\n", " "))


def _sign(name: str) -> str:
    return name.replace("+", "#").replace("-", "b")
