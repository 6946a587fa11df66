"""Preparation of tunes for a model: transposing to a tonic, reducing by a notation, finding exact copies."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import replace
from typing import Protocol, runtime_checkable

from musegen.corpus.transposing import to_tonic
from musegen.music.tune import Tune
from musegen.protocols.notations import CopyingNotation, Notation, Prepare, PreparingNotation


@runtime_checkable
class _OlderNotation(Notation, Protocol):
    """A notation of plugin API 1.0 that prepares tunes: it needs ``options.fields`` and has no ``fields``."""

    def header(self, tune: Tune) -> Mapping[str, str]: ...

    def prepare(self, tune: Tune, options: Prepare) -> Tune: ...


def prepare_tune(notation: Notation, tune: Tune, options: Prepare) -> Tune:
    """The tune as ``[prepare]`` asks for. Raises NotationError for text that is not a tune."""
    if options.tonic:
        tonic = tune.tonic or notation.parse(tune).key.tonic
        tune = replace(to_tonic(notation, tune, options.tonic), tonic=tonic)
        options = options.model_copy(update={"tonic": None})
    if isinstance(notation, PreparingNotation):
        return notation.prepare(tune, options)
    if isinstance(notation, _OlderNotation):
        if options.fields is None:
            options = options.model_copy(update={"fields": tuple(notation.header(tune))})
        return notation.prepare(tune, options)
    return replace(tune, title=notation.parse(tune).title or tune.title)


def unused_options(notation: Notation, options: Prepare) -> list[str]:
    """The options that are set, but have no effect because this notation cannot do what they say."""
    unused = set[str]()
    if not isinstance(notation, PreparingNotation | _OlderNotation):
        unused = options.model_fields_set - {"raw", "tonic", "transpose", "copies"}
    if options.copies and not isinstance(notation, CopyingNotation):
        unused.add("copies")
    return sorted(unused)


def without_title(notation: Notation, tune: Tune) -> Hashable:
    """A value that is equal for exact duplicates: the tune without number and title.

    Raises NotationError for text that is not a tune.
    """
    if isinstance(notation, PreparingNotation):
        return notation.bare_text(tune)
    return replace(notation.parse(tune), title="")
