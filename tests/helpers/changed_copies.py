"""Copies of scores, changed as versions of one tune differ."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from dataclasses import replace
from fractions import Fraction

from musegen import Bar, Note, Pitch, Rest, Score


def transposed(score: Score, rng: random.Random) -> Score:
    """Every note the same number of semitones away."""
    by = rng.choice([-5, -3, -2, 2, 3, 5, 12])
    return _each_note(score, lambda note: replace(note, pitches=tuple(_moved(p, by) for p in note.pitches)))


def rebarred(score: Score, rng: random.Random) -> Score:
    """The same notes and strains with other bars: about every second bar line is gone."""
    bars: list[Bar] = []
    for bar in score.bars:
        last = bars[-1] if bars else None
        if (
            last
            and not (last.ends_strain or bar.endings or bar.repeat_start or bar.part)
            and rng.random() < 0.5
        ):
            bars[-1] = replace(
                last, events=last.events + bar.events, repeat_end=bar.repeat_end, barline=bar.barline
            )
        else:
            bars.append(bar)
    return replace(score, bars=tuple(bars))


def doubled(score: Score, rng: random.Random) -> Score:
    """Every length twice as long."""
    return _each_note(score, lambda note: replace(note, duration=2 * note.duration), rests=2)


def edited(score: Score, rng: random.Random) -> Score:
    """Five of a hundred notes are another one: a step or a third away."""
    notes = sum(isinstance(event, Note) for bar in score.bars for event in bar.events)
    places = set(rng.sample(range(notes), round(notes / 20)))
    chosen = iter([place in places for place in range(notes)])
    return _each_note(
        score,
        lambda note: (
            replace(note, pitches=(_moved(note.pitches[0], rng.choice([-4, -2, -1, 1, 2, 4])),))
            if next(chosen)
            else note
        ),
    )


def _each_note(score: Score, change: Callable[[Note], Note], rests: int = 1) -> Score:
    def changed(event: object) -> object:
        if isinstance(event, Note):
            return change(event)
        return Rest(event.duration * Fraction(rests)) if isinstance(event, Rest) else event

    bars = tuple(replace(bar, events=tuple(map(changed, bar.events))) for bar in score.bars)  # type: ignore[arg-type]
    return replace(score, bars=bars)


def _moved(pitch: Pitch, semitones: int) -> Pitch:
    octave, place = divmod(pitch.midi + semitones, 12)
    return Pitch(octave - 1, "CCDDEFFGGAAB"[place], int("010100101010"[place]))


CHANGES: Mapping[str, Callable[[Score, random.Random], Score]] = {
    "transposed": transposed,
    "re-barred": rebarred,
    "doubled lengths": doubled,
    "5 % edited": edited,
}
"""Name -> what makes the copy."""
