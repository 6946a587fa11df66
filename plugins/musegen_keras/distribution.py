"""Where a training runs: one device, all GPUs of a machine, or the machines that TF_CONFIG names."""

from __future__ import annotations

import json
import os
from typing import Any

import numpy as np

from musegen import ModelError, counted
from musegen_keras.backend import cpu_threads, tf


def make_strategy(name: str) -> Any:
    """The ``tf.distribute.Strategy`` that an option names. Raises ModelError where it cannot be used here."""
    if name == "single":
        return tf.distribute.get_strategy()
    if name == "mirrored":
        return tf.distribute.MirroredStrategy()
    _check_cluster(os.environ.get("TF_CONFIG", ""))
    return tf.distribute.MultiWorkerMirroredStrategy()


_EXAMPLE = '{"cluster": {"worker": ["host1:12345", "host2:12345"]}, "task": {"type": "worker", "index": 0}}'


def _check_cluster(text: str) -> None:
    """Raises ModelError unless TF_CONFIG names the workers and says which of them this process is."""
    wrong = "TF_CONFIG is not set"
    if text:
        try:
            config = json.loads(text)
            names, task = config["cluster"]["worker"], config["task"]
            if set(config["cluster"]) == {"worker"} == {task["type"]} and task["index"] in range(len(names)):
                return
            wrong = f"TF_CONFIG cannot be used (task {task} of {len(names)} workers)"
        except (ValueError, KeyError, TypeError) as error:
            wrong = f"TF_CONFIG cannot be used ({type(error).__name__}: {error})"
    raise ModelError(f'model: strategy "multi-worker": {wrong}; set it on every machine to {_EXAMPLE}')


def workers(strategy: Any) -> int:
    """Number of processes that train together."""
    resolver = strategy.cluster_resolver
    return len(resolver.cluster_spec().as_dict().get("worker", [""])) if resolver else 1


def everybodys(strategy: Any, number: int) -> list[int]:
    """The numbers that the processes give; every process gets the same list."""
    count = workers(strategy)
    if count == 1:
        return [number]
    given = np.zeros(count, np.int64)
    given[strategy.cluster_resolver.task_id] = number

    def gather() -> Any:
        values = strategy.run(lambda: tf.constant(given))
        return strategy.reduce(tf.distribute.ReduceOp.SUM, values, axis=None)

    replicas = strategy.num_replicas_in_sync // count
    return [int(total) // replicas for total in tf.function(gather)()]


def describe(strategy: Any) -> str:
    """The hardware that trains, in words: ``2 CPU threads``, ``GPU``, ``2 workers with 1 GPU each``."""
    gpus = tf.config.list_physical_devices("GPU")
    count = workers(strategy)
    local = strategy.num_replicas_in_sync // count
    one = counted(local, "GPU") if gpus else counted(cpu_threads(), "CPU thread")
    if not gpus and local > 1:
        one += f", {counted(local, 'replica')}"
    return one if count == 1 else f"{count} workers with {one} each"
