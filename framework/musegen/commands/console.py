"""What commands say."""

from __future__ import annotations

import sys


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
