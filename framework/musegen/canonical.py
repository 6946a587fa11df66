"""JSON values, the one text of each, and a digest of it for cache keys."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import TypeAlias

JSON: TypeAlias = "None | bool | int | float | str | Sequence[JSON] | Mapping[str, JSON]"
"""A value that JSON can express."""


def canonical_json(value: JSON) -> str:
    """The one JSON text of ``value``: keys sorted, no white space, no NaN."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def content_key(value: JSON) -> str:
    """A digest of ``value``: sixteen hexadecimal digits of the SHA-256 of its JSON text."""
    return hashlib.sha256(canonical_json(value).encode()).hexdigest()[:16]


def first_difference(before: JSON, now: JSON, name: str = "") -> str:
    """The first difference in words: ``options.epochs was 4 and is 8``."""
    if isinstance(before, Mapping) and isinstance(now, Mapping):
        for key in sorted({*before, *now}):
            if before.get(key) != now.get(key):
                return first_difference(before.get(key), now.get(key), f"{name}.{key}" if name else key)
    return f"{name} was {_short(before)} and is {_short(now)}"


def _short(value: JSON) -> str:
    text = canonical_json(value)
    return text if len(text) <= 60 else f"{text[:57]}..."
