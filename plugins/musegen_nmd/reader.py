"""Reads files in Foxley's format to tunes in ABC."""

from __future__ import annotations

import glob
import re
from bisect import bisect
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Literal

from musegen import (
    Bounds,
    CorpusError,
    Notation,
    NotationError,
    Tune,
    check_file,
    counted,
    distinct_names,
    files_below,
    matching_paths,
    read_file,
)
from musegen_nmd.plugin import SUFFIXES
from musegen_nmd.scanner import ScoreError
from musegen_nmd.scores import Reading, read_score

_BEGIN, _END = re.compile(r"^\.MS\b.*$", re.MULTILINE), re.compile(r"^\.ME\b.*$", re.MULTILINE)


class NmdReader:
    """Reads the scores of some files, folders or patterns, each as a tune in ABC."""

    def __init__(
        self,
        notation: Notation,
        paths: Sequence[str],
        unit: Literal["auto", "1/4", "1/8"] = "auto",
        upbeat: Literal["auto", "0", "1"] = "auto",
    ) -> None:
        """``notation`` is ABC."""
        self._notation, self._paths, self._reading = notation, paths, Reading(unit, upbeat)

    def sources(self) -> list[Path]:
        """The files in the order of the patterns, sorted in each. Raises CorpusError where one has none."""
        try:
            found = dict.fromkeys(file for pattern in self._paths for file in _matches(pattern))
            for file in found:
                check_file(file, Bounds.TUNE_FILE)
        except OSError as error:
            raise CorpusError(f"{error.filename}: {error.strerror}") from error
        return list(found)

    def read(self, report: Callable[[str], None]) -> Iterator[Tune]:
        """The tunes. A score that cannot be read is reported and left out.

        Raises CorpusError for a file in which no score can be read.
        """
        for file, name in distinct_names(self.sources()).items():
            tunes = list(self._tunes(file, name, report))
            if not tunes:
                raise CorpusError(f"{file}: no score in it can be read")
            yield from tunes

    def _tunes(self, file: Path, name: str, report: Callable[[str], None]) -> Iterator[Tune]:
        text = _text(file)
        starts = [0, *(end.end() for end in re.finditer("\n", text))]
        for begin, end, closed in _scores(text):
            line = bisect(starts, begin)

            def where(place: int, begin: int = begin) -> str:
                at = bisect(starts, begin + place)
                return f"{name}:{at}:{begin + place - starts[at - 1] + 1}"

            try:
                if not closed:
                    raise ScoreError(0, ".MS without .ME")
                if end - begin > Bounds.TUNE:
                    has = counted(end - begin, "character")
                    raise ScoreError(0, f"the score has {has}; at most {Bounds.TUNE:,} are read")
                score = read_score(
                    text[begin:end], self._reading, lambda place, what: report(f"{where(place)}: {what}")
                )
                yield Tune(self._notation.write(score), "abc", score.title, f"{name}:{line}")
            except ScoreError as mistake:
                report(f"{where(mistake.place)}: {mistake.message}; the tune is left out")
            except NotationError as error:
                report(f"{where(0)}: {error.message}; the tune is left out")


def _scores(text: str) -> Iterator[tuple[int, int, bool]]:
    """Begin and end of each score, and whether ``.ME`` closes it; a text without ``.MS`` is one score."""
    begins = [match.end() for match in _BEGIN.finditer(text)]
    if not begins:
        yield 0, len(text), True
    for begin, following in zip(begins, [*begins[1:], len(text)], strict=True) if begins else ():
        end = _END.search(text, begin, following)
        yield begin, end.start() if end else following, end is not None


def _text(file: Path) -> str:
    try:
        content = read_file(file, Bounds.TUNE_FILE)
    except OSError as error:
        raise CorpusError(f"{file}: {error.strerror or error}") from error
    if b"\0" in content:
        raise CorpusError(f"{file}: is not a text file")
    return content.decode("utf-8-sig", "replace").replace("\r\n", "\n").replace("\r", "\n")


def _matches(pattern: str) -> list[Path]:
    path = Path(pattern)
    if path.is_dir():
        found = [file for file in files_below(path) if _is_score(file)]
    elif path.exists():
        found = [path]
    elif glob.has_magic(pattern):
        found = matching_paths(pattern)
    else:
        raise CorpusError(f"{pattern}: no such file or folder")
    if not found:
        raise CorpusError(f"{pattern}: no file in Foxley's format here ({', '.join(SUFFIXES)})")
    return found


def _is_score(file: Path) -> bool:
    """Whether a file is in Foxley's format: by its suffix, or by a ``.MS`` line where it has none.

    The names of the database's files have no suffix.
    """
    if file.suffix.lower() in SUFFIXES:
        return True
    if file.suffix:
        return False
    with file.open("rb") as opened:
        return b"\n.MS" in b"\n" + opened.read(2**16)
