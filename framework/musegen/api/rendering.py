"""``musegen.render``: writes every tune of some files as sound, score or text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from musegen.api.components import built_renderers, with_files
from musegen.corpus.files import Notations, file_readers
from musegen.corpus.identity import read_all, reader_files
from musegen.corpus.told import Told
from musegen.errors import ComponentError, CorpusError, MusegenError
from musegen.progress import Reporter, chosen_reporter
from musegen.run.new_tunes import give_digits, stem
from musegen.run.rendering import Rendering
from musegen.words import counted
from musegen.writing import all_or_none, os_errors_explained


@dataclass(frozen=True, slots=True)
class Rendered:
    """The result of :func:`render`."""

    folder: Path
    """The folder that was written to."""
    files: tuple[Path, ...]
    """All files that were written, sorted by name."""
    rendered: int
    """Number of tunes that were rendered."""
    failed: tuple[str, ...]
    """One line for each tune that could not be rendered, with the reason."""


def render(
    files: Sequence[Path | str],
    folder: Path | str,
    renderers: Sequence[str] = ("midi", "wav"),
    reporter: Reporter | None = None,
    *,
    force: bool = False,
    plugins: Sequence[Path | str] = (),
) -> Rendered:
    """Render every tune of some files to ``folder``: ``001.mid`` and so on, counted through all files.

    The number of a tune that cannot be rendered stays unused, and ``reporter`` gets a line with the reason,
    and one for each kind of mistake in a file that was read tolerantly.
    ``plugins``: Python files of plugins to use in addition to the installed ones. Raises MusegenError if no
    tune is found, a renderer is missing, or ``folder`` has files of these names with other content and
    ``force`` is not set.
    """
    if not renderers:
        raise MusegenError("no renderer is named; choose one that `musegen plugins` lists")
    reporter, known, folder = chosen_reporter(reporter), with_files(plugins), Path(folder)
    writers, notations = built_renderers(known, renderers), Notations(known)
    readers = [reader for file in files for reader in file_readers(known, Path(file))]
    for reader in readers:
        reader_files(reader)  # a missing file is known before anything is written
    number, failed = 0, list[str]()
    told = Told(reporter.say, " ".join(map(str, files)))
    progress = reporter.begin("render")
    advice = "choose another folder or add --force"
    with (
        os_errors_explained(folder),
        all_or_none(folder, advice, force=force) as made,
        Rendering(writers, made) as rendering,
    ):
        for tune in read_all(readers, told.line):
            number += 1
            progress.advance(number, 0, tune.source)
            try:
                score = notations[tune.notation].parse(tune)
                told.score(tune, score)
                rendering.tune(score, number, stem(number, 0))
            except ComponentError:  # the renderer's fault and not the tune's
                raise
            except MusegenError as error:
                failed.append(f"{error}; tune {number} is not rendered")
                reporter.say(failed[-1])
        told.finish()
        if not number:
            raise CorpusError(f"{', '.join(str(file) for file in files)}: no tune found")
        rendering.finish()
        give_digits(made, number)
        written = tuple(folder / path.name for path in sorted(made.iterdir()))
    rendered = number - len(failed)
    reporter.finish("render", f"{rendered} of {counted(number, 'tune')}")
    return Rendered(folder, written, rendered, tuple(failed))
