"""One shard of a bulk of tunes: what any process needs to draw it, and what it gives back."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from socket import gethostname
from typing import Any

from musegen.errors import MusegenError
from musegen.models.composer import RULED_ROUND, Composer
from musegen.models.numbering import draw_seeds
from musegen.models.rule_tables import built_rules
from musegen.models.sample_options import sample_options
from musegen.models.tune_model import TuneModel, check_copied
from musegen.plugins.loading import PluginFile
from musegen.plugins.registry import Plugins
from musegen.run.new_tunes import Row, describe_kept

_ROUND = 256
"""Number of draws at a time, so that a shard of any size takes the same memory."""


@dataclass(frozen=True)
class Job:
    """A bulk of tunes, as each process is told of it. Shard k has the draws from k * ``size`` on."""

    name: str
    """A name that no other job has, under which a process keeps the opened model."""
    model: Path
    """The model's file on the machine that asks."""
    plugins: tuple[Path, ...]
    """Plugin files that the model needs, on that machine."""
    options: Mapping[str, Any]
    """Values of ``[sample]`` that decide a draw or judge it."""
    seed: int
    """Seed of the run."""
    size: int
    """Number of draws in a shard."""
    draws: int
    """Number of draws in all shards; the last shard may be smaller."""
    valid_only: bool
    """Whether tunes that break a rule, or are astray, are left out."""
    first_tune: str = ""
    """Digest of the run's first draw on the machine that asks, which each process must draw alike."""


@dataclass(frozen=True)
class Shard:
    """The tunes of one shard."""

    number: int
    drawn: int
    """Number of draws."""
    valid: int
    """Number of draws that break no rule."""
    rows: Sequence[Row]
    """Facts about each tune that is kept, in the order of the draws; their ``number`` counts in the shard."""
    texts: Sequence[str]
    """The texts of these tunes."""


class Opened:
    """A job with its model, ready to draw."""

    def __init__(self, job: Job, model: TuneModel) -> None:
        self._job = job
        asked = {**job.options, "keep": "all"}
        rules = built_rules(model.plugins, asked.pop("rule", ()))
        options = sample_options(model.component).model_validate(asked)
        check_copied(model.path, options.valid.copied, model.melodies)
        self._composer = Composer(model.network, model.language, options, rules, model.melodies)
        if job.valid_only and options.rules.on:
            self._composer.settle(self._composer.draw(draw_seeds(job.seed, 0, min(RULED_ROUND, job.draws))))

    @classmethod
    def of(cls, job: Job, plugins: Plugins, model: Path, files: Sequence[Path]) -> Opened:
        """The job in another process. Raises MusegenError where that process would draw other tunes."""
        known = plugins.with_files([PluginFile.read(file) for file in files]) if files else plugins
        opened = cls(job, TuneModel.load(model, known))
        if opened.first_tune() != job.first_tune:
            raise MusegenError(
                f"{gethostname()}: draws another tune from the same seed than the machine that asks; install "
                "the same musegen, plugins and compiled sampler there"
            )
        return opened

    def first_tune(self) -> str:
        """A digest of the text of the run's first draw."""
        (draw,) = self._composer.draw(draw_seeds(self._job.seed, 0, 1))
        return hashlib.sha256(draw.tune.text.encode()).hexdigest()

    def draw(self, number: int) -> Shard:
        """The tunes of a shard, which depend on the job alone."""
        job, valid = self._job, 0
        rows, texts = list[Row](), list[str]()
        first, last = number * job.size, min((number + 1) * job.size, job.draws)
        for begin in range(first, last, _ROUND):
            draws = self._composer.draw(draw_seeds(job.seed, begin, min(_ROUND, last - begin)))
            good = [draw for draw in draws if draw.judgement.valid]
            valid += len(good)
            kept = [draw for draw in good if not self._composer.is_astray(draw)] if job.valid_only else draws
            rows += describe_kept(self._composer.measured(kept))
            texts += [draw.tune.text for draw in kept]
        return Shard(number, last - first, valid, rows, texts)


@dataclass(frozen=True)
class Place:
    """Where a process of another machine finds the files of a job."""

    plugins: Plugins
    model: Path
    files: tuple[Path, ...]


_places: dict[str, Place] = {}
_opened: dict[str, Opened] = {}
_lock = threading.Lock()


def place_files(job: str, place: Place) -> None:
    """Tell this process where the files of the job with this name are."""
    _places[job] = place


def forget(job: str) -> None:
    """Let go of what this process keeps of the job with this name."""
    _places.pop(job, None)
    _opened.pop(job, None)


def draw_shard(job: Job, number: int) -> Shard:
    """Draw a shard in a process that :func:`place_files` was called in. Its model is opened once."""
    with _lock:
        if job.name not in _opened:
            place = _places[job.name]
            _opened[job.name] = Opened.of(job, place.plugins, place.model, place.files)
    return _opened[job.name].draw(number)
