"""Messages of the commands on standard error."""

from __future__ import annotations

import sys


def say(line: str) -> None:
    """Write a line to standard error that begins with ``musegen:``."""
    print(f"musegen: {line}", file=sys.stderr)


def tell(line: str) -> None:
    """Write a line to standard error as it is."""
    print(line, file=sys.stderr)


def report_faults() -> None:
    """Write a line for each installed plugin that cannot be used."""
    from musegen.plugins.registry import installed_plugins

    for fault in installed_plugins().faults:
        say(fault)
