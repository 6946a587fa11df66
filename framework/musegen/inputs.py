"""Files that users name: found, told apart, and read within bounds."""

from __future__ import annotations

import errno
import glob
import os
import stat
from collections.abc import Iterable
from itertools import takewhile
from pathlib import Path
from unicodedata import category

from musegen.words import counted

_NEVER_PRINTED = {"Cc", "Cs", "Zl", "Zp"}
"""Controls, halves of characters (a byte that is not UTF-8 is read as one), ends of lines and paragraphs."""


def check_file(path: Path, most: int | None = None) -> None:
    """Raises OSError for what cannot be read as a file; its ``strerror`` says why.

    That is what is missing or may not be read, a folder, a pipe or a device, which might never end, and a
    file of more than ``most`` bytes.
    """
    try:
        found = path.stat()
    except (FileNotFoundError, NotADirectoryError):
        raise FileNotFoundError(errno.ENOENT, "no such file", str(path)) from None
    if stat.S_ISDIR(found.st_mode):
        raise IsADirectoryError(errno.EISDIR, "is a folder, not a file", str(path))
    if not stat.S_ISREG(found.st_mode):
        raise OSError(errno.EINVAL, "is a pipe or a device, not a file", str(path))
    if most is not None and found.st_size > most:
        raise OSError(errno.EFBIG, f"is larger than {_size(most)}, the most that is read", str(path))
    with path.open("rb"):  # permissions are for the system to judge
        pass


def read_file(path: Path, most: int) -> bytes:
    """The content of a file. Raises OSError as :func:`check_file` does."""
    check_file(path, most)
    with path.open("rb") as file:
        content = file.read(most + 1)
    if len(content) > most:  # it grew, or is one of those that the system makes up
        raise OSError(errno.EFBIG, f"is larger than {_size(most)}, the most that is read", str(path))
    return content


def _size(most: int) -> str:
    return f"{most >> 20} MiB" if most >= 1 << 20 else counted(most, "byte")


def lies_in(path: Path, folder: Path) -> bool:
    """Whether a path, with all links followed, lies in a folder."""
    return path.resolve().is_relative_to(folder.resolve())


def files_below(folder: Path) -> list[Path]:
    """The files in a folder and in those below it, sorted; links to folders are not followed.

    Raises OSError for a folder that may not be read, instead of passing over it.
    """

    def refuse(error: OSError) -> None:
        raise error

    walked = os.walk(folder, onerror=refuse)
    return sorted(path for root, _, names in walked for name in names if (path := Path(root, name)).is_file())


def matching_paths(pattern: str) -> list[Path]:
    """What a pattern with ``*``, ``?``, ``[...]`` or ``**`` matches, sorted.

    Raises OSError for a folder that may not be read, instead of passing over it.
    """
    parts = Path(pattern).parts
    for number, part in enumerate(parts):
        if glob.has_magic(part):
            looked_in = Path(*parts[:number], *(["**"] if part == "**" else []))
            for folder in _glob(f"{looked_in}/"):
                os.scandir(folder).close()
    return _glob(pattern)


def _glob(pattern: str) -> list[Path]:
    found = glob.glob(pattern, recursive=True)  # noqa: PTH207 (Path.glob refuses absolute patterns)
    return [Path(match) for match in sorted(found)]


def distinct_names(files: Iterable[Path]) -> dict[Path, str]:
    """A name for each file that no other of them has: its own, behind as few folders as that takes.

    ``tunes.abc`` where it is the only one, else ``a/tunes.abc`` and ``b/tunes.abc``, with ``/`` on every
    system. Folders above all of the files do not count, so that a project may move. What cannot be printed,
    such as a byte that is not UTF-8, is escaped.
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
                    names[file] = printable("/".join(ending))
        waiting = [file for file in waiting if file not in names]
        length += 1
    return {file: names[file] for file in parts}


def printable(name: str) -> str:
    """A name with line ends and other controls, and bytes that are not UTF-8, as Python escapes them."""
    return "".join(repr(sign)[1:-1] if category(sign) in _NEVER_PRINTED else sign for sign in name)
