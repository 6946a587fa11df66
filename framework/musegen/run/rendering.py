"""Rendering of scores to files, for each tune and for all tunes together."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack, closing
from pathlib import Path
from types import TracebackType

from musegen.errors import PluginError
from musegen.music.score import Score
from musegen.protocols.renderers import BookRenderer, GrowingBookRenderer, OpenBook, Renderer


class Rendering:
    """A rendering of tunes, one after another, and of the files that hold all tunes.

    It is a context manager, which closes what is open where the rendering is broken off.
    """

    def __init__(
        self,
        renderers: Sequence[Renderer | BookRenderer],
        folder: Path,
        notation: str = "",
        manifest: str = "",
    ) -> None:
        """``folder``: where to write; ``notation``: notation of texts in this folder (``001.abc``), if any.

        ``manifest``: name of the table of the tunes in this folder, if there is one.

        Raises PluginError for two renderers that write the same files, or for a renderer whose files would
        replace the texts.
        """
        self._single = [renderer for renderer in renderers if not isinstance(renderer, BookRenderer)]
        self._books = [renderer for renderer in renderers if isinstance(renderer, BookRenderer)]
        names = [renderer.suffix for renderer in self._single] + [book.file_name for book in self._books]
        if twice := [name for name in dict.fromkeys(names) if names.count(name) > 1]:
            raise PluginError(f"two renderers write the same {', '.join(twice)} files; leave one of them out")
        if notation and f".{notation}" in names:
            raise PluginError(
                f"a renderer writes .{notation} files, as the texts of the tunes are; leave it out"
            )
        if manifest in names:
            raise PluginError(f"a renderer writes {manifest}, as the manifest of the tunes is; leave it out")
        self._folder = folder
        self._growing = [book for book in self._books if isinstance(book, GrowingBookRenderer)]
        self._opened: list[OpenBook] = []
        self._scores: list[Score] = []  # for books that are written at once
        self._open = ExitStack()

    def __enter__(self) -> Rendering:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._open.close()

    def text_book(self, notation: str) -> str:
        """The name of a book that holds all tunes in this notation, if nothing but books is written.

        Otherwise an empty text.
        """
        books = [book.file_name for book in self._books if Path(book.file_name).suffix == f".{notation}"]
        return books[0] if books and not self._single else ""

    def tune(self, score: Score, number: int, stem: str) -> None:
        """Write the files of one tune, ``001.mid`` and so on. Raises MusegenError if a renderer fails."""
        for renderer in self._single:
            renderer.render(score, self._folder / f"{stem}{renderer.suffix}")
        if self._growing and not self._opened:
            for book in self._growing:
                opened = book.begin_book(self._folder / book.file_name)
                self._opened.append(self._open.enter_context(closing(opened)))
        for pages in self._opened:
            pages.add(number, score)
        if len(self._growing) < len(self._books):
            self._scores.append(score)

    def files(self, stem: str) -> list[Path]:
        """The files of a tune that are there, by name."""
        files = sorted(self._folder / f"{stem}{renderer.suffix}" for renderer in self._single)
        return [path for path in files if path.exists()]

    def finish(self) -> None:
        """End the files that hold all tunes together, as far as these could be rendered."""
        self._open.close()
        for renderer in self._books if self._scores else ():
            if renderer not in self._growing:
                renderer.render_book(self._scores, self._folder / renderer.file_name)
