"""Scores played out."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given, settings, strategies as st

from helpers.scores import any_score, bars, hostile_bars, tune
from musegen import (
    Bar,
    ChordSymbol,
    Key,
    KeyChange,
    Metre,
    MetreChange,
    MusegenError,
    Note,
    Pitch,
    Rest,
    Score,
    Tempo,
    TempoChange,
    accompaniment,
    perform,
)

BAR = "C4:4"


def sounding(text: str, metre: str | None = "4/4") -> list[tuple[float, float, int]]:
    """Onset, duration and pitch of each note of the melody."""
    melody = perform(tune(text, metre)).melody
    return [(float(note.onset), float(note.duration), note.pitch) for note in melody]


def test_notes_come_one_after_another() -> None:
    """Rests are silence between them; notes of a chord sound together."""
    assert sounding("C4 z:1/2 E4G4:1/2") == [(0, 1, 60), (1.5, 0.5, 64), (1.5, 0.5, 67)]


def test_a_tie_makes_one_note() -> None:
    """Also over the bar line and over more than two."""
    assert sounding("C4:2 D4:2~ | D4:4~ | D4:1 E4:3") == [(0, 2, 60), (2, 7, 62), (9, 3, 64)]


def test_a_tie_to_another_pitch_is_none() -> None:
    """The note is simply played."""
    assert sounding("C4~ D4 | C4~ z C4") == [(0, 1, 60), (1, 1, 62), (2, 1, 60), (4, 1, 60)]


def test_a_tie_holds_the_pitches_that_come_again() -> None:
    """Of a chord one may go on while the other ends."""
    assert sounding("C4E4~ C4G4") == [(0, 2, 60), (0, 1, 64), (1, 1, 67)]


def test_a_tie_leads_into_each_ending() -> None:
    """From the last common bar to the bar that is played next."""
    assert sounding("|: C4:4~ [1 C4:4 :| [2 C4:4 |]") == [(0, 8, 60), (8, 8, 60)]


def test_a_tie_and_a_unison_in_one_chord() -> None:
    """The same pitch twice is one note."""
    assert sounding("C4C4:2~ | C4:1") == [(0, 3, 60)]


def test_graces_take_time_from_their_note() -> None:
    """They come on its beat; the note after it is not moved."""
    assert sounding("(D4)C4 E4") == [(0, 0.125, 62), (0.125, 0.875, 60), (1, 1, 64)]


def test_graces_take_at_most_half_of_a_short_note() -> None:
    """However many there are."""
    assert sounding("(D4E4)C4:1/8") == [(0, 1 / 32, 62), (1 / 32, 1 / 32, 64), (1 / 16, 1 / 16, 60)]


def test_a_note_with_graces_is_struck_though_tied() -> None:
    """A grace note between two notes parts them."""
    assert [onset for onset, _, _ in sounding("C4~ (D4)C4")] == [0, 1, 1.125]


def velocities(score: Score) -> list[int]:
    """Of the melody."""
    return [note.velocity for note in perform(score).melody]


def test_beats_are_accented() -> None:
    """The first of the bar most, then the other beats."""
    strong, beat, weak = 104, 94, 84
    jig = tune(" ".join(["C4:1/2"] * 6) + " | " + "C4:3", "6/8")
    assert velocities(jig) == [strong, weak, weak, beat, weak, weak, strong]
    waltz = tune("C4 C4:1/2 C4:1/2 C4", "3/4")
    assert velocities(waltz) == [strong, beat, weak, beat]


def beats(score: Score) -> list[tuple[float, int]]:
    """Onset and number of each beat."""
    return [(float(onset), number) for onset, number in perform(score).beats]


def test_an_upbeat_precedes_the_first_beat() -> None:
    """An eighth before a jig bar has no beat of its own and no accent."""
    score = tune("C4:1/2 | D4:3/2 E4:3/2 | F4:5/2 |]", "6/8")
    assert beats(score) == [(0.5, 0), (2, 1), (3.5, 0), (5, 1)]
    assert velocities(score)[:2] == [84, 104]


def test_an_upbeat_before_the_repeat_sign() -> None:
    """``c |: d...`` where the bars inside the repeat are full."""
    score = tune("C4:1 |: D4:4 :|")
    assert beats(score) == [(0, 3), *((1 + i, i % 4) for i in range(8))]


def test_last_bar_and_upbeat_make_one_bar() -> None:
    """At the repeat the beats go on through both."""
    score = tune("|: C4:1 | D4:4 | E4:3 :|")
    assert beats(score) == [(float(i), (i + 3) % 4) for i in range(16)]


def test_a_short_last_bar_before_a_full_one_ends_there() -> None:
    """The full bar begins with a first beat."""
    score = tune("C4:4 | D4:3 || E4:4 | F4:4 |]")
    assert [onset for onset, number in beats(score) if number == 0] == [0, 4, 7, 11]


def test_a_bar_with_a_sign_inside_counts_once() -> None:
    """Two halves around a repeat sign are one bar."""
    score = tune("C4:4 | D4:2 |: E4:2 | F4:4 | G4:2 :|")
    assert [onset for onset, number in beats(score) if number == 0][:3] == [0, 4, 8]
    assert velocities(score)[:3] == [104, 104, 94]


def test_endings_inside_a_bar_complete_it() -> None:
    """On either turn."""
    score = tune("|: C4:3 [1 D4:1 :| [2 E4:1 |] F4:4")
    assert [onset for onset, number in beats(score) if number == 0] == [0, 4, 8]


def test_free_metre_counts_quarters_in_each_bar() -> None:
    """And every bar begins with a first beat, however long."""
    assert beats(tune("C4:2 | D4:3 | E4:1", None)) == [(0, 0), (1, 1), (2, 0), (3, 1), (4, 2), (5, 0)]


def test_beats_follow_a_change_of_metre() -> None:
    """From 6/8 to 9/8."""
    score = tune("C4:3 | D4:9/2 | E4:9/2", "6/8")
    changed = replace(score.bars[1], events=(MetreChange(Metre(9, 8)), *score.bars[1].events))
    score = replace(score, bars=(score.bars[0], changed, score.bars[2]))
    assert [number for _, number in beats(score)] == [0, 1, 0, 1, 2, 0, 1, 2]


def with_event(score: Score, number: int, event: KeyChange | MetreChange | TempoChange) -> Score:
    """The score with an event at the beginning of a bar."""
    changed = list(score.bars)
    changed[number] = replace(changed[number], events=(event, *changed[number].events))
    return replace(score, bars=tuple(changed))


def test_a_repeat_goes_back_to_the_key_metre_and_tempo_before_it() -> None:
    """Each bar sounds in what stands before it on the page."""
    slow = Tempo(Fraction(1), Fraction(60))
    score = tune("|: C4:4 | D4:3 :|", tempo=Tempo(Fraction(1), Fraction(120)))
    for change in (KeyChange(Key("G")), MetreChange(Metre(3, 4)), TempoChange(slow)):
        score = with_event(score, 1, change)
    performance = perform(score)
    assert [(onset, str(key)) for onset, key in performance.keys] == [
        (0, "C major"),
        (4, "G major"),
        (7, "C major"),
        (11, "G major"),
    ]
    assert [(onset, str(metre)) for onset, metre in performance.metres] == [
        (0, "4/4"),
        (4, "3/4"),
        (7, "4/4"),
        (11, "3/4"),
    ]
    assert [onset for onset, _ in performance.tempos] == [0, 4, 7, 11]
    assert performance.duration_s == 2 * (4 * 0.5 + 3 * 1.0)


def test_changes_to_the_same_are_none() -> None:
    """And of two at one time the last counts."""
    score = with_event(tune("C4:4 | D4:4"), 1, KeyChange(Key("C")))
    score = with_event(with_event(score, 0, KeyChange(Key("D"))), 0, KeyChange(Key("F")))
    assert [(onset, key.tonic) for onset, key in perform(score).keys] == [(0, "D"), (4, "C")]


def test_tempo_bpm_scales_later_changes() -> None:
    """A change to half the speed stays one."""
    score = tune("C4:4 | D4:4", tempo=Tempo(Fraction(1), Fraction(120)))
    score = with_event(score, 1, TempoChange(Tempo(Fraction(1), Fraction(60))))
    performance = perform(score, 240.0)
    assert [tempo.per_minute for _, tempo in performance.tempos] == [240, 120]
    assert performance.duration_s == pytest.approx(1 + 2)


def test_a_chord_symbol_holds_until_the_next() -> None:
    """To the end of the tune, through repeats; of two at one time the second is for the second turn."""
    performance = perform(tune('C4 "G" D4:3 | "Am" "C" E4:4 :|'))
    assert [(chord.onset, chord.duration, chord.symbol.text) for chord in performance.chords] == [
        (1, 3, "G"),
        (4, 5, "Am"),
        (9, 3, "G"),
        (12, 4, "C"),
    ]


def strokes(score: Score) -> str:
    """What sounds on each stroke of the accompaniment: ``b`` bass, ``c`` chord, ``B`` both."""
    notes = accompaniment(perform(score))
    found = []
    for onset in sorted({note.onset for note in notes}):
        pitches = [note.pitch for note in notes if note.onset == onset]
        bass, chord = min(pitches) <= 51, max(pitches) >= 55
        found.append("B" if bass and chord else "b" if bass else "c")
    return "".join(found)


@pytest.mark.parametrize(
    ("metre", "bar", "pattern"),
    [
        ("4/4", "C4:4", "Bcbcbcbc"),
        ("2/2", "C4:4", "Bcbc"),
        ("2/4", "C4:2", "Bcbc"),
        ("3/4", "C4:3", "Bccbcc"),
        ("6/8", "C4:3", "Bcbc"),
        ("9/8", "C4:9/2", "Bccbcc"),
        ("12/8", "C4:6", "Bcbcbcbc"),
        (None, "C4:4", "Bcbcbcbc"),
    ],
)
def test_accompaniment_pattern(metre: str | None, bar: str, pattern: str) -> None:
    """Bass on the first beat and on the third of four, chords on the others; both where a symbol comes in."""
    assert strokes(tune(f'"G" {bar} | {bar} |]', metre)) == pattern


def test_a_symbol_off_the_beat_sounds_at_once() -> None:
    """And then on the beats."""
    score = tune('"G" C4:1 D4:1/2 "C" E4:5/2')
    onsets = sorted({note.onset for note in accompaniment(perform(score))})
    assert onsets == [0, 1, Fraction(3, 2), 2, 3]


def test_strokes_are_held_until_the_next() -> None:
    """No gap and no overlap, up to the end of the tune."""
    score = tune('C4 "G" D4:3 | "C" E4:4 | z:2')
    notes = accompaniment(perform(score))
    spans = sorted({(note.onset, note.onset + note.duration) for note in notes})
    assert spans[0][0] == 1
    assert spans[-1][1] == perform(score).duration
    assert all(end == onset for (_, end), (onset, _) in pairwise(spans))


def test_chords_lie_close_and_the_bass_below() -> None:
    """C major: C over G3, and C3 below; with E in the bass, E2."""
    performance = perform(tune('"C" C4:4'))
    assert {note.pitch for note in accompaniment(performance) if note.onset == 0} == {48, 55, 60, 64}
    (chord,) = performance.chords
    first = replace(chord, symbol=replace(chord.symbol, bass=4))
    inverted = accompaniment(replace(performance, chords=(first,)))
    assert min(note.pitch for note in inverted) == 40


@settings(deadline=None)
@given(st.integers(0, 11), st.integers(0, 11), st.lists(st.integers(0, 21), min_size=1, max_size=6))
def test_any_chord_has_its_place(root: int, bass: int, intervals: list[int]) -> None:
    """Bass from E2 to D#3, the other tones from G3 to F#4, each once."""
    symbol = ChordSymbol("X", root, tuple(sorted({0, *intervals})), bass)
    notes = accompaniment(
        perform(Score((Bar((symbol, Note(Fraction(4), (Pitch(4, "C"),)))),), Key("C"), Metre(4, 4)))
    )
    pitches = [note.pitch for note in notes if note.onset == 0]
    assert len(pitches) == len(set(pitches))
    assert all(40 <= pitch <= 66 for pitch in pitches)
    assert {pitch % 12 for pitch in pitches} == {(root + i) % 12 for i in symbol.intervals} | {bass}


