"""``musegen.sample``: writes new tunes with a saved model. It needs nothing but the model's file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from pydantic import ValidationError

from musegen.api.components import built_renderers, with_files
from musegen.canonical import JSON
from musegen.demo import MODEL
from musegen.errors import ArtifactError, MusegenError
from musegen.models.draws import Tally
from musegen.models.numbering import DRAWS, RUN_SEEDS, SEEDS_A_RUN
from musegen.models.rule_tables import built_rules
from musegen.models.sample_options import Sample, ignored_keys, sample_options
from musegen.models.tune_model import TuneModel
from musegen.models.wishes import PRIME, check_wishes
from musegen.option_faults import option_faults
from musegen.plugins.registry import Plugins
from musegen.progress import Reporter, Silent
from musegen.protocols.rules import Rule
from musegen.run.again import Drawn, read_drawn
from musegen.run.faults import fault_lines
from musegen.run.manifest import (
    MANIFEST,
    Recipe,
    manifest_rows,
    manifest_text,
    model_beside,
    with_rows_of,
)
from musegen.run.new_tune import NewTune
from musegen.run.new_tunes import NewFiles, Row
from musegen.run.rendering import Rendering
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
    first: int = 0,
    renderers: Sequence[str] = (),
    plugins: Sequence[Path | str] = (),
    reporter: Reporter | None = None,
    **options: Any,
) -> tuple[NewTune, ...]:
    """Write new tunes with a saved model to ``folder``, and return them: ``001.abc``, ``001.mid``, ...

    With nothing but ``tunebook`` among ``renderers`` all stand in one file, ``tunes.abc``.

    ``model``: a file, or the result of :func:`open_model`. ``options``: the keys of ``[sample]``, such as
    ``tunes``, ``key`` and ``temperature``, and those that the model adds; ``rule`` has the
    tables ``[[rule]]`` of a pipeline, such as ``[{"use": "cadence"}]``, or names. ``plugins``: files of
    plugins that the model's pipeline named and that are not installed. ``first``: number of the draw to
    begin with, from 0. ``tunes.csv`` beside the tunes has a row of facts about each, from which
    :func:`sample_again` makes it again.

    A tune that a renderer cannot write is returned without that file, and the reason is among its faults.
    Raises MusegenError for a file that is not a model, for a component that the model needs and that is not
    installed, and for an option out of bounds.
    """
    reporter, folder = reporter or Silent(), Path(folder)
    check_seed(seed)
    if not 0 <= first < DRAWS - SEEDS_A_RUN:
        raise MusegenError(f"first: must be from 0 to {DRAWS - SEEDS_A_RUN - 1} (got {first})")
    known = with_files(plugins, model.plugins if isinstance(model, TuneModel) else None)
    writers = built_renderers(known, renderers)
    if not isinstance(model, TuneModel):
        model = TuneModel.load(Path(model), known, to_draw=True)
    (asked, rules, rule), language = checked_options(model, options, reporter, known), model.language
    recipe = Recipe.of(model_name(model.path, folder), model.digest, asked, rule)
    composer, tally, rows, texts = model.composer(asked, rules), Tally(), list[Row](), list[str]()
    advice = "choose another folder"
    with (
        os_errors_explained(folder),
        all_or_none(folder, advice, replacing={MANIFEST}) as made,
        Rendering(writers, made, language.notation_name, MANIFEST) as rendering,
    ):
        files = NewFiles(made, asked.tunes, rendering, language)
        progress = reporter.begin("sample")
        kept = composer.kept(seed, progress.advance, tally, first)
        all_drawn = asked.keep == "valid"
        if all_drawn:
            reporter.finish("sample", str(tally))
            progress = reporter.begin("render")
        for number, draw in enumerate(kept, 1):
            rows.append(files.add(number, draw))
            texts.append(draw.tune.text)
            if all_drawn:
                progress.advance(number, asked.tunes, "")
        files.finish(progress)
        if not all_drawn:
            reporter.finish("sample", str(tally))
        listed = with_rows_of(folder / MANIFEST, manifest_rows(rows, recipe))
        (made / MANIFEST).write_bytes(manifest_text(listed))
    tunes = tuple(
        NewTune.from_row(row, folder, known, recipe.described(), text)
        for row, text in zip(rows, texts, strict=True)
    )
    if asked.keep == "valid" and tally.valid < asked.tunes:
        some = f"only {tally.valid}" if tally.valid else "none"
        reporter.say(
            f"{folder}: {some} of {counted(tally.drawn, 'tune')} drawn are valid, and no attempts are left; "
            "those with the fewest faults were kept (--attempts allows more)"
        )
    for line in fault_lines({tune.name: tune.faults for tune in tunes}):
        reporter.say(line)
    return tunes


def sample_again(
    row: str,
    folder: Path | str,
    *,
    model: Path | str | TuneModel | None = None,
    seed: int | None = None,
    renderers: Sequence[str] = (),
    plugins: Sequence[Path | str] = (),
    reporter: Reporter | None = None,
    **options: Any,
) -> tuple[NewTune, ...]:
    """Write the tune of a row of ``tunes.csv`` again to ``folder``, byte for byte; the row alone is needed.

    ``row``: file and number, as ``tunes.csv:17``; the folder of the file may be named in its place, such as
    a run's. Whatever else is given changes that one thing: ``model``, ``seed`` (the draw of the same number
    of that run), ``options``. More ``tunes`` are the draws that follow.

    Raises MusegenError as :func:`sample` does, and ArtifactError for a row that is not there. It is raised
    too where the file of the row's model has changed; another ``model`` that is given is only told.
    """
    found, reporter = read_drawn(row), reporter or Silent()
    known = with_files(plugins, model.plugins if isinstance(model, TuneModel) else None)
    if not isinstance(model, TuneModel):
        opened = TuneModel.load(_model_of(found) if model is None else Path(model), known, to_draw=True)
    else:
        opened = model
    if opened.digest != found.recipe.digest:
        told = f"{row}: was drawn by another model than {opened.path} is now (SHA-256 "
        told += f"{found.recipe.digest:.12}, not {opened.digest:.12})"
        if model is None:
            raise ArtifactError(f"{told}; name the model that drew it, or this one to draw another tune")
        reporter.say(f"{told}; the tune will be another one")
    return sample(
        opened,
        folder,
        seed=found.run_seed if seed is None else seed,
        first=found.number,
        renderers=renderers,
        plugins=plugins,
        reporter=reporter,
        **{**found.recipe.options, "tunes": 1, "keep": "all", **options},
    )


def _model_of(drawn: Drawn) -> Path:
    """The file of the model that drew a tune. Raises ArtifactError where it is not there."""
    if not drawn.recipe.model:
        return demo_model()
    path = drawn.folder / drawn.recipe.model
    if not path.exists():
        raise ArtifactError(f"{drawn.place}: its model {path} is not there; name the model's file")
    return path


def model_name(model: Path, folder: Path) -> str:
    """How a manifest in ``folder`` names a model: empty for the one that comes with musegen."""
    return "" if MODEL.exists() and model.samefile(MODEL) else model_beside(model, folder)


def check_seed(seed: int) -> None:
    """Raises MusegenError for what cannot be the seed of a run."""
    if not 0 <= seed < RUN_SEEDS:
        raise MusegenError(f"seed: must be from 0 to {RUN_SEEDS - 1} (got {seed})")


class Asked(NamedTuple):
    """What new tunes are asked for."""

    options: Sample
    rules: Sequence[Rule]
    """Rules of plugins."""
    tables: Sequence[Mapping[str, JSON]]
    """Their tables, as ``[[rule]]`` has them in a pipeline."""


def checked_options(
    model: TuneModel, options: Mapping[str, Any], reporter: Reporter, plugins: Plugins | None = None
) -> Asked:
    """The options of ``[sample]`` for this model; ``reporter`` is told of those that have no effect.

    ``rule`` among them names rules of ``plugins``, by default those of the model.

    Raises MusegenError for an option out of bounds, for a rule that is not installed, and for a wish that
    cannot be written.
    """
    tables = [{"use": each} if isinstance(each, str) else dict(each) for each in options.get("rule", ())]
    rules = built_rules(plugins or model.plugins, tables)
    options = {key: value for key, value in options.items() if key != "rule"}
    ignored = ignored_keys(options, model.component, model.plugins)
    for key, words in ignored.items():
        reporter.say(f"{key}: {words}")
    given = {key: value for key, value in options.items() if key not in ignored}
    asked = checked_sample(sample_options(model.component), given)
    for warning in check_wishes(asked, model.language, rules):
        reporter.say(warning if warning.startswith(f"{PRIME}:") else f"{model.path}: {warning}")
    return Asked(asked, rules, tables)


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
