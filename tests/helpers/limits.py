"""Random limits for tunes in the making, and what is wrong with a tune by them."""

from __future__ import annotations

import random
import re
from dataclasses import replace

from musegen import NotationError, Score, Tune, TuneLimits, Valid, judge
from musegen.music.wishes import wish_faults
from musegen_abc.copies import unfold
from musegen_abc.notation import AbcNotation

D_MAJOR = frozenset(pitch for pitch in range(55, 89) if pitch % 12 in (1, 2, 4, 6, 7, 9, 11))
FORMS = ("A", "AA", "AB", "AAB", "ABB", "AABB", "ABC", "AABBCC")
_NAMES = {55: "G3", 60: "C4", 62: "D4", 74: "D5", 81: "A5", 88: "E6", 0: "C-1", 127: "G9"}


def plain_limits(rng: random.Random) -> TuneLimits:
    """What a tune needs to be valid."""
    lowest, highest = rng.choice(((55, 88), (60, 81), (0, 127), (62, 74)))
    limits = TuneLimits(rng.choice((0, 2, 8)), rng.choice((1, 2, 3)), lowest, highest)
    fixed = {name: rng.random() < 0.2 for name in ("one_key", "one_metre", "one_rhythm")}
    return replace(limits, **fixed)


def wished_limits(rng: random.Random) -> TuneLimits:
    """The same with some wishes, and some rules switched off. Not all of them can be kept."""
    limits = plain_limits(rng)
    if rng.random() < 0.6:
        limits = replace(limits, form=rng.choice(FORMS))
    if rng.random() < 0.5:
        limits = replace(limits, strain=rng.choice((2, 3, 4, 8)))
    if rng.random() < 0.5:
        limits = replace(limits, cadence=True)
    if rng.random() < 0.4:
        limits = replace(limits, chords=rng.random() < 0.5)
    if rng.random() < 0.3:
        limits = replace(limits, pitches=D_MAJOR)
    return replace(limits, metre=rng.random() < 0.85, repeats=rng.random() < 0.85)


def faults_by(text: str, limits: TuneLimits) -> list[str]:
    """What is wrong with a tune in ABC, folded or not: by the judge, and what its parser only tolerates."""
    unfolded, problems = unfold(text)
    if problems:
        return [str(problem) for problem in problems]
    try:
        score = AbcNotation().parse(Tune(unfolded, "abc"))
    except NotationError as error:
        return [str(error)]
    most = limits.repetition or 10**6
    rules = Valid(
        bars=limits.bars, repetition=most, lowest=_NAMES[limits.lowest], highest=_NAMES[limits.highest]
    )
    body = unfolded.partition("\nK:")[2].partition("\n")[2]
    fixed = {"K": limits.one_key, "M": limits.one_metre, "R": limits.one_rhythm}
    for letter, stays in fixed.items():
        if stays and re.search(rf"(?m)^{letter}:|\[{letter}:", body):
            return [f"another field {letter}:"]
    kept = {"bars": limits.metre, "repeats": limits.repeats}
    faults = [fault for fault in judge(score, rules).faults if kept.get(fault.kind, True)]
    return [*map(str, faults), *map(str, wish_faults(score, limits)), *tolerated(score)]


def tolerated(score: Score) -> list[str]:
    """What the parser only tolerated in the music and its fields.

    What it doubts in a play order does not count: a rule takes any text there, and a part that the order does
    not reach or the music does not have makes no tune invalid.
    """
    return [str(problem) for problem in score.problems if problem.kind not in ("order", "part")]
