"""Components as API functions need them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from musegen.canonical import JSON
from musegen.errors import ArtifactError, PluginError
from musegen.options import Options
from musegen.plugins.loading import PluginFile
from musegen.plugins.registry import Plugins, installed_plugins
from musegen.protocols.models import LanguageModel
from musegen.protocols.renderers import BookRenderer, Renderer


def with_files(files: Sequence[Path | str]) -> Plugins:
    """The installed plugins and those of some files."""
    plugins = installed_plugins()
    return plugins.with_files(map(PluginFile.read, files)) if files else plugins


def named_component(plugins: Plugins, model: Path, kind: str, described: dict[str, JSON]) -> Any:
    """A component that a saved model names, built with the options it names."""
    try:
        installed = plugins.find(kind, str(described["name"]))
    except PluginError as error:
        file = described.get("file")
        hint = f"; it came from the plugin file {file}: give it with --plugin" if file else ""
        raise PluginError(f"{model}: was made with {error}{hint}") from None
    component = installed.component
    if described["version"] != component.version:
        raise PluginError(
            f'{model}: was made with version {described["version"]} of {kind} "{component.name}"; '
            f"version {component.version} is installed"
        )
    try:
        options: Options = component.options.model_validate(described.get("options", {}), strict=False)
    except ValidationError:
        raise ArtifactError(f'{model}: options of {kind} "{component.name}" are damaged') from None
    if missing := installed.missing():
        raise PluginError(f"{model}: {missing}")
    return installed.build(options)


def built_renderers(plugins: Plugins, names: Sequence[str]) -> list[Renderer | BookRenderer]:
    """The renderers of these names."""
    return [plugins.build("renderer", name) for name in names]


def load_model(plugins: Plugins, model: Path, about: Mapping[str, Any]) -> LanguageModel:
    """The model in a file that musegen saved, described by ``about``."""
    trained: LanguageModel = named_component(plugins, model, "model", about["model"]).load(model)
    return trained
