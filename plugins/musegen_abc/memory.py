"""The notes that have been heard: what began when in each of the last bars, and what came last.

This is a part of the machine in place.py, like those in clock.py and form.py. Every number has a bound.
"""

from __future__ import annotations

from musegen_abc.clock import UNIT
from musegen_abc.copies import LAGS

HALVES = 40
"""How many times of a bar are told apart, in halves of a unit note length; the last stands for all later."""
NOTES = 34
"""How many values a note has: none, a rest, and 32 steps of the staff from an octave below middle C."""
_NONE, _REST, _LOWEST = range(3)
_STEPS = {letter: step for step, letter in enumerate("CDEFGABcdefgab")}
_OCTAVES = 9


class Memory:
    """The melody of the last 32 bars that count in lags (copies.py), and of the bar that is read.

    Of notes that sound together the first is heard, and accidentals are not.
    """

    def __init__(self) -> None:
        self.last = _NONE
        """The note before, which may be the last one of a copied bar."""
        self._bars = [[_NONE] * HALVES for _ in range(LAGS)]
        self._ends = [_NONE] * LAGS  # the last note of each
        self._heard = 0  # how many bars there were, modulo LAGS: where the next one will be
        self._bar = [_NONE] * HALVES
        self.end = _NONE
        """The last note of the bar that is read."""
        # The note that is read: its letter, the octaves above it, when it began, and whether its octave may
        # still follow
        self._letter, self._octaves, self._half, self._open = "", 0, 0, False

    def note(self, lag: int, time: int) -> int:
        """What began at a time of the bar so many bars ago: 0 is nothing, 1 a rest, and above are notes."""
        return self._bars[(self._heard - lag) % LAGS][_half(time)] if lag else _NONE

    def end_of(self, lag: int) -> int:
        """The last note of the bar so many bars ago; 0 if it had none."""
        return self._ends[(self._heard - lag) % LAGS]

    def begin_note(self, letter: str, time: int) -> None:
        """Begin to read a note or a rest. Of a chord the first one counts."""
        self._open = not self._letter
        if self._open:
            self._letter, self._octaves, self._half = letter, 0, _half(time)

    def take(self, character: str) -> None:
        """Read a character of a note's octave or length."""
        if self._open and character in ",'":
            up = self._octaves + (1 if character == "'" else -1)
            self._octaves = min(max(up, -_OCTAVES), _OCTAVES)

    def end_note(self) -> None:
        """End the note or chord that is read: it has sounded."""
        if self._letter in _STEPS:
            step = _STEPS[self._letter] + 7 * (self._octaves + 1)
            self.last = self.end = _LOWEST + min(max(step, 0), NOTES - _LOWEST - 1)
            self._bar[self._half] = self.last
        elif self._letter:
            self._bar[self._half] = _REST
        self.drop_note()

    def drop_note(self) -> None:
        """Forget the note or chord that is read."""
        self._letter, self._open = "", False

    def copy(self, lag: int) -> None:
        """Hear the bar so many bars ago again."""
        self._bar, self.end = list(self._bars[(self._heard - lag) % LAGS]), self.end_of(lag)
        self.last = self.end or self.last

    def end_bar(self, *, counts: bool) -> None:
        """End the bar that is read, which may count in lags."""
        if counts:
            self._bars[self._heard], self._ends[self._heard] = self._bar, self.end
            self._heard = (self._heard + 1) % LAGS
        self._bar, self.end = [_NONE] * HALVES, _NONE


def _half(time: int) -> int:
    return min(max(2 * time // UNIT, 0), HALVES - 1)
