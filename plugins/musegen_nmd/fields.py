"""Keys and metres as Foxley's headers may spell them; their spelling is not documented."""

from __future__ import annotations

import re

from musegen import Key, Metre

_METRE_NAMES = frozenset({"time", "timesig", "timesignature", "meter", "metre"})
_KEY = re.compile(r"([a-g])([-+#b]?)\s*(m|minor|min|major|maj)?", re.IGNORECASE)


def read_key(value: str) -> Key | None:
    """The key that ``d``, ``f+ minor``, ``b-`` or ``Am`` names; None for any other text."""
    match = _KEY.fullmatch(value.strip())
    if not match:
        return None
    sign = {"+": "#", "-": "b"}.get(match[2], match[2].lower())
    minor = match[3] == "m" or (match[3] or "").lower().startswith("min")
    return Key(match[1].upper() + sign, "minor" if minor else "major")


def read_metre(name: str, value: str) -> Metre | None:
    """The metre of a header item ``name`` with a value like ``4 4``, ``6/8`` or ``c``; None for others."""
    if name not in _METRE_NAMES:
        return None
    if value.strip().lower() in ("c", "c|"):
        return Metre(4, 4, "C") if value.strip().lower() == "c" else Metre(2, 2, "C|")
    match = re.fullmatch(r"\s*([0-9]{1,2})\s*[/ ]\s*([0-9]{1,2})\s*", value)
    numerator, denominator = (int(match[1]), int(match[2])) if match else (0, 0)
    return Metre(numerator, denominator) if numerator and denominator in (1, 2, 4, 8, 16, 32) else None
