"""JSON Schema of options, and the descriptions of their fields."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Mapping
from itertools import pairwise
from textwrap import dedent
from typing import Any

from musegen.canonical import JSON
from musegen.options import Options


def options_schema(options: type[Options]) -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of one component's options."""
    definitions: dict[str, JSON] = {}
    schema = schema_of(options, definitions)
    return {**schema, "$defs": definitions} if definitions else schema


def schema_of(options: type[Options], definitions: dict[str, JSON]) -> dict[str, Any]:
    """The JSON Schema of some options. Schemas of tables inside are added to ``definitions``."""
    prefix = f"{options.__module__}.{options.__qualname__}."
    schema = options.model_json_schema(ref_template=f"#/$defs/{prefix}{{model}}")
    inner = schema.pop("$defs", {})
    _describe(schema, options, inner)
    definitions.update({prefix + name: table for name, table in inner.items()})
    return schema


def _describe(schema: dict[str, Any], options: type[Options], inner: Mapping[str, Any]) -> None:
    """Add the descriptions of fields to a schema and to the schemas of tables inside."""
    for name, description in descriptions(options).items():
        schema["properties"][name].setdefault("description", description)
    for field in options.model_fields.values():
        cls = field.annotation
        if isinstance(cls, type) and issubclass(cls, Options) and cls.__name__ in inner:
            _describe(inner[cls.__name__], cls, {})


def descriptions(options: type[Options]) -> dict[str, str]:
    """The description of each field: ``Field(description=...)``, or the string below it in the source.

    The source is only read when descriptions are shown. Reading it for every class would double the time that
    it takes to list plugins.
    """
    found: dict[str, str] = {}
    for cls in reversed(options.__mro__):
        if not (issubclass(cls, Options) and cls is not Options):
            continue
        try:
            (definition,) = ast.parse(dedent(inspect.getsource(cls))).body
        except (OSError, TypeError, SyntaxError, ValueError):
            continue  # a class that was made at run time has no source
        for statement, below in pairwise(getattr(definition, "body", [])):
            match statement, below:
                case ast.AnnAssign(target=ast.Name(id=name)), ast.Expr(value=ast.Constant(value=str(text))):
                    found[name] = inspect.cleandoc(text)
    given = {name: field.description for name, field in options.model_fields.items() if field.description}
    return {name: text for name, text in (found | given).items() if name in options.model_fields}
