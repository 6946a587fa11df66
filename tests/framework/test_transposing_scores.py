"""Scores moved by an interval, for notations that do not edit their text."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given, settings, strategies as st

from helpers.strategies import bodies
from musegen import ChordSymbol, Key, Pitch, Score, Tune, read_tunes
from musegen.music.transposing import Interval, transpose_score
from musegen_abc.parser import parse_abc
from musegen_abc.transpose import transpose_abc


def read(text: str) -> Score:
    """The score of an ABC text."""
    return parse_abc(Tune(text, "abc"))


@pytest.mark.parametrize(
    ("key", "semitones", "tonic", "expected"),
    [
        (Key("D"), 3, "", Interval(2, 3)),
        (Key("D"), 4, "", Interval(2, 4)),
        (Key("D"), 4, "Gb", Interval(3, 4)),
        (Key("D"), -8, "F#", Interval(-5, -8)),
        (Key("D"), 12, "", Interval(7, 12)),
        (Key(""), 1, "Db", Interval(1, 1)),
    ],
)
def test_an_interval_leads_to_few_signs_or_to_a_tonic(
    key: Key, semitones: int, tonic: str, expected: Interval
) -> None:
    """Steps and semitones; a key without tonic takes the usual one."""
    assert Interval.of(key, semitones, tonic) == expected


def test_a_pitch_is_respelt_where_three_signs_would_be_needed() -> None:
    """It sounds as it should."""
    moved = Interval(1, 2).moved(Pitch(4, "E", 2))
    assert (moved.midi, abs(moved.alter) <= 2) == (Pitch(4, "E", 2).midi + 2, True)


@pytest.mark.parametrize(
    ("text", "moved"),
    [("Am7", "Cm7"), ("D/F#", "F/A"), ("Bb", "Db"), ("C6/9", "Eb6/9"), ("F#m/C#", "Am/E"), ("N.C.", "N.C.")],
)
def test_chord_symbols_move_with_the_notes(text: str, moved: str) -> None:
    """Root and bass by name and pitch class, the quality stays; a text without a root stays."""
    score = read("X:1\nL:1/4\nK:C\nC|\n")
    (bar,) = score.bars
    symbol = ChordSymbol(text, 9, (0, 3, 7, 10), 11)
    with_chord = Score((type(bar)((symbol, *bar.events)),), score.key)
    (event, _) = transpose_score(with_chord, 3).bars[0].events
    assert event == ChordSymbol(moved, 0, (0, 3, 7, 10), 2)


@settings(max_examples=200)
@given(
    st.sampled_from(("C", "D", "Bb", "Em", "F#min", "Ador", "Glyd", "D exp ^f", "none")),
    bodies,
    st.integers(-14, 14),
)
def test_it_gives_what_the_edited_text_says(key: str, body: str, semitones: int) -> None:
    """Two ways to one score; ABC clamps pitches that nobody plays."""
    text = f"X:1\nL:1/8\nK:{key}\nA{body}\n"
    assert transpose_score(read(text), semitones) == read(transpose_abc(Tune(text, "abc"), semitones).text)


def test_two_spellings_of_a_pitch_may_become_one() -> None:
    """As in the text: a chord has each pitch once."""
    text = "X:1\nL:1/8\nK:C\n^F[F^^E]|\n"
    moved = transpose_score(read(text), -1)
    assert moved == read(transpose_abc(Tune(text, "abc"), -1).text)
    assert len(moved.bars[0].events[1].pitches) == 1  # type: ignore[union-attr]


def test_real_tunes(nottingham: Path) -> None:
    """Every cleaned Nottingham tune, edited as text or moved as a score, is one tune; and comes back."""
    tunes = [tune for file in sorted(nottingham.glob("*.abc")) for tune in read_tunes(file, print)]
    for number, tune in enumerate(tunes):
        semitones, score = number * 5 % 13 - 6, parse_abc(tune)
        moved = transpose_score(score, semitones)
        assert moved == parse_abc(transpose_abc(tune, semitones)), tune.source
        assert transpose_score(moved, -semitones) == score, tune.source


def test_all_that_is_no_pitch_stays() -> None:
    """Lengths, signs, grace notes' lengths, words."""
    text = "X:1\nM:6/8\nL:1/8\nQ:3/8=90\n{}:|\nw:la la la la\n"
    moved = transpose_score(read(text.format("K:D\n|:{e}D2F .A3|[K:G]GBd z3")), 5)
    assert moved == read(text.format("K:G\n|:{a}G2B .d3|[K:C]ceg z3"))
    assert moved.bars[0].events[0].graces[0].duration == Fraction(1, 8)  # type: ignore[union-attr]
