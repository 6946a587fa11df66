"""Writes notes and rests with their signs and syllables."""

from __future__ import annotations

from collections.abc import Sequence
from xml.etree.ElementTree import Element, SubElement

from musegen import Key, MusegenError, Note, Pitch
from musegen_musicxml.durations import Value
from musegen_musicxml.signs import NOTATIONS, text_element

_ACCIDENTALS = {-2: "flat-flat", -1: "flat", 0: "natural", 1: "sharp", 2: "double-sharp"}
_MOST_SLURS = 16
"""The highest number that MusicXML gives to slurs and ties that are open at a time."""


class NoteWriter:
    """Writes notes one after another; remembers accidentals in force and open slurs and ties."""

    def __init__(self, key: Key, divisions: int, *, lyrics: bool) -> None:
        self._divisions = divisions
        self._lyrics = lyrics
        self._slurs: list[int] = []
        self._tied = self._before_endings = frozenset[Pitch]()
        """Pitches that are tied on from the last note, and from the last one before the endings."""
        self._words: set[int] = set()
        """The verses that are in the middle of a word."""
        self.set_key(key)

    def set_key(self, key: Key) -> None:
        """Set the key signature from here on."""
        self._key = key
        self._altered: dict[tuple[str, int], int] = {}

    def bar_line(self) -> None:
        """Forget the accidentals of the bar."""
        self._altered.clear()

    def rest(self, measure: Element, pieces: Sequence[Value], tuplet: str) -> None:
        """Write a rest; ``tuplet`` is ``start``, ``stop``, both, or empty."""
        self._tied = frozenset()
        for place, value in enumerate(pieces):
            note = SubElement(measure, "note")
            SubElement(note, "rest")
            self._length(note, value, tied=())
            _tuplet(note, tuplet, place == 0, place == len(pieces) - 1)

    def begin_ending(self, *, first: bool) -> None:
        """Begin an ending: each goes on from the notes before the first one, and so do their ties."""
        if first:
            self._before_endings = self._tied
        self._tied = self._before_endings

    def note(
        self,
        measure: Element,
        note: Note,
        pieces: Sequence[Value],
        tuplet: str,
        following: frozenset[Pitch],
    ) -> None:
        """Write a note or chord as all the tied notes its length needs; its tie leads to ``following``."""
        for grace in note.graces:
            element = SubElement(measure, "note")
            SubElement(element, "grace")
            accidental = self._pitch(element, grace.pitch)
            text_element(element, "voice", 1)
            text_element(element, "type", "eighth" if len(note.graces) == 1 else "16th")
            if accidental:
                text_element(element, "accidental", accidental)
        onward = following.intersection(note.tied)
        pitches = tuple(dict.fromkeys(note.pitches))
        for place, value in enumerate(pieces):
            first, last = place == 0, place == len(pieces) - 1
            for number, pitch in enumerate(pitches):
                element = SubElement(measure, "note")
                if number:
                    SubElement(element, "chord")
                held = not first or pitch in self._tied
                accidental = self._pitch(element, pitch, shown=not held)
                tied = ("stop",) * held + ("start",) * (not last or pitch in onward)
                self._length(element, value, tied, accidental)
                for kind in tied:
                    SubElement(_notations(element), "tied", type=kind)
                if not number:
                    _tuplet(element, tuplet, first, last)
                    self._marks(element, note, first, last)
        self._tied = onward

    def _marks(self, element: Element, note: Note, first: bool, last: bool) -> None:
        """Write slurs, decorations, lyrics: slurs end at the last of tied notes, all else is at the first."""
        for _ in range(note.slurs_ended if last else 0):
            if self._slurs:
                SubElement(_notations(element), "slur", type="stop", number=str(self._slurs.pop()))
        for _ in range(note.slurs_begun if first else 0):
            if len(self._slurs) < _MOST_SLURS:
                self._slurs.append(len(self._slurs) + 1)
                SubElement(_notations(element), "slur", type="start", number=str(self._slurs[-1]))
        if first:
            _decorate(element, note.decorations)
            for verse, syllable in enumerate(note.lyrics if self._lyrics else (), 1):
                if syllable:
                    self._lyric(element, verse, syllable)

    def _pitch(self, element: Element, pitch: Pitch, *, shown: bool = True) -> str:
        """Write the pitch; returns the accidental that has to stand before it, or an empty text."""
        if not 0 <= pitch.octave <= 9:
            raise MusegenError(f"MusicXML has the octaves 0 to 9 (got {pitch})")
        written = SubElement(element, "pitch")
        text_element(written, "step", pitch.step)
        if pitch.alter:
            text_element(written, "alter", pitch.alter)
        text_element(written, "octave", pitch.octave)
        place = pitch.step, pitch.octave
        if not shown or self._altered.get(place, self._key.alterations[pitch.step]) == pitch.alter:
            return ""
        self._altered[place] = pitch.alter
        return _ACCIDENTALS[pitch.alter]

    def _length(self, note: Element, value: Value, tied: Sequence[str], accidental: str = "") -> None:
        text_element(note, "duration", value.duration * self._divisions)
        for kind in tied:
            SubElement(note, "tie", type=kind)
        text_element(note, "voice", 1)
        if value.type:
            text_element(note, "type", value.type)
        for _ in range(value.dots):
            SubElement(note, "dot")
        if accidental:
            text_element(note, "accidental", accidental)
        if value.actual != value.normal:
            modification = SubElement(note, "time-modification")
            text_element(modification, "actual-notes", value.actual)
            text_element(modification, "normal-notes", value.normal)

    def _lyric(self, element: Element, verse: int, syllable: str) -> None:
        lyric = SubElement(element, "lyric", number=str(verse))
        if syllable == "_":
            SubElement(lyric, "extend")
            return
        inside, goes_on = verse in self._words, syllable.endswith("-")
        kind = ("middle" if goes_on else "end") if inside else ("begin" if goes_on else "single")
        (self._words.add if goes_on else self._words.discard)(verse)
        text_element(lyric, "syllabic", kind)
        text_element(lyric, "text", syllable.removesuffix("-"))


def _notations(element: Element) -> Element:
    found = element.find("notations")
    return SubElement(element, "notations") if found is None else found


def _tuplet(element: Element, marks: str, first: bool, last: bool) -> None:
    for kind in marks.split():
        if first if kind == "start" else last:
            SubElement(_notations(element), "tuplet", type=kind, number="1")


def _decorate(element: Element, decorations: Sequence[str]) -> None:
    for name in decorations:
        if name in NOTATIONS:
            group, kind = NOTATIONS[name]
            notations = _notations(element)
            parent = notations.find(group)
            SubElement(SubElement(notations, group) if parent is None else parent, kind)
        elif name in {"fermata", "invertedfermata"}:
            kind = "upright" if name == "fermata" else "inverted"
            SubElement(_notations(element), "fermata", type=kind)
        elif name == "arpeggio":
            SubElement(_notations(element), "arpeggiate")
        elif name in {"0", "1", "2", "3", "4", "5"}:
            text_element(SubElement(_notations(element), "technical"), "fingering", name)