def test_a_score_without_bars_is_silence() -> None:
    """Of no length."""
    performance = perform(Score((), Key("C")))
    assert (performance.melody, performance.duration, performance.duration_s) == ((), 0, 0.0)


def test_an_endless_tune_is_refused() -> None:
    """With one line that says so, before it fills the memory."""
    repeated = replace(bars(BAR)[0], repeat_end=10**9)
    endless = [Score((repeated,), Key("C")), Score((Bar((Rest(Fraction(10**12)),)),), Key("C"))]
    for score in endless:
        with pytest.raises(MusegenError, match="up to 20000 quarter notes"):
            perform(score)


def test_a_metre_of_tiny_beats_is_bounded() -> None:
    """4096 beats to the quarter note are counted as 8."""
    performance = perform(tune("C4:4", "1/16384"))
    assert len(performance.beats) == 32


@pytest.mark.parametrize("per_minute", [0, -10])
def test_no_tempo_is_refused(per_minute: int) -> None:
    """At the beginning and later."""
    tempo = Tempo(Fraction(1), Fraction(per_minute))
    for score in (tune(BAR, tempo=tempo), with_event(tune(f"{BAR} | {BAR}"), 1, TempoChange(tempo))):
        with pytest.raises(MusegenError, match="above 0"):
            perform(score)


