"""``musegen.sample_shards``: any number of tunes, on all cores of this machine or on a cluster."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from musegen.api.components import with_files
from musegen.api.sampling import check_seed, checked_options, model_name
from musegen.canonical import JSON
from musegen.errors import MusegenError, PluginError
from musegen.models.numbering import DRAWS
from musegen.models.tune_model import TuneModel
from musegen.plugins.registry import installed_plugins
from musegen.progress import Progress, Reporter, Silent
from musegen.run.bulk.conducting import Bulk
from musegen.run.bulk.drawing import Job, Opened
from musegen.run.bulk.forms import shard_form
from musegen.run.bulk.journal import Journal, locked
from musegen.run.bulk.local import Here, Workers, cores, processes
from musegen.run.manifest import Recipe
from musegen.words import counted
from musegen.writing import os_errors_explained

SHARD_SIZE = 1000
"""Number of draws in a shard."""
_MOST = 1_000_000_000


@dataclass(frozen=True, slots=True)
class Shards:
    """The result of :func:`sample_shards`."""

    folder: Path
    """The folder that was written to."""
    files: tuple[Path, ...]
    """The files of the shards, in order."""
    tunes: int
    """Number of tunes in them."""
    drawn: int
    """Number of draws that they were chosen from."""
    valid: int
    """Number of draws that break no rule."""

    def state(self) -> dict[str, JSON]:
        """The result as JSON, for ``musegen sample --json``."""
        files = [str(path) for path in self.files]
        counts: dict[str, JSON] = {"tunes": self.tunes, "drawn": self.drawn, "valid": self.valid}
        return {"folder": str(self.folder), **counts, "files": files}


def sample_shards(
    model: Path | str,
    folder: Path | str,
    *,
    tunes: int,
    seed: int = 0,
    cluster: str | None = None,
    form: str | None = None,
    shard_size: int = SHARD_SIZE,
    processes: int | None = None,
    plugins: Sequence[Path | str] = (),
    reporter: Reporter | None = None,
    **options: Any,
) -> Shards:
    """Write any number of new tunes to ``folder``, in shards: ``000000.abc`` and ``000000.csv``, and so on.

    They are the tunes that :func:`sample` writes for the same model, seed and options, in the same order:
    all draws with ``keep = "all"``, else the first valid ones. Shard k has those of the draws from
    k * ``shard_size`` on. Nothing but the bounds of the shards depends on ``shard_size``, and nothing on who
    draws them. ``form``: the tunes' notation, such as ``abc`` (also if left out), or ``parquet``.

    ``cluster``: address of a dask scheduler, such as ``tcp://host:8786``, whose workers have the same musegen
    installed; without it, ``processes`` of this machine draw, one for each core if left out. If the call is
    interrupted, the same call goes on behind the finished shards.

    Raises MusegenError as :func:`sample` does, for shards of another request in ``folder``, for a scheduler
    that does not answer, and for workers that would draw other tunes.
    """
    reporter, folder = reporter or Silent(), Path(folder)
    check_seed(seed)
    _check("tunes", tunes, _MOST)
    _check("shard_size", shard_size, _MOST)
    _check("processes", cores() if processes is None else processes, _MOST)
    opened = TuneModel.load(Path(model), with_files(plugins))
    asked, _, rule = checked_options(opened, options, reporter)
    recipe = Recipe.of(model_name(opened.path, folder), opened.digest, asked, rule)
    valid_only = asked.keep == "valid"
    job = Job(
        uuid.uuid4().hex,
        opened.path.resolve(),
        tuple(Path(file).resolve() for file in plugins),
        recipe.options,
        seed,
        shard_size,
        min(tunes * (asked.attempts if valid_only else 1), DRAWS),
        valid_only,
    )
    here = Opened(job, opened)
    job = replace(job, first_tune=here.first_tune())
    form = form or opened.language.notation_name
    writer = shard_form(form, opened.language.notation_name, recipe)
    request = _request(job, recipe, tunes, form)
    with os_errors_explained(folder), locked(folder):
        journal = Journal(folder, request)
        bulk = Bulk(journal, job, tunes, writer)
        if bulk.left:
            _draw(bulk, job, here, cluster, processes, reporter)
        entries = journal.entries
        files = tuple(folder / name for entry in entries for name in entry.files)
    drawn, valid = sum(entry.drawn for entry in entries), sum(entry.valid for entry in entries)
    reporter.finish("sample", f"{valid:,} of {counted(drawn, 'tune')} drawn are valid")
    if bulk.kept < tunes:
        reporter.say(f"{folder}: {bulk.kept:,} of {counted(tunes, 'tune')}; no attempts are left")
    return Shards(folder, files, bulk.kept, drawn, valid)


def _check(name: str, number: int, most: int) -> None:
    if not 1 <= number <= most:
        raise MusegenError(f"{name}: must be from 1 to {most} (got {number})")


def _request(job: Job, recipe: Recipe, tunes: int, form: str) -> Mapping[str, JSON]:
    """All that the shards depend on. The first tune stands for everything that no option names."""
    asked: dict[str, JSON] = {
        **recipe.described(),
        "form": form,
        "keep": "valid" if job.valid_only else "all",
        "seed": job.seed,
        "shard_size": job.size,
        "tunes": tunes,
        **({"attempts": job.draws // tunes} if job.valid_only else {}),
    }
    return {"asked": asked, "drawn": {"first_tune": job.first_tune}}


def _draw(
    bulk: Bulk, job: Job, here: Opened, cluster: str | None, count: int | None, reporter: Reporter
) -> None:
    progress = reporter.begin("sample")
    try:
        with _workers(
            job, here, cluster, min(cores() if count is None else count, bulk.left), progress
        ) as workers:
            bulk.draw(workers, progress)
    except KeyboardInterrupt as error:
        error.add_note("the same command goes on behind the finished shards")
        raise


@contextmanager
def _workers(
    job: Job, here: Opened, cluster: str | None, count: int, progress: Progress
) -> Iterator[Workers]:
    if cluster is not None:
        try:
            from musegen.run.bulk.cluster import cluster as connected
        except ImportError as error:
            raise PluginError(f'a cluster needs {error.name}; pip install "musegen[cluster]"') from None
        with connected(cluster, job, installed_plugins, progress) as workers:
            yield workers
    elif count > 1:
        with processes(job, count, installed_plugins) as workers:
            yield workers
    else:
        yield Here(here)
