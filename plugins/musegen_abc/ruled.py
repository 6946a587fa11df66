"""Rules for tunes as they are written: whether a character may come, so that a valid tune can be finished.

:func:`take` reads a tune in ABC, folded (copies.py) or not, one character at a time. It takes the ABC that
``[prepare]`` writes, and most of what else tunes have, and knows after each character a shortest way to end
the tune (ruled_closing.py): so whatever it accepts can be finished, and what is finished is valid. The state
of a tune is a :class:`musegen_abc.ruled_state.Draft`; ext/musegen_reading is the same machine in C.
"""

from __future__ import annotations

from collections.abc import Callable

from musegen_abc.copies import SHORTEST, copied_lag
from musegen_abc.ruled_bars import copy_bar, may_repeat, may_start
from musegen_abc.ruled_chords import (
    after_accidental,
    after_bracket,
    after_chord_note,
    after_plus,
    in_chord,
    some_letter,
    sound,
)
from musegen_abc.ruled_fields import NOT_OURS, begin_comment, begin_field, begins_field, ink, take_in_field
from musegen_abc.ruled_marks import (
    SYMBOLS,
    begin_grace,
    begin_rests,
    end_line,
    ink_put_off,
    leads_to_note,
    name_may_come,
    put_off,
    take_grace,
    take_name,
    take_rests,
)
from musegen_abc.ruled_notes import (
    begin_tuplet,
    end_note,
    length_possible,
    may_break,
    take_length,
    tuplet_fits,
)
from musegen_abc.ruled_pitches import NOTES, begin_accidental, mark_octave
from musegen_abc.ruled_signs import (
    after_colon,
    bar_line,
    begin,
    blank,
    bracket_may_come,
    chord_may_come,
    end_repeat,
    has_room,
    is_due,
    make_heavy,
    mark,
    may_leave_sign,
    start_repeat,
    take_number,
)
from musegen_abc.ruled_state import ALL_TIED, Draft, Lex
from musegen_abc.ruled_strings import begin_string, end_string, take_in_string
from musegen_abc.ruled_values import DIGITS

_IN_LENGTH = (Lex.PITCH, Lex.OVER, Lex.SLASH, Lex.UNDER)


def take(d: Draft, ch: str) -> bool:
    """Read the next character; whether it may come. A draft that has refused one is of no use any more."""
    if d.run_length:
        d.run_length = min(d.run_length + 1, SHORTEST)
    column = d.column
    indent = ch in " \t" and column == 0
    d.column = 0 if ch == "\n" or indent else min(column + 1, 2)
    if d.lex <= Lex.VALUE:
        return take_in_field(d, ch)
    return _body(d, ch, column)


def _body(d: Draft, ch: str, column: int) -> bool:
    lex = d.lex
    if lex in _IN_LENGTH:
        return _in_length(d, ch, column)
    if lex is Lex.STRING:
        ink(d)
        if ch == '"':
            d.lex = Lex.MUSIC
            return end_string(d)
        take_in_string(d, ch)
        return ch not in NOT_OURS
    if reader := _READERS.get(lex):
        return reader(d, ch)
    if lex is Lex.JOIN:
        return ch in " \t" or (ch in "\n%" and _music(d, ch, column))
    if lex is Lex.RESTS and ch in DIGITS:
        return take_rests(d, ch)
    if lex is Lex.SPACER and ch in DIGITS:
        ink(d)
        return True
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
            return end_repeat(d) and after_colon(d, ch)
        return ch != ":" and start_repeat(d) and _music(d, ch, 2)
    if (lex is Lex.OPENED and ch == ":") or (lex in (Lex.NUMBER, Lex.DOUBLE) and ch in "|:"):
        return False
    if lex in (Lex.LINE, Lex.INDENT):
        return _begin_line(d, ch, column)
    return _music(d, ch, column)


def _begin_line(d: Draft, ch: str, column: int) -> bool:
    """Read the first character of a line, or the first behind blanks."""
    if ch == "%" and d.lex is Lex.LINE:
        return begin_comment(d)
    if ch in SYMBOLS and ch != "." and not d.copied and mark(d, leads=leads_to_note(d, ch)):
        d.field = ch if d.lex is Lex.LINE else ""
        put_off(d, ch)
        return True
    if d.lex is Lex.LINE and begins_field(ch, inline=False):
        d.plain = False
        return begin_field(d, ch, inline=False)
    if ch in " \t":
        d.lex, d.sung = Lex.INDENT, 0
        return blank(d)
    d.sung = 0
    return ch != "\n" and _music(d, ch, column)


def _after_initial(d: Draft, ch: str) -> bool:
    """Read what tells whether the letter before is a decoration or that of a field."""
    if ch == ":":
        d.plain = False
        possible = d.field != "" and begins_field(d.field, inline=False)
        return possible and begin_field(d, d.field, inline=False) and take_in_field(d, ch)
    d.sung = 0
    ink_put_off(d)
    d.lex = Lex.MUSIC
    return _music(d, ch, 2)


def _after_dot(d: Draft, ch: str) -> bool:
    """Read a character behind a dot, which belongs to a tie or a slur, or is a decoration."""
    if ch == "|":
        return False
    ink_put_off(d)
    d.lex = Lex.MUSIC
    d.plain = d.plain and ch not in " \t"  # a copy has no blank at its end, and ".|" is another sign
    if ch == "(":
        ink(d)
        return True
    return _music(d, ch, 2)


