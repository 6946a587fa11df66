"""How ABC is read, held against abc2midi: ``python tests/oracle.py``.

Prints for each collection at hand how many tunes are played as abc2midi plays them, note for note: onset,
duration and pitch, repeats, endings and play order played out. ``--differences`` prints the others too.
"""

from __future__ import annotations

import argparse
import os
import re
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from fractions import Fraction

from helpers.abc2midi import Playback, normalised, play
from helpers.real_tunes import collections
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


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--differences", action="store_true", help="name the tunes that sound otherwise")
    options = parser.parse_args()
    print("| collection | tunes | agree | without error | of these agree | with grace notes |")
    print("|---|---|---|---|---|---|")
    for name, tunes in collections():
        plain, graced = compare(tunes), compare(tunes, graces=True)
        print(
            f"| {name} | {plain.tunes} | {plain.of_all:.1%} | {plain.faultless} | {plain.of_faultless:.1%} "
            f"| {graced.of_all:.1%} ({graced.of_faultless:.1%}) |",
            flush=True,
        )
        if options.differences:
            for source in plain.differing:
                print(f"  {source}{'' if source in plain.differing_faultless else ' (error reported)'}")


if __name__ == "__main__":
    main()
