"""Rendering of scores to files, for each tune and for all tunes together."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from musegen.errors import PluginError
from musegen.music.score import Score
from musegen.protocols.renderers import BookRenderer, Renderer


class Rendering:
    """A rendering of tunes, one after another, and at the end of the files that hold all tunes."""

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
        self._scores: list[Score] = []

    def tune(self, score: Score, stem: str) -> list[Path]:
        """Write the files of one tune, ``001.mid`` and so on. Raises MusegenError if a renderer fails."""
        files = []
        for renderer in self._single:
            files.append(self._folder / f"{stem}{renderer.suffix}")
            renderer.render(score, files[-1])
        self._scores.append(score)
        return files

    def finish(self) -> list[Path]:
        """Write the files that hold all tunes together, as far as these could be rendered."""
        files = []
        for renderer in self._books if self._scores else ():
            files.append(self._folder / renderer.file_name)
            renderer.render_book(self._scores, files[-1])
        return files
