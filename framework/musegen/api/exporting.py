"""``musegen.export``: stores a model in another way, or converts one from Keras."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from musegen.api.components import with_files
from musegen.api.conversion import check_target
from musegen.bounds import Bounds
from musegen.errors import ArtifactError, MusegenError, PluginError
from musegen.inputs import check_file, read_file
from musegen.models.tune_model import load_network
from musegen.plugins.registry import Plugins
from musegen.progress import Reporter, chosen_reporter
from musegen.protocols.models import ForeignModels, LanguageModel, StorableModel
from musegen.words import counted
from musegen.writing import errors_name, os_errors_explained


@dataclass(frozen=True, slots=True)
class Exported:
    """The result of :func:`export`."""

    path: Path
    """The file that was written."""
    size: int
    """Size of that file in bytes."""
    source_size: int
    """Size in bytes of the file that it was made from."""


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
    """Write a saved model to another file, stored in the way ``store``, such as ``fp32`` or ``int8``.

    ``model`` may also be a file of another program, such as a ``.keras`` file. Then ``vocabulary`` is a file
    with the symbols of its tokens: a JSON list of symbols, or a text whose different characters, sorted, are
    the symbols. ``plugins``: Python files of plugins that the model's pipeline named and that are not
    installed.

    Raises MusegenError for a file that is not a model, a model that musegen cannot represent, a ``store``
    that the model does not have, or an ``output`` that exists if ``force`` is not set.
    """
    model, output, known = Path(model), Path(output), with_files(plugins)
    reporter = chosen_reporter(reporter)
    reporter.begin("export")
    trained = _foreign(known, model, vocabulary) or load_network(model, known)
    stores = trained.stores if isinstance(trained, StorableModel) else ()
    if not isinstance(trained, StorableModel) or store not in stores:
        ways = f"choose one of: {', '.join(stores)}" if stores else "this kind of model has only one way"
        raise MusegenError(f"{model}: cannot be stored as {store}; {ways}")
    check_target(output, model, force)
    with os_errors_explained(output), errors_name(output):
        trained.save_as(output, store)
    made = Exported(output, output.stat().st_size, model.stat().st_size)
    reporter.finish("export", f"{made.path}: {counted(made.size, 'byte')}, {model} has {made.source_size:,}")
    return made


def _foreign(plugins: Plugins, model: Path, vocabulary: Path | str | None) -> LanguageModel | None:
    """The model in a file of another program; None for a file with a suffix of musegen's own."""
    suffixes = {suffix: name for name in plugins.names("model") for suffix in plugins.model(name).suffixes}
    name = suffixes.get(model.suffix.lower())
    if name is None:
        if vocabulary is not None:
            known = ", ".join(sorted(suffixes))
            raise MusegenError(
                f"{model}: contains its vocabulary; give one only for files of other programs ({known})"
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
        raise PluginError(f'{model}: the model "{name}" declares {model.suffix}, but cannot read such files')
    return trainer.read_foreign(model, None if vocabulary is None else _symbols(Path(vocabulary)))


def _symbols(path: Path) -> list[str]:
    """The symbols of a model's tokens, read from a file. Raises MusegenError if it cannot be read."""
    try:
        text = read_file(path, Bounds.VOCABULARY).decode("utf-8-sig")
    except OSError as error:
        raise MusegenError(f"{path}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise MusegenError(f"{path}: cannot be read as a vocabulary ({error})") from error
    if path.suffix.lower() != ".json":
        return sorted(set(text))
    try:
        symbols = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise MusegenError(f"{path}: is not valid JSON ({error})") from error
    if not isinstance(symbols, list) or not all(isinstance(symbol, str) for symbol in symbols):
        raise MusegenError(f'{path}: is not a list of symbols; write it as ["A", "B"]')
    return symbols
