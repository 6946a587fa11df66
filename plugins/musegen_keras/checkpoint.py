"""Saves where a training stands to one file, written whole or not at all; the file before it is kept."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import safetensors
import safetensors.numpy
from numpy.typing import NDArray

from musegen import Dataset, EpochLoss

Arrays: TypeAlias = tuple[NDArray[Any], ...]
_PARTS = ("weights", "optimizer", "carried", "best", "steps")


@dataclass(frozen=True)
class Checkpoint:
    """Everything that later steps depend on, besides job, options and dataset."""

    weights: Arrays
    optimizer: Arrays
    carried: Arrays
    """The states of the LSTM layers."""
    best: Arrays
    """The weights of the best epoch."""
    best_epoch: int
    losses: tuple[EpochLoss, ...]
    """The losses of each finished epoch."""
    batch: int = 0
    """Batches done in the epoch that is under way."""
    nats: float = 0.0
    """The loss in nats of these batches, all tokens together."""
    tokens: int = 0
    """Number of tokens in these batches."""
    steps: Arrays = ()
    """float32 (n,): the loss in nats a token of every step so far, one array an epoch."""

    @property
    def epoch(self) -> int:
        """Number of finished epochs."""
        return len(self.losses)

    @property
    def place(self) -> tuple[int, int]:
        """Number of finished epochs, and of finished batches in the next one."""
        return self.epoch, self.batch

    def save(self, path: Path, job: str) -> None:
        """Write the file, whole or not at all; the one before it is kept where :func:`previous` says.

        ``job`` as in :func:`fingerprint`.
        """
        tensors = {
            f"{part}.{number}": array for part in _PARTS for number, array in enumerate(getattr(self, part))
        }
        state = {
            "job": job,
            "best_epoch": self.best_epoch,
            "losses": [asdict(loss) for loss in self.losses],
            "batch": self.batch,
            "nats": self.nats,
            "tokens": self.tokens,
        }
        partial = path.with_suffix(".partial")
        try:
            with partial.open("wb") as file:
                file.write(safetensors.numpy.save(tensors, {"checkpoint": json.dumps(state)}))
                file.flush()
                os.fsync(file.fileno())
        except OSError:
            partial.unlink(missing_ok=True)
            raise
        if path.exists():
            path.replace(previous(path))
        partial.replace(path)

    def like(self, other: Checkpoint) -> bool:
        """Whether all arrays have the shapes and types of the other's; the number of steps may differ."""

        def shapes(checkpoint: Checkpoint) -> list[list[tuple[tuple[int, ...], Any]]]:
            return [
                [(array.shape, array.dtype) for array in getattr(checkpoint, part)]
                for part in _PARTS
                if part != "steps"
            ]

        return shapes(self) == shapes(other)

    @classmethod
    def load(cls, path: Path, job: str) -> Checkpoint:
        """The checkpoint in a file. Raises OSError; ValueError for a damaged file or another job's."""
        try:
            with safetensors.safe_open(path, "np") as file:
                state = json.loads((file.metadata() or {})["checkpoint"])
                if state.pop("job") != job:
                    raise ValueError("it is of another training")
                names = set(file.keys())
                arrays: dict[str, Any] = {
                    part: tuple(
                        file.get_tensor(f"{part}.{number}")
                        for number in range(sum(name.startswith(f"{part}.") for name in names))
                    )
                    for part in _PARTS
                }
            losses = tuple(EpochLoss(**loss) for loss in state.pop("losses"))
            return cls(**arrays, losses=losses, **state)
        except (safetensors.SafetensorError, KeyError, TypeError, ValueError) as error:
            raise ValueError(" ".join(str(error).split())) from error


def previous(path: Path) -> Path:
    """The path where the checkpoint before the one at ``path`` is kept."""
    return path.with_suffix(".previous")


def latest(
    path: Path, job: str, fresh: Checkpoint, say: Callable[[str], None], place: tuple[int, int] | None = None
) -> Checkpoint:
    """The checkpoint at ``path``, else the one before it, else ``fresh``, whose shapes it must have.

    Each file that is there and cannot be used is reported in one line. ``place``: take only a checkpoint at
    this place of the training. The file that is taken is at ``path`` from then on, so that the next
    :meth:`Checkpoint.save` keeps it.
    """
    found = [file for file in (path, previous(path)) if file.exists()]
    for file in found:
        try:
            state = Checkpoint.load(file, job)
            if not state.like(fresh):
                raise ValueError("it is of another model")
            if place is None or state.place == place:
                file.replace(path)
                return state
        except (ValueError, OSError) as error:
            say(f"{file}: not used: {error}")
    if found and place is None:
        say(f"{path}: no checkpoint can be used, training starts anew")
    return fresh


def fingerprint(options: str, seed: int, dataset: Dataset) -> str:
    """SHA-256 of all that decides a training: options, seed, vocabulary, training and validation tunes."""
    sizes = dataset.places.sizes if dataset.places is not None else ()
    told = [options, seed, dataset.vocabulary.symbols, sizes]
    digest = hashlib.sha256(json.dumps(told).encode())
    for tunes in (dataset.train, dataset.validation, *(versions.tunes for versions in dataset.transposed)):
        _digest_tunes(digest, tunes)
    digest.update(json.dumps([list(versions.weights) for versions in dataset.transposed]).encode())
    return digest.hexdigest()


def _digest_tunes(digest: Any, tunes: Sequence[NDArray[np.int32]]) -> None:
    digest.update(np.array([len(tunes), *map(len, tunes)], np.int64).tobytes())
    for tune in tunes:
        digest.update(np.asarray(tune, np.int32).tobytes())
