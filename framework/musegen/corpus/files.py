"""Readers and notations for files of tunes, chosen by the suffix of each file."""

from __future__ import annotations

from pathlib import Path

from pydantic import ValidationError

from musegen.errors import CorpusError, PluginError
from musegen.inputs import files_below
from musegen.option_faults import option_faults
from musegen.plugins.registry import Plugins
from musegen.protocols.corpora import CorpusReader
from musegen.protocols.notations import Notation


def file_readers(plugins: Plugins, path: Path) -> list[CorpusReader]:
    """Readers for a file, or for each kind of file in a folder. Raises PluginError if there is none.

    Raises CorpusError for a folder that cannot be read.
    """
    suffixes = _suffixes(plugins)
    if path.is_dir():
        try:
            inside = {file.suffix.lower() for file in files_below(path)}
        except OSError as error:
            raise CorpusError(f"{error.filename}: {error.strerror}") from error
        names = dict.fromkeys(name for suffix, name in suffixes.items() if suffix in inside)
    else:
        names = dict.fromkeys(suffixes[s] for s in [path.suffix.lower()] if s in suffixes)
    if not names:
        kind = "file of a known kind in this folder" if path.is_dir() else "reader for this kind of file"
        raise PluginError(f"{path}: no {kind}; choose from: {', '.join(suffixes)}")
    try:
        return [_reader(plugins, name, path) for name in names]
    except PluginError as error:
        raise PluginError(f"{path}: {error}") from None


def _reader(plugins: Plugins, name: str, path: Path) -> CorpusReader:
    """The reader of this name on one path, which may have bytes in it that JSON and TOML cannot express."""
    found, given = plugins.find("corpus reader", name), {"paths": (str(path),)}
    try:
        options = found.component.options.model_validate(given, strict=False)
    except ValidationError as error:
        faults = "; ".join(map(str, option_faults(error, given)))
        raise PluginError(f'corpus reader "{name}": {faults}') from None
    reader: CorpusReader = found.build(options)
    return reader


def _suffixes(plugins: Plugins) -> dict[str, str]:
    """The name of the reader of each suffix."""
    return {
        suffix: installed.component.name
        for installed in plugins
        if installed.kind == "corpus reader"
        for suffix in installed.component.suffixes
    }


class Notations(dict[str, Notation]):
    """Notations by name, with their default options. Each is built when it is first needed.

    A name that is not installed raises PluginError.
    """

    def __init__(self, plugins: Plugins, *others: Plugins) -> None:
        """``others``: plugins to look in for notations that ``plugins`` do not have."""
        super().__init__()
        self._plugins = (plugins, *others)

    def __missing__(self, name: str) -> Notation:
        having = (plugins for plugins in self._plugins if name in plugins.names("notation"))
        notation = self[name] = next(having, self._plugins[0]).build("notation", name)
        return notation
