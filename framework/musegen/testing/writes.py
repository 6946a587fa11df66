"""What some code wrote, and where: seen through Python's audit events (PEP 578)."""

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
    """A folder of its own, with an empty working folder beside it."""

    def __init__(self, root: Path) -> None:
        self.folder, self._cwd = root / "given", root / "elsewhere"
        self.folder.mkdir()
        self._cwd.mkdir()

    @contextmanager
    def watching(self, *expected: Path) -> Iterator[list[Path]]:
        """Run a block in the empty working folder; the list then holds what it wrote besides ``expected``.

        What is gone again at the end does not count, nor do Python's and the user's caches.
        """
        global _hooked
        if not _hooked:  # an audit hook cannot be taken away, so there is one for all
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
        # C code opens files without an audit event; what it leaves nearby is found by looking.
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
    """A sandbox for one check, taken away afterwards."""
    with TemporaryDirectory(prefix="musegen-") as root:
        yield Sandbox(Path(root).resolve())
