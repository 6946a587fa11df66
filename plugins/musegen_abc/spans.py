"""Finds where in a tune's text its accompaniment chords stand."""

from __future__ import annotations

from collections.abc import Iterator

from musegen import Tune
from musegen_abc.chord_symbols import chord_in_string
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
            if token.lastgroup == "string" and chord_in_string(token["quoted"]):
                yield start + token.start(), start + token.end()
