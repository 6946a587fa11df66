"""Losses for TensorBoard."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import Any

from musegen import EpochLoss, ModelError
from musegen_keras.backend import tf


class Board:
    """Writes each epoch's losses to a folder of event files, if it is given one."""

    def __init__(self, folder: Path | None) -> None:
        """Raises ModelError where TensorBoard, which writes the files, is not installed."""
        self._writer: Any = None
        if folder is None:
            return
        if find_spec("tensorboard") is None:
            raise ModelError("model: tensorboard = true needs TensorBoard; pip install tensorboard")
        folder.mkdir(parents=True, exist_ok=True)
        self._writer = tf.summary.create_file_writer(str(folder))

    def write(self, loss: EpochLoss, step: int) -> None:
        """Write the losses after so many steps."""
        if self._writer is None:
            return
        with self._writer.as_default():
            tf.summary.scalar("loss, nats a token/train", loss.train, step)
            if loss.validation is not None:
                tf.summary.scalar("loss, nats a token/validation", loss.validation, step)
        self._writer.flush()
