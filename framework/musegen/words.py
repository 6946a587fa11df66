"""Words of messages that follow a number."""

from __future__ import annotations

from collections.abc import Sequence

_LISTED = 3


def listed(names: Sequence[str]) -> str:
    """The first names, and how many more there are."""
    more = f" and {len(names) - _LISTED} more" if len(names) > _LISTED else ""
    return ", ".join(names[:_LISTED]) + more


def counted(count: int, noun: str, plural: str = "") -> str:
    """The number and its noun, as in ``1 tune`` and ``1,059 tunes``; the plural ends in ``s`` by default."""
    return f"{count:,} {noun if count == 1 else plural or f'{noun}s'}"
