"""The strings of a draft: whether one is a chord symbol, for the wish about them."""

from __future__ import annotations

from musegen_abc.ruled_state import Draft, StringKind

_QUALITIES = (
    *("", "m", "min", "7", "m7", "maj7", "6", "m6", "9", "dim", "dim7", "d", "o", "aug", "+"),
    *("sus", "sus2", "sus4", "7sus4"),
)
"""The usual ones: a string with another one does not count as a chord symbol where one is wanted."""
_LONGEST = 8
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
    if len(d.string) <= _LONGEST:
        d.string += ch


def end_string(d: Draft) -> bool:
    """End a string; whether it may end as it is."""
    if d.limits.chords is False and d.string_kind is StringKind.CHORD:
        return False
    if _is_chord(d.string):
        d.bar_has_chord = d.run_has_chord = True
        d.has_chord = d.has_chord or d.open
    return True


def close_string(d: Draft) -> str:
    """The next character of a string that ends, and is a chord symbol where one is wanted."""
    if d.limits.chords is False and d.string_kind is StringKind.CHORD:
        return "K"  # is in no chord symbol
    return "C" if d.limits.chords and not (d.string or d.has_chord or d.bar_has_chord) else '"'


def _is_chord(text: str) -> bool:
    """Whether a string is a usual chord symbol."""
    if not text or len(text) > _LONGEST or not "A" <= text[0] <= "G":
        return False
    name, slash, bass = text[1:].partition("/")
    if slash and (not bass or not "a" <= bass[0].lower() <= "g" or bass[1:] not in ("", "#", "b")):
        return False
    return name in _QUALITIES or (name[:1] in ("#", "b") and name[1:] in _QUALITIES)
