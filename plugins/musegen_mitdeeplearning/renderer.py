"""Renders scores to WAV files with the package's own ``bin/abc2wav``."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from musegen import (
    MusegenError,
    Notation,
    Score,
    Tune,
    default_tempo,
    mend_repeats,
    perform,
    write_out,
)
from musegen_mitdeeplearning.abc2wav import DEBIAN, check_programs, run_abc2wav
from musegen_mitdeeplearning.sound import Sound, read_sound

_SHORTER_S, _LONGER_S = 0.5, 4.0
"""Seconds by which a file may be longer or shorter than its tune: timidity ends two after the last note."""
_RELATIVE = 0.01
_TRIAL = Tune("X:1\nT:Trial\nM:4/4\nL:1/4\nQ:1/4=240\nK:C\nCEGc|\n", "abc")


class Abc2WavRenderer:
    """Plays a score, as ABC, with abc2midi and timidity.

    Unlike other renderers it need not give the same bytes twice: timidity's samples may differ from one call
    to the next, 30 dB below the music.
    """

    suffix = ".mitdeeplearning.wav"
    """It differs from ``.wav`` of musegen's own synthesizer, so that a pipeline may have both."""

    def __init__(self, notation: Notation, timeout_s: float = 120.0) -> None:
        """``notation`` is ABC; ``timeout_s``: how long one tune may take."""
        self._notation, self._timeout_s = notation, timeout_s

    def try_out(self) -> None:
        """Play four notes as a test. Raises MusegenError that says what is missing and how to install it."""
        check_programs()
        with TemporaryDirectory(prefix="musegen-") as folder:
            self.render(self._notation.parse(_TRIAL), Path(folder, "trial.wav"))

    def render(self, score: Score, path: Path) -> None:
        """Write ``score`` to ``path``, in its written tempo or the customary one for its kind of tune.

        Raises MusegenError where that takes too long or leaves no sound of the right length; the exit status
        of the programs does not tell.
        """
        score = write_out(mend_repeats(score))  # abc2midi takes signs as they stand, and no endings in lists
        score = replace(score, tempo=score.tempo or default_tempo(score.rhythm, score.metre))
        duration_s = perform(score).duration_s
        text = self._notation.write(score)
        with TemporaryDirectory(prefix="musegen-") as folder:
            wav, complaint = run_abc2wav(text, Path(folder), self._timeout_s)
            sound = read_sound(wav)
            if fault := _fault(sound, duration_s):
                raise MusegenError(f"mitdeeplearning: {fault}{f' ({complaint})' if complaint else ''}")
            shutil.copyfile(wav, path)


def _fault(sound: Sound | None, duration_s: float) -> str:
    """What is wrong with the sound of a tune of this length, or an empty text."""
    if sound is None:
        return "abc2wav wrote no sound"
    if sound.silent:
        return (
            "timidity wrote silence, so it found no instruments: install a sound font that its "
            f"configuration names; {DEBIAN}"
        )
    slack = _RELATIVE * duration_s
    if not -_SHORTER_S - slack <= sound.duration_s - duration_s <= _LONGER_S + slack:
        return f"abc2wav wrote {sound.duration_s:.1f} s of sound for a tune of {duration_s:.1f} s"
    return ""
