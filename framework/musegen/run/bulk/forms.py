"""Files of a shard: a book of tunes with its manifest, or a Parquet table that holds both."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TypeAlias

from musegen.errors import MusegenError, PluginError
from musegen.run.manifest import Recipe, manifest_rows, manifest_text
from musegen.run.new_tunes import Row

PARQUET = "parquet"

Form: TypeAlias = Callable[[str, Sequence[Row], Sequence[str]], Mapping[str, bytes]]
"""``form(stem, rows, texts)``: content of each file of a shard by name."""


def shard_form(name: str, notation: str, recipe: Recipe) -> Form:
    """The form ``parquet``, or that of the tunes' notation, such as ``abc``.

    In a book each tune is followed by an empty line, so that books may be put one behind another. Raises
    MusegenError for another name, and where pyarrow is not installed.
    """
    if name == notation:

        def book(stem: str, rows: Sequence[Row], texts: Sequence[str]) -> Mapping[str, bytes]:
            content = "".join(f"{text}\n" for text in texts).encode()
            return {f"{stem}.{notation}": content, f"{stem}.csv": manifest_text(manifest_rows(rows, recipe))}

        return book
    if name != PARQUET:
        raise MusegenError(f'shards are written as {notation} or {PARQUET} (got "{name}")')
    try:
        from musegen.run.parquet import table_bytes
    except ImportError as error:
        raise PluginError(f'shards of Parquet need {error.name}; pip install "musegen[cluster]"') from None

    def table(stem: str, rows: Sequence[Row], texts: Sequence[str]) -> Mapping[str, bytes]:
        return {f"{stem}.{PARQUET}": table_bytes(rows, texts, notation, recipe)}

    return table
