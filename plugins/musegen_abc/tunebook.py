"""Writes all tunes to one ABC file."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from musegen import OpenBook, Score
from musegen_abc.writer import write_abc


class Tunebook:
    """Writes ``tunes.abc``, which holds the scores in ABC, one after another (ABC 2.1 §2.2)."""

    file_name = "tunes.abc"

    def render_book(self, scores: Sequence[Score], path: Path) -> None:
        """Write the scores, each with a reference number and title of its own, as ``The Kettle (2)``."""
        book = self.begin_book(path)
        try:
            for number, score in enumerate(scores, 1):
                book.add(number, score)
        finally:
            book.close()

    def begin_book(self, path: Path) -> OpenBook:
        """A book to which scores are added one by one, each under its number."""
        return _Pages(path)


class _Pages:
    def __init__(self, path: Path) -> None:
        self._file = path.open("w", encoding="utf-8")
        self._times: Counter[str] = Counter()
        self._taken: set[str] = set()

    def add(self, number: int, score: Score) -> None:
        """Write the score, with an empty line before it if it is not the first."""
        title = name = score.title or "Untitled"
        while name in self._taken:
            self._times[title] += 1
            name = f"{title} ({self._times[title] + 1})"
        text = write_abc(replace(score, title=name), reference=number)
        self._file.write(f"\n{text}" if self._taken else text)
        self._taken.add(name)

    def close(self) -> None:
        """Close the file."""
        self._file.close()
