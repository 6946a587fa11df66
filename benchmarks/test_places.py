"""Measures how fast the place in ABC is told, compiled and by its twin in Python; nothing is asserted.

A token is a character. The tunes are those of the Nottingham files (``MUSEGEN_NOTTINGHAM``, or beside the
project), else invented jigs; every second one is folded.
"""

from __future__ import annotations

import numpy as np
import pytest

from helpers.invented import jig
from helpers.real_tunes import collections
from musegen_abc.copies import fold
from musegen_abc.places import AbcPlaces, PythonPlaces
from paired import Contender, compare, table

ROUNDS = 9
SECONDS = 0.3
"""Seconds that a contender takes in a round, at least."""


def test_places(quick: bool, tables: list[str]) -> None:
    """One paired run over all tunes: each as a whole, and compiled also token by token from Python."""
    pytest.importorskip("musegen_reading", reason="needs the compiled extension", exc_type=ImportError)
    real = [tune.text for _, tunes in collections("Nottingham, cleaned") for tune in tunes]
    texts = real or [jig(number) for number in range(884)]
    texts = [fold(text) if number % 2 else text for number, text in enumerate(texts)]
    numbers = {symbol: token for token, symbol in enumerate(sorted(set("".join(texts))))}
    tunes = [np.array([numbers[character] for character in text], np.int32) for text in texts]
    compiled, twin = AbcPlaces(list(numbers)), PythonPlaces(list(numbers))

    def all_rows(places: AbcPlaces | PythonPlaces) -> None:
        for tokens in tunes:
            places.rows(tokens)

    def each_token() -> None:
        for tokens in tunes:
            reader = compiled.begin()
            for token in tokens.tolist():
                reader.read(token)

    characters = sum(map(len, texts))
    contenders = [
        Contender("compiled, rows", characters, lambda _: all_rows(compiled)),
        Contender("compiled, read", characters, lambda _: each_token()),
        Contender("Python, rows", characters, lambda _: all_rows(twin)),
    ]
    results = compare(contenders, *((1, 0.0) if quick else (ROUNDS, SECONDS)))
    kind = "real" if real else "invented"
    title = f"Place in {len(texts)} {kind} tunes in ABC, {characters:,} characters, one core"
    tables.append(table(title, results, "Python, rows", [], unit="chars/s"))
