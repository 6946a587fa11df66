"""Rules for tunes as they are written: whether a character may come, so that a valid tune can be finished.

:func:`take` reads a tune in ABC, folded (copies.py) or not, one character at a time. It takes the ABC that
``[prepare]`` writes, and a little more, and knows after each character a shortest way to end the tune
(ruled_closing.py): so whatever it accepts can be finished, and what is finished is valid. The state of a tune
is a :class:`musegen_abc.ruled_state.Draft`; ext/musegen_reading is the same machine in C.
"""

from __future__ import annotations

from musegen_abc.copies import LAGS, SHORTEST, VERBATIM, copied_lag
from musegen_abc.ruled_bars import (
    begin_bar,
    copy_bar,
    end_bar,
    may_change_metre,
    may_close,
    may_end_bar,
    may_name_part,
    may_repeat,
    may_start,
    next_number,
)
from musegen_abc.ruled_notes import (
    NOTES,
    begin_accidental,
    begin_chord,
    begin_length,
    begin_pitch,
    begin_tuplet,
    end_chord_note,
    end_note,
    length_possible,
    mark_octave,
    may_break,
    may_end_first,
    take_length,
    target,
    tuplet_fits,
)
from musegen_abc.ruled_state import MOST_IN_CHORD, Draft, Lex
from musegen_abc.ruled_values import (
    DIGITS,
    begin_value,
    default_unit,
    end_value,
    metre_may_change,
    take_value,
    unit_may_change,
    value_may_end,
)

_VALUES = "MLKQ"
_HEADER_FIELDS = frozenset("ABCDEFGHIJKLMNOQRSTWYZabcdefghijklnopqrtuvxyz") - {"I"}
_NOT_OURS = frozenset(map(chr, range(ord(VERBATIM), ord(VERBATIM) + LAGS + 1))) | {"\r", "\n"}
_IN_LENGTH = (Lex.PITCH, Lex.OVER, Lex.SLASH, Lex.UNDER)


def take(d: Draft, ch: str) -> bool:
    """Read the next character; whether it may come. A draft that has refused one is of no use any more."""
    if d.run_length:
        d.run_length = min(d.run_length + 1, SHORTEST)
    column, d.column = d.column, 0 if ch == "\n" else min(d.column + 1, 2)
    if d.lex <= Lex.VALUE:
        return _field(d, ch)
    return _body(d, ch, column)


def _ink(d: Draft, characters: int = 1) -> None:
    """Count a character of the bar that is no blank."""
    if not d.run_length:
        d.run_length, d.plain = characters, True
    d.length = d.run_length


# Fields


def _field(d: Draft, ch: str) -> bool:
    if d.lex is Lex.HEADER:
        return _begin_header_line(d, ch)
    if d.inline and d.run_length:
        _ink(d)
    if d.lex is Lex.LETTER:
        d.lex = Lex.VALUE if d.field in _VALUES else Lex.FIRST
        begin_value(d)
        d.has_text = False
        return ch == ":"
    if d.lex is Lex.VALUE:
        if ch == ("]" if d.inline else "\n"):
            return _end_value(d)
        return ch not in _NOT_OURS and take_value(d, ch)
    if ch == "\n":
        return _end_text(d)
    if d.lex is Lex.FIRST and ch in "|:":
        return False
    d.lex = Lex.TEXT
    d.has_text = d.has_text or ch != " "
    return " " <= ch <= "~" and ch != "%" if d.in_body else ch not in _NOT_OURS


def _begin_header_line(d: Draft, ch: str) -> bool:
    d.field, d.inline, d.lex = ch, False, Lex.LETTER
    if ch == "X":
        return not d.begun
    if ch == "M":
        return not d.has_metre
    if ch == "L":
        begin_value(d)
        return not d.has_unit and unit_may_change(d)
    if ch == "K":
        return d.has_metre
    return ch in _HEADER_FIELDS


def _end_text(d: Draft) -> bool:
    if not d.in_body:
        d.begun, d.lex = True, Lex.HEADER
    else:  # the label of a part
        d.part, d.lex = d.part or d.has_text, Lex.LINE
    return True


