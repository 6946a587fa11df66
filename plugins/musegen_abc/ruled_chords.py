"""Notes and chords as they are read: what may come behind an accidental, a bracket or a note of a chord."""

from __future__ import annotations

from musegen_abc.ruled_fields import begin_field, begins_field, ink
from musegen_abc.ruled_marks import begins_old_chord, name_may_come, take_name
from musegen_abc.ruled_notes import begin_chord, begin_length, end_chord_note, length_possible, may_end_first
from musegen_abc.ruled_pitches import NOTES, begin_accidental, begin_pitch
from musegen_abc.ruled_signs import bar_line, begin, chord_may_come, has_room, take_number
from musegen_abc.ruled_state import MOST_IN_CHORD, Draft, Lex
from musegen_abc.ruled_values import DIGITS


def sound(d: Draft, ch: str) -> bool:
    """Begin a note or a rest."""
    if not begin(d) or not has_room(d):
        return False
    d.lex, d.marks = Lex.PITCH, 0
    begin_length(d, d.unit)
    if ch in "zx":
        d.is_rest = True
        return length_possible(d)
    return begin_pitch(d, ch) and length_possible(d)


def some_letter(d: Draft) -> bool:
    """Whether a letter may follow an accidental, where that depends on the place."""
    if not d.limits.picks:
        return True
    return any(d.limits.writes(letter) and sound(d.copy(), letter) for letter in NOTES)


def after_accidental(d: Draft, ch: str) -> bool:
    """Read the rest of an accidental, or the letter of its note."""
    ink(d)
    if ch in "^_" and d.accidental == (1 if ch == "^" else -1):
        d.accidental *= 2
        return some_letter(d)
    return ch in NOTES and sound(d, ch)


def after_chord_note(d: Draft, ch: str) -> bool:
    """End a note of the chord, and read what follows."""
    if not d.chord_unit and not may_end_first(d):
        return False
    end_chord_note(d)
    return in_chord(d, ch)


def in_chord(d: Draft, ch: str) -> bool:
    """Read what may follow a note of a chord."""
    ink(d)
    if ch == ("+" if d.old else "]"):
        d.lex, d.closed = Lex.OVER, True
        begin_length(d, d.chord_unit)
        return length_possible(d)
    if ch == "-" and not d.old:
        good = d.lex not in (Lex.CHORD_TIE, Lex.CHORD_SPACE)
        d.lex, d.tied_in_chord = Lex.CHORD_TIE, d.tied_in_chord | 1 << len(d.sounding) - 1
        return good
    if ch == " ":
        good = not d.old or d.lex is not Lex.CHORD_SPACE
        d.lex = Lex.CHORD_SPACE
        return good
    return len(d.sounding) < MOST_IN_CHORD and _begin_chord_note(d, ch)


def _begin_chord_note(d: Draft, ch: str) -> bool:
    if ch in "^_=":
        d.lex = Lex.ACCIDENTAL
        return begin_accidental(d, ch) and some_letter(d)
    return ch in NOTES and sound(d, ch)


def after_plus(d: Draft, ch: str) -> bool:
    """Read what tells whether a chord or a decoration stands between plus signs."""
    if not begins_old_chord(ch):
        return name_may_come(d) and take_name(d, ch)
    ink(d)
    if not chord_may_come(d) or not begin(d):
        return False
    begin_chord(d, old=True)
    return _begin_chord_note(d, ch)


def after_bracket(d: Draft, ch: str) -> bool:
    """Read what tells whether a bracket belongs to a bar line, an ending, a field or a chord."""
    if ch == "|":
        return not d.broken and not d.no_bracket and bar_line(d, bracket=True)
    if ch in DIGITS:
        return not d.broken and take_number(d, ch)
    if begins_field(ch, inline=True):
        if d.run_length:
            d.plain = False
            ink(d)
        return d.limits.writes("]") and not d.copied and begin_field(d, ch, inline=True)
    if not d.limits.writes("]") or not chord_may_come(d) or not begin(d):
        return False
    ink(d, 2)
    begin_chord(d, old=False)
    return _begin_chord_note(d, ch)
