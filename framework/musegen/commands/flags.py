"""Arguments and flags that several commands have."""

from __future__ import annotations

import argparse
from pathlib import Path


def add_pipeline(parser: argparse.ArgumentParser, help: str) -> None:
    """Add the argument for the pipeline's file, and ``--set``."""
    parser.add_argument("file", type=Path, metavar="PIPELINE", help=help)
    parser.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="TABLE.KEY=VALUE",
        help="use another value for a key of the file, such as sample.temperature=1.1 or "
        "corpus.0.paths=['a.abc']; may be given several times",
    )


def add_quiet(parser: argparse.ArgumentParser) -> None:
    """Add the flag ``--quiet``."""
    parser.add_argument(
        "--quiet",
        "-q",
        action="store_true",
        help="show no progress, only where the results are and what should not be missed",
    )


def add_json(parser: argparse.ArgumentParser, what: str) -> None:
    """Add the flag ``--json``, with which the command prints ``what`` and nothing else."""
    parser.add_argument("--json", action="store_true", help=f"print {what} as JSON, for programs")


def add_plugin(
    parser: argparse.ArgumentParser,
    what: str = "Python file of a plugin to use in addition to the installed ones",
) -> None:
    """Add the flag ``--plugin FILE``, which may be given several times."""
    parser.add_argument("--plugin", action="append", default=[], type=Path, metavar="FILE", help=what)


OF_A_MODEL = "Python file of a plugin that the model needs and that is not installed"
"""Help for ``--plugin`` of a command that takes a model."""


TOO_FEW = 1
"""Exit code where fewer valid tunes were found than were asked for."""
RENDERERS = "midi,wav"
"""What is rendered where nothing else is asked for."""


def add_output(parser: argparse.ArgumentParser, folder: str) -> None:
    """Add the flags for renderers and for the folder that they write to."""
    parser.add_argument(
        "--to",
        default=RENDERERS,
        help=f"renderers to use, separated by commas; `musegen plugins` lists them (default: {RENDERERS})",
    )
    parser.add_argument(
        "-o",
        "--output",
        type=Path,
        default=Path(folder),
        metavar="DIR",
        help=f"folder to write to (default: {folder})",
    )


def renderer_names(to: str) -> list[str]:
    """The names of renderers in the value of ``--to``."""
    return [name.strip() for name in to.split(",") if name.strip()]
