"""Draws: tunes as a model wrote them, and the composition that is chosen from them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from musegen.canonical import JSON
from musegen.models.examining import describe_judged
from musegen.music.originality import Copied
from musegen.music.score import Score
from musegen.music.tune import Tune
from musegen.music.validity import Judgement


@dataclass(frozen=True)
class Draw:
    """One tune as it was drawn, with its faults."""

    tune: Tune
    """Text and title of the tune."""
    seed: int
    """Seed of this draw."""
    ended: bool
    """Whether the model ended the tune; otherwise it was cut off at ``max_length``."""
    judgement: Judgement
    """Faults of the tune."""
    score: Score | None
    """The tune as music; None if the text cannot be parsed."""
    copied: Copied | None = None
    """What the tune shares with the training tunes; None if these are not at hand, or it cannot be parsed."""


@dataclass(frozen=True)
class Composition:
    """The tunes that were kept, and all draws that they were chosen from."""

    kept: tuple[Draw, ...]
    """Draws that were kept, as many as were asked for, in the order of their seeds."""
    draws: tuple[Draw, ...]
    """All draws, in the order of their seeds."""


def describe_draws(draws: Sequence[Draw]) -> dict[str, JSON]:
    """Rate of valid tunes, faults by kind, lengths, keys and metres of some draws."""
    return describe_judged([(draw.tune, draw.judgement, draw.score) for draw in draws])
