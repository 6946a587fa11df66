"""``musegen compare``."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from musegen.protocols.commands import Command


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("first", type=Path, metavar="RUN", help="a run folder")
    parser.add_argument("second", type=Path, metavar="RUN")
    parser.add_argument("--json", action="store_true", help="as JSON")


def _run(options: argparse.Namespace) -> int:
    from musegen.run.comparison import compare

    found = compare(options.first, options.second)
    if options.json:
        print(json.dumps(found.state(), indent=2, ensure_ascii=False))
        return 0
    for warning in found.warnings:
        print(warning, file=sys.stderr)
    print(found)
    return 0


COMMAND = Command("compare", "say how far apart two runs are on the same test tunes", _add_arguments, _run)
