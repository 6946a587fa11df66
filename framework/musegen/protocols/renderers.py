"""What a renderer must do."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol, runtime_checkable

from musegen.music.score import Score


@runtime_checkable
class Renderer(Protocol):
    """Writes a score to a file."""

    suffix: str
    """What its files end with: ``.mid``."""

    def render(self, score: Score, path: Path) -> None:
        """Write ``score`` to ``path``, and nothing else. The same score gives the same bytes."""
        ...


@runtime_checkable
class BookRenderer(Protocol):
    """Writes all scores of a run, or of some files, to one file."""

    file_name: str
    """Name of that file: ``tunes.abc``."""

    def render_book(self, scores: Sequence[Score], path: Path) -> None:
        """Write ``scores`` to ``path``, and nothing else. The same scores give the same bytes."""
        ...
