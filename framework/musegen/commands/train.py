"""``musegen train``."""

from __future__ import annotations

import argparse

from musegen.commands.console import report_faults
from musegen.commands.run import add_arguments, say_where
from musegen.protocols.commands import Command


def _run(options: argparse.Namespace) -> int:
    from musegen.api.pipelines import load
    from musegen.progress import Console, Silent

    report_faults()
    reporter = Silent() if options.quiet else Console()
    run = load(options.file, options.set, reporter.say).train(reporter)
    say_where(run.model.name, run)
    return 0


COMMAND = Command("train", "run a pipeline up to its trained model", add_arguments, _run)
