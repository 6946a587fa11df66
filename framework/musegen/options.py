"""Typed options: the keys that a table of a pipeline may have."""

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


@dataclass(frozen=True, slots=True)
class OptionFault:
    """A mistake in one option. ``str()`` gives a line for users."""

    place: tuple[str | int, ...]
    """Place of the mistake: the option's name, then the place inside its value. The type of a union comes
    last."""
    kind: str
    """pydantic's name for this kind of mistake, such as ``missing`` or ``extra_forbidden``."""
    message: str
    """pydantic's words for the mistake."""
    given: object
    """The value that was given."""

    @property
    def key(self) -> str:
        """The place as a dotted TOML key: ``valid.bars``."""
        return ".".join(map(str, self.place))

    def __str__(self) -> str:
        return f"{self.key}: {self.message} (got {self.given!r})"


def option_faults(error: ValidationError) -> list[OptionFault]:
    """All mistakes that pydantic found in some options."""
    return [
        OptionFault(fault["loc"], fault["type"], fault["msg"].removeprefix("Value error, "), fault["input"])
        for fault in error.errors(include_url=False)
    ]


def _beside_pipeline(value: str, info: ValidationInfo) -> str:
    """``value`` as a path below the folder of the pipeline's file, which validation passes as context."""
    if not value:
        raise ValueError("a path cannot be empty")
    folder = (info.context or {}).get("folder", Path())
    return str(folder / Path(value).expanduser())


PathPattern: TypeAlias = Annotated[
    str,
    AfterValidator(_beside_pipeline),
    PlainSerializer(lambda value: printable(Path(value).name), when_used="json"),
]
"""A path or glob pattern, relative to the folder of the pipeline's file.

Only its last part counts in cache keys, so that a project can be moved. The content of the files that it
names counts through :meth:`musegen.CorpusReader.sources`.
"""
