"""What the studies share: the collections at hand, a flag that chooses among them, and rows of a table.

Imported first, it lets a study import the tests' helpers too.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2] / "tests"))

from helpers.real_tunes import collections
from musegen import Tune


def flags(description: str | None) -> argparse.ArgumentParser:
    """A parser with ``--only``; ``description`` is the study's docstring."""
    parser = argparse.ArgumentParser(
        description=description, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--only", metavar="COLLECTION", nargs="+", default=[], help="such as irish.abc; default: all at hand"
    )
    return parser


def chosen(arguments: argparse.Namespace) -> Iterator[tuple[str, list[Tune]]]:
    """Name and tunes of each collection that ``--only`` names, or of all; exits where none is at hand."""
    none = True
    for found in collections(*arguments.only):
        none = False
        yield found
    if none:
        sys.exit(
            f"{', '.join(arguments.only) or 'real tunes'}: not at hand; set MUSEGEN_NOTTINGHAM to the folder "
            "of the Nottingham files, or install music21 or mitdeeplearning, which bring tunes along"
        )


class Given:
    """A reader of tunes at hand."""

    def __init__(self, tunes: Sequence[Tune]) -> None:
        self._tunes = tunes

    def sources(self) -> list[Path]:
        """None: nothing is cached here."""
        return []

    def read(self, report: Callable[[str], None]) -> Iterator[Tune]:
        """The tunes."""
        return iter(self._tunes)


def head(*columns: str) -> None:
    """Prints the head of a table in Markdown."""
    row(*columns)
    print(f"{'|---' * len(columns)}|", flush=True)


def row(*cells: object) -> None:
    """Prints a row of it."""
    print(f"| {' | '.join(map(str, cells))} |", flush=True)
