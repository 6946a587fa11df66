"""What music21 plays of a MusicXML file: its notes in time, with repeats and endings expanded."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

from musegen import MusegenError, Note, Score, Tune, mend_repeats, perform
from musegen_abc.notation import AbcNotation
from musegen_musicxml.renderer import MusicXMLRenderer

Played = tuple[tuple[Fraction, Fraction, int], ...]
"""Onset and duration in quarter notes and MIDI pitch of each note, sorted."""


def without_graces(score: Score) -> Score:
    """The score without grace notes, which take no time in MusicXML and some time when musegen plays."""
    bars = tuple(
        replace(bar, events=tuple(replace(e, graces=()) if isinstance(e, Note) else e for e in bar.events))
        for bar in score.bars
    )
    return replace(score, bars=bars)


def by_music21(path: Path) -> Played:
    """The notes of a file as music21 plays them."""
    from music21 import converter, harmony

    part = converter.parse(path, format="musicxml", forceSource=True).parts[0]
    flat = part.expandRepeats().stripTies().flatten()
    return tuple(
        sorted(
            (Fraction(note.offset), Fraction(note.duration.quarterLength), pitch.midi)
            for note in flat.notes
            if not isinstance(note, harmony.ChordSymbol)
            for pitch in note.pitches
        )
    )


def by_musegen(score: Score) -> Played:
    """The notes of a score as the MIDI renderer plays them: repeats as they were meant."""
    melody = perform(mend_repeats(score)).melody
    return tuple(sorted((note.onset, note.duration, note.pitch) for note in melody))


def played_alike(score: Score) -> bool:
    """Whether music21 plays the MusicXML of ``score`` note for note as musegen plays the score."""
    score = without_graces(score)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "tune.musicxml")
        MusicXMLRenderer().render(score, path)
        try:
            return by_music21(path) == by_musegen(score)
        except Exception:
            return False


def _differs(tune: Tune) -> bool | None:
    try:
        score = AbcNotation().parse(tune)
    except MusegenError:
        return None
    return not played_alike(score)


def differing(tunes: Sequence[Tune]) -> tuple[int, list[str]]:
    """The number of tunes that can be read, and the sources of those that sound otherwise in MusicXML."""
    with ProcessPoolExecutor() as pool:
        found = list(pool.map(_differs, tunes, chunksize=16))
    sources = [tune.source for tune, differs in zip(tunes, found, strict=True) if differs]
    return sum(differs is not None for differs in found), sources
