"""What a pipeline may say, written out: a commented example and a JSON Schema, installed plugins included."""

from __future__ import annotations

import ast
import inspect
import json
from collections.abc import Iterator, Mapping
from itertools import pairwise
from textwrap import dedent, wrap
from typing import Any

from pydantic.fields import FieldInfo

from musegen.components import JSON
from musegen.options import Options
from musegen.pipeline import SETTINGS, USES
from musegen.plugins import Plugins

_PREFERRED = {
    "corpus": ("music21", "abc"),
    "tokenizer": ("char",),
    "model": ("keras-lstm",),
    "render": ("midi", "wav"),
}
"""The components that a new pipeline uses, of those that are installed."""
_ORDER = (
    "run",
    "plugins",
    "corpus",
    "notation",
    "prepare",
    "split",
    "tokenizer",
    "model",
    "sample",
    "render",
)


def example_pipeline(plugins: Plugins) -> str:
    """A commented pipeline with every option of the default components, ready to run."""
    return "\n".join(_example_lines(plugins)) + "\n"


def _example_lines(plugins: Plugins) -> Iterator[str]:
    yield "# A musegen pipeline. Keys show their defaults; one behind # has none and may stay out."
    for name in _ORDER:
        if name in SETTINGS:
            yield from _table(f"[{name}]", name, SETTINGS[name])
        elif name == "notation":
            for notation in plugins.names("notation"):
                yield from _table(
                    f"[notation.{notation}]", f"notation.{notation}", plugins.notation(notation).options
                )
        else:
            kind, several = USES[name]
            installed = plugins.names(kind)
            wanted = [use for use in _PREFERRED[name] if use in installed] or installed[:1]
            for use in wanted if name == "render" else wanted[:1]:
                component = plugins.find(kind, use).component
                header = f"[[{name}]]" if several else f"[{name}]"
                yield from _table(
                    header, name, component.options, f"# One of: {', '.join(installed)}.", f'use = "{use}"'
                )


def _table(header: str, path: str, options: type[Options], *first: str) -> Iterator[str]:
    yield ""
    yield header
    yield from first
    inner: list[tuple[str, type[Options]]] = []
    described = descriptions(options)
    for name, field in options.model_fields.items():
        if isinstance(field.annotation, type) and issubclass(field.annotation, Options):
            inner.append((f"{path}.{name}", field.annotation))
        else:
            yield from _assignment(name, field, described.get(name, ""))
    for table, cls in inner:
        yield from _table(f"[{table}]", table, cls)


def _assignment(name: str, field: FieldInfo, description: str) -> Iterator[str]:
    """The description and the default; an example where there is no default, behind # if it may stay out."""
    yield from wrap(" ".join(description.split()), 100, initial_indent="# ", subsequent_indent="# ")
    value = None if field.is_required() else field.get_default(call_default_factory=True)
    if value is not None:
        yield f"{name} = {_toml(value)}"
    else:
        example = _toml(field.examples[0]) if field.examples else "..."
        yield f"{name} = {example}" if field.is_required() else f"# {name} = {example}"


def _toml(value: Any) -> str:
    """A TOML value; JSON's strings, numbers and arrays are TOML's too."""
    if isinstance(value, tuple | list):
        return f"[{', '.join(_toml(item) for item in value)}]"
    return json.dumps(value, ensure_ascii=False)


def pipeline_schema(plugins: Plugins) -> dict[str, JSON]:
    """The JSON Schema (draft 2020-12) of a pipeline, read as JSON, for the installed plugins."""
    definitions: dict[str, JSON] = {}
    properties: dict[str, JSON] = {name: _schema(options, definitions) for name, options in SETTINGS.items()}
    for name, (kind, several) in USES.items():
        choices: list[JSON] = []
        for use in plugins.names(kind):
            component = plugins.find(kind, use).component
            schema = _schema(component.options, definitions)
            inner = {"use": {"const": use, "description": component.summary}, **schema.get("properties", {})}
            required = ["use", *schema.get("required", [])]
            choices.append({**schema, "title": use, "properties": inner, "required": required})
        one: JSON = {"oneOf": choices}
        properties[name] = {"type": "array", "minItems": 1, "items": one} if several else one
    properties["notation"] = {
        "type": "object",
        "additionalProperties": False,
        "properties": {
            name: _schema(plugins.notation(name).options, definitions) for name in plugins.names("notation")
        },
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "musegen pipeline",
        "type": "object",
        "additionalProperties": False,
        "required": sorted(USES),
        "properties": {name: properties[name] for name in _ORDER},
        "$defs": definitions,
    }


def options_schema(options: type[Options]) -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of one component's options."""
    definitions: dict[str, JSON] = {}
    schema = _schema(options, definitions)
    return {**schema, "$defs": definitions} if definitions else schema


def _schema(options: type[Options], definitions: dict[str, JSON]) -> dict[str, Any]:
    prefix = f"{options.__module__}.{options.__qualname__}."
    schema = options.model_json_schema(ref_template=f"#/$defs/{prefix}{{model}}")
    inner = schema.pop("$defs", {})
    _describe(schema, options, inner)
    definitions.update({prefix + name: table for name, table in inner.items()})
    return schema


def _describe(schema: dict[str, Any], options: type[Options], inner: Mapping[str, Any]) -> None:
    """Put the descriptions of fields into a schema and those of the tables inside it."""
    for name, description in descriptions(options).items():
        schema["properties"][name].setdefault("description", description)
    for field in options.model_fields.values():
        cls = field.annotation
        if isinstance(cls, type) and issubclass(cls, Options) and cls.__name__ in inner:
            _describe(inner[cls.__name__], cls, {})


def descriptions(options: type[Options]) -> dict[str, str]:
    """Field -> its description: ``Field(description=...)``, else the string below it in the source.

    Read when they are shown: to have every class look for its source would double the time that listing
    plugins takes.
    """
    found: dict[str, str] = {}
    for cls in reversed(options.__mro__):
        if not (issubclass(cls, Options) and cls is not Options):
            continue
        try:
            (definition,) = ast.parse(dedent(inspect.getsource(cls))).body
        except (OSError, TypeError, SyntaxError, ValueError):
            continue  # a class made at run time has no source
        for statement, below in pairwise(getattr(definition, "body", [])):
            match statement, below:
                case ast.AnnAssign(target=ast.Name(id=name)), ast.Expr(value=ast.Constant(value=str(text))):
                    found[name] = inspect.cleandoc(text)
    given = {name: field.description for name, field in options.model_fields.items() if field.description}
    return {name: text for name, text in (found | given).items() if name in options.model_fields}
