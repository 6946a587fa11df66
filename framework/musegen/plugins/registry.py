"""The registry of plugins, which gives access to their components by kind and name."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from traceback import walk_tb
from types import ModuleType, SimpleNamespace
from typing import Any, Literal, TypeVar, overload

import pluggy
from pydantic import ValidationError

from musegen.canonical import JSON
from musegen.errors import MusegenError, PluginError, did_you_mean
from musegen.option_faults import option_faults
from musegen.plugins import hookspecs
from musegen.plugins.declarations import (
    check_api,
    check_hooks,
    declared_commands,
    declared_components,
    defined,
)
from musegen.plugins.faults import cause, origin
from musegen.plugins.hookspecs import KINDS
from musegen.plugins.installed import Installed, connected
from musegen.plugins.loading import Load, PluginFile, installed_points, strict
from musegen.protocols.commands import Command
from musegen.protocols.component import Component
from musegen.protocols.corpora import CorpusReader
from musegen.protocols.measures import Measure
from musegen.protocols.models import ModelTrainer
from musegen.protocols.notations import Notation
from musegen.protocols.renderers import BookRenderer, Renderer
from musegen.protocols.rules import Rule
from musegen.protocols.tokenizers import TokenizerTrainer

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class InstalledCommand:
    """A command and the plugin that it comes from."""

    command: Command
    plugin: str
    distribution: str
    distribution_version: str

    @property
    def origin(self) -> str:
        """The plugin as messages name it."""
        return origin(self.plugin, self.distribution, self.distribution_version)

    def blamed(self) -> Command:
        """The command with a note that names the plugin on its exceptions, except for MusegenError."""

        @contextmanager
        def noted() -> Iterator[None]:
            try:
                yield
            except MusegenError:
                raise
            except Exception as error:
                error.add_note(f'in the command "{self.command.name}", {self.origin}')
                raise

        return replace(
            self.command,
            add_arguments=noted()(self.command.add_arguments),
            run=noted()(self.command.run),
        )


class Plugins:
    """A set of plugins, with their components and commands."""

    def __init__(self) -> None:
        """The set is empty: :meth:`add` plugins to it, or use :func:`installed_plugins`."""
        self._manager = pluggy.PluginManager(hookspecs.NAMESPACE)
        self._manager.add_hookspecs(hookspecs)
        self._installed: dict[tuple[str, str], Installed] = {}
        self.commands: list[InstalledCommand] = []
        """Commands that the plugins add to the command line, in the order in which they were loaded."""
        self._added: list[tuple[object, str, str, str, PluginFile | None]] = []
        self.faults: list[str] = []
        """One line for each plugin that could not be used."""
        self.loads: list[Load] = []
        """Time that each installed plugin took to load, and the modules that it imported."""

    def add(
        self,
        plugin: object,
        name: str,
        distribution: str = "",
        version: str = "",
        file: PluginFile | None = None,
    ) -> None:
        """Add one plugin, with all its components and commands or not at all.

        ``file``: the plugin's file, if it is one file. Raises PluginError, one line, for a hook that does not
        exist or fails, a hook that does not return a list of components, options that cannot be used, names
        that are taken, needs that go in a circle, and another plugin API.
        """
        try:
            check_api(plugin)
            check_hooks(self._manager, plugin)
            if self._manager.has_plugin(name):
                raise PluginError("another plugin has this name")
            self._manager.register(plugin, name)
            declared = [
                Installed(kind, self.connected(component), name, distribution, version, file, self._look)
                for kind, hook in KINDS.items()
                for function in self._implementations(hook, plugin)
                for component in declared_components(hook, function)
            ]
            taken = dict(self._installed)
            for new in declared:
                other = taken.setdefault((new.kind, new.component.name), new)
                if other is not new:
                    who = origin(other.plugin, other.distribution, other.distribution_version)
                    again = "twice" if other.plugin == name else f"by {who} too"
                    where = defined(new.component.options)
                    raise PluginError(f'{new.kind} "{new.component.name}" is declared {again}{where}')
            _check_circles(taken)
            self._check_baselines(declared)
            self._check_descriptors(declared)
            commands = [
                InstalledCommand(command, name, distribution, version)
                for function in self._implementations("musegen_commands", plugin)
                for command in declared_commands(function)
            ]
            self._check_commands(commands)
        except (Exception, SystemExit) as error:
            if self._manager.get_plugin(name) is plugin:
                self._manager.unregister(name=name)
            who = origin(name, distribution, version)
            raise PluginError(f"{who} cannot be used: {cause(error)}") from error
        self._installed = taken
        self.commands += commands
        self._added.append((plugin, name, distribution, version, file))

    def with_files(self, files: Iterable[PluginFile]) -> Plugins:
        """These plugins together with those in some files, as far as they are not among them.

        Raises PluginError if one cannot be used.
        """
        more = Plugins()
        for added in self._added:
            more.add(*added)
        for file in files:
            plugin, name = file.load(), str(file.path)
            if more._manager.get_plugin(name) is not plugin:
                more.add(plugin, name, file=file)
        more.faults, more.loads = list(self.faults), list(self.loads)
        return more

    def _implementations(self, hook: str, plugin: object) -> list[Callable[..., object]]:
        """The functions of one plugin that implement a hook."""
        found = getattr(self._manager.hook, hook).get_hookimpls()
        return [one.function for one in found if one.plugin is plugin]

    def _check_commands(self, declared: Sequence[InstalledCommand]) -> None:
        """Raises PluginError for a name that another command has."""
        taken = {each.command.name: each for each in self.commands}
        for new in declared:
            other = taken.setdefault(new.command.name, new)
            if other is not new:
                again = "twice" if other.plugin == new.plugin else f"by {other.origin} too"
                where = defined(new.command.run)
                raise PluginError(f'command "{new.command.name}" is declared {again}{where}')

    def _check_baselines(self, declared: Sequence[Installed]) -> None:
        """Raises PluginError for a baseline whose name is taken, so that its figures would be mixed up."""
        taken = {"train", "validation", "test"}
        taken.update(line for each in self._installed.values() for line in each.component.baselines)
        for line in (line for new in declared for line in new.component.baselines):
            if line in taken or not re.fullmatch(r"[a-z][a-z0-9_]*", line):
                raise PluginError(
                    f'baseline "{line}": choose a name that is not taken, of lower-case letters, digits and _'
                )
            taken.add(line)

    def _check_descriptors(self, declared: Sequence[Installed]) -> None:
        """Raises PluginError for a figure whose name another measure has, so that they would be mixed up."""
        taken: dict[str, Installed] = {}
        for measure in (*self._installed.values(), *declared):
            for each in measure.component.descriptors:
                if each.name in taken:
                    raise PluginError(
                        f'measure "{measure.component.name}" has a descriptor "{each.name}", and so has '
                        f"{taken[each.name].name}; choose another name{defined(measure.component.build)}"
                    )
                taken[each.name] = measure

    def __iter__(self) -> Iterator[Installed]:
        return iter(
            sorted(self._installed.values(), key=lambda i: (list(KINDS).index(i.kind), i.component.name))
        )

    def names(self, kind: str) -> list[str]:
        """The names of all components of a kind, sorted."""
        return sorted(name for of, name in self._installed if of == kind)

    def find(self, kind: str, name: str) -> Installed:
        """The component with this name, with its plugin. Raises PluginError, which lists the choices."""
        found = self._installed.get((kind, name))
        if found is None:
            choices = self.names(kind)
            hint = did_you_mean(name, choices)
            raise PluginError(f'no {kind} "{name}"{hint} (installed: {", ".join(choices) or "none"})')
        return found

    def _look(self, kind: str, name: str) -> Installed | None:
        return self._installed.get((kind, name))

    def connected(self, component: Component[T]) -> Component[T]:
        """A component of a hook, with a ``build`` that adds the components of these plugins that it needs."""
        return connected(component, self._look)

    @overload
    def build(self, kind: Literal["corpus reader"], name: str, **options: JSON) -> CorpusReader: ...
    @overload
    def build(self, kind: Literal["notation"], name: str, **options: JSON) -> Notation: ...
    @overload
    def build(self, kind: Literal["tokenizer"], name: str, **options: JSON) -> TokenizerTrainer: ...
    @overload
    def build(self, kind: Literal["model"], name: str, **options: JSON) -> ModelTrainer: ...
    @overload
    def build(self, kind: Literal["renderer"], name: str, **options: JSON) -> Renderer | BookRenderer: ...
    @overload
    def build(self, kind: Literal["rule"], name: str, **options: JSON) -> Rule: ...
    def build(self, kind: str, name: str, **options: JSON) -> Any:
        """The working object of a component. ``options`` are its keys, as in a pipeline.

        Raises PluginError, one line, for a component that is not installed or needs something that is
        missing, and for options that it does not take.
        """
        found = self.find(kind, name)
        try:
            checked = found.component.options.model_validate_json(json.dumps(options))
        except ValidationError as error:
            faults = "; ".join(map(str, option_faults(error, options)))
            raise PluginError(f'{kind} "{name}": {faults}') from None
        return found.build(checked)

    def corpus_reader(self, name: str) -> Component[CorpusReader]:
        """The corpus reader of this name."""
        return self.find("corpus reader", name).component

    def notation(self, name: str) -> Component[Notation]:
        """The notation of this name."""
        return self.find("notation", name).component

    def tokenizer(self, name: str) -> Component[TokenizerTrainer]:
        """The tokenizer of this name."""
        return self.find("tokenizer", name).component

    def model(self, name: str) -> Component[ModelTrainer]:
        """The model of this name."""
        return self.find("model", name).component

    def renderer(self, name: str) -> Component[Renderer | BookRenderer]:
        """The renderer of this name."""
        return self.find("renderer", name).component

    def rule(self, name: str) -> Component[Rule]:
        """The rule of this name."""
        return self.find("rule", name).component

    def measure(self, name: str) -> Component[Measure]:
        """The measure of this name."""
        return self.find("measure", name).component

    def rows(self) -> list[dict[str, JSON]]:
        """A row for every component with its plugin and distribution, for ``musegen plugins --json``."""
        return [
            {
                "kind": installed.kind,
                "name": installed.component.name,
                "version": installed.component.version,
                "summary": installed.component.summary,
                "plugin": installed.plugin,
                "distribution": installed.distribution,
                "distribution_version": installed.distribution_version,
                "needs": dict(installed.component.needs),
                "missing": [*installed.lacks()],
            }
            for installed in self
        ]

    def stage_finished(self, stage: str, folder: Path, cached: bool) -> None:
        """Call the hook ``musegen_stage_finished`` of every plugin. Exceptions get a note with the plugin."""
        hook = self._manager.hook.musegen_stage_finished
        try:
            hook(stage=stage, folder=folder, cached=cached)
        except Exception as error:
            called = {frame.f_code for frame, _ in walk_tb(error.__traceback__)}
            for one in hook.get_hookimpls():
                if getattr(one.function, "__code__", None) in called:
                    error.add_note(f'in musegen_stage_finished of plugin "{one.plugin_name}", stage {stage}')
            raise

    @property
    def hook(self) -> pluggy.HookRelay:
        """The hooks. Calling one calls every plugin that implements it."""
        return self._manager.hook


def without(plugins: Plugins, plugin: object) -> Plugins:
    """These plugins less one, where it is among them."""
    others = Plugins()
    for added in plugins._added:
        if _source_of(added[0]) != _source_of(plugin):
            others.add(*added)
    return others


def _source_of(plugin: object) -> object:
    """What is the same for a plugin that was imported or made twice: the file of a module, else the class."""
    if isinstance(plugin, ModuleType):
        return getattr(plugin, "__file__", None) or plugin.__name__
    return plugin if isinstance(plugin, type | SimpleNamespace) else type(plugin)


def _check_circles(installed: Mapping[tuple[str, str], Installed]) -> None:
    """Raises PluginError if components need each other in a circle, so that none could be built first."""
    needs = {one: installed[one].component.needs.items() for one in installed}
    try:
        TopologicalSorter(needs).prepare()
    except CycleError as error:
        circle = " needs ".join(f'{kind} "{name}"' for kind, name in reversed(error.args[1]))
        raise PluginError(f"needs go in a circle: {circle}") from None


@cache
def installed_plugins() -> Plugins:
    """The plugins that installed distributions offer in the entry-point group ``musegen``.

    A plugin that cannot be used is left out, with a line in ``faults``, so that all others still work. With
    ``MUSEGEN_STRICT_PLUGINS=1`` in the environment it is an error: raises PluginError with all these lines.
    The variable ``MUSEGEN_DISABLE_PLUGINS`` names plugins, separated by commas, that are not loaded.
    """
    plugins = Plugins()
    for point in installed_points(plugins.faults):
        try:
            plugin, load = point.load()
            plugins.loads.append(load)
            plugins.add(plugin, point.name, point.distribution, point.version)
        except PluginError as error:
            plugins.faults.append(str(error))
    if plugins.faults and strict():
        raise PluginError("\n".join(plugins.faults))
    return plugins
