"""``musegen.sample``: writes new tunes with a saved model. It needs nothing but the model's file."""

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
from musegen.option_faults import option_faults
from musegen.progress import Reporter, Silent
from musegen.run.faults import fault_lines
from musegen.run.new_tunes import add_files, describe_kept, render_texts, write_texts
from musegen.run.rendering import Rendering
from musegen.run.results import NewTune
from musegen.words import counted
from musegen.writing import all_or_none, os_errors_explained


def open_model(model: Path | str, *, plugins: Sequence[Path | str] = ()) -> TuneModel:
    """The model in a file that a run or :func:`musegen.export` wrote. It can be used any number of times.

    ``plugins``: Python files of plugins that the model's pipeline named and that are not installed. Raises
    MusegenError for a file that is not a model, or that names a component which is not installed.
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
    """Write new tunes with a saved model to ``folder``, and return them: ``001.abc``, ``001.mid``, ...

    ``model``: a file, or the result of :func:`open_model`. ``options``: the keys of ``[sample]``, such as
    ``tunes``, ``key`` and ``temperature``, and those that the model adds. ``plugins``: Python files of
    plugins that the model's pipeline named and that are not installed.

    A tune that a renderer cannot write is returned without that file, and the reason is among its faults.
    Raises MusegenError for a file that is not a model, for a component that the model needs and that is not
    installed, and for an option out of bounds.
    """
    reporter, folder = reporter or Silent(), Path(folder)
    if not 0 <= seed <= 2**31 - 1:
        raise MusegenError(f"seed: must be from 0 to {2**31 - 1} (got {seed})")
    known = with_files(plugins, model.plugins if isinstance(model, TuneModel) else None)
    writers = built_renderers(known, renderers)
    if not isinstance(model, TuneModel):
        model = TuneModel.load(Path(model), known)
    ignored = ignored_keys(options, model.component, known)
    for key, words in ignored.items():
        reporter.say(f"{key}: {words}")
    given = {key: value for key, value in options.items() if key not in ignored}
    asked = checked_sample(sample_options(model.component), given)
    language = model.language
    for warning in check_wishes(asked, language, ()):
        reporter.say(f"{model.path}: {warning}")
    composition = model.compose(asked, seed, reporter.begin("sample").advance)
    valid = sum(draw.judgement.valid for draw in composition.draws)
    reporter.finish("sample", f"{valid} of {counted(len(composition.draws), 'tune')} drawn are valid")
    with os_errors_explained(folder), all_or_none(folder, "choose another folder") as made:
        texts = write_texts(composition.kept, made)
        rendering = Rendering(writers, made, language.notation_name)
        failures = render_texts(texts, language.notation, rendering, reporter.begin("render"))
        renderings = [path for path in sorted(made.iterdir()) if path not in texts]
        rows = add_files(describe_kept(composition.kept), [*texts, *renderings], failures)
    tunes = tuple(NewTune.from_row(row, folder, known) for row in rows)
    for line in fault_lines({tune.text_file.name: tune.faults for tune in tunes}):
        reporter.say(line)
    return tunes


def demo_model() -> Path:
    """The file of the model that comes with musegen. Raises ArtifactError if the installation lacks it."""
    if not MODEL.is_file():
        raise ArtifactError(f"{MODEL}: no such file; install musegen again, or name a model")
    return MODEL


def checked_sample(cls: type[Sample], options: dict[str, Any]) -> Sample:
    """The options, or one MusegenError with a line for each mistake in them."""
    try:
        return cls.model_validate(options)
    except ValidationError as error:
        raise MusegenError("\n".join(map(str, option_faults(error, options)))) from None
