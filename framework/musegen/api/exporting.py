"""``musegen.export``: a model stored otherwise, or brought over from Keras."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from musegen.api.components import with_files
from musegen.api.conversion import check_target
from musegen.errors import ArtifactError, MusegenError, PluginError
from musegen.inputs import check_file
from musegen.models.tune_model import load_network
from musegen.plugins.registry import Plugins
from musegen.progress import Reporter, chosen_reporter
from musegen.protocols.models import ForeignModels, LanguageModel, StorableModel
from musegen.writing import os_errors_explained


@dataclass(frozen=True, slots=True)
class Exported:
    """What :func:`export` wrote."""

    path: Path
    """The file."""
    size: int
    """How large it is, in bytes."""
    source_size: int
    """How large the file is that it was made from, in bytes."""


def export(
    model: Path | str,
    output: Path | str,
    store: str = "int8",
    *,
    vocabulary: Path | str | None = None,
    force: bool = False,
    plugins: Sequence[Path | str] = (),
    reporter: Reporter | None = None,
) -> Exported:
    """Write a saved model to another file, stored otherwise.

    ``model`` may be one that musegen did not save, such as a ``.keras`` file. Then ``vocabulary`` tells what
    its tokens stand for: a JSON list of symbols, or a text whose characters, each once and sorted, they are.
    ``plugins`` are those of :func:`sample`.

    Raises MusegenError for a file that is no model, one that cannot be expressed, a store it does not have,
    and for an ``output`` that exists unless ``force``.
    """
    model, output, known = Path(model), Path(output), with_files(plugins)
    reporter = chosen_reporter(reporter)
    reporter.begin("export")
    trained = _foreign(known, model, vocabulary) or load_network(model, known)
    stores = trained.stores if isinstance(trained, StorableModel) else ()
    if not isinstance(trained, StorableModel) or store not in stores:
        ways = f"it can be {', '.join(stores)}" if stores else "its kind has one way only"
        raise MusegenError(f"{model}: cannot be stored as {store}; {ways}")
    check_target(output, model, force)
    with os_errors_explained(output):
        trained.save_as(output, store)
    made = Exported(output, output.stat().st_size, model.stat().st_size)
    reporter.finish("export", f"{made.path}: {made.size:,} bytes, {model} has {made.source_size:,}")
    return made


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
    try:
        check_file(model)
    except OSError as error:
        raise ArtifactError(f"{model}: {error.strerror}") from None
    trainer = installed.build()
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
