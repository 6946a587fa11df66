"""The measures of all plugins."""

from __future__ import annotations

from musegen.canonical import JSON
from musegen.plugins.registry import Plugins
from musegen.plugins.use import Use
from musegen.protocols.measures import Measure


def used_measures(plugins: Plugins) -> list[Use[Measure]]:
    """Every measure of these plugins that has what it needs, with its default options."""
    return [
        Use(one.component, one.component.options(), one)
        for one in plugins
        if one.kind == "measure" and not one.lacks()
    ]


def all_measures(plugins: Plugins) -> dict[str, Measure]:
    """The measures of these plugins by name, ready to describe tunes."""
    return {use.component.name: use.build() for use in used_measures(plugins)}


def measures_identity(plugins: Plugins) -> JSON:
    """Everything about the measures that figures depend on."""
    return [use.inputs for use in used_measures(plugins)]
