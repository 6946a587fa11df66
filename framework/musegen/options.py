"""Typed options: what a table of a pipeline may say."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, TypeAlias

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, PlainSerializer, ValidationInfo


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


def _letter(field: str) -> str:
    if len(field) != 1 or not (field.isascii() and field.isalpha()):
        raise ValueError("a field is one letter")
    return field


def _tonic(name: str) -> str:
    if not re.fullmatch(r"[A-G](#|b)?", name):
        raise ValueError("a tonic is written as D, Bb or F#")
    return name


Tonic: TypeAlias = Annotated[str, AfterValidator(_tonic)]


FieldLetter: TypeAlias = Annotated[str, AfterValidator(_letter)]


class Prepare(Options):
    """``[prepare]``: what of a tune the model sees."""

    raw: bool = False
    """Leave every tune's text as its collection has it, fields and all; the keys below then do not count,
    except for tonic and transpose."""
    fields: tuple[FieldLetter, ...] = ("X", "T", "R", "M", "L", "K", "P")
    """Information fields to keep, in the order to write them; the key always closes the header."""
    annotations: bool = False
    """Keep fingerings and "^text"; chord symbols always stay."""
    decorations: bool = False
    """Keep ornaments, grace notes and slurs; notes, lengths, ties and tuplets always stay."""
    canonical: bool = False
    """Write every tune anew: one spelling for each thing, repeats explicit, beams and lines by the metre."""
    tonic: Tonic | None = Field(None, examples=["C"])
    """Bring every tune to this tonic, its mode kept, by the shorter way; new tunes are brought back."""
    transpose: bool = False
    """Let the model learn training tunes in all keys too that the others have in the same mode."""
