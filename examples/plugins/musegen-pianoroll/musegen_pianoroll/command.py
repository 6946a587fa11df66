"""``musegen piano-roll``: the picture of a tune, without a pipeline."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from musegen import Command, MusegenError


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the file of tunes, the number of a tune in it, and the path of its picture."""
    parser.add_argument("file", type=Path, metavar="FILE", help="tunes, such as jigs.abc")
    parser.add_argument("--tune", type=int, default=1, metavar="N", help="the N-th tune (default: 1)")
    parser.add_argument("-o", "--output", type=Path, required=True, metavar="OUT", help="such as tune.svg")
    parser.add_argument("--force", action="store_true", help="write over OUT")


def run(options: argparse.Namespace) -> int:
    """Draw the tune. Raises MusegenError where the file lacks it, or where the picture exists already."""
    from musegen import Lines, installed_plugins, read_tunes
    from musegen_pianoroll.picture import PianoRoll
    from musegen_pianoroll.plugin import PianoRollOptions

    told = Lines(lambda line: print(line, file=sys.stderr))
    tunes = list(read_tunes(options.file, reporter=told))
    if not 1 <= options.tune <= len(tunes):
        raise MusegenError(f"{options.file}: has no tune {options.tune}; it holds {len(tunes)}")
    if options.output.exists() and not options.force:
        raise MusegenError(f"{options.output}: exists; name another file or add --force")
    tune = tunes[options.tune - 1]
    score = installed_plugins().build("notation", tune.notation).parse(tune)
    PianoRoll(PianoRollOptions()).render(score, options.output)
    print(f"{options.output}: {score.title or 'untitled'}")
    return 0


COMMAND = Command("piano-roll", "draw a tune as a piano roll", add_arguments, run)
