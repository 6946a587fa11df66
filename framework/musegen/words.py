"""Words of messages that follow a number."""

from __future__ import annotations


def counted(count: int, noun: str, plural: str = "") -> str:
    """The number and its noun, as in ``1 tune`` and ``1,059 tunes``; the plural ends in ``s`` by default."""
    return f"{count:,} {noun if count == 1 else plural or f'{noun}s'}"
