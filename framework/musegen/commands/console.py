"""What commands say, and the flag that several of them have."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path


def say(line: str) -> None:
    """Write a line to standard error, in musegen's name."""
    print(f"musegen: {line}", file=sys.stderr)


def tell(line: str) -> None:
    """Write a line to standard error as it is."""
    print(line, file=sys.stderr)


def report_faults() -> None:
    """A line for each plugin that was left out."""
    from musegen.plugins.registry import installed_plugins

    for fault in installed_plugins().faults:
        say(fault)


def add_plugin_flag(
    parser: argparse.ArgumentParser, what: str = "a plugin's Python file, to use besides what is installed"
) -> None:
    """Add ``--plugin FILE``, which may be given again."""
    parser.add_argument("--plugin", action="append", default=[], type=Path, metavar="FILE", help=what)
