"""Reads one score of a file to a :class:`musegen.Score`: header, body, copied bars, and the best fit."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Literal

from musegen import (
    Bar,
    Event,
    Key,
    Metre,
    Note,
    Rest,
    Score,
    Valid,
    counted,
    expand_play_order,
    judge,
    mend_repeats,
)
from musegen_nmd.body import Body, RawBar
from musegen_nmd.fields import read_key, read_metre
from musegen_nmd.scanner import Item, ScoreError, scan, split_header

Report = Callable[[int, str], None]
_ANY = Valid(bars=0, repetition=10**6, lowest="C-1", highest="G9")


class Reading:
    """The ways in which a score may be read where the format is not documented."""

    def __init__(self, unit: Literal["auto", "1/4", "1/8"], upbeat: Literal["auto", "0", "1"]) -> None:
        self.units = {"1/4": (Fraction(1),), "1/8": (Fraction(1, 2),)}.get(unit, ())
        self.numbers = (0, 1) if upbeat == "auto" else (int(upbeat),)


def read_score(text: str, reading: Reading, report: Report) -> Score:
    """The score of the text between ``.MS`` and ``.ME``. Raises ScoreError for one that cannot be read.

    Where the length of a note without marks or the number of an upbeat is not given, every way is tried. The
    way with the fewest bars that do not fit is taken, and of equally good ones the likeliest.
    """
    items, begin = split_header(text)
    header = _Header(items, report)
    ways: list[tuple[Score, list[tuple[int, str]], int]] = []
    for unit in reading.units or _units(header.metre):
        body = Body(header.key, header.metre)
        raw = body.read(scan(text, begin))
        body.resolve_triplets(unit)
        numbers = reading.numbers if _has_upbeat(raw) and any(bar.copy for bar in raw) else (1,)
        ways += [(_score(header, _copied(raw, number), unit), body.notes, number) for number in numbers]
    faults = [sum(f.kind == "bars" for f in judge(way[0], _ANY).faults) for way in ways]
    best = faults.index(min(faults))
    score, notes, number = ways[best]
    if not any(isinstance(event, Note) for bar in score.bars for event in bar.events):
        raise ScoreError(begin, "there is no note")
    for place, line in notes:
        report(place, line)
    if faults[best]:
        report(begin, f"{counted(faults[best], 'bar')} of the wrong length, however the format is read")
    elif len({way[2] for way, count in zip(ways, faults, strict=True) if count == faults[best]}) > 1:
        report(begin, f"bars fit whether the upbeat is bar 0 or 1; copied as if it were {number}")
    return score


def _units(metre: Metre | None) -> tuple[Fraction, ...]:
    """Lengths that a note without marks may have, in quarter notes, the likeliest first."""
    first = Fraction(4, metre.denominator) if metre and metre.denominator in (4, 8) else Fraction(1, 2)
    return (first, *(unit for unit in (Fraction(1), Fraction(1, 2)) if unit != first))


class _Header:
    """The contents of a header."""

    def __init__(self, items: Sequence[Item], report: Report) -> None:
        self.title = self.play_order = ""
        self.key, self.metre = Key("C"), None
        self.fields: list[tuple[str, str]] = []
        metre: Metre | None = None
        for item in items:
            value = " ".join(item.value.split())
            if item.name == "title":
                self.title = value
            elif item.name == "rtitle":
                self.fields.append(("S", value))
            elif item.name == "ctitle" and re.fullmatch(r"[A-Z0-9()]+", value):
                self.play_order = expand_play_order(value)
            elif item.name == "ctitle":
                self.fields.append(("N", value))
            elif item.name == "key" and (key := read_key(value)):
                self.key = key
            elif found := read_metre(item.name, value):
                metre = found
            else:
                report(item.place, f"{item.name or value} in the header is not understood; passed over")
        self.metre = metre


def _has_upbeat(raw: Sequence[RawBar]) -> bool:
    return len(raw) > 1 and not raw[0].copy and raw[0].duration < raw[1].duration


def _copied(raw: Sequence[RawBar], upbeat: int) -> list[RawBar]:
    """The bars, with each copy in its place. ``upbeat``: the number of the first bar if it is an upbeat.

    Notes and chords are copied, signs and endings are not. Raises ScoreError for a copy of a bar that does
    not come before it.
    """
    bars: list[RawBar] = []
    offset = 0 if _has_upbeat(raw) and upbeat == 0 else 1
    for bar in raw:
        if not bar.copy:
            bars.append(bar)
            continue
        source = bar.copy - offset
        if not 0 <= source < len(bars):
            raise ScoreError(bar.place, f"there is no bar {bar.copy} before this one to copy")
        bars.append(replace(bar, events=[*bars[source].events, *bar.events], copy=0))
    return bars


def _score(header: _Header, raw: Sequence[RawBar], unit: Fraction) -> Score:
    bars = tuple(
        Bar(
            tuple(_in_time(event, unit) for event in bar.events),
            repeat_start=bar.repeat_start,
            repeat_end=2 if bar.repeat_end else 0,
            endings=(bar.ending,) if bar.ending else (),
            barline=bar.barline,
        )
        for bar in raw
    )
    score = Score(
        bars,
        header.key,
        header.metre,
        title=header.title,
        unit=unit,
        play_order=header.play_order,
        fields=tuple(header.fields),
    )
    return mend_repeats(score)


def _in_time(event: Event, unit: Fraction) -> Event:
    return replace(event, duration=event.duration * unit) if isinstance(event, Note | Rest) else event
