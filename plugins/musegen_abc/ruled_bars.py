"""Bars, repeats and endings of a draft: what ends a bar, what may follow it, whether the tune may end.

They walk the bars in written order and come to the judgement of ``musegen.judge`` for every order of playing:
a passage that is repeated is left in the state in which it was left the first time, if its first bar is one
that can follow its end.
"""

from __future__ import annotations

from musegen_abc.copies import LAGS, SHORTEST
from musegen_abc.ruled_pitches import SEMITONES, may_sound
from musegen_abc.ruled_state import Draft, Heard
from musegen_abc.ruled_strains import (
    bar_sound,
    begin_strain,
    counted,
    ends_form,
    full_bars,
    hear_again,
    is_repeated_later,
    is_upbeat,
    leave_bar,
    may_end_strain,
    may_finish,
    next_is_repeated,
    sounds_as_before,
    strains_left,
)
from musegen_abc.ruled_times import bar_hash, part

_ONLY_FIRST = 2  # the numbers of the ending 1 alone, a bit each


def needs_label(d: Draft) -> bool:
    """Whether the label of a part must come before the first bar, because there is a play order."""
    return d.ordered and not d.bar and not d.part


def owed_after(d: Draft, closes: bool) -> tuple[int, int] | None:
    """What the bar owes, and of how long a bar, if a boundary follows or not; None if that is a fault."""
    if not d.limits.metre:
        return 0, 0
    total = d.owed + d.time
    if d.heads and d.head and d.time != d.head:
        return None
    if total == d.whole or (d.owed and total == d.owed_whole and d.time <= d.whole):
        return 0, 0
    if total > d.whole:
        return (0, 0) if d.owed and d.bar == 2 and d.time == d.whole else None
    if closes:
        return total, d.whole
    return None if d.owed or not d.boundary else (0, 0)


def _repeatable(d: Draft, closes: bool) -> bool:
    """Whether the passage whose first bar this is can be repeated."""
    return not d.limits.metre or d.time == d.whole or (d.time < d.whole and not closes)


def closes(d: Draft) -> bool:
    """Whether what is written since the bar makes a boundary."""
    return bool(d.repeats or d.heavy or d.starts or d.part or d.ending_next or (d.bar and d.metre != d.whole))


def may_close(d: Draft) -> bool:
    """Whether the last bar can have a boundary behind it that is no repeat sign."""
    if not d.bar or d.repeats:
        return True
    if d.ending == 1 or owed_after(d, closes=True) is None:
        return False
    if _comes_again(d) and not _repeatable(d, closes=True):
        return False
    return not d.limits.form or may_end_form(d, repeated=False)


def must_close(d: Draft) -> bool:
    """Whether a repeat is open that must be closed, by the rules or for a form."""
    return d.opened and (d.limits.repeats or bool(d.limits.runs))


def _comes_again(d: Draft) -> bool:
    """Whether the bar is one that a repeat or a play order leads to."""
    return (d.first and must_close(d)) or d.heads


def may_end_form(d: Draft, *, repeated: bool) -> bool:
    """Whether the strain may end behind the last bar, as its wishes are, with a repeat sign or without."""
    if not may_end_strain(d, repeated=repeated):
        return False
    return not ends_form(d, repeated=repeated) or (full_bars(d) >= d.limits.bars and _end_fits(d))


def may_go_on(d: Draft) -> bool:
    """Whether a bar may begin, after the signs that are written."""
    if not d.bar:
        return not needs_label(d)
    boundary = closes(d)
    if owed_after(d, boundary) is None or (d.ending == 1 and d.repeats and not d.ending_next):
        return False
    if d.limits.form and not _strain_goes_on(d, boundary):
        return False
    return not (_comes_again(d) and not d.repeats and not _repeatable(d, boundary))


def _strain_goes_on(d: Draft, boundary: bool) -> bool:
    """Whether the strain, or another one, may go on behind the last bar."""
    if d.ending_next:
        return True
    if d.starts or d.part or d.repeats or d.heavy:
        return strains_left(d) > 0
    if d.first and is_repeated_later(d) and not _repeatable(d, boundary):
        return False
    return not d.limits.strain or counted(d, d.time) < d.limits.strain


