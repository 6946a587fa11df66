"""Messages of the commands on standard error."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from musegen.run.new_tune import NewTune


def say(line: str) -> None:
    """Write a line to standard error that begins with ``musegen:``."""
    print(f"musegen: {line}", file=sys.stderr)


def tell(line: str) -> None:
    """Write a line to standard error as it is."""
    print(line, file=sys.stderr)


def print_tunes(folder: Path, tunes: Sequence[NewTune]) -> None:
    """Print new tunes as one JSON document: the folder, and what ``tunes.csv`` says of each."""
    document = {"folder": str(folder), "tunes": [tune.state() for tune in tunes]}
    print(json.dumps(document, indent=1, ensure_ascii=False))


def report_faults() -> None:
    """Write a line for each installed plugin that cannot be used."""
    from musegen.plugins.registry import installed_plugins

    for fault in installed_plugins().faults:
        say(fault)
