"""Tune collections in ABC inside the installed music21 package; the package itself is never imported."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from importlib.util import find_spec
from pathlib import Path

from musegen import Component, CorpusError, CorpusReader, Tune, did_you_mean
from musegen_corpora.abc_files import read_abc


class Music21Reader:
    """Reads the ABC files of some folders of ``music21/corpus``."""

    def __init__(self, abc: Component[CorpusReader], collections: Sequence[str]) -> None:
        """``abc`` reads ABC files; ``collections`` names the folders."""
        self._abc, self._collections = abc, collections

    def sources(self) -> list[Path]:
        """The files, by collection, sorted. Raises CorpusError, with the choices, for an unknown one."""
        corpus = _corpus_folder()
        files: list[Path] = []
        for name in dict.fromkeys(self._collections):
            found = _abc_files(corpus / name) if name.isidentifier() or "-" in name else []
            if not found:
                raise CorpusError(_unknown(name, corpus))
            files += found
        return files

    def read(self, report: Callable[[str], None]) -> Iterable[Tune]:
        """The tunes, in the order of the sources. Raises CorpusError for a file that cannot be read."""
        return read_abc(self._abc, self.sources(), report)


def _corpus_folder() -> Path:
    spec = find_spec("music21")
    for place in spec.submodule_search_locations or [] if spec else []:
        if (Path(place) / "corpus").is_dir():
            return Path(place) / "corpus"
    raise CorpusError("music21 is not installed; install musegen[corpora]")


def _abc_files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.glob("*.abc") if path.is_file())


def _unknown(name: str, corpus: Path) -> str:
    choices = sorted(folder.name for folder in corpus.iterdir() if folder.is_dir() and _abc_files(folder))
    hint = did_you_mean(name, choices)
    return f'music21 has no ABC collection "{name}"{hint} (choose from: {", ".join(choices)})'
