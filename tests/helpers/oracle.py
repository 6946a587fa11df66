"""Which tunes musegen plays as abc2midi plays them, note for note.

Compared are onset, duration and pitch, with repeats, endings and play order played out.
"""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from fractions import Fraction

from helpers.abc2midi import Playback, normalised, play
from musegen import MusegenError, Tune, perform
from musegen_abc.notation import AbcNotation

TOLERANCE = Fraction(1, 60)
"""In quarter notes: abc2midi rounds to 1/480, and adds the roundings up within a tuplet."""
_OLD_CHORD = re.compile(r"\+[\^_=A-Ga-g0-9/,' ]+\+")
_NOTATION = AbcNotation()


@dataclass(frozen=True)
class Agreement:
    """What became of one collection."""

    tunes: int
    faultless: int
    """Tunes of which abc2midi reports no error."""
    differing: tuple[str, ...]
    """Sources of those that sound otherwise."""
    differing_faultless: tuple[str, ...]
    """Those among them of which it reports no error."""

    @property
    def of_all(self) -> float:
        """Share of all tunes that agree."""
        return 1 - len(self.differing) / self.tunes

    @property
    def of_faultless(self) -> float:
        """Share of the tunes without error that agree."""
        return 1 - len(self.differing_faultless) / self.faultless


def compare(tunes: Sequence[Tune], *, graces: bool = False) -> Agreement:
    """Play every tune both ways; without ``graces`` both get it without grace notes."""
    texts = [normalised(tune.text, graces=graces) for tune in tunes]
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        theirs = list(pool.map(_theirs, texts))
    differing = [
        (tune.source, playback.faultless)
        for tune, text, playback in zip(tunes, texts, theirs, strict=True)
        if not _agree(ours(replace(tune, text=text)), playback.notes)
    ]
    return Agreement(
        len(tunes),
        sum(playback.faultless for playback in theirs),
        tuple(source for source, _ in differing),
        tuple(source for source, faultless in differing if faultless),
    )


def _theirs(text: str) -> Playback:
    return play(text, *(["-OCC"] if _OLD_CHORD.search(text) else []))


def ours(tune: Tune) -> list[tuple[Fraction, Fraction, int]]:
    """Onset, duration and pitch of every note of the melody; none for a tune that cannot be played."""
    try:
        melody = perform(_NOTATION.parse(tune)).melody
    except MusegenError:
        return []
    return sorted((Fraction(note.onset), Fraction(note.duration), note.pitch) for note in melody)


def _agree(
    ours: Sequence[tuple[Fraction, Fraction, int]], theirs: Sequence[tuple[Fraction, Fraction, int]]
) -> bool:
    return len(ours) == len(theirs) and all(
        a[2] == b[2] and abs(a[0] - b[0]) <= TOLERANCE and abs(a[1] - b[1]) <= TOLERANCE
        for a, b in zip(ours, theirs, strict=True)
    )
