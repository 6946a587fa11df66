"""Which bars are played, and in which order."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby, islice
from typing import NamedTuple

from musegen.score import Bar, Score

_MOST_TURNS = 100
_MOST_BARS = 20_000
"""A tune of a few kilobytes may ask for repeats without end; no real one comes near this."""


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
        turns = range(1, max(bars[first - 1].repeat_end, 1) + 1)
        lone_first = len(endings) == 1 and 1 in bars[endings[0].start].endings
        if len(endings) > 1 or (lone_first and len(turns) > 1):
            # One turn a number, whether or not each ending has its :|. After a lone "[1 ... :|" the other
            # turns have no ending: they go on with what follows.
            by_turn = {turn: ending for ending in reversed(endings) for turn in bars[ending.start].endings}
            others = turns[:_MOST_TURNS] if lone_first else ()
            passages.append(_Passage(common, by_turn, sorted({*by_turn, *others})))
        else:
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