@settings(deadline=None, max_examples=40)
@given(hostile_bars(), st.sampled_from([Metre(4, 4), Metre(6, 8), Metre(1, 3), None]))
def test_beats_ascend_and_stay_inside(signs: tuple[Bar, ...], metre: Metre | None) -> None:
    """Whatever the bars are."""
    calm = tuple(replace(bar, repeat_end=min(bar.repeat_end, 3)) for bar in signs)
    performance = perform(Score(calm, Key("C"), metre))
    onsets = [onset for onset, _ in performance.beats]
    assert all(one < other for one, other in pairwise(onsets))
    assert all(0 <= onset < performance.duration for onset in onsets)
    assert all(number >= 0 for _, number in performance.beats)


def chord_texts(score: Score) -> list[str]:
    """Of the chord symbols as they sound."""
    return [chord.symbol.text for chord in perform(score).chords]


def test_two_chord_symbols_over_one_note_are_for_two_turns() -> None:
    """The first sounds the first time, the second from then on; alone it sounds always."""
    assert chord_texts(tune('|: "C" C4:2 "G" "D" D4:2 :|')) == ["C", "G", "C", "D"]
    thrice = chord_texts(tune('|: "C" "G" C4:4 ::|'))
    assert thrice == ["C", "G", "G"]
    assert chord_texts(tune('"C" C4:2 "G" D4:2')) == ["C", "G"]


