"""Helpers that find components for the functions of the API."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from musegen.errors import PluginError
from musegen.plugins.loading import PluginFile
from musegen.plugins.registry import Plugins, installed_plugins
from musegen.protocols.renderers import BookRenderer, Renderer


def with_files(files: Sequence[Path | str], plugins: Plugins | None = None) -> Plugins:
    """``plugins``, or the installed ones if left out, together with the plugins in ``files``."""
    plugins = plugins or installed_plugins()
    return plugins.with_files(map(PluginFile.read, files)) if files else plugins


def built_renderers(plugins: Plugins, names: Sequence[str]) -> list[Renderer | BookRenderer]:
    """The renderers with these names, with their default options.

    Raises PluginError for a name that is not known or given twice.
    """
    twice = [name for name in dict.fromkeys(names) if list(names).count(name) > 1]
    if twice:
        raise PluginError(f'renderer "{twice[0]}" is named twice; leave one of them out')
    return [plugins.build("renderer", name) for name in names]
