"""The ABC files of the Nottingham Music Database, in a folder or from the web."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from musegen import Component, CorpusError, CorpusReader, Tune
from musegen_corpora.abc_files import read_abc
from musegen_corpora.digests import Name

_PLACES = {
    "cleaned": ("ABC_cleaned", "cleaned", "."),
    "original": ("ABC_original", "original", "."),
}
"""For each edition, the subfolders where its files may lie, the likeliest first."""


class NottinghamReader:
    """Reads tunes of some of the database's files, in one of its two editions."""

    def __init__(
        self, abc: Component[CorpusReader], collections: Sequence[Name], edition: str, path: str | None = None
    ) -> None:
        """``abc`` reads ABC files; ``edition`` is ``cleaned`` or ``original``.

        ``path`` is a folder with the files; without it they are downloaded.
        """
        self._abc = abc
        self._names = tuple(dict.fromkeys(collections))
        self._edition = edition
        self._path = path

    def sources(self) -> list[Path]:
        """The files, in the order of the collections; without ``path``, missing files are downloaded first.

        With ``path``, the files that are in that folder. Raises CorpusError where the folder has none of
        them, or where a download fails.
        """
        if self._path is None:
            from musegen_corpora.download import fetch

            return fetch(f"ABC_{self._edition}/{name}.abc" for name in self._names)
        folder = Path(self._path)
        if not folder.is_dir():
            raise CorpusError(f"{folder}: no such folder; leave path out to have the files downloaded")
        for place in _PLACES[self._edition]:
            files = [folder / place / f"{name}.abc" for name in self._names]
            if found := [file for file in files if file.is_file()]:
                return found
        raise CorpusError(
            f"{folder}: has no {self._edition} file of the Nottingham Music Database "
            f"(looked for {', '.join(f'{name}.abc' for name in self._names)})"
        )

    def read(self, report: Callable[[str], None]) -> Iterator[Tune]:
        """The tunes, in the order of the sources; ``report`` is told once what a folder lacks."""
        files = self.sources()
        present = {file.stem for file in files}
        if missing := [name for name in self._names if name not in present]:
            report(f"{self._path}: a part of the Nottingham Music Database; missing: {', '.join(missing)}")
        yield from read_abc(self._abc, files, report)
