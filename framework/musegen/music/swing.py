"""Swing: makes the first half of each beat longer and the second half shorter."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from fractions import Fraction
from typing import NamedTuple

from musegen.music.score import Metre


class Span(NamedTuple):
    """A bar as it is played. Times are in quarter notes from the start of the tune."""

    begin: Fraction
    end: Fraction
    bar_line: Fraction
    """Time from which its beats are counted. For an upbeat it is earlier than ``begin``."""
    metre: Metre | None


class Swing:
    """A function of times that adds swing. It keeps the order of times and the end of the tune.

    In metres with denominator 1, 2 or 4 the two halves of each quarter note, counted from the bar line, get
    lengths in the proportion ``ratio`` to 1. Shorter notes are stretched or shortened evenly. So the eighths
    of a reel in 4/4 or 2/2 swing. Compound metres, free metres, metres with another denominator (8, 16, ...),
    and a quarter note that is cut off by the end of a section stay as written.
    """

    def __init__(self, spans: Iterable[Span], ratio: Fraction | float) -> None:
        """``spans``: all bars in playing order. ``ratio``: 1 or more, rounded to thousandths or better."""
        exact = Fraction(ratio).limit_denominator(1000)
        self._late = (exact - 1) / (exact + 1)
        """Delay of a time in the first half of a beat, for each quarter note since the beginning of the
        beat."""
        self._passages: list[Span] = []
        for span in spans:
            self._add(span)
        self._begins = [span.begin for span in self._passages]

    def __call__(self, time: Fraction) -> Fraction:
        """The time at which an event sounds that is written at ``time``, both in quarter notes."""
        place = bisect_right(self._begins, time) - 1
        if place < 0 or not _swings(self._passages[place].metre):
            return time
        passage = self._passages[place]
        inside = (time - passage.bar_line) % 1
        if time - inside + 1 > passage.end:  # otherwise the next passage would begin before this one ends
            return time
        return time + self._late * min(inside, 1 - inside)

    def _add(self, span: Span) -> None:
        """Add a bar. Bars with the same beats form one passage, because an upbeat may complete a beat."""
        if span.begin == span.end:
            return
        last = self._passages[-1] if self._passages else None
        alike = last and _swings(last.metre) and _swings(span.metre)
        if last and alike and (span.bar_line - last.bar_line).denominator == 1:
            self._passages[-1] = last._replace(end=span.end)
        else:
            self._passages.append(span)


def _swings(metre: Metre | None) -> bool:
    return metre is not None and metre.denominator in (1, 2, 4)
