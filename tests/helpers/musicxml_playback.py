"""What music21 plays of a MusicXML file: its notes in time, with repeats and endings expanded."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import TypeAlias

from musegen import MusegenError, Note, Score, Tune, mend_repeats, perform
from musegen_abc.notation import AbcNotation
from musegen_musicxml.renderer import MusicXMLRenderer

Played: TypeAlias = tuple[tuple[Fraction, Fraction, int], ...]
"""Onset and duration in quarter notes and MIDI pitch of each note, sorted."""


def by_music21(score: Score) -> Played:
    """The notes of the MusicXML of ``score`` as music21 plays them. Raises its error if it cannot."""
    from music21 import converter, harmony

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "tune.musicxml")
        MusicXMLRenderer().render(score, path)
        part = converter.parse(path, format="musicxml", forceSource=True).parts[0]
    return tuple(
        sorted(
            (Fraction(note.offset), Fraction(note.duration.quarterLength), pitch.midi)
            for note in part.expandRepeats().stripTies().flatten().notes
            if not isinstance(note, harmony.ChordSymbol)
            for pitch in note.pitches
        )
    )


def by_musegen(score: Score) -> Played:
    """The notes of a score as the MIDI renderer plays them: repeats as they were meant."""
    melody = perform(mend_repeats(score)).melody
    return tuple(sorted((note.onset, note.duration, note.pitch) for note in melody))


def without_graces(score: Score) -> Score:
    """The score without grace notes, which take no time in MusicXML and some time when musegen plays."""
    bars = tuple(
        replace(bar, events=tuple(replace(e, graces=()) if isinstance(e, Note) else e for e in bar.events))
        for bar in score.bars
    )
    return replace(score, bars=bars)


def spread(tunes: Sequence[Tune], number: int) -> list[Tune]:
    """So many tunes, evenly spread over a collection; all if there are fewer."""
    return (
        [tunes[place * len(tunes) // number] for place in range(number)] if number < len(tunes) else [*tunes]
    )


def differing(tunes: Sequence[Tune]) -> tuple[int, list[str]]:
    """The number of tunes that can be read, and the sources of those that sound otherwise in MusicXML."""
    with ProcessPoolExecutor() as pool:
        found = list(pool.map(_differs, tunes, chunksize=16))
    sources = [tune.source for tune, differs in zip(tunes, found, strict=True) if differs]
    return sum(differs is not None for differs in found), sources


def _differs(tune: Tune) -> bool | None:
    """Whether a tune sounds otherwise, or music21 cannot expand it; None if the tune cannot be read."""
    try:
        score = without_graces(AbcNotation().parse(tune))
    except MusegenError:
        return None
    from music21.exceptions21 import Music21Exception

    try:
        return by_music21(score) != by_musegen(score)
    except Music21Exception:
        return True
