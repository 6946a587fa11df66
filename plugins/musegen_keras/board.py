"""Losses for TensorBoard."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from musegen import EpochLoss
from musegen_keras.backend import tf


class Board:
    """Writes each epoch's losses to a folder of event files, if it is given one."""

    def __init__(self, folder: Path | None) -> None:
        self._writer: Any = None
        if folder is not None:
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
