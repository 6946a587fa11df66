"""Passages: bars that are repeated together, and the endings that only some turns play."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import chain, pairwise
from typing import NamedTuple

from musegen.music.score import Bar, Score


class Passage(NamedTuple):
    """A passage, as ranges of bar numbers."""

    common: range
    """Bars that every turn plays first."""
    endings: Sequence[range]
    """Endings, which only some turns play after that."""
    numbers: Sequence[tuple[int, ...]]
    """Numbers of the turns that play each ending."""

    @property
    def bars(self) -> range:
        """All its bars."""
        return range(self.common.start, self.endings[-1].stop if self.endings else self.common.stop)

    @property
    def turns(self) -> int:
        """Number of turns that its endings ask for: the highest of their numbers; 0 without endings."""
        return max((max(numbers) for numbers in self.numbers), default=0)

    @property
    def in_order(self) -> bool:
        """Whether the endings are for the turns 1, 2, 3 and so on in this order: ``[1,2`` then ``[3``."""
        return all(number == turn for turn, number in enumerate(chain(*self.numbers), 1))

    @property
    def by_number(self) -> bool:
        """Whether an ending is for several turns, or a number is missing, given twice or out of order.

        Each turn then plays the ending that lists it, and there are as many turns as the highest number says
        (ABC 2.1 §4.10). Endings 1, 2, 3 and so on, one turn each, follow their repeat signs.
        """
        return not self.in_order or any(len(numbers) > 1 for numbers in self.numbers)

    def ending(self, turn: int) -> range | None:
        """The ending that this turn plays, the first that lists it; None if none does."""
        found = (bars for bars, turns in zip(self.endings, self.numbers, strict=True) if turn in turns)
        return next(found, None)

    def played_by_number(self) -> Iterable[tuple[range, range | None]]:
        """The common bars and the ending of each turn. A turn that nothing is written for is left out."""
        listed = chain(*self.numbers)
        turns: Iterable[int] = range(1, self.turns + 1) if self.common else sorted(set(listed))
        return ((self.common, self.ending(turn)) for turn in turns)


def all_passages(score: Score) -> list[Passage]:
    """The passages of a score. None reaches over the label of a part."""
    parts = [number for number, bar in enumerate(score.bars) if bar.part and number]
    bounds = [0, *parts, len(score.bars)]
    return [passage for first, last in pairwise(bounds) for passage in passages(score.bars, first, last)]


def passages(bars: Sequence[Bar], first: int, last: int) -> list[Passage]:
    """The passages from bar ``first`` up to ``last``."""
    found = []
    while first < last:
        common = _common(bars, first, last)
        closed = bool(common) and bars[common[-1]].repeat_end > 0
        endings = [] if closed else _endings(bars, common.stop, last)
        numbers = [bars[ending.start].endings for ending in endings]
        found.append(Passage(range(first, common.stop), endings, numbers))
        first = endings[-1].stop if endings else common.stop
    return found


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
        first = bars[at].endings == (1,) and any(1 in bars[ending.start].endings for ending in endings)
        if endings and (bars[at].repeat_start or first):
            break  # a further passage, without common bars
        end = at + 1
        while end < last and not (bars[end - 1].ends_strain or bars[end].endings or bars[end].repeat_start):
            end += 1
        endings.append(range(at, end))
        at = end
    return endings
