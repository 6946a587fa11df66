"""Where a tune stands: ``jigs.abc:120``, file and line, as ``musegen corpus check`` prints it."""

from __future__ import annotations

import re
from collections.abc import Sequence

from musegen.music.tune import Tune


def read_place(text: str) -> tuple[str, int] | None:
    """File and line of ``jigs.abc:120`` or ``jigs.abc:120:4``; None for text that names no place."""
    match = re.fullmatch(r"(.+?):(\d{1,15})(?::\d+)?", text)
    return (match[1], int(match[2])) if match else None


def tune_at(tunes: Sequence[Tune], file: str, line: int) -> int | None:
    """Index of the tune that a line stands in: the last of ``file`` that begins there or before.

    ``file`` is named as in the tunes' sources, or by the end of its path. None where there is none.
    """
    found, nearest = None, 0
    for i, tune in enumerate(tunes):
        place = read_place(tune.source)
        if place and f"/{place[0]}".endswith(f"/{file}") and nearest <= place[1] <= line:
            found, nearest = i, place[1]
    return found


def only_file(tunes: Sequence[Tune]) -> str:
    """The file that all tunes come from; empty where there are several, or where their lines are unknown."""
    places = [read_place(tune.source) for tune in tunes]
    files = {place[0] if place else "" for place in places}
    return files.pop() if len(files) == 1 else ""
