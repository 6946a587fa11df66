"""Draws: tunes as a model wrote them, and the composition that is chosen from them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

from musegen.canonical import JSON
from musegen.models.examining import describe_judged
from musegen.music.originality import Copied
from musegen.music.score import Score
from musegen.music.tune import Tune
from musegen.music.validity import Judgement
from musegen.protocols.vocabulary import Tokens
from musegen.words import counted


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
    drawn: Tokens | None = field(default=None, repr=False, compare=False)
    """What the model was given and wrote, before the tune was brought to another tonic: int32 (n + 1,), from
    the start mark, up to the end mark if the model ended it."""
    nats: float | None = field(default=None, compare=False)
    """Loss of these tokens: -ln of the probability that the model gives them at temperature 1, the start mark
    left out. None where it was not measured, or is not finite."""

    taken: float = field(default=0.0, compare=False)
    """What rules took of all probability at temperature 1, summed over ``ruled`` tokens."""
    ruled: int = field(default=0, compare=False)
    """Number of the tokens that were drawn under rules, as far as the model tells what these took."""
    astray: bool = field(default=False, compare=False)
    """Whether rules took much more than they take of most tunes: the model had lost its way."""

    @property
    def taken_a_token(self) -> float:
        """What rules took of the probability of a token, in the mean: from 0 to 1."""
        return self.taken / self.ruled if self.ruled else 0.0

    @property
    def good(self) -> bool:
        """Whether it breaks no rule and the model kept its way."""
        return self.judgement.valid and not self.astray

    @property
    def tokens(self) -> int:
        """Number n of the tokens that ``nats`` is the loss of."""
        return 0 if self.drawn is None else len(self.drawn) - 1


@dataclass
class Tally:
    """Numbers of draws so far."""

    drawn: int = 0
    valid: int = 0
    """Those that break no rule."""
    astray: int = 0
    """Those of the valid ones of which rules took too much."""

    @property
    def good(self) -> int:
        """Those that may be kept."""
        return self.valid - self.astray

    def add(self, draws: Sequence[Draw]) -> None:
        """Count some draws."""
        self.drawn += len(draws)
        self.valid += sum(draw.judgement.valid for draw in draws)
        self.astray += sum(draw.judgement.valid and draw.astray for draw in draws)

    def __str__(self) -> str:
        again = f", {self.astray:,} of them astray" if self.astray else ""
        return f"{self.valid:,} of {counted(self.drawn, 'tune')} drawn are valid{again}"


@dataclass(frozen=True)
class Composition:
    """The tunes that were kept, and all draws that they were chosen from."""

    kept: tuple[Draw, ...]
    """Draws that were kept, as many as were asked for, in the order of their seeds."""
    draws: tuple[Draw, ...]
    """All draws, in the order of their seeds."""


def finite(nats: float | None) -> float | None:
    """``nats``, or None where it is not known or a token was impossible to the model."""
    return nats if nats is not None and math.isfinite(nats) else None


def describe_draws(draws: Sequence[Draw]) -> dict[str, JSON]:
    """Rate of valid tunes, faults by kind, lengths, keys and metres of some draws, and what rules took.

    ``rules_took`` is the mean, over all tokens that were drawn under rules, of the probability that the model
    gave to what the rules forbade; None where there were no rules, or the model does not tell. ``astray`` is
    the number of draws of which rules took too much.
    """
    ruled = sum(draw.ruled for draw in draws)
    taken = round(sum(draw.taken for draw in draws) / ruled, 6) if ruled else None
    described = describe_judged([(draw.tune, draw.judgement, draw.score) for draw in draws])
    return {**described, "rules_took": taken, "astray": sum(draw.astray for draw in draws)}
