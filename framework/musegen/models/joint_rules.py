"""Token rules of plugins beside those of the notation."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from musegen.protocols.token_rules import TokenRuleReader, TokenRules


class Anything:
    """Token rules, and a reader of them, for a notation that has none."""

    def __init__(self, size: int) -> None:
        """``size``: number V of tokens."""
        self._size = size

    def begin(self) -> Anything:
        """A reader at the beginning of a tune."""
        return self

    def allow(self) -> NDArray[np.bool_]:
        """All tokens: bool (V,)."""
        return np.ones(self._size, np.bool_)

    def take(self, token: int) -> None:
        """Read the next token."""

    def copy(self) -> Anything:
        """A reader that has read the same."""
        return self


class JointRules:
    """Token rules of a notation, of which others take more away."""

    def __init__(self, first: TokenRules, others: Sequence[TokenRules]) -> None:
        self._first, self._others = first, others

    def begin(self) -> JointReader:
        """A reader at the beginning of a tune."""
        return JointReader(self._first.begin(), [rules.begin() for rules in self._others])


class JointReader:
    """Allows what all allow. Where that is nothing, the others end, so that the tune can be finished."""

    def __init__(self, first: TokenRuleReader, others: Sequence[TokenRuleReader]) -> None:
        self._first, self._others = first, list(others)

    def allow(self) -> NDArray[np.bool_]:
        """Which tokens may come next: bool (V,), at least one."""
        first = self._first.allow()
        both: NDArray[np.bool_] = np.logical_and.reduce([first, *(each.allow() for each in self._others)])
        if not both.any():
            self._others.clear()
            return first
        return both

    def take(self, token: int) -> None:
        """Read the next token. Raises ValueError for one that the notation does not allow here.

        A rule that does not allow it ends: the token stands in the text that the tune was begun with.
        """
        self._first.take(token)
        self._others = [other for other in self._others if _takes(other, token)]

    def copy(self) -> JointReader:
        """An independent reader that has read the same."""
        return JointReader(self._first.copy(), [other.copy() for other in self._others])


def _takes(reader: TokenRuleReader, token: int) -> bool:
    try:
        reader.take(token)
    except ValueError:
        return False
    return True
