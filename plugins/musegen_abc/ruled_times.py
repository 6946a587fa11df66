"""The time of a draft's bar: what is left of it, what fits, and a hash that tells whether it comes again."""

from __future__ import annotations

from musegen_abc.ruled_state import FINEST, LENGTHS, Draft
from musegen_abc.ruled_strains import fills_well, has_full_bars

_MASK = 2**64 - 1
_REST = 1
_ANY_TIME = 2**30
MOST = 1_000_000
"""Less than that is the number before the slash of a length."""


def mix(seed: int, value: int) -> int:
    """A hash of 64 bits of a sequence of numbers, one number at a time."""
    seed = ((seed ^ (value & _MASK)) * 0x9E3779B97F4A7C15) & _MASK
    return seed ^ (seed >> 29)


def target(d: Draft) -> int:
    """The longest time that the bar may have."""
    if not d.limits.metre:
        return _ANY_TIME if has_full_bars(d, d.whole + 1) else d.whole
    if d.heads and d.head:
        return d.head
    longest = d.whole - d.owed
    if d.owed:
        if d.owed_whole - d.owed <= d.whole:
            longest = max(longest, d.owed_whole - d.owed)
        if d.bar == 2:
            longest = max(longest, d.whole)
    return longest


def missing(d: Draft) -> int:
    """The time that a note has to fill the bar."""
    return target(d) - d.time if d.limits.metre else max(d.whole - d.time, 0)


def part(d: Draft) -> int:
    """The finest part of a unit: every time is a multiple of it, and notes can fill every multiple."""
    return d.unit // d.limits.finest


def is_full(d: Draft) -> bool:
    """Whether the bar is as long as it has to be."""
    if not d.limits.metre:
        return d.time >= d.whole
    if d.heads and d.head:
        return d.time == d.head
    total = d.owed + d.time
    return (
        total == d.whole
        or bool(d.owed and total == d.owed_whole and d.time <= d.whole)
        or bool(d.owed and d.bar == 2 and d.time == d.whole)
    )


def fill_length(d: Draft, time: int) -> tuple[int, int]:
    """Numerator and denominator of the note that begins to fill so much time."""
    parts = FINEST * time // d.unit
    common = next(length for length in reversed(LENGTHS) if parts % length == 0)
    over, under = parts // common, FINEST // common
    if over < MOST and d.limits.writes(str(over)) and d.limits.writes(str(under)):
        return over, under
    if parts >= FINEST:
        return 1, 1
    for length in LENGTHS:
        if length * parts >= FINEST and d.limits.finest % length == 0 and d.limits.writes(str(length)):
            return 1, length
    return 0, 0


def in_time(d: Draft, written: int) -> int:
    """The time that a written length lasts here; 0 if that is no whole number of parts."""
    if d.left:
        if written * d.q % d.p:
            return 0
        written = written * d.q // d.p
    return written if written % part(d) == 0 else 0


def fits(d: Draft, written: int, *, loosely: bool = False) -> bool:
    """Whether a note of a written length leaves a bar that can be filled.

    ``loosely``: the note may also make the bar one that comes too often.
    """
    time = in_time(d, written)
    rest = target(d) - d.time - time
    if time <= 0 or rest < 0:
        return False
    left = max(d.left - 1, 0)
    if left:
        return rest >= left * d.least
    if rest > 0 or loosely:
        return True
    return not _too_often(d, time) and (not d.limits.picks or fills_well(d, time))


def _too_often(d: Draft, time: int) -> bool:
    """Whether the bar comes too often if a note of so much time ends it."""
    limit = d.limits.repetition
    return 0 < limit <= d.run and ended_hash(d, time) == d.before


def ended_hash(d: Draft, time: int) -> int:
    """The hash of the bar with the note that is read, which lasts so long."""
    last = d.last
    if d.broken:
        short = time >> abs(d.broken)
        last, time = (2 * time - short, short) if d.broken > 0 else (short, 2 * time - short)
    return mix(mix(bar_hash(d, last), content(d)), time)


def bar_hash(d: Draft, last: int) -> int:
    """The hash of the bar, whose last note lasts so long."""
    return mix(mix(d.hash, d.last_content), last) if d.last_content else d.hash


def content(d: Draft) -> int:
    """The hash of the note or chord that is read, without its length."""
    if d.is_rest:
        return _REST
    seed, known = 2, list[int]()
    for height, _ in d.sounding if d.in_chord else ((d.step + 7 * d.octave, 0),):
        if height not in known:
            seed = mix(seed, height + 100)
            known.append(height)
    return seed
