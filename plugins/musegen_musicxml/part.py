"""Writes the bars of a score as the measures of a MusicXML part."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from math import lcm
from xml.etree.ElementTree import Element, SubElement

from musegen import (
    Annotation,
    Bar,
    ChordSymbol,
    KeyChange,
    MetreChange,
    Note,
    Pitch,
    Rest,
    Score,
    TempoChange,
    TranspositionChange,
    Tuplet,
    default_tempo,
)
from musegen_musicxml.durations import Value, values
from musegen_musicxml.notes import NoteWriter
from musegen_musicxml.signs import (
    DYNAMICS,
    JUMPS,
    decimal,
    harmony_element,
    key_element,
    tempo_direction,
    text_element,
    time_element,
    transpose_element,
    words,
)

_BAR_STYLES = {"||": "light-light", "|]": "light-heavy", "[|": "heavy-light"}


class Part:
    """Writes one score; an object serves once."""

    def __init__(self, score: Score, *, chords: bool, lyrics: bool) -> None:
        self._score = score
        self._key = score.key
        self._chords = chords
        self._values = [list(_bar_values(events)) for events in _with_tuplets(score)]
        lengths = [value.duration for bar in self._values for written, _ in bar for value in written]
        self._divisions = lcm(*(length.denominator for length in lengths))
        self._notes = NoteWriter(score.key, self._divisions, lyrics=lyrics)
        self._following = _following_notes(score.bars)

    def element(self) -> Element:
        """The element ``<part>`` with a measure for each bar, and at least one measure."""
        part = Element("part", id="P1")
        metre, number, extra = self._score.metre, 0, 0
        room = Fraction(0)  # what the bar before lacks, if it is only the part of a bar before a sign
        for place, bar in enumerate(self._score.bars):
            metre = next((e.metre for e in bar.events if isinstance(e, MetreChange)), metre)
            full = metre.bar if metre else bar.duration
            completes = 0 < bar.duration <= room
            upbeat = place == 0 and 0 < bar.duration < full
            measure = SubElement(part, "measure")
            if upbeat:
                measure.attrib.update(number="0", implicit="yes")
            elif completes:
                extra += 1
                measure.attrib.update(number=f"X{extra}", implicit="yes")
            else:
                number += 1
                measure.set("number", str(number))
            room = (room if completes else Fraction(0) if upbeat else full) - bar.duration
            self._measure(measure, place, bar)
        if not self._score.bars:
            self._start(SubElement(part, "measure", number="1"))
        return part

    def _start(self, measure: Element) -> None:
        attributes = SubElement(measure, "attributes")
        text_element(attributes, "divisions", self._divisions)
        key_element(attributes, self._score.key)
        time_element(attributes, self._score.metre)
        clef = SubElement(attributes, "clef")
        text_element(clef, "sign", "G")
        text_element(clef, "line", 2)
        if self._score.transposition:
            transpose_element(attributes, self._score.key, self._score.transposition)
        if self._score.tempo:
            measure.append(tempo_direction(self._score.tempo))
        else:
            tempo = default_tempo(self._score.rhythm, self._score.metre)
            SubElement(measure, "sound", tempo=decimal(tempo.quarters_per_minute))

    def _measure(self, measure: Element, place: int, bar: Bar) -> None:
        bars = self._score.bars
        before = bars[place - 1] if place else None
        if before is None or before.barline or before.repeat_end:
            self._notes.bar_line()
        if bar.endings:
            self._notes.begin_ending(first=1 in bar.endings)
        _left_barline(measure, bar)
        if not place:
            self._start(measure)
        if bar.part:
            _words(measure, bar.part, tag="rehearsal")
        written = iter(self._values[place])
        chosen = 0
        for number, event in enumerate(bar.events):
            match event:
                case Note() | Rest():
                    chosen = 0
                    pieces, tuplet = next(written)
                    if isinstance(event, Note):
                        _directions(measure, event)
                        following = self._following.get((place, number), frozenset())
                        self._notes.note(measure, event, pieces, tuplet, following)
                    else:
                        self._notes.rest(measure, pieces, tuplet)
                case ChordSymbol() if self._chords and chosen:
                    _words(measure, f"({event.text})")  # for the repeat
                case ChordSymbol():
                    chosen += 1
                    if self._chords:
                        measure.append(harmony_element(event))
                case Annotation():
                    _words(measure, event.text)
                case KeyChange():
                    key_element(SubElement(measure, "attributes"), event.key)
                    self._key = event.key
                    self._notes.set_key(event.key)
                case MetreChange():
                    time_element(SubElement(measure, "attributes"), event.metre)
                case TranspositionChange():
                    transpose_element(SubElement(measure, "attributes"), self._key, event.semitones)
                case TempoChange():
                    measure.append(tempo_direction(event.tempo))
        self._right_barline(measure, place, bar)

    def _right_barline(self, measure: Element, place: int, bar: Bar) -> None:
        bars = self._score.bars
        following = bars[place + 1] if place + 1 < len(bars) else None
        ending = self._ending_that_stops(place)
        style = "light-heavy" if bar.repeat_end else _BAR_STYLES.get(bar.barline, "")
        if not bar.barline and not bar.repeat_end and not (following and following.repeat_start):
            style = "none"
        if not style and not ending:
            return
        barline = SubElement(measure, "barline", location="right")
        if style:
            text_element(barline, "bar-style", style)
        if ending:
            SubElement(barline, "ending", number=ending, type="stop" if bar.ends_strain else "discontinue")
        if bar.repeat_end:
            repeat = SubElement(barline, "repeat", direction="backward")
            if bar.repeat_end > 2:
                repeat.set("times", str(bar.repeat_end))

    def _ending_that_stops(self, place: int) -> str:
        """Numbers of the ending whose last bar this is; a repeat sign, double bar or ending closes it."""
        bars = self._score.bars
        following = bars[place + 1] if place + 1 < len(bars) else None
        last = bars[place].ends_strain or not following or following.endings or following.repeat_start
        while last:
            if bars[place].endings:
                return _numbers(bars[place])
            if not place or bars[place].repeat_start or bars[place - 1].ends_strain:
                break
            place -= 1
        return ""


def _numbers(bar: Bar) -> str:
    return ", ".join(map(str, bar.endings))


def _left_barline(measure: Element, bar: Bar) -> None:
    if not (bar.repeat_start or bar.endings):
        return
    barline = SubElement(measure, "barline", location="left")
    if bar.repeat_start:
        text_element(barline, "bar-style", "heavy-light")
    if bar.endings:
        SubElement(barline, "ending", number=_numbers(bar), type="start")
    if bar.repeat_start:
        SubElement(barline, "repeat", direction="forward")


def _words(measure: Element, text: str, tag: str = "words") -> None:
    direction = SubElement(measure, "direction", placement="above")
    text_element(SubElement(direction, "direction-type"), tag, words(text))


def _directions(measure: Element, note: Note) -> None:
    """Write the dynamics of a note, and the marks and words of jumps, which stand before it."""
    for name in note.decorations:
        if name in DYNAMICS:
            kind = SubElement(SubElement(measure, "direction", placement="below"), "direction-type")
            SubElement(SubElement(kind, "dynamics"), name)
        elif name in {"segno", "coda"}:
            direction = SubElement(measure, "direction", placement="above")
            SubElement(SubElement(direction, "direction-type"), name)
        elif name in JUMPS:
            _words(measure, JUMPS[name])


def _with_tuplets(score: Score) -> Iterator[list[tuple[Note | Rest, Fraction, str]]]:
    """The notes and rests of each bar, with the factor of the tuplet they are in and their place in it.

    The place is ``start``, ``stop``, both (one note alone), or empty.
    """
    left, tuplet, fresh = 0, Tuplet(1, 1, 1), False
    for bar in score.bars:
        found: list[tuple[Note | Rest, Fraction, str]] = []
        for event in bar.events:
            if isinstance(event, Tuplet):
                tuplet, left, fresh = event, event.notes, True
            elif isinstance(event, Note | Rest):
                factor = Fraction(tuplet.normal, tuplet.actual) if left else Fraction(1)
                marks = ("start " if left and fresh else "") + ("stop" if left == 1 else "")
                found.append((event, factor, marks))
                left, fresh = max(left - 1, 0), False
        yield found


def _bar_values(events: list[tuple[Note | Rest, Fraction, str]]) -> Iterator[tuple[list[Value], str]]:
    for event, factor, marks in events:
        yield values(event.duration, factor), marks


def _following_notes(bars: tuple[Bar, ...]) -> dict[tuple[int, int], frozenset[Pitch]]:
    """For each tied note, found by its bar and event, the pitches of the notes that its tie leads to.

    A tie before the endings leads into each of them, and none leads from one ending into the next.
    """
    found: dict[tuple[int, int], frozenset[Pitch]] = {}
    waiting: tuple[int, int] | None = None
    fork: tuple[int, int] | None = None  # the tied note before the endings
    for place, bar in enumerate(bars):
        if bar.endings:
            waiting = fork = waiting if 1 in bar.endings else fork
        for number, event in enumerate(bar.events):
            if not isinstance(event, Note | Rest):
                continue
            if waiting and isinstance(event, Note):
                found[waiting] = found.get(waiting, frozenset()) | frozenset(event.pitches)
            waiting = (place, number) if isinstance(event, Note) and event.tie else None
    return found
