"""Files that users name: what they are called where a name must tell them apart."""

from __future__ import annotations

import os
from collections.abc import Iterable
from itertools import takewhile
from pathlib import Path


def distinct_names(files: Iterable[Path]) -> dict[Path, str]:
    """A name for each file that no other of them has: its own, behind as few folders as that takes.

    ``tunes.abc`` where it is the only one, else ``a/tunes.abc`` and ``b/tunes.abc``, with ``/`` on every
    system. Folders above all of the files do not count, so that a project may move. What cannot be printed,
    such as a byte that is not UTF-8, is written as Python escapes it.
    """
    parts = {file: Path(os.path.abspath(file)).parts for file in files}  # noqa: PTH100 (links stay links)
    folders = [each[:-1] for each in parts.values()]
    levels = zip(*folders, strict=False)
    shared = sum(1 for _ in takewhile(lambda level: len(set(level)) == 1, levels))
    names: dict[Path, str] = {}
    waiting, length = list(parts), 1
    while waiting:
        alike: dict[tuple[str, ...], list[Path]] = {}
        for file in waiting:
            alike.setdefault(parts[file][shared:][-length:], []).append(file)
        for ending, found in alike.items():
            for file in found:
                if len(found) == 1 or len(parts[file]) - shared == length:
                    names[file] = _printable("/".join(ending))
        waiting = [file for file in waiting if file not in names]
        length += 1
    return {file: names[file] for file in parts}


def _printable(name: str) -> str:
    return "".join(sign if sign.isprintable() else repr(sign)[1:-1] for sign in name)
