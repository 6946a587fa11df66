"""Pitches, keys, metres, bars."""

from __future__ import annotations

from fractions import Fraction

import pytest

from musegen import MODES, Annotation, Bar, Key, Metre, Note, Pitch, Rest, Tempo


@pytest.mark.parametrize(
    ("pitch", "midi", "name"),
    [
        (Pitch(4, "C"), 60, "C4"),
        (Pitch(4, "A"), 69, "A4"),
        (Pitch(3, "B", 1), 60, "B#3"),
        (Pitch(5, "F", -2), 75, "Fbb5"),
        (Pitch(-1, "C"), 0, "C-1"),
    ],
)
def test_pitch_sounds_as_spelled(pitch: Pitch, midi: int, name: str) -> None:
    """MIDI number and scientific name."""
    assert (pitch.midi, str(pitch)) == (midi, name)


@pytest.mark.parametrize(
    ("tonic", "mode", "fifths"),
    [
        ("C", "major", 0),
        ("F#", "major", 6),
        ("Bb", "major", -2),
        ("A", "minor", 0),
        ("E", "dorian", 2),
        ("A", "mixolydian", 2),
        ("B", "locrian", 0),
        ("F", "lydian", 0),
        ("E", "phrygian", 0),
        ("B", "minor", 2),
        ("", "major", 0),
    ],
)
def test_signature_of_tonic_and_mode(tonic: str, mode: str, fifths: int) -> None:
    """Sharps count up, flats down."""
    assert Key(tonic, mode).fifths == fifths


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("tonic", ["C", "D", "Eb", "F#", "Bb"])
def test_alterations_add_up_to_the_signature(tonic: str, mode: str) -> None:
    """Within a signature no step differs from another by more than one."""
    key = Key(tonic, mode)
    alterations = key.alterations.values()
    assert sum(alterations) == key.fifths
    assert max(alterations) - min(alterations) <= 1


def test_signatures_take_sharps_and_flats_in_their_order() -> None:
    """F first for sharps, B first for flats; beyond seven they double."""
    sharp = {step for step, alter in Key("D").alterations.items() if alter}
    flat = {step for step, alter in Key("Eb").alterations.items() if alter}
    assert (sharp, flat) == ({"F", "C"}, {"B", "E", "A"})
    assert Key("G#").alterations["F"] == 2


def test_explicit_accidentals_override_the_signature() -> None:
    """D major with a natural C, as in ``K:D =c``; the signature itself counts without them."""
    key = Key("D", "major", (("C", 0), ("B", -1)))
    assert (key.alterations["C"], key.alterations["B"], key.alterations["F"]) == (0, -1, 1)
    assert key.fifths == 2


def test_keys_have_names() -> None:
    """For messages."""
    assert [str(Key("Bb", "dorian")), str(Key(""))] == ["Bb dorian", "none"]


@pytest.mark.parametrize(
    ("numerator", "denominator", "bar", "beat"),
    [
        (4, 4, 4, 1),
        (2, 2, 4, 2),
        (3, 4, 3, 1),
        (6, 8, 3, Fraction(3, 2)),
        (9, 8, Fraction(9, 2), Fraction(3, 2)),
        (12, 8, 6, Fraction(3, 2)),
        (3, 8, Fraction(3, 2), Fraction(1, 2)),
        (6, 4, 6, 1),
        (5, 8, Fraction(5, 2), Fraction(1, 2)),
        (4, 3, Fraction(16, 3), Fraction(4, 3)),
    ],
)
def test_metre_gives_bar_and_beat(numerator: int, denominator: int, bar: Fraction, beat: Fraction) -> None:
    """Three units make a beat in compound metres of eighths, one in all others."""
    metre = Metre(numerator, denominator)
    assert (metre.bar, metre.beat, str(metre)) == (bar, beat, f"{numerator}/{denominator}")


def test_tempo_in_quarter_notes() -> None:
    """A dotted quarter at 116 is a quarter at 174."""
    assert Tempo(Fraction(3, 2), Fraction(116)).quarters_per_minute == 174


def test_bar_lasts_its_notes_and_rests() -> None:
    """Other events take no time."""
    events = (Annotation("slow"), Note(Fraction(1, 2), (Pitch(4, "C"), Pitch(4, "E"))), Rest(Fraction(1, 4)))
    assert Bar(events).duration == Fraction(3, 4)


@pytest.mark.parametrize(
    ("bar", "ends"),
    [
        (Bar(()), False),
        (Bar((), barline="||"), True),
        (Bar((), barline="|]"), True),
        (Bar((), barline="[|"), True),
        (Bar((), repeat_end=2), True),
        (Bar((), barline=""), False),
    ],
)
def test_strains_end_at_repeats_and_double_bars(bar: Bar, ends: bool) -> None:
    """A single bar line ends none."""
    assert bar.ends_strain is ends


def test_where_a_bar_stands_makes_no_difference() -> None:
    """Bars compare by their music."""
    assert Bar((), line=3, column=1) == Bar((), line=7, column=9)
