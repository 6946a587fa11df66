"""Near-duplicates: patterns of notes, pairs that share them, and the groups they make."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, strategies as st

from helpers.changed_copies import CHANGES
from helpers.near_duplicates import found, joined, scores
from musegen import Tune, installed_plugins, read_tunes
from musegen.music.similarity import melody_digest, patterns, similar_pairs, union_find
from musegen_abc.parser import parse_abc
from musegen_abc.transpose import transpose_abc

TUNE = """X:1
M:4/4
L:1/8
K:D
|:DEFG A2d2|cBAG F2E2|DAFA dfed|1cABc d4:|2cABc d2D2||
|:fgaf d2f2|gefd cABc|d4 D4:|
"""


def of(text: str) -> list[int]:
    """The patterns of a tune."""
    return [int(pattern) for pattern in patterns(parse_abc(Tune(text, "abc")))]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("K:D", "K:D\n%"),
        ("L:1/8", "L:1/4"),
        ("|cBAG F2E2|", "cBAG F2E2"),
        ("A2d2|", "A2d-|d|"),
        ("F2E2", "FzEz"),
        ("d2D2||", "d3a||"),
        (":|", ":: "),
        ("DEFG", "[DA,]EFG"),
    ],
)
def test_what_is_no_difference(old: str, new: str) -> None:
    """Unit, bar lines, ties, rests for length, second endings, repeats, lower notes of chords."""
    assert of(TUNE.replace(old, new)) == of(TUNE)


@pytest.mark.parametrize("semitones", [-12, -5, 1, 7])
def test_transposition_is_no_difference(semitones: int) -> None:
    """Patterns are intervals."""
    assert of(transpose_abc(Tune(TUNE, "abc"), semitones).text) == of(TUNE)


def test_short_tunes_have_no_patterns() -> None:
    """Twenty-three notes are too few, twenty-four are enough."""
    header = "X:1\nL:1/8\nK:C\n"
    assert of(header + "CDEFGAB" * 3 + "Cc|") == []
    assert len(of(header + "CDEFGAB" * 3 + "CcC|")) > 5


sets = st.lists(
    st.lists(st.integers(0, 12), max_size=8).map(lambda hashes: np.unique(np.array(hashes, np.uint64))),
    max_size=8,
)


@given(sets)
def test_pairs_share_half_of_the_smaller(given_sets: list[np.ndarray]) -> None:
    """As counted one by one."""
    expected = [
        (i, j)
        for i, a in enumerate(given_sets)
        for j, b in enumerate(given_sets)
        if i < j and len(a) and len(b) and 2 * len(set(a) & set(b)) >= min(len(a), len(b))
    ]
    assert sorted(similar_pairs(given_sets)) == expected


def test_components() -> None:
    """Whoever is joined to one is joined to all; named by the first."""
    assert union_find(6, [(4, 3), (1, 3), (5, 0)]) == [0, 1, 2, 1, 1, 0]
    assert union_find(0, []) == []


def test_real_tunes(nottingham: Path) -> None:
    """Copies of jigs are found, and jigs of one key are not joined unless they are versions of one tune."""
    read = scores(list(read_tunes(nottingham / "jigs.abc")))
    for name in ("transposed", "re-barred", "doubled lengths"):
        assert found(read, name) >= 0.99
    assert found(read, "5 % edited") >= 0.97
    hits, pairs = joined(read, [patterns(score) for score in read])
    assert pairs > 10_000
    assert len(hits) <= 20
    assert set(CHANGES) == {"transposed", "re-barred", "doubled lengths", "5 % edited"}


def test_a_melody_has_one_digest_however_it_is_written() -> None:
    """In another key, in doubled lengths, with other bars; another note makes another."""
    component = installed_plugins().notation("abc")
    abc = component.build(component.options())

    def digest(text: str) -> str:
        return melody_digest(abc.parse(Tune(text, "abc")))

    plain = digest("X:1\nL:1/8\nK:G\nGABc d2 z2 | [Bd]4 |\n")
    assert digest("X:7\nT:Title\nL:1/8\nK:A\nAB | cd e2z2 [ce]4 |\n") == plain
    assert digest("X:1\nL:1/4\nK:G\nGABc d2 z2 | d4 |\n") == plain
    assert digest("X:1\nL:1/8\nK:G\nGABd d2 z2 | d4 |\n") != plain
    assert digest("X:1\nL:1/8\nK:G\nGABc d3 z | d4 |\n") == plain
