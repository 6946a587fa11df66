"""``musegen convert``."""

from __future__ import annotations

import argparse
from pathlib import Path

from musegen.commands.console import report_faults, tell
from musegen.commands.flags import add_plugin
from musegen.protocols.commands import Command
from musegen.words import counted


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", type=Path, metavar="IN", help="tunes: .abc, or .mus in Foxley's format")
    parser.add_argument(
        "-o",
        "--output",
        type=Path,
        required=True,
        metavar="OUT",
        help="such as tune.abc, tune.mid, tune.wav or tune.musicxml: its suffix tells what is written",
    )
    parser.add_argument("--tune", type=int, metavar="N", help="the N-th tune alone")
    moved = parser.add_mutually_exclusive_group()
    moved.add_argument("--key", default="", help="tonic to bring every tune to, by the shortest way: D, Bb")
    moved.add_argument("--semitones", type=int, default=0, help="how far to transpose every tune")
    parser.add_argument("--strict", action="store_true", help="refuse what would be read as meant")
    parser.add_argument("--force", action="store_true", help="write over OUT")
    add_plugin(parser)


def _run(options: argparse.Namespace) -> int:
    from musegen.api.conversion import convert
    from musegen.progress import Lines

    report_faults()
    made = convert(
        options.file,
        options.output,
        tonic=options.key,
        semitones=options.semitones,
        strict=options.strict,
        number=options.tune,
        force=options.force,
        plugins=options.plugin,
        reporter=Lines(tell),
    )
    print(f"{made.path}: {counted(made.tunes, 'tune')}")
    return 0


COMMAND = Command("convert", "convert a file of tunes, or transpose it", _add_arguments, _run)
