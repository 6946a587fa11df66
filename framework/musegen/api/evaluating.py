"""``musegen.evaluate``: holds new tunes against real ones."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from musegen.api.components import with_files
from musegen.api.sampling import checked_sample
from musegen.corpus.files import Notations
from musegen.corpus.identity import read_all
from musegen.corpus.told import Told
from musegen.errors import ArtifactError, CorpusError, MusegenError
from musegen.evaluation.corpora import held_out
from musegen.evaluation.evaluation import Evaluation, evaluate_tunes
from musegen.evaluation.measures import all_measures
from musegen.evaluation.settings import Evaluate, unselected
from musegen.evaluation.tunes import TuneSet
from musegen.models.sample_options import sample_options
from musegen.models.tune_model import TuneModel
from musegen.music.validity import Valid
from musegen.pipeline.sources import find_source
from musegen.plugins.registry import Plugins
from musegen.progress import Reporter, Silent
from musegen.run.finished import FinishedRun
from musegen.run.stages.evaluate import EvaluateStage
from musegen.run.stages.sample import SampleStage

_PARTS = ("validation", "test")


def evaluate(
    what: Path | str | TuneModel,
    against: Path | str | None = None,
    *,
    part: str = "test",
    seed: int = 0,
    plugins: Sequence[Path | str] = (),
    reporter: Reporter | None = None,
    **options: Any,
) -> Evaluation:
    """How tunes differ from real ones, figure by figure, each with its floor and its interval.

    ``what``: the tunes. A run folder stands for the tunes that its model drew, those of the stage
    ``evaluate`` if it has it, else all draws of the stage ``sample``, chosen or not. A model, or its file,
    draws 400 tunes first, at temperature 1 and without choosing among them; ``options`` are keys of
    ``[sample]`` that change this, such as ``tunes``, ``temperature`` and ``key``. Otherwise it is a source as
    ``musegen corpus check`` takes it: a file, a folder, a reader, one of its collections or a pipeline.

    ``against``: the real tunes. A run folder stands for the tunes that the run held out, those of ``part``
    (``test``, or ``validation`` to choose among models by), and for the training tunes from which new tunes
    might be copied. Otherwise it is a source too. If it is left out, the run that ``what`` belongs to counts.

    ``seed``: seed of the draws and of all resampling. ``plugins``: Python files of plugins to use in addition
    to the installed ones; all their measures count. Raises MusegenError for what cannot be read, for wrong
    options, and for sets without a tune that can be read.
    """
    reporter, known = reporter or Silent(), with_files(plugins)
    if part not in _PARTS:
        raise MusegenError(f"part: choose one of: {', '.join(_PARTS)} (got {part!r})")
    if against is None:
        against = _own_run(what)
    run = FinishedRun.load(Path(against), known) if FinishedRun.is_at(Path(against)) else None
    valid = run.valid if run else Valid()
    if run:
        corpus, notation = run.corpus, run.language.notation
        real = held_out(corpus, notation, part, valid, str(run.folder))
        training = run.melodies
    else:
        real, training = _source(known, str(against), valid, reporter), None
    new = _new(what, known, valid, seed, options, reporter)
    measures = all_measures(known)
    progress = reporter.begin("evaluate")
    found = evaluate_tunes(new, real, measures, training, seed=seed, advance=progress.advance)
    for remark in found.remarks:
        reporter.say(remark)
    return found


def _own_run(what: Path | str | TuneModel) -> Path:
    """The run that tunes or a model come from."""
    path = what.path if isinstance(what, TuneModel) else Path(what)
    for folder in (path, path.parent):
        if FinishedRun.is_at(folder):
            return folder
    raise MusegenError(f"{path}: belongs to no run; say with against (--against) what to hold it against")


def _new(
    what: Path | str | TuneModel,
    plugins: Plugins,
    valid: Valid,
    seed: int,
    options: dict[str, Any],
    reporter: Reporter,
) -> TuneSet:
    if isinstance(what, TuneModel) or Path(what).suffix == ".safetensors":
        model = what if isinstance(what, TuneModel) else TuneModel.load(Path(what), plugins)
        asked = unselected(sample_options(model.component)(), Evaluate())
        given = {name: value for name, value in options.items() if value is not None}
        merged = {**asked.model_dump(), "valid": valid, **given, "keep": "all"}
        asked = checked_sample(type(asked), merged)
        drawn = model.compose(asked, seed, reporter.begin("sample").advance)
        return TuneSet.drawn(f"{model.path}", drawn.draws)
    if options:
        raise MusegenError(f"{next(iter(options))}: only a model can be asked for this; {what} has its tunes")
    folder = Path(what)
    if FinishedRun.is_at(folder):
        run = FinishedRun.load(folder, plugins)
        for stage in (EvaluateStage.name, SampleStage.name):
            if draws := run.draws(stage):
                return TuneSet.drawn(f"{folder} (all draws of the stage {stage})", draws)
        raise ArtifactError(f"{folder}: has drawn no tunes; name its model {run.model} instead")
    return _source(plugins, str(what), valid, reporter)


def _source(plugins: Plugins, source: str, valid: Valid, reporter: Reporter) -> TuneSet:
    found = find_source(plugins, source, reporter.say)
    notations = Notations(plugins, found.plugins)
    told = Told(reporter.say, source)
    tunes = list(read_all(found.readers, told.line))
    told.finish()
    if not tunes:
        raise CorpusError(f"{source}: no tune found")
    return TuneSet.judged(source, tunes, notations, valid)
