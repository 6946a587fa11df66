"""``split.csv``: which tune is in which part; written by a run, read by the next or by a comparison."""

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
"""Its name at the top of a run folder."""


def split_table(corpus: Corpus) -> bytes:
    """``split.csv``: each tune with its part, its group and its melody; :func:`read_split` reads it."""
    rows = [["source", "title", "part", "group", "melody"]]
    columns = zip(corpus.tunes, corpus.parts, corpus.groups, corpus.melodies, strict=True)
    rows += [
        [tune.source, tune.title, part, corpus.tunes[group].source, melody]
        for tune, part, group, melody in columns
    ]
    return csv_text(rows)


def read_split(file: Path, tunes: Sequence[Tune], report: Callable[[str], None]) -> tuple[str, ...]:
    """The part of each tune as a ``split.csv`` says, by source and title; equal ones by their order.

    Raises CorpusError for a file that is none, that does not know a tune, or that leaves none to learn from;
    ``report`` is told of rows without a tune.
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
        raise CorpusError(f"{file}: puts no tune of the corpus into train; a model has nothing to learn from")
    return parts


def _numbered(keys: Iterable[tuple[str, str]]) -> Iterator[tuple[str, str, int]]:
    """Each source and title, and how often it came before: files of two folders may share their name."""
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
            raise CorpusError(f'{file}:{number}: no part "{part}"; choose from: {", ".join(PARTS)}')
    return given
