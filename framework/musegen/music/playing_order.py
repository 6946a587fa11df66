"""The playing order of a score: its bars with all repeats, endings and parts followed."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import groupby, islice, pairwise
from typing import NamedTuple

from musegen.music.passages import Passage, all_passages, passages
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


class Part(NamedTuple):
    """A part to play: the bars from ``first`` up to ``last``."""

    first: int
    last: int
    turn: int = 0
    """The only turn of its endings to play; 0 for all."""


def playing_order(score: Score) -> list[PlayedBar]:
    """The bars in the order in which the signs, taken literally, say to play them, as abc2midi does.

    Parts come in play order. A ``:|`` goes back to the last ``|:``, or to the beginning of the part if there
    is none. Endings 1, 2, 3 and so on are played in the turns of their numbers, and skipped in all others. As
    a consequence, a ``:|`` that closes the last of them asks for one more turn without an ending, and an
    ending 1 after a section without ``|:`` may never be played: :func:`mend_repeats` reads such tunes as they
    were meant. Where endings have lists of numbers, or numbers that are not 1, 2, 3 and so on, the numbers
    alone count: each turn plays the first ending that lists it, and there are as many turns as the highest
    number. If the play order names a part as many times in a row as its endings have turns, each time is one
    turn. The result has no more than 20,000 bars. Source: ABC 2.1 §3.1.9, §4.8 to §4.10.
    """
    parts = parts_to_play(score)
    starts = _starts(score.bars, mend=len(parts) == 1)
    by_number = _by_number(score)
    order: list[PlayedBar] = []
    walk = (bar for part in parts for bar in _walk(score.bars, starts, by_number, part))
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


def _by_number(score: Score) -> dict[int, Passage]:
    """The passages whose endings are played by their numbers alone, by the number of their first bar."""
    if not any(bar.endings for bar in score.bars):
        return {}
    return {passage.bars.start: passage for passage in all_passages(score) if passage.by_number}


def _walk(bars: Sequence[Bar], starts: set[int], by_number: dict[int, Passage], part: Part) -> Iterator[int]:
    """The numbers of the bars of one part, in playing order."""
    if part.turn:
        for passage in passages(bars, part.first, part.last):
            yield from passage.common
            yield from passage.ending(part.turn) or ()
        return
    start, turn, turns = part.first, 1, 2
    number = part.first
    while number < part.last:
        bar = bars[number]
        if number in by_number:
            for common, ending in by_number[number].played_by_number():
                yield from common
                yield from ending or ()
            start = number = by_number[number].bars.stop
            turn, turns = 1, 2
            continue
        if number in starts and number != start:
            start, turn, turns = number, 1, 2
        if bar.endings:
            turns = max(turns, bar.endings[-1] + 1)
            if turn not in bar.endings:
                number = _behind_ending(bars, number, part.last)
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


def written_parts(score: Score) -> dict[str, list[Part]]:
    """The parts as they are written, by their labels."""
    starts = [number for number, bar in enumerate(score.bars) if bar.part]
    written: dict[str, list[Part]] = {}
    for first, last in pairwise([*starts, len(score.bars)]):
        written.setdefault(score.bars[first].part, []).append(Part(first, last))
    return written


def parts_to_play(score: Score) -> list[Part]:
    """Each part to play, in playing order.

    Labels that no part has are passed over; where no label is known the tune is one part. Parts with the same
    label are played in turn.
    """
    whole = [Part(0, len(score.bars))]
    if not score.play_order:
        return whole
    written = written_parts(score)
    named = Counter[str]()
    played: list[Part] = []
    for label in score.play_order:
        if parts := written.get(label):
            played.append(parts[named[label] % len(parts)])
            named[label] += 1
    if not played:
        return whole
    before = next(number for number, bar in enumerate(score.bars) if bar.part)
    return [*([Part(0, before)] if before else []), *_one_turn_each(score.bars, played)]


def _one_turn_each(bars: Sequence[Bar], played: Sequence[Part]) -> list[Part]:
    """The parts with the turn of each that is named as many times as its endings have turns (ABC 2.1 §4.10).

    ``P:A4`` plays four endings of part A one after another. Two endings count only if the part is named
    twice in a row: in ``P:ABA`` they are those of a repeat, and each A is played with both.
    """
    turns = {part: turns_of_part(bars, part) for part in set(played)}
    in_all = Counter(played)
    done = Counter[Part]()
    found = []
    for part, row in groupby(played):
        times = len(list(row))
        alone = turns[part] == times or turns[part] == in_all[part] > 2
        for time in range(times):
            turn = time if turns[part] == times else done[part]
            found.append(part._replace(turn=turn + 1) if alone else part)
            done[part] += 1
    return found


def turns_of_part(bars: Sequence[Bar], part: Part) -> int:
    """Number of turns that the endings of a part have; 0 if it has none, or repeats besides."""
    inside = passages(bars, part.first, part.last)
    repeated = [one for one in inside if one.endings or bars[one.bars[-1]].repeat_end]
    turns = repeated[0].turns if len(repeated) == 1 else 0
    return turns if turns > 1 else 0


def mend_repeats(score: Score) -> Score:
    """``score`` with explicit repeats, as they were meant.

    A ``:|`` without ``|:`` gets one at the beginning of the part, or after the last double bar line or repeat
    sign (ABC 2.1 §4.8). An ending after which another turn follows gets its ``:|``. A ``:|`` that closes the
    last ending only ends it if no further turn is written (§4.10). If there is nothing to mend, the result is
    ``score`` itself.
    """
    bars = list(score.bars)
    for passage in all_passages(score):
        _mend(bars, passage)
    return score if tuple(bars) == score.bars else replace(score, bars=tuple(bars))


def _mend(bars: list[Bar], passage: Passage) -> None:
    """Make the repeats of one passage explicit."""
    *closed, last = passage.endings or [passage.common]
    first = passage.bars.start
    final = bars[last.stop - 1]
    if len(passage.endings) > 1 or passage.by_number:
        for ending in closed:
            end = bars[ending.stop - 1]
            bars[ending.stop - 1] = replace(end, repeat_end=max(end.repeat_end, 2), barline="|")
        if passage.by_number and min(passage.numbers[-1]) < passage.turns:
            # in "[1,3 ... :|[2 ... :|" turn 3 follows the last ending
            bars[last.stop - 1] = replace(final, repeat_end=max(final.repeat_end, 2))
        else:
            barline = "||" if final.barline in ("|", "") else final.barline
            bars[last.stop - 1] = replace(final, repeat_end=0, barline=barline)
        if len(passage.bars) == len(last):
            return  # an ending by itself
    elif not final.repeat_end:
        return
    bars[first] = replace(bars[first], repeat_start=True)
    if first and not bars[first - 1].barline:
        bars[first - 1] = replace(bars[first - 1], barline="|")  # the |: is a bar line too


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
