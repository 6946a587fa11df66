"""``musegen.parse``, ``write`` and ``read_scores``: from text to scores and back."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from musegen.api.components import with_files
from musegen.api.reading import read_tunes
from musegen.corpus.files import Notations
from musegen.corpus.told import Told
from musegen.errors import NotationError
from musegen.music.score import Score
from musegen.music.tune import Tune
from musegen.progress import Lines, Reporter, chosen_reporter


def parse(text: str | Tune, notation: str = "", *, plugins: Sequence[Path | str] = ()) -> Score:
    """The score of one tune: ``musegen.parse(text, "abc")``.

    ``notation`` names one that is installed; a :class:`Tune`, as :func:`read_tunes` gives, says itself in
    which it is. ``plugins`` are the files of plugins to use besides those that are installed.

    Raises NotationError, located, for text that is not a tune, and PluginError where the notation is not
    installed.
    """
    tune = Tune(text, notation) if isinstance(text, str) else text
    name = notation or tune.notation
    if not name:
        raise NotationError('a text does not say how it is written; name its notation: parse(text, "abc")')
    return Notations(with_files(plugins))[name].parse(tune)


def write(score: Score, notation: str, *, plugins: Sequence[Path | str] = ()) -> str:
    """The text of a score in a notation: ``musegen.write(score, "abc")``; parsing it gives an equal score.

    Raises NotationError for what the notation cannot write, and PluginError where it is not installed.
    """
    return Notations(with_files(plugins))[notation].write(score)


def read_scores(
    path: Path | str, *, plugins: Sequence[Path | str] = (), reporter: Reporter | None = None
) -> tuple[Score, ...]:
    """The scores of all tunes of a file, or of all files in a folder; arguments as for :func:`read_tunes`.

    ``reporter`` gets a line for each kind of mistake in a file that was read tolerantly.

    Raises NotationError, located, for the first tune that cannot be read; to go on without it, parse those
    that :func:`read_tunes` gives one by one.
    """
    notations, told = Notations(with_files(plugins)), Told(chosen_reporter(reporter).say, str(path))
    scores = list[Score]()
    for tune in read_tunes(path, reporter=Lines(told.line), plugins=plugins):
        scores.append(notations[tune.notation].parse(tune))
        told.score(tune, scores[-1])
    told.finish()
    return tuple(scores)
