"""Exact lengths as note values: type, dots and time modification."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import NamedTuple

_TYPES = {
    "maxima": Fraction(32),
    "long": Fraction(16),
    "breve": Fraction(8),
    "whole": Fraction(4),
    "half": Fraction(2),
    "quarter": Fraction(1),
    "eighth": Fraction(1, 2),
} | {f"{2**n}{'nd' if n == 5 else 'th'}": Fraction(4, 2**n) for n in range(4, 11)}
_MOST_DOTS = 3
_LONGEST = Fraction(256)
"""The longest duration with a note value, in quarter notes; a longer one is a mistake and gets none."""


class Value(NamedTuple):
    """One of the tied notes that a length may need."""

    duration: Fraction
    """Sounding length in quarter notes."""
    type: str
    """Name such as ``eighth``; empty for a length that no note value can write."""
    dots: int = 0
    actual: int = 1
    """How many notes are written in the time of ``normal`` notes."""
    normal: int = 1


def values(duration: Fraction, tuplet: Fraction = Fraction(1)) -> list[Value]:
    """The note values that together last ``duration``, the longest first.

    ``tuplet``: sounding length divided by written length, 2/3 in a triplet. A length outside tuplets that no
    sum of halves can write, such as a third, is given as one note of a tuplet.
    """
    odd = (duration / tuplet).denominator
    odd //= odd & -odd
    if odd > 1:
        tuplet *= Fraction(1 << (odd.bit_length() - 1), odd)
    if duration > _LONGEST:
        return [Value(duration, "")]
    # A tuplet of 6 in the time of 4 counts as 3 in the time of 2, which has the same note values.
    return [
        Value(written * tuplet, kind, dots, tuplet.denominator, tuplet.numerator)
        for written, kind, dots in _written(duration / tuplet)
    ]


def _written(left: Fraction) -> Iterator[tuple[Fraction, str, int]]:
    for kind, plain in _TYPES.items():
        while left >= plain:
            dots, length = 0, plain
            while dots < _MOST_DOTS and length + plain / 2 ** (dots + 1) <= left:
                dots += 1
                length += plain / 2**dots
            if plain / 2**dots < _TYPES["1024th"]:
                dots, length = 0, plain
            yield length, kind, dots
            left -= length
    if left:
        yield left, "", 0
