"""Writes out what repeat signs alone cannot say: play orders, and endings that come again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import chain, takewhile

from musegen.music.passages import Passage, all_passages
from musegen.music.playing_order import playing_order
from musegen.music.score import (
    Bar,
    ChordSymbol,
    Event,
    KeyChange,
    MetreChange,
    Note,
    Rest,
    Score,
    TempoChange,
    TranspositionChange,
)
from musegen.music.settings import Setting, settings_before
from musegen.music.timing import default_tempo, starting_tempo


def write_out(score: Score) -> Score:
    """The score as plain repeat signs say it, which every reader of scores understands.

    Such signs are ``|:`` at the beginning of each passage that is repeated, ``:|`` at its end, and endings
    for the turns 1, 2, 3 and so on, one after another. What they cannot say is written out bar by bar: parts
    in their play order, a repeat that skips bars, an ending that comes again after another one. The result
    has no play order and sounds the same. If there is nothing to change, the result is ``score`` itself.
    """
    bars = tuple(_Writer(score).bars())
    return score if bars == score.bars and not score.play_order else replace(score, bars=bars, play_order="")


class _Writer:
    """Goes through the playing order and takes as many bars at a time as one passage with its signs plays."""

    def __init__(self, score: Score) -> None:
        self._score = score
        self._order = [bar.number for bar in playing_order(score)]
        self._passages = {passage.bars.start: passage for passage in all_passages(score)}
        events = list(chain.from_iterable(bar.events for bar in score.bars))
        self._settings = settings_before(score, starting_tempo(score), events)
        tempo = score.tempo or default_tempo(score.rhythm, score.metre)
        self._now = Setting(score.key, score.metre, tempo, score.transposition)
        self._played = Counter[int]()

    def bars(self) -> Iterator[Bar]:
        """The bars to write."""
        bars, place = self._score.bars, 0
        while place < len(self._order):
            number = self._order[place]
            passage = self._passages.get(number)
            turns = _turns(bars, passage) if passage else []
            played = list(chain.from_iterable(turns))
            alike = len(turns) > 1 and self._order[place : place + len(played)] == played
            if passage and alike and not self._ties_back(turns):
                jumped_to = {passage.bars.start, *(ending.start for ending in passage.endings)}
                paced = any(self._settings[a].tempo != self._settings[a + 1].tempo for a in passage.bars)
                for inside in passage.bars:
                    told = paced and inside in jumped_to
                    yield _with_signs(self._bar(inside, len(turns), told=told), inside, passage)
            else:
                played = [number]
                yield _without_signs(self._bar(number, 1))
            self._played.update(played)
            place += len(played)

    def _ties_back(self, turns: Sequence[Sequence[int]]) -> bool:
        """Whether a tie leads from the end of one turn to the beginning of the next."""
        begin = next(self._sounds(turns[0]), None)
        ends = [next(self._sounds(reversed(turn), backwards=True), None) for turn in turns[:-1]]
        return isinstance(begin, Note) and any(
            isinstance(end, Note) and end.tie and {*end.pitches} & {*begin.pitches} for end in ends
        )

    def _sounds(self, numbers: Iterable[int], *, backwards: bool = False) -> Iterator[Note | Rest]:
        """The notes and rests of bars."""
        for number in numbers:
            events = self._score.bars[number].events
            for event in reversed(events) if backwards else events:
                if isinstance(event, Note | Rest):
                    yield event

    def _bar(self, number: int, times: int, *, told: bool = False) -> Bar:
        """A bar in the setting that it sounds in, with the chord symbols of these and later times.

        ``told``: its tempo is written even where it holds already.
        """
        bar, setting = self._score.bars[number], self._settings[number]
        changes: list[Event] = []
        if setting.key != self._now.key:
            changes.append(KeyChange(setting.key))
        if setting.metre != self._now.metre:
            changes.append(MetreChange(setting.metre))
        if setting.transposition != self._now.transposition:
            changes.append(TranspositionChange(setting.transposition))
        begin = list(takewhile(lambda event: not isinstance(event, Note | Rest), bar.events))
        own = any(isinstance(event, TempoChange) for event in begin)
        if not own and (told or setting.tempo != self._now.tempo):
            changes.append(TempoChange(setting.tempo))
        self._now = self._settings[number + 1]
        events = _for_times(bar.events, self._played[number], times)
        return bar if not changes and events == bar.events else replace(bar, events=(*changes, *events))


def _turns(bars: Sequence[Bar], passage: Passage) -> list[list[int]]:
    """The bars of each turn that the plain signs of a passage ask for; one turn if it is not repeated."""
    if passage.endings and passage.in_order:
        return [[*passage.common, *(passage.ending(turn + 1) or ())] for turn in range(passage.turns)]
    if passage.endings:
        return [list(passage.bars)]
    return [list(passage.common)] * max(bars[passage.common[-1]].repeat_end, 1)


def _without_signs(bar: Bar) -> Bar:
    """A bar that is played once; where a repeat ends there is a double bar line."""
    if not (bar.repeat_start or bar.repeat_end or bar.endings):
        return bar
    barline = "||" if bar.repeat_end and bar.barline in ("|", "") else bar.barline
    return replace(bar, repeat_start=False, repeat_end=0, endings=(), barline=barline)


def _with_signs(bar: Bar, number: int, passage: Passage) -> Bar:
    """A bar of a repeated passage with the signs that say so."""
    start, repeats = number == passage.bars.start, bar.repeat_end
    for ending, numbers in zip(passage.endings, passage.numbers, strict=True):
        if number == ending[-1]:
            again = ending is not passage.endings[-1] or len(numbers) > 1
            repeats = max(repeats, 2) if again else 0
    if start == bar.repeat_start and repeats == bar.repeat_end:
        return bar
    return replace(bar, repeat_start=start, repeat_end=repeats)


def _for_times(events: tuple[Event, ...], played: int, times: int) -> tuple[Event, ...]:
    """The events of a bar that was played so often before and will be so many times, or more, from here.

    Of the chord symbols over one note the first sounds the first time, the second the second time, and so on.
    """
    if sum(isinstance(event, ChordSymbol) for event in events) < 2:
        return events
    found: list[Event] = []
    stack: list[Event] = []
    for event in (*events, None):
        if isinstance(event, ChordSymbol):
            stack.append(event)
            continue
        if isinstance(event, Note | Rest | None):
            chosen = stack[min(played, len(stack) - 1) :] if stack else []
            found += chosen[:1] if times == 1 else chosen
            stack = []
        if event is not None:
            found.append(event)
    return tuple(found) if len(found) < len(events) else events
