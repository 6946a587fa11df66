"""Mistakes in options, in musegen's own words: what the check of types found, for people who write TOML."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, get_args

from pydantic import ValidationError
from pydantic_core.core_schema import ErrorType

from musegen.words import counted

_MUST_BE = "must be "
_WORDS: Mapping[str, str] = {
    "missing": "is missing",
    "extra_forbidden": "is not a known key",
    "none_required": "must be left out",
    "greater_than": "must be above {gt}",
    "greater_than_equal": "must be at least {ge}",
    "less_than": "must be below {lt}",
    "less_than_equal": "must be at most {le}",
    "multiple_of": "must be a multiple of {multiple_of}",
    "finite_number": "must be a finite number",
    "string_pattern_mismatch": "must match the pattern {pattern}",
    "string_not_ascii": "must have only ASCII characters",
    "string_unicode": "must be text in UTF-8",
    "enum": "must be {expected}",
    "literal_error": "must be {expected}",
    "int_parsing_size": "must be a smaller whole number",
    "decimal_max_digits": "must have at most {max_digits} digits",
    "decimal_max_places": "must have at most {decimal_places} decimal places",
    "decimal_whole_digits": "must have at most {whole_digits} digits before the decimal point",
    "date_past": "must be in the past",
    "date_future": "must be in the future",
    "datetime_past": "must be in the past",
    "datetime_future": "must be in the future",
    "date_from_datetime_inexact": "must be a date without a time",
    "timezone_naive": "must be a time without a time zone",
    "timezone_aware": "must be a time with a time zone",
    "timezone_offset": "must be in another time zone",
    "url_scheme": "must be an address that begins with {expected_schemes}",
    "union_tag_invalid": "must have one of {expected_tags} for {discriminator}",
    "union_tag_not_found": "must say its {discriminator}",
    "invalid_key": "has a key that is not a string",
    "recursion_loop": "is nested in itself",
    "recursion_depth_exceeded": "is nested too deeply",
    "frozen_field": "cannot be changed",
    "frozen_instance": "cannot be changed",
}
"""Kind of a mistake -> what is said; names in braces are parts of pydantic's context."""
_TYPES: Mapping[str, str] = {
    "string": "a string",
    "bool": "true or false",
    "int": "a whole number",
    "float": "a number",
    "decimal": "a number",
    "fraction": "a number",
    "complex": "a number",
    "bytes": "a string",
    "date": "a date",
    "datetime": "a date and time",
    "time": "a time",
    "time_delta": "a length of time",
    "url": "an address",
    "uuid": "a UUID",
    "list": "an array",
    "tuple": "an array",
    "named_tuple": "an array",
    "set": "an array",
    "frozen_set": "an array",
    "deque": "an array",
    "iterable": "an array",
    "dict": "a table",
    "frozen_dict": "a table",
    "ordered_dict": "a table",
    "counter": "a table",
    "mapping": "a table",
    "model": "a table",
    "model_attributes": "a table",
    "dataclass": "a table",
    "dataclass_exact": "a table",
}
"""What a kind such as ``int_type``, ``int_parsing`` or ``int_from_float`` begins with -> what is wanted."""
_LENGTHS: Mapping[str, tuple[str, str]] = {
    "too_short": ("min_length", "must have at least {}"),
    "too_long": ("max_length", "must have at most {}"),
}
_FOREIGN = frozenset(get_args(ErrorType)) - {"value_error", "assertion_error"}
"""Kinds that pydantic has words for; the words of all others were written by whoever checks the value."""


