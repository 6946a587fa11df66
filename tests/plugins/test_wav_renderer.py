"""Scores as WAV files."""

from __future__ import annotations

import wave
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from numpy.typing import NDArray
from pydantic import ValidationError

from helpers.scores import any_score, tune
from musegen import Bar, Key, Metre, MusegenError, Note, Pitch, Rest, Score, Tempo, mend_repeats, perform
from musegen_wav.plugin import WavOptions, build_renderer, musegen_renderers
from musegen_wav.synth import RATE_HZ

JIG = tune(
    '|: A4:1/2 | "D" D5:1/2 D5:1/2 A4:1/2 F#4:1/2 A4:1/2 D5:1/2 '
    '| "G" B4:1/2 D5:1/2 B4:1/2 "D" A4:1/2 F#4:1/2 A4:1/2 | "Em" G4 B4:1/2 "A" A4:1/2 C#5:1/2 E5:1/2 '
    '| "D" F#5:1/2 D5:1/2 D5:1/2 D5 :|',
    "6/8",
    "D",
)


def written(score: Score, folder: Path, **options: object) -> NDArray[np.float64]:
    """float64 (n, 2): the file read back, full scale 1."""
    path = folder / "tune.wav"
    build_renderer(WavOptions.model_validate(options)).render(score, path)
    with wave.open(str(path), "rb") as file:
        assert (file.getnchannels(), file.getsampwidth(), file.getframerate()) == (2, 2, 44_100)
        samples = np.frombuffer(file.readframes(file.getnframes()), "<i2")
    return samples.reshape(-1, 2) / 32767


def decibels(level: float) -> float:
    """Of full scale."""
    return 20 * float(np.log10(level))


@pytest.mark.parametrize("instrument", ["piano", "plucked"])
def test_peak_is_at_minus_1_db(instrument: str, tmp_path: Path) -> None:
    """For whole tunes and for one soft note."""
    for score in (JIG, tune("C4:1")):
        peak = np.abs(written(score, tmp_path, instrument=instrument)).max()
        assert decibels(peak) == pytest.approx(-1.0, abs=0.01)


def test_length_is_the_tune_and_half_a_second(tmp_path: Path) -> None:
    """To the sample."""
    for score in (JIG, tune("C4:1"), tune("z:4")):
        samples = written(score, tmp_path)
        assert len(samples) == round((perform(score).duration_s + 0.5) * RATE_HZ)


def test_tempo_bpm_overrides(tmp_path: Path) -> None:
    """Two dotted quarters at 60 a minute are two seconds."""
    assert len(written(tune("C4:3", "6/8"), tmp_path, tempo_bpm=60.0)) == 2.5 * RATE_HZ


@pytest.mark.parametrize("instrument", ["piano", "plucked"])
def test_notes_neither_begin_nor_end_with_a_click(instrument: str, tmp_path: Path) -> None:
    """No jump above 0.1 from one sample to the next within 5 ms of any onset or end."""
    samples = written(JIG, tmp_path, instrument=instrument)
    jumps = np.abs(np.diff(samples, axis=0)).max(axis=1)
    performance = perform(JIG)
    seconds = performance.tempo_map.seconds
    for note in performance.melody:
        for time_s in (seconds(note.onset), seconds(note.onset + note.duration)):
            at = round(time_s * RATE_HZ)
            assert jumps[max(at - 220, 0) : at + 220].max(initial=0.0) < 0.1


def test_sound_begins_and_ends_in_silence(tmp_path: Path) -> None:
    """And has no direct current."""
    samples = written(JIG, tmp_path)
    assert np.abs(samples[0]).max() < 0.001
    assert np.abs(samples[-44:]).max() < 0.001
    assert np.abs(samples.mean(axis=0)).max() < 0.001


