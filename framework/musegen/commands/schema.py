"""The command ``musegen schema``."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from musegen.commands.console import report_faults, say
from musegen.protocols.commands import Command


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "file",
        type=Path,
        nargs="?",
        metavar="PIPELINE",
        help="a pipeline file whose plugin files are included",
    )


def _run(options: argparse.Namespace) -> int:
    from musegen.pipeline.schema import pipeline_schema
    from musegen.plugins.registry import installed_plugins

    report_faults()
    plugins = installed_plugins()
    if options.file:
        from musegen.pipeline.plan import pipeline_plugins

        plugins = pipeline_plugins(plugins, options.file, say)
    print(json.dumps(pipeline_schema(plugins), indent=2, ensure_ascii=False))
    return 0


COMMAND = Command("schema", "print the JSON Schema of pipeline files, for editors", _add_arguments, _run)
