"""Divides the bars of a performance into rows."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from musegen import Performance


@dataclass(frozen=True, slots=True)
class Row:
    """A stretch of a performance; times in quarter notes from its start."""

    begin: Fraction
    end: Fraction
    first_bar: int
    """Number of the row's first full bar, from 1."""
    bars: tuple[Fraction, ...]
    """Times at which bars begin."""
    beats: tuple[Fraction, ...]
    """Times of the other beats."""


def rows(performance: Performance, bars_a_row: int) -> list[Row]:
    """Rows of so many bars each, with an upbeat in the first row; an empty tune has one row too."""
    bars = [onset for onset, number in performance.beats if number == 0]
    beats = [onset for onset, number in performance.beats if number]
    starts = [Fraction(0), *bars[bars_a_row::bars_a_row]]
    ends = [*starts[1:], max(performance.duration, Fraction(1))]
    return [
        Row(
            begin,
            end,
            number * bars_a_row + 1,
            tuple(bar for bar in bars if begin <= bar < end),
            tuple(beat for beat in beats if begin <= beat < end),
        )
        for number, (begin, end) in enumerate(zip(starts, ends, strict=True))
    ]