def _end_value(d: Draft) -> bool:
    if not value_may_end(d):
        return False
    end_value(d)
    d.begun, d.lex = True, Lex.HEADER
    if d.in_body:
        d.lex = Lex.MUSIC if d.inline else Lex.LINE
        if d.field == "L":
            d.breakable = False
    elif d.field == "K":
        d.in_body, d.lex = True, Lex.LINE
        if not d.has_unit:
            d.unit = default_unit(d.metre)
    return True


def _begin_field(d: Draft, ch: str, *, inline: bool) -> bool:
    """Begin a field in the body with its letter."""
    d.field, d.inline, d.lex = ch, inline, Lex.LETTER
    if d.broken or d.left:
        return False
    if ch == "M":
        return may_change_metre(d) and metre_may_change(d)
    if ch == "K":
        return not d.tied
    if ch == "L":
        begin_value(d)
        return unit_may_change(d)
    return ch == "Q" or (ch == "P" and not inline and may_name_part(d))


# Music code


def _body(d: Draft, ch: str, column: int) -> bool:
    lex = d.lex
    if lex in _IN_LENGTH:
        return _in_length(d, ch, column)
    if lex is Lex.STRING:
        _ink(d)
        d.lex = Lex.MUSIC if ch == '"' else Lex.STRING
        return ch not in _NOT_OURS
    if lex is Lex.ACCIDENTAL:
        return _after_accidental(d, ch)
    if lex is Lex.SIGN:
        return _after_sign(d, ch)
    if lex in (Lex.COLON, Lex.COLON_BRACKET):
        return _after_colon(d, ch)
    if lex is Lex.BRACKET:
        return _after_bracket(d, ch)
    if lex in (Lex.PAREN, Lex.TUPLET):
        return _in_tuplet(d, ch)
    if lex is Lex.PLUS:
        _ink(d)
        return ch != "f" and _begin_chord_note(d, ch)  # "+ff+" is a decoration
    if lex is Lex.CHORD_TIE:
        return _in_chord(d, ch)
    if lex is Lex.COMMA:
        d.lex, d.numbers = Lex.NUMBER, d.numbers | 4
        return ch == "2"
    if lex is Lex.NUMBER and ch == ",":
        d.lex = Lex.COMMA
        return d.numbers == 2 and d.limits.writes("3")
    if lex is Lex.CLOSED and ch == ":":
        d.lex = Lex.CLOSED_COLON
        return may_start(d) or may_repeat(d)
    if lex is Lex.CLOSED_COLON:
        if ch == "|":
            return _repeat(d) and _after_colon(d, ch)
        return ch != ":" and _start(d) and _music(d, ch, 2)
    if (lex is Lex.OPENED and ch == ":") or (lex in (Lex.NUMBER, Lex.DOUBLE) and ch in "|:"):
        return False
    if lex is Lex.LINE and ch in " \n":
        return False
    if lex is Lex.LINE and ch in "MLKQP":
        if d.run_length:
            d.plain = False
        return _begin_field(d, ch, inline=False)
    return _music(d, ch, column)


def _music(d: Draft, ch: str, column: int) -> bool:
    """Read a character behind a sign that is over."""
    if ch == "\n":
        d.lex, d.plain = Lex.LINE, False
        return True
    if ch == " ":
        d.lex = Lex.MUSIC
        return True
    if ch == "|":
        return _bar_line(d, bracket=False)
    if ch == ":":
        d.lex = Lex.COLON
        d.no_bracket = column == 1
        return _repeat(d)
    if ch == "[":
        d.no_bracket = d.lex is Lex.DOUBLE  # "::[|" would be one sign
        d.lex = Lex.BRACKET
        return _bracket_may_come(d)
    if d.copied:
        return False
    if copied_lag(ch):
        d.lex = Lex.MUSIC
        good = not d.broken and copy_bar(d, copied_lag(ch))
        d.run_length = d.length = 1
        return good
    _ink(d)
    if ch in NOTES or ch in "zx":
        return _sound(d, ch)
    if ch in "^_=":
        d.lex = Lex.ACCIDENTAL
        return _begin(d) and _room(d) and begin_accidental(d, ch)
    if ch == '"':
        d.lex = Lex.STRING
        return d.limits.writes(ch)
    if ch == "+":
        d.lex = Lex.PLUS
        good = d.limits.writes(ch) and chord_may_come(d) and _begin(d)
        begin_chord(d, old=True)
        return good
    if ch in "<>":
        good = not d.broken or (d.lex is Lex.BREAK and (d.broken > 0) == (ch == ">"))
        d.lex = Lex.BREAK
        d.broken += 1 if ch == ">" else -1
        return good and may_break(d, d.broken)
    if ch == "-":
        d.lex = Lex.TIE
        d.tied = True
        d.plain = d.plain and d.open
        return d.tieable
    if ch == "(":
        d.lex = Lex.PAREN
        d.p = d.q = d.r = 0
        return not d.left and not d.broken and _begin(d) and _some_tuplet(d)
    d.lex = Lex.MUSIC
    return ch in "y`" and not d.broken


