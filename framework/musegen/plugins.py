"""Finds plugins and hands out their components by kind and name."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from importlib.metadata import EntryPoint, entry_points
from typing import Any

import pluggy

from musegen import hookspecs
from musegen.components import (
    JSON,
    BookRenderer,
    Component,
    CorpusReader,
    ModelTrainer,
    Notation,
    Renderer,
    TokenizerTrainer,
)
from musegen.errors import PluginError

KINDS: Mapping[str, str] = {
    "corpus reader": "musegen_corpus_readers",
    "notation": "musegen_notations",
    "tokenizer": "musegen_tokenizers",
    "model": "musegen_models",
    "renderer": "musegen_renderers",
}
"""Kind of component -> the hook that declares it."""


@dataclass(frozen=True, slots=True)
class Installed:
    """A component and where it comes from."""

    kind: str
    component: Component[Any]
    plugin: str
    distribution: str
    distribution_version: str

    def missing(self) -> str:
        """What the component needs and is not installed, with the command for it; empty where it has all."""
        modules = self.component.missing()
        if not modules:
            return ""
        extra = f"[{self.component.extra}]" if self.component.extra else ""
        wanted = f"{self.distribution}{extra}" if self.distribution else " ".join(modules)
        return f'"{self.component.name}" needs {" and ".join(modules)}; pip install "{wanted}"'


class Plugins:
    """The components of a set of plugins."""

    def __init__(self) -> None:
        """No plugin yet: :meth:`add` them, or take :func:`installed_plugins`."""
        self._manager = pluggy.PluginManager(hookspecs.NAMESPACE)
        self._manager.add_hookspecs(hookspecs)
        self._installed: dict[tuple[str, str], Installed] = {}
        self.faults: list[str] = []
        """One line for each plugin that could not be used."""

    def add(self, plugin: object, name: str, distribution: str = "", version: str = "") -> None:
        """Register one plugin. Raises PluginError for hooks that do not exist or names that are taken."""
        try:
            self._manager.register(plugin, name)
            self._manager.check_pending()
            declared = [
                Installed(kind, component, name, distribution, version)
                for kind, hook in KINDS.items()
                for declaration in getattr(self._manager.hook, hook).get_hookimpls()
                if declaration.plugin is plugin
                for component in declaration.function()
            ]
            for new in declared:
                taken = self._installed.get((new.kind, new.component.name))
                if taken:
                    raise PluginError(f'{new.kind} "{new.component.name}" is declared by {taken.plugin} too')
            self._check_baselines(declared)
        except Exception as error:
            if self._manager.has_plugin(name):
                self._manager.unregister(name=name)
            cause = str(error).splitlines()[0] if str(error) else ""
            raise PluginError(
                f'plugin "{name}"{f" of {distribution} {version}" if distribution else ""} cannot be used: '
                f"{type(error).__name__}: {cause}"
            ) from error
        self._installed |= {(new.kind, new.component.name): new for new in declared}

    def _check_baselines(self, declared: Sequence[Installed]) -> None:
        """Raises PluginError where a figure of one line to beat would be taken for another's."""
        taken = {"train", "validation", "test"}
        taken.update(line for each in self._installed.values() for line in each.component.baselines)
        for line in (line for new in declared for line in new.component.baselines):
            if line in taken or not re.fullmatch(r"[a-z][a-z0-9_]*", line):
                raise PluginError(f'baseline "{line}": is no name of its own in small letters, digits and _')
            taken.add(line)

    def __iter__(self) -> Iterator[Installed]:
        return iter(
            sorted(self._installed.values(), key=lambda i: (list(KINDS).index(i.kind), i.component.name))
        )

    def names(self, kind: str) -> list[str]:
        """The installed components of a kind, sorted."""
        return sorted(name for of, name in self._installed if of == kind)

    def find(self, kind: str, name: str) -> Installed:
        """The component of this name and where it comes from. Raises PluginError that lists the choices."""
        found = self._installed.get((kind, name))
        if found is None:
            choices = self.names(kind)
            close = get_close_matches(name, choices, 1)
            hint = f'; did you mean "{close[0]}"?' if close else ""
            raise PluginError(f'no {kind} "{name}"{hint} (installed: {", ".join(choices) or "none"})')
        return found

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

    def rows(self) -> list[dict[str, JSON]]:
        """Every component with its plugin, distribution and version, for ``musegen plugins --json``."""
        return [
            {
                "kind": installed.kind,
                "name": installed.component.name,
                "version": installed.component.version,
                "summary": installed.component.summary,
                "plugin": installed.plugin,
                "distribution": installed.distribution,
                "distribution_version": installed.distribution_version,
                "missing": list(installed.component.missing()),
            }
            for installed in self
        ]

    @property
    def hook(self) -> pluggy.HookRelay:
        """Calls every plugin that implements a hook."""
        return self._manager.hook


@cache
def installed_plugins() -> Plugins:
    """Every plugin that an installed distribution offers in the entry-point group ``musegen``.

    One that cannot be loaded is left out, with a line in ``faults``: it must not take the others along.
    """
    plugins = Plugins()
    points = sorted(entry_points(group=hookspecs.NAMESPACE), key=_first_party_first)
    for point in points:
        distribution = point.dist.name if point.dist else ""
        version = point.dist.version if point.dist else ""
        try:
            plugins.add(point.load(), point.name, distribution, version)
        except PluginError as error:
            plugins.faults.append(str(error))
        except Exception as error:
            plugins.faults.append(
                f'plugin "{point.name}" of {distribution} {version} cannot be imported: '
                f"{type(error).__name__}: {error}"
            )
    return plugins


def _first_party_first(point: EntryPoint) -> tuple[bool, str, str]:
    distribution = point.dist.name if point.dist else ""
    return distribution != "musegen", distribution, point.name
