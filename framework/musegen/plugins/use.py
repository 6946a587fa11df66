"""A component with its options, as a pipeline or a saved model uses it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, TypeVar, cast

from musegen.canonical import JSON
from musegen.options import Options
from musegen.plugins.installed import Installed
from musegen.protocols.component import Component

T_co = TypeVar("T_co", covariant=True)


@dataclass(frozen=True)
class Use(Generic[T_co]):
    """A component with the options that a pipeline or a saved model gives it."""

    component: Component[T_co]
    options: Options
    installed: Installed | None = None
    """Plugin that the component comes from; None for a component that no plugin declares."""

    def build(self) -> T_co:
        """The working object. Its results are checked if the plugin that it comes from is known."""
        if self.installed:
            return cast("T_co", self.installed.make(self.options))
        return self.component.build(self.options)

    @property
    def options_json(self) -> dict[str, JSON]:
        """The options as JSON, including defaults."""
        return self.options.model_dump(mode="json")

    @property
    def inputs(self) -> dict[str, JSON]:
        """Everything about the component that counts in the cache keys of its results.

        These are its name, version and options; the content of its plugin if that is one file; and the names,
        versions and contents of the components that it needs.
        """
        counted = {**self._named, "options": self.options_json, **_file_digest(self.installed)}
        needs = _needs(self.installed)
        return {**counted, "needs": needs} if needs else counted

    def described(self, **more: JSON) -> dict[str, JSON]:
        """The description of the component in a saved model, with which it can be found again.

        It has its name and version, ``more``, and the name of its plugin's file if the plugin is one file.
        """
        file = self.installed.file if self.installed else None
        return {**self._named, **more, **({"file": file.path.name} if file else {})}

    @property
    def _named(self) -> dict[str, JSON]:
        return {"name": self.component.name, "version": self.component.version}


def _needs(one: Installed | None) -> dict[str, JSON]:
    """Name, version and content of the components that this one needs, by kind."""
    return {
        kind: {
            "name": other.component.name,
            "version": other.component.version,
            **_file_digest(other),
            "needs": _needs(other),
        }
        for kind, other in (one.needed() if one else {}).items()
    }


def _file_digest(one: Installed | None) -> dict[str, JSON]:
    """The digest of the plugin's file, if it is one file."""
    return {"code": one.file.digest} if one and one.file else {}
