"""What every stage of a run has: a key, its work, its files, what it says and what it shows."""

from __future__ import annotations

import time
from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, ClassVar

from musegen.canonical import JSON, content_key
from musegen.pipeline.plan import Plan
from musegen.progress import Progress, Reporter
from musegen.storage import RunFolder


@dataclass(frozen=True, slots=True)
class Finished:
    """How a stage came by its result."""

    key: str
    cached: bool
    seconds: float

    def state(self) -> dict[str, JSON]:
        """What ``run.json`` says of it."""
        return {"key": self.key, "seconds": round(self.seconds, 3), "cached": self.cached}


@dataclass
class Top:
    """What people look at in a run folder: files under human names, and what ``run.json`` says."""

    files: dict[str, Path | bytes] = field(default_factory=dict)
    """Name below the run folder -> content, or the stage's file that has it."""
    report: dict[str, Any] = field(default_factory=dict)
    remarks: list[str] = field(default_factory=list)
    """Lines for the user, such as what is missing and why."""


class Stage(ABC):
    """One stage of a run. A subclass is all that musegen knows of it.

    It is given the stages whose results it takes; each of those offers its result as a property that loads
    what it saved, fresh or from before, when it is first asked for. Where nothing changed nothing is loaded.
    """

    name: ClassVar[str]
    """Its name in messages, in ``run.json`` and in the name of its folder."""
    version: ClassVar[int]
    """Raised when musegen's own part of the work gives another result for the same inputs."""

    def __init__(self, plan: Plan, storage: RunFolder) -> None:
        self.plan, self.storage = plan, storage
        self.finished: Finished | None = None

    @abstractmethod
    def depends_on(self) -> dict[str, JSON]:
        """All that decides the result, besides the stage's own name and version."""

    @abstractmethod
    def build(self, folder: Path, progress: Progress) -> None:
        """Do the work and leave the result in ``folder``, which may hold what an interrupted run left."""

    def describe(self) -> str:
        """What came out, in a few words."""
        return "done"

    def check(self, reporter: Reporter) -> None:  # noqa: B027 (most stages have nothing to check)
        """Refuse, before any long work, what this stage could not do; warn of what it will do badly.

        Raises MusegenError.
        """

    def publish(self, top: Top) -> None:  # noqa: B027 (nor need they show anything)
        """Add what people should see of the result."""

    @cached_property
    def inputs(self) -> dict[str, JSON]:
        """What the key is a digest of."""
        return {"stage": [self.name, self.version], **self.depends_on()}

    @cached_property
    def key(self) -> str:
        """Sixteen digits that stand for the result; known before it is made."""
        return content_key(self.inputs)

    @property
    def folder(self) -> Path:
        """Where the result is, or will be."""
        return self.storage.folder(self.name, self.key)

    @property
    def is_made(self) -> bool:
        """Whether the result is there, from now or before."""
        return self.storage.has(self.name, self.key)

    def bring(self, reporter: Reporter) -> None:
        """Find the result or make it, say what came out, and tell the observers. Raises MusegenError."""
        started = time.monotonic()
        cached = self.is_made
        if not cached:
            self.make(reporter.begin(self.name))
        self.finished = Finished(self.key, cached, time.monotonic() - started)
        how = "reused" if cached else f"{self.finished.seconds:.1f} s"
        reporter.finish(self.name, f"{self.describe()} ({how})")
        self.plan.plugins.stage_finished(self.name, self.folder, cached)

    def make(self, progress: Progress) -> None:
        """Make the result, or go on where an interrupted run stopped."""
        for line in self.storage.other_work(self.name, self.key, self.inputs):
            progress.say(line)
        self.storage.make(self.name, self.key, self.inputs, lambda folder: self.build(folder, progress))
