"""The collections that corpus readers offer, with source and licence."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from musegen.options import Options
from musegen.plugins.registry import Plugins
from musegen.protocols.component import Component
from musegen.protocols.corpora import CorpusReader


def collection_rows(plugins: Plugins) -> Iterator[dict[str, Any]]:
    """A row for every collection of every reader, with source and licence."""
    for installed in plugins:
        for collection in installed.component.collections:
            yield {
                "reader": installed.component.name,
                "collection": collection.name,
                "title": collection.title,
                "tunes": collection.tunes,
                "source": collection.source,
                "licence": collection.licence,
                "missing": installed.lacks(),
            }


def used_collections(component: Component[CorpusReader], options: Options) -> list[dict[str, Any]]:
    """Source and licence of the tunes that a pipeline's reader reads, with its options.

    For files of the user the licence is not known.
    """
    chosen: Sequence[str] = getattr(options, "collections", ())
    reader = {"reader": component.name, "options": options.model_dump(mode="json")}
    used = [one for one in component.collections if not chosen or one.name in chosen]
    if not used:
        return [{**reader, "source": "files given by the user", "licence": "theirs to know"}]
    return [{**reader, "collection": one.name, "source": one.source, "licence": one.licence} for one in used]