def _begin(d: Draft) -> bool:
    """Begin a bar, if none is open."""
    return d.open or begin_bar(d)


def _room(d: Draft) -> bool:
    """Whether there is time for a note."""
    return target(d) > d.time


def _sound(d: Draft, ch: str) -> bool:
    """Begin a note or a rest."""
    if not _begin(d) or not _room(d):
        return False
    d.lex = Lex.PITCH
    begin_length(d, d.unit)
    if ch in "zx":
        d.is_rest = True
        return length_possible(d)
    return begin_pitch(d, ch) and length_possible(d)


def _after_accidental(d: Draft, ch: str) -> bool:
    _ink(d)
    if ch in "^_" and d.accidental == (1 if ch == "^" else -1):
        d.accidental *= 2
        return True
    return ch in NOTES and _sound(d, ch)


def _in_length(d: Draft, ch: str, column: int) -> bool:
    """Read a character behind a note."""
    if ch in ",'" and d.lex is Lex.PITCH:
        _ink(d)
        return mark_octave(d, ch) and length_possible(d)
    if ch == "/" or ch in DIGITS:
        _ink(d)
        return take_length(d, ch)
    if d.in_chord and not d.closed:
        return _end_chord_note(d) and _in_chord(d, ch)
    d.lex = Lex.MUSIC
    tied = d.tied_in_chord
    if not end_note(d):
        return False
    d.tied, d.tied_in_chord = tied, False
    return _music(d, ch, column)


def _end_chord_note(d: Draft) -> bool:
    """End a note of the chord that is read."""
    if not d.chord_unit and not may_end_first(d):
        return False
    end_chord_note(d)
    return True


def _in_chord(d: Draft, ch: str) -> bool:
    """Read what follows a note of a chord."""
    _ink(d)
    if ch == ("+" if d.old else "]"):
        d.lex, d.closed = Lex.OVER, True
        begin_length(d, d.chord_unit)
        return length_possible(d)
    if ch == "-" and not d.old:
        good = d.lex is not Lex.CHORD_TIE
        d.lex, d.tied_in_chord = Lex.CHORD_TIE, True
        return good
    return len(d.sounding) < MOST_IN_CHORD and _begin_chord_note(d, ch)


def _begin_chord_note(d: Draft, ch: str) -> bool:
    if ch in "^_=":
        d.lex = Lex.ACCIDENTAL
        return begin_accidental(d, ch)
    return ch in NOTES and _sound(d, ch)


# Bar lines


def _bar_line(d: Draft, *, bracket: bool) -> bool:
    """Read the first "|" of a sign."""
    if d.ending_next or (d.open and not may_end_bar(d)) or not end_bar(d):
        return False
    d.lex, d.lines, d.bracket, d.was_heavy = Lex.SIGN, 1, bracket, d.heavy
    return _make_heavy(d) if bracket else True


def _make_heavy(d: Draft) -> bool:
    d.heavy = True
    return may_close(d)


def _after_sign(d: Draft, ch: str) -> bool:
    if ch == "|":
        d.lines += 1
        return d.lines <= 3 and _make_heavy(d)
    if ch == "]":
        d.lex = Lex.CLOSED
        if _is_due(d) and not d.limits.writes("["):
            return False
        if d.bracket and d.lines == 1:  # an invisible bar line
            d.heavy = d.was_heavy
            return True
        return _make_heavy(d)
    if ch == ":":
        return _start(d)
    if ch in DIGITS:
        return _number(d, ch)
    return (not _is_due(d) or d.limits.writes("[")) and _music(d, ch, 2)


