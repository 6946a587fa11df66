"""Finds where in a tune's text its accompaniment chords stand."""

from __future__ import annotations

from collections.abc import Iterator

from musegen import Tune
from musegen_abc.chord_symbols import LONGEST_SYMBOL, read_chord_symbol
from musegen_abc.layout import line_starts, read_layout
from musegen_abc.lexer import TOKEN


def chord_symbol_spans(tune: Tune) -> Iterator[tuple[int, int]]:
    """``(begin, end)`` of each quoted chord symbol of the body, quotes included (ABC 2.1 §4.18)."""
    starts = line_starts(tune.text)
    for line in read_layout(tune.text).body:
        if line.letter or '"' not in line.text:
            continue
        start = starts[line.number - 1]
        for token in TOKEN.finditer(line.text):
            if token.lastgroup == "string" and _is_chord_symbol(token["quoted"]):
                yield start + token.start(), start + token.end()


def _is_chord_symbol(text: str) -> bool:
    return len(text) <= LONGEST_SYMBOL and read_chord_symbol(text) is not None
