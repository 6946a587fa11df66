"""Which tune is which: a source that no other tune of a corpus has."""

from __future__ import annotations

import re
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import chain
from pathlib import Path

from musegen.errors import CorpusError, MusegenError
from musegen.inputs import check_file, distinct_names
from musegen.music.tune import Tune
from musegen.protocols.corpora import CorpusReader
from musegen.words import listed


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
    files = []
    for number, reader in enumerate(readers):
        try:
            files.append(reader_files(reader))
        except MusegenError as error:
            error.at("corpus", number)
            raise
    names = distinct_names(chain.from_iterable(files))
    return [[(file, names[file]) for file in own] for own in files]


def read_all(readers: Sequence[CorpusReader], report: Callable[[str], None]) -> Iterator[Tune]:
    """The tunes of all readers, in their order; no two have the same source.

    A reader's names tell its own files apart; here they tell them from those of other readers, too. Where two
    tunes of one reader share a source nevertheless, a number goes behind the second: ``tunes.abc (2):12``.
    ``report`` also gets a line about the files in which there is no tune.
    """
    taken: dict[str, int] = {}
    for number, (reader, named) in enumerate(zip(readers, source_names(readers), strict=True)):
        own = distinct_names(file for file, _ in named)
        names = {own[file]: name for file, name in named}
        empty, told = dict.fromkeys(own.values()), list[str]()
        before = len(taken)

        def tell(line: str, told: list[str] = told, names: Mapping[str, str] = names) -> None:
            told.append(_file_of(line, names))
            report(f"{names.get(told[-1], told[-1])}{line[len(told[-1]) :]}")

        try:
            for tune in reader.read(tell):
                source, file = tune.source or f"tune {len(taken) + 1}", _file_of(tune.source, names)
                empty.pop(file, None)
                source = _unused(names.get(file, "") + source[len(file) :], taken)
                yield tune if source == tune.source else replace(tune, source=source)
        except MusegenError as error:
            error.at("corpus", number)
            raise
        if len(empty) < len(own) or len(taken) == before:  # else its sources do not name files
            silent = [names[file] for file in empty if file not in told]  # of others the reader has said why
            if silent:
                report(f"{listed(silent)}: no tune in {'it' if len(silent) == 1 else 'them'}")


def _file_of(source: str, names: Container[str]) -> str:
    """The file at the beginning of ``source``: the longest of ``names``, or none."""
    if source in names:
        return source
    ends = reversed([match.start() for match in re.finditer("[:#/]", source)])
    return next((source[:end] for end in ends if source[:end] in names), "")


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
