"""Tells which quoted strings are accompaniment chords (ABC 2.1 §4.18)."""

from __future__ import annotations

from musegen import ChordSymbol, read_chord_symbol, unknown_chord_symbol

__all__ = ["chord_in_string", "read_chord_symbol", "unknown_chord_symbol"]


def chord_in_string(text: str) -> ChordSymbol | None:
    """The chord that a quoted string names, one without tones if it is unknown; None for an annotation."""
    return read_chord_symbol(text) or unknown_chord_symbol(text)
