"""What abc2midi plays: the yardstick for how ABC is read.

The program comes inside symusic's wheel. Its own ways of performing are switched off, or the tune is
normalised for both sides, so that what is compared is the reading of the notation.
"""

from __future__ import annotations

import os
import re
import subprocess
import tempfile
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from pathlib import Path

_TIMEOUT_S = 60
_TOKEN = re.compile(
    r"""(?P<quoted>"[^"]*")
      | (?P<field>\[[A-Za-z]:[^\]]*\])
      | (?P<ornament>![A-Za-z0-9.<>()+]+!|\{[^{}]*\}
                    |[~.H-Tuv](?=["!~.H-Tuv({\[^_=A-Ga-gz]))
      | (?P<rest>.)""",
    re.VERBOSE | re.DOTALL,
)
_FIELD = re.compile(r"[A-Za-z+]:(?![|:])")
_GRACE = re.compile(r"\{[^{}]*\}")


@dataclass(frozen=True)
class Playback:
    """The melody as abc2midi plays it, and what it complained of."""

    notes: tuple[tuple[Fraction, Fraction, int], ...]
    """Onset and duration in quarter notes, MIDI pitch; sorted."""
    messages: tuple[str, ...]

    @property
    def faultless(self) -> bool:
        """Whether it reported no error."""
        return not any("Error" in message for message in self.messages)


@cache
def program() -> Path:
    """The program inside the symusic package."""
    import symusic

    return Path(symusic.__file__).parent / "bin" / "abc2midi"


def play(text: str, *options: str) -> Playback:
    """Play the first voice of one tune, chords of notes not spread, chord symbols and fermatas left out."""
    import symusic

    with tempfile.TemporaryDirectory() as folder:
        abc, midi = Path(folder, "tune.abc"), Path(folder, "tune.mid")
        lines = text.rstrip("\n").split("\n")
        key = next((i for i, line in enumerate(lines) if line.startswith("K:")), len(lines))
        lines.insert(key + 1, "%%MIDI chordattack 0")
        abc.write_text("\n".join(lines) + "\n", encoding="utf-8", errors="surrogateescape")
        command = [program(), abc, "-o", midi, "-NGUI", "-NFER", *options]
        made = subprocess.run(
            command, capture_output=True, timeout=_TIMEOUT_S, check=False, env={**os.environ, "LC_ALL": "C"}
        )
        messages = tuple(
            line for line in made.stdout.decode("utf-8", "replace").splitlines() if "in line-char" in line
        )
        if not midi.exists():
            return Playback((), messages)
        score = symusic.Score(str(midi))
    quarter = score.ticks_per_quarter
    found = sorted((n.time, n.duration, n.pitch) for n in score.tracks[0].notes) if score.tracks else []
    # Every note begins one tick late and is one tick short.
    notes = (
        (Fraction(time - 1, quarter), Fraction(ticks + 1, quarter), pitch) for time, ticks, pitch in found
    )
    return Playback(tuple(notes), messages)


def normalised(text: str, *, graces: bool = False) -> str:
    """The tune without what abc2midi performs in ways of its own, or not at all.

    ``R:`` (hornpipes are swung 2:1), ``Y:`` (ignored), ``%%MIDI`` (instruments), decorations (trills are
    played out, staccato notes halved) and, unless ``graces``, grace notes.
    """
    lines = []
    for line in text.split("\n"):
        if line.startswith(("R:", "Y:", "%%MIDI")):
            continue
        lines.append(
            line
            if _FIELD.match(line) or line.startswith("%")
            else _TOKEN.sub(lambda m: _kept(m, graces), line)
        )
    return "\n".join(lines)


def _kept(match: re.Match[str], graces: bool) -> str:
    if match.lastgroup != "ornament" or (graces and _GRACE.fullmatch(match[0])):
        return match[0]
    return ""
