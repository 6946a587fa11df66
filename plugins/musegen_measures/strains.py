"""The strains of a tune, the sections that it is built of, with their full bars and upbeats."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from musegen import Score
from musegen_measures.written import Page, Written, page, remembered


@dataclass(slots=True)
class Strain:
    """A strain: what stands between repeat signs, double bar lines and labels of parts.

    Of its endings the first counts, so that every strain is as long as it sounds.
    """

    bars: list[Written]
    """Its full bars, and the last bar even if it is short because an upbeat completes it."""
    upbeat: int
    """Length of the upbeat after its first repeat sign; 0 if there is none."""
    before: int = 0
    """Length of an upbeat that is written before the sign that the strain begins with."""
    first_end: int = 0
    """Length of its last bar, as it leads back to the beginning, if that bar is short; else 0."""
    last_end: int = 0
    """The same as it leads on: the bar is the last one of the last ending."""
    repeated: bool = False
    """Whether a repeat sign or an ending says that it is played more than once."""
    endings: bool = False
    """Whether it has a second ending."""
    last: Written | None = None
    """The last written bar with notes, in the last ending."""

    @property
    def full(self) -> int:
        """Length of a full bar at its end."""
        return self.bars[-1].full


@dataclass(slots=True)
class _Passage:
    """The written bars of a strain, while they are collected."""

    common: list[Written] = field(default_factory=list)
    """Bars up to the first ending, and that ending."""
    others: list[Written] = field(default_factory=list)
    """Bars of the other endings."""
    first_ending: int = 0
    """Number of bars of the first ending; 0 if there is none."""

    @property
    def units(self) -> int:
        return sum([bar.units for bar in self.common])


_LONGER = 4
"""Number of bars by which a last ending may be longer than the first. Where it is more, the sign that ends it
has been forgotten, and it is taken to be as long as the first."""


@remembered
def strains(score: Score) -> tuple[Strain, ...]:
    """The strains of a score, of one full bar or more each.

    A strain begins at ``|:``, with a part, and after ``:|`` or a double bar line, unless an ending follows
    there. Its first bar is an *upbeat* if it is short (see :class:`musegen_measures.written.Page`); every
    other bar counts as one, and a short bar and the ending that completes it count as one together.
    """
    passages = _closed(_passages(page(score)))
    found: list[Strain] = []
    before = 0
    for passage in passages:
        units, full = passage.units, passage.common[0].full
        if not found and not before and len(passages) == 1:
            pass  # a tune of less than one bar is a strain all the same
        elif units < full and passage is passages[-1] and found:
            found[-1].last_end = (found[-1].last_end + units) % full
            found[-1].last = passage.common[-1]
            continue
        elif units < full and passage is not passages[-1]:
            before = units
            continue
        found.append(_strain(passage, before))
        before = 0
    return tuple(found)


def _passages(of: Page) -> list[_Passage]:
    passages: list[_Passage] = []
    ended, turns = True, set[int]()
    for written in of.bars:
        bar = written.bar
        again = bool(turns) and 1 in bar.endings
        if not passages or bar.repeat_start or bar.part or again or (ended and not bar.endings):
            passages.append(_Passage())
            turns = set()
        passage = passages[-1]
        if bar.endings:
            if not turns:
                passage.first_ending = 1
            turns.update(bar.endings)
            other = passage.first_ending and bar.endings[0] != min(turns)
        else:
            other = bool(passage.others)
            passage.first_ending += bool(turns) and not other
        (passage.others if other else passage.common).append(written)
        ended = bar.ends_strain
    return passages


def _closed(passages: Sequence[_Passage]) -> list[_Passage]:
    """The passages, where a last ending that is never closed ends as if it were as long as the first."""
    closed: list[_Passage] = []
    for passage in passages:
        closed.append(passage)
        first = passage.first_ending
        starts = [place for place, written in enumerate(passage.others) if written.bar.endings]
        if starts and len(passage.others) - starts[-1] > first + _LONGER:
            end = starts[-1] + first
            closed.append(_Passage(passage.others[end:]))
            del passage.others[end:]
    return closed


def _strain(passage: _Passage, before: int) -> Strain:
    first, *others = passage.common
    upbeat = first.units if first.short and others else 0
    bars: list[Written] = [] if upbeat else [first]
    for written in others:
        if written.bar.endings and bars and bars[-1].short and bars[-1].units + written.units <= written.full:
            bars[-1] = _joined(bars[-1], written)
        else:
            bars.append(written)
    strain = Strain(bars, upbeat, before)
    strain.first_end = bars[-1].units if bars[-1].short else 0
    *_, strain.last = (*passage.common, *passage.others)
    strain.last_end = _end(passage) if passage.others else strain.first_end
    strain.endings = bool(passage.others)
    strain.repeated = strain.endings or any(written.bar.repeat_end for written in passage.common)
    return strain


def _end(passage: _Passage) -> int:
    """Length of the last bar of the last ending if it is short; else 0."""
    last = passage.others[-1]
    units = last.units
    if last.bar.endings:  # it may begin inside a bar
        split = passage.common[-passage.first_ending - 1 : -passage.first_ending]
        units += sum([written.units for written in split if written.short])
    return units if units < last.full else 0


def _joined(one: Written, two: Written) -> Written:
    return one._replace(content=(*one.content, *two.content), units=one.units + two.units)
