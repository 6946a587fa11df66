"""Writes all tunes to one ABC file."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from musegen import Score
from musegen_abc.writer import write_abc


class Tunebook:
    """Writes ``tunes.abc``, which holds the scores in ABC, one after another (ABC 2.1 §2.2)."""

    file_name = "tunes.abc"

    def render_book(self, scores: Sequence[Score], path: Path) -> None:
        """Write the scores, each with a reference number and title of its own, as ``The Kettle (2)``."""
        times: Counter[str] = Counter()
        taken: set[str] = set()
        tunes = []
        for number, score in enumerate(scores, 1):
            title = name = score.title or "Untitled"
            while name in taken:
                times[title] += 1
                name = f"{title} ({times[title] + 1})"
            taken.add(name)
            tunes.append(write_abc(replace(score, title=name), reference=number))
        path.write_text("\n".join(tunes), encoding="utf-8")
