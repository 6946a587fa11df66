"""The rule ``tin-whistle``: what it asks of a finished tune, and of one that is being written."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from musegen import Component, Fault, Note, Options, Rule, Score, TuneLimits, component, hookimpl

musegen_api = "1.4"

_OCTAVE = (0, 2, 4, 5, 7, 9, 10, 11)
"""Semitones above D: the major scale, and C natural, which is played with a fingering of its own."""
_LOWEST, _HIGHEST = 62, 83
"""D4 and B5, as ABC writes the notes of a whistle that sounds an octave higher."""
PITCHES = frozenset(pitch for pitch in range(_LOWEST, _HIGHEST + 1) if (pitch - _LOWEST) % 12 in _OCTAVE)
"""MIDI note numbers of all notes that the whistle has."""


class TinWhistleOptions(Options):
    """A tune has only notes that a tin whistle in D can play."""


class TinWhistle:
    """A :class:`musegen.LimitingRule`: the notation lets a model write nothing else."""

    def __init__(self, options: TinWhistleOptions) -> None:
        pass

    def faults(self, score: Score) -> Iterator[Fault]:
        """One for each bar with a note that the whistle lacks."""
        for number, bar in enumerate(score.bars, 1):
            notes = [event for event in bar.events if isinstance(event, Note)]
            lacking = [pitch for note in notes for pitch in note.pitches if pitch.midi not in PITCHES]
            if lacking:
                yield Fault("whistle", f"{lacking[0]} is not on a tin whistle in D", number)

    def limit(self, limits: TuneLimits) -> TuneLimits:
        """Its pitches, as far as others allow them."""
        return replace(limits, pitches=PITCHES if limits.pitches is None else limits.pitches & PITCHES)


@hookimpl
def musegen_rules() -> list[Component[Rule]]:
    """The rule."""
    return [component("tin-whistle", version=1, options=TinWhistleOptions, build=TinWhistle)]
