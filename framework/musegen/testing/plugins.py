"""The laws of a plugin as a whole."""

from __future__ import annotations

from musegen.errors import PluginError
from musegen.plugins.registry import installed_plugins, without
from musegen.testing.laws import Laws


def check_plugin(plugin: object) -> None:
    """Check that musegen can use a plugin, which is a module or an object with hooks.

    Its hooks must exist, be marked with ``hookimpl`` and take the right arguments. They must return
    components with usable options, and with names that no other installed plugin has. ``musegen_api`` must be
    a version that this musegen has. Raises ContractError, an AssertionError with the line that a user would
    see.
    """
    name = getattr(plugin, "__name__", type(plugin).__name__)
    fault = ""
    try:
        without(installed_plugins(), plugin).add(plugin, name)
    except PluginError as error:
        fault = str(error)
    Laws(f'plugin "{name}"').require(not fault, "musegen can use it", fault)
