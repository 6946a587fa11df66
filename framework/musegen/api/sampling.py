"""``musegen.sample``: tunes from a saved model alone."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from musegen.api.components import built_renderers, with_files
from musegen.demo import MODEL
from musegen.errors import ArtifactError, MusegenError
from musegen.models.sample_options import Sample, ignored_keys, sample_options
from musegen.models.tune_model import TuneModel
from musegen.models.wishes import check_wishes
from musegen.options import option_faults
from musegen.progress import Reporter, Silent
from musegen.run.new_tunes import add_files, describe_kept, render_texts, write_texts
from musegen.run.rendering import Rendering
from musegen.run.results import NewTune
from musegen.writing import all_or_none, os_errors_explained


def open_model(model: Path | str, *, plugins: Sequence[Path | str] = ()) -> TuneModel:
    """The model in a file that a run or :func:`musegen.export` wrote, to be asked as often as one likes.

    ``plugins`` are the files of plugins that the model's pipeline named and that are not installed. Raises
    MusegenError for a file that is no model, or that names a component which is not installed.
    """
    return TuneModel.load(Path(model), with_files(plugins))


def sample(
    model: Path | str | TuneModel,
    folder: Path | str,
    *,
    seed: int = 0,
    renderers: Sequence[str] = (),
    plugins: Sequence[Path | str] = (),
    reporter: Reporter | None = None,
    **options: Any,
) -> tuple[NewTune, ...]:
    """Write tunes from a saved model alone to ``folder``: ``001.abc``, ``001.mid``, ...

    ``model`` is a file, or what :func:`open_model` gave. ``options`` are those of ``[sample]``: ``tunes``,
    ``key``, ``temperature``, ..., and those that the model adds. ``plugins`` are the files of plugins that
    the model's pipeline named and that are not installed.

    A tune that a renderer cannot write is returned without that file, and with the reason among its faults.
    Raises MusegenError for a file that is no model, a component it names that is not installed, or an option
    out of bounds.
    """
    reporter, folder = reporter or Silent(), Path(folder)
    if not 0 <= seed <= 2**31 - 1:
        raise MusegenError(f"seed: must lie in 0 to {2**31 - 1} (got {seed})")
    known = with_files(plugins, model.plugins if isinstance(model, TuneModel) else None)
    writers = built_renderers(known, renderers)
    if not isinstance(model, TuneModel):
        model = TuneModel.load(Path(model), known)
    ignored = ignored_keys(options, model.component, known)
    for key, words in ignored.items():
        reporter.say(f"{key}: {words}")
    given = {key: value for key, value in options.items() if key not in ignored}
    asked = _checked(sample_options(model.component), given)
    language = model.language
    for warning in check_wishes(asked, language, ()):
        reporter.say(f"{model.path}: {warning}")
    composition = model.compose(asked, seed, reporter.begin("sample").advance)
    valid = sum(draw.judgement.valid for draw in composition.draws)
    reporter.finish("sample", f"{valid} of {len(composition.draws)} draws valid")
    with os_errors_explained(folder), all_or_none(folder, "choose another folder") as made:
        texts = write_texts(composition.kept, made)
        rendering = Rendering(writers, made, language.notation_name)
        failures = render_texts(texts, language.notation, rendering, reporter.begin("render"))
        renderings = [path for path in sorted(made.iterdir()) if path not in texts]
        rows = add_files(describe_kept(composition.kept), [*texts, *renderings], failures)
    tunes = tuple(NewTune.from_row(row, folder, known) for row in rows)
    for tune in tunes:
        if tune.faults:
            reporter.say(f"{folder / tune.text_file.name}: {'; '.join(tune.faults)}")
    return tunes


def demo_model() -> Path:
    """The file of the model that comes with musegen. Raises ArtifactError where it was left out."""
    if not MODEL.is_file():
        raise ArtifactError(f"{MODEL}: no such file; install musegen anew, or name a model")
    return MODEL


def _checked(cls: type[Sample], options: dict[str, Any]) -> Sample:
    try:
        return cls.model_validate(options)
    except ValidationError as error:
        raise MusegenError("\n".join(map(str, option_faults(error)))) from None
