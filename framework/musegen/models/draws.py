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
    """Its text and title."""
    seed: int
    """Seed of this draw alone."""
    ended: bool
    """Whether the model ended it, rather than its greatest length."""
    judgement: Judgement
    """The rules that it breaks."""
    score: Score | None
    """The tune as music; None where the text cannot be parsed."""


@dataclass(frozen=True)
class Composition:
    """The tunes that were kept and all draws they were chosen from."""

    kept: tuple[Draw, ...]
    """As many as were asked for, in the order of their seeds."""
    draws: tuple[Draw, ...]
    """All of them, in the order of their seeds."""


def describe_draws(draws: Sequence[Draw]) -> dict[str, JSON]:
    """Valid rate, reasons against, lengths, keys and metres of some tunes."""
    return describe_judged([(draw.tune, draw.judgement, draw.score) for draw in draws])
