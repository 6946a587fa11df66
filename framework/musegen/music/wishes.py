"""Checks that a tune keeps the wishes for its form and its notes that :class:`TuneLimits` has.

A strain is a section of a tune: what stands between repeat signs, double bar lines and labels of parts. Its
first bar is an upbeat if it is short, and does not count; every other bar does, and a short bar and the
ending that completes it count as one. A passage that is shorter than a bar is an upbeat to the next strain,
or the end of the last one, and no strain.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import groupby
from typing import TypeAlias

from musegen.music.score import Bar, ChordSymbol, Key, KeyChange, MetreChange, Note, Rest, Score
from musegen.music.tune_limits import TuneLimits
from musegen.music.validity import Fault
from musegen.words import counted

_Melody: TypeAlias = tuple[tuple[Fraction, int], ...]
_REST = -1


@dataclass(frozen=True, slots=True)
class _Written:
    """A written bar."""

    number: int
    """Its number, from 1."""
    bar: Bar
    full: Fraction
    """Length of a whole bar; 0 in free metre."""
    time: Fraction
    """Its own length."""
    melody: _Melody
    """Length and highest MIDI pitch of each note and rest."""
    last: int
    """The highest pitch of its last note, as a MIDI number; -1 for none."""
    key: Key
    """The key in which its last note stands."""

    @property
    def short(self) -> bool:
        return self.time < self.full


@dataclass(slots=True)
class _Strain:
    common: list[_Written] = field(default_factory=list)
    """Bars before the first ending."""
    endings: list[list[_Written]] = field(default_factory=list)
    tail: list[_Written] = field(default_factory=list)
    """A passage of less than a bar that ends the tune behind it."""

    @property
    def bars(self) -> list[_Written]:
        """All its bars."""
        return [*self.common, *(bar for ending in self.endings for bar in ending)]

    @property
    def is_upbeat(self) -> bool:
        """Whether it is shorter than a bar."""
        return not self.endings and sum([bar.time for bar in self.common]) < self.common[0].full

    @property
    def repeated(self) -> bool:
        """Whether a repeat sign or a second ending says that it is played more than once."""
        return len(self.endings) > 1 or any(bar.bar.repeat_end for bar in self.bars)

    def ways(self) -> list[list[_Written]]:
        """Its bars as they are played in each turn."""
        return [[*self.common, *ending] for ending in self.endings or [[]]]


def wish_faults(score: Score, limits: TuneLimits) -> Iterator[Fault]:
    """The faults of a tune that breaks wishes.

    Their kinds are ``form``, ``strain``, ``cadence``, ``chords`` and ``pitches``.
    """
    strains = _strains(score)
    yield from _wrong_form(strains, limits)
    for strain in strains:
        for way in strain.ways():
            yield from _wrong_way(way, limits)
        if limits.cadence and strain.tail:
            yield from _cadence(strain.tail[-1])
        if limits.chords and not strain.is_upbeat and not _begins_with_chord(strain):
            yield _fault("chords", "no chord symbol in the first bar of its strain", strain.common[0])
    for bar in _written(score):
        yield from _wrong_notes(bar, limits)


class WishedForm:
    """The wishes as a :class:`musegen.Rule`."""

    def __init__(self, limits: TuneLimits) -> None:
        self._limits = limits

    def faults(self, score: Score) -> Iterator[Fault]:
        """The faults of a tune that breaks them."""
        return wish_faults(score, self._limits)


def _fault(kind: str, message: str, bar: _Written) -> Fault:
    return Fault(kind, message, bar.number, bar.bar.line)


def _written(score: Score) -> list[_Written]:
    """The bars with what is in force in them. A change of metre counts for the whole bar that contains it."""
    bars, metre, key = list[_Written](), score.metre, score.key
    for number, bar in enumerate(score.bars, 1):
        melody, last, of = list[tuple[Fraction, int]](), _REST, key
        for event in bar.events:
            if isinstance(event, MetreChange):
                metre = event.metre
            elif isinstance(event, KeyChange):
                key = event.key
            elif isinstance(event, Note):
                last, of = max(pitch.midi for pitch in event.pitches), key
                melody.append((event.duration, last))
            elif isinstance(event, Rest):
                melody.append((event.duration, _REST))
        full = metre.bar if metre else Fraction(0)
        bars.append(_Written(number, bar, full, bar.duration, tuple(melody), last, of))
    return bars


def _strains(score: Score) -> list[_Strain]:
    """The strains of the score."""
    passages, ended = list[_Strain](), True
    for written in _written(score):
        bar = written.bar
        again = 1 in bar.endings and passages and passages[-1].endings
        if not passages or bar.repeat_start or bar.part or again or (ended and not bar.endings):
            passages.append(_Strain())
        passage = passages[-1]
        if bar.endings:
            passage.endings.append([])
        (passage.endings[-1] if passage.endings else passage.common).append(written)
        ended = bar.ends_strain
    for passage in passages:
        if not passage.common:  # it begins with an ending
            passage.common, *passage.endings = passage.endings
    strains = [passage for passage in passages if not passage.is_upbeat]
    if strains and passages[-1].is_upbeat:
        strains[-1].tail = passages[-1].common
    return strains or passages[-1:]


def _bars(way: Sequence[_Written]) -> list[_Melody]:
    """The melodies of the bars that count."""
    first, *others = way
    found = list[_Melody]()
    open_ = Fraction(0)  # the length of the last bar, if an ending may complete it
    if not first.short:
        found.append(first.melody)
    for written in others:
        if written.bar.endings and open_ and open_ + written.time <= written.full:
            found[-1] += written.melody
        else:
            found.append(written.melody)
        open_ = written.time if written.short else Fraction(0)
    return found


def _wrong_way(way: Sequence[_Written], limits: TuneLimits) -> Iterator[Fault]:
    """What is wrong with a strain as it is played in one turn."""
    count = len(_bars(way))
    if limits.strain and count != limits.strain:
        yield _fault("strain", f"ends a strain of {counted(count, 'bar')}, not {limits.strain}", way[-1])
    if limits.cadence:
        yield from _cadence(way[-1])


def _cadence(bar: _Written) -> Iterator[Fault]:
    """The fault of a last bar that does not end on the tonic."""
    if bar.last == _REST:
        yield _fault("cadence", "ends a strain without a note", bar)
    elif bar.key.tonic and bar.last % 12 != bar.key.tonic_class:
        yield _fault("cadence", f"ends a strain on another note than {bar.key.tonic}", bar)


def _wrong_form(strains: Sequence[_Strain], limits: TuneLimits) -> Iterator[Fault]:
    """What is wrong with the strains in their order."""
    runs = [len(list(same)) for _, same in groupby(limits.form)]
    if not runs:
        return
    if len(strains) != len(runs):
        yield Fault("form", f"{counted(len(strains), 'strain')}, not {len(runs)} as in {limits.form}")
        return
    if strains[-1].tail:
        yield _fault("form", "goes on behind the last strain", strains[-1].tail[0])
    known = dict[tuple[int, Sequence[_Melody]], int]()
    for place, (strain, times) in enumerate(zip(strains, runs, strict=True)):
        if strain.repeated != (times > 1):
            how = "not repeated" if times > 1 else "repeated"
            yield _fault("form", f"begins a strain that is {how}, unlike {limits.form}", strain.common[0])
        bars = _bars(strain.ways()[0])
        like = known.setdefault((len(bars), tuple(bars[:-1] or bars)), place)
        if like != place:
            yield _fault("form", f"begins a strain that is like strain {like + 1}", strain.common[0])


def _begins_with_chord(strain: _Strain) -> bool:
    """Whether there is a chord symbol in its first bar, or in an upbeat before it."""
    way = strain.ways()[0]
    first = way[: 2 if way[0].short else 1]
    return any(isinstance(event, ChordSymbol) for written in first for event in written.bar.events)


def _wrong_notes(bar: _Written, limits: TuneLimits) -> Iterator[Fault]:
    """The pitches that may not sound, and chord symbols where none may be."""
    for event in bar.bar.events:
        if isinstance(event, ChordSymbol) and limits.chords is False:
            yield _fault("chords", f"the chord symbol {event.text}", bar)
        elif isinstance(event, Note) and limits.pitches is not None:
            outside = [pitch for pitch in event.pitches if pitch.midi not in limits.pitches]
            if outside:
                yield _fault("pitches", f"{outside[0]} is none of the pitches that may sound", bar)
