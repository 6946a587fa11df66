"""``musegen.render``: every tune of some files as sound, score or text."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from musegen.api.components import built, built_renderers
from musegen.corpus.files import file_readers
from musegen.errors import CorpusError, MusegenError
from musegen.plugins.registry import installed_plugins
from musegen.progress import Reporter, Silent
from musegen.run.rendering import Rendering
from musegen.writing import clear_os_errors, filled


def render(
    files: Sequence[Path | str],
    folder: Path | str,
    renderers: Sequence[str] = ("midi", "wav"),
    reporter: Reporter | None = None,
    *,
    force: bool = False,
) -> tuple[int, int]:
    """Render every tune of some files to ``folder``: ``001.mid`` and so on, numbered through all files.

    A tune that fails leaves its number unused. Returns how many were rendered and how many failed. Raises
    MusegenError, also where ``folder`` has other files of these names and not ``force``.
    """
    if not renderers:
        raise MusegenError("no renderer is named; `musegen plugins` lists them")
    reporter = reporter or Silent()
    plugins, folder = installed_plugins(), Path(folder)
    writers = built_renderers(plugins, renderers)
    readers = [reader for file in files for reader in file_readers(Path(file))]
    for reader in readers:
        reader.sources()  # a missing file is known before anything is written
    notations = {name: built(plugins.notation(name)) for name in plugins.names("notation")}
    number = failed = 0
    progress = reporter.begin("render")
    advice = "choose another folder or add --force"
    with clear_os_errors(folder), filled(folder, advice, force=force) as made:
        rendering = Rendering(writers, made)
        for reader in readers:
            for tune in reader.read(reporter.say):
                number += 1
                progress.advance(number, 0, tune.source)
                try:
                    score = notations[tune.notation].parse(tune)
                    rendering.tune(score, f"{number:03}")
                except MusegenError as error:
                    failed += 1
                    reporter.say(f"{error}; tune {number} is not rendered")
        rendering.finish()
    reporter.finish("render", f"{number - failed} of {number} tunes")
    if not number:
        raise CorpusError(f"{', '.join(str(file) for file in files)}: no tune found")
    return number - failed, failed
