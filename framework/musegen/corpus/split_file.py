"""``split.csv``: the part of each tune. A run writes it; another run or a comparison reads it."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

from musegen.bounds import Bounds
from musegen.corpus.corpus import PARTS, Corpus
from musegen.errors import CorpusError
from musegen.inputs import read_file
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
    """The part of each tune, as a ``split.csv`` says, by source and title.

    A source may have had more or fewer folders there: how many a name needs depends on what else is in the
    corpus. ``report`` gets a line if some rows have no tune. Raises CorpusError for a file that is not a
    split, that lacks a tune or cannot tell which of several it means, or that puts none into ``train``.
    """
    given = _rows(file)
    found = _found(given, tunes)
    unknown = [tune for tune, key in zip(tunes, found, strict=True) if key is None]
    if unknown:
        raise CorpusError(
            f"{file}: does not name {len(unknown)} of {counted(len(tunes), 'tune')}, such as "
            f"{_shown(unknown[0])}; leave [split] file out, or give the corpus that it was made from"
        )
    asked = Counter(found)
    for tune, key in zip(tunes, found, strict=True):
        if key is not None and (len(set(given[key])) > 1 or asked[key] > len(given[key])):
            raise CorpusError(
                f"{file}: does not tell which of several tunes it means by {key[0]}, such as {_shown(tune)}; "
                "leave [split] file out once: the split.csv of that run names each"
            )
    missing = sum(len(parts) for parts in given.values()) - len(tunes)
    if missing:
        report(f"{file}: names {counted(missing, 'tune')} that the corpus does not have")
    parts = tuple(given[key][0] for key in found if key is not None)
    if "train" not in parts:
        raise CorpusError(
            f"{file}: puts no tune of the corpus into train, so that a model has nothing to learn from"
        )
    return parts


_Key = tuple[str, str]
"""Source and title."""


def _found(given: Mapping[_Key, Sequence[str]], tunes: Sequence[Tune]) -> list[_Key | None]:
    """The row of each tune: that of its source, else of one with fewer folders, else of one with more."""
    longer: dict[_Key, list[_Key]] = {}
    for source, title in given:
        for ending in list(_endings(source))[1:]:
            longer.setdefault((ending, title), []).append((source, title))
    found: list[_Key | None] = []
    for tune in tunes:
        keys = [key for ending in _endings(tune.source) if (key := (ending, tune.title)) in given]
        more = longer.get((tune.source, tune.title), [])
        found.append(keys[0] if keys else more[0] if len(more) == 1 else None)
    return found


def _endings(source: str) -> Iterator[str]:
    """``a/b/t.abc:1``, ``b/t.abc:1`` and ``t.abc:1``."""
    yield source
    while "/" in source:
        source = source.partition("/")[2]
        yield source


def _shown(tune: Tune) -> str:
    return f'{tune.source} "{tune.title}"'


def _rows(file: Path) -> Mapping[_Key, Sequence[str]]:
    """For each source and title their parts: several where a file of an older version has them twice."""
    try:
        text = read_file(file, Bounds.RUN_FILE).decode("utf-8-sig")
        table = csv.DictReader(io.StringIO(text, newline=""))
        rows = [(row["source"], row["title"], row["part"]) for row in table]
    except (OSError, UnicodeDecodeError, csv.Error, KeyError, TypeError) as error:
        cause = error.strerror if isinstance(error, OSError) else "it needs the columns source, title, part"
        raise CorpusError(f"{file}: cannot be read as a split ({cause})") from None
    given: dict[_Key, list[str]] = {}
    for number, (source, title, part) in enumerate(rows, 2):
        if part not in PARTS:
            raise CorpusError(f'{file}:{number}: unknown part "{part}"; choose from: {", ".join(PARTS)}')
        given.setdefault((source or "", title or ""), []).append(part)
    return given
