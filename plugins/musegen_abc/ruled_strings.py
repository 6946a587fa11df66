"""The strings of a draft: whether one is a chord symbol, for the wish about them."""

from __future__ import annotations

from musegen_abc.ruled_state import Draft, StringKind

_USUAL = """
    m min - 7 m7 min7 -7 maj7 M7 6 m6 maj6 min6 69 6/9 m69 9 m9 maj9 11 m11 13 m13 maj13 5 2 4 dim
    dim7 d d7 o o7 aug aug7 + +7 a a7 sus sus2 sus4 7sus 7sus4 7sus2 9sus4 add9 add2 madd9 7b9 7#9
    7b5 7#5 7+ m7b5 mM7 mmaj7 m(maj7) maj maj7#11 M
    /dim /(pl 7/b9
"""
_QUALITIES = frozenset(_USUAL.split()) | {""}
"""The usual ones: a string that looks like a chord symbol and has another quality may be one that is not
known, and does not come."""
_LONGEST = 12
_BASSES = ("", "#", "b", "+")
_FIRST_OF_CHORDS = frozenset("ABCDEFGHNabcdefghn(/\\")
_NOT_IN_CHORDS = frozenset("eKLOPQRSTUVWXYZ:;!=_|[]{}~`$%&'")
"""A string with one of these is no chord symbol, be it known or not; many others are none either."""


def begin_string(d: Draft) -> bool:
    """Begin to read a string."""
    d.string, d.string_kind = "", StringKind.BLANK
    return d.limits.writes('"')


def take_in_string(d: Draft, ch: str) -> None:
    """Read a character of a string."""
    kind = d.string_kind
    if kind is StringKind.BLANK and ch > " ":
        may_begin = ch in _FIRST_OF_CHORDS or ch >= "\x7f"  # which may be a blank of another kind
        d.string_kind = StringKind.CHORD if may_begin else StringKind.OTHER
    elif kind is StringKind.CHORD and ch in _NOT_IN_CHORDS:
        d.string_kind = StringKind.OTHER
    if d.string_kind is not StringKind.BLANK and len(d.string) <= _LONGEST:
        d.string += ch


def end_string(d: Draft) -> bool:
    """End a string; whether it may end as it is."""
    if not _may_end(d):
        return False
    if _is_chord(d.string):
        d.bar_has_chord = d.run_has_chord = True
        d.has_chord = d.has_chord or d.open
    return True


def close_string(d: Draft) -> str:
    """The next character of a string that ends, and is a chord symbol where one is wanted."""
    if not _may_end(d):
        return "K"  # is in no chord symbol
    return "C" if d.limits.chords and not (d.string or d.has_chord or d.bar_has_chord) else '"'


def _may_end(d: Draft) -> bool:
    """Whether a string is surely no chord symbol, or one that is known and may come."""
    if d.string_kind is not StringKind.CHORD or _is_bass_run(d.string):
        return True
    return d.limits.chords is not False and (_is_chord(d.string) or d.string == "N.C.")


def _is_bass_run(text: str) -> bool:
    """Whether a string is the name of a note in lower case, which is no chord symbol."""
    return "a" <= text[0] <= "g" and text[1:] in ("", "#", "b")


def _is_chord(text: str) -> bool:
    """Whether a string is a usual chord symbol, in parentheses or without."""
    if not text or len(text) > _LONGEST:
        return False
    if text[0] == "(" and text[-1] == ")":
        text = text[1:-1]
    if not text or not "A" <= text[0] <= "G":
        return False
    if _is_quality(text[1:]):
        return True
    name, bass = text[1:], ""
    for place, character in enumerate(name):
        if character == "/" and "a" <= name[place + 1 : place + 2].lower() <= "g":
            name, bass = name[:place], name[place + 1 :]
            break
    return bass[1:] in _BASSES and _is_quality(name)


def _is_quality(name: str) -> bool:
    """Whether it is a usual quality, with the sign of the root before it or without."""
    return name in _QUALITIES or (name[:1] in ("#", "b") and name[1:] in _QUALITIES)
