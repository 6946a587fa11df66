"""What was read tolerantly, told in few lines: one for each kind and file, with the first place."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from musegen.music.score import Score
from musegen.music.tune import Tune
from musegen.words import counted

_MOST = 12
"""Lines at most of which each names one file; of more, one is told for all files together."""
_MOST_KEPT = 1000
"""Kinds and files that are told apart at most until all are known."""
PLACED = re.compile(r"(?P<file>[^\n]+?)(?P<place>(?::\d+){1,2}): (?P<message>.+)", re.DOTALL)
"""A line of a reader that names a place in a file."""


@dataclass(slots=True)
class _Kind:
    """All mistakes of one kind, in one file or in all."""

    first: str
    """The first one, with its place."""
    count: int = 0
    files: dict[str, None] = field(default_factory=dict)

    def add(self, file: str) -> None:
        self.count += 1
        self.files[file] = None

    def merge(self, other: _Kind) -> None:
        self.count += other.count
        self.files |= other.files

    def __str__(self) -> str:
        more = self.count - 1
        if not more:
            return self.first
        many = f" in {counted(len(self.files), 'file')}" if len(self.files) > 1 else ""
        return f"{self.first} (and {more:,} more like this{many})"


class Told:
    """A receiver of mistakes, which tells them when all are known."""

    def __init__(self, say: Callable[[str], None], check: str = "") -> None:
        """``say`` gets each line. ``check``: what ``musegen corpus check`` lists them all of, if known."""
        self._say, self._check = say, check
        self._found: dict[tuple[str, str], _Kind] = {}
        self._together = False  # whether files are no longer told apart

    def line(self, line: str) -> None:
        """Take a line of a reader. One without a place is told at once."""
        placed = PLACED.fullmatch(line)
        if placed:
            self._add(placed["message"], placed["file"], line)
        else:
            self._say(line)

    def score(self, tune: Tune, score: Score) -> None:
        """Take the mistakes in a tune's text that were tolerated."""
        file = tune.source.rpartition(":")[0] or tune.source
        for problem in score.problems:
            where = tune.place(problem.line, problem.column)
            self._add(problem.kind or problem.message, file, f"{where}: {problem.message}")

    def skipped(self, kind: str, source: str, line: str) -> None:
        """Take a tune that cannot be read."""
        self._add(f"skipped {kind}", source.rpartition(":")[0] or source, line)

    def _add(self, kind: str, file: str, first: str) -> None:
        self._found.setdefault((kind, "" if self._together else file), _Kind(first)).add(file)
        if len(self._found) > _MOST_KEPT and not self._together:
            self._together = True
            self._found = {(kind, ""): row for kind, row in self._by_kind().items()}

    def _by_kind(self) -> dict[str, _Kind]:
        """The mistakes of all files together."""
        kinds: dict[str, _Kind] = {}
        for (kind, _), row in self._found.items():
            if kind in kinds:
                kinds[kind].merge(row)
            else:
                kinds[kind] = row
        return kinds

    @property
    def first(self) -> str:
        """The first mistake that is not told yet; empty if there is none."""
        return next((row.first for row in self._found.values()), "")

    def finish(self) -> None:
        """Tell all that was taken, and how to see what was not named."""
        rows = list(self._found.values())
        if len(rows) > _MOST:
            rows = list(self._by_kind().values())
        for row in rows:
            self._say(str(row))
        if self._check and any(row.count > 1 for row in rows):
            self._say(f"all of them: musegen corpus check {self._check} --json")
        self._found.clear()
