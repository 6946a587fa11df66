"""What a user names on the command line: a reader, one of its collections, a file, a folder or a pipeline."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from musegen.corpus.files import file_readers
from musegen.errors import PluginError
from musegen.pipeline.plan import load_plan
from musegen.plugins.registry import installed_plugins
from musegen.protocols.component import Component
from musegen.protocols.corpora import CorpusReader


def source_readers(source: str, report: Callable[[str], None] = lambda line: None) -> list[CorpusReader]:
    """The readers behind ``nottingham``, ``music21/ryansMammoth``, ``tunes.abc``, ``folder`` or ``run.toml``.

    ``report`` is given a line for each plugin file that a pipeline names, before it is run. Raises
    PluginError for a source that is none of these, or a reader that needs options of its own.
    """
    path = Path(source)
    if path.suffix == ".toml" and path.is_file():
        return [use.build() for use in load_plan(path, report=report).corpus]
    name, _, collection = source.partition("/")
    if name in installed_plugins().names("corpus reader") and not path.exists():
        return [_reader(source, name, collection)]
    if not path.exists():
        names = ", ".join(installed_plugins().names("corpus reader"))
        raise PluginError(f"{source}: no such file, folder or reader (readers: {names})")
    return file_readers(path)


def _reader(source: str, name: str, collection: str) -> CorpusReader:
    installed = installed_plugins().find("corpus reader", name)
    component: Component[CorpusReader] = installed.component
    if missing := installed.missing():
        raise PluginError(f"{source}: {missing}")
    table: dict[str, Any] = {"collections": [collection]} if collection else {}
    if not collection and "collections" in component.options.model_fields and component.collections:
        table = {"collections": [one.name for one in component.collections]}
    try:
        options = component.options.model_validate_json(json.dumps(table))
    except ValidationError as error:
        keys = ", ".join(".".join(map(str, fault["loc"])) for fault in error.errors(include_url=False))
        raise PluginError(
            f"{source}: this reader cannot be named without more ({keys}); name a pipeline that uses it"
        ) from None
    return component.build(options)
