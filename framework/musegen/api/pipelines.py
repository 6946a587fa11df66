"""``musegen.load``: reads and checks a pipeline, so that it can be run."""

from __future__ import annotations

import sys
import warnings
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

from musegen.pipeline.plan import Plan, load_plan
from musegen.progress import Console, Lines, Reporter, chosen_reporter
from musegen.run.results import Run
from musegen.run.runner import run_plan


@dataclass(frozen=True)
class Pipeline:
    """A checked pipeline, ready to run."""

    plan: Plan
    """The content of its file, as typed options."""

    def run(self, reporter: Reporter | None = None) -> Run:
        """Run every stage and return the results. A stage whose inputs did not change reuses its result.

        ``reporter`` gets progress and messages; by default they go to standard error, and
        :class:`musegen.Silent` ignores them. Raises MusegenError.
        """
        return run_plan(self.plan, reporter or Console())

    def train(self, reporter: Reporter | None = None) -> Run:
        """Run the stages up to the trained model and its losses, as :meth:`run` does. Raises MusegenError."""
        return run_plan(self.plan, reporter or Console(), train_only=True)


def load(
    file: Path | str,
    overrides: Iterable[str] = (),
    report: Callable[[str], None] | None = None,
    *,
    reporter: Reporter | None = None,
) -> Pipeline:
    """The checked pipeline of a file. Its method ``run()`` runs it.

    ``overrides`` replace keys of the file, as in ``["sample.temperature=1.1"]``. ``reporter`` gets a line for
    each plugin file that the pipeline names, before the code in it is run; without a reporter it is a
    UserWarning. ``report``, a function of one line, is deprecated. Raises PipelineError, which has a line for
    every mistake.
    """
    given = reporter is not None or report is not None
    told = chosen_reporter(reporter, report) if given else Lines(_warning_at(sys._getframe(1)))
    return Pipeline(load_plan(Path(file), overrides, report=told.say))


def _warning_at(caller: FrameType) -> Callable[[str], None]:
    """A function that warns of each line it gets, where the caller called, as often as it is called."""

    def warn(line: str) -> None:
        warnings.warn_explicit(line, UserWarning, caller.f_code.co_filename, caller.f_lineno)

    return warn
