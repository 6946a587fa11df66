"""Tunes in Parquet tables: a row a tune, with its text and the facts of the manifest. Needs pyarrow."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow
import pyarrow.parquet

from musegen.canonical import canonical_json
from musegen.errors import ArtifactError
from musegen.run.manifest import Recipe, flat
from musegen.run.new_tunes import Row

_TYPES = {
    "number": "int64",
    "title": "string",
    "seed": "int64",
    "key": "string",
    "metre": "string",
    "rhythm": "string",
    "bars": "int32",
    "valid": "bool",
    "nats": "double",
    "nats_a_token": "double",
    "copied_notes": "int32",
    "copied_from": "string",
    "model": "string",
    "model_sha256": "string",
    "options": "string",
    "notation": "string",
    "text": "string",
}
_SCHEMA = pyarrow.schema(
    [
        *((name, pyarrow.type_for_alias(kind)) for name, kind in _TYPES.items()),
        ("faults", pyarrow.list_(pyarrow.string())),
    ]
)


def table_bytes(rows: Sequence[Row], texts: Sequence[str], notation: str, recipe: Recipe) -> bytes:
    """A Parquet file of the tunes. The same tunes and the same pyarrow give the same bytes."""
    shared = {**recipe.described(), "options": canonical_json(dict(recipe.options)), "notation": notation}
    records = [
        {**flat(row), **shared, "faults": list(row["faults"]), "text": text}
        for row, text in zip(rows, texts, strict=True)
    ]
    named = {name: [record.get(name) for record in records] for name in _SCHEMA.names}
    sink = pyarrow.BufferOutputStream()
    pyarrow.parquet.write_table(pyarrow.table(named, _SCHEMA), sink, compression="zstd")
    content: bytes = sink.getvalue().to_pybytes()
    return content


def read_row(path: Path, number: int) -> Mapping[str, Any] | None:
    """The row of the tune with this number; None where there is none. Raises ArtifactError."""
    try:
        found = pyarrow.parquet.read_table(path, filters=[("number", "=", number)]).to_pylist()
    except (OSError, pyarrow.ArrowException) as error:
        raise ArtifactError(f"{path}: cannot be read as a table of tunes ({error})") from None
    return found[0] if found else None
