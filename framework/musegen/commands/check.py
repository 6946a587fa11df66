"""The command ``musegen check``."""

from __future__ import annotations

import argparse

from musegen.commands.console import report_faults, say
from musegen.commands.flags import add_pipeline
from musegen.protocols.commands import Command


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    add_pipeline(parser, "the pipeline file to check")


def _run(options: argparse.Namespace) -> int:
    from musegen.api.pipelines import load
    from musegen.progress import Lines

    report_faults()
    load(options.file, options.set, reporter=Lines(say))
    print(f"{options.file}: no mistake found")
    return 0


COMMAND = Command("check", "check a pipeline file and list all its mistakes", _add_arguments, _run)
