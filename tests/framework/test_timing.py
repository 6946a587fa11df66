"""Quarter notes to ticks and seconds, and the tempo of tunes that name none."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given, settings, strategies as st

from helpers.scores import tune
from musegen import Metre, Tempo, TempoChange, TempoMap, default_tempo, ticks
from musegen.music.timing import starting_tempo


@pytest.mark.parametrize(
    ("rhythm", "metre", "beat", "per_minute"),
    [
        ("jig", "6/8", Fraction(3, 2), 116),
        ("Double Jig", "6/8", Fraction(3, 2), 116),
        ("slip jig", "9/8", Fraction(3, 2), 112),
        ("Slip-Jig", "9/8", Fraction(3, 2), 112),
        ("jig", "9/8", Fraction(3, 2), 112),
        ("reel", "4/4", 2, 100),
        ("reel", "2/2", 2, 100),
        ("hornpipe", "4/4", 2, 80),
        ("polka", "2/4", 1, 120),
        ("waltz", "3/4", 1, 140),
        ("slow air", "3/4", 1, 70),
        ("air", "6/8", 1, 70),
        ("", "6/8", Fraction(3, 2), 116),
        ("", "9/8", Fraction(3, 2), 112),
        ("", "2/2", 2, 100),
        ("", "2/4", 1, 120),
        ("", "3/4", 1, 140),
        ("", "4/4", 1, 110),
        ("strathspey", "4/4", 1, 110),
        ("waltz", "4/4", 1, 110),
        ("", None, 1, 110),
    ],
)
def test_customary_tempo(rhythm: str, metre: str | None, beat: Fraction, per_minute: int) -> None:
    """From the rhythm where it fits the metre, else from the metre, else quarter note = 110."""
    signature = Metre(*map(int, metre.split("/"))) if metre else None
    assert default_tempo(rhythm, signature) == Tempo(Fraction(beat), Fraction(per_minute))


def test_written_tempo_comes_before_the_customary() -> None:
    """The header's."""
    tempo = Tempo(Fraction(1, 2), Fraction(200))
    assert starting_tempo(tune("C4", rhythm="reel", tempo=tempo)) == tempo


def test_a_tempo_at_the_head_of_the_body_is_the_beginning_s() -> None:
    """``[Q:1/4=90]`` before the first note counts as the header's would; after it, it does not."""
    score = tune("C4 D4")
    (bar,) = score.bars
    tempo = Tempo(Fraction(1), Fraction(90))
    before = replace(bar, events=(TempoChange(tempo), *bar.events))
    after = replace(bar, events=(*bar.events, TempoChange(tempo)))
    assert starting_tempo(replace(score, bars=(before,))) == tempo
    assert starting_tempo(replace(score, bars=(after,))) == default_tempo("", score.metre)


def test_tempo_bpm_counts_the_tune_s_own_beat() -> None:
    """Dotted quarters in a jig."""
    assert starting_tempo(tune("C4", "6/8"), 90.0) == Tempo(Fraction(3, 2), Fraction(90))


def test_ticks_are_rounded_to_the_nearest() -> None:
    """A triplet eighth at 100 ticks a quarter note is 33 long, three of them 100."""
    assert [ticks(Fraction(i, 3), 100) for i in range(4)] == [0, 33, 67, 100]


def test_seconds_follow_each_tempo() -> None:
    """Two quarters at 60, then two at 120: three seconds; beyond the end the last goes on."""
    tempos = [
        (Fraction(0), Tempo(Fraction(1), Fraction(60))),
        (Fraction(2), Tempo(Fraction(1), Fraction(120))),
    ]
    tempo_map = TempoMap(tempos)
    assert [tempo_map.seconds(Fraction(x)) for x in (0, 1, 2, 3, 4)] == [0.0, 1.0, 2.0, 2.5, 3.0]


@settings(deadline=None)
@given(
    st.lists(st.tuples(st.integers(1, 8), st.integers(1, 400)), min_size=1, max_size=6),
    st.fractions(0, 40, max_denominator=96),
    st.fractions(0, 40, max_denominator=96),
)
def test_time_never_runs_backwards(changes: list[tuple[int, int]], one: Fraction, other: Fraction) -> None:
    """Under any tempos a later onset is a later second."""
    onset, tempos = Fraction(0), []
    for span, per_minute in changes:
        tempos.append((onset, Tempo(Fraction(1), Fraction(per_minute))))
        onset += span
    tempo_map = TempoMap(tempos)
    first, second = sorted((one, other))
    assert tempo_map.seconds(first) <= tempo_map.seconds(second)
    assert tempo_map.seconds(Fraction(0)) == 0.0
