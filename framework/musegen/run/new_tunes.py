"""Files of new tunes: their texts, their renderings, and a row of facts about each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from musegen.errors import ComponentError, MusegenError
from musegen.models.draws import Draw
from musegen.music.score import Score
from musegen.music.tune import Tune
from musegen.progress import Progress
from musegen.protocols.notations import Notation
from musegen.run.rendering import Rendering

Row = Mapping[str, Any]
"""Facts about one new tune, as in ``run.json``."""


def write_texts(draws: Sequence[Draw], folder: Path) -> list[Path]:
    """Write the text of each draw, ``001.abc`` and so on. Returns the files in that order."""
    files = [folder / f"{_stem(number)}.{draw.tune.notation}" for number, draw in enumerate(draws, 1)]
    for file, draw in zip(files, draws, strict=True):
        file.write_bytes(draw.tune.text.encode())
    return files


def render_texts(
    texts: Sequence[Path], notation: Notation, rendering: Rendering, progress: Progress
) -> dict[str, list[str]]:
    """Render the tunes of some text files, each named ``NUMBER.NOTATION``.

    Returns for the stem of each file the reasons why it could not be rendered, an empty list if it was. A
    tune that fails does not stop the others, but a renderer that breaks its protocol does: raises
    ComponentError.
    """
    failures: dict[str, list[str]] = {}
    for done, path in enumerate(texts):
        progress.advance(done, len(texts), path.stem)
        failures[path.stem] = []
        try:
            text, name = path.read_bytes().decode(), path.suffix.removeprefix(".")
            score = notation.parse(Tune(text, name, source=f"{TUNES}/{path.name}"))
            rendering.tune(score, path.stem)
        except ComponentError:  # the renderer's fault and not the tune's
            raise
        except MusegenError as error:
            failures[path.stem].append(str(error))
    rendering.finish()
    if lines := [line for why in failures.values() for line in why]:
        more = f", nor are {len(lines) - 1} others" if len(lines) > 1 else ""
        progress.say(f"{lines[0]}; not rendered{more}")
    return failures


def describe_kept(draws: Sequence[Draw]) -> list[Row]:
    """A row for each draw that was kept: what it is, its faults and loss, and what of it is copied."""
    return [
        {
            "number": number,
            "title": draw.tune.title,
            "seed": draw.seed,
            **_music(draw.score),
            "valid": draw.judgement.valid,
            "faults": [str(fault) for fault in draw.judgement.faults],
            "notes": list(draw.judgement.notes),
            "copied": asdict(draw.copied) if draw.copied else None,
            "nats": None if draw.nats is None else round(draw.nats, 4),
            "tokens": draw.tokens,
        }
        for number, draw in enumerate(draws, 1)
    ]


def _music(score: Score | None) -> dict[str, Any]:
    """Key, metre and rhythm of a tune in words, and its bars as written; empty where it cannot be read."""
    if score is None:
        return {"key": "", "metre": "", "rhythm": "", "bars": None}
    metre = str(score.metre) if score.metre else ""
    return {"key": str(score.key), "metre": metre, "rhythm": score.rhythm, "bars": len(score.bars)}


def add_files(
    rows: Sequence[Row], files: Sequence[Path], failures: Mapping[str, Sequence[str]], prefix: str = ""
) -> list[Row]:
    """The rows with the names of each tune's files, text first, and with the reasons of failed renderings.

    ``files``: the files of all tunes, texts before renderings. ``prefix``: text to put before every name.
    """
    names: dict[str, list[str]] = {}
    for file in files:
        names.setdefault(file.name.partition(".")[0], []).append(prefix + file.name)
    return [
        {
            **row,
            "faults": [*row["faults"], *(f"render: {line}" for line in failures[_stem(row["number"])])],
            "files": names[_stem(row["number"])],
        }
        for row in rows
    ]


TUNES = "tunes"
"""Name of the folder of new tunes in a run folder."""


def _stem(number: int) -> str:
    return f"{number:03}"
