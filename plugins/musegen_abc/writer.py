"""Writes a :class:`musegen.Score` as ABC, with one spelling for each thing (ABC 2.1)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from math import lcm

from musegen import (
    Annotation,
    Bar,
    ChordSymbol,
    Event,
    Key,
    KeyChange,
    Metre,
    MetreChange,
    NotationError,
    Note,
    Pitch,
    Rest,
    Score,
    Tempo,
    TempoChange,
    TranspositionChange,
    Tuplet,
)
from musegen_abc.accents import TEXTS, write_quoted, write_text
from musegen_abc.layout import written_field
from musegen_abc.lexer import DECORATIONS, LONGEST, TUPLETS
from musegen_abc.lyrics import write_syllables
from musegen_abc.pitches import ACCIDENTALS, Accidentals

_SYMBOLS = {name: symbol for symbol, name in DECORATIONS.items()}
_MODES = {
    "major": "",
    "minor": "m",
    "dorian": "dor",
    "mixolydian": "mix",
    "lydian": "lyd",
    "phrygian": "phr",
    "locrian": "loc",
}
_BARS_A_LINE = 4
_ONE = Fraction(1)


def write_abc(score: Score, reference: int = 1) -> str:
    """The tune as ABC: ``X:`` first and ``K:`` last in the header, four bars a line, beamed by the metre.

    Reading it back gives an equal score (reference number aside). Raises NotationError for a length that ABC
    cannot write.
    """
    header = [("X", str(reference)), ("T", write_text(score.title)), ("R", write_text(score.rhythm))]
    header += [(letter, write_text(value) if letter in TEXTS else value) for letter, value in score.fields]
    header += [
        ("Y", _order(score.suggested_order)),
        ("M", write_metre(score.metre)),
        ("L", _fraction(score.unit / 4)),
        ("Q", write_tempo(score.tempo) if score.tempo else ""),
        ("P", _order(score.play_order)),
        ("K", write_key(score.key) + (f" {_transposition(score.transposition)}" * bool(score.transposition))),
    ]
    lines = [written_field(letter, value) for letter, value in header if value]
    lines += _Body(score).lines()
    lines += [written_field("W", write_text(line)) for line in score.words]
    return "".join(f"{line}\n" for line in lines)


def write_key(key: Key) -> str:
    """The value of a ``K:`` field (ABC 2.1 §3.1.14): ``Ador``, ``F#m ^c``, ``none``."""
    accidentals = "".join(f" {ACCIDENTALS[alter]}{step.lower()}" for step, alter in key.accidentals)
    return f"{key.tonic}{_MODES[key.mode]}{accidentals}" if key.tonic else f"none{accidentals}"


def write_metre(metre: Metre | None) -> str:
    """The value of an ``M:`` field (ABC 2.1 §3.1.6)."""
    return (metre.symbol or str(metre)) if metre else "none"


def write_tempo(tempo: Tempo) -> str:
    """The value of a ``Q:`` field (ABC 2.1 §3.1.8)."""
    words = f'"{tempo.text}" ' if tempo.text else ""
    rate = f"{float(tempo.per_minute):.3f}".rstrip("0").rstrip(".")
    return f"{words}{_fraction(tempo.beat / 4)}={rate}"


def write_length(length: Fraction) -> str:
    """A number of unit note lengths as ``2``, ``/``, ``3/2``; empty for one (ABC 2.1 §4.3).

    Raises NotationError for a length that no reader takes.
    """
    numerator, denominator = length.numerator, length.denominator
    if not 0 < length <= LONGEST or denominator > LONGEST:
        raise NotationError(f"a length of {length} units cannot be written")
    above = str(numerator) if numerator != 1 else ""
    below = "" if denominator == 1 else "/" if denominator == 2 else f"/{denominator}"
    return above + below


def write_pitch(pitch: Pitch) -> str:
    """The note's name without accidental: ``C,``, ``C``, ``c``, ``c'`` (ABC 2.1 §4.1)."""
    if pitch.octave >= 5:
        return pitch.step.lower() + "'" * (pitch.octave - 5)
    return pitch.step + "," * (4 - pitch.octave)


def _transposition(semitones: int) -> str:
    """How far the notes sound from where they are written (ABC 2.1 §4.6)."""
    return f"transpose={semitones}"


def _order(labels: str) -> str:
    """A play order as ABC; dots keep small letters from looking like words (ABC 2.1 §3.1.9)."""
    return labels if labels.isupper() else ".".join(labels)


def _fraction(value: Fraction) -> str:
    return f"{value.numerator}/{value.denominator}"


def _sign(bar: Bar, start: bool) -> str:
    """The sign at the right of a bar. ``start``: the next bar begins a repeat on the same line."""
    if not bar.barline and not bar.repeat_end and not start:
        return ""
    if bar.repeat_end == 2 and start and bar.barline in ("|", ""):
        return "::"
    return f"{':' * (bar.repeat_end - 1)}{bar.barline or '|'}{':' if start else ''}"


