"""What users call: load and run a pipeline, sample from a saved model, render files."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from musegen.artifacts import clear_os_errors, filled
from musegen.components import (
    JSON,
    BookRenderer,
    ForeignModels,
    LanguageModel,
    Notation,
    Renderer,
    StorableModel,
)
from musegen.console import Console, Reporter, Silent
from musegen.conversion import check_target
from musegen.errors import ArtifactError, CorpusError, MusegenError, PluginError
from musegen.files import file_readers
from musegen.generation import Composer, Home, Sample, check_wishes
from musegen.loading import PluginFile
from musegen.options import Options
from musegen.pipeline import Plan, load_plan
from musegen.plugins import Plugins, installed_plugins
from musegen.rendering import Rendering
from musegen.results import NewTune, Run
from musegen.saved_model import read_about
from musegen.stages import run_plan


@dataclass(frozen=True)
class Pipeline:
    """A checked pipeline, ready to run."""

    plan: Plan
    """What its file says, typed."""

    def run(self, reporter: Reporter | None = None) -> Run:
        """Bring every stage to its result; what did not change is reused. Raises MusegenError.

        Progress goes to standard error unless ``reporter`` takes it elsewhere (:class:`musegen.Silent`).
        """
        return run_plan(self.plan, reporter or Console())

    def train(self, reporter: Reporter | None = None) -> Run:
        """As :meth:`run`, up to the trained model and its figures. Raises MusegenError."""
        return run_plan(self.plan, reporter or Console(), train_only=True)


def load(
    file: Path | str, overrides: Iterable[str] = (), report: Callable[[str], None] = lambda line: None
) -> Pipeline:
    """The checked pipeline of a file; ``.run()`` runs it.

    ``overrides`` replace keys for this once: ``["sample.temperature=1.1"]``. ``report`` is given a line for
    each plugin file that the pipeline names, before it is run. Raises PipelineError with a line for every
    mistake.
    """
    return Pipeline(load_plan(Path(file), overrides, report=report))


def sample(
    model: Path | str,
    folder: Path | str,
    *,
    seed: int = 0,
    renderers: Sequence[str] = (),
    plugins: Sequence[Path | str] = (),
    reporter: Reporter | None = None,
    **options: Any,
) -> tuple[NewTune, ...]:
    """Write tunes from a saved model alone to ``folder``: ``001.abc``, ``001.mid``, ...

    ``options`` are those of ``[sample]``: ``tunes``, ``key``, ``temperature``, ... ``plugins`` are the files
    of plugins that the model's pipeline named and that are not installed. Raises MusegenError for a
    file that is no model, a component it names that is not installed, or an option out of bounds.
    """
    reporter = reporter or Silent()
    found, model, folder = _with_files(plugins), Path(model), Path(folder)
    asked = _sample_options(options)
    if not 0 <= seed <= 2**31 - 1:
        raise MusegenError(f"seed: must lie in 0 to {2**31 - 1} (got {seed})")
    writers = _renderers(found, renderers)
    about = read_about(model)
    trained = _trained(found, model, about)
    tokenizer = _named(found, model, "tokenizer", about["tokenizer"]).load(about["tokenizer"].get("state"))
    notation: Notation = _named(found, model, "notation", about["notation"])
    home = Home.load(about["notation"].get("home"))
    check_wishes(asked, notation, tokenizer, (), home)
    fields = about["notation"]["fields"]
    for field in notation.wished(asked.wishes(home)):
        if field not in fields:
            reporter.say(f"{model}: its corpus never had the field {field}; it has not learned what it means")
    name = about["notation"]["name"]
    composer = Composer(trained, tokenizer, notation, name, fields, asked, home)
    composition = composer.compose(seed, reporter.begin("sample").advance)
    valid = sum(draw.judgement.valid for draw in composition.draws)
    reporter.finish("sample", f"{valid} of {len(composition.draws)} draws valid")
    tunes = []
    with clear_os_errors(folder), filled(folder, "choose another folder") as made:
        rendering = Rendering(writers, made)
        for number, draw in enumerate(composition.kept, 1):
            text = made / f"{number:03}.{name}"
            text.write_bytes(draw.tune.text.encode())
            paths = [text, *(rendering.tune(draw.score, text.stem) if draw.score is not None else ())]
            files = {path.suffix: folder / path.name for path in paths}
            faults = tuple(str(fault) for fault in draw.judgement.faults)
            tunes.append(NewTune(number, draw.tune.title, draw.tune.text, name, draw.seed, faults, files))
            if faults:
                reporter.say(f"{folder / text.name}: {'; '.join(faults)}")
        rendering.finish()
    return tuple(tunes)


def demo_model() -> Path:
    """The file of the model that comes with musegen. Raises ArtifactError where it was left out."""
    path = Path(__file__).parent / "demo" / "model.safetensors"
    if not path.is_file():
        raise ArtifactError(f"{path}: no such file; install musegen anew, or name a model")
    return path


def export(
    model: Path | str,
    output: Path | str,
    store: str = "int8",
    *,
    vocabulary: Path | str | None = None,
    force: bool = False,
    plugins: Sequence[Path | str] = (),
) -> tuple[int, int]:
    """Write a saved model to another file, stored otherwise; returns the bytes of both.

    ``model`` may be one that musegen did not save, such as a ``.keras`` file. Then ``vocabulary`` tells what
    its tokens stand for: a JSON list of symbols, or a text whose characters, each once and sorted, they are.
    ``plugins`` are those of :func:`sample`.

    Raises MusegenError for a file that is no model, one that cannot be expressed, a store it does not have,
    and for an ``output`` that exists unless ``force``.
    """
    model, output, known = Path(model), Path(output), _with_files(plugins)
    trained = _foreign(known, model, vocabulary) or _trained(known, model, read_about(model))
    stores = trained.stores if isinstance(trained, StorableModel) else ()
    if not isinstance(trained, StorableModel) or store not in stores:
        ways = f"it can be {', '.join(stores)}" if stores else "its kind has one way only"
        raise MusegenError(f"{model}: cannot be stored as {store}; {ways}")
    check_target(output, model, force)
    with clear_os_errors(output):
        trained.save_as(output, store)
    return model.stat().st_size, output.stat().st_size


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
    writers = _renderers(plugins, renderers)
    readers = [reader for file in files for reader in file_readers(Path(file))]
    for reader in readers:
        reader.sources()  # a missing file is known before anything is written
    notations = {name: _default(plugins.notation(name)) for name in plugins.names("notation")}
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


def _with_files(files: Sequence[Path | str]) -> Plugins:
    plugins = installed_plugins()
    return plugins.with_files(map(PluginFile.read, files)) if files else plugins


def _foreign(plugins: Plugins, model: Path, vocabulary: Path | str | None) -> LanguageModel | None:
    """The model of a file that musegen did not save; None for one that ends as its own do."""
    suffixes = {suffix: name for name in plugins.names("model") for suffix in plugins.model(name).suffixes}
    name = suffixes.get(model.suffix.lower())
    if name is None:
        if vocabulary is not None:
            known = ", ".join(sorted(suffixes))
            raise MusegenError(
                f"{model}: has its vocabulary in it; one is given for files of others ({known})"
            )
        return None
    installed = plugins.find("model", name)
    if missing := installed.missing():
        raise PluginError(f"{model}: {missing}")
    if not model.is_file():
        raise ArtifactError(f"{model}: no such file")
    trainer = _default(installed.component)
    if not isinstance(trainer, ForeignModels):
        raise PluginError(f'{model}: model "{name}" declares {model.suffix} and cannot read it')
    return trainer.read_foreign(model, None if vocabulary is None else _symbols(Path(vocabulary)))


def _symbols(path: Path) -> list[str]:
    """What the tokens of a model stand for."""
    try:
        text = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise MusegenError(f"{path}: cannot be read as a vocabulary ({error})") from error
    if path.suffix.lower() != ".json":
        return sorted(set(text))
    try:
        symbols = json.loads(text)
    except ValueError as error:
        raise MusegenError(f"{path}: is no JSON ({error})") from error
    if not isinstance(symbols, list) or not all(isinstance(symbol, str) for symbol in symbols):
        raise MusegenError(f'{path}: is no list of symbols; write it as ["A", "B"]')
    return symbols


def _trained(plugins: Plugins, model: Path, about: Mapping[str, Any]) -> LanguageModel:
    trained: LanguageModel = _named(plugins, model, "model", about["model"]).load(model)
    return trained


def _sample_options(options: dict[str, Any]) -> Sample:
    try:
        return Sample.model_validate(options)
    except ValidationError as error:
        lines = [
            f"{'.'.join(str(key) for key in fault['loc'])}: {fault['msg']} (got {fault['input']!r})"
            for fault in error.errors(include_url=False)
        ]
        raise MusegenError("\n".join(lines)) from None


def _renderers(plugins: Plugins, names: Sequence[str]) -> list[Renderer | BookRenderer]:
    return [_default(plugins.renderer(name)) for name in names]


def _default(component: Any) -> Any:
    return component.build(component.options())


def _named(plugins: Plugins, model: Path, kind: str, described: dict[str, JSON]) -> Any:
    """A component that a saved model names, built with the options it names."""
    try:
        component = plugins.find(kind, str(described["name"])).component
    except PluginError as error:
        file = described.get("file")
        hint = f"; it came from the plugin file {file}: give it with --plugin" if file else ""
        raise PluginError(f"{model}: was made with {error}{hint}") from None
    if described["version"] != component.version:
        raise PluginError(
            f'{model}: was made with version {described["version"]} of {kind} "{component.name}"; '
            f"version {component.version} is installed"
        )
    try:
        options: Options = component.options.model_validate(described.get("options", {}), strict=False)
    except ValidationError:
        raise ArtifactError(f'{model}: options of {kind} "{component.name}" are damaged') from None
    return component.build(options)
