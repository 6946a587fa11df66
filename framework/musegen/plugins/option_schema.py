"""Options as JSON Schema, and what their fields mean."""

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
    """The JSON Schema of some options; those of tables inside go into ``definitions``."""
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
