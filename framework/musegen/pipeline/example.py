"""The commented example pipeline that ``musegen init`` writes."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from textwrap import wrap
from typing import Any

from pydantic.fields import FieldInfo

from musegen.models.sample_options import Sample, sample_options
from musegen.options import Options
from musegen.pipeline.tables import SETTINGS, TABLES, USES
from musegen.plugins.option_schema import descriptions
from musegen.plugins.registry import Plugins
from musegen.protocols.notations import PreparingNotation


def example_pipeline(plugins: Plugins) -> str:
    """The text of a commented pipeline, ready to run, with every option of the suggested components."""
    return "\n".join(_example_lines(plugins)) + "\n"


def _example_lines(plugins: Plugins) -> Iterator[str]:
    yield "# A musegen pipeline. Keys show their defaults, or what suits most tunes better, with the default"
    yield "# behind it. A key after # has no default and may be left out."
    for name in TABLES:
        if name == "sample":
            models = _suggested(plugins, "model") or plugins.names("model")
            options = sample_options(plugins.model(models[0])) if models else Sample
            yield from _table("[sample]", name, options)
        elif name in SETTINGS:
            chosen = {"fields": _fields(plugins)} if name == "prepare" else {}
            yield from _table(f"[{name}]", name, SETTINGS[name], chosen=chosen)
        elif name == "notation":
            for notation in plugins.names("notation"):
                yield from _table(
                    f"[notation.{notation}]", f"notation.{notation}", plugins.notation(notation).options
                )
        elif not USES[name].required:
            yield from _optional(name, plugins.names(USES[name].kind))
        else:
            kind, several = USES[name].kind, USES[name].several
            installed = plugins.names(kind)
            wanted = _suggested(plugins, kind) or installed[:1]
            for use in wanted if name == "render" else wanted[:1]:
                component = plugins.find(kind, use).component
                header = f"[[{name}]]" if several else f"[{name}]"
                yield from _table(
                    header, name, component.options, f"# One of: {', '.join(installed)}.", f'use = "{use}"'
                )


def _suggested(plugins: Plugins, kind: str) -> list[str]:
    """The names of the components of a kind that a new pipeline uses."""
    return [name for name in plugins.names(kind) if plugins.find(kind, name).component.suggested]


def _optional(table: str, installed: Sequence[str]) -> Iterator[str]:
    """The lines of an optional table, commented out. There are none if no such component is installed."""
    if installed:
        header = f"[[{table}]]" if USES[table].several else f"[{table}]"
        yield ""
        yield f"# One of: {', '.join(installed)}."
        yield f"# {header}"
        yield f'# use = "{installed[0]}"'


def _fields(plugins: Plugins) -> tuple[str, ...] | None:
    """The header fields that the suggested notation keeps, or the first other notation that keeps fields."""
    for name in (*_suggested(plugins, "notation"), *plugins.names("notation")):
        component = plugins.notation(name)
        notation = component.build(component.options())
        if isinstance(notation, PreparingNotation):
            return notation.fields
    return None


def _table(
    header: str, path: str, options: type[Options], *first: str, chosen: Mapping[str, Any] | None = None
) -> Iterator[str]:
    """The lines of one table. ``chosen``: values to show in place of defaults."""
    yield ""
    yield header
    yield from first
    inner: list[tuple[str, type[Options]]] = []
    described = descriptions(options)
    for name, field in options.model_fields.items():
        if isinstance(field.annotation, type) and issubclass(field.annotation, Options):
            inner.append((f"{path}.{name}", field.annotation))
        else:
            yield from _assignment(name, field, described.get(name, ""), (chosen or {}).get(name))
    for table, cls in inner:
        yield from _table(f"[{table}]", table, cls)


def _assignment(name: str, field: FieldInfo, description: str, value: Any) -> Iterator[str]:
    """The lines of one key: its description, and its ``value``, default or example.

    An example of a key that may be left out is commented out.
    """
    yield from wrap(" ".join(description.split()), 100, initial_indent="# ", subsequent_indent="# ")
    default = None if field.is_required() else field.get_default(call_default_factory=True)
    extra = field.json_schema_extra
    suggested = extra.get("suggested") if isinstance(extra, dict) else None
    if value is None and suggested is not None:
        yield f"{name} = {_toml(suggested)}  # {'none' if default is None else _toml(default)} if left out"
        return
    value = default if value is None else value
    if value is not None:
        yield f"{name} = {_toml(value)}"
    else:
        example = _toml(field.examples[0]) if field.examples else "..."
        yield f"{name} = {example}" if field.is_required() else f"# {name} = {example}"


def _toml(value: Any) -> str:
    """A value as TOML. Strings, numbers and arrays are written as in JSON."""
    if isinstance(value, tuple | list):
        return f"[{', '.join(_toml(item) for item in value)}]"
    return json.dumps(value, ensure_ascii=False)
