"""The laws of a plugin as a whole."""

from __future__ import annotations

from musegen.errors import PluginError
from musegen.plugins.registry import installed_plugins, without
from musegen.testing.laws import Laws


def check_plugin(plugin: object) -> None:
    """Hold a plugin, a module or object with hooks, to what musegen demands before it takes it up.

    Its hooks exist, are marked and take the arguments that they are given; they return components with
    options that can be used, and with names that no other installed plugin has; ``musegen_api`` is a version
    that is here. Raises ContractError, an AssertionError with the line that a user would see.
    """
    name = getattr(plugin, "__name__", type(plugin).__name__)
    fault = ""
    try:
        without(installed_plugins(), plugin).add(plugin, name)
    except PluginError as error:
        fault = str(error)
    Laws(f'plugin "{name}"').require(not fault, "musegen can use it", fault)