def test_it_is_heard_throughout(tmp_path: Path) -> None:
    """Well above silence in every tenth of a second of the tune."""
    samples = written(JIG, tmp_path)
    levels = [np.sqrt(np.mean(part**2)) for part in np.array_split(samples, len(samples) // 4410)[:-5]]
    assert decibels(min(levels)) > -32
    assert -20 < decibels(float(np.sqrt(np.mean(samples**2)))) < -10


def test_the_written_pitches_are_heard(tmp_path: Path) -> None:
    """A4, then E5, within 3 cents."""
    samples = written(tune("A4 E5", tempo=Tempo(Fraction(1), Fraction(60))), tmp_path)[:, 0]
    for begin, hz in ((0, 440.0), (1, 440.0 * 2 ** (7 / 12))):
        part = samples[begin * RATE_HZ : (begin + 1) * RATE_HZ]
        power = np.abs(np.fft.rfft(part * np.hanning(len(part)), 1 << 19))
        i = int(np.argmax(power))
        a, b, c = np.log(power[i - 1 : i + 2])
        heard = (i + 0.5 * (a - c) / (a - 2 * b + c)) * RATE_HZ / (1 << 19)
        assert abs(1200 * np.log2(heard / hz)) < 3


def test_chords_are_heard_behind_the_melody(tmp_path: Path) -> None:
    """Of a melody far above the chords, the low frequencies are about 10 dB weaker."""
    samples = written(tune('"C" ' + "C7:1/2 D7:1/2 E7:1/2 G7:1/2 " * 2), tmp_path)
    power = (np.abs(np.fft.rfft(samples, axis=0)) ** 2).sum(axis=1)
    below = np.fft.rfftfreq(len(samples), 1 / RATE_HZ) < 1900
    assert 10 * np.log10(power[~below].sum() / power[below].sum()) == pytest.approx(10, abs=1.5)


def test_chords_may_be_silent(tmp_path: Path) -> None:
    """Then a tune sounds as one without chord symbols."""
    bare = tune("C4 E4 G4:2")
    chorded = tune('"C" C4 E4 "G" G4:2')
    np.testing.assert_array_equal(written(chorded, tmp_path, accompaniment=False), written(bare, tmp_path))
    assert not np.array_equal(written(chorded, tmp_path), written(bare, tmp_path))


def test_the_same_score_gives_the_same_bytes(tmp_path: Path) -> None:
    """Twice in one process; and another instrument gives others."""
    files = []
    for instrument in ("piano", "piano", "plucked"):
        written(JIG, tmp_path, instrument=instrument)
        files.append((tmp_path / "tune.wav").read_bytes())
    assert files[0] == files[1] != files[2]


def test_rests_alone_are_silence(tmp_path: Path) -> None:
    """As is a score without bars."""
    for score in (tune("z:4"), Score((), Key("C"))):
        assert not written(score, tmp_path).any()


def test_chords_without_melody_are_heard(tmp_path: Path) -> None:
    """Under rests."""
    assert decibels(np.abs(written(tune('"C" z:4'), tmp_path)).max()) == pytest.approx(-1.0, abs=0.01)


def test_pitches_outside_midi_are_refused(tmp_path: Path) -> None:
    """With a line that names them, and no file."""
    for octave in (-3, 11):
        score = Score((Bar((Note(Fraction(1), (Pitch(octave, "C"),)),)),), Key("C"))
        with pytest.raises(MusegenError, match=r"0 to 127.*got -?\d+"):
            written(score, tmp_path)
    assert not list(tmp_path.iterdir())


def test_a_tune_of_more_than_15_minutes_is_refused(tmp_path: Path) -> None:
    """Before any memory is taken, and without a file."""
    slow = Tempo(Fraction(1), Fraction(1, 1000))
    for score in (tune("C4", tempo=slow), Score((Bar((Rest(Fraction(2000)),)),), Key("C"), Metre(4, 4))):
        with pytest.raises(MusegenError, match="at most 15 minutes"):
            written(score, tmp_path)
    assert not list(tmp_path.iterdir())


def test_a_very_fast_tune_is_a_short_sound(tmp_path: Path) -> None:
    """Notes shorter than their own attack do no harm."""
    samples = written(replace(JIG, tempo=Tempo(Fraction(1), Fraction(10**6))), tmp_path)
    assert decibels(np.abs(samples).max()) == pytest.approx(-1.0, abs=0.01)


@pytest.mark.parametrize(
    "options", [{"tempo_bpm": 0.0}, {"tempo_bpm": 1e6}, {"instrument": "kazoo"}, {"rate_hz": 8000}]
)
def test_options_have_bounds(options: dict[str, object]) -> None:
    """Checked before anything runs."""
    with pytest.raises(ValidationError):
        WavOptions.model_validate(options)


def test_the_plugin_declares_wav() -> None:
    """With a summary for the list of plugins."""
    (component,) = musegen_renderers()
    assert (component.name, component.options) == ("wav", WavOptions)
    assert component.summary.startswith("Sound by")
    assert component.build(WavOptions()).suffix == ".wav"


@settings(deadline=None, max_examples=40)
@given(any_score)
def test_any_score_can_be_written(tmp_path_factory: pytest.TempPathFactory, score: Score) -> None:
    """As long as it plays, and silent or at -1 dB."""
    performance = perform(mend_repeats(score))
    samples = written(score, tmp_path_factory.mktemp("wav"))
    assert len(samples) == round((performance.duration_s + 0.5) * RATE_HZ)
    if performance.melody:
        assert decibels(np.abs(samples).max()) == pytest.approx(-1.0, abs=0.01)
