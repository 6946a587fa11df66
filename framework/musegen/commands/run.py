"""The command ``musegen run``."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from musegen.commands.console import report_faults, say
from musegen.commands.flags import TOO_FEW, add_pipeline, add_quiet
from musegen.protocols.commands import Command
from musegen.words import counted

if TYPE_CHECKING:
    from musegen.run.results import Run


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments and flags of ``musegen run`` and ``musegen train``."""
    add_pipeline(parser, "the pipeline file; `musegen init` writes one")
    add_quiet(parser)


def say_where(what: str, run: Run) -> None:
    """Print the one line on standard output, which says where the results are."""
    picture = f", {run.picture.name}" if run.picture else ""
    print(f"{what}{picture} and run.json are in {run.folder}")


def _run(options: argparse.Namespace) -> int:
    from musegen.api.pipelines import load
    from musegen.progress import Console, Lines, Silent

    report_faults()
    pipeline = load(options.file, options.set, reporter=Lines(say))
    run = pipeline.run(Silent() if options.quiet else Console())
    suffixes = sorted({suffix for tune in run.tunes for suffix in tune.files})
    valid = sum(tune.valid for tune in run.tunes)
    of_them = "" if valid == len(run.tunes) else f", {valid or 'none'} of them valid"
    say_where(f"{counted(len(run.tunes), 'tune')}{of_them} ({', '.join(suffixes)})", run)
    return TOO_FEW if of_them and pipeline.plan.sample.keep == "valid" else 0


COMMAND = Command(
    "run", "run a pipeline: read tunes, train a model, write and render new tunes", add_arguments, _run
)
