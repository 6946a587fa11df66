"""Notes, rests and chords of a draft: their lengths, broken rhythm and tuplets."""

from __future__ import annotations

from musegen_abc.lexer import LONGEST, TUPLETS
from musegen_abc.ruled_pitches import end_pitch
from musegen_abc.ruled_state import FINEST, LENGTHS, Draft, Lex
from musegen_abc.ruled_strains import hear_note, is_delicate
from musegen_abc.ruled_times import MOST, bar_hash, content, fill_length, fits, in_time, missing, part, target
from musegen_abc.ruled_values import DIGITS

_LONGEST_BAR = 2**29


def begin_length(d: Draft, base: int) -> None:
    """Begin to read a length, of which so much is one."""
    d.base, d.over, d.slashes, d.under = base, 0, 0, 0


def written_length(d: Draft) -> int:
    """The length that is read; 0 if it is no whole number of parts."""
    return _length(d, d.under)


def _length(d: Draft, under: int) -> int:
    over = d.over or 1
    below = (under or 1 << d.slashes) if d.slashes else 1
    return d.base * over // below if d.base * over % below == 0 and over <= LONGEST * below else 0


def length_text(over: int, slashes: int, under: int) -> str:
    """A length as it is written."""
    return f"{over or ''}{'/' * slashes}{under or ''}"


def may_end_note(d: Draft) -> bool:
    """Whether the note that is read may have the length that it has so far."""
    if d.broken and (d.base != d.unit or (d.over, d.slashes, d.under) != d.last_length):
        return False
    return fits(d, written_length(d))


def take_length(d: Draft, ch: str) -> bool:
    """Read a character of a length; whether a length that fits can still follow."""
    digit = DIGITS.find(ch)
    if ch == "/":
        if d.lex is Lex.UNDER or d.slashes == 3:
            return False
        d.slashes, d.lex = d.slashes + 1, Lex.SLASH
    elif d.lex in (Lex.PITCH, Lex.OVER):
        d.over, d.lex = 10 * d.over + digit, Lex.OVER
        if d.over == 0 or d.over >= MOST:
            return False
    else:
        if d.slashes > 1:
            return False
        d.under, d.lex = 10 * d.under + digit, Lex.UNDER
        if not 0 < d.under <= FINEST:
            return False
    return length_possible(d)


def length_possible(d: Draft) -> bool:
    """Whether what is read of a length is the beginning of one that fits."""
    if d.in_chord and d.chord_unit and not d.closed:
        return d.over <= LONGEST  # only the length of a chord's first note counts
    if d.broken and d.in_chord and not d.chord_unit:
        return may_end_first(d)
    if d.broken:
        have = length_text(d.over, d.slashes, d.under)
        return fits(d, broken_length(d)) and length_text(*d.last_length).startswith(have)
    return may_end_length(d) or bool(next_of_length(d))


def broken_length(d: Draft) -> int:
    """The written length of the note behind a broken rhythm."""
    have = d.base, d.over, d.slashes, d.under
    d.base, (d.over, d.slashes, d.under) = d.unit, d.last_length
    written = written_length(d)
    d.base, d.over, d.slashes, d.under = have
    return written


def may_end_length(d: Draft) -> bool:
    """Whether the length that is read may end: that of a note, or of the first note of a chord."""
    return may_end_first(d) if d.in_chord and not d.chord_unit else may_end_note(d)


def next_of_length(d: Draft) -> str:
    """The next character on the way to a length that fits; empty if there is none."""
    if d.broken:
        want = length_text(*d.last_length)
        have = length_text(d.over, d.slashes, d.under)
        return want[len(have) : len(have) + 1]
    if d.slashes > 1:
        return ""
    begun = str(d.under) if d.under else ""
    slashes, d.slashes = d.slashes, 1
    found = ""
    for length in LENGTHS[1:]:
        text = str(length)
        if text.startswith(begun) and text != begun and d.limits.writes(text[len(begun) :]):
            d.under, under = length, d.under
            good = may_end_length(d)
            d.under = under
            if good:
                found = text[len(begun)]
                break
    d.slashes = slashes
    return found if not found or slashes else "/"


def filling_character(d: Draft) -> str:
    """The next character of a length that fills the bar; empty for none."""
    if d.broken or d.left or d.slashes > 1 or d.base != d.unit:
        return ""
    over, under = fill_length(d, missing(d)) if missing(d) else (0, 0)
    want = f"{over if over > 1 else ''}{f'/{under}' if under > 1 else ''}"
    have = length_text(d.over, d.slashes, d.under)
    if not over or not want.startswith(have) or want == have:
        return ""
    saved = d.over, d.slashes, d.under
    d.over, d.slashes = over if over > 1 else 0, int(under > 1)
    d.under = under if under > 1 else 0
    good = fits(d, written_length(d))
    d.over, d.slashes, d.under = saved
    return want[len(have)] if good else ""


