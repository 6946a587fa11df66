"""The command ``musegen demo``: writes tunes with the model that comes with musegen."""

from __future__ import annotations

import argparse
from pathlib import Path

from musegen.commands.console import print_tunes
from musegen.commands.flags import TOO_FEW, add_json
from musegen.protocols.commands import Command
from musegen.words import counted

_TUNES = 3


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--seed", type=int, default=0, help="another number gives other tunes (default: 0)")
    parser.add_argument(
        "-o",
        "--output",
        type=Path,
        default=Path("demo"),
        metavar="DIR",
        help="folder to write to (default: demo)",
    )
    add_json(parser, "the facts of tunes.csv")


def _run(options: argparse.Namespace) -> int:
    from musegen.api.sampling import demo_model, sample
    from musegen.progress import Console

    tunes = sample(
        demo_model(),
        options.output,
        seed=options.seed,
        tunes=_TUNES,
        renderers=("midi", "wav"),
        reporter=Console(),
    )
    code = 0 if all(tune.valid for tune in tunes) else TOO_FEW
    if options.json:
        print_tunes(options.output, tunes)
        return code
    for tune in tunes:
        print(f"{tune.files.get('.wav', tune.files['.abc'])}  {tune.title}")
    print(f"{options.output}: {counted(len(tunes), 'tune')} (.abc, .mid, .wav)")
    print(f"for others: musegen demo --seed {options.seed + 1} -o another-folder")
    return code


COMMAND = Command(
    "demo", "write three tunes, with sound, with the model that comes with musegen", _add_arguments, _run
)