def may_end_bar(d: Draft) -> bool:
    """Whether a plain bar line may come behind the notes."""
    if d.left or d.broken or _too_often(d):
        return False
    plain = owed_after(d, closes=False) is not None
    plain = plain and not (_comes_again(d) and not _repeatable(d, closes=False))
    if not d.limits.form:
        return plain or may_close(d) or may_repeat(d)
    if not may_finish(d):
        return False
    plain = plain and _strain_goes_on(d, boundary=False)
    return plain or may_close(d) or may_repeat(d) or may_only_fork(d)


def _too_often(d: Draft) -> bool:
    return 0 < d.limits.repetition <= d.run and bar_hash(d, d.last) == d.before


def end_bar(d: Draft) -> bool:
    """End the bar, if it has begun to sound; whether it may end."""
    if d.open:
        if d.left or d.broken or _too_often(d) or (d.limits.form and not may_finish(d)):
            return False
        finished = bar_hash(d, d.last)
        d.run = min(d.run + 1, 2**30) if finished == d.before else 1
        d.before = finished
        if d.time == d.whole:
            d.full = min(d.full + 1, d.limits.bars)
        if not d.copied and not d.cut and d.length >= SHORTEST:
            _hear(d, finished)
        d.last_time = d.last if d.last_is_note else 0
        d.open = d.breakable = d.last_is_note = d.bar_has_chord = False
    if d.cut and d.length >= SHORTEST:
        _hear(d, d.before)
    d.copied = d.cut = False
    d.in_bar = (9,) * 7
    d.run_length = d.length = 0
    d.run_has_chord = False
    return True


def cut_bar(d: Draft) -> bool:
    """End the bar at the label of a part: for copies and accidentals it goes on until a bar line."""
    if d.copied or not d.limits.plain or not may_end_bar(d):
        return False
    kept = d.run_length, d.length, d.in_bar
    d.cut, d.length = False, 0
    good = end_bar(d)
    d.run_length, d.length, d.in_bar = kept
    d.cut, d.plain = True, False
    return good


def _hear(d: Draft, finished: int) -> None:
    """Take the bar to those that can be copied."""
    last = d.last if d.last_is_note else 0
    notes = d.low_given < 999 or min(d.low) < 99
    heard = Heard(
        d.time,
        last,
        finished,
        notes,
        bool(d.tied),
        d.plain and not d.graces and not _deviates(d),
        d.low,
        d.high,
        d.low_given,
        d.high_given,
        *bar_sound(d),
        d.top,
        d.top_step,
        d.run_has_chord,
        d.strays,
        d.key,
    )
    d.bars = (*d.bars[1 - LAGS :], heard)


def _deviates(d: Draft) -> bool:
    """Whether a note is tied on that differs from the key."""
    return any(
        d.tied >> number & 1 and alteration != d.key[height % 7]
        for number, (height, alteration) in enumerate(d.last_pitches)
    )


def begin_bar(d: Draft) -> bool:
    """Begin a bar with its first note; whether it may."""
    if not may_go_on(d):
        return False
    if d.bar and not _leave(d):
        return False
    if not d.bar:
        d.boundary, d.opened, d.passage_opened = True, d.starts, d.starts
        begin_strain(d)
    d.bar, d.whole, d.time = min(d.bar + 1, 3), d.metre, 0
    d.heads = d.ordered and d.part and (d.named or d.bar == 1)
    d.open, d.repeats, d.heavy = True, False, False
    d.starts, d.part, d.ending_next, d.numbers, d.signs = False, False, 0, 0, 0
    d.hash = d.last_content = d.last = 0
    d.sound, d.factor, d.last_sound, d.top, d.on_tonic = 0, 1, 0, 0, False
    d.strays = False
    d.has_chord = d.has_chord or d.bar_has_chord
    d.low, d.high, d.low_given, d.high_given = (99,) * 7, (-99,) * 7, 999, -999
    return True


