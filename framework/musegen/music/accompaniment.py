"""Accompaniment: chord symbols turned into sounding bass notes and chords."""

from __future__ import annotations

from bisect import bisect_left, bisect_right

from musegen.music.performance import Performance, PlayedNote
from musegen.music.score import ChordSymbol

_BASS, _CHORD = 78, 66
"""MIDI velocities of bass notes and chords."""


def accompaniment(performance: Performance) -> tuple[PlayedNote, ...]:
    """The notes of the accompaniment: bass or chord on each beat, held until the next beat.

    The bass sounds on the first beat of a bar (and on the third of four), the chord on the other beats. Where
    a new symbol begins, both sound; under a chord without tones, such as N.C., nothing does. The bass lies
    between E2 and D#3, chords between G3 and about G4.
    """
    onsets = [onset for onset, _ in performance.beats]
    metres = performance.metres
    notes: list[PlayedNote] = []
    for chord in performance.chords:
        if not chord.symbol.intervals:
            continue
        end = chord.onset + chord.duration
        inside = performance.beats[bisect_right(onsets, chord.onset) : bisect_left(onsets, end)]
        at_beat = bisect_left(onsets, chord.onset)
        number = 0
        if at_beat < len(onsets) and onsets[at_beat] == chord.onset:
            number = performance.beats[at_beat][1]
        strokes = [(chord.onset, number), *inside]
        for place, (onset, beat) in enumerate(strokes):
            until = strokes[place + 1][0] if place + 1 < len(strokes) else end
            metre = metres[bisect_right(metres, onset, key=lambda change: change[0]) - 1][1]
            four = metre is None or metre.bar / metre.beat == 4
            on_bass = beat == 0 or (four and beat == 2)
            if on_bass or place == 0:
                notes.append(PlayedNote(onset, until - onset, 40 + (chord.symbol.bass - 4) % 12, _BASS))
            if not on_bass or place == 0:
                notes.extend(
                    PlayedNote(onset, until - onset, midi, _CHORD) for midi in _close_position(chord.symbol)
                )
    return tuple(notes)


def _close_position(symbol: ChordSymbol) -> list[int]:
    """MIDI pitches of the chord's tones, in close position from G3 upwards."""
    classes = {(symbol.root + interval) % 12 for interval in symbol.intervals}
    return sorted(55 + (pitch_class - 7) % 12 for pitch_class in classes)
