"""Marks between the notes of a draft: decorations, grace notes, spacers, line ends, and rests of whole bars.

None of them changes the time of a bar, rests aside, and none needs another: a slur, a decoration or a grace
note may stand wherever the parser reads it without a problem.
"""

from __future__ import annotations

from musegen_abc.lexer import DECORATIONS, NAMES
from musegen_abc.ruled_bars import begin_bar, end_bar, may_end_bar, may_repeat
from musegen_abc.ruled_fields import ink
from musegen_abc.ruled_notes import begin_length, end_note
from musegen_abc.ruled_pitches import NOTES, SIGNS
from musegen_abc.ruled_signs import A_MARK
from musegen_abc.ruled_state import Draft, Lex
from musegen_abc.ruled_times import target
from musegen_abc.ruled_values import DIGITS

SYMBOLS = "".join(DECORATIONS)
"""The decorations of one character."""
_AT_BAR_LINES = "HOS"
"""Decorations that bar lines may have too: fermata, coda and segno."""
_MOST_GRACES = 16
_MOST_RESTS = 99
_CHORD_NOTES = "ABCDEGabcdeg^_="
"""What begins an old chord behind "+"; "f" does not, because "+ff+" is a decoration."""


def put_off(d: Draft, ch: str) -> None:
    """Read a character of which only the next one tells whether it belongs to the bar."""
    d.put_off = max(d.run_length, 1)
    d.lex = {".": Lex.DOT, "!": Lex.NAME}.get(ch, Lex.INITIAL)
    d.a = d.b = 0


def ink_put_off(d: Draft) -> None:
    """Count the character that was put off: it does belong to the bar."""
    if not d.run_length:
        d.run_length, d.plain = 2, True
    d.length = d.put_off


def leads_to_note(d: Draft, ch: str) -> bool:
    """Whether a note must follow the mark: not where a bar line may have it, or where it leads to none."""
    return ch in SYMBOLS and (ch not in _AT_BAR_LINES or d.marks >= A_MARK)


def end_line(d: Draft, ch: str) -> bool:
    r"""Read a "\" that joins lines, the "%" of a comment, or a "*" or "$" that ends a printed line."""
    if d.run_length:
        ink(d)
        d.plain = False
    d.lex, d.inline = {"%": Lex.COMMENT, "\\": Lex.JOIN}.get(ch, Lex.MUSIC), ch == "%"
    return True


# Decorations with a name: a is the first of those that begin as it is read, b how many characters are read


def name_may_come(d: Draft) -> bool:
    """Whether there is a name that can be written between plus signs."""
    d.a = d.b = 0
    return bool(complete_name(d))


def complete_name(d: Draft) -> str:
    """What is missing of a name that can be written, with the sign behind it; empty for none."""
    begun, end = NAMES[d.a][: d.b], "+" if d.old else "!"
    for name in NAMES[d.a :]:
        if name.startswith(begun) and not (d.old and name[0] in _CHORD_NOTES):
            missing = name[d.b :] + end
            if d.limits.writes(missing):
                return missing
    return ""


def take_name(d: Draft, ch: str) -> bool:
    """Read a character of a name, or the sign behind it."""
    if not d.b and not d.old:
        if ch == "\n":  # a line end in old tunes
            if d.run_length:
                d.length = d.put_off
            d.lex, d.plain = Lex.LINE, False
            return True
        ink_put_off(d)
    ink(d)
    begun = NAMES[d.a][: d.b]
    if d.b and ch == ("+" if d.old else "!"):
        d.lex = Lex.MUSIC
        return begun in NAMES
    d.a = next((i for i, name in enumerate(NAMES) if name.startswith(begun + ch)), -1)
    d.b += 1
    d.lex = Lex.NAME
    return d.a >= 0 and bool(complete_name(d))


def begins_old_chord(ch: str) -> bool:
    """Whether a character behind "+" begins a chord."""
    return ch in _CHORD_NOTES or ch == "F"


# Grace notes; phases: 0 the beginning, 1 behind a mark, 2 an accidental, 3 a letter, 4 its octave,
# 5 digits, 6 and 7 slashes, 8 digits behind them; a is the accidental, b the number of digits


def begin_grace(d: Draft) -> bool:
    """Read a "{"."""
    d.lex, d.phase, d.a, d.b = Lex.GRACE, 0, 9, 0
    return d.limits.writes("}") and d.graces < _MOST_GRACES


def take_grace(d: Draft, ch: str) -> bool:
    """Read a character between braces."""
    ink(d)
    phase = d.phase
    if ch == "}":
        d.lex = Lex.MUSIC
        return phase > 2
    if ch in NOTES:
        if d.a != 9:
            step = NOTES.index(ch) % 7
            d.in_bar = (*d.in_bar[:step], d.a, *d.in_bar[step + 1 :])
        d.phase, d.a, d.graces = 3, 9, d.graces + 1
        return d.graces <= _MOST_GRACES
    if ch in SIGNS:
        doubled = phase == 2 and ch != "=" and d.a == SIGNS[ch]
        d.phase, d.a = 2, SIGNS[ch] * (2 if doubled else 1)
        return (doubled or phase != 2) and d.graces < _MOST_GRACES
    if phase == 2:
        return False
    if ch == " " or (ch in SYMBOLS and ch != ".") or (ch == "/" and phase == 0):
        d.phase = 1
        return d.graces < _MOST_GRACES
    return _grace_length(d, ch)


def _grace_length(d: Draft, ch: str) -> bool:
    phase = d.phase
    if ch in ",'":
        d.phase = 4
        return phase in (3, 4)
    if ch == "/":
        d.phase, d.b = 7 if phase == 6 else 6, 0
        return phase in (3, 4, 5, 6)
    if ch not in DIGITS or phase not in (3, 4, 5, 6, 8) or (ch == "0" and phase not in (5, 8)):
        return False
    d.phase, d.b = 8 if phase in (6, 8) else 5, d.b + 1 if phase in (5, 8) else 1
    return d.b <= 2


# Rests of whole bars; a is their number, b how many digits of it are read


def begin_rests(d: Draft) -> bool:
    """Read a "Z", which rests for a bar."""
    d.a, d.b = 1, 0
    return d.limits.plain and not d.broken and not d.left and _rest_bar(d)


def take_rests(d: Draft, ch: str) -> bool:
    """Read a digit of the number of bars."""
    number = int(ch) if not d.b else 10 * d.a + int(ch)
    more, d.a, d.b = number - d.a, number, d.b + 1
    if not 0 < number <= _MOST_RESTS:
        return False
    return all(may_end_bar(d) and end_bar(d) and _rest_bar(d) for _ in range(more))


def _rest_bar(d: Draft) -> bool:
    if d.open or not begin_bar(d) or target(d) != d.whole:
        return False
    begin_length(d, d.whole)
    d.is_rest = True
    if not end_note(d):
        return False
    d.breakable, d.copied, d.lex = False, True, Lex.RESTS  # as a copy, nothing but a bar line may follow
    return may_end_bar(d) or may_repeat(d)
