"""Installed components: their plugins, the components that they need, and how they are built."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from functools import WRAPPER_ASSIGNMENTS, update_wrapper
from typing import Any, TypeAlias, TypeVar

from musegen.errors import PluginError
from musegen.options import Options
from musegen.plugins.checked import blame
from musegen.plugins.contracts import checked
from musegen.plugins.faults import origin
from musegen.plugins.loading import DISABLED, PluginFile, disabled_plugins
from musegen.protocols.component import Component

T = TypeVar("T")

Look: TypeAlias = "Callable[[str, str], Installed | None]"
"""A function that finds a component by kind and name among the same plugins, or returns None."""


def _nothing(kind: str, name: str) -> Installed | None:
    return None


@dataclass(frozen=True, slots=True)
class Installed:
    """A component and the plugin that it comes from."""

    kind: str
    component: Component[Any]
    """The component. Its ``build`` takes only options; the components that it needs are added."""
    plugin: str
    """Name of the plugin."""
    distribution: str
    """Name of the distribution; empty for a plugin that is one file."""
    distribution_version: str
    file: PluginFile | None = None
    """File of the plugin, if the plugin is one file."""
    look: Look = field(default=_nothing, repr=False, compare=False)
    """Function that finds the components that it needs."""

    @property
    def name(self) -> str:
        """The component as messages name it: ``renderer "x", plugin "p" of d 1.0``."""
        by = origin(self.plugin, self.distribution, self.distribution_version)
        return f'{self.kind} "{self.component.name}", {by}'

    def lacks(self) -> list[str]:
        """Modules and components that the component needs and that are not installed.

        A component is given as in ``notation "abc"``.
        """
        found = list(self.component.missing())
        for kind, name in self.component.needs.items():
            other = self.look(kind, name)
            found += [f'{kind} "{name}"'] if other is None else other.lacks()
        return found

    def needed(self) -> dict[str, Installed]:
        """The components that it needs and that are installed, by kind."""
        found = {kind: self.look(kind, name) for kind, name in self.component.needs.items()}
        return {kind: one for kind, one in found.items() if one}

    def missing(self) -> str:
        """A message about everything that is missing, which says what to do; empty if nothing is missing."""
        lines = []
        if modules := self.component.missing():
            extra = f"[{self.component.extra}]" if self.component.extra else ""
            wanted = f"{self.distribution}{extra}" if self.distribution else " ".join(modules)
            lines.append(f'needs {" and ".join(modules)}; pip install "{wanted}"')
        lines += _unmet(self.component, self.look)
        return f'"{self.component.name}" {", and ".join(lines)}' if lines else ""

    def build(self, options: Options | None = None) -> Any:
        """The working object, with default options if none are given.

        Raises PluginError with the message of :meth:`missing` if anything is missing.
        """
        if missing := self.missing():
            raise PluginError(missing)
        return self.make(self.component.options() if options is None else options)

    def make(self, options: Options) -> Any:
        """The same, whether or not the component has all that it needs: a model may be loaded without.

        What it gives is checked. Raises ComponentError for an object that is not one of its kind.
        """
        try:
            made = self.component.build(options)
        except Exception as error:
            blame(error, self.name)
            raise
        whole = checked(self.kind, made, self.name)
        if self.kind == "measure" and whole.descriptors != self.component.descriptors:
            raise whole.fault("its descriptors are not those that its component declares")
        return whole


def keyword(kind: str) -> str:
    """The name of the argument with which a build function gets a component of this kind."""
    return kind.replace(" ", "_")


def connected(component: Component[T], look: Look) -> Component[T]:
    """The component with a ``build`` that, when it is called, finds and adds the components that it needs."""
    if not component.needs or isinstance(component.build, _Connected):
        return component
    return replace(component, build=_Connected(component, look))


def _unmet(component: Component[Any], look: Look) -> Iterator[str]:
    """A message for each component that this one needs and that cannot be used."""
    for kind, name in component.needs.items():
        other = look(kind, name)
        if other is None:
            disabled = ", ".join(sorted(disabled_plugins()))
            advice = f"{DISABLED} leaves out: {disabled}" if disabled else "install the plugin that has it"
            yield f'needs the {kind} "{name}", which is not installed; {advice}'
        elif missing := other.missing():
            yield f'needs the {kind} "{name}"; {missing}'


class _Connected:
    """A build function that takes only options and adds the components that it needs."""

    def __init__(self, component: Component[Any], look: Look) -> None:
        self._component, self._look = component, look
        # The code is copied too: an exception is traced to the component by it.
        update_wrapper(self, component.build, (*WRAPPER_ASSIGNMENTS, "__code__"), ())

    def __call__(self, options: Options) -> Any:
        if unmet := ", and ".join(_unmet(self._component, self._look)):
            raise PluginError(f'"{self._component.name}" {unmet}')
        found = {kind: self._look(kind, name) for kind, name in self._component.needs.items()}
        build: Callable[..., Any] = self._component.build
        return build(options, **{keyword(kind): one.component for kind, one in found.items() if one})
