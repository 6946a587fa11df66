"""The protocols of renderers."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol, runtime_checkable

from musegen.music.score import Score


@runtime_checkable
class Renderer(Protocol):
    """A renderer that writes one file for each score."""

    suffix: str
    """Suffix of its files, with the dot: ``.mid``."""

    def render(self, score: Score, path: Path) -> None:
        """Write ``score`` to the file ``path``, and no other file. The same score gives the same bytes."""
        ...


@runtime_checkable
class BookRenderer(Protocol):
    """A renderer that writes all scores of a run, or of some files, to one file."""

    file_name: str
    """Name of that file: ``tunes.abc``."""

    def render_book(self, scores: Sequence[Score], path: Path) -> None:
        """Write ``scores`` to the file ``path``, and no other file. The same scores give the same bytes."""
        ...


class OpenBook(Protocol):
    """A file of many scores that is being written."""

    def add(self, number: int, score: Score) -> None:
        """Add a score, whose number is greater than those before. Raises MusegenError for one that it cannot
        write; the book then goes on without it."""
        ...

    def close(self) -> None:
        """End the file. Nothing is added afterwards."""
        ...


@runtime_checkable
class GrowingBookRenderer(BookRenderer, Protocol):
    """A renderer of books that writes each score when it comes, so that they need not all be in memory."""

    def begin_book(self, path: Path) -> OpenBook:
        """A new book in the file ``path``, and in no other file.

        With the numbers 1, 2, ... it becomes the file that :meth:`render_book` writes for the same scores.
        """
        ...
