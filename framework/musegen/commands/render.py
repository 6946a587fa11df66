"""The command ``musegen render``."""

from __future__ import annotations

import argparse
from pathlib import Path

from musegen.commands.console import report_faults
from musegen.commands.flags import add_output, add_plugin, renderer_names
from musegen.protocols.commands import Command


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("files", type=Path, nargs="+", metavar="FILE", help="file or folder of tunes")
    parser.add_argument("--force", action="store_true", help="replace files in DIR")
    add_plugin(parser)
    add_output(parser, "rendered")


def _run(options: argparse.Namespace) -> int:
    from musegen.api.rendering import render
    from musegen.progress import Console

    report_faults()
    made = render(
        options.files,
        options.output,
        renderer_names(options.to),
        reporter=Console(),
        force=options.force,
        plugins=options.plugin,
    )
    failed = f"; failed: {len(made.failed)}" if made.failed else ""
    print(f"tunes rendered to {made.folder}: {made.rendered}{failed}")
    return 1 if made.failed else 0


COMMAND = Command("render", "write the tunes of some files as sound, score or text", _add_arguments, _run)
