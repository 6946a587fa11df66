"""ABC tunes: ``[[corpus]] use = "abc"`` or ``"music21"``, and their notation ``abc``."""

from __future__ import annotations

from pydantic import Field

from musegen import Component, CorpusReader, Notation, Options, PathPattern, component, hookimpl


class AbcReaderOptions(Options):
    """Tunes in ABC files, folders of them, or zip archives."""

    paths: tuple[PathPattern, ...] = Field(
        min_length=1,
        description="files, folders (all .abc files in them), zip archives, or patterns with * and ?",
        examples=[["tunes/*.abc"]],
    )


class Music21Options(Options):
    """Tune collections in ABC that the music21 package brings along: ryansMammoth, oneills1850, ..."""

    collections: tuple[str, ...] = Field(
        min_length=1,
        description="folders of music21's corpus that hold ABC files",
        examples=[["ryansMammoth"]],
    )


class AbcOptions(Options):
    """ABC notation; it has no options."""


def build_reader(options: AbcReaderOptions) -> CorpusReader:
    """A reader of the files that the patterns name."""
    from musegen_abc.reader import AbcReader

    return AbcReader(options.paths)


def build_music21_reader(options: Music21Options) -> CorpusReader:
    """A reader of collections inside the installed music21 package."""
    from musegen_abc.music21 import Music21Reader

    return Music21Reader(options.collections)


def build_notation(options: AbcOptions) -> Notation:
    """The notation; ``options`` has nothing to say."""
    from musegen_abc.notation import AbcNotation

    return AbcNotation()


@hookimpl
def musegen_corpus_readers() -> list[Component[CorpusReader]]:
    """Declare ``abc`` and ``music21``."""
    return [
        component(
            "abc",
            version=1,
            options=AbcReaderOptions,
            build=build_reader,
            suffixes=(".abc", ".zip"),
        ),
        component(
            "music21",
            version=1,
            options=Music21Options,
            build=build_music21_reader,
            requires=("music21",),
            extra="corpora",
        ),
    ]


@hookimpl
def musegen_notations() -> list[Component[Notation]]:
    """Declare ``abc``."""
    return [component("abc", version=1, options=AbcOptions, build=build_notation)]
