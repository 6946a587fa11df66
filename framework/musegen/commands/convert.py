"""The command ``musegen convert``."""

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
        help="file to write; its suffix decides what is written: .abc, .mid, .wav, .musicxml, ...",
    )
    parser.add_argument("--tune", type=int, metavar="N", help="convert only the N-th tune, counted from 1")
    moved = parser.add_mutually_exclusive_group()
    moved.add_argument(
        "--key", default="", help="transpose every tune to this tonic, such as D or Bb; its mode stays"
    )
    moved.add_argument(
        "--semitones", type=int, default=0, help="transpose every tune by so many semitones, down if negative"
    )
    parser.add_argument(
        "--strict", action="store_true", help="stop at the first mistake in a tune, instead of tolerating it"
    )
    parser.add_argument("--force", action="store_true", help="replace OUT if it exists")
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
    failed = f"; failed: {len(made.failed)}" if made.failed else ""
    print(f"{made.path}: {counted(made.tunes, 'tune')}{failed}")
    return 1 if made.failed else 0


COMMAND = Command("convert", "convert a file of tunes to another kind, or transpose it", _add_arguments, _run)
