"""Where a bar stands in its tune: strains, repeats and endings, from bar lines one at a time, and the mode.

These are parts of the machine in place.py, like those in clock.py. Every number has a bound.
"""

from __future__ import annotations

from musegen_abc.copies import LAGS

BARS, STRAINS, REPEATS, MODES = 18, 10, 4, 8
"""How many values each feature has. The last value of the first two stands for all that is greater."""
_NONE, _OPEN, _FIRST_ENDING, _LATER_ENDING = range(REPEATS)
_TONICS = frozenset("ABCDEFG")
_MODES = {"maj": 1, "ion": 1, "m": 2, "min": 2, "aeo": 2, "dor": 3, "mix": 4, "lyd": 5, "phr": 6, "loc": 7}


class Form:
    """Which bar of which strain is read, and in what kind of repeat."""

    def __init__(self) -> None:
        self.bars = 0
        """Whole bars of the strain so far."""
        self.strain = 0
        """Strains before this one."""
        self.before = 0
        """Bars of the strain before; 0 in the first one."""
        self.upbeat = 0
        """Time of the bar that is shorter than a whole one, before the first whole one of the strain."""
        self.repeat = _NONE
        """0 outside a repeat, 1 in one, 2 in a first ending, 3 in a later one."""
        self._fresh = True  # whether nothing of the strain has sounded yet
        # By number of a bar, in this strain and in the one before: how many bars ago it was, 0 if it was not
        # or does not count in lags; and its last note
        self._lags, self._lags_before = [0] * BARS, [0] * BARS
        self._ends, self._ends_before = [0] * BARS, [0] * BARS
        self._first_ending = (0, 0, 0)  # bars, before and upbeat where the first ending began

    def sound(self) -> None:
        """A note, a rest or a copied bar has been read."""
        self._fresh = False

    @property
    def lag(self) -> int:
        """How many bars ago, as copies count (copies.py), the bar of this number was in the strain before.

        0 if it had none, or one that does not count in lags, or more than 32 bars ago.
        """
        return self._lags_before[self.bars]

    @property
    def end(self) -> int:
        """The last note of the bar of this number in the strain before (memory.py); 0 if it had none."""
        return self._ends_before[self.bars]

    def hear_bar(self, end: int, *, counts: bool) -> None:
        """A bar with this last note ends, which may count in lags."""
        self._ends[self.bars], self._lags[self.bars] = end, 0
        if counts:
            for lags in (self._lags, self._lags_before):
                lags[:] = [lag + 1 if 0 < lag < LAGS else 0 for lag in lags]
            self._lags[self.bars] = 1

    def end_bar(self, time: int, whole: int) -> None:
        """End a bar that lasted for a time, where a whole one lasts longer, or not."""
        if self.bars or time >= whole:
            self.bars = min(self.bars + 1, BARS - 2)
        else:
            self.upbeat = time

    def begin_strain(self) -> None:
        """Begin a strain, if the last one has sounded."""
        if self._fresh:
            return
        # One more than is told of: a second ending takes back the last one, and never two
        self.strain = min(self.strain + 1, STRAINS - 1)
        self.before, self.bars, self.upbeat, self._fresh = self.bars, 0, 0, True
        self._lags_before, self._lags = self._lags, [0] * BARS
        self._ends_before, self._ends = self._ends, [0] * BARS
        if self.repeat != _OPEN:
            self.repeat = _NONE

    def begin_ending(self, number: str) -> None:
        """Begin an ending, whose first number this is. A second one stands where the first does."""
        if number == "1":
            self._first_ending, self.repeat = (self.bars, self.before, self.upbeat), _FIRST_ENDING
            return
        if self._fresh and self.strain:
            self.strain, self._fresh = self.strain - 1, False
            # Its bars stand beside those of the first ending
            self._lags, self._ends = list(self._lags_before), list(self._ends_before)
        self.bars, self.before, self.upbeat = self._first_ending
        self.repeat = _LATER_ENDING

    def begin_repeat(self) -> None:
        """Read ``|:`` or the end of ``::``."""
        self.repeat = _OPEN

    def end_repeat(self) -> None:
        """Read ``:|``."""
        self.repeat = _NONE


class Mode:
    """The mode in the value of ``K:`` (ABC 2.1 §4.6: the first three letters count, in any case)."""

    def __init__(self) -> None:
        self._tonic = self._word = ""
        self._sharp = False  # whether an accidental of the tonic may still come
        self._over = False  # whether the word behind the tonic is over

    def take(self, character: str) -> None:
        """Read the next character."""
        if not self._tonic:
            if character not in " \t":
                self._tonic, self._sharp = character, True
            return
        if self._sharp and character in "#b":
            pass
        elif character.isascii() and character.isalpha():
            if not self._over and len(self._word) < 3:
                self._word += character.lower()
        else:
            self._over = bool(self._word)
        self._sharp = False

    @property
    def value(self) -> int:
        """0 without a tonic, 1 major, 2 minor, 3 dorian, 4 mixolydian, 5 lydian, 6 phrygian, 7 locrian.

        A word that names no mode, such as ``clef=bass``, leaves it major.
        """
        return _MODES.get(self._word, 1) if self._tonic in _TONICS else 0
