"""ABC: the reader ``abc``, the notation ``abc`` and the renderer ``tunebook``."""

from __future__ import annotations

from pydantic import Field

from musegen import (
    BookRenderer,
    Component,
    CorpusReader,
    Notation,
    Options,
    PathPattern,
    component,
    hookimpl,
)


class AbcReaderOptions(Options):
    """Tunes in ABC files, folders of them, or zip archives."""

    paths: tuple[PathPattern, ...] = Field(
        min_length=1,
        description="Files, folders (all .abc files in them), zip archives, or patterns with * and ?.",
        examples=[["tunes/*.abc"]],
    )


class AbcOptions(Options):
    """ABC notation, version 2.1."""

    strict: bool = False
    """Refuse a tune that breaks the standard, instead of reading it as it was meant."""


class TunebookOptions(Options):
    """All tunes in one ABC file, tunes.abc, with numbers and titles of their own."""


def build_reader(options: AbcReaderOptions) -> CorpusReader:
    """A reader of the files that the patterns name."""
    from musegen_abc.reader import AbcReader

    return AbcReader(options.paths)


def build_notation(options: AbcOptions) -> Notation:
    """The notation, tolerant or strict."""
    from musegen_abc.notation import AbcNotation

    return AbcNotation(strict=options.strict)


def build_tunebook(options: TunebookOptions) -> BookRenderer:
    """The renderer, which has no options."""
    from musegen_abc.tunebook import Tunebook

    return Tunebook()


@hookimpl
def musegen_corpus_readers() -> list[Component[CorpusReader]]:
    """Declare ``abc``."""
    return [
        component(
            "abc",
            version=1,
            options=AbcReaderOptions,
            build=build_reader,
            suffixes=(".abc", ".zip"),
        ),
    ]


@hookimpl
def musegen_notations() -> list[Component[Notation]]:
    """Declare ``abc``."""
    return [component("abc", version=1, options=AbcOptions, build=build_notation, suggested=True)]


@hookimpl
def musegen_renderers() -> list[Component[BookRenderer]]:
    """Declare ``tunebook``."""
    return [component("tunebook", version=1, options=TunebookOptions, build=build_tunebook)]
