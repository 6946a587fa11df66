"""The shortest way that the machine knows to end a draft as a valid tune, a character at a time.

The way depends on the draft alone: after its first character, the way from there is the rest of it. So a
draft of which it has so many characters left is never stuck as long as there is room for them.
"""

from __future__ import annotations

from collections.abc import Iterator

from musegen_abc.ruled import take
from musegen_abc.ruled_bars import (
    is_complete,
    may_close,
    may_end_bar,
    may_go_on,
    may_repeat,
    needs_label,
    next_number,
)
from musegen_abc.ruled_fields import lacks_label
from musegen_abc.ruled_marks import complete_name
from musegen_abc.ruled_notes import (
    end_note,
    filling_character,
    may_end_length,
    next_of_length,
)
from musegen_abc.ruled_pitches import NOTES, SEMITONES, alteration
from musegen_abc.ruled_signs import chord_may_come
from musegen_abc.ruled_state import Draft, Lex
from musegen_abc.ruled_strains import (
    counted,
    fills_well,
    is_repeated_later,
    is_tight,
    is_upbeat,
    strains_left,
)
from musegen_abc.ruled_strings import close_string
from musegen_abc.ruled_times import ended_hash, is_full, missing
from musegen_abc.ruled_values import close_value

_MOST = 5000
_MOST_IN_BAR = 500
_NO_WAY = "\0"
_SIGNS = {-1: "_", 0: "=", 1: "^"}


def accept(d: Draft, ch: str) -> bool:
    """Read the next character; whether it may come. A draft that has refused one is of no use any more."""
    return take(d, ch) and (not is_tight(d) or _can_end_bar(d))


def _can_end_bar(given: Draft) -> bool:
    """Whether the way leads to the end of the open bar: known of nearly all bars without trying."""
    d = given.copy()
    for _ in range(_MOST_IN_BAR):
        if not d.open:
            return True
        ch = closing(d)
        if not ch or not take(d, ch):
            return False
    return False


def characters_left(given: Draft, most: int = _MOST) -> int:
    """How many characters the way has; more than ``most`` for a longer one."""
    d = given.copy()
    for count in range(most + 1):
        ch = closing(d)
        if not ch:
            return count
        if not take(d, ch):
            raise AssertionError(f"the way to the end is closed at {ch!r}")
    return most + 1


def closing(d: Draft) -> str:
    """The next character of the way; empty where the tune may end."""
    lex = d.lex
    if lex <= Lex.VALUE:
        return _close_field(d)
    if lex is Lex.STRING:
        return close_string(d)
    if lex is Lex.ACCIDENTAL:
        return _note(d)
    if lex in (Lex.PITCH, Lex.OVER, Lex.SLASH, Lex.UNDER):
        return _close_length(d)
    if lex in (Lex.CHORD_TIE, Lex.CHORD_SPACE):
        return "+" if d.old else "]"
    if lex is Lex.CLOSED_COLON:
        return "|" if may_repeat(d) else "\n"
    if lex is Lex.PLUS:
        return _note(d) if chord_may_come(d) else complete_name(d)[0]
    if lex is Lex.NAME:
        return complete_name(d)[0] if d.b else "\n"
    if lex is Lex.GRACE:
        return "}" if d.phase > 2 else d.limits.notes[0][-1]
    if lex is Lex.JOIN:
        return "\n"
    if lex in (Lex.INITIAL, Lex.DOT, Lex.INDENT):
        return _behind_mark(d)
    if lex in (Lex.COLON, Lex.COLON_BRACKET):
        return "|"
    if lex is Lex.BRACKET:
        return _close_bracket(d)
    if lex is Lex.COMMA:
        return "2"
    return _go_on(d)


def _close_field(d: Draft) -> str:
    if d.lex is Lex.HEADER:
        return "K" if d.has_metre else "M"
    if d.lex is Lex.LETTER:
        return ":"
    if d.lex is Lex.VALUE:
        return close_value(d) or ("]" if d.inline else "\n")
    if d.lex in (Lex.FIRST, Lex.TEXT) and d.in_body:
        if lacks_label(d):
            return "A" if d.limits.writes("A") else d.limits.notes[0][-1]
        return "]" if d.inline else "\n"
    return "\n"


def _close_length(d: Draft) -> str:
    if d.in_chord and not d.closed:
        if d.chord_unit or may_end_length(d):
            return "+" if d.old else "]"
        return next_of_length(d)
    return filling_character(d) or ("" if may_end_length(d) else next_of_length(d)) or _behind_note(d)


def _close_bracket(d: Draft) -> str:
    if d.limits.writes("]") and chord_may_come(d):
        return _note(d)
    number = str(next_number(d) or "")
    return number if number and d.limits.writes(number) else "|"


