"""A score played out: repeats, endings and play order unrolled to notes in time.

Times are in quarter notes from the start; :class:`musegen.timing.TempoMap` turns them into seconds.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import groupby, islice
from math import ceil
from typing import NamedTuple, TypeVar

from musegen.errors import MusegenError
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


class PlayedBar(NamedTuple):
    """A bar of the playing order: its number in ``score.bars``, and whether a repeat or part led to it."""

    number: int
    jumped: bool


def playing_order(score: Score) -> list[PlayedBar]:
    """The bars as they are played: parts in play order, repeats and endings in turn (ABC 2.1 §4.8 to §4.10).

    A repeat without ``|:`` goes back to the last double bar line or repeat sign, or to where its part begins.
    At most 20,000 bars are given.
    """
    order: list[PlayedBar] = []
    for number in islice(_walk(score), _MOST_BARS):
        previous = order[-1].number if order else number - 1
        order.append(PlayedBar(number, number != previous + 1))
    return order


def _walk(score: Score) -> Iterator[int]:
    """Bar numbers in playing order.

    A play order that repeats a part says again what the part's repeat sign or endings say: ``P:AABB`` over
    two strains with ``:|`` plays each twice, and ``P:A4`` gives each of four endings one turn (§4.10).
    """
    for (first, last), run in groupby(_parts(score)):
        passages = _passages(score.bars, first, last)
        times = len(list(run))
        if len(passages) == 1 and times % len(passages[0].turns) == 0:
            times //= len(passages[0].turns)
        for _ in range(times):
            for common, endings, turns in passages:
                for turn in turns:
                    yield from common
                    yield from endings.get(turn, ())


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


class _Passage(NamedTuple):
    """Bars that are repeated together."""

    common: range
    """What every turn plays first."""
    endings: Mapping[int, range]
    """What then only one turn plays."""
    turns: Sequence[int]


def _passages(bars: Sequence[Bar], first: int, last: int) -> list[_Passage]:
    """The passages from bar ``first`` up to ``last``."""
    passages = []
    while first < last:
        common = _common(bars, first, last)
        closed = bool(common) and bars[common[-1]].repeat_end > 0
        endings = [] if closed else _endings(bars, common.stop, last)
        first = endings[-1].stop if endings else common.stop
        if len(endings) > 1:  # one turn a number, whether or not each ending has its :|
            by_turn = {turn: ending for ending in reversed(endings) for turn in bars[ending.start].endings}
            passages.append(_Passage(common, by_turn, sorted(by_turn)))
        else:
            turns = range(1, max(bars[first - 1].repeat_end, 1) + 1)
            passages.append(_Passage(range(common.start, first), {}, turns))
    return passages


def _common(bars: Sequence[Bar], first: int, last: int) -> range:
    """The bars from ``first`` on that every turn of one passage plays."""
    opened = bars[first].repeat_start
    for at in range(first, last):
        bar = bars[at]
        if (at > first and bar.repeat_start) or bar.endings:
            return range(first, at)
        ending_follows = at + 1 < last and bool(bars[at + 1].endings)
        if bar.repeat_end or (bar.ends_strain and not opened and not ending_follows):
            return range(first, at + 1)
    return range(first, last)


def _endings(bars: Sequence[Bar], at: int, last: int) -> list[range]:
    """The endings of the passage whose first ending may begin at bar ``at``."""
    endings: list[range] = []
    while at < last and bars[at].endings:
        if endings and (bars[at].repeat_start or 1 in bars[at].endings):
            break
        end = at + 1
        while end < last and not (bars[end - 1].ends_strain or bars[end].endings or bars[end].repeat_start):
            end += 1
        endings.append(range(at, end))
        at = end
    return endings


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
