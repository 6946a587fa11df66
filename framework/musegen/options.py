"""Typed options: the keys that a table of a pipeline may have."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, TypeAlias

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    PlainSerializer,
    ValidationInfo,
)

from musegen.inputs import printable


class Options(BaseModel):
    """Base class of every component's options: frozen, strict, without unknown keys, NaN or infinity.

    ``musegen check``, ``schema`` and ``init`` show the type, bounds, default and description of each field.
    Write the description as a string below the field, or as ``Field(description=...)``.
    """

    model_config = ConfigDict(
        frozen=True,
        strict=True,
        extra="forbid",
        allow_inf_nan=False,
        validate_default=True,
        defer_build=True,
    )


def _beside_pipeline(value: str, info: ValidationInfo) -> str:
    """``value`` as a path below the folder of the pipeline's file, which validation passes as context."""
    if not value:
        raise ValueError("a path cannot be empty")
    if "\0" in value:
        raise ValueError("a path cannot have a null character")
    folder = (info.context or {}).get("folder", Path())
    try:
        return str(folder / Path(value).expanduser())
    except RuntimeError:
        raise ValueError("names a user who has no home folder here") from None


PathPattern: TypeAlias = Annotated[
    str,
    AfterValidator(_beside_pipeline),
    PlainSerializer(lambda value: printable(Path(value).name), when_used="json"),
]
"""A path or glob pattern, relative to the folder of the pipeline's file.

Only its last part counts in cache keys, so that a project can be moved. The content of the files that it
names counts through :meth:`musegen.CorpusReader.sources`.
"""
