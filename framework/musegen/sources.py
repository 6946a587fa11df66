"""What a user names on the command line: a reader, one of its collections, a file, a folder or a pipeline."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from musegen.components import Component, CorpusReader
from musegen.errors import PluginError
from musegen.files import file_readers
from musegen.options import Options
from musegen.plugins import installed_plugins


def source_readers(source: str, report: Callable[[str], None] = lambda line: None) -> list[CorpusReader]:
    """The readers behind ``nottingham``, ``music21/ryansMammoth``, ``tunes.abc``, ``folder`` or ``run.toml``.

    ``report`` is given a line for each plugin file that a pipeline names, before it is run. Raises
    PluginError for a source that is none of these, or a reader that needs options of its own.
    """
    path = Path(source)
    if path.suffix == ".toml" and path.is_file():
        from musegen.pipeline import load_plan

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


def collection_rows() -> Iterator[dict[str, Any]]:
    """Every collection of every installed reader, with source and licence."""
    for installed in installed_plugins():
        for collection in installed.component.collections:
            yield {
                "reader": installed.component.name,
                "collection": collection.name,
                "title": collection.title,
                "tunes": collection.tunes,
                "source": collection.source,
                "licence": collection.licence,
                "missing": list(installed.component.missing()),
            }


def used_collections(component: Component[CorpusReader], options: Options) -> list[dict[str, Any]]:
    """Source and licence of what a pipeline's reader gives, with its options; files are the user's own."""
    chosen: Sequence[str] = getattr(options, "collections", ())
    reader = {"reader": component.name, "options": options.model_dump(mode="json")}
    used = [one for one in component.collections if not chosen or one.name in chosen]
    if not used:
        return [{**reader, "source": "files given by the user", "licence": "theirs to know"}]
    return [{**reader, "collection": one.name, "source": one.source, "licence": one.licence} for one in used]
