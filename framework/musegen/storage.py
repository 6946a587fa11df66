"""The run folder: it keeps the finished result of each stage, and only one run may use it at a time.

``stages/<stage>-<key>/`` holds the result of a stage; ``key`` is a digest of everything that the result
depends on. A stage works in a folder under ``stages/.partial/``, which is renamed once it is finished. So a
result that exists is complete, and interrupted work finds what it has done so far.
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
from tempfile import TemporaryDirectory
from typing import Any

import filelock

from musegen.bounds import Bounds
from musegen.canonical import JSON, canonical_json, first_difference
from musegen.errors import ArtifactError
from musegen.inputs import read_file
from musegen.writing import UNFINISHED, file_digest, os_errors_explained, sweep, write_atomically

MARKER = "artifact.json"
"""File inside the folder of a stage's result that shows that the result is finished."""
REPORT = "run.json"
"""Report of a run, at the top of its folder."""
_INPUTS = "inputs.json"
"""Inputs of unfinished work, in its folder."""
_LOCK = ".musegen.lock"
_READ_ONLY = {errno.EACCES, errno.EPERM, errno.EROFS}
CHECKPOINTS = "checkpoints"
"""Folder for what a stage needs to continue after an interruption. It is not part of the result."""


class RunFolder:
    """The folder of one pipeline's runs."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._stages = path / "stages"
        self._partial = self._stages / ".partial"

    def check(self) -> None:
        """Raises ArtifactError if the path is not a folder, or is one with files that no run has written.

        Raises it too if a folder cannot be made there.
        """
        if self.path.exists() and not self.path.is_dir():
            raise ArtifactError(f"{self.path}: is a file; [run] folder must be a folder")
        there = next(place for place in (self.path, *self.path.absolute().parents) if place.exists())
        if not there.is_dir():
            raise ArtifactError(f"{there}: is a file; [run] folder cannot lie in it")
        if self._stages.is_dir():  # a run has made it: what is finished in it can be read at least
            return
        try:
            with TemporaryDirectory(prefix=UNFINISHED, dir=there):
                pass
        except OSError as error:
            raise ArtifactError(
                f"{there}: cannot be written ({error.strerror}); choose another [run] folder"
            ) from error
        if self.path.is_dir() and not (self.path / _LOCK).exists():
            inside = (item.name for item in self.path.iterdir())
            other = next((name for name in inside if not name.startswith(UNFINISHED)), None)
            if other is not None:
                raise ArtifactError(
                    f"{self.path}: holds {other} and is not a run folder; choose an empty or new [run] folder"
                )

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Lock the folder for one run. Raises ArtifactError if another run has it or it is not writable.

        A folder that may only be read is not locked: what is finished in it can be opened.
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
        """The folder where the result of ``stage`` with this key is, or will be."""
        return self._stages / f"{stage}-{key}"

    def has(self, stage: str, key: str) -> bool:
        """Whether the result of ``stage`` with this key exists and its files are unchanged."""
        folder = self.folder(stage, key)
        try:
            files: Mapping[str, str] = json.loads(read_file(folder / MARKER, Bounds.RUN_FILE))["files"]
            return all(file_digest(folder / name) == digest for name, digest in files.items())
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            return False

    def other_work(self, stage: str, key: str, inputs: JSON) -> Iterator[str]:
        """A line for each interrupted work of this stage that had other inputs, so it cannot be continued."""
        for folder in filter(_can_go_on, sorted(self._partial.glob(f"{stage}-*"))):
            try:
                before = json.loads(read_file(folder / _INPUTS, Bounds.RUN_FILE))
            except (OSError, ValueError):
                continue
            if folder.name != f"{stage}-{key}":
                why = first_difference(before, inputs)
                yield (
                    f"{folder}: interrupted work is not continued, because {why}; "
                    "change that back to continue it"
                )

    def make(self, stage: str, key: str, inputs: JSON, build: Callable[[Path], None]) -> Path:
        """Let ``build`` fill a folder and make that folder the result. Returns its path.

        If an earlier ``build`` was interrupted, its files are still in the folder. The subfolder
        :data:`CHECKPOINTS` is deleted once the result is finished.
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
        """Write files to the top of the folder, and ``run.json`` with ``report`` and the files' digests.

        Files of the previous run that are not among ``files`` are deleted. A file that somebody has changed
        since is kept as ``NAME.yours``, or ``NAME.yours.2`` and so on. Returns the old and the new name of
        each such file.
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
        """Name and digest of each file that the previous run wrote to the top; others are ignored."""
        try:
            files: Mapping[str, str] = json.loads(read_file(self.path / REPORT, Bounds.RUN_FILE))["files"]
            inside = self.path.resolve()
            return {
                name: digest
                for name, digest in files.items()
                if inside in (self.path / name).resolve().parents
            }
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            return {}


def _can_go_on(partial: Path) -> bool:
    """Whether unfinished work has a checkpoint to continue from."""
    return any((partial / CHECKPOINTS).glob("*"))


def _unused(path: Path) -> Path:
    """``path``, or ``path`` with the first number from 2 appended that no file has yet."""
    numbered = (path.with_name(f"{path.name}.{number}") for number in count(2))
    return next(each for each in chain([path], numbered) if not each.exists())
