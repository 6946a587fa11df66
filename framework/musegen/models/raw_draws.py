"""Draws as a model wrote them, saved in a file so that they can be judged again."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

from musegen.errors import ArtifactError
from musegen.models.draws import Draw
from musegen.models.examining import examine
from musegen.music.tune import Tune
from musegen.music.validity import Valid
from musegen.protocols.notations import Notation


def save_draws(draws: Iterable[Draw], file: Path) -> None:
    """Write a line of JSON for each draw: its seed, whether the model ended it, and its text."""
    with file.open("w", encoding="utf-8") as opened:
        for draw in draws:
            row = {"seed": draw.seed, "ended": draw.ended, "text": draw.tune.text}
            opened.write(json.dumps(row, ensure_ascii=False) + "\n")


def load_draws(file: Path, name: str, notation: Notation, valid: Valid) -> list[Draw]:
    """The draws that :func:`save_draws` wrote, in the notation ``name``, judged by ``valid``.

    Raises ArtifactError for a file that is not such.
    """
    draws = []
    try:
        with file.open(encoding="utf-8") as opened:
            rows = [json.loads(line) for line in opened]
        texts = [(int(row["seed"]), bool(row["ended"]), str(row["text"])) for row in rows]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ArtifactError(f"{file}: holds no draws that can be read; run the pipeline again") from error
    for seed, ended, text in texts:
        tune = Tune(text, name)
        judgement, score = examine(notation, tune, valid, ended)
        title = score.title if score else ""
        draws.append(Draw(Tune(text, name, title), seed, ended, judgement, score))
    return draws
