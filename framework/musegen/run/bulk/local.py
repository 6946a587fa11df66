"""Shards on the cores of this machine: a process for each."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from typing import Protocol

from musegen.errors import MusegenError
from musegen.plugins.registry import Plugins
from musegen.run.bulk.drawing import Job, Opened, Place, Shard, draw_shard, place_files


class Workers(Protocol):
    """Processes that draw shards."""

    def submit(self, number: int) -> Future[Shard]:
        """Have a shard drawn."""
        ...

    @property
    def window(self) -> int:
        """Number of shards to have in work or drawn ahead, so that no process waits."""
        ...

    def blame(self, error: Exception) -> MusegenError | None:
        """What to tell for an error that came in place of a shard; None for one that is told as it is."""
        ...


def cores() -> int:
    """Number of cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


class Here:
    """This process draws one shard after another."""

    window = 1

    def __init__(self, opened: Opened) -> None:
        self._opened = opened

    def submit(self, number: int) -> Future[Shard]:
        """Draw the shard at once."""
        future: Future[Shard] = Future()
        future.set_result(self._opened.draw(number))
        return future

    def blame(self, error: Exception) -> None:
        """Every error is told as it is."""


class Processes:
    """Processes of this machine."""

    def __init__(self, executor: Executor, job: Job, count: int) -> None:
        self._executor, self._job, self.window = executor, job, 2 * count

    def submit(self, number: int) -> Future[Shard]:
        """Have the next free process draw the shard."""
        return self._executor.submit(draw_shard, self._job, number)

    def blame(self, error: Exception) -> MusegenError | None:
        """A process that ended, for want of memory as a rule."""
        if isinstance(error, BrokenProcessPool):
            return MusegenError(
                "a process that drew tunes has ended (out of memory?); the same command goes on from here"
            )
        return None


@contextmanager
def processes(job: Job, count: int, plugins: Callable[[], Plugins]) -> Iterator[Workers]:
    """``count`` processes for a job, which end with the block. ``plugins`` gives the installed plugins."""
    context = multiprocessing.get_context("spawn")  # a fork of a process with threads may hang
    executor = ProcessPoolExecutor(count, context, _begin, (job, plugins))
    try:
        yield Processes(executor, job, count)
    finally:
        running = list((getattr(executor, "_processes", None) or {}).values())
        executor.shutdown(wait=False, cancel_futures=True)
        for process in running:  # a shard that nobody waits for is not drawn to its end
            process.terminate()
        for process in running:
            process.join()


def _begin(job: Job, plugins: Callable[[], Plugins]) -> None:
    """Prepare a process, which ends with the one that started it, and leaves Ctrl-C to it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    place_files(job.name, Place(plugins(), job.model, job.plugins))


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
