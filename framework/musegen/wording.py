"""Words of messages that depend on a number."""

from __future__ import annotations


def counted(number: int, noun: str) -> str:
    """The number and its noun, as in ``1 tune`` and ``2 tunes``. The plural of the noun ends in ``s``."""
    return f"{number} {noun}{'' if number == 1 else 's'}"
