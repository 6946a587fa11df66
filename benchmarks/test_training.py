"""How fast models are trained, against plain Keras and torch. Nothing is asserted of it.

The tools alternate in paired rounds, Keras and musegen in one process, torch in another.
"""

from __future__ import annotations

import multiprocessing
import os
from multiprocessing.connection import Connection
from unittest import mock

import pytest

from paired import Contender, compare, table
from peers_training import Network, peers

ROUNDS = 5
SECONDS = 1.0
"""Of a contender in a round, at least."""
NETWORKS = {
    "lstm-512": Network(90, 256, (512,), 64, 100),
    "lstm-256": Network(90, 64, (256,), 64, 48),
    "two-layers": Network(90, 256, (512, 512), 64, 100),
}
GOALS = {"Keras LSTM": 1.9, "torch nn.LSTM": 1.4}


def serve(connection: Connection, tool: str, network: Network) -> None:
    """The child: says whom it has, then takes a step of the one that is named."""
    try:
        steps = peers(tool, network)
    except ImportError as error:
        connection.send(f"{tool}: left out, {error}")
        return
    connection.send(list(steps))
    while True:
        try:
            name = connection.recv()
        except EOFError:
            return
        connection.send(steps[name]())


def contender(connection: Connection, name: str, network: Network) -> Contender:
    """One in a child."""

    def run(tokens: int) -> None:
        connection.send(name)
        connection.recv()

    return Contender(name, network.tokens, run)


@pytest.mark.parametrize("name", NETWORKS)
def test_training(name: str, tables: list[str]) -> None:
    """One paired run."""
    network, found, missing, children = NETWORKS[name], [], [], []
    spawn = multiprocessing.get_context("spawn")
    for tool in ("keras", "torch"):
        ours, theirs = spawn.Pipe()
        child = spawn.Process(target=serve, args=(theirs, tool, network), daemon=True)
        quiet = {"KERAS_BACKEND": "tensorflow", "TF_CPP_MIN_LOG_LEVEL": "3", "CUDA_VISIBLE_DEVICES": "-1"}
        with mock.patch.dict(os.environ, quiet | {"OMP_NUM_THREADS": str(network.threads)}):
            child.start()
        theirs.close()
        children.append((child, ours))
        answer = ours.recv()
        if isinstance(answer, str):
            missing.append(answer)
        else:
            found += [contender(ours, each, network) for each in answer]
    try:
        if "musegen" not in {each.name for each in found}:
            pytest.skip("; ".join(missing))
        results = compare(found, ROUNDS, SECONDS)
    finally:
        for child, ours in children:
            ours.close()
            child.join(10)
            child.kill()
    goals = [
        f"  musegen ÷ {other:16}{results['musegen'].times(results[other]):6.2f}   goal for LSTM(512): {times}"
        for other, times in GOALS.items()
        if other in results
    ]
    title = f"Training {network}, {ROUNDS} paired rounds"
    tables.append("\n".join([table(title, results, "Keras LSTM", missing), *goals]))
