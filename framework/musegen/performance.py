"""A score played out: repeats, endings and play order unrolled to notes in time.

Times are in quarter notes from the start; :class:`musegen.timing.TempoMap` turns them into seconds.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from math import ceil
from typing import NamedTuple

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
_BASS, _CHORD = 78, 66
_MOST_BARS = 20_000
"""A tune of a few kilobytes may ask for repeats without end; no real one comes near this."""


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


class PlayedBar(NamedTuple):
    """A bar of the playing order: its number in ``score.bars``, and whether a repeat or part led to it."""

    number: int
    jumped: bool


def playing_order(score: Score) -> list[PlayedBar]:
    """The bars as they are played: parts in play order, repeats and endings in turn (ABC 2.1 §4.8, §4.9).

    A repeat without ``|:`` goes back to the last double bar line or repeat sign, or to where its part begins.
    """
    order: list[PlayedBar] = []
    for first, last in _parts(score):
        walked = _unroll(score.bars, first, last)
        for place, number in enumerate(walked):
            previous = walked[place - 1] if place else (order[-1].number if order else number - 1)
            order.append(PlayedBar(number, number != previous + 1))
            if len(order) >= _MOST_BARS:
                return order
    return order


def _parts(score: Score) -> list[tuple[int, int]]:
    """``(first, last + 1)`` bar numbers of each passage to play, in order."""
    bars = score.bars
    starts = [i for i, bar in enumerate(bars) if bar.part]
    if not score.play_order or not starts:
        return [(0, len(bars))]
    passages: dict[str, tuple[int, int]] = {}
    for first, last in zip(starts, [*starts[1:], len(bars)], strict=True):
        passages.setdefault(bars[first].part, (first, last))
    played = [passages[label] for label in score.play_order if label in passages]
    if not played:
        return [(0, len(bars))]
    return [(0, starts[0]), *played] if starts[0] else played


def _unroll(bars: Sequence[Bar], first: int, last: int) -> list[int]:
    """Bar numbers from ``first`` up to ``last`` in playing order."""
    order: list[int] = []
    at, start, turn = first, first, 1
    while at < last and len(order) < _MOST_BARS:
        bar = bars[at]
        if bar.repeat_start and at != start:
            start, turn = at, 1
        if bar.endings and turn not in bar.endings:
            skipped = _next_ending(bars, at, last, start, turn)
            if skipped is None:  # no ending of this turn: the first is played rather than nothing
                order.append(at)
            else:
                at = skipped
                continue
        else:
            order.append(at)
        if bar.repeat_end:
            turns = max(bar.repeat_end, _last_ending(bars, at, last))
            if turn < turns:
                at, turn = start, turn + 1
                continue
        at += 1
        if at < last and bar.ends_strain and not _continues_endings(bars, at):
            start, turn = at, 1
    return order


def _continues_endings(bars: Sequence[Bar], at: int) -> bool:
    """Whether bar ``at`` begins a further ending of the passage before it."""
    return bool(bars[at].endings) and 1 not in bars[at].endings


def _endings_from(bars: Sequence[Bar], at: int, last: int) -> Iterator[int]:
    """Bars that begin the endings of one passage, the one at or before ``at`` left out."""
    for i in range(at + 1, last):
        if bars[i].repeat_start or (bars[i].endings and 1 in bars[i].endings):
            return
        if bars[i].endings:
            yield i
        elif bars[i - 1].ends_strain:
            return


def _next_ending(bars: Sequence[Bar], at: int, last: int, start: int, turn: int) -> int | None:
    """The bar that begins the ending of this turn, from the passage that begins at ``start``."""
    for i in _endings_from(bars, at, last):
        if turn in bars[i].endings:
            return i
    for i in range(start, at):
        if turn in bars[i].endings:
            return i
    return None


def _last_ending(bars: Sequence[Bar], at: int, last: int) -> int:
    """The highest ending number that follows bar ``at`` in its passage; 0 where none does."""
    return max((max(bars[i].endings) for i in _endings_from(bars, at, last)), default=0)


def expand_play_order(text: str) -> str:
    """``A2(BC)2`` as ``AABCBC`` (ABC 2.1 §3.1.9); what is no label, number or bracket is passed over.

    Nesting and repetition are bounded: the result has at most 1,000 labels.
    """
    levels, last = [""], ""
    for labels, number, bracket in re.findall(r"([A-Za-z])|(\d+)|([()])", text):
        unit = labels
        if bracket == "(":
            levels.append("")
            last = ""
            continue
        if bracket == ")":
            if len(levels) == 1:
                continue
            unit = levels.pop()
        if number:
            levels[-1] += last * max(min(int(number[:4]), 1000) - 1, 0)
        else:
            levels[-1] += unit
            last = unit
        levels[-1] = levels[-1][:1000]
    return "".join(levels)[:1000]


def perform(score: Score, tempo_bpm: float | None = None) -> Performance:
    """Play ``score`` out.

    Tied notes are one note; grace notes take their time from the note they lead to. ``tempo_bpm`` sets the
    tempo of the beginning (see :func:`musegen.timing.starting_tempo`); later changes keep their ratio to it.
    """
    return _Player(score, tempo_bpm).play()


class _Player:
    """Walks the playing order once and collects what sounds."""

    def __init__(self, score: Score, tempo_bpm: float | None) -> None:
        self.score = score
        self.metre, self.key = score.metre, score.key
        tempo = starting_tempo(score, tempo_bpm)
        self.pace = tempo.per_minute / starting_tempo(score).per_minute
        self.tempos = [(Fraction(0), tempo)]
        self.metres: list[tuple[Fraction, Metre | None]] = [(Fraction(0), self.metre)]
        self.keys = [(Fraction(0), self.key)]
        self.melody: list[PlayedNote] = []
        self.symbols: list[tuple[Fraction, ChordSymbol]] = []
        self.beats: list[tuple[Fraction, int]] = []
        self.tied: dict[int, int] = {}
        """MIDI pitch -> number in ``melody`` of the notes that a tie holds over."""
        self.now = Fraction(0)
        self.bar_line = Fraction(0)
        """Where the bar in force began; before the music where it begins with an upbeat."""

    def play(self) -> Performance:
        """Play every bar in order."""
        bars = self.score.bars
        order = playing_order(self.score)
        within = False  # whether the bar before left its bar unfinished, for this one to complete
        strain_begins = True
        for place, (number, jumped) in enumerate(order):
            bar = bars[number]
            following = bars[order[place + 1].number] if place + 1 < len(order) else None
            at_boundary = bar.ends_strain or bool(following and (following.endings or following.repeat_start))
            length = self._length(bar)
            if not within:
                upbeat = (strain_begins or jumped) and bar.duration < length and not at_boundary
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

    def _length(self, bar: Bar) -> Fraction:
        """How long a full bar is where ``bar`` stands; four quarter notes in free metre."""
        metre = next((e.metre for e in bar.events if isinstance(e, MetreChange)), self.metre)
        return metre.bar if metre else Fraction(4)

    @property
    def _beat(self) -> Fraction:
        return self.metre.beat if self.metre else Fraction(1)

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
            case KeyChange() if event.key != self.key:
                self.key = event.key
                self.keys.append((self.now, event.key))
            case MetreChange() if event.metre != self.metre:
                self.metre = event.metre
                self.metres.append((self.now, event.metre))
            case TempoChange():
                tempo = replace(event.tempo, per_minute=event.tempo.per_minute * self.pace)
                if tempo != self.tempos[-1][1]:
                    self.tempos.append((self.now, tempo))

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


def accompaniment(performance: Performance) -> tuple[PlayedNote, ...]:
    """The chord symbols as bass and chord on the beats, each held until the next beat.

    Bass on the first beat of a bar (and the third of four), chord on the others; where a new symbol comes in,
    both sound. Bass between E2 and D#3, chords above it between G3 and about G4.
    """
    onsets = [onset for onset, _ in performance.beats]
    metres = performance.metres
    notes: list[PlayedNote] = []
    for chord in performance.chords:
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
    """MIDI pitches of the chord's tones in close position from G3 upwards."""
    classes = {(symbol.root + interval) % 12 for interval in symbol.intervals}
    return sorted(55 + (pitch_class - 7) % 12 for pitch_class in classes)
