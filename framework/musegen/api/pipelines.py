"""``musegen.load``: a checked pipeline, ready to run."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from musegen.pipeline.plan import Plan, load_plan
from musegen.progress import Console, Reporter, chosen_reporter
from musegen.run.results import Run
from musegen.run.runner import run_plan


@dataclass(frozen=True)
class Pipeline:
    """A checked pipeline, ready to run."""

    plan: Plan
    """What its file says, typed."""

    def run(self, reporter: Reporter | None = None) -> Run:
        """Bring every stage to its result; what did not change is reused. Raises MusegenError.

        Progress goes to standard error unless ``reporter`` takes it elsewhere (:class:`musegen.Silent`).
        """
        return run_plan(self.plan, reporter or Console())

    def train(self, reporter: Reporter | None = None) -> Run:
        """As :meth:`run`, up to the trained model and its figures. Raises MusegenError."""
        return run_plan(self.plan, reporter or Console(), train_only=True)


def load(
    file: Path | str,
    overrides: Iterable[str] = (),
    report: Callable[[str], None] | None = None,
    *,
    reporter: Reporter | None = None,
) -> Pipeline:
    """The checked pipeline of a file; ``.run()`` runs it.

    ``overrides`` replace keys for this once: ``["sample.temperature=1.1"]``. ``reporter`` is told a line for
    each plugin file that the pipeline names, before it is run. ``report``, a function of a line, is
    deprecated. Raises PipelineError with a line for every mistake.
    """
    told = chosen_reporter(reporter, report)
    return Pipeline(load_plan(Path(file), overrides, report=told.say))
