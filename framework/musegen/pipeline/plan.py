"""Plans: reads ``pipeline.toml`` into a typed :class:`Plan`, or says every mistake in it with its line."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from musegen.corpus.splitting import Split
from musegen.errors import MusegenError
from musegen.evaluation.settings import Evaluate
from musegen.models.sample_options import Sample
from musegen.pipeline.checker import Checker
from musegen.pipeline.surroundings import check_surroundings
from musegen.pipeline.tables import PluginFiles, RunOptions
from musegen.pipeline.toml_source import TomlSource
from musegen.plugins.registry import Plugins, installed_plugins
from musegen.plugins.use import Use
from musegen.protocols.corpora import CorpusReader
from musegen.protocols.models import ModelTrainer
from musegen.protocols.notations import Notation, Prepare
from musegen.protocols.renderers import BookRenderer, Renderer
from musegen.protocols.rules import Rule
from musegen.protocols.tokenizers import TokenizerTrainer


@dataclass(frozen=True)
class Plan:
    """The content of a checked pipeline file. Nothing in it has been started."""

    source: TomlSource = field(repr=False, compare=False)
    """The file, which knows the line of each value."""
    plugins: Plugins
    run_options: RunOptions
    corpus: tuple[Use[CorpusReader], ...]
    notations: Mapping[str, Use[Notation]]
    prepare: Prepare
    split: Split
    tokenizer: Use[TokenizerTrainer]
    model: Use[ModelTrainer]
    sample: Sample
    rules: tuple[Use[Rule], ...]
    render: tuple[Use[Renderer | BookRenderer], ...]
    evaluate: Evaluate | None
    """None without the table ``[evaluate]``, or with ``tunes = 0`` in it."""

    @property
    def file(self) -> Path:
        """The pipeline file."""
        return self.source.file

    @property
    def folder(self) -> Path:
        """The run folder."""
        return Path(self.run_options.folder)

    @contextmanager
    def blamed(self, *place: str | int) -> Iterator[None]:
        """In this block an error of the user's names the file, and the line of what is to blame.

        That is the option that the error itself names, else the table or option at ``place``.
        """
        try:
            yield
        except MusegenError as error:
            if not error.located:
                error.args = (self.source.located(error.option or place, str(error)),)
                error.located = True
            raise


def load_plan(
    file: Path,
    overrides: Iterable[str] = (),
    plugins: Plugins | None = None,
    report: Callable[[str], None] = lambda line: None,
) -> Plan:
    """The plan of a pipeline file, once it is read and checked.

    ``overrides`` have the form ``table.key=value`` with a TOML value; a value that is not valid TOML counts
    as a string. ``report`` gets a line for each plugin file, before the code in it is run. Raises
    PipelineError, which has a line for every mistake.
    """
    source = TomlSource.read(file)
    for override in overrides:
        source.override(override)
    checked = Checker(source, plugins or installed_plugins(), report)
    checked.load_plugins()
    checked.check()
    check_surroundings(checked)
    checked.reader.mistakes.refuse()
    settings = checked.settings
    uses = {name: [one.use for one in found] for name, found in checked.found.items()}
    return Plan(
        source=source,
        plugins=checked.plugins,
        run_options=settings["run"],  # type: ignore[arg-type]
        corpus=tuple(uses["corpus"]),  # type: ignore[arg-type]
        notations=checked.notations,
        prepare=settings["prepare"],  # type: ignore[arg-type]
        split=settings["split"],  # type: ignore[arg-type]
        tokenizer=uses["tokenizer"][0],  # type: ignore[arg-type]
        model=uses["model"][0],  # type: ignore[arg-type]
        sample=settings["sample"],  # type: ignore[arg-type]
        rules=tuple(uses["rule"]),  # type: ignore[arg-type]
        render=tuple(uses["render"]),  # type: ignore[arg-type]
        evaluate=checked.evaluation(),
    )


def pipeline_plugins(plugins: Plugins, file: Path, report: Callable[[str], None]) -> Plugins:
    """These plugins together with those whose files a pipeline names; the rest of it is not checked.

    ``report`` gets a line for each plugin file, before the code in it is run. Raises PipelineError, which has
    a line for every plugin file that cannot be used.
    """
    checked = Checker(TomlSource.read(file), plugins, report)
    checked.load_plugins()
    checked.reader.read(("plugins",), PluginFiles)
    checked.reader.mistakes.refuse()
    return checked.plugins
