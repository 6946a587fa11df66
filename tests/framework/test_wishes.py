"""Wishes for the form of a tune and its notes: what breaks them is told."""

from __future__ import annotations

import pytest

from musegen import Tune, TuneLimits
from musegen.music.wishes import wish_faults
from musegen_abc.notation import AbcNotation

HEAD = "M:2/4\nL:1/8\nK:C\n"
A, B = "c4|d4|e4|c4", "g4|d4|e4|c4"


def kinds(body: str, limits: TuneLimits) -> list[str]:
    """The kinds of faults of a tune."""
    score = AbcNotation().parse(Tune(HEAD + body + "\n", "abc"))
    return [fault.kind for fault in wish_faults(score, limits)]


@pytest.mark.parametrize(
    ("form", "body", "faults"),
    [
        ("AABB", f"|:{A}:|:{B}:|", []),
        ("AABB", f"|:{A}:|{B}|", ["form"]),  # B comes once
        ("AAB", f"|:{A}:|{B}|", []),
        ("AAB", f"{A}||{B}|", ["form"]),
        ("AABB", f"|:{A}:|:{A}:|", ["form"]),  # the same strain
        ("AABB", "|:c4|d4|e4|c4:|:c4|d4|e4|g4:|", ["form"]),  # and all but its last bar
        ("AABB", f"|:{A}:|:{B}:|:{B}:|", ["form"]),
        ("AABB", f"|:{A}:|:{B}:|d|", ["form"]),  # goes on
        ("AA", "c4|d4|1e4:|2c4|", []),  # endings repeat it too
        ("AA", f"d||{A}:|", []),  # an upbeat is no strain
        ("ABC", f"{A}||{B}||e4|", []),
        ("", f"{A}", []),
    ],
)
def test_the_form(form: str, body: str, faults: list[str]) -> None:
    """The strains that there are, in their order, as often as they are asked for."""
    assert kinds(body, TuneLimits(form=form)) == faults


@pytest.mark.parametrize(
    ("body", "faults"),
    [
        (f"|:{A}:|:{B}:|", 0),
        (f"{A}|{B}|", 1),  # eight bars in a row
        ("|:d2|c4|d4|e4|c2:|", 0),  # an upbeat, and its complement
        ("|:c4|d4|e4|1c4:|2d4|", 0),
        ("|:c4|d4|e4|1c4:|2d4|c4|", 1),  # the second ending is too long
        ("|:c4|d4|e4|c2[1d2:|[2e2|", 0),  # the endings begin in the last bar
        ("|:c4|d4|c2[1d2:|[2e2|", 2),
    ],
)
def test_bars_of_a_strain(body: str, faults: int) -> None:
    """Each way through a strain has as many as are asked for."""
    assert kinds(body, TuneLimits(strain=4)) == ["strain"] * faults


@pytest.mark.parametrize(
    ("body", "faults"),
    [
        ("d4|c4:|d4|c4|", 0),
        ("d4|e4:|d4|c4|", 1),
        ("d4|1e4:|2c4|", 1),  # the first ending
        ("d4|c2z2|", 0),  # the last note counts
        ("d4|[Gc]4|", 0),  # and of a chord the highest
        ("d4|[ce]4|", 1),
        ("d4|z4|", 1),
        ("d4|[K:G]g4|", 0),  # the key in force
        ("d4|[K:G]c4|", 1),
        ("d4|[K:none]d4|", 0),  # without a tonic
        ("d4|^c4|", 1),
        ("d4|c4||d2|", 1),  # a tail, which ends the last strain
    ],
)
def test_ends_on_the_tonic(body: str, faults: int) -> None:
    """Each strain does, in each ending."""
    assert kinds(body, TuneLimits(cadence=True)) == ["cadence"] * faults


def test_chord_symbols_and_pitches() -> None:
    """Each strain begins with a chord symbol, or there is none; annotations are none."""
    assert kinds('"C"c4|d4:|"^slow"d4|"G"g4|', TuneLimits(chords=True)) == ["chords"]
    assert kinds('"C"c4|d4:|d2|"G7"g4|', TuneLimits(chords=True)) == []  # behind an upbeat
    assert kinds('"^slow"c4|"Am"d4|', TuneLimits(chords=False)) == ["chords"]
    assert kinds("c4|^d4|[ce]4|", TuneLimits(pitches=frozenset({72, 74, 75}))) == ["pitches"]
