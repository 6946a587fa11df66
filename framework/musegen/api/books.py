"""Any number of new tunes in one file, as ``musegen sample -n 100000 --to tunebook`` writes them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from musegen.api.bulk import Shards
from musegen.api.components import built_renderers, with_files
from musegen.api.sampling import check_seed, checked_options, model_name
from musegen.errors import ArtifactError, MusegenError
from musegen.models.draws import Tally
from musegen.models.tune_model import TuneModel
from musegen.progress import Reporter, Silent
from musegen.run.manifest import MANIFEST, Recipe, manifest_rows, manifest_text
from musegen.run.new_tunes import NewFiles
from musegen.run.rendering import Rendering
from musegen.words import counted
from musegen.writing import all_or_none, os_errors_explained


def sample_book(
    model: Path | str,
    folder: Path | str,
    *,
    tunes: int,
    renderers: Sequence[str],
    seed: int = 0,
    plugins: Sequence[Path | str] = (),
    reporter: Reporter | None = None,
    **options: Any,
) -> Shards:
    """Write any number of new tunes to one book and ``tunes.csv``. No tune stays in memory.

    They are the tunes of :func:`musegen.sample_shards`: all draws with ``keep = "all"``, else the first valid
    ones, and fewer where no attempts are left. Raises MusegenError as it does, for renderers that are not
    books or none of the tunes' texts, and for a folder that has new tunes already.
    """
    reporter, folder = reporter or Silent(), Path(folder)
    check_seed(seed)
    known = with_files(plugins)
    writers = built_renderers(known, renderers)
    opened = TuneModel.load(Path(model), known, to_draw=True)
    asked, rules, rule = checked_options(opened, options, reporter)
    asked = asked.model_copy(update={"tunes": tunes})
    recipe = Recipe.of(model_name(opened.path, folder), opened.digest, asked, rule)
    composer, tally, number = opened.composer(asked, rules), Tally(), 0
    if (folder / MANIFEST).exists():
        raise ArtifactError(f"{folder / MANIFEST}: exists; choose another folder")
    with (
        os_errors_explained(folder),
        all_or_none(folder, "choose another folder") as made,
        Rendering(writers, made, opened.language.notation_name, MANIFEST) as rendering,
        (made / MANIFEST).open("wb") as manifest,
    ):
        if not rendering.text_book(opened.language.notation_name):
            raise MusegenError("--to: so many tunes go to a book of them all, such as tunebook, or to shards")
        files = NewFiles(made, tunes, rendering, opened.language)
        progress = reporter.begin("sample")
        manifest.write(manifest_text([]))
        for number, draw in enumerate(composer.stream(seed, progress.advance, tally), 1):
            rows = manifest_rows([files.add(number, draw)], recipe)
            manifest.write(manifest_text(rows, header=False))
        files.finish(progress)
    reporter.finish("sample", str(tally))
    if number < tunes:
        reporter.say(f"{folder}: {number:,} of {counted(tunes, 'tune')}; no attempts are left")
    written = tuple(sorted(path for path in folder.iterdir() if path.is_file()))
    return Shards(folder, written, number, tally.drawn, tally.valid)
