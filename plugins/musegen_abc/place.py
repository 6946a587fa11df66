"""The sense of place: where in its tune's form a character stands, from what came before it alone.

:class:`Place` is a machine that is fed a prepared text, folded (copies.py) or not, one character at a time.
It remembers some fifty whole numbers, and lengths and notes of the last 32 bars, and never looks ahead: what
it tells of a character is the same for every text that begins like this one. Every number has a bound,
whatever the text: ext/musegen_reading is the same machine in C.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import ClassVar

from musegen_abc.clock import DIGITS, UNIT, Clock, Fraction
from musegen_abc.copies import LAGS, SHORTEST, copied_lag
from musegen_abc.form import BARS, MODES, REPEATS, STRAINS, Form, Mode
from musegen_abc.memory import HALVES, NOTES, Memory

LEFT = 28
"""How many values a time that is left has. 0 is the header, and the last stands for all that is greater."""
# What is read: the beginning of a line, its first letter, the colon behind that, a field, what is passed
# over, music code; what stands behind "[", behind that and a letter; a chord, a tuplet, an ending's numbers
_LINE, _FIRST, _COLON, _FIELD, _SKIPPED, _MUSIC, _BRACKET, _LETTER, _CHORD, _TUPLET, _ENDING = range(11)
_NOTES = frozenset("ABCDEFGabcdefgzxZX")
_CLOSED_BY = {'"': '"', "!": "!", "{": "}"}
_PHRASE = 4
"""What was heard so many bars ago is told, besides what was heard in the strain before. Most bars that come
again do so after four."""


class Place:
    """Tells fourteen things of the next character, each a small whole number; all are 0 in the header.

    Eight say where it stands:

    - The number of its bar in the strain, from 1. An upbeat belongs to bar 1, and a second ending stands
      where the first one does.
    - The time since its bar began, in halves of a unit note length and from 1. A copied bar lasts as long as
      the bar that it copies.
    - The time that is left in its bar by the metre: 0 if there is no metre, 1 if the bar is too long, 2 if it
      is full, else 2 more than the halves of a unit note length that are begun.
    - The number of its strain, from 1.
    - The time that is left if its bar is the last of the strain, so that the strain's upbeat completes it;
      counted as the time that is left in a bar.
    - The repeat: 1 outside one, 2 in one, 3 in a first ending, 4 in a later one.
    - The number of bars of the strain before, from 1; 1 in the first strain.
    - The mode: 1 without a tonic, 2 major, 3 minor, and so on (:class:`musegen_abc.form.Mode`).

    Six say what was heard before (:class:`musegen_abc.memory.Memory`). A note is 0 for none, 1 for a rest,
    else its step of the staff:

    - How many bars ago, as bar copies count, the bar of the same number was in the strain before; 0 if there
      was none.
    - The last note of that bar.
    - The last note of the bar four ago.
    - The note before, also where it is that of a copied bar.
    - The note that began at this time of the bar four ago.
    - The note that began at this time of the bar of the same number in the strain before.
    """

    sizes: ClassVar[tuple[int, ...]] = (
        *(BARS, HALVES, LEFT, STRAINS, LEFT, 1 + REPEATS, BARS, 1 + MODES),
        *(1 + LAGS, NOTES, NOTES, NOTES, NOTES, NOTES),
    )
    """Number of values of each of them."""
    remembered: ClassVar[int] = 6
    """How many of them, the last ones, say what was heard before."""

    def __init__(self) -> None:
        self._clock, self._state, self._in_body = Clock(), _LINE, False
        self._before, self._until = "", ""
        self._letter, self._inline = "", False  # the field that is read
        self._value: Fraction | Mode = Fraction()
        self._part, self._parts = 0, [0, 0, 0]  # the tuplet that is read
        # The characters of the bar, up to now and up to the last that is no blank: no more than SHORTEST
        self._run = self._length = 0
        self._saved = (0, 0, False)
        self._sounds = self._copied = False
        self._sign = False  # whether a number is that of an ending
        self._form, self._mode, self._memory = Form(), 0, Memory()
        self._heard, self._lengths = 0, [0] * LAGS

    def features(self) -> tuple[int, ...]:
        """What it tells of the next character: each from 0 to below its number in :attr:`sizes`."""
        if not self._in_body:
            return (0,) * len(self.sizes)
        time, form, memory = self._clock.now, self._form, self._memory
        return (
            1 + form.bars,
            1 + min(max(2 * time // UNIT, 0), HALVES - 2),
            self._left(time),
            1 + min(form.strain, STRAINS - 2),
            self._left(time + form.upbeat),
            1 + form.repeat,
            1 + form.before,
            1 + self._mode,
            form.lag,
            form.end,
            memory.end_of(_PHRASE),
            memory.last,
            memory.note(_PHRASE, time),
            memory.note(form.lag, time),
        )

    def _left(self, time: int) -> int:
        """What is left of a bar after so much of it."""
        whole = self._clock.bar_length
        return min(max(2 - (2 * (time - whole) // UNIT), 1), LEFT - 1) if whole else 0

    def take(self, character: str) -> None:
        """Read the next character."""
        if self._run:
            self._run = min(self._run + 1, SHORTEST)
        if character in "\r\n":
            self._end_line()
        else:
            _READERS[self._state](self, character)
        self._before = character

    # Lines and fields

    def _end_line(self) -> None:
        if self._state == _COLON:  # a field without a value
            self._undo()
            self._begin_field(inline=False)
        if self._state == _FIELD and not self._inline:
            self._end_field()
        elif self._state == _TUPLET:
            self._clock.begin_tuplet(*self._parts)
        elif self._state == _CHORD:
            self._drop_chord()
        self._end_note()
        self._state = _LINE

    def _line(self, character: str) -> None:
        if character == "+" or (character.isascii() and character.isalpha()):
            self._letter, self._saved = character, (self._run, self._length, self._sign)
            if self._in_body:
                self._music(character)
            self._state = _FIRST
        elif self._in_body and character != "%":
            self._go_on(character)
        else:
            self._skip("")

    def _first(self, character: str) -> None:
        if character == ":":
            self._state = _COLON
        elif self._in_body:
            self._go_on(character)
        else:
            self._skip("")

    def _colon(self, character: str) -> None:
        """Behind a letter and a colon, a bar line makes the letter music code; else the line is a field."""
        if character not in "|:":
            self._undo()
            self._begin_field(inline=False)
            self._field(character)
        elif self._in_body:
            self._go_on(character)
        else:
            self._skip("")

    def _undo(self) -> None:
        """Forget the note that was the letter of a field."""
        self._run, self._length, self._sign = self._saved
        self._clock.drop_note()
        self._memory.drop_note()

    def _go_on(self, character: str) -> None:
        self._state = _MUSIC
        self._music(character)

    def _skip(self, until: str) -> None:
        """Pass over all up to a character, or to the end of the line."""
        self._state, self._until = _SKIPPED, until

    def _skipped(self, character: str) -> None:
        if self._until:
            self._ink()
            if character == self._until:
                self._state = _MUSIC

    def _begin_field(self, *, inline: bool) -> None:
        self._state, self._inline = _FIELD, inline
        self._value = Mode() if self._letter == "K" else Fraction()

    def _field(self, character: str) -> None:
        if self._inline and self._run:
            self._ink()
        if self._inline and character == "]":
            self._end_field()
            self._state = _MUSIC
        else:
            self._value.take(character)

    def _end_field(self) -> None:
        if isinstance(self._value, Mode):
            self._mode = self._value.value
            if not self._in_body:
                self._in_body = True
                self._clock.begin_body()
        elif self._letter == "M":
            self._clock.set_metre(self._value.value)
        elif self._letter == "L":
            self._clock.set_unit(self._value.value)
        elif self._letter == "P" and self._in_body and not self._sounds:
            self._form.begin_strain()

    # Music code

    def _ink(self, characters: int = 1) -> None:
        """Count a character of the bar that is no blank."""
        self._run = self._run or characters
        self._length = self._run

    def _music(self, character: str) -> None:
        if self._clock.takes(character):
            self._ink()
            self._memory.take(character)
            return
        self._end_note()
        if character in "|:":
            self._bar_line(character)
        elif character == "[":
            self._state = _BRACKET
        elif character == "]":
            if self._before == "|":
                self._form.begin_strain()
        elif character in DIGITS and self._sign:
            self._begin_ending(character)
        elif character == "%":
            self._skip("")
        elif lag := copied_lag(character):
            self._copy(lag)
        elif character == ".":
            self._run = self._run or 1  # the bar's, unless a bar line follows
        elif character not in " \t":
            self._ink()
            self._sign = False
            if character in _NOTES:
                self._begin_note(character)
            elif character in _CLOSED_BY:
                self._skip(_CLOSED_BY[character])
            elif character == "(":
                self._state, self._part, self._parts = _TUPLET, 0, [0, 0, 0]
            elif character in "<>":
                self._clock.break_rhythm(character)

    def _begin_note(self, letter: str) -> None:
        self._memory.begin_note(letter, self._clock.now)
        self._clock.begin_note(letter)

    def _end_note(self) -> None:
        if self._clock.end_note():
            self._sounds = True
            self._form.sound()
            self._memory.end_note()
        else:
            self._memory.drop_note()  # it has no length

    def _drop_chord(self) -> None:
        self._clock.drop_chord()
        self._memory.drop_note()

    def _copy(self, lag: int) -> None:
        """Go to the end of a copied bar, if the symbol is a bar of its own."""
        if not self._run and lag <= self._heard:
            self._ink()
            self._clock.pass_by(self._lengths[(self._heard - lag) % LAGS])
            self._sounds = self._copied = True
            self._form.sound()
            self._memory.copy(lag)
        self._sign = False

    def _bar_line(self, character: str) -> None:
        """``|`` ends a bar, and so does ``::``; with dots or a second line it begins a strain."""
        doubled = bool(self._before) and self._before in "|:["
        if character == "|" or doubled:
            self._end_bar()
            self._sign = True
        if doubled:
            self._form.begin_strain()
        if character == ":" and doubled:
            self._form.begin_repeat()
        elif character == "|" and self._before == ":":
            self._form.end_repeat()

    def _end_bar(self) -> None:
        counts = self._sounds and (self._copied or self._length >= SHORTEST)
        if counts:
            self._lengths[self._heard % LAGS] = self._clock.time
            self._heard = self._heard + 1 if self._heard + 1 < 2 * LAGS else LAGS  # the same, modulo LAGS
        if self._sounds:
            self._form.hear_bar(self._memory.end, counts=counts)
            self._form.end_bar(self._clock.time, self._clock.bar_length)
        self._clock.begin_bar()
        self._memory.end_bar(counts=counts)
        self._run = self._length = 0
        self._sounds = self._copied = False

    def _begin_ending(self, number: str) -> None:
        self._end_bar()
        self._form.begin_ending(number)
        self._state, self._sign = _ENDING, False

    def _ending(self, character: str) -> None:
        if character not in DIGITS and character not in ",-":
            self._go_on(character)

    def _bracket(self, character: str) -> None:
        if character == "|":
            self._go_on(character)
        elif character in DIGITS:
            self._begin_ending(character)
        elif character.isascii() and character.isalpha():
            self._state, self._letter = _LETTER, character
        elif character == "]":
            self._state = _MUSIC
        else:
            self._begin_chord(2)
            self._in_chord(character)

    def _in_letter(self, character: str) -> None:
        if character == ":":
            self._begin_field(inline=True)
        else:
            self._begin_chord(3)
            self._in_chord(self._letter)
            self._in_chord(character)

    def _begin_chord(self, characters: int) -> None:
        """Begin a chord of which so many characters have been read."""
        self._state, self._sign = _CHORD, False
        self._clock.begin_chord()
        self._ink(characters)

    def _in_chord(self, character: str) -> None:
        self._ink()
        if self._clock.takes(character):
            self._memory.take(character)
            return
        self._clock.end_note()
        if character == "]":
            self._clock.end_chord()
            self._state = _MUSIC
        elif character == "|":
            self._drop_chord()
            self._go_on(character)
        elif character in _NOTES:
            self._begin_note(character)

    def _tuplet(self, character: str) -> None:
        if character in DIGITS:
            self._ink()
            self._parts[self._part] = min(10 * self._parts[self._part] + int(character), 99)
        elif character == ":" and self._parts[0] and self._part < 2:
            self._ink()
            self._part += 1
        else:
            self._clock.begin_tuplet(*self._parts)
            self._go_on(character)


_READERS: Sequence[Callable[[Place, str], None]] = (
    *(Place._line, Place._first, Place._colon, Place._field, Place._skipped, Place._music),
    *(Place._bracket, Place._in_letter, Place._in_chord, Place._tuplet, Place._ending),
)
"""The function that reads a character in each state, by the number of the state."""