# The whole note


def end_note(d: Draft) -> bool:
    """End the note, rest or chord that is read; whether it may have this length."""
    if not may_end_note(d):
        return False
    time = in_time(d, written_length(d))
    d.notes = d.notes or not d.is_rest
    seed = content(d)
    if not d.in_chord and not d.is_rest:
        end_pitch(d)
    was_in_tuplet = d.left > 0
    short, second = time >> abs(d.broken), time
    was_broken = d.broken != 0
    if d.broken:
        first = 2 * time - short if d.broken > 0 else short
        second = 2 * time - first
        d.last = first
    d.hash = bar_hash(d, d.last)
    if d.limits.form:
        hear_note(d)
    d.last_content, d.last = seed, second
    d.last_is_note = d.tieable = not d.is_rest
    d.tied = 0
    d.last_pitches = () if d.is_rest else d.sounding
    d.last_length = (d.over, d.slashes, d.under)
    in_units = d.base == d.unit
    if d.in_chord and d.last_length == (0, 0, 0):
        d.last_length, in_units = d.chord_length, True
    d.time = min(d.time + time, _LONGEST_BAR)
    d.left = max(d.left - 1, 0)
    d.breakable = not was_broken and in_units and (d.left > 0) == was_in_tuplet
    d.broken, d.accidental, d.sounding, d.in_chord, d.graces = 0, 9, (), False, 0
    d.sung = min(d.sung + int(not d.is_rest), 99)
    return True


def may_break(d: Draft, sign: int) -> bool:
    """Whether a broken rhythm of so many signs may follow the last note, and one more of the same length."""
    shift = abs(sign)
    if shift > 3 or not d.breakable or (d.last >> shift << shift) != d.last:
        return False
    over, slashes, under = d.last_length
    if (d.last >> shift) % part(d) or not d.limits.writes(length_text(over, slashes, under)):
        return False
    return target(d) - d.time - d.last >= max(d.left - 1, 0) * d.least


# Chords


def begin_chord(d: Draft, *, old: bool) -> None:
    """Begin to read a chord in brackets, or an old one between plus signs (ABC 2.1 §10.1)."""
    d.old = old
    d.in_chord, d.closed, d.chord_unit, d.sounding, d.is_rest = True, False, 0, (), False


def end_chord_note(d: Draft) -> None:
    """End one note of the chord; the first one gives the chord its length."""
    if not d.chord_unit:
        d.chord_unit, d.chord_length = written_length(d), (d.over, d.slashes, d.under)
    end_pitch(d)
    d.accidental = 9


def may_end_first(d: Draft) -> bool:
    """Whether the first note of a chord may have the length that it has so far.

    The length of the chord may follow.
    """
    written = written_length(d)
    if d.broken:
        return written == d.base and chord_fits(d, broken_length(d))
    return any(
        written % length == 0 and d.limits.writes(str(length)) and chord_fits(d, written // length)
        for length in LENGTHS
    )


def chord_fits(d: Draft, written: int) -> bool:
    """Whether any chord of a written length fits."""
    if not fits(d, written, loosely=True):
        return False
    time = in_time(d, written)
    if 0 < d.limits.repetition <= d.run or (d.limits.picks and is_delicate(d, time)):
        return target(d) - d.time > time
    return True


# Tuplets


def least_in_tuplet(d: Draft, p: int, q: int) -> int:
    """The time of the shortest note that ends a tuplet; 0 if none can."""
    for length in (16, 8, 4, 2, 1):
        written = d.unit // length
        if (
            d.unit % length == 0
            and written * q % p == 0
            and written * q // p % part(d) == 0
            and (length == 1 or d.limits.writes(str(length)))
        ):
            return written * q // p
    return 0


def tuplet_fits(d: Draft, p: int, q: int, r: int) -> bool:
    """Whether a tuplet fits into the bar; a number that is 0 has its default."""
    q, r = q or default_q(d, p), r or p
    if not q:
        return False
    least = least_in_tuplet(d, p, q)
    return least > 0 and target(d) - d.time >= r * least


def default_q(d: Draft, p: int) -> int:
    """In the time of how many notes a tuplet of p is by default (ABC 2.1 §4.13)."""
    return (3 if d.compound else 2) if p in (5, 7, 9) else TUPLETS.get(p, 0)


def begin_tuplet(d: Draft) -> None:
    """The next r notes are p in the time of q."""
    d.breakable = False
    d.q = d.q or default_q(d, d.p)
    d.left = d.r or d.p
    d.least = least_in_tuplet(d, d.p, d.q)
