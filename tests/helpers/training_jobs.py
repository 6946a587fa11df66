"""Tiny datasets and jobs for the tests of models."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from musegen import JSON, Dataset, Tokens, TrainingJob, Vocabulary

VOCABULARY = Vocabulary("abcdefg|\n")
ABOUT: dict[str, JSON] = {"model": {"name": "tested", "version": 1}}


def tunes(count: int, seed: int, longest: int = 40) -> tuple[Tokens, ...]:
    """Random tunes with their marks."""
    rng = np.random.default_rng(seed)
    bodies = [rng.integers(2, len(VOCABULARY), rng.integers(1, longest)) for _ in range(count)]
    return tuple(np.array([0, *body, 1], np.int32) for body in bodies)


def dataset(train: int = 9, validation: int = 3) -> Dataset:
    """So many random tunes."""
    return Dataset(VOCABULARY, tunes(train, 1), tunes(validation, 2))


@dataclass
class Report:
    """Keeps what a training reports, and calls ``watch`` at each advance."""

    watch: Callable[[int, int], None] = lambda done, total: None
    notes: list[str] = field(default_factory=list)
    steps: list[tuple[int, int]] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)

    def advance(self, done: int, total: int, note: str = "") -> None:
        """Keep the step and its note."""
        self.steps.append((done, total))
        self.notes.append(note)
        self.watch(done, total)

    def say(self, line: str) -> None:
        """Keep the line."""
        self.lines.append(line)


def job(checkpoints: Path, report: Report | None = None, seed: int = 5) -> TrainingJob:
    """A job whose checkpoints go into a folder, made if need be."""
    checkpoints.mkdir(parents=True, exist_ok=True)
    return TrainingJob(seed, checkpoints, report or Report(), ABOUT)
