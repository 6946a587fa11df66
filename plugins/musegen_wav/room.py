"""Mixes melody and chords to stereo: their balance and places, and the first reflections of a small room."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from musegen_wav.synth import RATE_HZ, Samples

FRONT_DB = 10.0
"""Decibels by which the melody is stronger (RMS) than the chords."""
PEAK = 10 ** (-1 / 20)
"""Level of the loudest sample: -1 dB of full scale."""
_NEAR, _FAR = 0.76, 0.65  # gains of a source on its own side and on the other side; their squares add up to 1
_REFLECTIONS = (  # delay in ms and gain; left, right
    ((13.1, 0.13), (23.7, 0.10), (37.9, 0.07), (53.3, 0.05)),
    ((17.3, 0.13), (29.9, 0.09), (43.1, 0.06), (61.7, 0.04)),
)
_BLOCK = 1 << 14  # a few blocks fit in a core's cache


def balance(melody: Samples, chords: Samples) -> float:
    """The gain that puts the chords ``FRONT_DB`` behind the melody, measured where the melody sounds.

    It is a whole number of tenths of a decibel, so that no rounding of a sum can change a file.
    """
    span = RATE_HZ // 10
    whole = len(melody) // span * span
    powers = np.array([_power(part[:whole].reshape(-1, span)) for part in (melody, chords)])
    sounding = powers[0] > 1e-4 * powers[0].max(initial=0.0)
    front, back = powers[:, sounding].sum(axis=1)
    if not (front > 0 and back > 0):
        return 1.0
    decibels = 10 * math.log10(front / back) - FRONT_DB
    return float(10 ** (round(decibels, 1) / 20))


def _power(blocks: Samples) -> NDArray[np.float64]:
    squares: NDArray[np.float64] = np.einsum("ij,ij->i", blocks, blocks).astype(np.float64)
    return squares


def place(melody: Samples, chords: Samples) -> float:
    """Turn melody and chords into left and right, in place; returns the size of the loudest sample."""
    gain = np.float32(balance(melody, chords))
    taps = [[(round(ms * RATE_HZ / 1000), np.float32(g)) for ms, g in side] for side in _REFLECTIONS]
    reach = max(delay for side in taps for delay, _ in side)
    dry = np.zeros(reach + _BLOCK, np.float32)  # the last samples of both, which the walls still reflect
    near, far = np.float32(_NEAR), np.float32(_FAR)
    peak = 0.0
    for begin in range(0, len(melody), _BLOCK):
        front = melody[begin : begin + _BLOCK]
        back = chords[begin : begin + _BLOCK]
        back *= gain
        size = len(front)
        dry[:reach] = dry[-reach:]
        np.add(front, back, out=dry[reach : reach + size])
        left = near * front + far * back
        right = far * front + near * back
        for side, echoes in ((left, taps[0]), (right, taps[1])):
            for delay, strength in echoes:
                side += strength * dry[reach - delay : reach - delay + size]
            peak = max(peak, float(np.abs(side).max()))
        front[:], back[:] = left, right
    return peak


def pcm(left: Samples, right: Samples, peak: float) -> Iterator[NDArray[np.int16]]:
    """Blocks of int16 (n, 2), scaled so that ``peak`` becomes -1 dB of full scale; silence stays silence."""
    scale = np.float32(PEAK * 32767 / peak if peak else 0.0)
    for begin in range(0, len(left), _BLOCK):
        block = slice(begin, begin + _BLOCK)
        yield np.rint(np.stack([left[block], right[block]], axis=1) * scale).astype("<i2")