def _leave(d: Draft) -> bool:
    """Go from the last bar to the next; whether the next may follow."""
    boundary = closes(d)
    owed = owed_after(d, boundary)
    if owed is None:
        return False
    if d.limits.form:
        leave_bar(d)
    if d.first:
        d.entry, d.entry_whole, d.repeatable = d.time, d.whole, _repeatable(d, boundary)
        d.first = False
    if d.heads:
        d.head = d.time
    _note_upbeat(d)
    _balance(d)
    d.owed, d.owed_whole = owed
    if d.ending_next:
        if d.ending_next == 1:
            d.fork, d.fork_whole, d.fork_upbeat = d.owed, d.owed_whole, d.strain_upbeat
        else:
            d.owed, d.owed_whole, d.strain_upbeat = d.fork, d.fork_whole, d.fork_upbeat
        d.ending, d.boundary = d.ending_next, True
        d.turns |= d.numbers
        return True
    if d.starts or d.part or d.repeats or (d.heavy and (d.ending or not d.passage_opened)):
        d.first, d.passage_opened, d.ending = True, d.starts, 0
    d.boundary = d.strain = boundary
    d.opened = d.opened or d.starts
    return True


def _note_upbeat(d: Draft) -> None:
    """Take note of a short bar that begins the tune or a strain."""
    short = d.time if d.time < d.whole else 0
    if d.strain:
        d.strain_upbeat, d.strain = short, False
    if d.bar == 1:
        d.upbeat = short


def _balance(d: Draft) -> None:
    """Keep account of open repeats and endings over the last bar's end."""
    if d.repeats:
        d.opened, d.turns_closed = False, bool(d.turns)
    elif d.turns > _ONLY_FIRST and d.heavy:
        d.turns = 0
    if d.turns_closed and not d.ending_next:
        d.turns = 0
    d.turns_closed = False


def may_repeat(d: Draft) -> bool:
    """Whether ``:|`` may come behind the bar."""
    if not d.bar or d.starts or d.part or d.ending_next or d.metre != d.whole:
        return False
    if d.open and (d.left or d.broken or _too_often(d)):
        return False
    if d.limits.form and ((d.open and not may_finish(d)) or not may_end_form(d, repeated=True)):
        return False
    owed = owed_after(d, closes=True)
    return owed is not None and (d.ending == 2 or _may_enter(d, *owed))


def _may_enter(d: Draft, owed: int, whole: int) -> bool:
    """Whether the passage's first bar may follow where so much is owed."""
    entry, entry_whole = (d.time, d.whole) if d.first else (d.entry, d.entry_whole)
    if not (_repeatable(d, closes=True) if d.first else d.repeatable):
        return False
    return not owed or (entry < entry_whole and owed + entry in (entry_whole, whole))


def may_start(d: Draft) -> bool:
    """Whether a repeat may begin here."""
    if d.ending_next or (d.ending == 1) or (must_close(d) and not d.repeats):
        return False
    return may_close(d) and (not d.limits.form or next_is_repeated(d))


def may_change_metre(d: Draft) -> bool:
    """Whether another metre may come into force here."""
    if d.open or (d.ending == 1 and (d.fork or (d.repeats and not d.ending_next))):
        return False
    if not d.bar:
        return True
    if d.limits.form and (d.ending_next or not _strain_goes_on(d, boundary=True)):
        return False
    owed = owed_after(d, closes=True)
    if owed is None or d.ordered:
        return False
    if d.limits.strain and owed[0] and not (d.starts or d.part or d.repeats or d.heavy):
        return False  # the bar that completes it would count, and be no full one
    d.due, d.due_whole = owed
    return d.repeats or not (_comes_again(d) and not _repeatable(d, closes=True))


def may_name_part(d: Draft) -> bool:
    """Whether a part may begin here."""
    if d.open or d.ending_next or (d.ending == 1 and d.repeats):
        return False
    return may_close(d) and (not d.bar or _part_may_end(d))


def _part_may_end(d: Draft) -> bool:
    """Whether each part may follow the bar, where a play order may ask for any."""
    owed = owed_after(d, closes=True)
    head = d.time if d.heads else d.head
    return not d.ordered or (owed is not None and (not owed[0] or owed[0] + head == d.whole))


