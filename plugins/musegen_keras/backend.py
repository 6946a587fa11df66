"""Imports TensorFlow and Keras without their noise; no other module imports them."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from musegen_sampling import cpus


@contextmanager
def _without_stderr() -> Iterator[None]:
    """Importing TensorFlow prints about missing GPUs before any log level counts."""
    sys.stderr.flush()
    kept, nothing = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nothing, 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nothing)


# The libraries read both variables when they are imported, which happens here for the first time.
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ["KERAS_BACKEND"] = "tensorflow"
with _without_stderr():
    import keras
    import tensorflow as tf

__all__ = ["cpu_threads", "keras", "tf"]


def cpu_threads() -> int:
    """Number of threads that TensorFlow was told to use, else of CPUs that this process may use."""
    told: int = tf.config.threading.get_intra_op_parallelism_threads()
    return told or cpus()
