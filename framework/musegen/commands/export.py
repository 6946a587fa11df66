"""``musegen export``."""

from __future__ import annotations

import argparse
from pathlib import Path

from musegen.commands.console import report_faults
from musegen.commands.flags import OF_A_MODEL, add_plugin
from musegen.protocols.commands import Command
from musegen.words import counted


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", type=Path, metavar="MODEL", help="a model.safetensors, or a .keras file")
    parser.add_argument("-o", "--output", type=Path, required=True, metavar="OUT")
    parser.add_argument("--store", default="int8", help="fp32, or int8: a quarter as large (default: int8)")
    parser.add_argument(
        "--vocabulary",
        type=Path,
        metavar="FILE",
        help="of a .keras file: its symbols as JSON, or the text whose sorted characters they are",
    )
    parser.add_argument("--force", action="store_true", help="write over OUT")
    add_plugin(parser, OF_A_MODEL)


def _run(options: argparse.Namespace) -> int:
    from musegen.api.exporting import export

    report_faults()
    made = export(
        options.file,
        options.output,
        options.store,
        vocabulary=options.vocabulary,
        force=options.force,
        plugins=options.plugin,
    )
    print(f"{made.path}: {counted(made.size, 'byte')}, {options.file} has {made.source_size:,}")
    return 0


COMMAND = Command("export", "store a model.safetensors otherwise, say in int8", _add_arguments, _run)
