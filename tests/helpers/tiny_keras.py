"""Tiny trainings of ``keras-lstm``."""

from __future__ import annotations

from pathlib import Path

from helpers.training_jobs import Report, dataset, job
from musegen import Dataset, TrainedModel
from musegen_keras.model import KerasLSTMTrainer
from musegen_keras.options import KerasLSTMOptions

OPTIONS = KerasLSTMOptions(
    embedding=4, units=(8,), dropout=0.3, epochs=4, batch=4, sequence=16, learning_rate=0.02, patience=0
)


def train(
    folder: Path, report: Report | None = None, data: Dataset | None = None, **changes: object
) -> TrainedModel:
    """A tiny training."""
    options = OPTIONS.model_copy(update=changes)
    return KerasLSTMTrainer(options).train(data or dataset(), job(folder, report))


def saved(result: TrainedModel, folder: Path) -> bytes:
    """The bytes of the saved model."""
    path = folder / "saved.safetensors"
    result.model.save(path)
    return path.read_bytes()
