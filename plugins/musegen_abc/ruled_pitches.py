"""The pitches of a draft's notes: key, accidentals and octaves, and whether a note lies within the limits."""

from __future__ import annotations

from musegen_abc.ruled_state import Draft

NOTES = "CDEFGABcdefgab"
SEMITONES = (0, 2, 4, 5, 7, 9, 11)
SIGNS = {"^": 1, "_": -1, "=": 0}


def begin_accidental(d: Draft, ch: str) -> bool:
    """Read the first character of an accidental."""
    d.accidental = SIGNS[ch]
    return True


def begin_pitch(d: Draft, ch: str) -> bool:
    """Read the letter of a note."""
    place = NOTES.index(ch)
    d.step, d.octave = place % 7, 4 + place // 7
    if d.accidental != 9:
        d.in_bar = (*d.in_bar[: d.step], d.accidental, *d.in_bar[d.step + 1 :])
    d.is_rest = False
    return in_range(d)


def mark_octave(d: Draft, ch: str) -> bool:
    """Read an octave mark."""
    if d.is_rest or (ch == "'") != (d.octave >= 5):
        return False
    d.octave += 1 if ch == "'" else -1
    return in_range(d)


def alteration(d: Draft) -> int:
    """The alteration of the note that is read."""
    if d.in_bar[d.step] != 9:
        return d.in_bar[d.step]
    if d.tied:
        for number, (height, alter) in reversed([*enumerate(d.last_pitches)]):
            if height == d.step + 7 * d.octave and d.tied >> number & 1:
                return alter
    return d.key[d.step]


def in_range(d: Draft) -> bool:
    """Whether the note that is read lies within the limits."""
    pitch = 12 * (d.octave + 1) + SEMITONES[d.step] + alteration(d)
    return may_sound(d, pitch)


def may_sound(d: Draft, pitch: int) -> bool:
    """Whether a pitch lies within the limits."""
    limits = d.limits
    return limits.lowest <= pitch <= limits.highest and (limits.pitches is None or pitch in limits.pitches)


def end_pitch(d: Draft) -> None:
    """Take the note that is read to those of the chord, and to the range of the bar."""
    step, octave, alter = d.step, d.octave, alteration(d)
    d.sounding = (*d.sounding, (step + 7 * octave, alter))
    if d.in_bar[step] != 9:
        pitch = 12 * (octave + 1) + SEMITONES[step] + alter
        d.low_given, d.high_given = min(d.low_given, pitch), max(d.high_given, pitch)
    else:
        d.low = (*d.low[:step], min(d.low[step], octave), *d.low[step + 1 :])
        d.high = (*d.high[:step], max(d.high[step], octave), *d.high[step + 1 :])
