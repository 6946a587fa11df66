"""``split.csv``: the part of each tune. A run writes it; another run or a comparison reads it."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from musegen.corpus.corpus import PARTS, Corpus
from musegen.errors import CorpusError
from musegen.music.tune import Tune
from musegen.words import counted
from musegen.writing import csv_text

SPLIT_FILE = "split.csv"
"""Name of the file at the top of a run folder."""


def split_table(corpus: Corpus) -> bytes:
    """The content of ``split.csv``: each tune with part, group and melody. :func:`read_split` reads it."""
    rows = [["source", "title", "part", "group", "melody"]]
    columns = zip(corpus.tunes, corpus.parts, corpus.groups, corpus.melodies, strict=True)
    rows += [
        [tune.source, tune.title, part, corpus.tunes[group].source, melody]
        for tune, part, group, melody in columns
    ]
    return csv_text(rows)


def read_split(file: Path, tunes: Sequence[Tune], report: Callable[[str], None]) -> tuple[str, ...]:
    """The part of each tune, as a ``split.csv`` says.

    Tunes are recognised by source and title, and by their order if these are equal. ``report`` gets a line if
    some rows have no tune. Raises CorpusError for a file that is not a split, that lacks a tune, or that puts
    none into ``train``.
    """
    given = _rows(file)
    keys = list(_numbered((tune.source, tune.title) for tune in tunes))
    unknown = [key for key in keys if key not in given]
    if unknown:
        source, title, _ = unknown[0]
        raise CorpusError(
            f"{file}: does not name {len(unknown)} of {counted(len(tunes), 'tune')}, such as "
            f'{source} "{title}"; leave [split] file out, or give the corpus that it was made from'
        )
    missing = len(given.keys() - set(keys))
    if missing:
        report(f"{file}: names {counted(missing, 'tune')} that the corpus does not have")
    parts = tuple(given[key] for key in keys)
    if "train" not in parts:
        raise CorpusError(
            f"{file}: puts no tune of the corpus into train, so that a model has nothing to learn from"
        )
    return parts


def _numbered(keys: Iterable[tuple[str, str]]) -> Iterator[tuple[str, str, int]]:
    """Each source and title, with the number of times it occurred before.

    They need not be unique, because files of two folders may have the same name.
    """
    seen: Counter[tuple[str, str]] = Counter()
    for key in keys:
        yield (*key, seen[key])
        seen[key] += 1


def _rows(file: Path) -> Mapping[tuple[str, str, int], str]:
    try:
        with file.open(newline="", encoding="utf-8") as opened:
            rows = list(csv.DictReader(opened))
        keys = _numbered((row["source"], row["title"]) for row in rows)
        given = {key: row["part"] for key, row in zip(keys, rows, strict=True)}
    except (OSError, UnicodeDecodeError, csv.Error, KeyError, TypeError) as error:
        cause = error.strerror if isinstance(error, OSError) else "it needs the columns source, title, part"
        raise CorpusError(f"{file}: cannot be read as a split ({cause})") from None
    for number, (_, part) in enumerate(given.items(), 2):
        if part not in PARTS:
            raise CorpusError(f'{file}:{number}: unknown part "{part}"; choose from: {", ".join(PARTS)}')
    return given
