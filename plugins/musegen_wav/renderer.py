"""Renders scores to WAV files: stereo, 44.1 kHz, 16 bits."""

from __future__ import annotations

import wave
from collections.abc import Iterable, Iterator
from pathlib import Path

from musegen import MusegenError, Performance, PlayedNote, Score, accompaniment, mend_repeats, perform
from musegen_wav.room import pcm, place
from musegen_wav.synth import INSTRUMENTS, RATE_HZ, Strike, sound

TAIL_S = 0.5
"""Seconds of sound after the last note."""
LONGEST_S = 15 * 60
"""Seconds of the longest tune, which takes 300 MB of memory and half as much on disk; more is a mistake."""
_LAST_RELEASE_S = 0.45  # notes at the end may ring on
_CHORD_SHARE = 0.85  # share of the beat, so that bass and chords do not drone


class WavRenderer:
    """Plays melody and chords on an instrument of :data:`musegen_wav.synth.INSTRUMENTS`."""

    suffix = ".wav"

    def __init__(
        self,
        *,
        tempo_bpm: float | None = None,
        accompanied: bool = True,
        instrument: str = "piano",
        mend: bool = False,
        swing: float = 1.0,
        suggested_order: bool = False,
    ) -> None:
        """``accompanied`` False leaves the chord symbols silent."""
        self._tempo_bpm = tempo_bpm
        self._accompanied = accompanied
        self._mend = mend
        self._swing = swing
        self._suggested_order = suggested_order
        self._instrument = INSTRUMENTS[instrument]

    def render(self, score: Score, path: Path) -> None:
        """Write ``score`` to ``path``; the sound is half a second longer than the tune.

        Raises MusegenError for a tune of more than 15 minutes or a pitch that MIDI does not have.
        """
        performance = perform(
            mend_repeats(score) if self._mend else score,
            self._tempo_bpm,
            swing=self._swing,
            suggested_order=self._suggested_order,
        )
        duration_s = performance.duration_s
        if duration_s > LONGEST_S:
            raise MusegenError(
                f"a WAV file holds at most {LONGEST_S // 60} minutes: raise the tempo or shorten the tune "
                f"(got {duration_s / 60:.1f} minutes)"
            )
        length = round((duration_s + TAIL_S) * RATE_HZ)
        chords = accompaniment(performance) if self._accompanied else ()
        left = sound(self._instrument, _strikes(performance, performance.melody), length)
        right = sound(self._instrument, _strikes(performance, chords, _CHORD_SHARE), length)
        peak = place(left, right)
        # Where the file cannot be opened, wave would complain a second time, when its object goes.
        with path.open("wb") as opened, wave.open(opened, "wb") as file:
            file.setnchannels(2)
            file.setsampwidth(2)
            file.setframerate(RATE_HZ)
            file.setnframes(length)
            for block in pcm(left, right, peak):
                file.writeframesraw(block.tobytes())


def _strikes(performance: Performance, notes: Iterable[PlayedNote], share: float = 1.0) -> Iterator[Strike]:
    """The notes in samples, each held for a share of its time."""
    seconds = performance.tempo_map.seconds
    for note in notes:
        if not 0 <= note.pitch <= 127:
            raise MusegenError(f"a pitch is 0 to 127, C-1 to G9 (got {note.pitch})")
        if not note.duration:
            continue
        end = note.onset + note.duration
        onset = round(seconds(note.onset) * RATE_HZ)
        last = end == performance.duration
        held = round((seconds(end) * RATE_HZ - onset) * (1.0 if last else share))
        yield Strike(onset, held, note.pitch, note.velocity, _LAST_RELEASE_S if last else 0.0)
