"""What plain repeat signs cannot say is written out."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given, settings, strategies as st

from helpers.scores import any_score, chord, tune
from musegen import (
    Bar,
    MusegenError,
    Note,
    Performance,
    Pitch,
    Score,
    TempoChange,
    TranspositionChange,
    mend_repeats,
    perform,
    write_out,
)
from musegen.music.score import Tempo

BAR = "C4:4"


def written_out(signs: str, play_order: str = "") -> str:
    """The bars with their signs after mending and writing out; single capital letters stand for bars."""
    letters = [word for word in signs.split() if len(word) == 1 and word.isupper()]
    text = " ".join(BAR if len(word) == 1 and word.isupper() else word for word in signs.split())
    score = mend_repeats(tune(text, play_order=play_order))
    numbered = tuple(replace(bar, line=number) for number, bar in enumerate(score.bars))
    result = write_out(replace(score, bars=numbered))
    assert not result.play_order
    return " ".join(
        f"{'|:' if bar.repeat_start else ''}{'[' if bar.endings else ''}{','.join(map(str, bar.endings))}"
        f"{letters[bar.line]}{':' * max(bar.repeat_end - 1, 0)}"
        for bar in result.bars
    )


@pytest.mark.parametrize(
    ("signs", "order", "result"),
    [
        ("A | B :| C | D :|", "", "|:A B: |:C D:"),
        ("|: A | B :| C || D :|", "", "|:A B: C |:D:"),
        ("A | |: B ::|", "", "A |:B::"),
        ("|: A [1 B :| [2 C :|", "", "|:A [1B: [2C"),
        ("|: A [1,2 B :| [3 C |]", "", "|:A [1,2B: [3C"),
        ("|: A [1,2 B :| [3,4 C :| D |]", "", "|:A [1,2B: [3,4C: D"),
        ("|: A [1,3 B :| [2,4 C :| D |]", "", "A B A C A B A C D"),
        ("|: A [1 B :| [3 C |]", "", "A B A A C"),
        ("|: A [1 B :| C |]", "", "A B A C"),
        ("|: A |: B :|", "", "A |:B:"),
        ("P:A A | P:B B |]", "AB", "A B"),
        ("P:A A | P:B B :|", "AAB", "A A |:B:"),
        ("P:A |: A [1 B :| [2 C |] P:B D |]", "ABA", "|:A [1B: [2C D |:A [1B: [2C"),
        ("P:A |: A [1 B :| [2 C :| [3 D |]", "AAA", "|:A [1B: [2C: [3D"),
    ],
)
def test_signs_say_what_they_can_and_bars_the_rest(signs: str, order: str, result: str) -> None:
    """A passage keeps its signs where they say its order; each part is written as often as it is played."""
    assert written_out(signs, order) == result


def test_what_signs_say_is_left_alone() -> None:
    """It is the same score."""
    score = mend_repeats(tune(f"|: {BAR} [1 {BAR} :| [2 {BAR} || |: {BAR} :|"))
    assert write_out(score) is score


def heard(played: Performance) -> tuple[object, ...]:
    """What is heard of a performance. How loud a note is depends on where the signs stand."""
    melody = tuple((note.onset, note.duration, note.pitch) for note in played.melody)
    return melody, played.chords, played.tempos, played.keys, played.metres


@settings(deadline=None, max_examples=80)
@given(any_score, st.sampled_from(["", "AB", "AABA", "BBBBA"]), st.booleans())
def test_it_sounds_the_same(score: Score, order: str, mend: bool) -> None:
    """With every change of key, metre and tempo, mended or to the letter; and twice is once."""
    bars = [
        replace(bar, part="AB"[place // 2 % 2] if order and place % 2 == 0 else "")
        for place, bar in enumerate(score.bars)
    ]
    score = replace(score, bars=tuple(bars), play_order=order)
    score = mend_repeats(score) if mend else score
    try:
        before = perform(score)
    except MusegenError:  # longer than anything that is played
        return
    once = write_out(score)
    assert heard(perform(once)) == heard(before)
    assert heard(perform(write_out(once))) == heard(before)


def test_each_time_has_its_chord_symbol() -> None:
    """Of two chord symbols over one note the first sounds the first time, the second the second time."""
    note = Note(Fraction(4), (Pitch(4, "C"),))
    bar = Bar((chord("C"), chord("Am"), note), part="A")
    result = write_out(Score((bar, Bar((note,), part="B")), tune(BAR).key, play_order="ABA"))
    assert [bar.events for bar in result.bars] == [(chord("C"), note), (note,), (chord("Am"), note)]


def test_a_part_that_comes_first_has_the_tempo_of_the_tune() -> None:
    """Though it is written at the beginning of another part."""
    slow = TempoChange(Tempo(Fraction(1), Fraction(40)))
    note = Note(Fraction(4), (Pitch(4, "C"),))
    score = Score((Bar((slow, note), part="A"), Bar((note,), part="B")), tune(BAR).key, play_order="BA")
    assert [bar.events for bar in write_out(score).bars] == [(slow, note), (slow, note)]


def test_a_repeat_begins_in_its_tempo_again() -> None:
    """A tempo that changes inside a repeat is written anew at its beginning."""
    slow = TempoChange(Tempo(Fraction(1), Fraction(40)))
    note = Note(Fraction(4), (Pitch(4, "C"),))
    score = mend_repeats(Score((Bar((note,)), Bar((slow, note), repeat_end=2)), tune(BAR).key))
    first = write_out(score).bars[0].events[0]
    assert isinstance(first, TempoChange)
    assert first.tempo == perform(score).tempos[0][1]


def test_a_part_that_comes_again_sounds_where_it_was_written() -> None:
    """A change of transposition in a later part does not reach it."""
    note, higher = Note(Fraction(4), (Pitch(4, "C"),)), TranspositionChange(12)
    score = Score((Bar((note,), part="A"), Bar((higher, note), part="B")), tune(BAR).key, play_order="ABA")
    result = write_out(score)
    assert [bar.events for bar in result.bars] == [(note,), (higher, note), (TranspositionChange(0), note)]
    assert heard(perform(result)) == heard(perform(score))
