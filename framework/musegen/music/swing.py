"""Swing: the first half of each beat made longer, the second shorter."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from fractions import Fraction
from typing import NamedTuple

from musegen.music.score import Metre


class Span(NamedTuple):
    """A bar as it is played; times in quarter notes from the start."""

    begin: Fraction
    end: Fraction
    bar_line: Fraction
    """Where its beats are counted from; before the bar itself if that is an upbeat."""
    metre: Metre | None


class Swing:
    """A change of times that keeps their order, and the end where it is.

    In metres over 1, 2 and 4 the halves of each quarter note, counted from the bar line, last as ``ratio`` to
    1, and what lies inside them is stretched or pressed evenly: the eighths of a reel in 4/4 or 2/2. Compound
    and free metres, metres over 8 or less, and a quarter note that the end of a strain breaks off stay as
    written.
    """

    def __init__(self, spans: Iterable[Span], ratio: Fraction | float) -> None:
        """``spans``: all bars in playing order; ``ratio``: 1 or more, taken to the thousandth."""
        exact = Fraction(ratio).limit_denominator(1000)
        self._late = (exact - 1) / (exact + 1)
        """How much later a time in the first half of a beat comes, per quarter note from its beginning."""
        self._passages: list[Span] = []
        for span in spans:
            self._add(span)
        self._begins = [span.begin for span in self._passages]

    def __call__(self, time: Fraction) -> Fraction:
        """When that sounds which is written at ``time``; both in quarter notes."""
        place = bisect_right(self._begins, time) - 1
        if place < 0 or not _swings(self._passages[place].metre):
            return time
        passage = self._passages[place]
        inside = (time - passage.bar_line) % 1
        if time - inside + 1 > passage.end:  # else what follows would come before its end
            return time
        return time + self._late * min(inside, 1 - inside)

    def _add(self, span: Span) -> None:
        """Bars that go on in the same beats are one passage: an upbeat may complete a beat."""
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
