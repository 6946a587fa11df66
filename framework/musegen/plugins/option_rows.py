"""The options of a component in words, for ``musegen plugins show``."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from musegen.options import Options
from musegen.plugins.option_schema import options_schema


@dataclass(frozen=True, slots=True)
class OptionRow:
    """One option, as a user writes it in TOML."""

    name: str
    type: str
    default: str
    """Default value in TOML; empty if the option must be given."""
    bounds: str
    """Bounds in words; empty if there are none."""
    description: str


def option_rows(options: type[Options]) -> list[OptionRow]:
    """All options in their order. Options of a table inside a table are named ``table.key``."""
    schema = options_schema(options)
    return list(_rows(schema, schema.get("$defs", {}), ""))


def _rows(schema: Mapping[str, Any], definitions: Mapping[str, Any], prefix: str) -> Iterator[OptionRow]:
    for name, field in schema.get("properties", {}).items():
        if "$ref" in field:
            table = definitions[field["$ref"].removeprefix("#/$defs/")]
            if "properties" in table:
                yield from _rows(table, definitions, f"{prefix}{name}.")
                continue
            field = {**table, **field}
        choices = [one for one in field.get("anyOf", ()) if one.get("type") != "null"]
        values = choices or [field]
        default = "" if "default" not in field else _toml(field["default"])
        yield OptionRow(
            prefix + name,
            " or ".join(map(_type, values)),
            default,
            " or ".join(filter(None, map(_bounds, values))),
            " ".join(str(field.get("description", "")).split()),
        )


def _toml(value: object) -> str:
    return "none" if value is None else json.dumps(value, ensure_ascii=False)


def _type(field: Mapping[str, Any]) -> str:
    if "enum" in field or "const" in field:
        return f"one of {', '.join(map(_toml, field.get('enum', [field.get('const')])))}"
    if field.get("type") == "array":
        return f"array of {_type(field.get('items', {}))}"
    return str(field.get("type", "any"))


def _bounds(field: Mapping[str, Any]) -> str:
    """The bounds in words: the range of a number, the length of a text or array, the bounds of its items."""
    words = {
        "minimum": "at least",
        "exclusiveMinimum": "above",
        "maximum": "at most",
        "exclusiveMaximum": "below",
        "minLength": "characters at least",
        "maxLength": "characters at most",
        "minItems": "items at least",
        "maxItems": "items at most",
        "pattern": "matches",
    }
    found = [f"{word} {field[key]}" for key, word in words.items() if key in field]
    inner = _bounds(field["items"]) if isinstance(field.get("items"), Mapping) else ""
    return ", ".join([*found, *([f"each {inner}"] if inner else [])])
