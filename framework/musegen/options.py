"""Typed options: what a table of a pipeline may say."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, TypeAlias

from pydantic import AfterValidator, BaseModel, ConfigDict, PlainSerializer, ValidationInfo


class Options(BaseModel):
    """Base of every component's options: frozen, strict, no unknown keys, no NaN or infinity.

    A field's type, bounds, default and description are what ``musegen check``, ``schema`` and ``init`` show;
    the description is the string below the field, or ``Field(description=...)``.
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
    """``value`` taken from the pipeline file's folder, which validation passes as context."""
    if not value:
        raise ValueError("a path cannot be empty")
    folder = (info.context or {}).get("folder", Path())
    return str(folder / Path(value).expanduser())


PathPattern: TypeAlias = Annotated[
    str, AfterValidator(_beside_pipeline), PlainSerializer(lambda value: Path(value).name, when_used="json")
]
"""A path or glob pattern, relative to the pipeline's file.

In cache keys it counts by its last part only, so that a project may move; the content of what it names
counts through :meth:`musegen.CorpusReader.sources`.
"""
