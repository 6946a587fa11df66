"""``musegen check``."""

from __future__ import annotations

import argparse

from musegen.commands.console import report_faults, say
from musegen.commands.flags import add_pipeline
from musegen.protocols.commands import Command


def _run(options: argparse.Namespace) -> int:
    from musegen.api.pipelines import load
    from musegen.progress import Lines

    report_faults()
    load(options.file, options.set, reporter=Lines(say))
    print(f"{options.file}: no mistake found")
    return 0


COMMAND = Command("check", "report every mistake in a pipeline at once", add_pipeline, _run)
