"""``musegen render``."""

from __future__ import annotations

import argparse
from pathlib import Path

from musegen.commands.console import report_faults
from musegen.commands.flags import add_output, renderer_names
from musegen.protocols.commands import Command


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("files", type=Path, nargs="+", metavar="FILE")
    parser.add_argument("--force", action="store_true", help="write over files in DIR")
    add_output(parser, "rendered")


def _run(options: argparse.Namespace) -> int:
    from musegen.api.rendering import render
    from musegen.progress import Console

    report_faults()
    rendered, failed = render(
        options.files, options.output, renderer_names(options.to), Console(), force=options.force
    )
    print(f"tunes rendered to {options.output}: {rendered}" + (f"; failed: {failed}" if failed else ""))
    return 1 if failed else 0


COMMAND = Command("render", "render every tune of some files", _add_arguments, _run)
