"""The strains of a draft, for the wishes about them: number of bars, form, and ends on the tonic.

A strain is what stands between repeat signs, double bar lines and labels of parts. Its first bar is an upbeat
if it is short; every other bar counts, and a short bar and the ending that completes it count as one. A
passage that is shorter than a bar is an upbeat, and no strain. Each ending is counted with the bars before
the first one.
"""

from __future__ import annotations

from musegen_abc.ruled_pitches import SEMITONES, alteration
from musegen_abc.ruled_state import Draft, Heard

_MOST = 2**30
_MASK = 2**64 - 1
_FACTOR = 0x9E3779B97F4A7C15
_REST = 1


def counted(d: Draft, time: int) -> int:
    """Number of bars of the strain if the bar lasts so long."""
    upbeat = d.leads and time < d.whole
    joined = d.joins and d.joins + time <= d.whole
    return d.strain_count + (not upbeat and not joined)


def is_upbeat(d: Draft) -> bool:
    """Whether the passage is shorter than a bar so far."""
    whole = d.whole if d.leads else d.strain_whole
    return not d.ending and d.strain_time + d.time < whole


def is_last(d: Draft, time: int) -> bool:
    """Whether a bar that lasts so long must be the last one of its strain."""
    return d.limits.strain > 0 and counted(d, time) == d.limits.strain


def begin_strain(d: Draft) -> None:
    """Begin a strain with the bar that begins."""
    d.leads, d.joins, d.has_chord = True, 0, False
    d.strain_count = d.strain_time = d.strain_sound = d.strain_before = 0


def leave_bar(d: Draft) -> None:
    """Take the last bar to its strain, as another follows it."""
    count, key = counted(d, d.time), 0
    if not d.leads or count:
        sound, factor = bar_sound(d)
        before = d.strain_sound if count > d.strain_count else d.strain_before
        d.strain_sound = (d.strain_sound * factor + sound) & _MASK
        d.strain_before = before
        key = _key(count, before if count > 1 else d.strain_sound)
    if d.ending_next:
        if d.ending_next == 1:
            short = d.time < d.whole and not d.leads
            d.fork_count, d.fork_joins = count, d.time if short else 0
        else:
            if d.ending == 1:
                d.first_key = key
            count = d.fork_count
        d.joins = d.fork_joins
    elif d.starts or d.part or d.repeats or d.heavy:
        if not is_upbeat(d):
            d.letter = min(d.letter + 1, _MOST)
            if d.limits.runs:
                d.keys = (*d.keys, d.first_key if d.ending else key)
        begin_strain(d)
        return
    else:
        d.joins = 0
    d.strain_whole = d.whole if d.leads else d.strain_whole
    d.strain_count, d.strain_time, d.leads = min(count, _MOST), min(d.strain_time + d.time, _MOST), False


def may_end_strain(d: Draft, *, repeated: bool) -> bool:
    """Whether the strain may end behind the last bar, with a repeat sign or without; an upbeat may too."""
    if is_upbeat(d):
        return not repeated
    limits = d.limits
    count = counted(d, d.time)
    if (limits.strain and count != limits.strain) or (limits.cadence and not d.on_tonic):
        return False
    if not limits.runs:
        return True
    if d.letter >= len(limits.runs) or repeated > (limits.runs[d.letter] == 2):
        return False
    if limits.runs[d.letter] == 2 and not repeated and d.ending != 2:
        return False
    return d.ending == 2 or limits.strain > 0 or not _is_known(d, count, *bar_sound(d))


def ends_form(d: Draft, *, repeated: bool) -> bool:
    """Whether the tune ends with the strain that ends behind the last bar."""
    if not d.limits.runs or is_upbeat(d) or (repeated and d.ending == 1):
        return False
    return d.letter == len(d.limits.runs) - 1


def full_bars(d: Draft) -> int:
    """Number of full bars with the last one, which may be open."""
    return min(d.full + (d.open and d.time == d.whole), d.limits.bars)


def _is_known(d: Draft, count: int, sound: int, factor: int) -> bool:
    """Whether a strain with the last bar, which sounds so, would be like one before but for its last bar."""
    before = d.strain_sound if count > d.strain_count else d.strain_before
    return _key(count, before if count > 1 else d.strain_sound * factor + sound) in d.keys


def comes_again(d: Draft, count: int, sound: int, factor: int) -> bool:
    """Whether a bar that sounds so makes the strain like one before, whatever its last bar will be."""
    whole = d.limits.strain
    if whole < 2 or count != whole - 1 or d.ending == 2 or not d.keys:
        return False
    return _key(whole, d.strain_sound * factor + sound) in d.keys


def _key(count: int, sound: int) -> int:
    """What strains that are alike have in common: number of bars, and melody of all but the last."""
    return (sound + count) * _FACTOR & _MASK


def may_finish(d: Draft) -> bool:
    """Whether the open bar may end as it is, as far as its strain is concerned."""
    limits, count = d.limits, counted(d, d.time)
    if limits.chords and count and not d.has_chord:
        return False
    if limits.strain and (count > limits.strain or comes_again(d, count, *bar_sound(d))):
        return False
    return has_full_bars(d, d.time)


def has_full_bars(d: Draft, time: int) -> bool:
    """Whether the tune can have full bars enough if the open bar lasts so long."""
    limits = d.limits
    if not limits.strain or not limits.runs:
        return True
    left = limits.strain * (len(limits.runs) - d.letter) - counted(d, time)
    return d.full + (time == d.whole) + left >= limits.bars


