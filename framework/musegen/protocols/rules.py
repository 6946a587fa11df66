"""The protocol of rules."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Protocol, runtime_checkable

from musegen.music.score import Score
from musegen.music.tune_limits import TuneLimits
from musegen.music.validity import Fault
from musegen.protocols.token_rules import TokenRules


class Rule(Protocol):
    """A check of new tunes, in addition to the checks that musegen makes of every tune."""

    def faults(self, score: Score) -> Iterable[Fault]:
        """The faults of the tune; none if it keeps the rule.

        The same score must always give the same faults. Choose a word for their ``kind``: faults are counted
        by it.
        """
        ...


@runtime_checkable
class LimitingRule(Rule, Protocol):
    """A rule that new tunes can keep while they are written, because it can be said in limits.

    The notation sees to it that they can always be finished within the limits.
    """

    def limit(self, limits: TuneLimits) -> TuneLimits:
        """The limits, narrowed so that a tune that keeps to them keeps the rule.

        Pitches are those that will sound, whatever key the model writes in.
        """
        ...


@runtime_checkable
class WritingRule(Rule, Protocol):
    """A rule that says of each token whether it may come next.

    Where it and the notation's own rules together leave no token, the tune goes on without it: its
    :meth:`~Rule.faults` then tell, and with ``keep = "valid"`` another tune is drawn.
    """

    def token_rules(self, texts: Sequence[str], end: int) -> TokenRules:
        """What may come next. ``texts``: the text of each token, "" for marks; ``end``: the end mark.

        The tune is the one that the model writes: with ``[prepare] tonic`` in that key.
        """
        ...
