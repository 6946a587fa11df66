"""The contenders: musegen and the peers that are installed, each tool in a process of its own.

So each tool has the threads it was given, and no thread pool, allocator or instruction set of one tool can
disturb another.
"""

from __future__ import annotations

import importlib
import multiprocessing
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from multiprocessing.connection import Connection
from typing import Any
from unittest import mock

import numpy as np

from musegen_sampling import LSTMWeights, Sampler
from musegen_sampling.precision import PRECISIONS, Precision
from paired import Contender, absent
from roofline import read_limits

TOOLS: Mapping[str, tuple[str, ...]] = {
    "musegen": (),
    "roofline": ("musegen_sampling._sampling",),
    "numpy": (),
    "onnx": ("onnx", "onnxruntime"),
    "torch": ("torch",),
    "tensorflow": ("tensorflow", "keras"),
}
"""The tools, and the modules that each needs. The last four have a module ``peers_...``."""
TUNE = 400
"""Number of tokens of a tune that musegen draws in one call, about as many as a real tune has."""
TUNE_IN_BATCH = 100
"""Number of tokens of each tune in a batch, fewer so that the batch does not take seconds."""


@dataclass(frozen=True, slots=True)
class Shape:
    """Embedding (0: one-hot input) → LSTMs → Dense."""

    vocabulary: int
    embedding: int
    units: tuple[int, ...]

    def __str__(self) -> str:
        first = (
            f"Embedding({self.vocabulary} × {self.embedding})"
            if self.embedding
            else f"one-hot({self.vocabulary})"
        )
        layers = [f"LSTM({units})" for units in self.units]
        return " → ".join([first, *layers, f"Dense({self.vocabulary})"])

    def weights(self) -> LSTMWeights:
        """Random weights as large as trained ones, the same each time."""
        generator = np.random.default_rng(0)

        def normal(scale: float, *shape: int) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
            return (scale * generator.standard_normal(shape)).astype(np.float32)

        embedding = normal(1, self.vocabulary, self.embedding) if self.embedding else None
        layers, inputs = [], self.embedding or self.vocabulary
        for units in self.units:
            bias = np.repeat(np.array([0, 1, 0, 0], np.float32), units)
            kernel, recurrent_kernel = (
                normal(inputs**-0.5, inputs, 4 * units),
                normal(units**-0.5, units, 4 * units),
            )
            layers.append((kernel, recurrent_kernel, bias))
            inputs = units
        symbols = [chr(0x100 + token) for token in range(self.vocabulary)]
        dense = normal(4 * inputs**-0.5, inputs, self.vocabulary), normal(0.1, self.vocabulary)
        return LSTMWeights(symbols, embedding, layers, *dense)


@dataclass(frozen=True, slots=True)
class Setting:
    """The model to sample, and how."""

    shape: Shape
    batch: int = 1
    threads: int = 2
    isa: str = ""
    """Kernel target that musegen is made to use, and OpenBLAS for ``avx2``; empty: the best."""

    @property
    def environment(self) -> Mapping[str, str]:
        """The environment variables that tools read once, when they are loaded."""
        pools = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
        variables = dict.fromkeys(pools, str(self.threads))
        variables |= {
            "KERAS_BACKEND": "tensorflow",
            "TF_CPP_MIN_LOG_LEVEL": "3",
            "CUDA_VISIBLE_DEVICES": "-1",
        }
        if self.isa:
            variables["MUSEGEN_ISA"] = self.isa
        if self.isa == "avx2":
            variables["OPENBLAS_CORETYPE"] = "Haswell"
        return variables


def musegen(setting: Setting, weights: LSTMWeights) -> list[Contender]:
    """One call for a tune, or for a batch of them, in each precision."""

    def contender(precision: Precision) -> Contender:
        sampler = Sampler(weights, threads=setting.threads, precision=precision)
        prime = np.zeros(1, np.int32)
        length = TUNE if setting.batch == 1 else TUNE_IN_BATCH

        def run(tokens: int) -> None:
            for first in range(0, tokens // length, setting.batch):
                if setting.batch == 1:
                    sampler.generate(prime, length, seed=first)
                else:
                    seeds = range(first, first + setting.batch)
                    sampler.generate_many([prime] * setting.batch, length, seeds=seeds)

        return Contender(f"musegen, {precision}", length * setting.batch, run)

    return [contender(precision) for precision in PRECISIONS]


def build(tool: str, setting: Setting) -> list[Contender]:
    """The contenders of one tool."""
    weights = setting.shape.weights()
    if tool == "musegen":
        return musegen(setting, weights)
    if tool == "roofline":
        return read_limits(weights, setting.threads, setting.isa)
    module = importlib.import_module(f"peers_{tool}")
    peers = module.peers(weights, setting.batch, setting.threads)
    return [peer.contender() for peer in peers]


def serve(connection: Connection, tool: str, setting: Setting) -> None:
    """The child process: names its contenders, then answers (number, tokens) with tokens/s."""
    try:
        contenders = build(tool, setting)
    except Exception as error:
        connection.send(RuntimeError(f"{tool}: {error!r}"))
        raise
    connection.send([(contender.name, contender.tokens) for contender in contenders])
    while True:
        try:
            number, tokens = connection.recv()
        except EOFError:
            return
        connection.send(replace(contenders[number], tokens=tokens).rate())


@contextmanager
def contenders(setting: Setting, tools: Sequence[str]) -> Iterator[tuple[list[Contender], list[str]]]:
    """The contenders of these tools, and a line about each that is not installed."""
    spawn = multiprocessing.get_context("spawn")
    found: list[Contender] = []
    missing: list[str] = []
    children = []
    try:
        for tool in tools:
            if lacking := absent(*TOOLS[tool]):
                missing.append(f"{tool}: left out, {lacking} not installed")
                continue
            ours, theirs = spawn.Pipe()
            child = spawn.Process(target=serve, args=(theirs, tool, setting), daemon=True)
            with mock.patch.dict(os.environ, setting.environment):
                child.start()
            theirs.close()
            children.append((child, ours))
            answer = answered(ours, tool)
            if isinstance(answer, Exception):
                raise answer
            for number, (name, tokens) in enumerate(answer):
                found.append(Contender(name, tokens, _Remote(ours, tool, number)))
        yield found, missing
    finally:
        for child, ours in children:
            ours.close()
            child.join(10)
            child.kill()


@dataclass(frozen=True, slots=True)
class _Remote:
    """``run`` of a contender in a child."""

    connection: Connection
    tool: str
    number: int

    def __call__(self, tokens: int) -> float:
        self.connection.send((self.number, tokens))
        rate: float = answered(self.connection, self.tool)
        return rate


def answered(connection: Connection, tool: str) -> Any:
    """The next message of a child. Raises RuntimeError where the child has ended."""
    try:
        return connection.recv()
    except EOFError:
        raise RuntimeError(f"the process of {tool} ended; what it said is above") from None
