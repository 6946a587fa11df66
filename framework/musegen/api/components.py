"""Components as API functions need them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from musegen.plugins.loading import PluginFile
from musegen.plugins.registry import Plugins, installed_plugins
from musegen.protocols.renderers import BookRenderer, Renderer


def with_files(files: Sequence[Path | str], plugins: Plugins | None = None) -> Plugins:
    """``plugins``, the installed ones where left out, and those of some files."""
    plugins = plugins or installed_plugins()
    return plugins.with_files(map(PluginFile.read, files)) if files else plugins


def built_renderers(plugins: Plugins, names: Sequence[str]) -> list[Renderer | BookRenderer]:
    """The renderers of these names."""
    return [plugins.build("renderer", name) for name in names]