def test_the_suggested_order_is_played_on_request() -> None:
    """And only then; a tune without one is played as it stands."""
    score = replace(tune("P:A C4:4 | P:B D4:4 |]"), play_order="AB", suggested_order="BAB")
    assert [note.pitch for note in perform(score).melody] == [60, 62]
    assert [note.pitch for note in perform(score, suggested_order=True).melody] == [62, 60, 62]
    plain = replace(score, suggested_order="")
    assert perform(plain, suggested_order=True) == perform(plain)


def swung(text: str, metre: str = "4/4", swing: float = 2) -> list[Fraction]:
    """The onsets of the melody."""
    return [note.onset for note in perform(tune(text, metre), swing=swing).melody]


def test_swing_makes_the_first_half_of_a_beat_longer() -> None:
    """2 as in triplets, 3 as dotted; sixteenths share their half evenly; quarters stay."""
    third = Fraction(1, 3)
    assert swung("C4:1/2 D4:1/2 E4:1 F4:2") == [0, 2 * third, 1, 2]
    assert swung("C4:1/2 D4:1/2 E4:3", swing=3) == [0, Fraction(3, 4), 1]
    assert swung("C4:1/4 D4:1/4 E4:1/4 F4:1/4 G4:3") == [0, third, 2 * third, 5 * third / 2, 1]


@pytest.mark.parametrize("metre", ["6/8", "9/8", "3/8", "12/16"])
def test_metres_in_eighths_do_not_swing(metre: str) -> None:
    """Their beats are no pairs."""
    score = tune("C4:1/2 D4:1/2 E4:1/2 | F4:1/4 G4:1/4 A4:1", metre)
    assert perform(score, swing=2) == perform(score)


def test_an_upbeat_swings_with_the_strain_it_completes() -> None:
    """The half beats on both sides of a repeat sign are one beat; a tune may begin inside one."""
    onsets = swung("|: C4:1/2 | D4:3 E4:1/2 :|")
    assert onsets[:3] == [Fraction(1, 6), Fraction(1, 2), Fraction(7, 2)]


@settings(deadline=None, max_examples=60)
@given(any_score, st.fractions(1, 3, max_denominator=12))
def test_swing_keeps_order_and_length(score: Score, swing: Fraction) -> None:
    """No note is lost, none comes before one that was before it, and all ends when it did."""
    plain, played = perform(score), perform(score, swing=swing)
    assert played.duration == plain.duration
    assert [note.pitch for note in played.melody] == [note.pitch for note in plain.melody]
    before = [time for note in plain.melody for time in (note.onset, note.onset + note.duration)]
    after = [time for note in played.melody for time in (note.onset, note.onset + note.duration)]
    ordered = [time for _, time in sorted(zip(before, after, strict=True))]
    assert ordered == sorted(ordered)
    assert all(note.duration > 0 for note in played.melody)
    assert all(0 <= time <= plain.duration for time in after)


def test_swing_below_one_is_refused() -> None:
    """The short half does not come first."""
    with pytest.raises(MusegenError, match="1 or more"):
        perform(tune(BAR), swing=0.5)
