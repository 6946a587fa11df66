"""Typed options: what a table of a pipeline may say."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, TypeAlias

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    PlainSerializer,
    ValidationError,
    ValidationInfo,
)

from musegen.inputs import printable


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


@dataclass(frozen=True, slots=True)
class OptionFault:
    """What is wrong with one option; ``str()`` is a line for users."""

    place: tuple[str | int, ...]
    """Where it stands: the option's name, and a place inside its value; a union's types come last."""
    kind: str
    """pydantic's name for this fault, as ``missing`` or ``extra_forbidden``."""
    message: str
    given: object
    """The value."""

    @property
    def key(self) -> str:
        """The place as TOML writes it: ``valid.bars``."""
        return ".".join(map(str, self.place))

    def __str__(self) -> str:
        return f"{self.key}: {self.message} (got {self.given!r})"


def option_faults(error: ValidationError) -> list[OptionFault]:
    """Every fault that pydantic found in some options."""
    return [
        OptionFault(fault["loc"], fault["type"], fault["msg"].removeprefix("Value error, "), fault["input"])
        for fault in error.errors(include_url=False)
    ]


def _beside_pipeline(value: str, info: ValidationInfo) -> str:
    """``value`` taken from the pipeline file's folder, which validation passes as context."""
    if not value:
        raise ValueError("a path cannot be empty")
    folder = (info.context or {}).get("folder", Path())
    return str(folder / Path(value).expanduser())


PathPattern: TypeAlias = Annotated[
    str,
    AfterValidator(_beside_pipeline),
    PlainSerializer(lambda value: printable(Path(value).name), when_used="json"),
]
"""A path or glob pattern, relative to the pipeline's file.

In cache keys it counts by its last part only, so that a project may move; the content of what it names
counts through :meth:`musegen.CorpusReader.sources`.
"""
