"""What a rule must do."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from musegen.music.score import Score
from musegen.music.validity import Fault


class Rule(Protocol):
    """A check of a tune, besides those that musegen makes of every tune."""

    def faults(self, score: Score) -> Iterable[Fault]:
        """What is wrong with the tune; nothing where it keeps the rule.

        The same score has the same faults. Their kind is a word of the rule's own, by which they are counted.
        """
        ...