class _Body:
    """Writes the music of a score, line by line.

    Times are whole numbers of one small unit, because adding two Fractions takes as long as writing a note.
    """

    def __init__(self, score: Score) -> None:
        self._score = score
        self._accidentals = Accidentals(score.key)
        self._metre = score.metre
        self._tuplet, self._tuplet_left = _ONE, 0
        # The same few notes come again and again; to hash one takes longer than to write it: hence the ids.
        events = {id(event): event for bar in score.bars for event in bar.events}.values()
        metres = [score.metre, *(event.metre for event in events if isinstance(event, MetreChange))]
        sounds = [event for event in events if isinstance(event, Note | Rest)]
        times = {event.duration.denominator for event in sounds} | {score.unit.denominator}
        times |= {time.denominator for metre in metres if metre for time in (metre.bar, metre.beat)}
        self._per_quarter = lcm(2, *times)
        self._lasts = {id(event): self._units(event.duration) for event in sounds}
        self._bars = [sum(self._lasts.get(id(event), 0) for event in bar.events) for bar in score.bars]
        self._unit = self._units(score.unit)
        self._written: dict[int, str] = {}
        """Plain notes that follow the key, by their ids."""
        self._lengths: dict[int, str] = {}

    def _units(self, time: Fraction) -> int:
        return time.numerator * (self._per_quarter // time.denominator)

    def lines(self) -> list[str]:
        """The lines of music, each with its lyrics below it, and the labels of parts between them."""
        bars = self._score.bars
        lines: list[str] = []
        begin = 0
        while begin < len(bars):
            end = self._line_end(begin)
            if bars[begin].part:
                lines.append(written_field("P", bars[begin].part))
            lines.append(self._line(begin, end))
            lines += [f"w:{verse}" for verse in _verses(bars[begin:end])]
            begin = end
        return lines

    def _line_end(self, begin: int) -> int:
        """The bar that begins the next line: after four full bars, after a strain (a section), at a part."""
        bars, full = self._score.bars, 0
        for number in range(begin, len(bars)):
            if number > begin and (bars[number].part or (bars[number].repeat_start and full)):
                return number
            full += self._metre is None or self._bars[number] >= self._units(self._metre.bar)
            following = bars[number + 1] if number + 1 < len(bars) else None
            done = full >= _BARS_A_LINE or (bars[number].ends_strain and full)
            if following is None or (done and not following.endings):
                return number + 1
        return len(bars)

    def _line(self, begin: int, end: int) -> str:
        bars = self._score.bars
        written = "|:" if bars[begin].repeat_start else ""
        for number in range(begin, end):
            bar = bars[number]
            if bar.endings:
                written += "" if written.endswith("|") else "["
                written += ",".join(map(str, bar.endings))
            written += "".join(self._bar(number))
            sign = _sign(bar, number + 1 < end and bars[number + 1].repeat_start)
            if sign or (number + 1 < len(bars) and bars[number + 1].endings):
                self._accidentals.bar_line()  # a part's label alone is not a bar line: accidentals go on
            written += sign
        return written

    def _bar(self, number: int) -> Iterator[str]:
        """The events of a bar, with the notes of one beam together."""
        bar = self._score.bars[number]
        place, beam = self._first_place(number), self._beam()
        events = list(bar.events)
        broken = self._broken(events, place)
        # Whether a note has been written, and whether the last thing written is a sign of the next note.
        started = waiting = False
        for i, event in enumerate(events):
            if isinstance(event, Note | Rest):
                if started and place % beam == 0 and not waiting:
                    yield " "
                yield self._sound(event, broken.get(i))
                started, waiting = True, False
                place += self._lasts[id(event)]
            else:
                if started and place % beam == 0 and not waiting:
                    yield " "
                waiting = True
                yield self._sign_event(event)
                beam = self._beam()
        if events and isinstance(events[-1], Tuplet):
            yield " "  # else the colon of a repeat sign would be read as part of the tuplet

    def _first_place(self, number: int) -> int:
        """The place in a full bar at which this one begins; an upbeat begins late."""
        bar = self._score.bars[number]
        previous = self._score.bars[number - 1] if number else None
        upbeat = previous is None or previous.ends_strain or bar.repeat_start
        if self._metre and upbeat:
            return max(self._units(self._metre.bar) - self._bars[number], 0)
        return 0

    def _beam(self) -> int:
        """The time that shares a beam: that of a beat, or of half a bar in 4/4."""
        if self._metre is None:
            return self._per_quarter
        return 2 * self._per_quarter if self._metre.bar == 4 else self._units(self._metre.beat)

    def _broken(self, events: Sequence[Event], place: int) -> dict[int, tuple[int, str]]:
        """For each event in an ``a>b`` pair, by its number, its written length and the sign after it.

        A pair has two notes of one or half a unit each, and begins where such a pair may begin in the bar.
        """
        found: dict[int, tuple[int, str]] = {}
        first: int | None = None
        inside = self._tuplet_left
        for i, event in enumerate(events):
            if isinstance(event, Tuplet):
                inside = event.notes
            if isinstance(event, Tuplet | KeyChange | MetreChange | TempoChange | TranspositionChange):
                first = None
            if not isinstance(event, Note | Rest):
                continue
            lasts = self._lasts[id(event)]
            before = self._lasts[id(events[first])] if first is not None else 0
            if inside:
                inside -= 1
                first = None
            elif before and self._is_pair(before, lasts, place):
                each = (before + lasts) // 2
                found[first or 0] = each, ">" if before > lasts else "<"
                found[i] = each, ""
                first = None
            else:
                first = i
            place += lasts
        return found

    def _is_pair(self, first: int, second: int, place: int) -> bool:
        """Whether two notes are 3:1 or 1:3 and fill the time of two; ``place``: where the second begins."""
        both = first + second
        return (
            (first == 3 * second or second == 3 * first)
            and both in (self._unit, 2 * self._unit)
            and (place - first) % both == 0
        )

    def _length(self, lasts: int) -> str:
        """The written length of a note outside of tuplets."""
        length = self._lengths.get(lasts)
        if length is None:
            length = self._lengths[lasts] = write_length(Fraction(lasts, self._unit))
        return length

    def _sound(self, event: Note | Rest, broken: tuple[int, str] | None) -> str:
        lasts, sign = broken or (self._lasts[id(event)], "")
        plain = not (broken or self._tuplet_left or self._accidentals.deviate)
        if plain and (known := self._written.get(id(event))):
            return known
        if self._tuplet_left:
            length = write_length(Fraction(lasts, self._unit) / self._tuplet)
            self._tuplet_left -= 1
        else:
            length = self._length(lasts)
        if isinstance(event, Rest):
            self._accidentals.tie(())
            return f"z{length}{sign}"
        graces = "".join(
            self._pitch(grace.pitch) + write_length(grace.duration * 4 / self._score.unit)
            for grace in event.graces
        )
        marks = "".join(_SYMBOLS.get(name, f"!{name}!") for name in event.decorations)
        if event.untied:
            names = "".join(f"{self._pitch(p)}{'-' * (p in event.tied)}" for p in event.pitches)
        else:
            names = "".join(map(self._pitch, event.pitches))
        if len(event.pitches) > 1:
            names = f"[{names}]"
        self._accidentals.tie(event.tied)
        written = (
            f"{'(' * event.slurs_begun}{marks}{'{' + graces + '}' if graces else ''}{names}{length}"
            f"{'-' if event.tie and not event.untied else ''}{')' * event.slurs_ended}{sign}"
        )
        if plain and not (event.tie or self._accidentals.deviate):
            self._written[id(event)] = written
        return written

    def _pitch(self, pitch: Pitch) -> str:
        """The note's name, with an accidental only where the note would be another one without it."""
        name = write_pitch(pitch)
        plain = self._accidentals.pitch(None, name)
        accidental = "" if plain.alter == pitch.alter else ACCIDENTALS[pitch.alter]
        self._accidentals.pitch(accidental, name)
        return accidental + name

    def _sign_event(self, event: Event) -> str:
        match event:
            case ChordSymbol():
                return f'"{event.text}"'
            case Annotation():
                return f'"{write_quoted(event.text)}"'
            case Tuplet():
                self._tuplet, self._tuplet_left = Fraction(event.normal, event.actual), event.notes
                normal = f":{event.normal}" if TUPLETS.get(event.actual) != event.normal else ""
                notes = f"{normal or ':'}:{event.notes}" if event.notes != event.actual else normal
                return f"({event.actual}{notes}"
            case KeyChange():
                self._accidentals.set_key(event.key)
                self._written.clear()
                return f"[K:{write_key(event.key)}]"
            case MetreChange():
                self._metre = event.metre
                return f"[M:{write_metre(event.metre)}]"
            case TranspositionChange():
                return f"[K:{_transposition(event.semitones)}]"
            case TempoChange():
                return f"[Q:{write_tempo(event.tempo)}]"
        raise NotationError(f"{type(event).__name__} cannot be written in ABC")


def _verses(bars: Sequence[Bar]) -> list[str]:
    """The ``w:`` fields of a line."""
    notes = [event for bar in bars for event in bar.events if isinstance(event, Note)]
    most = max((len(note.lyrics) for note in notes), default=0)
    return [
        write_syllables([note.lyrics[verse] if verse < len(note.lyrics) else "" for note in notes])
        for verse in range(most)
    ]
