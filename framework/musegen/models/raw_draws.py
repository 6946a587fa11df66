"""Draws as a model wrote them, saved in a file so that they can be judged again."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from musegen.bounds import Bounds
from musegen.errors import ArtifactError
from musegen.inputs import read_file
from musegen.models.draws import Draw
from musegen.models.examining import examine
from musegen.music.tune import Tune
from musegen.music.validity import Fault, Valid
from musegen.protocols.notations import Notation


def save_draws(draws: Iterable[Draw], file: Path) -> None:
    """Write a line of JSON for each draw: its seed, whether the model ended it, and its text.

    With them go the faults that the text no longer shows, those of symbols for bars that come again.
    """
    with file.open("w", encoding="utf-8") as opened:
        for draw in draws:
            copies = [[each.message, each.line] for each in draw.judgement.faults if each.kind == "copies"]
            row = {"seed": draw.seed, "ended": draw.ended, "text": draw.tune.text, "copies": copies}
            opened.write(json.dumps(row, ensure_ascii=False) + "\n")


def load_draws(file: Path, name: str, notation: Notation, valid: Valid) -> list[Draw]:
    """The draws that :func:`save_draws` wrote, in the notation ``name``, judged by ``valid``.

    Raises ArtifactError for a file that is not such.
    """
    draws = []
    try:
        rows = [json.loads(line) for line in read_file(file, Bounds.RUN_FILE).decode().split("\n") if line]
        texts = [
            (
                int(row["seed"]),
                bool(row["ended"]),
                str(row["text"]),
                tuple(Fault("copies", str(message), line=int(line)) for message, line in row["copies"]),
            )
            for row in rows
        ]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ArtifactError(f"{file}: holds no draws that can be read; run the pipeline again") from error
    for seed, ended, text, copies in texts:
        tune = Tune(text, name)
        judgement, score = examine(notation, tune, valid, ended)
        judgement = replace(judgement, faults=(*copies, *judgement.faults))
        title = score.title if score else ""
        draws.append(Draw(Tune(text, name, title), seed, ended, judgement, score))
    return draws
