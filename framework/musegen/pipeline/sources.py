"""Sources of tunes on the command line: a reader, one of its collections, a file, a folder or a pipeline."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from musegen.corpus.files import file_readers
from musegen.errors import PluginError
from musegen.option_faults import option_faults
from musegen.pipeline.plan import load_plan
from musegen.plugins.registry import Plugins
from musegen.protocols.corpora import CorpusReader


@dataclass(frozen=True, slots=True)
class Source:
    """A source of tunes."""

    readers: Sequence[CorpusReader]
    """Readers that read its tunes."""
    plugins: Plugins
    """Plugins that have the notations of its tunes."""


def find_source(plugins: Plugins, source: str, report: Callable[[str], None]) -> Source:
    """The source that a user names.

    It may be ``nottingham``, ``music21/ryansMammoth``, ``tunes.abc``, ``folder`` or ``run.toml``. ``report``
    gets a line for each plugin file that a pipeline names, before the code in it is run. Raises PluginError
    for a text that is none of these, or for a reader that cannot work without options.
    """
    path = Path(source)
    if path.suffix == ".toml" and path.is_file():
        plan = load_plan(path, plugins=plugins, report=report)
        return Source([use.build() for use in plan.corpus], plan.plugins)
    name, _, collection = source.partition("/")
    if name in plugins.names("corpus reader") and not path.exists():
        return Source([_reader(plugins, source, name, collection)], plugins)
    if not path.exists():
        names = ", ".join(plugins.names("corpus reader"))
        raise PluginError(f"{source}: no such file, folder or reader (readers: {names})")
    return Source(file_readers(plugins, path), plugins)


def _reader(plugins: Plugins, source: str, name: str, collection: str) -> CorpusReader:
    installed = plugins.find("corpus reader", name)
    component = installed.component
    if missing := installed.missing():
        raise PluginError(f"{source}: {missing}")
    table: dict[str, Any] = {"collections": [collection]} if collection else {}
    if not collection and "collections" in component.options.model_fields and component.collections:
        table = {"collections": [one.name for one in component.collections]}
    try:
        options = component.options.model_validate_json(json.dumps(table))
    except ValidationError as error:
        keys = ", ".join(fault.key for fault in option_faults(error, table))
        raise PluginError(
            f"{source}: this reader needs options ({keys}); name a pipeline that uses it"
        ) from None
    reader: CorpusReader = installed.build(options)
    return reader
