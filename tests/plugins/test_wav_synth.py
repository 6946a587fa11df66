"""Tones and their mix."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st
from numpy.typing import NDArray

from musegen_wav.room import balance, pcm, place
from musegen_wav.synth import INSTRUMENTS, RATE_HZ, Instrument, Strike, frequency, sound, tone

SECOND = RATE_HZ
either = pytest.mark.parametrize("instrument", INSTRUMENTS.values(), ids=INSTRUMENTS)


def spectral_peak(samples: NDArray[np.float32], near_hz: float) -> float:
    """Frequency of the strongest component within half a semitone, by a parabola through the logarithms."""
    size = 1 << 19
    power = np.abs(np.fft.rfft(samples * np.hanning(len(samples)), size))
    low, high = int(near_hz * 0.97 * size / RATE_HZ), int(near_hz * 1.03 * size / RATE_HZ) + 2
    i = low + int(np.argmax(power[low:high]))
    a, b, c = np.log(power[i - 1 : i + 2])
    return float((i + 0.5 * (a - c) / (a - 2 * b + c)) * RATE_HZ / size)


def periodicity(samples: NDArray[np.float32], near_hz: float) -> float:
    """Frequency of the whole sound, by its autocorrelation many periods later."""
    n = len(samples)
    spectrum = np.fft.rfft(samples, 2 * n)
    correlation = np.fft.irfft(np.abs(spectrum) ** 2)[:n] / np.arange(n, 0, -1)
    period = RATE_HZ / near_hz
    count = int(0.4 * n / period)
    low = int((count - 0.4) * period)
    i = low + int(np.argmax(correlation[low : int((count + 0.4) * period) + 1]))
    a, b, c = correlation[i - 1 : i + 2]
    return float(RATE_HZ * count / (i + 0.5 * (a - c) / (a - 2 * b + c)))


@either
@pytest.mark.parametrize("measured", [spectral_peak, periodicity])
def test_pitch_is_within_3_cents(instrument: Instrument, measured: object) -> None:
    """Of equal temperament with A4 = 440 Hz, G3 to E6, by the first partial and by the period."""
    assert callable(measured)
    for pitch in range(55, 89):
        hz = 440 * 2 ** ((pitch - 69) / 12)
        cents = 1200 * np.log2(measured(tone(instrument, pitch, 104, SECOND // 2), hz) / hz)
        assert abs(cents) < 3, pitch


@either
@pytest.mark.parametrize("pitch", [96, 108, 120, 127])
def test_high_notes_do_not_alias(instrument: Instrument, pitch: int) -> None:
    """Nothing sounds below the first partial, where what lay beyond half the rate would be mirrored."""
    samples = tone(instrument, pitch, 127, SECOND // 2)
    power = np.abs(np.fft.rfft(samples * np.hanning(len(samples)))) ** 2
    below = np.fft.rfftfreq(len(samples), 1 / RATE_HZ) < 0.9 * frequency(pitch)
    assert power[below].sum() < 1e-6 * power.sum()


@either
def test_partials_end_below_half_the_rate(instrument: Instrument) -> None:
    """Each pitch has at least one, and none above 20 kHz."""
    for pitch in (0, 60, 90, 127):
        samples = tone(instrument, pitch, 127, SECOND // 4)
        power = np.abs(np.fft.rfft(samples * np.hanning(len(samples)))) ** 2
        assert power.sum() > 0
        assert power[np.fft.rfftfreq(len(samples), 1 / RATE_HZ) > 20_000].sum() < 1e-7 * power.sum()


@either
@pytest.mark.parametrize("pitch", [40, 60, 76, 88])
def test_attack_takes_2_ms(instrument: Instrument, pitch: int) -> None:
    """At least, from a tenth to nine tenths of the first swell; and it begins at nothing."""
    samples = np.abs(tone(instrument, pitch, 104, SECOND // 2))
    ramp = round(instrument.attack_s * RATE_HZ)
    level = np.maximum.accumulate(samples[: 2 * ramp])
    first, last = (int(np.argmax(level >= share * level[-1])) for share in (0.1, 0.9))
    assert last - first >= 0.002 * RATE_HZ
    assert samples[0] < 1e-3 * samples.max()


@either
def test_notes_fade_for_30_ms(instrument: Instrument) -> None:
    """After the end of a note it is still heard, ever less, and then there is nothing."""
    samples = sound(instrument, [Strike(0, SECOND // 2, 69, 104)], SECOND)
    after = np.abs(samples[SECOND // 2 :]).reshape(-1, 441).max(axis=1)  # by hundredths of a second
    assert after[3] > 0.1 * after[0]
    assert (np.diff(after) <= 0).all()
    assert after[-1] == 0


@either
def test_tones_decay(instrument: Instrument) -> None:
    """Held for long they grow silent, low ones later."""
    levels = []
    for pitch in (45, 69):
        samples = tone(instrument, pitch, 104, 3 * SECOND)
        first, last = (float(np.sqrt(np.mean(part**2))) for part in (samples[:4410], samples[-4410:]))
        levels.append(last / first)
    assert 0.5 > levels[0] > levels[1]
    assert len(tone(instrument, 100, 104, 600 * SECOND)) < 60 * SECOND


@either
def test_louder_is_brighter(instrument: Instrument) -> None:
    """Velocity makes level and the share of the higher partials."""
    soft, loud = (tone(instrument, 64, velocity, SECOND // 2) for velocity in (40, 110))
    assert np.sqrt(np.mean(loud**2)) > 2 * np.sqrt(np.mean(soft**2))

    def share(samples: NDArray[np.float32]) -> float:
        power = np.abs(np.fft.rfft(samples)) ** 2
        return float(
            power[np.fft.rfftfreq(len(samples), 1 / RATE_HZ) > 1.5 * frequency(64)].sum() / power.sum()
        )

    assert share(loud) > 1.2 * share(soft)


@either
def test_a_tone_is_a_beginning_of_a_longer_one(instrument: Instrument) -> None:
    """So how long another note of the pitch is changes nothing."""
    short, long = tone(instrument, 69, 90, 5_000), tone(instrument, 69, 90, 50_000)
    np.testing.assert_array_equal(short, long[:5_000])


def test_notes_add_up_in_any_order() -> None:
    """The same notes give the same samples."""
    piano = INSTRUMENTS["piano"]
    notes = [Strike(i * 3000, 5000, 60 + i % 5, 84 + 10 * (i % 3)) for i in range(30)]
    np.testing.assert_array_equal(sound(piano, notes, 120_000), sound(piano, list(notes), 120_000))


STRIKES = st.builds(
    Strike,
    onset=st.integers(0, 9_000),
    length=st.integers(0, 20_000),
    pitch=st.integers(0, 127),
    velocity=st.integers(1, 127),
    release_s=st.sampled_from([0.0, 0.45]),
)


@settings(deadline=None, max_examples=50)
@given(st.lists(STRIKES, max_size=5))
def test_any_notes_sound(notes: list[Strike]) -> None:
    """Also where they end beyond the end."""
    samples = sound(INSTRUMENTS["piano"], notes, 10_000)
    assert samples.shape == (10_000,)
    assert np.isfinite(samples).all()


def noise(seed: int, level: float, length: int = SECOND) -> NDArray[np.float32]:
    """White noise of an RMS level."""
    return (level * np.random.default_rng(seed).standard_normal(length)).astype(np.float32)


@pytest.mark.parametrize("level", [0.01, 1.0, 30.0])
def test_chords_come_10_db_behind(level: float) -> None:
    """Whatever levels they were played at, to a twentieth of a decibel."""
    melody, chords = noise(1, 1.0), noise(2, level)
    gain = balance(melody, chords)
    behind = 20 * np.log10(np.sqrt(np.mean(melody**2)) / np.sqrt(np.mean((gain * chords) ** 2)))
    assert behind == pytest.approx(10.0, abs=0.06)


def test_balance_is_taken_where_the_melody_sounds() -> None:
    """An introduction of chords alone does not make them softer."""
    melody, chords = noise(1, 1.0, 2 * SECOND), noise(2, 1.0, 2 * SECOND)
    melody[:SECOND] = 0
    assert balance(melody, chords) == pytest.approx(10**-0.5, rel=0.01)


def test_balance_of_silence_is_1() -> None:
    """Nothing is divided by it."""
    silence = np.zeros(SECOND, np.float32)
    assert balance(silence, noise(1, 1.0)) == balance(noise(1, 1.0), silence) == 1.0
    assert balance(np.zeros(3, np.float32), np.zeros(3, np.float32)) == 1.0


def test_melody_stands_on_the_left_and_chords_on_the_right() -> None:
    """A little."""
    for quiet, sign in ((1, 1), (0, -1)):
        parts = [noise(1, 1.0), noise(2, 1.0)]
        parts[quiet][:] = 0
        place(*parts)
        left, right = (float(np.mean(part**2)) for part in parts)
        assert 0.5 < sign * 10 * np.log10(left / right) < 3


def test_walls_answer_within_a_tenth_of_a_second() -> None:
    """A click comes back a few times, also across the blocks that it is worked in, and then never again."""
    for at in (0, (1 << 14) - 100):
        melody, chords = np.zeros(SECOND, np.float32), np.zeros(SECOND, np.float32)
        melody[at] = 1.0
        assert place(melody, chords) == pytest.approx(0.76)
        echoes = np.flatnonzero(melody) - at
        assert len(echoes) == 5
        assert 0 < echoes[1] < echoes[-1] < SECOND // 10


def test_the_peak_is_1_db_below_full_scale() -> None:
    """Whatever it was before."""
    left, right = noise(1, 3.0), noise(2, 0.1)
    peak = float(max(np.abs(left).max(), np.abs(right).max()))
    samples = np.concatenate(list(pcm(left, right, peak)))
    assert samples.dtype == np.dtype("<i2")
    assert samples.shape == (SECOND, 2)
    assert 20 * np.log10(np.abs(samples.astype(float)).max() / 32767) == pytest.approx(-1.0, abs=0.001)


def test_silence_stays_silence() -> None:
    """No NaN."""
    samples = np.concatenate(list(pcm(np.zeros(9, np.float32), np.zeros(9, np.float32), 0.0)))
    assert not samples.any()
