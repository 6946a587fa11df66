"""Loading of plugins, from installed distributions and from single files."""

from __future__ import annotations

import hashlib
import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from dataclasses import dataclass, field
from importlib.machinery import SourceFileLoader
from importlib.metadata import EntryPoint, entry_points
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import CodeType, ModuleType

from musegen.bounds import Bounds
from musegen.errors import PluginError
from musegen.inputs import read_file
from musegen.plugins.faults import cause, origin

GROUP = "musegen"
"""Entry-point group of plugins."""
DISABLED, _STRICT = "MUSEGEN_DISABLE_PLUGINS", "MUSEGEN_STRICT_PLUGINS"
"""Bytes of a plugin's file at most."""


@contextmanager
def isolated() -> Iterator[None]:
    """A context for a plugin's code: its output goes to standard error, and the working directory is kept."""
    try:
        here = Path.cwd()
    except OSError:  # the working directory was deleted
        here = None
    try:
        with redirect_stdout(sys.stderr):
            yield
    finally:
        if here:
            os.chdir(here)


@dataclass(frozen=True, slots=True)
class Load:
    """Facts about the loading of one installed plugin."""

    plugin: str
    distribution: str
    version: str
    """Version of the distribution."""
    seconds: float
    """Time that the import took."""
    modules: tuple[str, ...]
    """Modules that were imported and had not been imported before, in this order."""


@dataclass(frozen=True, slots=True)
class Point:
    """The entry point of a plugin that an installed distribution offers."""

    entry: EntryPoint
    distribution: str
    """Name of the distribution; empty if it is not known."""
    version: str
    """Version of the distribution."""

    @property
    def name(self) -> str:
        """Name of the plugin."""
        return self.entry.name

    def load(self) -> tuple[object, Load]:
        """The plugin's module, and facts about its loading.

        Raises PluginError, one line, for a module that cannot be imported.
        """
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
    """The entry points of all plugins, musegen's own first, except for those in ``MUSEGEN_DISABLE_PLUGINS``.

    A line is added to ``faults`` for each name in that variable that no plugin has.
    """
    points = sorted(_points(), key=_first_party_first)
    disabled = disabled_plugins()
    names = {point.name for point in points}
    for name in sorted(disabled - names):
        faults.append(f'{DISABLED}: no plugin "{name}" (installed: {", ".join(sorted(names))})')
    return (point for point in points if point.name not in disabled)


def offered_by_others() -> bool:
    """Whether a distribution other than musegen offers a plugin. Nothing is imported to find out.

    Musegen's own plugins have no commands. So ``musegen --help`` need not load plugins if there are no
    others.
    """
    return any(point.distribution != "musegen" for point in installed_points([]))


def disabled_plugins() -> set[str]:
    """The names of plugins in the environment variable ``MUSEGEN_DISABLE_PLUGINS``."""
    return {name.strip() for name in os.environ.get(DISABLED, "").split(",")} - {""}


def _points() -> Iterator[Point]:
    """The entry points of all plugins.

    Python parses a distribution's metadata at each access, which takes a millisecond: so they are kept here.
    """
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
    """Whether a plugin that cannot be used is an error, as ``MUSEGEN_STRICT_PLUGINS`` asks for."""
    return os.environ.get(_STRICT, "0") not in {"", "0"}


def _first_party_first(point: Point) -> tuple[bool, str, str]:
    return point.distribution != "musegen", point.distribution, point.name


class _ContentLoader(SourceFileLoader):
    """Runs the content that was read, and no compiled code that lies in ``__pycache__`` beside the file."""

    def __init__(self, name: str, path: str, content: bytes) -> None:
        super().__init__(name, path)
        self._content = content

    def get_code(self, fullname: str) -> CodeType:
        return self.source_to_code(self._content, self.path)


@dataclass(frozen=True, slots=True)
class PluginFile:
    """A plugin that is one Python file and is not installed."""

    path: Path
    digest: str
    """SHA-256 of its content. It counts in the cache keys of the results of its components."""
    content: bytes = field(repr=False, compare=False)
    """The code that is run."""

    @classmethod
    def read(cls, path: Path | str) -> PluginFile:
        """The plugin in a file, which is read but not run. Raises PluginError if it cannot be read."""
        path = Path(path)
        try:
            content = read_file(path, Bounds.PLUGIN_FILE)
            return cls(path, hashlib.sha256(content).hexdigest(), content)
        except OSError as error:
            raise PluginError(f"{path}: {error.strerror}; name a plugin's Python file") from error

    def load(self) -> ModuleType:
        """Its module. The file is run once for each content. Raises PluginError, one line, if that fails."""
        where = hashlib.sha256(str(self.path.resolve()).encode()).hexdigest()
        name = f"musegen_file_{self.path.stem}_{where[:8]}{self.digest[:8]}"
        if name in sys.modules:
            return sys.modules[name]
        if self.path.suffix != ".py":
            raise PluginError(f"{self.path}: is not a Python file; name a file that ends in .py")
        loader = _ContentLoader(name, str(self.path), self.content)
        spec = spec_from_file_location(name, self.path, loader=loader)
        assert spec is not None  # a loader was given
        module = sys.modules[name] = module_from_spec(spec)  # pickle looks for the options there
        try:
            with isolated():
                loader.exec_module(module)
        except (Exception, SystemExit) as error:
            del sys.modules[name]
            raise PluginError(f"{self.path}: cannot be loaded: {cause(error)}") from error
        return module
