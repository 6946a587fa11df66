"""Transposition of pitches, keys, chord symbols and whole scores."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache

from musegen.music.chord_symbols import moved_chord_text
from musegen.music.score import (
    STEPS,
    ChordSymbol,
    Event,
    Key,
    KeyChange,
    Note,
    Pitch,
    Score,
    TranspositionChange,
)

_STEPS_UP = (0, 1, 1, 2, 2, 3, 3, 4, 5, 5, 6, 6)
"""Number of steps in the usual interval of 0, 1, 2, ... semitones: unison, minor second, major second, ..."""


@dataclass(frozen=True, slots=True)
class Interval:
    """An interval, upwards or downwards (negative).

    Three semitones can be a minor third, which has two steps, or an augmented second, which has one.
    """

    steps: int
    """Number of scale steps."""
    semitones: int
    """Number of semitones."""

    @staticmethod
    def of(key: Key, semitones: int, tonic: str = "") -> Interval:
        """The interval of ``semitones`` that takes ``key`` to the key with the fewest sharps or flats.

        The way back from any key with up to five sharps or flats is therefore the reverse of this interval.
        If ``tonic`` is given, the interval leads to it instead; it must lie that many semitones away. For a
        key without tonic the usual interval is taken.
        """
        return _interval(key, semitones, tonic)

    def moved(self, pitch: Pitch) -> Pitch:
        """The pitch moved by this interval, spelled differently if it would need three sharps or flats."""
        place = 7 * pitch.octave + STEPS.index(pitch.step) + self.steps
        moved = _spelt(place, pitch.midi + self.semitones)
        while abs(moved.alter) > 2:
            place += 1 if moved.alter > 0 else -1
            moved = _spelt(place, pitch.midi + self.semitones)
        return moved

    def moved_name(self, name: str) -> str:
        """A name without octave, such as ``F#``, of a tonic or of a chord's root, moved by this interval."""
        return _name(self.moved(_named(name)))

    def moved_key(self, key: Key) -> Key:
        """The key moved by this interval. The mode stays, and explicit accidentals are moved too."""
        accidentals = [self.moved(Pitch(4, step, alter)) for step, alter in key.accidentals]
        return Key(
            self.moved_name(key.tonic) if key.tonic else "",
            key.mode,
            tuple(sorted((pitch.step, pitch.alter) for pitch in accidentals)),
        )


def transpose_score(score: Score, semitones: int, tonic: str = "") -> Score:
    """The score, ``semitones`` higher: notes, grace notes, keys and chord symbols are moved, the rest stays.

    Each key becomes the one with the fewest sharps or flats. With ``tonic``, which must lie that many
    semitones away, the first key gets this tonic, and all others move by the same interval. A key without
    tonic stays without. A chord symbol whose text does not begin with a root keeps its text.
    """
    fixed = Interval.of(score.key, semitones, tonic) if tonic and score.key.tonic else None
    by = fixed or Interval.of(score.key, semitones)
    key, bars = by.moved_key(score.key), []

    def moved(events: tuple[Event, ...]) -> Iterator[Event]:
        nonlocal by
        for event in events:
            if isinstance(event, KeyChange):
                by = fixed or Interval.of(event.key, semitones)
            yield _moved(event, by)

    for bar in score.bars:
        bars.append(replace(bar, events=tuple(moved(bar.events))))
    return replace(score, key=key, bars=tuple(bars))


def sounding_score(score: Score) -> Score:
    """The score as it sounds: its transposition is carried out on notes, keys and chord symbols.

    A note that would lie outside of MIDI's range is moved back into it by octaves.
    """
    changes = any(isinstance(event, TranspositionChange) for bar in score.bars for event in bar.events)
    if not score.transposition and not changes:
        return score
    key, semitones = score.key, score.transposition
    by, bars = Interval.of(key, semitones), []
    start = by.moved_key(key)

    def sounding(events: tuple[Event, ...]) -> Iterator[Event]:
        nonlocal key, semitones, by
        for event in events:
            if isinstance(event, KeyChange):
                key = event.key
            elif isinstance(event, TranspositionChange):
                before, semitones = by, event.semitones
                by = Interval.of(key, semitones)
                if by.moved_key(key) != before.moved_key(key):
                    yield KeyChange(by.moved_key(key))
                continue
            by = Interval.of(key, semitones)
            yield _within_midi(_moved(event, by))

    for bar in score.bars:
        bars.append(replace(bar, events=tuple(sounding(bar.events))))
    return replace(score, key=start, bars=tuple(bars), transposition=0)


