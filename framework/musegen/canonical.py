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
