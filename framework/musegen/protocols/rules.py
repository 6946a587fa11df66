"""The protocol of rules."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from musegen.music.score import Score
from musegen.music.validity import Fault


class Rule(Protocol):
    """A check of new tunes, in addition to the checks that musegen makes of every tune."""

    def faults(self, score: Score) -> Iterable[Fault]:
        """The faults of the tune; none if it keeps the rule.

        The same score must always give the same faults. Choose a word for their ``kind``: faults are counted
        by it.
        """
        ...
