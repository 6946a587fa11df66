"""The command ``musegen compare``."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from musegen.protocols.commands import Command


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("first", type=Path, metavar="RUN_A", help="folder of the first run")
    parser.add_argument("second", type=Path, metavar="RUN_B", help="folder of the second run")
    parser.add_argument("--json", action="store_true", help="print the comparison as JSON")


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


COMMAND = Command("compare", "compare the losses of two runs on the same test tunes", _add_arguments, _run)
