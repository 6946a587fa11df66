"""Tune collections: ``[[corpus]] use = "nottingham"``, ``"music21"``, ``"thesession"`` or ``"folkrnn"``."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from musegen import Component, CorpusReader, Options, PathPattern, component, hookimpl
from musegen_corpora.catalogue import FOLK_RNN, MUSIC21, NOTTINGHAM, THE_SESSION
from musegen_corpora.digests import NAMES, Name


class NottinghamOptions(Options):
    """The Nottingham Music Database in ABC, downloaded once or read from a folder."""

    collections: tuple[Name, ...] = Field(NAMES, min_length=1)
    """Which files of the database to read; all fourteen if left out."""
    edition: Literal["cleaned", "original"] = "cleaned"
    """``cleaned``: as later editors mended the files; ``original``: as they were first converted to ABC."""
    path: PathPattern | None = None
    """A folder with the files, or with ABC_cleaned/ or ABC_original/.

    Without it they are downloaded from GitHub, or from the address in the environment variable
    MUSEGEN_NOTTINGHAM_URL, and kept in the user's cache folder, or in the one that MUSEGEN_CACHE names.
    """


class Music21Options(Options):
    """Tune collections in ABC that come with the music21 package: ryansMammoth, oneills1850, ..."""

    collections: tuple[str, ...] = Field(
        min_length=1,
        description="Folders of music21's corpus that hold ABC files.",
        examples=[["ryansMammoth"]],
    )


class TheSessionOptions(Options):
    """Tunes of thesession.org, from a file of its public dump."""

    path: PathPattern = Field(examples=["tunes.csv"])
    """The tunes.csv or tunes.json of the dump."""


class FolkRnnOptions(Options):
    """Tunes in folk-rnn's token text: its training data, or what its models wrote."""

    path: PathPattern = Field(examples=["allabcwrepeats_parsed"])
    """A text file of tunes whose tokens are separated by blanks."""


def build_nottingham_reader(
    options: NottinghamOptions, corpus_reader: Component[CorpusReader]
) -> CorpusReader:
    """A reader of the database's files, in a folder or downloaded; ``corpus_reader`` reads ABC files."""
    from musegen_corpora.nottingham import NottinghamReader

    return NottinghamReader(corpus_reader, options.collections, options.edition, options.path)


def build_music21_reader(options: Music21Options, corpus_reader: Component[CorpusReader]) -> CorpusReader:
    """A reader of collections inside the installed music21 package; ``corpus_reader`` reads ABC files."""
    from musegen_corpora.music21 import Music21Reader

    return Music21Reader(corpus_reader, options.collections)


def build_thesession_reader(options: TheSessionOptions) -> CorpusReader:
    """A reader of a dump of thesession.org."""
    from musegen_corpora.thesession import TheSessionReader

    return TheSessionReader(options.path)


def build_folkrnn_reader(options: FolkRnnOptions) -> CorpusReader:
    """A reader of folk-rnn's token text."""
    from musegen_corpora.folkrnn import FolkRnnReader

    return FolkRnnReader(options.path)


@hookimpl
def musegen_corpus_readers() -> list[Component[CorpusReader]]:
    """Declare ``nottingham``, ``music21``, ``thesession`` and ``folkrnn``."""
    return [
        component(
            "nottingham",
            version=1,
            options=NottinghamOptions,
            build=build_nottingham_reader,
            collections=NOTTINGHAM,
            needs={"corpus reader": "abc"},
        ),
        component(
            "music21",
            version=1,
            options=Music21Options,
            build=build_music21_reader,
            requires=("music21",),
            extra="corpora",
            collections=MUSIC21,
            suggested=True,
            needs={"corpus reader": "abc"},
        ),
        component(
            "thesession",
            version=1,
            options=TheSessionOptions,
            build=build_thesession_reader,
            collections=THE_SESSION,
        ),
        component(
            "folkrnn",
            version=1,
            options=FolkRnnOptions,
            build=build_folkrnn_reader,
            collections=FOLK_RNN,
        ),
    ]
