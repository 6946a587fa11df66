"""A run's folder: finished results by the content they were made from, and one run at a time.

``stages/<stage>-<key>/`` holds the result of a stage. It comes into being by one rename of a folder that was
finished under ``stages/.partial/``, so one that exists is whole, and work that was interrupted finds what it
left. ``key`` is a digest of all that the result depends on.
"""

from __future__ import annotations

import errno
import hashlib
import json
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from itertools import chain, count
from pathlib import Path
from typing import Any

import filelock

from musegen.canonical import JSON, canonical_json
from musegen.errors import ArtifactError
from musegen.writing import UNFINISHED, file_digest, os_errors_explained, sweep, write_atomically

MARKER = "artifact.json"
"""What tells a finished result, inside its folder."""
REPORT = "run.json"
"""What a run has to say of itself, at the top of its folder."""
_INPUTS = "inputs.json"
"""What unfinished work is made from."""
_LOCK = ".musegen.lock"
_READ_ONLY = {errno.EACCES, errno.EPERM, errno.EROFS}
CHECKPOINTS = "checkpoints"
"""Folder for what a stage needs to go on after an interruption; no part of its result."""


class RunFolder:
    """The folder of one pipeline's runs."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._stages = path / "stages"
        self._partial = self._stages / ".partial"

    def check(self) -> None:
        """Raises ArtifactError where the path is no folder, or one with things that are not a run's."""
        if self.path.exists() and not self.path.is_dir():
            raise ArtifactError(f"{self.path}: is a file; [run] folder must be a folder")
        for parent in self.path.parents:
            if parent.exists():
                if not parent.is_dir():
                    raise ArtifactError(f"{parent}: is a file; [run] folder cannot lie in it")
                break
        if self.path.is_dir() and not self._stages.is_dir() and not (self.path / _LOCK).exists():
            inside = (item.name for item in self.path.iterdir())
            other = next((name for name in inside if not name.startswith(UNFINISHED)), None)
            if other is not None:
                raise ArtifactError(
                    f"{self.path}: holds {other} and is no run folder; choose an empty or new [run] folder"
                )

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Hold the folder alone. Raises ArtifactError where another run holds it or it cannot be written.

        One that may only be read is held by nobody: what is finished in it can be opened.
        """
        self.check()
        with os_errors_explained(self.path):
            self._partial.mkdir(parents=True, exist_ok=True)
            lock = filelock.FileLock(self.path / _LOCK, timeout=0)
            try:
                lock.acquire()
            except filelock.Timeout:
                raise ArtifactError(
                    f"{self.path}: another run is at work here; wait for it, or choose another [run] folder"
                ) from None
            except OSError as error:
                if error.errno not in _READ_ONLY:
                    raise
        sweep(self.path)
        for left in self._stages.glob(f"*/{CHECKPOINTS}"):  # by a kill between two lines of make
            shutil.rmtree(left, ignore_errors=True)
        for left in self._partial.iterdir():
            if not _can_go_on(left):
                shutil.rmtree(left, ignore_errors=True)
        try:
            yield
        finally:
            lock.release()

    def folder(self, stage: str, key: str) -> Path:
        """Where the result of ``stage`` under ``key`` is, or will be."""
        return self._stages / f"{stage}-{key}"

    def has(self, stage: str, key: str) -> bool:
        """Whether that result is there and as it was written."""
        folder = self.folder(stage, key)
        try:
            files: Mapping[str, str] = json.loads((folder / MARKER).read_bytes())["files"]
            return all(file_digest(folder / name) == digest for name, digest in files.items())
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            return False

    def other_work(self, stage: str, key: str, inputs: JSON) -> Iterator[str]:
        """A line for each interrupted work of this stage that these inputs cannot go on with."""
        for folder in filter(_can_go_on, sorted(self._partial.glob(f"{stage}-*"))):
            try:
                before = json.loads((folder / _INPUTS).read_bytes())
            except (OSError, ValueError):
                continue
            if folder.name != f"{stage}-{key}":
                yield (
                    f"{folder}: interrupted work is not taken up, since {_difference(before, inputs)}; "
                    "it goes on when that is as it was"
                )

    def make(self, stage: str, key: str, inputs: JSON, build: Callable[[Path], None]) -> Path:
        """Let ``build`` fill a folder and make it the result; it finds there what one that stopped left.

        What it keeps in the subfolder :data:`CHECKPOINTS` is there until the result is.
        """
        partial = self._partial / f"{stage}-{key}"
        partial.mkdir(parents=True, exist_ok=True)
        write_atomically(partial / _INPUTS, canonical_json(inputs).encode())
        build(partial)
        (partial / _INPUTS).unlink()
        files = {
            path.relative_to(partial).as_posix(): file_digest(path)
            for path in sorted(partial.rglob("*"))
            if path.is_file() and path.name != MARKER and partial / CHECKPOINTS not in path.parents
        }
        marker: dict[str, Any] = {"stage": stage, "key": key, "inputs": inputs, "files": files}
        write_atomically(partial / MARKER, (json.dumps(marker, indent=1) + "\n").encode())
        folder = self.folder(stage, key)
        if folder.exists():  # it was there and damaged, or has() would have said so
            shutil.rmtree(folder)
        partial.rename(folder)
        shutil.rmtree(folder / CHECKPOINTS, ignore_errors=True)
        return folder

    def publish(self, files: Mapping[str, bytes], report: Mapping[str, Any]) -> dict[str, str]:
        """Put files under human names at the top, and ``run.json`` with ``report`` and their digests.

        Files of the run before that are no more are taken away. One that somebody changed since is kept
        under its name with ``.yours`` behind it, or ``.yours.2`` and so on: both names are returned.
        """
        before, changed = self._published(), dict[str, str]()
        for name in {**before, **files}:
            target, content = self.path / name, files.get(name)
            found = target.read_bytes() if target.is_file() else None
            if found == content:
                continue
            if found is not None and hashlib.sha256(found).hexdigest() != before.get(name):
                kept = _unused(target.with_name(f"{target.name}.yours"))
                target.rename(kept)
                changed[name] = kept.relative_to(self.path).as_posix()
            if content is not None:
                target.parent.mkdir(parents=True, exist_ok=True)
                write_atomically(target, content)
            else:
                target.unlink(missing_ok=True)
        digests = {name: hashlib.sha256(content).hexdigest() for name, content in sorted(files.items())}
        text = json.dumps({**report, "files": digests}, indent=1, ensure_ascii=False) + "\n"
        try:
            write_atomically(self.path / REPORT, text.encode("utf-8", "backslashreplace"))
        except OSError as error:
            if error.errno not in _READ_ONLY or before != digests:
                raise  # else it tells the same, but for how long each stage took
        return changed

    def _published(self) -> dict[str, str]:
        """What the run before put at the top: name to digest; only names inside the folder count."""
        try:
            files: Mapping[str, str] = json.loads((self.path / REPORT).read_text("utf-8"))["files"]
            inside = self.path.resolve()
            return {
                name: digest
                for name, digest in files.items()
                if inside in (self.path / name).resolve().parents
            }
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            return {}


def _can_go_on(partial: Path) -> bool:
    """Whether unfinished work has more in it than its beginning."""
    return any((partial / CHECKPOINTS).glob("*"))


def _unused(path: Path) -> Path:
    """``path``, or with the first number behind it that makes it new."""
    numbered = (path.with_name(f"{path.name}.{number}") for number in count(2))
    return next(each for each in chain([path], numbered) if not each.exists())


def _difference(before: JSON, now: JSON, name: str = "") -> str:
    """The first thing that is not as it was: ``options.epochs was 4 and is 8``."""
    if isinstance(before, Mapping) and isinstance(now, Mapping):
        for key in sorted({*before, *now}):
            if before.get(key) != now.get(key):
                return _difference(before.get(key), now.get(key), f"{name}.{key}" if name else key)
    return f"{name} was {_short(before)} and is {_short(now)}"


def _short(value: JSON) -> str:
    text = canonical_json(value)
    return text if len(text) <= 60 else f"{text[:57]}..."
