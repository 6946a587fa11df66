"""Which tune is which: a source that no other tune of a corpus has."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import chain
from pathlib import Path

from musegen.errors import CorpusError
from musegen.inputs import check_file, distinct_names
from musegen.music.tune import Tune
from musegen.protocols.corpora import CorpusReader


def reader_files(reader: CorpusReader) -> list[Path]:
    """The sources of a reader. Raises CorpusError, also for one that cannot be read as a file."""
    try:
        files = list(reader.sources())
        for file in files:
            check_file(file)
    except OSError as error:
        raise CorpusError(f"{error.filename}: {error.strerror}") from error
    return files


def source_names(readers: Iterable[CorpusReader]) -> list[list[tuple[Path, str]]]:
    """The files of each reader, each with the name that tells it from all files of all readers."""
    files = [reader_files(reader) for reader in readers]
    names = distinct_names(chain.from_iterable(files))
    return [[(file, names[file]) for file in own] for own in files]


def read_all(readers: Sequence[CorpusReader], report: Callable[[str], None]) -> Iterator[Tune]:
    """The tunes of all readers, in their order; no two have the same source.

    A reader's names tell its own files apart; here they tell them from those of other readers, too. Where two
    tunes of one reader share a source nevertheless, a number goes behind the second: ``tunes.abc (2):12``.
    """
    taken: dict[str, int] = {}
    for reader, named in zip(readers, source_names(readers), strict=True):
        own = distinct_names(file for file, _ in named)
        longer = {own[file]: name for file, name in named if own[file] != name}
        for tune in reader.read(report):
            source = _unused(_renamed(tune.source or f"tune {len(taken) + 1}", longer), taken)
            yield tune if source == tune.source else replace(tune, source=source)


def _renamed(source: str, longer: Mapping[str, str]) -> str:
    """``source`` with the longer name of its file."""
    ends = [len(source), *(match.start() for match in re.finditer("[:#/]", source))] if longer else ()
    for end in sorted(ends, reverse=True):
        if source[:end] in longer:
            return longer[source[:end]] + source[end:]
    return source


def _unused(source: str, taken: dict[str, int]) -> str:
    """``source``, with a number if it is taken. It is noted in ``taken``, with how often it was wanted."""
    if source not in taken:
        taken[source] = 1
        return source
    place = re.search(r"(:\d+)?$", source)
    at = place.start() if place else len(source)
    number = taken[source] + 1
    while (new := f"{source[:at]} ({number}){source[at:]}") in taken:
        number += 1
    taken[source], taken[new] = number, 1
    return new
