"""Shards on the workers of a dask cluster, which need no folder in common. Needs the package distributed."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from concurrent.futures import CancelledError, Future
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from distributed import Client, KilledWorker, WorkerPlugin

from musegen.errors import MusegenError
from musegen.music.melody_library import MELODIES
from musegen.plugins.registry import Plugins
from musegen.progress import Progress
from musegen.run.bulk.drawing import Job, Place, Shard, draw_shard, forget, place_files
from musegen.run.bulk.local import Workers

WAIT_S = 10
"""Seconds in which a scheduler must answer."""


class JobFiles(WorkerPlugin):  # type: ignore[misc]
    """The files of a job, which every worker writes to its own folder, also one that comes later."""

    def __init__(self, job: Job, plugins: Callable[[], Plugins]) -> None:
        self.name = f"musegen-{job.name}"
        self._job, self._plugins = job.name, plugins
        files = [job.model, job.model.with_name(MELODIES)]
        self._model = [(file.name, file.read_bytes()) for file in files if file.exists()]
        self._files = [(file.name, file.read_bytes()) for file in job.plugins]

    def setup(self, worker: Any) -> None:
        """Write the files."""
        folder = Path(worker.local_directory) / self.name
        paths = []
        places = [("model", each) for each in self._model]
        places += [(str(number), each) for number, each in enumerate(self._files)]
        for place, (name, content) in places:
            path = folder / place / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
            paths.append(path)
        place_files(self._job, Place(self._plugins(), paths[0], tuple(paths[len(self._model) :])))

    def teardown(self, worker: Any) -> None:
        """Take them away."""
        forget(self._job)
        shutil.rmtree(Path(worker.local_directory) / self.name, ignore_errors=True)


class Cluster:
    """The workers of a cluster."""

    def __init__(self, client: Client, address: str, job: Job) -> None:
        self._client, self._address, self._job = client, address, job
        self._executor = client.get_executor(pure=False)

    def submit(self, number: int) -> Future[Shard]:
        """Have some worker draw the shard; if it dies, another one."""
        future: Future[Shard] = self._executor.submit(draw_shard, self._job, number)
        return future

    @property
    def window(self) -> int:
        """Two shards for each thread of the workers that there are now."""
        threads: int = sum(self._client.nthreads().values())
        return 2 * max(threads, 1)

    def blame(self, error: Exception) -> MusegenError | None:
        """Workers that died one after another of one shard, and a scheduler that has gone."""
        if isinstance(error, KilledWorker):
            why = "one shard's workers died one after another (out of memory? try a smaller --shard-size)"
        elif isinstance(error, CancelledError | OSError):
            why = "the scheduler has gone"
        else:
            return None
        return MusegenError(f"{self._address}: {why}; the same command goes on from here")


@contextmanager
def cluster(address: str, job: Job, plugins: Callable[[], Plugins], progress: Progress) -> Iterator[Workers]:
    """The cluster whose scheduler is at ``address``, with the files of a job. Raises MusegenError."""
    try:
        client = Client(address, timeout=WAIT_S, set_as_default=False)
    except (OSError, ValueError) as error:
        raise MusegenError(f"{address}: no dask scheduler answers there ({error})") from None
    with client:
        files = JobFiles(job, plugins)
        try:
            client.register_plugin(files)
        except ImportError as error:
            raise MusegenError(
                f"{address}: its scheduler or a worker lacks a module ({error}); install musegen there"
            ) from None
        try:
            if not client.nthreads():
                progress.say(f"{address}: has no worker yet; waiting for one")
            yield Cluster(client, address, job)
        finally:
            with suppress(Exception):  # the scheduler may have gone
                client.unregister_worker_plugin(files.name)
