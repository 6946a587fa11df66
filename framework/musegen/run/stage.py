"""The base class of the stages of a run: key, work, files, messages and published results."""

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
    """Facts about a finished stage."""

    key: str
    """Key of its result."""
    cached: bool
    """Whether the result of an earlier run was used."""
    seconds: float
    """Time that the stage took."""

    def state(self) -> dict[str, JSON]:
        """The entry for ``run.json``."""
        return {"key": self.key, "seconds": round(self.seconds, 3), "cached": self.cached}


@dataclass
class Top:
    """The results at the top of a run folder: files that people look at, and the content of ``run.json``."""

    files: dict[str, Path | bytes] = field(default_factory=dict)
    """Content of each file, or the stage's file that has it, by the name below the run folder."""
    report: dict[str, Any] = field(default_factory=dict)
    """Entries of ``run.json``."""
    remarks: list[str] = field(default_factory=list)
    """Lines for the user, such as the reason why a file is missing."""


class Stage(ABC):
    """One stage of a run. Everything about a stage is in its subclass.

    A stage is given the stages whose results it uses. Each of them offers its result as a property, which
    loads the saved result when it is first used. If nothing changed, nothing is loaded.
    """

    name: ClassVar[str]
    """Name of the stage in messages, in ``run.json`` and in the name of its folder."""
    table: ClassVar[tuple[str, ...]] = ()
    """The table of a pipeline that says how the stage works, if there is one: it is named in its errors."""
    version: ClassVar[int]
    """Version of musegen's own part of the work. Raise it when the same inputs give another result."""

    def __init__(self, plan: Plan, storage: RunFolder) -> None:
        self.plan, self.storage = plan, storage
        self.finished: Finished | None = None

    @abstractmethod
    def depends_on(self) -> dict[str, JSON]:
        """Everything that the result depends on, except for the stage's name and version."""

    @abstractmethod
    def build(self, folder: Path, progress: Progress) -> None:
        """Do the work and write the result to ``folder``, which may have files of an interrupted run."""

    def describe(self) -> str:
        """The result in a few words."""
        return "done"

    def check(self, reporter: Reporter) -> None:  # noqa: B027 (most stages have nothing to check)
        """Check before any long work that this stage can do its work, and warn of bad results.

        Raises MusegenError if it cannot.
        """

    def publish(self, top: Top) -> None:  # noqa: B027 (nor need they show anything)
        """Add the parts of the result that people should see to ``top``."""

    @cached_property
    def inputs(self) -> dict[str, JSON]:
        """Everything that the result depends on. The key is a digest of it."""
        return {"stage": [self.name, self.version], **self.depends_on()}

    @cached_property
    def key(self) -> str:
        """Key of the result, sixteen hexadecimal digits. It is known before the result is made."""
        return content_key(self.inputs)

    @property
    def folder(self) -> Path:
        """The folder where the result is, or will be."""
        return self.storage.folder(self.name, self.key)

    @property
    def is_made(self) -> bool:
        """Whether the result exists."""
        return self.storage.has(self.name, self.key)

    def bring(self, reporter: Reporter) -> None:
        """Find or make the result, report it, and call the plugins that observe runs. Raises MusegenError."""
        started = time.monotonic()
        cached = self.is_made
        if not cached:
            self.make(reporter.begin(self.name))
        self.finished = Finished(self.key, cached, time.monotonic() - started)
        how = "reused" if cached else f"{self.finished.seconds:.1f} s"
        reporter.finish(self.name, f"{self.describe()} ({how})")
        self.plan.plugins.stage_finished(self.name, self.folder, cached)

    def make(self, progress: Progress) -> None:
        """Make the result, or continue the work of an interrupted run."""
        for line in self.storage.other_work(self.name, self.key, self.inputs):
            progress.say(line)
        self.storage.make(self.name, self.key, self.inputs, lambda folder: self.build(folder, progress))
