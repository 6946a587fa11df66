"""The command ``musegen init``."""

from __future__ import annotations

import argparse
from pathlib import Path

from musegen.commands.console import report_faults
from musegen.errors import MusegenError
from musegen.protocols.commands import Command


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "file",
        type=Path,
        nargs="?",
        default=Path("pipeline.toml"),
        metavar="FILE",
        help="file to write (default: pipeline.toml)",
    )


def _run(options: argparse.Namespace) -> int:
    from musegen.pipeline.example import example_pipeline
    from musegen.plugins.registry import installed_plugins

    report_faults()
    text = example_pipeline(installed_plugins())
    try:
        with options.file.open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError:
        raise MusegenError(f"{options.file}: exists; name another file: musegen init FILE") from None
    print(f"{options.file} is written; `musegen run {options.file}` runs it")
    return 0


COMMAND = Command("init", "write a new pipeline file with every option explained", _add_arguments, _run)
