"""The command ``musegen evaluate``."""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from musegen.commands.console import report_faults
from musegen.commands.flags import add_plugin, add_quiet
from musegen.protocols.commands import Command

_OF_DRAWS = (
    "tunes",
    "temperature",
    "top_k",
    "top_p",
    "key",
    "metre",
    "rhythm",
    "start",
    "prime",
    "max_length",
    "rules",
)


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "what",
        nargs="+",
        metavar="WHAT",
        help="tunes: a run folder (its draws), a file or folder of tunes, a source as for `musegen corpus "
        "check`, or a model.safetensors, which draws tunes first",
    )
    parser.add_argument(
        "--against",
        metavar="WHAT",
        help="real tunes: a run folder (the tunes that it held out), or a source (default: the run that WHAT "
        "belongs to)",
    )
    parser.add_argument(
        "--part",
        choices=("test", "validation"),
        default="test",
        help="held-out tunes of a run to hold them against; validation is for choosing models (default: "
        "test)",
    )
    parser.add_argument("--seed", type=int, default=0, help="seed of draws and resampling (default: 0)")
    draws = parser.add_argument_group("draws of a model")
    draws.add_argument("-n", "--tunes", type=int, help="number of tunes to draw (default: 400)")
    draws.add_argument("--temperature", type=float, help="how boldly the model chooses (default: 1)")
    draws.add_argument("--top-k", type=int, help="number of likeliest tokens to choose from (default: all)")
    draws.add_argument("--top-p", type=float, help="choose from the likeliest tokens of this probability")
    for name in ("key", "metre", "rhythm", "start", "prime"):
        draws.add_argument(f"--{name}", help=f"as for `musegen sample --{name}`")
    draws.add_argument("--max-length", type=int, help="largest number of tokens in a tune")
    draws.add_argument(
        "--rules",
        action=argparse.BooleanOptionalAction,
        help="let the model write only what a valid tune can come of (default: it writes freely)",
    )
    parser.add_argument(
        "--checklist",
        action="store_true",
        help="print the five checks of the AI Music Generation Challenge for each new tune",
    )
    parser.add_argument("--json", action="store_true", help="print all figures as JSON instead of the table")
    parser.add_argument(
        "-o",
        "--output",
        type=Path,
        metavar="DIR",
        help="folder for evaluation.json, .csv and .html (default: evaluation); with several WHAT, a folder "
        "in it for each",
    )
    add_quiet(parser)
    add_plugin(parser)
    parser.set_defaults(output=Path("evaluation"))


def _run(options: argparse.Namespace) -> int:
    from musegen.api.evaluating import evaluate
    from musegen.evaluation.checks import checklist_lines
    from musegen.evaluation.files import write_evaluation
    from musegen.progress import Console, Silent
    from musegen.writing import all_or_none, os_errors_explained

    report_faults()
    reporter = Silent() if options.quiet else Console()
    asked: Mapping[str, Any] = {name: getattr(options, name) for name in _OF_DRAWS}
    asked = {name: value for name, value in asked.items() if value is not None}
    folders = _folders(options.what, options.output)
    states = []
    for what, folder in zip(options.what, folders, strict=True):
        found = evaluate(
            what,
            options.against,
            part=options.part,
            seed=options.seed,
            plugins=options.plugin,
            reporter=reporter,
            **asked,
        )
        with os_errors_explained(folder), all_or_none(folder, "choose another folder", force=True) as made:
            write_evaluation(found, made)
        states.append(found.state())
        if not options.json:
            print(found)
            if options.checklist:
                print("\n".join(checklist_lines(found)))
            print(f"{folder}: evaluation.json, evaluation.csv, evaluation.html")
    if options.json:
        print(json.dumps(states if len(states) > 1 else states[0], indent=1, ensure_ascii=False))
    return 0


def _folders(what: list[str], output: Path) -> list[Path]:
    """The folder for each evaluation: the given one, or one in it that is named after each WHAT."""
    if len(what) == 1:
        return [output]
    stems = [Path(one).name or "tunes" for one in what]
    return [
        output / (stem if stems.count(stem) == 1 else f"{number}-{stem}")
        for number, stem in enumerate(stems, 1)
    ]


COMMAND = Command("evaluate", "measure new tunes against real ones", _add_arguments, _run)
"""The command."""