def _behind_note(given: Draft) -> str:
    d = given.copy()
    if not end_note(d):
        raise AssertionError("a note that cannot end")
    d.lex = Lex.MUSIC
    return _go_on(d)


def _behind_mark(d: Draft) -> str:
    """The next character where not all may come that otherwise could: behind blanks, a dot or an initial."""
    if d.lex is Lex.INITIAL and d.field and d.field == _missing_field(d):
        return ":"
    ch = _go_on(d)
    if d.lex is Lex.INDENT:
        return "|" if ch == "\n" else ch
    return "\n" if ch == ("|" if d.lex is Lex.DOT else ":") else ch


def _missing_field(d: Draft) -> str:
    """The field that must come before the first bar; empty for none."""
    return "P" if needs_label(d) else ""


def _note(d: Draft) -> str:
    """One of two notes: the one that does not make the bar the same as the one before, if it fills it."""
    if d.limits.picks:
        return _picked_note(d)
    first, second = d.limits.fill
    trial = d.copy()
    if not take(trial, first):
        return second
    same = not d.in_chord and ended_hash(trial, missing(trial)) == trial.before
    return second if same else first


def _picked_note(d: Draft) -> str:
    """The beginning of a note that may come, one of those that fill the bar well if there is one."""
    found = _NO_WAY
    for text in _notes(d):
        trial = d.copy()
        if not all(take(trial, ch) for ch in text):
            continue
        if trial.in_chord:
            return text[0]
        time = missing(trial)
        if ended_hash(trial, time) != trial.before and fills_well(trial, time):
            return text[0]
        found = text[0] if found == _NO_WAY else found
    return found


def _notes(d: Draft) -> Iterator[str]:
    """The notes from which one is picked, the tonic first where a strain ends on it."""
    seeks = d.limits.cadence and d.tonic >= 0
    if d.lex is Lex.ACCIDENTAL:
        letters = [letter for letter in NOTES if letter in d.limits.characters]
        tonics = [letter for letter in letters if seeks and _class(letter, d.accidental) == d.tonic]
        yield from (*tonics, *letters)
        return
    for octave in (0, 1) if seeks else ():
        letter = NOTES[d.tonic_step + 7 * octave]
        trial = d.copy()
        trial.step, trial.octave = d.tonic_step, 4 + octave
        sign = "" if alteration(trial) == d.tonic_alter else _SIGNS[d.tonic_alter]
        if d.limits.writes(sign + letter):
            yield sign + letter
    yield from d.limits.notes


def _class(letter: str, alter: int) -> int:
    """The pitch class of a letter with an alteration."""
    return (SEMITONES[NOTES.index(letter) % 7] + alter) % 12


def _go_on(d: Draft) -> str:
    """The next character behind a sign that is over."""
    if d.lex is Lex.TUPLET:
        return _note(d) if d.limits.picks else d.limits.fill[0]
    if missing := _missing_field(d):
        return missing if d.lex is Lex.LINE else "\n"
    form = d.limits.form
    repeats = d.opened or d.ending == 1 or (form and is_repeated_later(d))
    if d.open:
        if d.broken or d.left or not (d.copied or is_full(d)):
            return _note(d)
        if d.limits.chords and not d.has_chord and counted(d, d.time):
            return '"'
        if not (d.limits.metre or may_end_bar(d) or may_repeat(d)):
            return _note(d)
        return ":" if repeats and may_repeat(d) else "|"
    in_sign = d.lex in (Lex.SIGN, Lex.CLOSED)
    if d.starts and is_complete(d):
        return "" if d.lex is Lex.LINE else "\n"
    if d.ending == 1 and d.repeats and not d.ending_next:
        return str(next_number(d)) if d.lex is Lex.SIGN else "[" if d.lex is not Lex.CLOSED else "\n"
    if repeats and not d.repeats and may_repeat(d):
        return "\n" if in_sign else ":"
    if form:
        way = _end_of_strain(d)
        if way:
            return way
    elif not may_go_on(d):
        return "\n" if d.lex is Lex.CLOSED else "|"
    if is_complete(d):
        return "" if d.lex is Lex.LINE else "\n"
    return _note(d)


def _end_of_strain(d: Draft) -> str:
    """The next character of the sign that ends the strain behind the last bar; empty for none."""
    closed = d.starts or d.part or d.repeats or d.heavy or d.ending_next
    if is_complete(d):
        return ""
    if d.bar and not closed and may_close(d) and not is_upbeat(d) and d.limits.runs and strains_left(d):
        return "|"
    if may_go_on(d):
        return ""
    if d.lex is Lex.CLOSED:
        return "\n"
    return "|" if may_close(d) else "1" if d.lex is Lex.SIGN else "["