def _is_due(d: Draft) -> bool:
    """Whether another ending must begin here."""
    return d.ending == 1 and d.repeats and not d.ending_next


def _start(d: Draft) -> bool:
    d.lex = Lex.OPENED
    good = may_start(d) and d.limits.writes(":")
    d.starts = True
    return good


def _repeat(d: Draft) -> bool:
    """Read the ":" of ":|" or "::"."""
    if not may_repeat(d) or not end_bar(d):
        return False
    d.repeats = True
    return True


def _after_colon(d: Draft, ch: str) -> bool:
    if ch == "|":
        d.bracket, d.was_heavy = d.lex is Lex.COLON_BRACKET, d.heavy
        d.lex, d.lines = Lex.SIGN, 1
        d.heavy = d.heavy or d.bracket
        return True
    if d.lex is Lex.COLON_BRACKET:
        return False
    if ch == ":":
        good = _start(d)
        d.lex = Lex.DOUBLE
        return good
    d.lex = Lex.COLON_BRACKET
    return ch == "[" and not d.no_bracket


def _bracket_may_come(d: Draft) -> bool:
    chord = d.limits.writes("]") and chord_may_come(d)
    if d.broken or chord or next_number(d):
        return chord or not d.broken
    return not d.no_bracket and not d.ending_next and may_close(d) and (not d.open or may_end_bar(d))


def chord_may_come(given: Draft) -> bool:
    """Whether a chord may begin, whatever its notes are."""
    if given.copied:
        return False
    d = given.copy()
    if not _begin(d) or not _room(d):
        return False
    begin_chord(d, old=False)
    begin_length(d, d.unit)
    return length_possible(d)


def _after_bracket(d: Draft, ch: str) -> bool:
    if ch == "|":
        return not d.broken and not d.no_bracket and _bar_line(d, bracket=True)
    if ch in DIGITS:
        return not d.broken and _number(d, ch)
    if ch in "MLKQ":
        if d.run_length:
            d.plain = False
            _ink(d)
        return d.limits.writes("]") and not d.copied and _begin_field(d, ch, inline=True)
    if not d.limits.writes("]") or not chord_may_come(d) or not _begin(d):
        return False
    _ink(d, 2)
    begin_chord(d, old=False)
    return _begin_chord_note(d, ch)


def _number(d: Draft, ch: str) -> bool:
    """Read the number of an ending."""
    if d.open and (not may_end_bar(d) or not end_bar(d)):
        return False
    if not end_bar(d) or DIGITS.index(ch) == 0 or next_number(d) != DIGITS.index(ch):
        return False
    number = DIGITS.index(ch)
    d.lex, d.ending_next, d.numbers = Lex.NUMBER, 1 if number == 1 else 2, 1 << number
    return True


# Tuplets


def _some_tuplet(d: Draft) -> bool:
    """Whether there is a tuplet that fits and can be written."""
    return _room(d) and any(d.limits.writes(str(p)) and tuplet_fits(d, p, 0, 0) for p in range(2, 10))


def _in_tuplet(d: Draft, ch: str) -> bool:
    digit = DIGITS.find(ch)
    if d.lex is Lex.PAREN:
        _ink(d)
        d.lex, d.p, d.parts = Lex.TUPLET, digit, 1
        return digit > 1 and tuplet_fits(d, digit, 0, 0)
    if ch == ":" and d.parts < 3:
        _ink(d)
        d.parts += 1
        return True
    if digit > 0 and d.parts == 2 and not d.q:
        _ink(d)
        d.q = digit
        return tuplet_fits(d, d.p, d.q, 0)
    if digit > 0 and d.parts == 3 and not d.r:
        _ink(d)
        d.r = digit
        return tuplet_fits(d, d.p, d.q, d.r)
    begin_tuplet(d)
    d.lex = Lex.MUSIC
    return _music(d, ch, 2)
