"""Flags that several commands have."""

from __future__ import annotations

import argparse
from pathlib import Path


def add_pipeline(parser: argparse.ArgumentParser, help: str | None = None) -> None:
    """The pipeline's file, and ``--set``."""
    parser.add_argument("file", type=Path, metavar="PIPELINE", help=help)
    parser.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="TABLE.KEY=VALUE",
        help="override a key for this once, as sample.temperature=1.1 or corpus.0.paths=['a.abc']",
    )


def add_quiet(parser: argparse.ArgumentParser) -> None:
    """``--quiet``."""
    parser.add_argument("--quiet", "-q", action="store_true", help="say nothing but the result's place")


def add_plugin(
    parser: argparse.ArgumentParser, what: str = "a plugin's Python file, to use besides what is installed"
) -> None:
    """``--plugin FILE``, which may be given again."""
    parser.add_argument("--plugin", action="append", default=[], type=Path, metavar="FILE", help=what)


OF_A_MODEL = "a plugin's Python file that the model's pipeline named"
"""What ``--plugin`` is of a command that takes a model."""


def add_output(parser: argparse.ArgumentParser, folder: str) -> None:
    """Renderers, and the folder that they write to."""
    parser.add_argument(
        "--to",
        default="midi,wav",
        help="renderers, separated by commas (default: midi,wav)",
    )
    parser.add_argument(
        "-o", "--output", type=Path, default=Path(folder), metavar="DIR", help=f"default: {folder}"
    )


def renderer_names(to: str) -> list[str]:
    """What ``--to`` names."""
    return [name.strip() for name in to.split(",") if name.strip()]
