"""Melodies: what of a tune counts for copies."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given

from helpers.scores import any_score, tune
from musegen import Score
from musegen.music.melody import Melody, melody_notes
from musegen.music.similarity import melody_digest, patterns

BASE = "C4 E4:1/2 G4:1/2 D4:3/2 | F4 A4:1/4 B4:3/4 C5"
SAME = {
    "a fifth higher": "G4 B4:1/2 D5:1/2 A4:3/2 | C5 E5:1/4 F#5:3/4 G5",
    "doubled lengths": "C4:2 E4:1 G4:1 D4:3 | F4:2 A4:1/2 B4:3/2 C5:2",
    "other bars": "C4 E4:1/2 | G4:1/2 D4:3/2 F4 A4:1/4 | B4:3/4 C5",
    "a chord below": "C4 A3E4:1/2 G4:1/2 D4:3/2 | F4 A4:1/4 G4B4:3/4 C5",
    "a rest for a length": "C4 E4:1/2 G4:1/2 D4:1 z:1/2 | F4 A4:1/4 B4:1/4 z:1/2 C5",
    "a tie": "C4 E4:1/2 G4:1/2 D4:1~ | D4:1/2 F4 A4:1/4 B4:3/4 C5",
}
OTHER = {
    "another note": BASE.replace("F4", "F#4"),
    "another length": BASE.replace("A4:1/4 B4:3/4", "A4:1/2 B4:1/2"),
    "a note more": f"{BASE} D5",
    "no tie": "C4 E4:1/2 G4:1/2 D4:1 | D4:1/2 F4 A4:1/4 B4:3/4 C5",
}


def steps(text: str) -> list[int]:
    """The steps of a melody."""
    return [int(step) for step in Melody.of(tune(text)).steps]


@pytest.mark.parametrize("name", SAME)
def test_what_a_listener_takes_for_the_same_has_the_same_steps(name: str) -> None:
    """As many as there are notes, less one."""
    assert steps(SAME[name]) == steps(BASE)
    assert len(steps(BASE)) == 7


@pytest.mark.parametrize("name", OTHER)
def test_another_melody_has_other_steps(name: str) -> None:
    """By a single note."""
    assert steps(OTHER[name]) != steps(BASE)


def test_every_ending_counts_and_every_note_knows_its_bar() -> None:
    """In written order; a note that is held into the next bar belongs to the first."""
    melody = Melody.of(tune("|: C4 D4 | E4~ [1 E4 F4 :| [2 G4 A4 |]", title="Endings"))
    assert melody.bars.tolist() == [1, 1, 2, 3, 4, 4]
    assert melody.title == "Endings"
    assert Melody.of(tune("C4"), title="Given").title == "Given"


@given(any_score)
def test_patterns_and_melodies_reduce_notes_alike(score: Score) -> None:
    """Where a tune has no endings, its patterns are its windows of eight notes."""
    bars = tuple(bar for bar in score.bars if not bar.endings)
    plain = Score(bars * 5, score.key)
    if len(patterns(plain)):
        windows = np.unique(Melody.of(plain).windows(8))
        assert np.unique(patterns(plain) >> np.uint64(32)).tolist() == windows.tolist()


@pytest.mark.parametrize("count", [0, 1, 2, 7, 8, 9])
def test_a_short_melody_has_as_many_windows_as_fit(count: int) -> None:
    """A window of two notes is a step."""
    melody = Melody.of(tune(" ".join((["C4", "D4:2", "F4"] * 3)[:count])))
    assert len(melody.bars) == count
    assert len(melody.windows(2)) == max(count - 1, 0)
    assert len(melody.windows(8)) == max(count - 7, 0)


def test_lengths_without_a_common_unit_are_read() -> None:
    """Their least common denominator does not fit into 64 bits."""
    primes = [p for p in range(3, 100) if all(p % q for q in range(2, p))]
    odd = " ".join(f"{'CDEFGAB'[i % 7]}4:{i + 1}/{prime}" for i, prime in enumerate([*primes, *primes]))
    halved = " ".join(f"{'CDEFGAB'[i % 7]}4:{i + 1}/{2 * prime}" for i, prime in enumerate(primes + primes))
    assert len(patterns(tune(odd))) == 2 * len(primes) - 7
    assert patterns(tune(odd)).tolist() == patterns(tune(halved)).tolist()
    assert melody_digest(tune(odd)) == melody_digest(tune(halved))
    assert steps(odd) == steps(halved)


def test_the_reduction_says_pitch_and_length() -> None:
    """The length reaches to the next onset."""
    notes = melody_notes(enumerate(tune("z C4:1/2 z:1/2 E4G4 | G4").bars, 1))
    assert notes.pitches == [60, 67, 67]
    assert notes.durations == [Fraction(1), Fraction(1), Fraction(1)]
