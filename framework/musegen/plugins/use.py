"""A component with the options it is given."""

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
    """Where the component comes from; None for one that no plugin declares."""

    def build(self) -> T_co:
        """The working object; what it gives is checked if it is known where the component comes from."""
        if self.installed:
            return cast("T_co", self.installed.make(self.options))
        return self.component.build(self.options)

    @property
    def options_json(self) -> dict[str, JSON]:
        """The options as JSON, defaults included."""
        return self.options.model_dump(mode="json")

    @property
    def inputs(self) -> dict[str, JSON]:
        """What counts in the cache key of a result that the component makes.

        It is name, version and options; of a plugin that is one file its content too; and name, version and
        content of the components that it needs.
        """
        counted = {**self._named, "options": self.options_json, **_file_digest(self.installed)}
        needs = _needs(self.installed)
        return {**counted, "needs": needs} if needs else counted

    def described(self, **more: JSON) -> dict[str, JSON]:
        """What a saved model says of the component, so that it can be found again.

        It is name, version, ``more``, and the name of the file where the plugin is one file.
        """
        file = self.installed.file if self.installed else None
        return {**self._named, **more, **({"file": file.path.name} if file else {})}

    @property
    def _named(self) -> dict[str, JSON]:
        return {"name": self.component.name, "version": self.component.version}


def _needs(one: Installed | None) -> dict[str, JSON]:
    """What stands for the code of the components that this one needs, by kind."""
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
