"""Where a training stands after an epoch, in one file that is there whole or not at all."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import safetensors
import safetensors.numpy
from numpy.typing import NDArray

from musegen import Dataset, EpochLoss

Arrays: TypeAlias = tuple[NDArray[Any], ...]
_PARTS = ("weights", "optimizer", "best")


@dataclass(frozen=True)
class Checkpoint:
    """All that the epochs to come depend on, besides job, options and dataset."""

    weights: Arrays
    optimizer: Arrays
    best: Arrays
    """The weights of the best epoch."""
    best_epoch: int
    losses: tuple[EpochLoss, ...]
    """One for each epoch so far."""

    @property
    def epoch(self) -> int:
        """Epochs finished."""
        return len(self.losses)

    def save(self, path: Path, job: str) -> None:
        """Write the file; until it is whole the one before it stays. ``job`` as in :func:`fingerprint`."""
        tensors = {
            f"{part}.{number}": array for part in _PARTS for number, array in enumerate(getattr(self, part))
        }
        state = {
            "job": job,
            "best_epoch": self.best_epoch,
            "losses": [asdict(loss) for loss in self.losses],
        }
        partial = path.with_suffix(".partial")
        with partial.open("wb") as file:
            file.write(safetensors.numpy.save(tensors, {"checkpoint": json.dumps(state)}))
            file.flush()
            os.fsync(file.fileno())
        partial.replace(path)

    def like(self, other: Checkpoint) -> bool:
        """Whether all arrays have the shapes and types of the other's."""

        def shapes(checkpoint: Checkpoint) -> list[list[tuple[tuple[int, ...], Any]]]:
            return [[(array.shape, array.dtype) for array in getattr(checkpoint, part)] for part in _PARTS]

        return shapes(self) == shapes(other)

    @classmethod
    def load(cls, path: Path, job: str) -> Checkpoint:
        """The checkpoint in a file. Raises OSError, and ValueError for a damaged file or another job's."""
        try:
            with safetensors.safe_open(path, "np") as file:
                state = json.loads((file.metadata() or {})["checkpoint"])
                if state["job"] != job:
                    raise ValueError("it is of another training")
                names = set(file.keys())
                arrays = {
                    part: tuple(
                        file.get_tensor(f"{part}.{number}")
                        for number in range(sum(name.startswith(f"{part}.") for name in names))
                    )
                    for part in _PARTS
                }
            losses = tuple(EpochLoss(**loss) for loss in state["losses"])
            return cls(**arrays, best_epoch=state["best_epoch"], losses=losses)
        except (safetensors.SafetensorError, KeyError, TypeError, ValueError) as error:
            raise ValueError(" ".join(str(error).split())) from error


def fingerprint(options: str, seed: int, dataset: Dataset) -> str:
    """SHA-256 of what decides a training: options, seed, vocabulary, training and validation tunes."""
    digest = hashlib.sha256(json.dumps([options, seed, dataset.vocabulary.symbols]).encode())
    for tunes in (dataset.train, dataset.validation):
        _digest_tunes(digest, tunes)
    return digest.hexdigest()


def _digest_tunes(digest: Any, tunes: Sequence[NDArray[np.int32]]) -> None:
    digest.update(np.array([len(tunes), *map(len, tunes)], np.int64).tobytes())
    for tune in tunes:
        digest.update(np.asarray(tune, np.int32).tobytes())
