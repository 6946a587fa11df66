"""Measures how long and how loud a WAV file is."""

from __future__ import annotations

import wave
from dataclasses import dataclass
from pathlib import Path

import numpy as np

_SILENT_RMS = 3e-4  # of full scale, -70 dB: a sound font gives 0.01 and more
_BLOCK = 1 << 18


@dataclass(frozen=True, slots=True)
class Sound:
    """Length and loudness of a file."""

    duration_s: float
    rms: float
    """Root mean square over all channels, as a share of full scale."""

    @property
    def silent(self) -> bool:
        """Whether nothing can be heard."""
        return self.rms < _SILENT_RMS


def read_sound(path: Path) -> Sound | None:
    """Length and loudness of a 16-bit WAV file; None for a missing or damaged file and for other formats."""
    try:
        with wave.open(str(path), "rb") as file:
            if file.getsampwidth() != 2:
                return None
            squares, count = 0.0, 0
            while block := file.readframes(_BLOCK):
                samples = np.frombuffer(block[: len(block) // 2 * 2], "<i2").astype(np.float64)
                squares += float(samples @ samples)
                count += len(samples)
            frames = count / file.getnchannels()
            return Sound(frames / file.getframerate(), (squares / max(count, 1)) ** 0.5 / 32768)
    except (OSError, EOFError, wave.Error):
        return None
