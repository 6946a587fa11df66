"""Measures how fast models are trained, beside plain Keras and torch; nothing is asserted.

The tools alternate in paired rounds, Keras and musegen in one process, torch in another.
"""

from __future__ import annotations

import multiprocessing
import os
from multiprocessing.connection import Connection
from unittest import mock

import pytest

from contenders import answered
from helpers.needs import lack
from paired import Contender, absent, compare, table
from peers_training import Network, peers

ROUNDS = 5
SECONDS = 1.0
"""Seconds that a contender takes in a round, at least."""
NETWORKS = {
    "lstm-512": Network(90, 256, (512,), 64, 100),
    "lstm-256": Network(90, 64, (256,), 64, 48),
    "two-layers": Network(90, 256, (512, 512), 64, 100),
}
TOOLS = {"keras": ("tensorflow", "keras"), "torch": ("torch",)}
"""The tools, and the modules that each needs."""
GOALS = {"Keras LSTM": 1.9, "torch nn.LSTM": 1.4}


def serve(connection: Connection, tool: str, network: Network) -> None:
    """The child process: names its contenders, then takes a step of the one that it is asked for."""
    steps = peers(tool, network)
    connection.send(list(steps))
    while True:
        try:
            name = connection.recv()
        except EOFError:
            return
        connection.send(steps[name]())


def contender(connection: Connection, name: str, network: Network) -> Contender:
    """A contender in a child process."""

    def run(tokens: int) -> None:
        connection.send(name)
        answered(connection, name)

    return Contender(name, network.tokens, run)


@pytest.mark.parametrize("name", NETWORKS)
def test_training(name: str, quick: bool, tables: list[str]) -> None:
    """One paired run."""
    if absent(*TOOLS["keras"]):
        lack("musegen[keras]")
    pytest.importorskip("musegen_training", reason="needs the compiled extension", exc_type=ImportError)
    network, found, missing, children = NETWORKS[name], [], [], []
    rounds, seconds = (1, 0.0) if quick else (ROUNDS, SECONDS)
    spawn = multiprocessing.get_context("spawn")
    try:
        for tool, modules in TOOLS.items():
            if lacking := absent(*modules):
                missing.append(f"{tool}: left out, {lacking} not installed")
                continue
            ours, theirs = spawn.Pipe()
            child = spawn.Process(target=serve, args=(theirs, tool, network), daemon=True)
            quiet = {"KERAS_BACKEND": "tensorflow", "TF_CPP_MIN_LOG_LEVEL": "3", "CUDA_VISIBLE_DEVICES": "-1"}
            with mock.patch.dict(os.environ, quiet | {"OMP_NUM_THREADS": str(network.threads)}):
                child.start()
            theirs.close()
            children.append((child, ours))
            found += [contender(ours, each, network) for each in answered(ours, tool)]
        results = compare(found, rounds, seconds)
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
    title = f"Training {network}, {rounds} paired round{'s'[: rounds > 1]}"
    tables.append("\n".join([table(title, results, "Keras LSTM", missing), *goals]))
