"""A dask scheduler and workers on loopback, each a process that a test may kill."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

_WAIT_S = 120


def wait_for(condition: Callable[[], bool]) -> None:
    """Wait until ``condition()`` holds; a test whose condition never does fails."""
    end = time.monotonic() + _WAIT_S
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.02)


class Loopback:
    """A scheduler, and the workers that were started."""

    def __init__(self, folder: Path) -> None:
        """``folder``: for what scheduler and workers write."""
        self._folder, self._file = folder, folder / "scheduler.json"
        self.workers: list[subprocess.Popen[bytes]] = []
        self._scheduler = self._start(
            "dask_scheduler", "--host", "127.0.0.1", "--port", "0", "--scheduler-file", str(self._file)
        )
        # The file is there before it is written, and its last character is the brace that closes it.
        wait_for(lambda: self._file.exists() and self._file.read_text().rstrip().endswith("}"))
        self.address = str(json.loads(self._file.read_text())["address"])

    def worker(self) -> subprocess.Popen[bytes]:
        """Start a worker with one thread, and no nanny that would start it again."""
        started = self._start(
            *("dask_worker", "--scheduler-file", str(self._file), "--host", "127.0.0.1"),
            *("--nthreads", "1", "--no-nanny", "--local-directory", str(self._folder)),
        )
        self.workers.append(started)
        return started

    def _start(self, module: str, *arguments: str) -> subprocess.Popen[bytes]:
        line = [sys.executable, "-m", f"distributed.cli.{module}", *arguments, "--no-dashboard"]
        log = (self._folder / f"{module}.log").open("ab")
        return subprocess.Popen(line, stdout=log, stderr=log, cwd=self._folder)

    def close(self) -> None:
        """End all of them."""
        for process in [*self.workers, self._scheduler]:
            process.kill()
            process.wait()
