"""Dances: in which metres each is written, how many notes its bars hold, and which ones a text names."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from typing import TypeAlias

from musegen.music.score import MetreChange, Note, Score

Bounds: TypeAlias = tuple[float, float] | None
"""Fewest and most notes a bar, on average over a tune; None where too few tunes are at hand to say."""


@dataclass(frozen=True, slots=True)
class Dance:
    """A kind of dance tune."""

    name: str
    """Its usual name in lower-case letters, such as ``slip jig``."""
    metres: Mapping[str, Bounds]
    """The metres that it is written in, such as ``6/8``, with the average number of notes in a bar of each.

    The bounds hold 98 % or more of the tunes of that dance and metre in Ryan's Mammoth Collection, O'Neill's
    Music of Ireland and the Nottingham database; there are bounds where these have 20 tunes or more. Reels in
    4/4 have those of reels in 2/2, which are the same bars.
    """
    family: str = ""
    """Name that it shares with its kin, such as ``jig``; empty if it has none."""

    def is_kin_of(self, other: Dance) -> bool:
        """Whether both are one dance, or one is a kind of the other, as a slip jig is a jig."""
        return (self.family or self.name) == (other.family or other.name)

    def notes_fit(self, score: Score) -> bool | None:
        """Whether a tune has as many notes a bar as this dance in its metre; None where that is not known."""
        notes, bounds = notes_a_bar(score), self.metres.get(str(score.metre))
        return None if notes is None or bounds is None else bounds[0] <= notes <= bounds[1]


def notes_a_bar(score: Score) -> float | None:
    """Written notes in the time of a full bar, on average; None without a metre, or where it changes."""
    events = [event for bar in score.bars for event in bar.events]
    time = sum((bar.duration for bar in score.bars), Fraction(0))
    if score.metre is None or not time or any(isinstance(event, MetreChange) for event in events):
        return None
    return float(sum(isinstance(event, Note) for event in events) * score.metre.bar / time)


def _free(*metres: str) -> Mapping[str, Bounds]:
    return dict.fromkeys(metres)


_DUPLE: Mapping[str, Bounds] = {"2/2": (6.0, 9.0), "4/4": (6.0, 9.0), "2/4": (4.5, 8.5)}
_DANCES: Mapping[str, Dance] = {
    r"(?:slip|hop) ?jig": Dance("slip jig", {"9/8": (5.5, 9.5)}, "jig"),
    r"(?:(?:double|single) )?jig": Dance("jig", {"6/8": (4.0, 6.5), "9/8": (5.5, 9.5)}),
    "slide": Dance("slide", _free("12/8", "6/8"), "jig"),
    "reel": Dance("reel", _DUPLE),
    "hornpipe": Dance("hornpipe", {"2/2": (6.0, 9.5), "2/4": (5.5, 8.5), "4/4": (4.0, 11.0), "3/2": None}),
    "clog": Dance("clog", {"2/2": (6.0, 9.0), "4/4": None, "2/4": None}, "hornpipe"),
    "strathspey": Dance("strathspey", {"4/4": (6.5, 10.0), "2/2": None}),
    "(?:highland )?fling": Dance("fling", _free("2/2", "4/4", "2/4")),
    "barn ?dance": Dance("barndance", _free("4/4", "2/2", "2/4")),
    "schottische": Dance("schottische", _free("4/4", "2/2", "2/4")),
    "polka": Dance("polka", _free("2/4")),
    "gall?op(?:ade)?": Dance("galop", _free("2/4")),
    "walk ?around": Dance("walkaround", _free("2/4", "4/4", "2/2")),
    "waltz(?:es)?": Dance("waltz", _free("3/4", "3/8")),
    "mazurka": Dance("mazurka", _free("3/4")),
    "minuet": Dance("minuet", _free("3/4", "3/8")),
    "gavotte": Dance("gavotte", _free("2/2", "4/4", "2/4")),
    "quick ?-?step": Dance("quickstep", _free("2/4", "6/8", "2/2", "4/4"), "march"),
    "march(?:es)?": Dance("march", _free("2/4", "4/4", "2/2", "6/8")),
}
_NAMES = re.compile("|".join(rf"\b({pattern})s?\b" for pattern in _DANCES), re.IGNORECASE)
_BY_PLACE = tuple(_DANCES.values())


def with_dance(text: str, name: str) -> str:
    """The text with ``name`` in place of each dance in it that ``name`` is not, nor a kind of.

    ``The Gorner -- Hornpipe`` becomes ``The Gorner -- Reel`` where the name is ``reel``: in capital letters,
    or with one, where the dance is written so. Nothing changes where ``name`` is empty.
    """
    meant = dances_in(name)

    def named(match: re.Match[str]) -> str:
        if any(dance.is_kin_of(_dance(match)) for dance in meant):
            return match[0]
        if match[0].isupper():
            return name.upper()
        return name[:1].upper() + name[1:] if match[0][0].isupper() else name

    return _NAMES.sub(named, text) if name else text


def _dance(match: re.Match[str]) -> Dance:
    """The dance that a match of _NAMES names."""
    return _BY_PLACE[(match.lastindex or 1) - 1]


@lru_cache(maxsize=4096)
def dances_in(text: str) -> tuple[Dance, ...]:
    """The dances that a text names, each once, in its order: ``The Gorner -- Hornpipe`` names one.

    Words such as ``air``, which name no dance, are passed over, and so are dances without a usual metre.
    """
    found = [_dance(match) for match in _NAMES.finditer(text)]
    return tuple({dance.name: dance for dance in found}.values())
