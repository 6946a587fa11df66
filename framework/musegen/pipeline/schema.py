"""The JSON Schema of pipelines, for editors. It includes the tables of installed plugins."""

from __future__ import annotations

from typing import Any

from musegen.canonical import JSON
from musegen.models.sample_options import Sample
from musegen.pipeline.tables import SETTINGS, TABLES, USES
from musegen.plugins.option_schema import schema_of
from musegen.plugins.registry import Plugins


def _sample_schema(plugins: Plugins, definitions: dict[str, JSON]) -> dict[str, Any]:
    """The schema of ``[sample]`` with the keys of every installed model.

    Only the keys of a pipeline's own model have an effect in it.
    """
    schema = schema_of(Sample, definitions)
    for name in plugins.names("model"):
        own = plugins.model(name).sampling
        for key, described in schema_of(own, definitions)["properties"].items() if own else ():
            known = schema["properties"].setdefault(key, described)
            if known != described:
                schema["properties"][key] = {"anyOf": [*known.get("anyOf", [known]), described]}
    return schema


def pipeline_schema(plugins: Plugins) -> dict[str, JSON]:
    """The JSON Schema (draft 2020-12) of pipelines that use these plugins."""
    definitions: dict[str, JSON] = {}
    properties: dict[str, JSON] = {
        name: schema_of(options, definitions) for name, options in SETTINGS.items()
    }
    properties["sample"] = _sample_schema(plugins, definitions)
    for name, table in USES.items():
        choices: list[JSON] = []
        for use in plugins.names(table.kind):
            component = plugins.find(table.kind, use).component
            schema = schema_of(component.options, definitions)
            inner = {"use": {"const": use, "description": component.summary}, **schema.get("properties", {})}
            required = ["use", *schema.get("required", [])]
            choices.append({**schema, "title": use, "properties": inner, "required": required})
        one: JSON = {"oneOf": choices} if choices else False
        several: JSON = {"type": "array", "minItems": 1, "items": one}
        properties[name] = several if table.several else one
    properties["notation"] = {
        "type": "object",
        "additionalProperties": False,
        "properties": {
            name: schema_of(plugins.notation(name).options, definitions) for name in plugins.names("notation")
        },
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "musegen pipeline",
        "type": "object",
        "additionalProperties": False,
        "required": sorted(name for name, table in USES.items() if table.required),
        "properties": {name: properties[name] for name in TABLES},
        "$defs": definitions,
    }
