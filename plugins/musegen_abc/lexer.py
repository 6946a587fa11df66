"""Splits music code into tokens (ABC 2.1 §4) with one regular expression, in time linear in the text.

No alternative may look at more of a line than it consumes, or a line of a million ``[`` would take hours:
each stops at the next character that could begin it again.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from fractions import Fraction
from functools import lru_cache
from typing import TypeAlias

from musegen import Tuplet

_LENGTH = r"[0-9]*(?:/[0-9]*){0,8}"
# Behind "^" and "_" a number of semitones is that of a microtone: "^/" and "_3/2" (abc2midi, abcm2ps).
_MICROTONE = r"[0-9]{1,2}(?:/[0-9]{0,2})?|/[0-9]{0,2}"
_ACCIDENTAL = rf"=|\^(?:\^|{_MICROTONE})?|_(?:_|{_MICROTONE})?"
_NOTE = rf"(?P<accidental>{_ACCIDENTAL})?(?P<pitch>[A-Ga-g][,']*)(?P<length>{_LENGTH})(?P<tie>-?)"
_NOTES = rf"(?:(?:\^\^?|__?|=)?[A-Ga-g][,']*{_LENGTH}[ ]?){{1,8}}"
# Dots belong to the sign after them, but "|]:|" is an end and then the end of a repeat.
_SIGN = r"\.\||:*(?:\[?\|+\](?::+(?![|:]))?|\[?\|+:*)|::+\]?"
_ENDING = r"[0-9]+(?:(?:,[ \t]{0,3}|-)[0-9]+)*"
# The symbols of copied bars (copies.py). What reaches over bar lines never has one inside: else an open "{"
# that the "{" of a bar keeps from being closed would be closed further on when that bar is folded.
_SYMBOLS = "\ue000-\ue020"

DECORATIONS = {
    ".": "staccato",
    "~": "roll",
    "H": "fermata",
    "L": "accent",
    "M": "lowermordent",
    "O": "coda",
    "P": "uppermordent",
    "S": "segno",
    "T": "trill",
    "u": "upbow",
    "v": "downbow",
}
"""The decorations that the redefinable symbols stand for by default (ABC 2.1 §4.14, §4.16)."""

_WORDS = """trill lowermordent uppermordent mordent pralltriller roll turn turnx invertedturn invertedturnx
    arpeggio > accent emphasis fermata invertedfermata tenuto 0 1 2 3 4 5 + plus snap slide wedge upbow
    downbow open thumb breath pppp ppp pp p mp mf f ff fff ffff sfz crescendo( <( crescendo) <) diminuendo( >(
    diminuendo) >) segno coda D.S. D.C. dacoda dacapo fine shortphrase mediumphrase longphrase staccato
    marcato"""
NAMES = tuple(sorted(_WORDS.split()))
"""The names of decorations."""
_NAMES = "|".join(re.escape(word) for word in _WORDS.split())
# Text that may stand between two old-style line ends "!" of one line and is not a decoration (ABC 2.1 §10.2).
_MUSIC = r"[A-Ga-gz0-9/,'^=<>(~.*)-]{0,40}"

TOKEN = re.compile(
    rf"""
    (?P<note>{_NOTE})
  | (?P<space>[ \t\x0b\f\xa0]+)
  | (?P<bar>(?P<sign>{_SIGN})(?:[ \t]*(?:\[[ \t]*)?(?P<bar_ending>{_ENDING}))?)
  | (?P<string>"(?P<quoted>[^"]*)")
  | (?P<tuplet>\([0-9]+(?::[0-9]*){{0,2}})
  | (?P<broken>>{{1,3}}|<{{1,3}})
  | (?P<grace>\{{/?(?P<graces>[^{{}}{_SYMBOLS}]*)\}})
  | (?P<rest>[zx](?P<rest_length>{_LENGTH}))
  | (?P<bars_rest>[ZX](?P<rest_bars>[0-9]*))
  | (?P<ending>\[[ \t]*(?P<ending_numbers>{_ENDING}))
  | (?P<field>\[(?P<letter>[A-Za-z]):(?P<value>[^\[\]{_SYMBOLS}]*)\])
  | (?P<chord>\[(?P<chord_notes>[^\[\]|:]*)\](?P<chord_length>{_LENGTH})(?P<chord_tie>-?))
  | (?P<decoration>!(?P<name>(?:{_NAMES})(?=!)|(?!{_MUSIC}!)[^\s"!|\[\]{{}}{_SYMBOLS}]{{1,30}})!)
  | (?P<old_decoration>\+(?P<old_name>{_NAMES})\+)
  | (?P<old_chord>\+(?P<old_chord_notes>{_NOTES})\+(?P<old_chord_length>{_LENGTH})(?P<old_chord_tie>-?))
  | (?P<slur>\.?[()])
  | (?P<tie_sign>\.?-)
  | (?P<spacer>y[0-9]*|`+)
  | (?P<symbol>[.~H-Wh-w])
  | (?P<overlay>&+)
  | (?P<comment>%.*)
  | (?P<join>\\[ \t]*(?=%|$))
  | (?P<line_end>[!$*])
  | (?P<open_string>"[^"]*$)
  | (?P<unknown>.)
    """,
    re.VERBOSE | re.DOTALL,
)
"""One token; matches one after another cover the whole line, and ``lastgroup`` is the kind of token."""

Token: TypeAlias = re.Match[str]

TUPLETS = {2: 3, 3: 2, 4: 3, 6: 2, 8: 3}
"""Number of notes in a tuplet: in the time of how many they are by default, in any metre (ABC 2.1 §4.13)."""

# Two or more notes that are written with nothing but pitch and length.
_RUN = r"(?P<run>(?:[A-Ga-g][,']*+[0-9]*+(?:/[0-9]*+){0,8}+(?!-)[ ]?+){2,16}+)"
MUSIC = re.compile(f"{_RUN}|{TOKEN.pattern}", TOKEN.flags)
"""As :data:`TOKEN`, but plain notes in a row are one token ``run``, which halves the number of tokens."""

NOTE = re.compile(_NOTE)
"""A note alone, for the notes inside braces."""

LONGEST = 512
"""The greatest number of a length; greater ones are misprints, and would only cost time."""


@lru_cache(maxsize=4096)
def read_length(text: str) -> Fraction | None:
    """The number of unit note lengths in ``3/2``, ``//`` or ``/4`` (ABC 2.1 §4.3); None if out of bounds."""
    if not text:
        return Fraction(1)
    numerator, *denominators = text.split("/")
    length = Fraction(_number(numerator, 1))
    for denominator in denominators:
        length /= max(_number(denominator, 2), 1)
    sane = 0 < length <= LONGEST and length.denominator <= LONGEST
    return length if sane and "/0" not in text else None


def _number(digits: str, default: int) -> int:
    return int(digits) if digits and len(digits) <= 6 else 0 if digits else default


_MOST_TURNS = 99


@lru_cache(maxsize=256)
def read_ending(text: str) -> tuple[int, ...]:
    """The numbers of an ending such as ``1,3`` or ``1-3`` (ABC 2.1 §4.10), ascending, up to 99."""
    numbers: set[int] = set()
    for first, last in _ranges(text):
        numbers.update(range(max(first, 1), min(last, _MOST_TURNS) + 1))
    return tuple(sorted(numbers))


@lru_cache(maxsize=256)
def ending_fault(text: str) -> str:
    """What is wrong with the numbers of an ending; empty if nothing is."""
    ranges = list(_ranges(text))
    lost = [first if first < 1 else last for first, last in ranges if first < 1 or last > _MOST_TURNS]
    if lost:
        return f"an ending has numbers from 1 to {_MOST_TURNS}; passed over: {lost[0]}"
    if any(first > last for first, last in ranges):
        return f"a range that ends before it begins is passed over: {text[:20]}"
    return "blanks between the numbers of an ending are passed over" if " " in text or "\t" in text else ""


def _ranges(text: str) -> Iterator[tuple[int, int]]:
    """First and last number of each range; one number is a range by itself."""
    for part in text.split(","):
        first, *last = (int(digits[:4]) for digits in part.split("-"))
        yield first, last[-1] if last else first


def read_tuplet(text: str, compound: bool) -> Tuplet | None:
    """p, q and r of ``(p:q:r``: the next r notes are p in the time of q (ABC 2.1 §4.13); None for no tuplet.

    A number that is left out has its default; for p = 5, 7 and 9 that of q depends on the metre.
    """
    p, *rest = text[1:].split(":")
    given = [*rest, "", ""]
    if any(len(digits) > 2 for digits in (p, *given)):
        return None
    actual = int(p)
    normal = int(given[0]) if given[0] else TUPLETS.get(actual, 0)
    if not normal and actual in (5, 7, 9):
        normal = 3 if compound else 2
    notes = int(given[1]) if given[1] else actual
    return Tuplet(actual, normal, notes) if actual and normal and notes else None