def _music(d: Draft, ch: str, column: int) -> bool:
    """Read a character behind a sign that is over."""
    if ch == "\n":
        d.lex, d.plain = Lex.LINE, False
        return True
    if ch in " \t":
        d.lex = Lex.MUSIC
        return blank(d)
    if ch == "|":
        return bar_line(d, bracket=False)
    if ch == ":":
        d.lex = Lex.COLON
        d.no_bracket = column == 1
        return end_repeat(d)
    if ch == "[":
        d.no_bracket = d.lex is Lex.DOUBLE  # "::[|" would be one sign
        d.lex = Lex.BRACKET
        return bracket_may_come(d)
    if d.copied:
        return False
    if ch in ".!":
        put_off(d, ch)
        d.old = False
        return mark(d)
    if ch in "%\\*$":
        return end_line(d, ch)
    if copied_lag(ch):
        d.lex = Lex.MUSIC
        good = not d.broken and copy_bar(d, copied_lag(ch))
        d.run_length = d.length = 1
        return good
    ink(d)
    if ch in NOTES or ch in "zx":
        return sound(d, ch)
    if ch in "^_=":
        d.lex = Lex.ACCIDENTAL
        return begin(d) and has_room(d) and begin_accidental(d, ch) and some_letter(d)
    if ch == '"':
        d.lex = Lex.STRING
        return begin_string(d) and (mark(d) or d.limits.chords is True)  # a chord symbol may be needed
    if ch == "+":
        d.lex, d.old = Lex.PLUS, True
        return d.limits.writes(ch) and mark(d, leads=True) and (chord_may_come(d) or name_may_come(d))
    if ch in "<>":
        good = not d.broken or (d.lex is Lex.BREAK and (d.broken > 0) == (ch == ">"))
        d.lex = Lex.BREAK
        d.broken += 1 if ch == ">" else -1
        return good and may_break(d, d.broken)
    if ch == "-":
        good = d.tieable and d.lex is not Lex.TIE and mark(d)
        d.lex, d.tied = Lex.TIE, ALL_TIED
        d.plain = d.plain and d.open
        return good
    if ch == "(":
        d.lex = Lex.PAREN
        return mark(d, leads=True)
    if ch == "{":
        return begin_grace(d) and mark(d)
    if ch in "ZX":
        return begin_rests(d)
    if ch == "`":  # between notes under one beam, as good as nothing
        d.lex = Lex.MUSIC
        return blank(d)
    d.lex = Lex.SPACER if ch == "y" else Lex.MUSIC
    return (ch in "y)" or ch in SYMBOLS) and mark(d, leads=leads_to_note(d, ch))


def _in_length(d: Draft, ch: str, column: int) -> bool:
    """Read a character behind a note."""
    if ch in ",'" and d.lex is Lex.PITCH:
        ink(d)
        return mark_octave(d, ch) and length_possible(d)
    if ch == "/" or ch in DIGITS:
        ink(d)
        return take_length(d, ch)
    if d.in_chord and not d.closed:
        return after_chord_note(d, ch)
    d.lex = Lex.MUSIC
    tied = d.tied_in_chord
    if not end_note(d):
        return False
    d.tied, d.tied_in_chord = tied, 0
    return _music(d, ch, column)


def _after_sign(d: Draft, ch: str) -> bool:
    if ch == "|":
        d.lines += 1
        return d.lines <= 3 and make_heavy(d)
    if ch == "]":
        d.lex = Lex.CLOSED
        if is_due(d) and not d.limits.writes("["):
            return False
        if d.bracket and d.lines == 1:  # an invisible bar line
            d.heavy = d.was_heavy
            return True
        return make_heavy(d)
    if ch == ":":
        return start_repeat(d)
    if ch in DIGITS:
        return take_number(d, ch)
    return may_leave_sign(d) and _music(d, ch, 2)


def _in_tuplet(d: Draft, ch: str) -> bool:
    """Read a character behind "(": of a tuplet's numbers, or what follows a slur or those numbers."""
    digit = DIGITS.find(ch)
    if d.lex is Lex.PAREN:
        if digit < 0:
            d.lex = Lex.MUSIC
            return _music(d, ch, 2)
        ink(d)
        inside = d.left > 0 and (d.left < (d.r or d.p) or digit != d.p)
        d.lex, d.p, d.q, d.r, d.parts = Lex.TUPLET, digit, 0, 0, 1
        good = digit > 1 and not inside and not d.broken and begin(d)
        return good and has_room(d) and tuplet_fits(d, digit, 0, 0)
    if ch == ":" and d.parts < 3:
        ink(d)
        d.parts += 1
        return True
    if digit > 0 and not (d.q if d.parts == 2 else d.r) and d.parts > 1:
        ink(d)
        d.q, d.r = (digit, 0) if d.parts == 2 else (d.q, digit)
        return tuplet_fits(d, d.p, d.q, d.r)
    begin_tuplet(d)
    d.lex = Lex.MUSIC
    return _music(d, ch, 2)


_READERS: dict[Lex, Callable[[Draft, str], bool]] = {
    Lex.ACCIDENTAL: after_accidental,
    Lex.SIGN: _after_sign,
    Lex.COLON: after_colon,
    Lex.COLON_BRACKET: after_colon,
    Lex.BRACKET: after_bracket,
    Lex.PAREN: _in_tuplet,
    Lex.TUPLET: _in_tuplet,
    Lex.PLUS: after_plus,
    Lex.NAME: take_name,
    Lex.GRACE: take_grace,
    Lex.INITIAL: _after_initial,
    Lex.DOT: _after_dot,
    Lex.CHORD_TIE: in_chord,
    Lex.CHORD_SPACE: in_chord,
}
"""The functions that read what stands behind signs that are not over."""
