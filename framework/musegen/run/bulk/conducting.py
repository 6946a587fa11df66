"""Shards handed out, taken back in order, numbered, and written: the part that the asking machine does."""

from __future__ import annotations

import hashlib
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future
from itertools import chain
from pathlib import Path

from musegen.errors import ArtifactError
from musegen.progress import Progress
from musegen.run.bulk.drawing import Job, Shard
from musegen.run.bulk.forms import Form
from musegen.run.bulk.journal import Entry, Journal
from musegen.run.bulk.local import Workers
from musegen.words import counted
from musegen.writing import write_atomically


class Bulk:
    """A bulk of tunes in a folder, as far as it has come.

    Shards are written in their order, so that the tunes before a shard, and with them its tunes' numbers, are
    known when it is written, and the last one ends with the last tune that is wanted.
    """

    def __init__(self, journal: Journal, job: Job, wanted: int, form: Form) -> None:
        """``wanted``: number of tunes to keep, the first ones in the order of the draws."""
        self._journal, self._job, self._wanted, self._form = journal, job, wanted, form
        self._missing = journal.missing()
        self._shards = -(-job.draws // job.size)

    @property
    def kept(self) -> int:
        """Number of tunes in all finished shards."""
        return sum(entry.tunes for entry in self._journal.entries)

    @property
    def left(self) -> int:
        """Number of shards that may have to be drawn; 0 if all is there."""
        more = self._shards - len(self._journal.entries) if self.kept < self._wanted else 0
        return len(self._missing) + more

    def draw(self, workers: Workers, progress: Progress) -> None:
        """Draw what is left. Raises MusegenError where no shard comes; what is finished stays."""
        done = len(self._journal.entries)
        numbers = chain((entry.shard for entry in self._missing), range(done, self._shards))
        to_mend = len(self._missing)
        pending = deque[tuple[int, Future[Shard]]]()
        try:
            while to_mend or self.kept < self._wanted:
                self._advance(progress)
                for number in _some(numbers, workers.window - len(pending)):
                    pending.append((number, workers.submit(number)))
                if not pending:
                    return
                number, future = pending.popleft()
                if number >= done or to_mend:
                    self._write(number, future.result())
                    to_mend = max(to_mend - 1, 0)
            self._advance(progress)
        except Exception as error:
            if told := workers.blame(error):
                raise told from error
            raise
        finally:
            for _, future in pending:
                future.cancel()

    def _advance(self, progress: Progress) -> None:
        drawn = sum(entry.drawn for entry in self._journal.entries)
        valid = sum(entry.valid for entry in self._journal.entries)
        progress.advance(self.kept, self._wanted, f"{valid:,} of {counted(drawn, 'tune')} drawn are valid")

    def _write(self, number: int, shard: Shard) -> None:
        entries = self._journal.entries
        before = sum(entry.tunes for entry in entries[:number])
        again = entries[number] if number < len(entries) else None
        room = again.tunes if again else self._wanted - before
        rows = [{**row, "number": place} for place, row in enumerate(shard.rows[:room], before + 1)]
        contents = self._form(f"{number:06}", rows, shard.texts[:room])
        digests = {name: hashlib.sha256(content).hexdigest() for name, content in contents.items()}
        if again and again.files != digests:
            first = self._journal.folder / next(iter(contents))
            raise ArtifactError(f"{first}: cannot be made again as it was; choose another folder")
        for name, content in contents.items():
            write_unless_other(self._journal.folder / name, content)
        if not again:
            self._journal.add(Entry(number, shard.drawn, shard.valid, len(rows), digests))


def write_unless_other(path: Path, content: bytes) -> None:
    """Write a file at once. Raises ArtifactError if there is one with other content."""
    if path.exists():
        if path.stat().st_size == len(content) and path.read_bytes() == content:
            return
        raise ArtifactError(f"{path}: exists with other content; choose another folder")
    write_atomically(path, content)


def _some(numbers: Iterator[int], count: int) -> Iterator[int]:
    return (number for _, number in zip(range(count), numbers, strict=False))
