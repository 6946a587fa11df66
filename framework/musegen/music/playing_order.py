"""Which bars are played, and in which order."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import islice
from typing import NamedTuple

from musegen.music.score import Bar, Score

_MOST_BARS = 20_000
"""A tune of a few kilobytes may ask for repeats without end; no real one comes near this."""


class PlayedBar(NamedTuple):
    """A bar of the playing order: its number in ``score.bars``, and whether a repeat or part led to it."""

    number: int
    jumped: bool


def playing_order(score: Score) -> list[PlayedBar]:
    """The bars as the signs say, to the letter, as abc2midi reads them (ABC 2.1 §3.1.9, §4.8 to §4.10).

    Parts come in play order. A ``:|`` goes back to the last ``|:``, else to the beginning of the part; an
    ending sounds in the turns whose number it bears, and any other turn passes over it. So a ``:|`` that
    closes the last ending asks for one turn more, without an ending, and an ending 1 after a strain without
    ``|:`` may never sound: :func:`mend_repeats` reads such tunes as they were meant. At most 20,000 bars are
    given.
    """
    parts = _parts(score)
    starts = _starts(score.bars, mend=len(parts) == 1)
    order: list[PlayedBar] = []
    walk = (bar for first, last in parts for bar in _walk(score.bars, starts, first, last))
    # A tune may be one ending that no turn plays: better all its bars than none.
    for number in list(islice(walk, _MOST_BARS)) or range(len(score.bars)):
        previous = order[-1].number if order else number - 1
        order.append(PlayedBar(number, number != previous + 1))
    return order


def _starts(bars: Sequence[Bar], *, mend: bool) -> set[int]:
    """The bars that a ``:|`` may go back to: those with ``|:`` and, to ``mend``, where a second one lacks it.

    That one goes back to the last repeat sign or double bar line. The first ``:|`` of a tune needs no
    ``|:``, and where there are endings none is missed any more.
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
    """The bars of one part in playing order."""
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
    """The bar after the ending that begins with this one."""
    while not bars[number].ends_strain:
        number += 1
        if number == last or bars[number].endings or bars[number].repeat_start:
            return number
    return number + 1


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


def mend_repeats(score: Score) -> Score:
    """``score`` with its repeats explicit and as they were meant.

    Each ``:|`` gets its ``|:``: at the beginning of the part, or after the last double bar line or repeat
    sign (ABC 2.1 §4.8). An ending 1 gets its ``:|``, and the ``:|`` that closes the last ending ends it only.
    Where this leaves nothing to mend, the score is given back.
    """
    bars = list(score.bars)
    parts = [number for number, bar in enumerate(bars) if bar.part and number]
    for first, last in zip([0, *parts], [*parts, len(bars)], strict=True):
        for passage in _passages(score.bars, first, last):
            _mend(bars, passage)
    return score if tuple(bars) == score.bars else replace(score, bars=tuple(bars))


class _Passage(NamedTuple):
    """Bars that are repeated together."""

    common: range
    """What every turn plays first."""
    endings: Sequence[range]
    """What then only some turns play."""


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
