"""Words of messages that follow a number."""

from __future__ import annotations


def counted(count: int, noun: str, plural: str = "") -> str:
    """``1 tune``, ``1,059 tunes``; ``plural`` is the noun with an ``s`` where left out."""
    return f"{count:,} {noun if count == 1 else plural or f'{noun}s'}"