@dataclass(frozen=True, slots=True)
class OptionFault:
    """A mistake in one option. ``str()`` gives a line for users."""

    place: tuple[str | int, ...]
    """Place of the mistake: the option's name, then the place inside its value."""
    kind: str
    """pydantic's name for this kind of mistake, such as ``missing`` or ``extra_forbidden``."""
    message: str
    """The mistake in words that follow the name of the option."""
    given: object
    """The value that was given."""

    @property
    def key(self) -> str:
        """The place as a dotted TOML key: ``valid.bars``."""
        return ".".join(map(str, self.place))

    @property
    def said(self) -> str:
        """The message with the value that was given, unless it is the lack of one that is wrong."""
        return self.message if self.kind == "missing" else f"{self.message} (got {shortened(self.given)})"

    def __str__(self) -> str:
        return f"{self.key}: {self.said}" if self.key else self.said


def option_faults(error: ValidationError, given: object) -> list[OptionFault]:
    """All mistakes that pydantic found in ``given``, at most one for each place.

    Where a value may be of several types, what each of them wants is joined into one message.
    """
    found: dict[tuple[str | int, ...], OptionFault] = {}
    for raw in error.errors(include_url=False):
        kind = raw["type"]
        place = _place(raw["loc"], given, kind, raw["input"])
        fault = OptionFault(place, kind, _message(kind, raw["msg"], raw.get("ctx", {})), raw["input"])
        earlier = found.setdefault(place, fault)
        if fault.message not in earlier.message:
            message = f"{earlier.message}, or {fault.message.removeprefix(_MUST_BE)}"
            found[place] = replace(earlier, message=message)
    return [fault for fault in found.values() if not _seems_short(fault, found)]


def _seems_short(fault: OptionFault, found: Iterable[tuple[str | int, ...]]) -> bool:
    """Whether an array is called too short only because entries with mistakes were not counted."""
    below = any(place[:-1] == fault.place and place for place in found)
    return fault.kind == "too_short" and below and bool(fault.given)


def _place(keys: Sequence[str | int], given: Any, kind: str, value: object) -> tuple[str | int, ...]:
    """The keys that lead to ``value`` in ``given``, without the names of types that pydantic puts between.

    A table lacks a key of ``keys`` where the key is missing, where its default value is wrong, or where it is
    such a name: then what follows is in the table, or the table itself is what is wrong.
    """
    place = list[str | int]()
    for key, following in zip(keys, [*keys[1:], None], strict=True):
        if isinstance(given, Mapping) and key not in given:
            name = following in given if following is not None else kind != "missing" and value == given
            if not name:
                place.append(key)
                given = {}
        elif isinstance(given, Mapping) or (isinstance(given, list | tuple) and isinstance(key, int)):
            place.append(key)
            given = _item(given, key)
    return tuple(place)


def _item(value: Any, key: str | int) -> Any:
    return value[key] if isinstance(value, Mapping) or int(key) < len(value) else None


def _message(kind: str, words: str, context: Mapping[str, Any]) -> str:
    if kind not in _FOREIGN:
        return words.removeprefix("Value error, ").removeprefix("Assertion failed, ")
    if kind in _WORDS:
        return _WORDS[kind].format_map({name: _plain(value) for name, value in context.items()})
    for ending, (bound, message) in _LENGTHS.items():
        if kind.endswith(ending):
            return message.format(counted(context[bound], *_unit(kind)))
    wanted = next((_TYPES[family] for family in _families(kind) if family in _TYPES), "")
    return _MUST_BE + wanted if wanted else "cannot be used"


def _plain(value: object) -> object:
    """A bound as one writes it: 1 where pydantic has 1.0."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _unit(kind: str) -> tuple[str, str]:
    if kind.startswith(("string", "url")):
        return "character", "characters"
    return ("byte", "bytes") if kind.startswith("bytes") else ("entry", "entries")


def _families(kind: str) -> list[str]:
    """``int``, ``int_from``, ... for ``int_from_float``, the longest first."""
    parts = kind.split("_")
    return ["_".join(parts[:count]) for count in range(len(parts), 0, -1)]


def shortened(value: object) -> str:
    """A value for a message, as JSON and TOML write it, or its beginning."""
    text = repr(value) if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= 60 else f"{text[:57]}..."
