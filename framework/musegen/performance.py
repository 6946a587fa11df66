"""A score played out: repeats, endings and play order unrolled to notes in time.

Times are in quarter notes from the start; :class:`musegen.timing.TempoMap` turns them into seconds.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from math import ceil
from typing import NamedTuple, TypeVar

from musegen.errors import MusegenError
from musegen.playing_order import PlayedBar, playing_order
from musegen.score import (
    Bar,
    ChordSymbol,
    Event,
    Key,
    KeyChange,
    Metre,
    MetreChange,
    Note,
    Rest,
    Score,
    Tempo,
    TempoChange,
)
from musegen.timing import TempoMap, starting_tempo

_DOWNBEAT, _BEAT, _OFFBEAT = 104, 94, 84
_MOST_QUARTERS = 20_000
"""Three hours of music; one absurd length or a thousandfold repeat goes beyond and is refused, not played."""
_SHORTEST_BEAT = Fraction(1, 8)
"""In quarter notes; a metre like 1/4096 would otherwise fill the memory with beats."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class PlayedNote:
    """One sounding note; times in quarter notes."""

    onset: Fraction
    duration: Fraction
    pitch: int
    """MIDI note number, 60 = middle C."""
    velocity: int
    """MIDI velocity, 1 to 127."""


@dataclass(frozen=True, slots=True)
class PlayedChord:
    """One chord symbol and how long it holds."""

    onset: Fraction
    duration: Fraction
    symbol: ChordSymbol


@dataclass(frozen=True, slots=True)
class Performance:
    """What a score sounds like: melody, harmony and the changes on the way, each in order of onset."""

    melody: tuple[PlayedNote, ...]
    chords: tuple[PlayedChord, ...]
    tempos: tuple[tuple[Fraction, Tempo], ...]
    metres: tuple[tuple[Fraction, Metre | None], ...]
    keys: tuple[tuple[Fraction, Key], ...]
    beats: tuple[tuple[Fraction, int], ...]
    """Onset of every beat and its number in the bar, from 0."""
    duration: Fraction

    @property
    def tempo_map(self) -> TempoMap:
        """Seconds of its quarter notes."""
        return TempoMap(self.tempos)

    @property
    def duration_s(self) -> float:
        """How long it sounds, in seconds."""
        return self.tempo_map.seconds(self.duration)


def perform(score: Score, tempo_bpm: float | None = None) -> Performance:
    """Play ``score`` out.

    Tied notes are one note; grace notes take their time from the note they lead to. A bar sounds in the key,
    metre and tempo that stand before it on the page, however it is reached. ``tempo_bpm`` sets the tempo of
    the beginning (see :func:`musegen.timing.starting_tempo`); later changes keep their ratio to it.

    Raises MusegenError for a tune that plays without end or in no tempo.
    """
    return _Player(score, tempo_bpm).play()


class _Setting(NamedTuple):
    """What stands before a bar on the page."""

    key: Key
    metre: Metre | None
    tempo: Tempo


def _settings(score: Score) -> list[_Setting]:
    """The key, metre and tempo before each bar as written, and those at the end."""
    setting = _Setting(score.key, score.metre, starting_tempo(score))
    settings = []
    for bar in score.bars:
        settings.append(setting)
        for event in bar.events:
            match event:
                case KeyChange():
                    setting = setting._replace(key=event.key)
                case MetreChange():
                    setting = setting._replace(metre=event.metre)
                case TempoChange():
                    setting = setting._replace(tempo=event.tempo)
    return [*settings, setting]


def _quarters(score: Score, order: Sequence[PlayedBar]) -> Fraction:
    """The sum of the bars that are played, in quarter notes."""
    durations = [bar.duration for bar in score.bars]
    return sum(
        (durations[number] * count for number, count in Counter(number for number, _ in order).items()),
        Fraction(0),
    )


def _change(changes: list[tuple[Fraction, T]], onset: Fraction, value: T) -> None:
    """Let ``value`` hold from ``onset`` on; of several at one time the last counts."""
    if changes and changes[-1][0] == onset:
        changes.pop()
    if not changes or changes[-1][1] != value:
        changes.append((onset, value))


