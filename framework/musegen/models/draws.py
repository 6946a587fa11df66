"""Tunes as a model drew them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from musegen.canonical import JSON
from musegen.models.examining import describe_judged
from musegen.music.score import Score
from musegen.music.tune import Tune
from musegen.music.validity import Judgement


@dataclass(frozen=True)
class Draw:
    """One tune as it was drawn, with what is wrong with it."""

    tune: Tune
    seed: int
    ended: bool
    """Whether the model ended it, rather than its greatest length."""
    judgement: Judgement
    score: Score | None
    """None where the text cannot be parsed."""


@dataclass(frozen=True)
class Composition:
    """The tunes that were kept and all draws they were chosen from."""

    kept: tuple[Draw, ...]
    draws: tuple[Draw, ...]


def describe_draws(draws: Sequence[Draw]) -> dict[str, JSON]:
    """Valid rate, reasons against, lengths, keys and metres of some tunes."""
    return describe_judged([(draw.tune, draw.judgement, draw.score) for draw in draws])
