"""The journal of a bulk of tunes: what was asked, and which shards are finished.

``shards.jsonl`` has a JSON object a line: first the request, then each finished shard, in order. A line is
added when the shard's files are there; one that was cut off by a kill does not count.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

import filelock

from musegen.bounds import Bounds
from musegen.canonical import JSON, canonical_json, first_difference
from musegen.errors import ArtifactError
from musegen.inputs import read_file
from musegen.writing import write_atomically

JOURNAL = "shards.jsonl"
"""Name of the file in the folder of the shards."""
_LOCK = ".musegen.lock"


@dataclass(frozen=True, slots=True)
class Entry:
    """A finished shard."""

    shard: int
    drawn: int
    """Number of draws."""
    valid: int
    """Number of draws that break no rule."""
    tunes: int
    """Number of tunes that were kept."""
    files: Mapping[str, str]
    """SHA-256 of each file by its name."""


class Journal:
    """The journal in a folder that is locked for one command."""

    def __init__(self, folder: Path, request: Mapping[str, JSON]) -> None:
        """Begin the journal, or read the one that is there.

        Raises ArtifactError if it is of another request, or is damaged.
        """
        self.folder, self._path = folder, folder / JOURNAL
        self.entries: list[Entry] = []
        """All finished shards, in order."""
        if not self._path.exists():
            write_atomically(self._path, canonical_json({"request": request}).encode() + b"\n")
            return
        content = read_file(self._path, Bounds.RUN_FILE)
        whole = content[: content.rfind(b"\n") + 1]
        try:
            before, *entries = map(json.loads, whole.splitlines())
            asked = before["request"]
            self.entries = [Entry(**entry) for entry in entries]
            if [entry.shard for entry in self.entries] != list(range(len(entries))):
                raise ValueError
        except (ValueError, KeyError, TypeError, RecursionError):
            raise ArtifactError(f"{self._path}: is damaged; choose another folder") from None
        now = json.loads(canonical_json(request))
        if asked != now:
            raise ArtifactError(
                f"{folder}: holds shards of another request: {first_difference(asked, now)}; ask as before "
                "to go on, or choose another folder"
            )
        if whole != content:
            write_atomically(self._path, whole)

    def add(self, entry: Entry) -> None:
        """Note a shard whose files are there."""
        with self._path.open("ab") as file:
            file.write(canonical_json(asdict(entry)).encode() + b"\n")
            file.flush()
            os.fsync(file.fileno())
        self.entries.append(entry)

    def missing(self) -> list[Entry]:
        """The finished shards of which a file has gone.

        Raises ArtifactError for a file that has other content than was written.
        """
        gone = []
        for entry in self.entries:
            for name, digest in entry.files.items():
                path = self.folder / name
                if not path.exists():
                    gone.append(entry)
                    break
                with path.open("rb") as file:
                    if hashlib.file_digest(file, "sha256").hexdigest() != digest:
                        raise ArtifactError(
                            f"{path}: was changed since it was written; move it away to have it made again"
                        )
        return gone


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Lock the folder for one command. Raises ArtifactError if another one is at work there."""
    folder.mkdir(parents=True, exist_ok=True)
    lock = filelock.FileLock(folder / _LOCK, timeout=0)
    try:
        lock.acquire()
    except filelock.Timeout:
        raise ArtifactError(
            f"{folder}: another command draws tunes here; wait for it, or choose another folder"
        ) from None
    try:
        yield
    finally:
        lock.release()
