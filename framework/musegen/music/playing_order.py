"""The playing order of a score: its bars with all repeats, endings and parts followed."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import islice
from typing import NamedTuple

from musegen.music.score import Bar, Score

_MOST_BARS = 20_000
"""Largest number of bars in a playing order. A small text can ask for endless repeats; no real tune is as
long."""


class PlayedBar(NamedTuple):
    """A bar of the playing order."""

    number: int
    """Index of the bar in ``score.bars``."""
    jumped: bool
    """Whether a repeat or a part led to it, and not the bar written before it."""


def playing_order(score: Score) -> list[PlayedBar]:
    """The bars in the order in which the signs, taken literally, say to play them, as abc2midi does.

    Parts come in play order. A ``:|`` goes back to the last ``|:``, or to the beginning of the part if there
    is none. An ending is played in the turns whose numbers it has, and skipped in all others. As a
    consequence, a ``:|`` that closes the last ending asks for one more turn without an ending, and an ending
    1 after a section without ``|:`` may never be played: :func:`mend_repeats` reads such tunes as they were
    meant. The result has no more than 20,000 bars. Source: ABC 2.1 §3.1.9, §4.8 to §4.10.
    """
    parts = _parts(score)
    starts = _starts(score.bars, mend=len(parts) == 1)
    order: list[PlayedBar] = []
    walk = (bar for first, last in parts for bar in _walk(score.bars, starts, first, last))
    # A tune may consist of one ending that no turn plays. Playing all its bars is better than playing none.
    for number in list(islice(walk, _MOST_BARS)) or range(len(score.bars)):
        previous = order[-1].number if order else number - 1
        order.append(PlayedBar(number, number != previous + 1))
    return order


def _starts(bars: Sequence[Bar], *, mend: bool) -> set[int]:
    """Numbers of the bars that a ``:|`` may go back to: those with ``|:`` and, with ``mend``, some others.

    If a ``:|`` has no ``|:``, it goes back to the last repeat sign or double bar line, and that place is
    added. The first ``:|`` of a tune needs no ``|:``, and after an ending a ``|:`` no longer counts as
    missing.
    """
    starts, open_, ending_seen, latest = set[int](), True, False, 0
    for number, bar in enumerate(bars):
        ending_seen = ending_seen or bool(bar.endings)
        if bar.repeat_start:
            starts.add(number)
            open_ = True
        if bar.repeat_end:
            if mend and not open_:
                starts.add(latest)
            open_, latest = ending_seen, number + 1
        elif bar.ends_strain and not open_:
            latest = number + 1
    return starts


def _walk(bars: Sequence[Bar], starts: set[int], first: int, last: int) -> Iterator[int]:
    """The numbers of the bars of one part, in playing order."""
    start, turn, turns = first, 1, 2
    number = first
    while number < last:
        bar = bars[number]
        if number in starts and number != start:
            start, turn, turns = number, 1, 2
        if bar.endings:
            turns = max(turns, bar.endings[-1] + 1)
            if turn not in bar.endings:
                number = _behind_ending(bars, number, last)
                continue
        yield number
        if bar.repeat_end and turn < max(turns, bar.repeat_end):
            number, turn = start, turn + 1
        else:
            number += 1


def _behind_ending(bars: Sequence[Bar], number: int, last: int) -> int:
    """The number of the bar after the ending that begins with this bar."""
    while not bars[number].ends_strain:
        number += 1
        if number == last or bars[number].endings or bars[number].repeat_start:
            return number
    return number + 1


def _parts(score: Score) -> list[tuple[int, int]]:
    """``(first, last + 1)``, as bar numbers, of each part to play, in playing order."""
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


def mend_repeats(score: Score) -> Score:
    """``score`` with explicit repeats, as they were meant.

    A ``:|`` without ``|:`` gets one at the beginning of the part, or after the last double bar line or repeat
    sign (ABC 2.1 §4.8). An ending 1 gets its ``:|``. A ``:|`` that closes the last ending only ends it and
    asks for no further turn. If there is nothing to mend, the result is ``score`` itself.
    """
    bars = list(score.bars)
    parts = [number for number, bar in enumerate(bars) if bar.part and number]
    for first, last in zip([0, *parts], [*parts, len(bars)], strict=True):
        for passage in _passages(score.bars, first, last):
            _mend(bars, passage)
    return score if tuple(bars) == score.bars else replace(score, bars=tuple(bars))


class _Passage(NamedTuple):
    """A passage: bars that are repeated together, as ranges of bar numbers."""

    common: range
    """Bars that every turn plays first."""
    endings: Sequence[range]
    """Endings, which only some turns play after that."""


def _mend(bars: list[Bar], passage: _Passage) -> None:
    """Make the repeats of one passage explicit."""
    *closed, last = passage.endings or [passage.common]
    first = passage.common.start
    final = bars[last.stop - 1]
    if len(passage.endings) > 1:
        for ending in closed:
            end = bars[ending.stop - 1]
            bars[ending.stop - 1] = replace(end, repeat_end=max(end.repeat_end, 2), barline="|")
        numbers = [bars[ending.start].endings for ending in passage.endings]
        if max(map(max, numbers)) == max(numbers[-1]):  # not in "[1,3 ... :|[2 ... :|", whose turn 3 follows
            barline = "||" if final.barline in ("|", "") else final.barline
            bars[last.stop - 1] = replace(final, repeat_end=0, barline=barline)
    elif not final.repeat_end:
        return
    bars[first] = replace(bars[first], repeat_start=True)
    if first and not bars[first - 1].barline:
        bars[first - 1] = replace(bars[first - 1], barline="|")  # the |: is a bar line too


def _passages(bars: Sequence[Bar], first: int, last: int) -> list[_Passage]:
    """The passages from bar ``first`` up to ``last``."""
    passages = []
    while first < last:
        common = _common(bars, first, last)
        closed = bool(common) and bars[common[-1]].repeat_end > 0
        endings = [] if closed else _endings(bars, common.stop, last)
        passages.append(_Passage(range(first, common.stop or first), endings))
        first = endings[-1].stop if endings else common.stop
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
    """A play order written out: ``A2(BC)2`` becomes ``AABCBC`` (ABC 2.1 §3.1.9).

    Characters that are not labels, numbers or brackets are ignored. The result has no more than 1,000 labels.
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
