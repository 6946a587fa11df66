"""The command ``musegen train``."""

from __future__ import annotations

import argparse

from musegen.commands.console import report_faults, say
from musegen.commands.run import add_arguments, say_where
from musegen.protocols.commands import Command


def _run(options: argparse.Namespace) -> int:
    from musegen.api.pipelines import load
    from musegen.progress import Console, Lines, Silent

    report_faults()
    pipeline = load(options.file, options.set, reporter=Lines(say))
    run = pipeline.train(Silent() if options.quiet else Console())
    say_where(run.model.name, run)
    return 0


COMMAND = Command("train", "run a pipeline only up to the trained model", add_arguments, _run)
