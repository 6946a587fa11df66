"""The check of all tables of a pipeline file: its components, their options, and its settings."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from musegen.errors import PluginError, did_you_mean
from musegen.evaluation.settings import Evaluate
from musegen.models.sample_options import Sample, ignored_keys, keys_of_models, sample_options
from musegen.options import Options
from musegen.pipeline.mistakes import Mistakes
from musegen.pipeline.table_reader import TableReader
from musegen.pipeline.tables import SETTINGS, USES, PluginFiles
from musegen.pipeline.toml_lines import Place
from musegen.pipeline.toml_source import TomlSource
from musegen.plugins.installed import Installed
from musegen.plugins.loading import PluginFile
from musegen.plugins.registry import Plugins
from musegen.plugins.use import Use
from musegen.protocols.component import Component
from musegen.protocols.models import ModelTrainer
from musegen.protocols.notations import Notation


@dataclass(frozen=True, slots=True)
class Found:
    """A table whose component is known."""

    place: Place
    installed: Installed
    options: Options | None
    """The component's options; None if there are mistakes in them."""

    @property
    def use(self) -> Use[Any] | None:
        """The component with its options; None if there are mistakes in them."""
        if self.options is None:
            return None
        return Use(self.installed.component, self.options, self.installed)


class Checker:
    """What the tables of a pipeline say. All mistakes in them are collected in ``reader.mistakes``."""

    settings: Mapping[str, Options | None]
    """The options of each table of :data:`SETTINGS`; None for one with mistakes."""
    found: Mapping[str, list[Found]]
    """The tables of each name in :data:`USES` whose components are known."""
    notations: Mapping[str, Use[Notation]]
    """Each notation that is installed, unless there are mistakes in its options."""

    def __init__(self, source: TomlSource, plugins: Plugins, report: Callable[[str], None]) -> None:
        """``report`` gets a line for each plugin file before its code is run, and one for an unused key."""
        self.reader = TableReader(source, Mistakes(source))
        self.plugins, self._source, self._report = plugins, source, report
        self._add, self._given = self.reader.mistakes.add, source.tables

    def load_plugins(self) -> None:
        """Add the plugins of ``[plugins] files`` to :attr:`plugins`, as far as they can be used."""
        given = self.reader.table(("plugins", "files"))
        for number, path in enumerate(given if isinstance(given, list) else ()):
            alone = self.reader.usable(("plugins",), PluginFiles, files=[path])
            if alone is None:  # it is no path, which check() tells
                continue
            try:
                file = PluginFile.read(alone.files[0])
                self._report(f"{self._source.file}: loading the plugin {file.path}, whose code is run")
                self.plugins = self.plugins.with_files([file])
            except PluginError as error:
                self._add(("plugins", "files", number), str(error))

    def check(self) -> None:
        """Read every table into :attr:`settings`, :attr:`found` and :attr:`notations`."""
        known = [*SETTINGS, *USES, "notation"]
        for name in self._given:
            if name not in known:
                self._add((name,), f"unknown table{did_you_mean(name, known)}")
        self.settings = {
            name: self._sample() if cls is Sample else self.reader.read((name,), cls)
            for name, cls in SETTINGS.items()
        }
        self.found = {name: list(self._find(name)) for name in USES}
        self.notations = self._notations()

    def evaluation(self) -> Evaluate | None:
        """The options of ``[evaluate]``; None where a pipeline leaves the evaluation out."""
        options = self.reader.usable(("evaluate",), Evaluate)
        return options if options and options.tunes and "evaluate" in self._given else None

    def _find(self, name: str) -> Iterator[Found]:
        kind = USES[name].kind
        choices = ", ".join(self.plugins.names(kind)) or "none"
        for place, table in self._use_tables(name, choices):
            use = table.get("use")
            if not isinstance(use, str):
                problem = "is missing" if use is None else f"must be a string (got {use!r})"
                self._add((*place, "use"), f"{problem}; choose one of: {choices}")
                continue
            try:
                installed = self.plugins.find(kind, use)
            except PluginError as error:
                self._add((*place, "use"), str(error))
                continue
            if missing := installed.missing():
                self._add((*place, "use"), missing)
            options = self.reader.read(place, installed.component.options, ignore=("use",))
            yield Found(place, installed, options)

    def _use_tables(self, name: str, choices: str) -> Iterator[tuple[Place, Mapping[str, Any]]]:
        """The tables of this name; one that is written in the wrong brackets is read nevertheless."""
        several, given = USES[name].several, self._given.get(name)
        wanted = f"[[{name}]]" if several else f"[{name}]"
        if given is None:
            if USES[name].required:
                self._add((name,), f"the table {wanted} is missing; write it with use = one of: {choices}")
            return
        if several and isinstance(given, dict):
            self._add((name,), f"write it as {wanted}, because there may be several")
            yield (name,), given
        elif several and given == []:
            self._add((name,), f"is empty; write at least one {wanted}")
        elif several and isinstance(given, list) and all(isinstance(one, dict) for one in given):
            yield from (((name, number), table) for number, table in enumerate(given))
        elif not several and isinstance(given, dict):
            yield (name,), given
        else:
            self._add((name,), f"is not a table; write {wanted}")

    def _notations(self) -> dict[str, Use[Notation]]:
        tables = self._given.get("notation", {})
        installed = self.plugins.names("notation")
        if not isinstance(tables, dict):
            self._add(("notation",), "is not a table; write [notation.NAME]")
            tables = {}
        for name in tables:
            if name not in installed:
                hint = did_you_mean(name, installed)
                self._add(("notation", name), f"no such notation{hint} (installed: {', '.join(installed)})")
        uses = {}
        for name in installed:
            found = self.plugins.find("notation", name)
            if missing := found.missing():
                if name in tables:
                    self._add(("notation", name), missing)
                continue
            options = self.reader.read(("notation", name), found.component.options)
            if options is not None:
                uses[name] = Use(found.component, options, found)
        return uses

    def _sample(self) -> Options | None:
        """The options of ``[sample]`` with the keys that the model adds. Keys of other models are ignored."""
        keys, model = self._given.get("sample"), self._model()
        if model is None:
            return self.reader.read(("sample",), Sample, ignore=self._other_keys())
        ignored = ignored_keys(keys if isinstance(keys, dict) else {}, model, self.plugins)
        for key, words in ignored.items():
            self._report(self._source.located(("sample", key), words))
        try:
            return self.reader.read(("sample",), sample_options(model), ignore=ignored)
        except PluginError as error:
            self._add(("model", "use"), str(error))
            return None

    def usable_sample(self) -> Sample | None:
        """The options of ``[sample]`` without those of the model and those that are wrong."""
        return self.reader.usable(("sample",), Sample, ignore=self._other_keys())

    def _other_keys(self) -> list[str]:
        """Keys that only models have: where the model is not known, those of any may be meant."""
        return [key for key in keys_of_models(self.plugins) if key not in Sample.model_fields]

    def _model(self) -> Component[ModelTrainer] | None:
        """The component of ``[model]``; None if it is not known, which is reported elsewhere."""
        model = self._given.get("model")
        use = model.get("use") if isinstance(model, dict) else None
        return self.plugins.model(use) if use in self.plugins.names("model") else None
