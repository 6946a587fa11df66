"""The time in a bar, from its characters one at a time: metre, unit note length, notes, tuplets.

These are parts of the machine in place.py. They remember a fixed number of whole numbers, and never look
ahead. Times are counted in parts of a unit note length (``L:``), :data:`UNIT` to each.
"""

from __future__ import annotations

from musegen_abc.lexer import TUPLETS

UNIT = 96
"""Parts of a unit note length; its thirty-second part has a whole number of them, and so has a third."""
LONGEST = 2**30
"""The greatest length and time, so that each fits into 32 bits: what is longer counts as this."""
DIGITS = frozenset("0123456789")
_LARGEST = 512


class Fraction:
    """The fraction in the value of a field: ``6/8``, ``2+3/8``, ``C`` or ``C|``."""

    def __init__(self) -> None:
        self._sum = self._number = self._below = 0
        self._slash = False

    def take(self, character: str) -> None:
        """Read the next character; what does not belong to a fraction is passed over."""
        if character in DIGITS and self._slash:
            self._below = min(10 * self._below + int(character), _LARGEST)
        elif character in DIGITS:
            self._number = min(10 * self._number + int(character), _LARGEST)
        elif character == "/":
            self._slash = True
        elif character == "+":
            self._sum, self._number = min(self._sum + self._number, _LARGEST), 0
        elif character in "Cc":
            self._number = self._below = 4
        elif character == "|" and self._below:
            self._number = self._below = 2

    @property
    def value(self) -> tuple[int, int]:
        """Numerator and denominator; 0 and 0 where it is none."""
        over = self._sum + self._number
        return (over, self._below) if over and self._below else (0, 0)


class Clock:
    """The time since the bar began, and the length of a whole bar."""

    def __init__(self) -> None:
        self.bar_length = 0
        """Length of a bar by the metre; 0 where there is none."""
        self.time = 0
        """Time since the bar began, up to the last note that is over."""
        self._metre = self._unit = (0, 0)
        # The note that is read, 0 if none is: its length is note * over / under, or / 2 for each slash
        self._note = self._over = self._slashes = self._under = 0
        self._last = 0  # the length of the note before
        self._shift = 0  # how much longer a broken rhythm has made it, until the next note is over
        self._in_chord, self._chord = False, 0  # the length of the first note of the chord that is read
        self._p, self._q, self._left = 1, 1, 0  # so many more notes, each in q / p of its time

    def set_metre(self, metre: tuple[int, int]) -> None:
        """Take the value of ``M:``."""
        self._metre = metre
        self._set_bar_length()

    def set_unit(self, unit: tuple[int, int]) -> None:
        """Take the value of ``L:``."""
        if unit[0]:
            self._unit = unit
            self._set_bar_length()

    def begin_body(self) -> None:
        """Take the default of ``L:`` where the header gave none (ABC 2.1 §3.1.7)."""
        over, below = self._metre
        if not self._unit[0]:
            self.set_unit((1, 16) if below and 4 * over < 3 * below else (1, 8))

    def _set_bar_length(self) -> None:
        (over, below), (unit, units) = self._metre, self._unit
        self.bar_length = UNIT * over * units // (below * unit) if below and unit else 0

    def begin_bar(self) -> None:
        """Begin to count anew."""
        self.time = self._shift = 0

    def pass_by(self, length: int) -> None:
        """Let so much time pass."""
        self.time = min(self.time + length, LONGEST)

    @property
    def now(self) -> int:
        """Time since the bar began, with what is known of the note or chord that is read."""
        length = self._chord or self._written
        return self.time + (self._in_time(length) if length else self._shift)

    def begin_note(self, letter: str) -> None:
        """Begin to read a note or a rest."""
        self._note = (self.bar_length or UNIT) if letter in "ZX" else UNIT

    def takes(self, character: str) -> bool:
        """Read a character, if it belongs to the octave or the length of the note that is read."""
        if not self._note:
            return False
        if character in DIGITS and self._slashes:
            self._under = min(10 * self._under + int(character), _LARGEST)
        elif character in DIGITS:
            self._over = min(10 * self._over + int(character), _LARGEST)
        elif character == "/":
            self._slashes = min(self._slashes + 1, 7)
        else:
            return character in ",'" and not self._over and not self._slashes
        return True

    def end_note(self) -> bool:
        """End the note that is read; returns whether there was one."""
        length = self._written
        self.drop_note()
        if self._in_chord or not length:
            self._chord = self._chord or length  # a chord is as long as its first note
            return False
        self._last, self._shift = self._in_time(length), 0
        self.pass_by(self._last)
        self._left = max(self._left - 1, 0)
        return True

    def drop_note(self) -> None:
        """Forget the note that is read."""
        self._note = self._over = self._slashes = self._under = 0

    def begin_chord(self) -> None:
        """Begin to read notes that sound together."""
        self._in_chord, self._chord = True, 0

    def end_chord(self) -> None:
        """Go on as after one note; its length may follow."""
        self.end_note()
        self._note, self._in_chord, self._chord = self._chord, False, 0

    def drop_chord(self) -> None:
        """Forget a chord that nothing has closed."""
        self.drop_note()
        self._in_chord, self._chord = False, 0

    def break_rhythm(self, sign: str) -> None:
        """Move the end of the note before: together two notes last as long as without the sign.

        ``>`` moves it by half of the note, ``>>`` by a quarter more.
        """
        half = (self._last - abs(self._shift)) // 2
        self._shift += half if sign == ">" else -half

    def begin_tuplet(self, p: int, q: int, r: int) -> None:
        """The next r notes are p in the time of q; a number that is 0 has its default (ABC 2.1 §4.13)."""
        if p in (5, 7, 9) and not q:
            over, below = self._metre
            q = 3 if over > 3 and over % 3 == 0 and below >= 8 else 2
        q = q or TUPLETS.get(p, 0)
        if p and q:
            self._p, self._q, self._left = p, q, r or p

    @property
    def _written(self) -> int:
        """The length of the note that is read, without tuplet and broken rhythm; 0 if none is read."""
        over = self._note * (self._over or 1)
        return min(over // (self._under or 1 << self._slashes) if self._slashes else over, LONGEST)

    def _in_time(self, length: int) -> int:
        return min(length * self._q // self._p, LONGEST) if self._left else length
