"""A command of the command line, as musegen and its plugins describe it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import argparse

BUILT_IN = (
    *("run", "train", "check", "init", "schema", "plugins", "demo"),
    *("sample", "export", "convert", "corpus", "compare", "evaluate", "render"),
)
"""The commands of musegen itself, in the order of ``musegen --help``. A plugin cannot take these names."""


@dataclass(frozen=True, slots=True)
class Command:
    """A command of the command line: ``musegen NAME ...``.

    The module that makes it should import quickly: modules that are slow to import belong inside its
    functions.
    """

    name: str
    """The name that users type: lower-case letters, digits and hyphens, beginning with a letter."""
    help: str
    """One line for ``musegen --help`` that says what the command does."""
    add_arguments: Callable[[argparse.ArgumentParser], None]
    """A function that adds arguments and flags to the command's own parser."""
    run: Callable[[argparse.Namespace], int]
    """A function that does the work with the parsed arguments and returns the exit code, 0 for success.

    If it raises MusegenError, the user sees that one line and the exit code is 2. Any other exception counts
    as a bug and is shown with its traceback.
    """
