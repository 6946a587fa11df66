"""Files of new tunes: their texts, their renderings, and a row of facts about each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from musegen.corpus.told import Told
from musegen.errors import ComponentError, MusegenError
from musegen.models.draws import Draw
from musegen.models.language import Language
from musegen.music.score import Score
from musegen.music.tune import Tune
from musegen.progress import Progress
from musegen.protocols.notations import Notation
from musegen.run.rendering import Rendering

Row = Mapping[str, Any]
"""Facts about one new tune, as in ``run.json``."""


def stem(number: int, last: int) -> str:
    """The name of a tune's files without suffix: ``001``, with as many digits as the ``last`` one needs."""
    return f"{number:0{max(len(str(last)), 3)}}"


def give_digits(folder: Path, last: int) -> None:
    """Rename files whose numbers were given before the ``last`` one was known."""
    for file in list(folder.iterdir()):
        number, _, suffix = file.name.partition(".")
        if number.isdecimal():
            file.rename(folder / f"{stem(int(number), last)}.{suffix}")


def write_texts(draws: Sequence[Draw], folder: Path) -> None:
    """Write the text of each draw, ``001.abc`` and so on."""
    for number, draw in enumerate(draws, 1):
        file = folder / f"{stem(number, len(draws))}.{draw.tune.notation}"
        file.write_bytes(draw.tune.text.encode())


class NewFiles:
    """The files of new tunes in a folder, written one tune after another, with a row of facts about each.

    A tune that a renderer cannot write does not stop the others.
    """

    def __init__(self, folder: Path, last: int, rendering: Rendering, language: Language) -> None:
        """``last``: number of the last tune."""
        self._folder, self._last, self._rendering, self._language = folder, last, rendering, language
        self._book = rendering.text_book(language.notation_name)
        self._failures: list[str] = []
        self._lines = list[str]()
        self._told = Told(self._lines.append)

    def add(self, number: int, draw: Draw) -> Row:
        """Write the files of a tune. Returns its row.

        A tune has a file of its own for its text, unless it stands in a book of texts and nothing else is
        written. Raises ComponentError for a renderer that breaks its protocol.
        """
        name, score, why = stem(number, self._last), draw.score, list[str]()
        text = self._folder / f"{name}.{draw.tune.notation}"
        try:
            score = score or self._language.notation.parse(replace(draw.tune, source=f"{TUNES}/{text.name}"))
            self._rendering.tune(score, number, name)
        except ComponentError:  # the renderer's fault and not the tune's
            raise
        except MusegenError as error:
            why.append(str(error))
        self._failures += why
        files = [self._folder / self._book]
        if score:
            self._told.score(
                replace(draw.tune, source=f"{files[0].name if self._book else text.name}:1"), score
            )
        if why or not self._book:
            text.write_bytes(draw.tune.text.encode())
            files = [text, *self._rendering.files(name)]
        row = describe(number, draw, score)
        faults = [*row["faults"], *(f"render: {line}" for line in why)]
        return {**row, "faults": faults, "files": [path.name for path in files]}

    def finish(self, progress: Progress) -> None:
        """End the files that hold all tunes, and tell what could not be rendered."""
        self._rendering.finish()
        self._told.finish()
        for line in self._lines:
            progress.say(line)
        _tell_failures(self._failures, progress)


def render_texts(
    texts: Sequence[Path], notation: Notation, rendering: Rendering, progress: Progress
) -> dict[str, list[str]]:
    """Render the tunes of some text files, each named ``NUMBER.NOTATION``.

    Returns for the stem of each file the reasons why it could not be rendered, an empty list if it was. A
    tune that fails does not stop the others, but a renderer that breaks its protocol does: raises
    ComponentError.
    """
    failures, told = dict[str, list[str]](), Told(progress.say)
    for done, path in enumerate(texts):
        progress.advance(done, len(texts), path.stem)
        failures[path.stem] = []
        try:
            text, name = path.read_bytes().decode(), path.suffix.removeprefix(".")
            tune = Tune(text, name, source=f"{TUNES}/{path.name}")
            score = notation.parse(tune)
            told.score(replace(tune, source=f"{tune.source}:1"), score)
            rendering.tune(score, int(path.stem), path.stem)
        except ComponentError:  # the renderer's fault and not the tune's
            raise
        except MusegenError as error:
            failures[path.stem].append(str(error))
    rendering.finish()
    told.finish()
    _tell_failures([line for why in failures.values() for line in why], progress)
    return failures


def _tell_failures(lines: Sequence[str], progress: Progress) -> None:
    """Tell the first reason why a tune could not be rendered, and how many others there are."""
    if lines:
        more = f", nor are {len(lines) - 1} others" if len(lines) > 1 else ""
        progress.say(f"{lines[0]}; not rendered{more}")


def describe(number: int, draw: Draw, score: Score | None) -> Row:
    """A row for a draw that was kept: what it is, its faults and loss, and what of it is copied."""
    return {
        "number": number,
        "title": draw.tune.title,
        "seed": draw.seed,
        **_music(score),
        "valid": draw.judgement.valid,
        "faults": [str(fault) for fault in draw.judgement.faults],
        "notes": list(draw.judgement.notes),
        "copied": asdict(draw.copied) if draw.copied else None,
        "nats": None if draw.nats is None else round(draw.nats, 4),
        "tokens": draw.tokens,
    }


def describe_kept(draws: Sequence[Draw]) -> list[Row]:
    """A row for each draw."""
    return [describe(number, draw, draw.score) for number, draw in enumerate(draws, 1)]


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

    ``files``: the files of all tunes, texts before renderings, and ``failures``: the reasons, both by number
    of a tune, with any number of zeros before it. ``prefix``: text to put before every name.
    """
    names: dict[int, list[str]] = {}
    for file in files:
        number = file.name.partition(".")[0]
        if number.isdecimal():  # others hold all tunes
            names.setdefault(int(number), []).append(prefix + file.name)
    why = {int(number): lines for number, lines in failures.items()}
    return [
        {
            **row,
            "faults": [*row["faults"], *(f"render: {line}" for line in why[row["number"]])],
            "files": names[row["number"]],
        }
        for row in rows
    ]


TUNES = "tunes"
"""Name of the folder of new tunes in a run folder."""
