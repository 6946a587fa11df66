"""A score played out: repeats, endings and play order unrolled to notes in time.

Times are in quarter notes from the start; :class:`musegen.timing.TempoMap` turns them into seconds.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import NamedTuple, TypeVar

from musegen.errors import MusegenError
from musegen.grid import Grid, Step, beat
from musegen.playing_order import playing_order
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
from musegen.swing import Span, Swing
from musegen.timing import TempoMap, starting_tempo

_DOWNBEAT, _BEAT, _OFFBEAT = 104, 94, 84
_MOST_QUARTERS = 20_000
"""Three hours of music; one absurd length or a thousandfold repeat goes beyond and is refused, not played."""
_MOST_EVENTS = 200_000
"""Ten for each of these quarter notes: a play order over notes of a thousandth is refused too."""
_CHANGES = (KeyChange, MetreChange, TempoChange)

T = TypeVar("T")


class PlayedNote(NamedTuple):
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


def perform(
    score: Score,
    tempo_bpm: float | None = None,
    *,
    swing: Fraction | float = 1,
    suggested_order: bool = False,
) -> Performance:
    """Play ``score`` out.

    Tied notes are one note; grace notes take their time from the note they lead to. A bar sounds in the key,
    metre and tempo that stand before it on the page, however it is reached. Of several chord symbols over one
    note the k-th sounds the k-th time its bar is played, and the last from then on.

    ``tempo_bpm`` sets the tempo of the beginning (see :func:`musegen.timing.starting_tempo`); later changes
    keep their ratio to it. ``swing`` is the long half of a beat to the short, 1 as written and 2 as in
    triplets: see :class:`musegen.swing.Swing`. ``suggested_order`` plays the parts in
    ``score.suggested_order``, where there is one.

    Raises MusegenError for a tune that plays without end or in no tempo, or a swing below 1.
    """
    if not swing >= 1:
        raise MusegenError(f"swing is the long half of a beat to the short, 1 or more (got {swing})")
    if suggested_order and score.suggested_order:
        score = replace(score, play_order=score.suggested_order)
    player = _Player(score, tempo_bpm)
    performance = player.play()
    return performance if swing == 1 else _swung(performance, Swing(player.spans(), swing))


def _swung(performance: Performance, swing: Swing) -> Performance:
    return Performance(
        tuple(
            note._replace(onset=swing(note.onset), duration=_duration(note, swing))
            for note in performance.melody
        ),
        tuple(
            PlayedChord(swing(chord.onset), _duration(chord, swing), chord.symbol)
            for chord in performance.chords
        ),
        tuple((swing(onset), tempo) for onset, tempo in performance.tempos),
        tuple((swing(onset), metre) for onset, metre in performance.metres),
        tuple((swing(onset), key) for onset, key in performance.keys),
        tuple((swing(onset), number) for onset, number in performance.beats),
        performance.duration,
    )


def _duration(played: PlayedNote | PlayedChord, swing: Swing) -> Fraction:
    return swing(played.onset + played.duration) - swing(played.onset)


class _Setting(NamedTuple):
    """What stands before a bar on the page."""

    key: Key
    metre: Metre | None
    tempo: Tempo


def _settings(score: Score, tempo: Tempo) -> list[_Setting]:
    """The key, metre and tempo before each bar as written, and those at the end."""
    setting = _Setting(score.key, score.metre, tempo)
    settings = []
    for bar in score.bars:
        settings.append(setting)
        for event in bar.events:
            if isinstance(event, _CHANGES):
                match event:
                    case KeyChange():
                        setting = setting._replace(key=event.key)
                    case MetreChange():
                        setting = setting._replace(metre=event.metre)
                    case TempoChange():
                        setting = setting._replace(tempo=event.tempo)
    return [*settings, setting]


def _change(changes: list[tuple[Fraction, T]], onset: Fraction, value: T) -> None:
    """Let ``value`` hold from ``onset`` on; of several at one time the last counts."""
    if changes and changes[-1][0] == onset:
        changes.pop()
    if not changes or changes[-1][1] != value:
        changes.append((onset, value))


class _Player:
    """Walks the playing order once and collects what sounds. It counts time in units of the score's grid."""

    def __init__(self, score: Score, tempo_bpm: float | None) -> None:
        self.score = score
        self.order = playing_order(score)
        self.grid = Grid(score)
        durations = self.grid.durations
        quarters = Fraction(sum([durations[number] for number, _ in self.order]), self.grid.per_quarter)
        if quarters > _MOST_QUARTERS:
            raise MusegenError(
                f"a tune of at most {_MOST_QUARTERS} quarter notes can be played: look for endless repeats "
                f"or lengths (got {round(quarters)})"
            )
        sizes = [len(bar) for bar in self.grid.bars]
        events = sum([sizes[number] for number, _ in self.order])
        if events > max(_MOST_EVENTS, sum(sizes)):
            raise MusegenError(
                f"a tune of at most {_MOST_EVENTS} notes and signs can be played: look for endless repeats "
                f"(got {events})"
            )
        written = starting_tempo(score)
        self.settings = _settings(score, written)
        tempos = {id(setting.tempo): setting.tempo for setting in self.settings}.values()
        if any(tempo.quarters_per_minute <= 0 for tempo in tempos):
            raise MusegenError("a tempo must be above 0 beats a minute")
        self.pace = starting_tempo(score, tempo_bpm).per_minute / written.per_minute
        self.tempos: list[tuple[Fraction, Tempo]] = []
        self.metres: list[tuple[Fraction, Metre | None]] = []
        self.keys: list[tuple[Fraction, Key]] = []
        self.melody: list[PlayedNote] = []
        self.symbols: list[tuple[int, ChordSymbol]] = []
        """Of those at one time the last counts."""
        self.turns: Counter[int] = Counter()
        """How often each bar has been played."""
        self.beats: list[tuple[Fraction, int]] = []
        self.tied: dict[int, int] = {}
        """MIDI pitch -> number in ``melody`` of the notes that a tie holds over."""
        self.now = 0
        self.bar_line = 0
        """Where the bar in force began; before the music where it begins with an upbeat."""
        self._bars: list[tuple[int, int, int, Metre | None]] = []
        """Of each bar played: begin, end, bar line, metre."""
        self._set(_Setting(score.key, score.metre, written))

    def spans(self) -> list[Span]:
        """The bars as they were played."""
        quarters = self.grid.quarters
        return [
            Span(quarters(begin), quarters(end), quarters(bar_line), metre)
            for begin, end, bar_line, metre in self._bars
        ]

    def play(self) -> Performance:
        """Play every bar in order."""
        bars, durations = self.score.bars, self.grid.durations
        within = False  # whether the bar before left its bar unfinished, for this one to complete
        strain_begins = True
        setting = None  # what is in force
        for place, (number, jumped) in enumerate(self.order):
            bar, duration = bars[number], durations[number]
            following = self.order[place + 1].number if place + 1 < len(self.order) else None
            if (jumped or not place) and self.settings[number] is not setting:
                self._set(self.settings[number])
            at_boundary = bar.ends_strain or (
                following is not None and bool(bars[following].endings or bars[following].repeat_start)
            )
            length = self._length(bar, duration)
            if not within or self.now + duration > self.bar_line + length:
                completed = at_boundary and (following is None or duration + durations[following] <= length)
                upbeat = (strain_begins or jumped) and duration < length and not completed
                self.bar_line = self.now - (length - duration if upbeat else 0)
            self._bar(self.grid.bars[number], self.turns[number])
            self.turns[number] += 1
            within = at_boundary and self.now - self.bar_line < length
            strain_begins = at_boundary
            setting = self.settings[number + 1]
        quarters = self.grid.quarters
        ends = [onset for onset, _ in self.symbols[1:]] + [self.now]
        chords = tuple(
            [
                PlayedChord(quarters(onset), quarters(end - onset), symbol)
                for (onset, symbol), end in zip(self.symbols, ends, strict=False)
                if end > onset
            ]
        )
        return Performance(
            tuple(self.melody),
            chords,
            tuple(self.tempos),
            tuple(self.metres),
            tuple(self.keys),
            tuple(self.beats),
            quarters(self.now),
        )

    def _set(self, setting: _Setting) -> None:
        """Begin or go on in this key, metre and tempo."""
        self._set_key(setting.key)
        self._set_metre(setting.metre)
        self._set_tempo(setting.tempo)

    def _set_key(self, key: Key) -> None:
        _change(self.keys, self.grid.quarters(self.now), key)

    def _set_metre(self, metre: Metre | None) -> None:
        self.metre = metre
        self.beat = self.grid.units(beat(metre))
        self.length = self.grid.units(metre.bar) if metre else 0
        _change(self.metres, self.grid.quarters(self.now), metre)

    def _set_tempo(self, tempo: Tempo) -> None:
        played = replace(tempo, per_minute=tempo.per_minute * self.pace)
        _change(self.tempos, self.grid.quarters(self.now), played)

    def _length(self, bar: Bar, duration: int) -> int:
        """How long a full bar is where ``bar`` stands; in free metre every bar is full."""
        for event in bar.events:
            if isinstance(event, MetreChange):
                return self.grid.units(event.metre.bar) if event.metre else duration
        return self.length or duration

    def _bar(self, steps: list[Step], turn: int) -> None:
        """Sound the events of a bar, for the first time where ``turn`` is 0, and count its beats."""
        quarters, melody = self.grid.quarters, self.melody
        begin = self.now
        choice, over = 0, -1  # how many chord symbols have come at the time ``over``
        for step in steps:
            event, units, _, _, pitch = step
            if pitch >= 0 and not self.tied:  # as in _note, at three times the speed
                place = self.now - self.bar_line
                velocity = _DOWNBEAT if not place else _OFFBEAT if place % self.beat else _BEAT
                melody.append(PlayedNote(quarters(self.now), quarters(units), pitch, velocity))
                self.now += units
            elif isinstance(event, Note):
                self._note(step, event)
            elif isinstance(event, ChordSymbol):
                choice, over = choice + 1 if over == self.now else 0, self.now
                if choice <= turn:
                    self.symbols.append((self.now, event))
            else:
                self._event(event, units)
        number = -((self.bar_line - begin) // self.beat)
        while (onset := self.bar_line + number * self.beat) < self.now:
            self.beats.append((quarters(onset), number))
            number += 1
        self._bars.append((begin, self.now, self.bar_line, self.metre))

    def _event(self, event: Event, units: int) -> None:
        match event:
            case Rest():
                self.tied = {}
                self.now += units
            case KeyChange():
                self._set_key(event.key)
            case MetreChange():
                self._set_metre(event.metre)
            case TempoChange():
                self._set_tempo(event.tempo)

    def _note(self, step: Step, note: Note) -> None:
        melody, quarters = self.melody, self.grid.quarters
        place = self.now - self.bar_line
        velocity = _DOWNBEAT if not place else _OFFBEAT if place % self.beat else _BEAT
        onset, self.now = self.now, self.now + step.units
        for span, pitch in step.graces:
            melody.append(PlayedNote(quarters(onset), quarters(span), pitch, velocity))
            onset += span
        begin, duration = quarters(onset), quarters(self.now - onset)
        tied = {} if step.graces else self.tied
        if not (tied or note.tie):
            for pitch in step.pitches:
                melody.append(PlayedNote(begin, duration, pitch, velocity))
            self.tied = {}
            return
        sounding: dict[int, int] = {}
        for pitch in step.pitches:
            held = tied.get(pitch)
            if held is None:
                sounding[pitch] = len(melody)
                melody.append(PlayedNote(begin, duration, pitch, velocity))
            else:
                sounding[pitch] = held
                earlier = melody[held]
                melody[held] = earlier._replace(duration=quarters(self.now) - earlier.onset)
        self.tied = sounding if note.tie else {}
