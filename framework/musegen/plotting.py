"""Whether pictures can be drawn."""

from __future__ import annotations

from importlib.util import find_spec


def can_plot() -> bool:
    """Whether matplotlib is installed. It is not imported to find out."""
    return find_spec("matplotlib") is not None
