"""Judging of tunes, and statistics of judged tunes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from statistics import median

from musegen.canonical import JSON
from musegen.errors import NotationError
from musegen.music.melody import Melody
from musegen.music.originality import Copied, MelodyIndex
from musegen.music.score import Score
from musegen.music.tune import Tune
from musegen.music.validity import Fault, Judgement, Valid, copied_faults, judge
from musegen.protocols.notations import Notation
from musegen.protocols.rules import Rule


def examine(
    notation: Notation, tune: Tune, rules: Valid, ended: bool = True, more: Sequence[Rule] = ()
) -> tuple[Judgement, Score | None]:
    """The judgement of one tune, generated or real, and its score; None if it does not parse.

    ``ended``: whether the model ended the tune. ``more``: rules of plugins.
    """
    unfinished = () if ended else (Fault("unfinished", "the model did not end it"),)
    try:
        score = notation.parse(tune)
    except NotationError as error:
        return Judgement((*unfinished, Fault("parse", error.message, line=error.line))), None
    judgement = judge(score, rules, (fault for rule in more for fault in rule.faults(score)))
    return replace(judgement, faults=(*unfinished, *judgement.faults)), score


def judge_copies(
    examined: Sequence[tuple[Judgement, Score | None]], rules: Valid, melodies: MelodyIndex | None
) -> list[tuple[Judgement, Copied | None]]:
    """The judgement of each examined tune with the fault of a copy, and what the tune shares.

    ``melodies``: the training tunes; without them nothing is known. Nor is it of a tune that does not parse.
    """
    if melodies is None:
        return [(judgement, None) for judgement, _ in examined]
    found = iter(melodies.copied([Melody.of(score) for _, score in examined if score is not None]))
    judged: list[tuple[Judgement, Copied | None]] = []
    for judgement, score in examined:
        copied = None if score is None else next(found)
        faults = () if copied is None else copied_faults(copied, rules)
        judged.append((replace(judgement, faults=(*judgement.faults, *faults)), copied))
    return judged


def describe_judged(judged: Sequence[tuple[Tune, Judgement, Score | None]]) -> dict[str, JSON]:
    """Rate of valid tunes, faults by kind, lengths, keys and metres of tunes judged by :func:`examine`."""
    valid = sum(judgement.valid for _, judgement, _ in judged)
    reasons = Counter(
        kind for _, judgement, _ in judged for kind in dict.fromkeys(fault.kind for fault in judgement.faults)
    )
    scores = [score for _, _, score in judged if score is not None]
    bars = [len(score.bars) for score in scores]
    lengths = [len(tune.text) for tune, _, _ in judged]
    return {
        "tunes": len(judged),
        "valid": valid,
        "valid_rate": valid / len(judged) if judged else None,
        "reasons": dict(reasons.most_common()),
        "median_characters": median(lengths) if lengths else None,
        "median_bars": median(bars) if bars else None,
        "keys": dict(Counter(str(score.key) for score in scores).most_common()),
        "metres": dict(Counter(str(score.metre) for score in scores).most_common()),
    }
