"""Shares and averages that are None where there is nothing to divide."""

from __future__ import annotations

from collections.abc import Sequence


def share(count: float, of: float) -> float | None:
    """``count`` divided by ``of``; None if there is nothing to divide by."""
    return count / of if of else None


def share_of(truths: Sequence[bool]) -> float | None:
    """How many of these are true, as a share of all; None if there are none."""
    return share(sum(truths), len(truths))
