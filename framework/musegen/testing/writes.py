"""Detection of the files that some code writes, with Python's audit events (PEP 578)."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import chdir, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
_active: list[set[str]] = []
_hooked = False


def _hook(event: str, arguments: tuple[Any, ...]) -> None:
    if not _active:
        return
    match event, arguments:
        case "open", (path, _, int(flags)) if flags & _WRITING:
            wrote = path
        case ("os.rename", (_, path, *_)) | ("os.mkdir", (path, *_)):
            wrote = path
        case _:
            return
    if isinstance(wrote, str | bytes | os.PathLike):
        _active[-1].add(str(Path(os.fsdecode(wrote)).absolute()))


class Sandbox:
    """A temporary folder for files, and an empty working folder next to it."""

    def __init__(self, root: Path) -> None:
        self.folder, self._cwd = root / "given", root / "elsewhere"
        self.folder.mkdir()
        self._cwd.mkdir()

    @contextmanager
    def watching(self, *expected: Path) -> Iterator[list[Path]]:
        """Run a block in the empty working folder. The list then has the files it wrote, not ``expected``.

        Files that no longer exist at the end do not count, nor do the caches of Python and of the user.
        """
        global _hooked
        if not _hooked:  # an audit hook cannot be removed, so there is only one
            sys.addaudithook(_hook)
            _hooked = True
        strays: list[Path] = []
        before = set(self.folder.rglob("*")) | set(self._cwd.rglob("*"))
        _active.append(set())
        try:
            with chdir(self._cwd):
                yield strays
        finally:
            opened = {Path(path) for path in _active.pop()}
        # C code opens files without an audit event. Such files are found by looking into the folders.
        after = set(self.folder.rglob("*")) | set(self._cwd.rglob("*"))
        wrote = {path for path in opened if not _cached(path)} | (after - before)
        strays.extend(sorted(path for path in wrote if path.exists() and path not in expected))


def _cached(path: Path) -> bool:
    home = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    named = [Path(value) for key, value in os.environ.items() if key in {"MUSEGEN_CACHE", "MPLCONFIGDIR"}]
    return (
        "__pycache__" in path.parts
        or path.is_relative_to("/dev")
        or path.is_relative_to("/proc")
        or any(path.is_relative_to(folder) for folder in (home, *named))
    )


@contextmanager
def sandbox() -> Iterator[Sandbox]:
    """A sandbox for one check, which is deleted afterwards."""
    with TemporaryDirectory(prefix="musegen-") as root:
        yield Sandbox(Path(root).resolve())
