"""Training on several devices and in several processes gives what one gives."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import safetensors.numpy

from helpers.tiny_keras import train
from musegen import ModelError

pytest.importorskip("tensorflow")

EPOCHS = 12
"""Enough to kill a worker among them."""
CODE = """
import os, sys
from pathlib import Path
strategy, replicas, epochs, folder = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), Path(sys.argv[4])
sys.path[:0] = sys.argv[5].split(os.pathsep)
from musegen import ModelError
from musegen_keras.backend import tf
if replicas > 1:
    (cpu,) = tf.config.list_physical_devices("CPU")
    tf.config.set_logical_device_configuration(cpu, [tf.config.LogicalDeviceConfiguration()] * replicas)
    real = tf.distribute.MirroredStrategy
    tf.distribute.MirroredStrategy = lambda: real([f"CPU:{i}" for i in range(replicas)])
from helpers.tiny_keras import saved, train
from helpers.training_jobs import Report
report = Report(lambda done, total: print(done, total, flush=True))
try:
    result = train(folder, report, strategy=strategy, epochs=epochs, batch=4)
except ModelError as error:
    print(error, file=sys.stderr)
    sys.exit(2)
saved(result, folder)
print(*report.lines, sep="\\n")
"""


def start(folder: Path, strategy: str, replicas: int = 1, **environment: str) -> Any:
    """A process that trains and leaves ``saved.safetensors``."""
    paths = os.pathsep.join([str(Path(__file__).parent), *sys.path])
    arguments = [sys.executable, "-c", CODE, strategy, str(replicas), str(EPOCHS), str(folder), paths]
    return subprocess.Popen(
        arguments,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, **environment},
    )


def cluster(folders: list[Path]) -> list[Any]:
    """Workers on this machine, each with a folder of its own."""
    held = [socket.socket() for _ in folders]
    for each in held:
        each.bind(("127.0.0.1", 0))
    addresses = [f"127.0.0.1:{each.getsockname()[1]}" for each in held]
    for each in held:
        each.close()
    return [
        start(
            folder,
            "multi-worker",
            TF_CONFIG=json.dumps(
                {"cluster": {"worker": addresses}, "task": {"type": "worker", "index": index}}
            ),
        )
        for index, folder in enumerate(folders)
    ]


def finish(process: Any) -> str:
    """What it printed, once it has ended well."""
    out, err = process.communicate(timeout=240)
    assert process.returncode == 0, err[-3000:]
    return str(out)


def weights(folder: Path) -> dict[str, Any]:
    """The arrays of the saved model."""
    return safetensors.numpy.load_file(folder / "saved.safetensors")


def assert_close(one: dict[str, Any], other: dict[str, Any]) -> None:
    """Within 1e-5."""
    assert set(one) == set(other)
    for name, array in one.items():
        assert np.abs(array - other[name]).max() < 1e-5, name


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What one process on one device comes to."""
    folder = tmp_path_factory.mktemp("alone")
    finish(start(folder, "single"))
    return weights(folder)


@pytest.fixture(scope="module")
def workers(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, Any]]:
    """What each of two workers comes to."""
    folders = [tmp_path_factory.mktemp(f"worker{index}") for index in range(2)]
    for process in cluster(folders):
        assert "2 workers with" in finish(process)
    return [weights(folder) for folder in folders]


def test_replicas_come_to_what_one_device_does(alone: dict[str, Any], tmp_path: Path) -> None:
    """Each of two devices takes half of the rows, dropout masks included."""
    said = finish(start(tmp_path, "mirrored", replicas=2))
    assert "2 replicas" in said
    assert_close(weights(tmp_path), alone)


def test_two_workers_end_with_equal_weights(alone: dict[str, Any], workers: list[dict[str, Any]]) -> None:
    """Equal to each other bit for bit, and to one process within 1e-5."""
    one, other = workers
    assert all(np.array_equal(one[name], other[name]) for name in one)
    assert_close(one, alone)


def test_a_worker_may_be_killed_and_started_again(workers: list[dict[str, Any]], tmp_path: Path) -> None:
    """The other ends with one line; started again, both go on from their checkpoints to the same end."""
    folders = [tmp_path / "0", tmp_path / "1"]
    first, second = cluster(folders)
    while not (folders[1] / "training.previous").exists():
        assert second.poll() is None, second.communicate()[1][-3000:]
        time.sleep(0.02)
    second.send_signal(signal.SIGKILL)
    _, error = first.communicate(timeout=240)
    assert first.returncode == 2
    assert "start all of them again" in error.splitlines()[-1]
    second.communicate()
    for process in cluster(folders):
        assert "resuming after epoch" in finish(process)
    end = weights(folders[0])
    assert all(np.array_equal(end[name], workers[0][name]) for name in end)


@pytest.mark.parametrize(
    ("config", "reason"),
    [
        ("", "is not set"),
        ("{", "cannot be used"),
        ('{"cluster": {"worker": ["a:1"]}, "task": {"type": "worker", "index": 1}}', "of 1 workers"),
        ('{"cluster": {"worker": ["a:1"], "ps": ["b:1"]}, "task": {"type": "worker", "index": 0}}', "task"),
    ],
)
def test_a_cluster_that_is_none_is_one_line(
    config: str, reason: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With an example of what TF_CONFIG should be."""
    monkeypatch.setenv("TF_CONFIG", config)
    with pytest.raises(ModelError, match=reason) as caught:
        train(tmp_path, None, None, strategy="multi-worker")
    assert "\n" not in str(caught.value)
    assert "host1:12345" in str(caught.value)
