"""Imports plugins: those of installed distributions, and those that are one file."""

from __future__ import annotations

import hashlib
import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from dataclasses import dataclass
from importlib.metadata import EntryPoint, entry_points
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType

from musegen.errors import PluginError
from musegen.plugins.faults import cause, origin

GROUP = "musegen"
"""The entry-point group of plugins."""
DISABLED, _STRICT = "MUSEGEN_DISABLE_PLUGINS", "MUSEGEN_STRICT_PLUGINS"


@contextmanager
def isolated() -> Iterator[None]:
    """Run a plugin's code here: what it prints goes to standard error, and the working directory stays."""
    try:
        here = Path.cwd()
    except OSError:  # somebody deleted it
        here = None
    try:
        with redirect_stdout(sys.stderr):
            yield
    finally:
        if here:
            os.chdir(here)


@dataclass(frozen=True, slots=True)
class Load:
    """How one installed plugin was loaded."""

    plugin: str
    distribution: str
    version: str
    seconds: float
    modules: tuple[str, ...]
    """What was imported that was not there before, in the order of its import."""


@dataclass(frozen=True, slots=True)
class Point:
    """A plugin that an installed distribution offers."""

    entry: EntryPoint
    distribution: str
    """Its name; empty where that is not known."""
    version: str

    @property
    def name(self) -> str:
        """Of the plugin."""
        return self.entry.name

    def load(self) -> tuple[object, Load]:
        """The plugin's module. Raises PluginError, one line, for one that cannot be imported."""
        before, started = set(sys.modules), time.perf_counter()
        try:
            with isolated():
                plugin = self.entry.load()
        except (Exception, SystemExit) as error:
            who = origin(self.name, self.distribution, self.version)
            raise PluginError(f"{who} cannot be imported ({self.entry.value}): {cause(error)}") from error
        seconds = time.perf_counter() - started
        new = tuple(name for name in list(sys.modules) if name not in before)
        return plugin, Load(self.name, self.distribution, self.version, seconds, new)


def installed_points(faults: list[str]) -> Iterator[Point]:
    """What distributions offer, musegen's own first, less what ``MUSEGEN_DISABLE_PLUGINS`` names.

    A name there that no plugin has is told in ``faults``.
    """
    points = sorted(_points(), key=_first_party_first)
    disabled = disabled_plugins()
    names = {point.name for point in points}
    for name in sorted(disabled - names):
        faults.append(f'{DISABLED}: no plugin "{name}" (installed: {", ".join(sorted(names))})')
    return (point for point in points if point.name not in disabled)


def offered_by_others() -> bool:
    """Whether a distribution besides musegen offers a plugin; none is imported.

    Musegen's own plugins have no commands, so that without others ``musegen --help`` need not load them.
    """
    return any(point.distribution != "musegen" for point in installed_points([]))


def disabled_plugins() -> set[str]:
    """The names in ``MUSEGEN_DISABLE_PLUGINS``."""
    return {name.strip() for name in os.environ.get(DISABLED, "").split(",")} - {""}


def _points() -> Iterator[Point]:
    """Metadata is parsed at each look, which takes a millisecond: once for each distribution is enough."""
    known: dict[int, tuple[str, str]] = {}
    for entry in entry_points(group=GROUP):
        if entry.dist is None:
            yield Point(entry, "", "")
            continue
        if id(entry.dist) not in known:
            metadata = entry.dist.metadata
            known[id(entry.dist)] = metadata["Name"], metadata["Version"]
        yield Point(entry, *known[id(entry.dist)])


def strict() -> bool:
    """Whether ``MUSEGEN_STRICT_PLUGINS`` makes a plugin that cannot be used an error."""
    return os.environ.get(_STRICT, "0") not in {"", "0"}


def _first_party_first(point: Point) -> tuple[bool, str, str]:
    return point.distribution != "musegen", point.distribution, point.name


@dataclass(frozen=True, slots=True)
class PluginFile:
    """A plugin that is one file and not installed."""

    path: Path
    digest: str
    """SHA-256 of its content: it counts in the cache keys of what its components make."""

    @classmethod
    def read(cls, path: Path | str) -> PluginFile:
        """The file. Raises PluginError where it cannot be read."""
        path = Path(path)
        try:
            return cls(path, hashlib.sha256(path.read_bytes()).hexdigest())
        except OSError as error:
            raise PluginError(f"{path}: {error.strerror}; name a plugin's Python file") from error

    def load(self) -> ModuleType:
        """Its module, run once for each content. Raises PluginError, one line, where that fails."""
        where = hashlib.sha256(str(self.path.resolve()).encode()).hexdigest()
        name = f"musegen_file_{self.path.stem}_{where[:8]}{self.digest[:8]}"
        if name in sys.modules:
            return sys.modules[name]
        spec = spec_from_file_location(name, self.path)
        if spec is None or spec.loader is None:
            raise PluginError(f"{self.path}: is no Python file; a plugin ends in .py")
        module = sys.modules[name] = module_from_spec(spec)  # pickled options look for it there
        try:
            with isolated():
                spec.loader.exec_module(module)
        except (Exception, SystemExit) as error:
            del sys.modules[name]
            raise PluginError(f"{self.path}: cannot be loaded: {cause(error)}") from error
        return module