class _Player:
    """Walks the playing order once and collects what sounds."""

    def __init__(self, score: Score, tempo_bpm: float | None) -> None:
        self.score = score
        self.order = playing_order(score)
        quarters = _quarters(score, self.order)
        if quarters > _MOST_QUARTERS:
            raise MusegenError(
                f"a tune of at most {_MOST_QUARTERS} quarter notes can be played: look for endless repeats "
                f"or lengths (got {round(quarters)})"
            )
        self.settings = _settings(score)
        if any(setting.tempo.quarters_per_minute <= 0 for setting in self.settings):
            raise MusegenError("a tempo must be above 0 beats a minute")
        written = starting_tempo(score)
        self.pace = starting_tempo(score, tempo_bpm).per_minute / written.per_minute
        self.tempos: list[tuple[Fraction, Tempo]] = []
        self.metres: list[tuple[Fraction, Metre | None]] = []
        self.keys: list[tuple[Fraction, Key]] = []
        self.melody: list[PlayedNote] = []
        self.symbols: list[tuple[Fraction, ChordSymbol]] = []
        self.beats: list[tuple[Fraction, int]] = []
        self.tied: dict[int, int] = {}
        """MIDI pitch -> number in ``melody`` of the notes that a tie holds over."""
        self.now = Fraction(0)
        self.bar_line = Fraction(0)
        """Where the bar in force began; before the music where it begins with an upbeat."""
        self._set(_Setting(score.key, score.metre, written))

    def play(self) -> Performance:
        """Play every bar in order."""
        bars = self.score.bars
        within = False  # whether the bar before left its bar unfinished, for this one to complete
        strain_begins = True
        for place, (number, jumped) in enumerate(self.order):
            bar = bars[number]
            following = bars[self.order[place + 1].number] if place + 1 < len(self.order) else None
            if jumped or not place:
                self._set(self.settings[number])
            at_boundary = bar.ends_strain or bool(following and (following.endings or following.repeat_start))
            length = self._length(bar)
            if not within or self.now + bar.duration > self.bar_line + length:
                completed = at_boundary and (following is None or bar.duration + following.duration <= length)
                upbeat = (strain_begins or jumped) and bar.duration < length and not completed
                self.bar_line = self.now - (length - bar.duration if upbeat else 0)
            self._bar(bar)
            within = at_boundary and self.now - self.bar_line < length
            strain_begins = at_boundary
        ends = [onset for onset, _ in self.symbols[1:]] + [self.now]
        chords = tuple(
            PlayedChord(onset, end - onset, symbol)
            for (onset, symbol), end in zip(self.symbols, ends, strict=False)
            if end > onset
        )
        return Performance(
            tuple(self.melody),
            chords,
            tuple(self.tempos),
            tuple(self.metres),
            tuple(self.keys),
            tuple(self.beats),
            self.now,
        )

    def _set(self, setting: _Setting) -> None:
        """Begin or go on in this key, metre and tempo."""
        self._set_key(setting.key)
        self._set_metre(setting.metre)
        self._set_tempo(setting.tempo)

    def _set_key(self, key: Key) -> None:
        _change(self.keys, self.now, key)

    def _set_metre(self, metre: Metre | None) -> None:
        self.metre = metre
        _change(self.metres, self.now, metre)

    def _set_tempo(self, tempo: Tempo) -> None:
        _change(self.tempos, self.now, replace(tempo, per_minute=tempo.per_minute * self.pace))

    def _length(self, bar: Bar) -> Fraction:
        """How long a full bar is where ``bar`` stands; in free metre every bar is full."""
        metre = next((e.metre for e in bar.events if isinstance(e, MetreChange)), self.metre)
        return metre.bar if metre else bar.duration

    @property
    def _beat(self) -> Fraction:
        return max(self.metre.beat, _SHORTEST_BEAT) if self.metre else Fraction(1)

    def _bar(self, bar: Bar) -> None:
        """Sound the events of a bar and count its beats."""
        begin = self.now
        for event in bar.events:
            self._event(event)
        number = ceil((begin - self.bar_line) / self._beat)
        while (onset := self.bar_line + number * self._beat) < self.now:
            self.beats.append((onset, number))
            number += 1

    def _event(self, event: Event) -> None:
        match event:
            case Note():
                self._note(event)
            case Rest():
                self.tied = {}
                self.now += event.duration
            case ChordSymbol():
                self.symbols.append((self.now, event))
            case KeyChange():
                self._set_key(event.key)
            case MetreChange():
                self._set_metre(event.metre)
            case TempoChange():
                self._set_tempo(event.tempo)

    def _note(self, note: Note) -> None:
        velocity = self._velocity()
        onset, duration = self.now, note.duration
        taken = sum((grace.duration for grace in note.graces), Fraction(0))
        shrink = min(Fraction(1), note.duration / 2 / taken) if taken else Fraction(1)
        for grace in note.graces:
            span = grace.duration * shrink
            self.melody.append(PlayedNote(onset, span, grace.pitch.midi, velocity))
            onset, duration = onset + span, duration - span
        sounding: dict[int, int] = {}
        for midi in dict.fromkeys(pitch.midi for pitch in note.pitches):
            held = self.tied.get(midi)
            if held is not None and not note.graces:
                earlier = self.melody[held]
                self.melody[held] = replace(earlier, duration=onset + duration - earlier.onset)
                sounding[midi] = held
            else:
                sounding[midi] = len(self.melody)
                self.melody.append(PlayedNote(onset, duration, midi, velocity))
        self.tied = sounding if note.tie else {}
        self.now += note.duration

    def _velocity(self) -> int:
        """Louder on the first beat of the bar, then on the other beats."""
        place = self.now - self.bar_line
        if place == 0:
            return _DOWNBEAT
        return _BEAT if place % self._beat == 0 else _OFFBEAT
