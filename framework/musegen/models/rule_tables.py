"""Tables ``[[rule]]`` outside a pipeline: rules of plugins with their options."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from musegen.canonical import JSON
from musegen.errors import MusegenError
from musegen.plugins.registry import Plugins
from musegen.protocols.rules import Rule


def built_rules(plugins: Plugins, tables: Sequence[Mapping[str, JSON]]) -> list[Rule]:
    """The rules of some tables ``[[rule]]``.

    Raises MusegenError for a table that names none, and PluginError for a rule that is not installed or does
    not take its options.
    """
    rules = []
    for table in tables:
        name, options = table.get("use"), {key: value for key, value in table.items() if key != "use"}
        if not isinstance(name, str):
            raise MusegenError(f'rule: a table with the name of a rule as "use" expected (got {table!r:.60})')
        rules.append(plugins.build("rule", name, **options))
    return rules
