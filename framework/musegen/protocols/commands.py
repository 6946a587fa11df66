"""What a command of ``musegen`` is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import argparse

BUILT_IN = (
    *("run", "train", "check", "init", "schema", "plugins", "demo"),
    *("sample", "export", "convert", "corpus", "compare", "render"),
)
"""The commands of musegen itself, in the order of ``musegen --help``; a plugin's has another name."""


@dataclass(frozen=True, slots=True)
class Command:
    """A command of the command line: ``musegen NAME ...``.

    Its functions import what is heavy when they are called.
    """

    name: str
    """How users call it: lower-case letters, digits and hyphens, beginning with a letter."""
    help: str
    """What it does, in one line for ``musegen --help``."""
    add_arguments: Callable[[argparse.ArgumentParser], None]
    """Adds arguments and flags to the command's own parser."""
    run: Callable[[argparse.Namespace], int]
    """Does the work with the arguments given and returns the exit code, 0 where all is well.

    A MusegenError out of it is shown as one line, exit code 2; other exceptions count as bugs and trace back.
    """
