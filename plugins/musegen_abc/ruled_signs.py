"""Bar lines, repeat signs and endings of a draft, sign by sign."""

from __future__ import annotations

from musegen_abc.ruled_bars import (
    begin_bar,
    end_bar,
    is_complete,
    may_close,
    may_end_bar,
    may_go_on,
    may_repeat,
    may_start,
    next_number,
)
from musegen_abc.ruled_notes import begin_chord, begin_length, length_possible
from musegen_abc.ruled_state import Draft, Lex
from musegen_abc.ruled_times import target
from musegen_abc.ruled_values import DIGITS


def begin(d: Draft) -> bool:
    """Begin a bar, if none is open."""
    return d.open or begin_bar(d)


def has_room(d: Draft) -> bool:
    """Whether there is time for a note."""
    return target(d) > d.time


_MOST_MARKS = 64
A_MARK = 8
"""So many blanks count as one mark. There may be 64 blanks or 8 marks between two notes or bar lines."""


def blank(d: Draft) -> bool:
    """Count a blank; whether it may come."""
    d.marks = min(d.marks + 1, _MOST_MARKS + 1)
    return d.marks <= _MOST_MARKS


def mark(d: Draft, *, leads: bool = False) -> bool:
    """Count a sign that is neither note, bar line nor blank; whether it may come.

    ``leads``: a note must follow it.
    """
    d.marks = min(d.marks + A_MARK, _MOST_MARKS + 1)
    return d.marks <= _MOST_MARKS and (not leads or note_may_follow(d))


def note_may_follow(d: Draft) -> bool:
    """Whether a note may come before the next bar line."""
    return has_room(d) if d.open else may_go_on(d)


def bar_line(d: Draft, *, bracket: bool) -> bool:
    """Read the first "|" of a sign."""
    if d.ending_next or (d.open and not may_end_bar(d)) or not end_bar(d):
        return False
    d.lex, d.lines, d.bracket, d.was_heavy = Lex.SIGN, 1, bracket, d.heavy
    d.signs, d.marks = min(d.signs + 1, 5), 0
    return make_heavy(d) if bracket else not _leads_nowhere(d)


def _leads_nowhere(d: Draft) -> bool:
    """Whether a bar line is the fifth since the last bar, or stands where only a repeat sign may come."""
    if may_go_on(d):
        return d.signs > 4
    return d.limits.form and not may_close(d) and not next_number(d)


def may_leave_sign(d: Draft) -> bool:
    """Whether something else than a sign may come behind a bar line: not where it has to be a heavy one."""
    if d.limits.form and d.bar and d.signs > 1 and not (may_go_on(d) or may_repeat(d) or is_complete(d)):
        return False
    return not is_due(d) or d.limits.writes("[")


def make_heavy(d: Draft) -> bool:
    """Make the last bar line a heavy one."""
    d.heavy = True
    return may_close(d)


def is_due(d: Draft) -> bool:
    """Whether another ending must begin here."""
    return d.ending == 1 and d.repeats and not d.ending_next


def start_repeat(d: Draft) -> bool:
    """Read the ":" that begins a repeat."""
    d.lex = Lex.OPENED
    good = may_start(d) and d.limits.writes(":")
    d.starts = True
    return good


def end_repeat(d: Draft) -> bool:
    """Read the ":" of ":|" or "::"."""
    if not may_repeat(d) or not end_bar(d):
        return False
    d.repeats = True
    return True


def after_colon(d: Draft, ch: str) -> bool:
    """Read a character behind the ":" that ends a repeat."""
    if ch == "|":
        d.bracket, d.was_heavy = d.lex is Lex.COLON_BRACKET, d.heavy
        d.lex, d.lines = Lex.SIGN, 1
        d.heavy = d.heavy or d.bracket
        return True
    if d.lex is Lex.COLON_BRACKET:
        return False
    if ch == ":":
        good = start_repeat(d)
        d.lex = Lex.DOUBLE
        return good
    d.lex = Lex.COLON_BRACKET
    return ch == "[" and not d.no_bracket


def bracket_may_come(d: Draft) -> bool:
    """Whether a bracket may come: of a chord, an ending, or a bar line."""
    chord = d.limits.writes("]") and chord_may_come(d)
    number = next_number(d)
    if d.broken or chord or (number and d.limits.writes(str(number))):
        return chord or not d.broken
    return not d.no_bracket and not d.ending_next and may_close(d) and (not d.open or may_end_bar(d))


def chord_may_come(given: Draft) -> bool:
    """Whether a chord may begin, whatever its notes are."""
    if given.copied:
        return False
    d = given.copy()
    if not begin(d) or not has_room(d):
        return False
    begin_chord(d, old=False)
    begin_length(d, d.unit)
    return length_possible(d)


def take_number(d: Draft, ch: str) -> bool:
    """Read the number of an ending."""
    if d.open and (not may_end_bar(d) or not end_bar(d)):
        return False
    if not end_bar(d) or DIGITS.index(ch) == 0 or next_number(d) != DIGITS.index(ch):
        return False
    number = DIGITS.index(ch)
    d.lex, d.ending_next, d.numbers = Lex.NUMBER, 1 if number == 1 else 2, 1 << number
    return True
