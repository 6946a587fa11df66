"""Turns notes into samples: strings are sums of decaying partials."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

RATE_HZ = 44_100
_A4_HZ, _A4 = 440.0, 69
_HIGHEST_HZ = 0.45 * RATE_HZ
_BLOCK = 256  # samples that one step of the recurrence spans
_SILENCE_DB = 84.0  # below this a tone has decayed: less than one step of 16 bits
_LOUDEST = 104  # velocity of full level

Samples = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Instrument:
    """The sound of a string. Its partials lie at k · f · sqrt(1 + stiffness · k²), the first exactly at f."""

    partials: int
    tilt: float
    """Partial k begins with a strength of k to the power of -tilt."""
    point: float
    """Where the string is struck or plucked, as a share of it; partials with a node there are weak."""
    brightness_hz: float
    """Frequency in Hz above which partials get weaker and weaker; soft notes are duller still."""
    stiffness: float
    decay_s: float
    """Seconds in which the first partial of A4 falls by 60 dB; lower strings ring longer."""
    damping: float
    """How much faster each further partial decays."""
    afterglow: float
    """Share of the sound that decays four times slower."""
    attack_s: float
    release_s: float


INSTRUMENTS = {
    "piano": Instrument(
        partials=12,
        tilt=1.8,
        point=1 / 8.3,
        brightness_hz=1600.0,
        stiffness=1e-4,
        decay_s=3.0,
        damping=0.22,
        afterglow=0.25,
        attack_s=0.006,
        release_s=0.11,
    ),
    "plucked": Instrument(
        partials=14,
        tilt=1.5,
        point=1 / 5.3,
        brightness_hz=1900.0,
        stiffness=2e-5,
        decay_s=2.0,
        damping=0.3,
        afterglow=0.1,
        attack_s=0.0045,
        release_s=0.16,
    ),
}


class Strike(NamedTuple):
    """A note, its times in samples."""

    onset: int
    length: int
    """How long the note is held; its release comes after that."""
    pitch: int
    """MIDI note number."""
    velocity: int
    release_s: float = 0.0
    """The length of the release where it is longer than the instrument's."""


def frequency(pitch: int) -> float:
    """Frequency in Hz of a MIDI note in equal temperament."""
    return float(_A4_HZ * 2 ** ((pitch - _A4) / 12))


def tone(instrument: Instrument, pitch: int, velocity: int, length: int) -> Samples:
    """Samples float32 (n,), n at most ``length``, of a string that is struck and rings until it is silent.

    The partials are powers of complex numbers, so z ** (256 i + j) is a product of two short tables.
    """
    f = frequency(pitch)
    k = np.arange(1, instrument.partials + 1, dtype=np.float64)
    hz = k * f * np.sqrt((1 + instrument.stiffness * k * k) / (1 + instrument.stiffness))
    heard = hz < _HIGHEST_HZ
    k, hz = k[heard], hz[heard]
    force = velocity / _LOUDEST
    brightness_hz = instrument.brightness_hz * force**0.7
    strength = np.abs(np.sin(np.pi * k * instrument.point)) * k**-instrument.tilt
    strength *= np.exp(-(hz - f) / brightness_hz)
    # At equal level high notes sound louder to the ear.
    strength *= force**1.5 * (_A4_HZ / max(f, _A4_HZ / 2)) ** 0.5 / np.sqrt(np.sum(strength**2))
    # Strings an octave lower ring about 1.5 times as long.
    fall = np.log(1000) / (instrument.decay_s * (_A4_HZ / f) ** 0.6) * (1 + instrument.damping * (k - 1))
    rates = np.concatenate([fall, fall / 4])
    weights = np.concatenate([strength * (1 - instrument.afterglow), strength * instrument.afterglow])
    silent = _SILENCE_DB / 20 * np.log(10) / rates.min()
    length = min(length, int(silent * RATE_HZ))
    turns = 2j * np.pi * np.concatenate([hz, hz]) / RATE_HZ - rates / RATE_HZ
    # Partials that begin together would add up to a spike; these phases spread them out (Schroeder 1970).
    start = weights * np.exp(1j * np.pi * np.concatenate([k, k]) ** 2 / instrument.partials)
    coarse = start[:, None] * np.exp(turns[:, None] * (_BLOCK * np.arange(-(-length // _BLOCK))))
    fine = np.exp(turns[:, None] * np.arange(_BLOCK))
    sound = _outer_sum(coarse, fine)[:length]
    attack = min(round(instrument.attack_s * RATE_HZ), length)
    sound[:attack] *= _rise(attack)
    return sound


def _outer_sum(coarse: NDArray[np.complex128], fine: NDArray[np.complex128]) -> Samples:
    """The real part of coarse.T @ fine, flattened and added in a fixed order, which BLAS does not promise."""
    total = np.zeros((coarse.shape[1], fine.shape[1]), np.float32)
    product = np.empty_like(total)
    for left, right in ((coarse.real, fine.real), (-coarse.imag, fine.imag)):
        left, right = left.astype(np.float32), right.astype(np.float32)
        for row, column in zip(left, right, strict=True):
            np.multiply(row[:, None], column, out=product)
            total += product
    return total.ravel()


@lru_cache(maxsize=16)
def _rise(length: int) -> Samples:
    """A curve from 0 to 1 along half a cosine."""
    return (0.5 - 0.5 * np.cos(np.pi * (np.arange(length) + 0.5) / max(length, 1))).astype(np.float32)


def sound(instrument: Instrument, strikes: Iterable[Strike], length: int) -> Samples:
    """Samples float32 (length,) of all the notes together, mono, at no particular level."""
    alike: dict[tuple[int, int], list[Strike]] = defaultdict(list)
    for strike in strikes:
        alike[strike.pitch, strike.velocity].append(strike)
    mix = np.zeros(length, np.float32)
    for (pitch, velocity), notes in sorted(alike.items()):
        spans = [(note, *_held_and_released(instrument, note)) for note in notes]
        ringing = tone(instrument, pitch, velocity, max(held + released for _, held, released in spans))
        for note, held, released in spans:
            end = min(note.onset + held, length)
            body = ringing[: end - note.onset]
            mix[note.onset : note.onset + len(body)] += body
            fading = ringing[held : held + min(released, length - end)]
            mix[end : end + len(fading)] += fading * _rise(released)[::-1][: len(fading)]
    return mix


def _held_and_released(instrument: Instrument, note: Strike) -> tuple[int, int]:
    """In samples; the attack is over before the release begins."""
    attack = round(instrument.attack_s * RATE_HZ)
    return max(note.length, attack), round(max(instrument.release_s, note.release_s) * RATE_HZ)
