"""Tunes from files, by whichever installed reader reads their kind."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

from musegen.errors import PluginError
from musegen.music.tune import Tune
from musegen.plugins.registry import installed_plugins
from musegen.protocols.corpora import CorpusReader


def read_tunes(path: Path | str, report: Callable[[str], None]) -> Iterator[Tune]:
    """The tunes of a file or of all files in a folder, by the readers of their suffixes.

    ``report`` is given one line for what a user should know. Raises PluginError for a file that no installed
    reader reads, and CorpusError for one that cannot be read.
    """
    for reader in file_readers(Path(path)):
        yield from reader.read(report)


def file_readers(path: Path) -> list[CorpusReader]:
    """Readers of the file; of a folder, one for each kind of file in it. Raises PluginError for none."""
    suffixes = _suffixes()
    if path.is_dir():
        inside = {file.suffix.lower() for file in path.rglob("*") if file.is_file()}
        names = dict.fromkeys(name for suffix, name in suffixes.items() if suffix in inside)
    else:
        names = dict.fromkeys(suffixes[s] for s in [path.suffix.lower()] if s in suffixes)
    if not names:
        kind = "file of a known kind in this folder" if path.is_dir() else "reader for this kind of file"
        raise PluginError(f"{path}: no {kind}; choose from: {', '.join(suffixes)}")
    readers = []
    for name in names:
        component = installed_plugins().corpus_reader(name)
        options = component.options.model_validate_json(json.dumps({"paths": [str(path)]}))
        readers.append(component.build(options))
    return readers


def _suffixes() -> dict[str, str]:
    """Suffix -> the name of the reader that reads such files."""
    return {
        suffix: installed.component.name
        for installed in installed_plugins()
        if installed.kind == "corpus reader"
        for suffix in installed.component.suffixes
    }
