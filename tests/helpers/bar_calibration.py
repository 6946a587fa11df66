"""How well the bar rule tells real tunes from spoiled ones.

abc2midi says which real tunes have no bar fault; of these at least 98 % should pass the rule, and at least
95 % should fail it once a single duration is changed.
"""

from __future__ import annotations

import os
import random
import re
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from fractions import Fraction

from helpers.abc2midi import normalised, play
from musegen import NotationError, Note, Score, Tune, Valid, judge
from musegen_abc.notation import AbcNotation

_FAULT = re.compile(r"Bar \d+ has .* time units while")
_FACTORS = (Fraction(2), Fraction(1, 2), Fraction(3, 2))
_RULES = Valid(bars=0)
_NOTATION = AbcNotation()


@dataclass(frozen=True)
class Calibration:
    """What became of the tunes of one collection on which abc2midi reports no bar fault."""

    tunes: int
    refused: tuple[str, ...]
    """Sources and first faults of those that fail the rule."""
    spoiled: int
    caught: int
    """Of the ``spoiled`` copies of those that pass."""

    @property
    def passing(self) -> float:
        """Share of the tunes that pass."""
        return 1 - len(self.refused) / self.tunes

    @property
    def catching(self) -> float:
        """Share of the spoiled copies that fail."""
        return self.caught / self.spoiled


def calibrate(tunes: Sequence[Tune], copies: int = 1, seed: int = 1) -> Calibration:
    """Judge the tunes, and as many spoiled copies of each that passes."""
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        faultless = list(pool.map(_without_bar_fault, tunes))
    clean = [tune for tune, fine in zip(tunes, faultless, strict=True) if fine]
    rng = random.Random(seed)
    refused, spoiled, caught = [], 0, 0
    for tune in clean:
        try:
            score = _NOTATION.parse(tune)
        except NotationError as error:
            refused.append(str(error))
            continue
        if fault := bar_fault(score):
            refused.append(f"{tune.source}: {fault}")
            continue
        for _ in range(copies):
            spoiled += 1
            caught += bool(bar_fault(spoil(score, rng)))
    return Calibration(len(clean), tuple(refused), spoiled, caught)


def _without_bar_fault(tune: Tune) -> bool:
    return not any(_FAULT.search(message) for message in play(normalised(tune.text)).messages)


def bar_fault(score: Score) -> str:
    """The first fault that the bar rule finds, empty if there is none."""
    faults = judge(score, _RULES).faults
    return next((str(fault) for fault in faults if fault.kind in ("bars", "metre")), "")


def spoil(score: Score, rng: random.Random) -> Score:
    """``score`` with one of its notes twice, half or one and a half times as long."""
    places = [
        (number, place)
        for number, bar in enumerate(score.bars)
        for place, event in enumerate(bar.events)
        if isinstance(event, Note)
    ]
    number, place = rng.choice(places)
    bar = score.bars[number]
    note = bar.events[place]
    assert isinstance(note, Note)
    longer = replace(note, duration=note.duration * rng.choice(_FACTORS))
    changed = replace(bar, events=(*bar.events[:place], longer, *bar.events[place + 1 :]))
    return replace(score, bars=(*score.bars[:number], changed, *score.bars[number + 1 :]))
