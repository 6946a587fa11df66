"""Performances: a score turned into notes in time, with repeats, endings and the play order followed.

Times are in quarter notes from the start. :class:`musegen.music.timing.TempoMap` turns them into seconds.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import partial
from typing import NamedTuple, TypeAlias, TypeVar

from musegen.errors import MusegenError
from musegen.music.grid import Grid, Step, beat
from musegen.music.playing_order import playing_order
from musegen.music.score import (
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
from musegen.music.settings import Setting, settings_before
from musegen.music.swing import Span, Swing
from musegen.music.timing import TempoMap, starting_tempo
from musegen.music.transposing import sounding_score

_DOWNBEAT, _BEAT, _OFFBEAT = 104, 94, 84
_MOST_QUARTERS = 20_000
"""Longest tune in quarter notes: about three hours. Absurd lengths and thousandfold repeats are refused."""
_MOST_EVENTS = 200_000
"""Largest number of played events: ten for each of these quarter notes. It limits extremely short notes."""
_ONE = Fraction(1)

T = TypeVar("T")
_Sound: TypeAlias = tuple[int, int, int, int]
"""A sounding note: onset and duration in units of the grid, MIDI pitch, velocity."""


class PlayedNote(NamedTuple):
    """One sounding note. Times are in quarter notes."""

    onset: Fraction
    """Time from the start of the tune."""
    duration: Fraction
    """Length of the note."""
    pitch: int
    """MIDI note number, 60 = middle C."""
    velocity: int
    """MIDI velocity, 1 to 127."""


_played_note: Callable[[tuple[Fraction, Fraction, int, int]], PlayedNote] = partial(tuple.__new__, PlayedNote)
"""The same as ``PlayedNote._make``, but three times as fast: most of the objects made here are notes."""


@dataclass(frozen=True, slots=True)
class PlayedChord:
    """One chord symbol and the time for which it holds, in quarter notes."""

    onset: Fraction
    """Time from the start of the tune."""
    duration: Fraction
    """Time until the next symbol or the end."""
    symbol: ChordSymbol


@dataclass(frozen=True, slots=True)
class Performance:
    """A score as it sounds: melody, chords and changes, in order of onset. Times are in quarter notes."""

    melody: tuple[PlayedNote, ...]
    """Notes of the melody."""
    chords: tuple[PlayedChord, ...]
    """Chord symbols of the accompaniment."""
    tempos: tuple[tuple[Fraction, Tempo], ...]
    """Onset and tempo, for the beginning and for each change."""
    metres: tuple[tuple[Fraction, Metre | None], ...]
    """Onset and metre, for the beginning and for each change; None for free metre."""
    keys: tuple[tuple[Fraction, Key], ...]
    """Onset and key, for the beginning and for each change."""
    beats: tuple[tuple[Fraction, int], ...]
    """Onset of every beat, and its number in the bar, from 0."""
    duration: Fraction
    """Length of the whole tune."""

    @property
    def tempo_map(self) -> TempoMap:
        """The map from its times in quarter notes to seconds."""
        return TempoMap(self.tempos)

    @property
    def duration_s(self) -> float:
        """Length of the whole tune in seconds."""
        return self.tempo_map.seconds(self.duration)


def perform(
    score: Score,
    tempo_bpm: float | None = None,
    *,
    swing: Fraction | float = 1,
    suggested_order: bool = False,
) -> Performance:
    """The performance of ``score``: its notes in time, with all repeats.

    Notes sound where ``score.transposition`` says. Tied notes become one note. Grace notes take their time
    from the note that they lead to. A bar sounds in the key, metre and tempo that are written before it,
    whichever bar was played before. If several chord symbols stand over one note, the first sounds the first
    time that its bar is played, the second the second time, and so on; the last one also sounds every time
    after that.

    ``tempo_bpm`` sets the tempo of the beginning in beats a minute (see
    :func:`musegen.music.timing.starting_tempo`); later tempos keep their ratio to it. ``swing`` is the length
    of the first half of a beat divided by that of the second: 1 is as written, 2 is as in triplets (see
    :class:`musegen.music.swing.Swing`). With ``suggested_order`` the parts are played in
    ``score.suggested_order``, if the tune has one.

    Raises MusegenError for a tune that is too long to play or has a tempo of 0, and for a swing below 1.
    """
    if not swing >= 1:
        raise MusegenError(f"swing is the long half of a beat divided by the short: 1 or more (got {swing})")
    if suggested_order and score.suggested_order:
        score = replace(score, play_order=score.suggested_order)
    player = _Player(sounding_score(score), tempo_bpm)
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


def _change(changes: list[tuple[Fraction, T]], onset: Fraction, value: T) -> None:
    """Let ``value`` hold from ``onset`` on. If there are several values at one time, the last one counts."""
    if changes and changes[-1][0] == onset:
        changes.pop()
    if not changes or changes[-1][1] != value:
        changes.append((onset, value))


class _Played(NamedTuple):
    """One bar as it was played, with its sounds and chord symbols."""

    begin: int
    end: int
    sounds: list[_Sound]
    symbols: list[tuple[int, ChordSymbol]]


class _Player:
    """A player that walks through the playing order once and collects all sounds.

    It counts time in units of the score's grid.
    """

    def __init__(self, score: Score, tempo_bpm: float | None) -> None:
        self.score = score
        self.order = playing_order(score)
        self.grid = Grid(score)
        durations = self.grid.durations
        quarters = Fraction(sum([durations[number] for number, _ in self.order]), self.grid.per_quarter)
        if quarters > _MOST_QUARTERS:
            raise MusegenError(
                f"a tune can be played if it has up to {_MOST_QUARTERS} quarter notes: look for endless "
                f"repeats or lengths (got {round(quarters)})"
            )
        sizes = [len(bar) for bar in self.grid.bars]
        events = sum([sizes[number] for number, _ in self.order])
        if events > max(_MOST_EVENTS, sum(sizes)):
            raise MusegenError(
                f"a tune can be played if it has up to {_MOST_EVENTS} notes and signs: look for endless "
                f"repeats (got {events})"
            )
        written = starting_tempo(score)
        self.settings = settings_before(score, written, self.grid.events)
        tempos = {id(setting.tempo): setting.tempo for setting in self.settings}.values()
        if any(tempo.quarters_per_minute <= 0 for tempo in tempos):
            raise MusegenError("a tempo must be above 0 beats a minute")
        self.pace = _ONE if tempo_bpm is None else Fraction(tempo_bpm) / written.per_minute
        self.tempos: list[tuple[Fraction, Tempo]] = []
        self.metres: list[tuple[Fraction, Metre | None]] = []
        self.keys: list[tuple[Fraction, Key]] = []
        self.sounds: list[_Sound] = []
        self.symbols: list[tuple[int, ChordSymbol]] = []
        """Onset and chord symbol. If several begin at one time, the last one counts."""
        self.turns: Counter[int] = Counter()
        """Number of times that each bar has been played."""
        self.beats: list[tuple[int, int]] = []
        """Onset of each beat, and its number in the bar."""
        self.tied: dict[int, int] = {}
        """Notes that a tie holds over: MIDI pitch -> index in ``sounds``."""
        self.now = 0
        self.bar_line = 0
        """Time from which the beats of the current bar are counted. For an upbeat it is earlier than its
        begin."""
        self.known: dict[tuple[int, int], _Played] = {}
        """Bars that sound the same whenever they are played, by their number and their distance from the bar
        line."""
        self._bars: list[tuple[int, int, int, Metre | None]] = []
        """Begin, end, bar line and metre of each bar that was played."""
        self._set(Setting(score.key, score.metre, written, score.transposition))

    def spans(self) -> list[Span]:
        """The bars as they were played."""
        at = self.grid.quarters
        return [Span(at[begin], at[end], at[bar_line], metre) for begin, end, bar_line, metre in self._bars]

    def play(self) -> Performance:
        """Play every bar in order."""
        bars, durations, settings = self.score.bars, self.grid.durations, self.settings
        begins_strain = [bool(bar.endings or bar.repeat_start) for bar in bars]
        ends_strain = [bar.ends_strain for bar in bars]
        # A strain is a section of a tune, such as one that is repeated.
        within = False  # whether the written bar before was only a part of a bar, which this one completes
        strain_begins = True
        setting = None  # key, metre and tempo in force
        for place, (number, jumped) in enumerate(self.order):
            duration = durations[number]
            following = self.order[place + 1].number if place + 1 < len(self.order) else None
            if (jumped or not place) and settings[number] is not setting:
                self._set(settings[number])
            setting = settings[number + 1]
            at_boundary = ends_strain[number] or (following is not None and begins_strain[following])
            same_metre = setting is settings[number]
            length = (self.length or duration) if same_metre else self._length(bars[number], duration)
            if not within or self.now + duration > self.bar_line + length:
                completed = at_boundary and (following is None or duration + durations[following] <= length)
                upbeat = (strain_begins or jumped) and duration < length and not completed
                self.bar_line = self.now - (length - duration if upbeat else 0)
            self._bar(number)
            within = at_boundary and self.now - self.bar_line < length
            strain_begins = at_boundary
        return self._performance()

    def _performance(self) -> Performance:
        """Everything that was collected, with times in quarter notes."""
        at = self.grid.quarters
        ends = [onset for onset, _ in self.symbols[1:]] + [self.now]
        return Performance(
            tuple(
                [
                    _played_note((at[onset], at[units], pitch, velocity))
                    for onset, units, pitch, velocity in self.sounds
                ]
            ),
            tuple(
                [
                    PlayedChord(at[onset], at[end - onset], symbol)
                    for (onset, symbol), end in zip(self.symbols, ends, strict=False)
                    if end > onset
                ]
            ),
            tuple(self.tempos),
            tuple(self.metres),
            tuple(self.keys),
            tuple([(at[onset], number) for onset, number in self.beats]),
            at[self.now],
        )

    def _set(self, setting: Setting) -> None:
        """Change to this key, metre and tempo."""
        self._set_key(setting.key)
        self._set_metre(setting.metre)
        self._set_tempo(setting.tempo)

    def _set_key(self, key: Key) -> None:
        _change(self.keys, self.grid.quarters[self.now], key)

    def _set_metre(self, metre: Metre | None) -> None:
        self.metre = metre
        self.beat = self.grid.units(beat(metre))
        self.length = self.grid.units(metre.bar) if metre else 0
        self.known = {}  # the beats are in other places now, and notes on a beat are louder
        _change(self.metres, self.grid.quarters[self.now], metre)

    def _set_tempo(self, tempo: Tempo) -> None:
        played = replace(tempo, per_minute=tempo.per_minute * self.pace)
        _change(self.tempos, self.grid.quarters[self.now], played)

    def _length(self, bar: Bar, duration: int) -> int:
        """Length of a full bar in the metre of ``bar``. In free metre every bar counts as full."""
        for event in bar.events:
            if isinstance(event, MetreChange):
                return self.grid.units(event.metre.bar) if event.metre else duration
        return self.length or duration

    def _bar(self, number: int) -> None:
        """Play a bar and count its beats. A bar that is known to sound the same as before is copied."""
        begin, key = self.now, (number, self.now - self.bar_line)
        known = None if self.tied else self.known.get(key)
        if known:
            self._again(known)
        else:
            first_sound, first_symbol, tied = len(self.sounds), len(self.symbols), self.tied
            one_way = self._events(self.grid.bars[number], self.turns[number])
            if one_way and not (tied or self.tied) and self.settings[number] is self.settings[number + 1]:
                self.known[key] = _Played(
                    begin, self.now, self.sounds[first_sound:], self.symbols[first_symbol:]
                )
        self.turns[number] += 1
        first, end = -((self.bar_line - begin) // self.beat), -((self.bar_line - self.now) // self.beat)
        self.beats += [(self.bar_line + beat * self.beat, beat) for beat in range(first, end)]
        self._bars.append((begin, self.now, self.bar_line, self.metre))

    def _again(self, bar: _Played) -> None:
        """Play a bar again exactly as it was played before."""
        later = self.now - bar.begin
        self.sounds += [
            (onset + later, units, pitch, velocity) for onset, units, pitch, velocity in bar.sounds
        ]
        self.symbols += [(onset + later, symbol) for onset, symbol in bar.symbols]
        self.now = bar.end + later

    def _events(self, steps: list[Step], turn: int) -> bool:
        """Play a bar, which was played ``turn`` times before. Returns whether it always sounds the same."""
        sounds = self.sounds
        choice, over, one_way = 0, -1, True  # choice: number of earlier chord symbols at the time ``over``
        for step in steps:
            event, units, _, _, pitch = step
            if pitch >= 0 and not self.tied:  # the same as in _note, but three times as fast
                place = self.now - self.bar_line
                velocity = _DOWNBEAT if not place else _OFFBEAT if place % self.beat else _BEAT
                sounds.append((self.now, units, pitch, velocity))
                self.now += units
            elif isinstance(event, Note):
                self._note(step, event)
            elif isinstance(event, ChordSymbol):
                choice, over = choice + 1 if over == self.now else 0, self.now
                one_way = one_way and not choice
                if choice <= turn:
                    self.symbols.append((self.now, event))
            else:
                self._event(event, units)
        return one_way

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
        sounds = self.sounds
        place = self.now - self.bar_line
        velocity = _DOWNBEAT if not place else _OFFBEAT if place % self.beat else _BEAT
        onset, self.now = self.now, self.now + step.units
        for span, pitch in step.graces:
            sounds.append((onset, span, pitch, velocity))
            onset += span
        tied = {} if step.graces else self.tied
        sounding: dict[int, int] = {}
        for pitch in step.pitches:
            held = tied.get(pitch)
            if held is None:
                sounding[pitch] = len(sounds)
                sounds.append((onset, self.now - onset, pitch, velocity))
            else:
                sounding[pitch] = held
                begin, _, _, before = sounds[held]
                sounds[held] = (begin, self.now - begin, pitch, before)
        self.tied = sounding if note.tie else {}
        if note.untied:
            going_on = {pitch.midi for pitch in note.tied}
            self.tied = {pitch: place for pitch, place in sounding.items() if pitch in going_on}
