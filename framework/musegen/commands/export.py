"""The command ``musegen export``."""

from __future__ import annotations

import argparse
from pathlib import Path

from musegen.commands.console import report_faults
from musegen.commands.flags import OF_A_MODEL, add_plugin
from musegen.protocols.commands import Command
from musegen.words import counted


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", type=Path, metavar="MODEL", help="a model.safetensors, or a .keras file")
    parser.add_argument("-o", "--output", type=Path, required=True, metavar="OUT", help="file to write")
    parser.add_argument(
        "--store",
        default="int8",
        help="how to store numbers: fp32, or int8, a quarter as large (default: int8)",
    )
    parser.add_argument(
        "--vocabulary",
        type=Path,
        metavar="FILE",
        help="for a .keras file: JSON file with its list of symbols, or the text that it was trained on, "
        "whose different characters, sorted, are the symbols",
    )
    parser.add_argument("--force", action="store_true", help="replace OUT if it exists")
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


COMMAND = Command("export", "make a model file smaller, or convert one from Keras", _add_arguments, _run)