def next_number(d: Draft) -> int:
    """The number of the ending that may begin here; 0 for none."""
    if not d.bar or d.starts or d.part or d.ending_next or d.metre != d.whole:
        return 0
    owed = owed_after(d, closes=True)
    if owed is None or (d.open and not may_end_bar(d)):
        return 0
    if not d.ending:
        return int(_may_fork(d))
    number = d.turns.bit_length()
    fits = not d.fork or d.fork < d.whole or d.fork_whole - d.fork <= d.whole
    return number if fits and d.repeats and number < 10 and _may_enter(d, *owed) else 0


def _may_fork(d: Draft) -> bool:
    """Whether a first ending may begin behind the bar, which may end."""
    rep = _repeatable(d, closes=True) if d.first else d.repeatable
    if not rep or d.repeats or d.turns:
        return False
    return not d.limits.form or _ending_has_room(d)


def _ending_has_room(d: Draft) -> bool:
    """Whether the strain is one that is repeated, and an ending can have as many bars as are wished."""
    limits = d.limits
    if limits.runs and not is_repeated_later(d):
        return False
    count = counted(d, d.time)
    if not limits.strain or count < limits.strain:
        return True
    completes = count > d.strain_count and d.owed + d.time <= d.whole - 2 * part(d)
    return count == limits.strain and completes and limits.metre


def may_only_fork(d: Draft) -> bool:
    """Whether an ending may begin behind the bar, and nothing else."""
    if d.ending or d.starts or d.part or d.ending_next or d.metre != d.whole:
        return False
    return owed_after(d, closes=True) is not None and d.limits.writes("1[") and _may_fork(d)


def is_complete(given: Draft) -> bool:
    """Whether the tune may end at the beginning of a line."""
    d = given.copy()
    if not end_bar(d) or not d.bar or not d.notes or d.full < d.limits.bars:
        return False
    if d.ending_next or d.metre != d.whole:
        return False
    if (must_close(d) and not d.repeats) or d.turns == _ONLY_FIRST or d.ending == 1:
        return False
    if d.ordered:
        return _part_may_end(d) and may_close(d)
    return _end_fits(d) and (not d.limits.form or _form_is_complete(d))


def _form_is_complete(d: Draft) -> bool:
    """Whether the tune may end with the strain that the last bar is in."""
    limits = d.limits
    if is_upbeat(d):
        return not limits.runs and (d.letter > 0 or not limits.strain) and (d.on_tonic or not limits.cadence)
    if not d.repeats and not d.heavy and not may_end_strain(d, repeated=False):
        return False
    return not limits.runs or d.letter == len(limits.runs) - 1


def _end_fits(given: Draft) -> bool:
    """Whether the last bar of the tune may be as long as the last bar is."""
    d = given.copy()
    owed = owed_after(d, closes=True)
    if owed is None:
        return False
    if d.open:
        d.last_time = d.last if d.last_is_note else 0
    _note_upbeat(d)
    due, whole = owed
    return bool(
        not due
        or (d.upbeat and due + d.upbeat == whole)
        or (d.strain_upbeat and due + d.strain_upbeat == whole)
        or due + d.last_time >= whole
    )


# Copies


def may_copy(d: Draft, lag: int) -> bool:
    """Whether the bar so many bars ago may come again here."""
    if d.open or d.run_length or d.graces or lag > len(d.bars) or not may_go_on(d):
        return False
    heard = d.bars[-lag]
    if not heard.copyable or (heard.tied and _deviates(d)):
        return False
    for step in range(7):
        if heard.low[step] == 99:
            continue
        for octave in range(heard.low[step], heard.high[step] + 1):
            pitch = 12 * (octave + 1) + SEMITONES[step] + d.key[step]
            if not may_sound(d, pitch):
                return False
    return not d.limits.form or sounds_as_before(d, heard)


def copy_bar(d: Draft, lag: int) -> bool:
    """Write the bar so many bars ago; whether it may come."""
    if not may_copy(d, lag):
        return False
    heard = d.bars[-lag]
    if not begin_bar(d):
        return False
    d.copied, d.time, d.hash, d.last_content = True, heard.time, heard.hash, 0
    d.last, d.last_is_note, d.tied, d.last_pitches = heard.last, bool(heard.last), int(heard.tied), ()
    d.breakable = d.tieable = False
    d.notes = d.notes or heard.notes
    hear_again(d, heard)
    d.bars = (*d.bars[1 - LAGS :], heard)
    return may_end_bar(d) or may_repeat(d)