def fills_well(d: Draft, time: int) -> bool:
    """Whether the note that is read may fill its bar with so much time."""
    limits = d.limits
    whole = d.time + time
    if limits.cadence and is_last(d, whole) and not _is_on_tonic(d):
        return False
    return not (limits.strain and d.keys and comes_again(d, counted(d, whole), *_ended_sound(d, time)))


def _is_on_tonic(d: Draft) -> bool:
    """Whether the bar ends on the tonic if the note that is read ends it."""
    if d.is_rest:
        return d.on_tonic
    return d.tonic < 0 or (_top(d) - d.tonic) % 12 == 0


def is_delicate(d: Draft, time: int) -> bool:
    """Whether not every note may fill the bar with so much time."""
    limits, count = d.limits, counted(d, d.time + time)
    if not limits.strain:
        return False
    return (limits.cadence and count == limits.strain) or bool(d.keys and count == limits.strain - 1)


# Melody: hashes that tell only the highest of notes that sound together, as they sound


def _top(d: Draft) -> int:
    """The pitch of the note that is read, or the highest of the chord so far."""
    return _pitch_and_step(d)[0]


def _pitch_and_step(d: Draft) -> tuple[int, int]:
    if not d.in_chord:
        return 12 * (d.octave + 1) + SEMITONES[d.step] + alteration(d), d.step
    return max(
        (12 * (height // 7 + 1) + SEMITONES[height % 7] + alter, height % 7) for height, alter in d.sounding
    )


def _grow(sound: int, note: int, time: int) -> int:
    """The hash of a melody with one more note, a polynomial so that hashes of bars make that of a strain."""
    value = ((note * _FACTOR) ^ (time * 0xC2B2AE3D27D4EB4F)) * 0xD6E8FEB86659FD93
    return (sound * _FACTOR + value) & _MASK


def bar_sound(d: Draft) -> tuple[int, int]:
    """The hash of the bar's melody, and by how much it moves what comes before it."""
    if not d.last_sound:
        return d.sound, d.factor
    return _grow(d.sound, d.last_sound, d.last), d.factor * _FACTOR & _MASK


def _ended_sound(d: Draft, time: int) -> tuple[int, int]:
    """The same with the note that is read, which lasts so long."""
    last = d.last
    if d.broken:
        short = time >> abs(d.broken)
        last, time = (2 * time - short, short) if d.broken > 0 else (short, 2 * time - short)
    sound, factor = (
        (_grow(d.sound, d.last_sound, last), d.factor * _FACTOR) if d.last_sound else (d.sound, d.factor)
    )
    return _grow(sound, _REST if d.is_rest else _REST + 1 + _top(d), time), factor * _FACTOR & _MASK


def hear_note(d: Draft) -> None:
    """Take the note that ends to the melody of its bar, whose last note it is from now on."""
    d.sound, d.factor = bar_sound(d)
    d.last_sound = _REST
    if not d.is_rest:
        strange = any(alter not in (d.in_bar[height % 7], d.key[height % 7]) for height, alter in d.sounding)
        d.strays = d.strays or strange
        d.top, d.top_step = _pitch_and_step(d)
        d.last_sound = _REST + 1 + d.top
        d.on_tonic = d.tonic < 0 or (d.top - d.tonic) % 12 == 0


def sounds_as_before(d: Draft, heard: Heard) -> bool:
    """Whether a copy of a bar has its pitches, as far as a wish looks at them."""
    if heard.strays or (d.limits.cadence and heard.key[heard.top_step] != d.key[heard.top_step]):
        return False
    if len(d.limits.runs) < 2:
        return True
    return all(heard.low[step] == 99 or heard.key[step] == d.key[step] for step in range(7))


def hear_again(d: Draft, heard: Heard) -> None:
    """Take the melody of a copied bar."""
    d.sound, d.factor, d.top, d.top_step = heard.sound, heard.factor, heard.top, heard.top_step
    d.bar_has_chord, d.has_chord = heard.has_chord, d.has_chord or heard.has_chord
    d.on_tonic = d.top > 0 and (d.tonic < 0 or (d.top - d.tonic) % 12 == 0)


def is_repeated_later(d: Draft) -> bool:
    """Whether the strain must be repeated, and no sign says so yet."""
    limits = d.limits
    if not limits.runs or d.repeats or d.ending or d.letter >= len(limits.runs):
        return False
    return limits.runs[d.letter] == 2


def strains_left(d: Draft) -> int:
    """Number of strains that may still begin behind the last bar; more than one where any may."""
    if not d.limits.runs:
        return 2
    over = d.letter + (d.bar > 0 and not is_upbeat(d))
    return len(d.limits.runs) - over


def next_is_repeated(d: Draft) -> bool:
    """Whether a repeat may begin behind the last bar."""
    left = strains_left(d)
    return left > 0 and (not d.limits.runs or d.limits.runs[-left] == 2)


def is_tight(d: Draft) -> bool:
    """Whether it must be tried if the open bar can be ended: it has to be another one, and end on a tonic."""
    limits = d.limits
    if not d.open or not limits.strain:
        return False
    if limits.cadence and d.strain_count >= limits.strain - 1 and 0 < limits.repetition <= d.run:
        return True
    return bool(d.keys) and d.ending < 2 and d.strain_count >= limits.strain - 2