def _within_midi(event: Event) -> Event:
    """A note with all its pitches in the range of MIDI."""
    if not isinstance(event, Note):
        return event
    if all(0 <= pitch.midi <= 127 for pitch in (*event.pitches, *(grace.pitch for grace in event.graces))):
        return event
    return replace(
        event,
        pitches=tuple(dict.fromkeys(map(_in_octaves, event.pitches))),
        graces=tuple(replace(grace, pitch=_in_octaves(grace.pitch)) for grace in event.graces),
        untied=tuple(map(_in_octaves, event.untied)),
    )


def _in_octaves(pitch: Pitch) -> Pitch:
    while not 0 <= pitch.midi <= 127:
        pitch = replace(pitch, octave=pitch.octave + (1 if pitch.midi < 0 else -1))
    return pitch


def _moved(event: Event, by: Interval) -> Event:
    match event:
        case Note():
            graces = tuple(replace(grace, pitch=by.moved(grace.pitch)) for grace in event.graces)
            # Two spellings of one pitch may be moved to the same one.
            pitches = tuple(dict.fromkeys(map(by.moved, event.pitches)))
            tied = {*map(by.moved, event.tied)}
            untied = tuple(pitch for pitch in pitches if pitch not in tied) if event.untied else ()
            return replace(event, pitches=pitches, graces=graces, untied=untied)
        case KeyChange():
            return KeyChange(by.moved_key(event.key))
        case ChordSymbol() if event.intervals:
            text = moved_chord_text(event.text, by.moved_name)
            root_class, bass_class = ((place + by.semitones) % 12 for place in (event.root, event.bass))
            return ChordSymbol(text, root_class, event.intervals, bass_class)
    return event


@lru_cache(maxsize=1024)
def _interval(key: Key, semitones: int, tonic: str) -> Interval:
    if tonic and key.tonic:
        aim, start = _named(tonic), _named(key.tonic)
        octaves = (start.midi + semitones - aim.midi) // 12
        return Interval(STEPS.index(aim.step) + 7 * octaves - STEPS.index(start.step), semitones)
    octaves, rest = divmod(abs(semitones), 12)
    usual = (-1 if semitones < 0 else 1) * (7 * octaves + _STEPS_UP[rest])
    choices = [Interval(usual + more, semitones) for more in (0, 1, -1)]
    if not key.tonic or not semitones:
        return choices[0]
    return min(choices, key=lambda choice: abs(_fifths(key, choice)))


def _fifths(key: Key, by: Interval) -> int:
    """Sharps (positive) or flats (negative) of the moved key; 99 if its tonic cannot be spelled."""
    tonic = _named(key.tonic)
    moved = _spelt(STEPS.index(tonic.step) + 7 * tonic.octave + by.steps, tonic.midi + by.semitones)
    return replace(key, tonic=_name(moved)).fifths if abs(moved.alter) < 3 else 99


def _spelt(place: int, midi: int) -> Pitch:
    """The pitch with MIDI number ``midi`` on the step ``place``, which is counted from C0."""
    octave, step = divmod(place, 7)
    natural = Pitch(octave, STEPS[step])
    return replace(natural, alter=midi - natural.midi)


def _named(name: str) -> Pitch:
    return Pitch(4, name[0], name.count("#") - name[1:].count("b"))


def _name(pitch: Pitch) -> str:
    return pitch.step + "#" * pitch.alter + "b" * -pitch.alter
