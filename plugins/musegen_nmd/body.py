"""Turns body tokens into the bars of a score, with lengths in units of a note without marks."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from fractions import Fraction

from musegen import Annotation, Event, Key, KeyChange, Metre, MetreChange, Note, Pitch, Rest, Tuplet
from musegen_nmd.fields import read_key, read_metre
from musegen_nmd.scanner import ScoreError, Token
from musegen_nmd.texts import read_text

_MOST_BARS = 2000
_DIGITS = 6
"""Digits of a bar number that count; no score has as many bars."""
_OCTAVES = {"f": 4, "g": 4, "a": 4, "b": 4, "c": 5, "d": 5, "e": 5}
"""Octave of each step, within the stave: from F4 in the first space to E5."""
_ALTERS = {"+": 1, "-": -1, "=": 0}
_FACTORS = {">": Fraction(2), "<": Fraction(1, 2), ".": Fraction(3, 2)}
_SCALED = Fraction(2, 3)


@dataclass
class RawBar:
    """A bar as it is written: its events, or the number of the bar that it copies."""

    events: list[Event] = field(default_factory=list)
    copy: int = 0
    place: int = 0
    repeat_start: bool = False
    repeat_end: bool = False
    ending: int = 0
    barline: str = ""
    line_end: bool = False

    @property
    def empty(self) -> bool:
        """Whether the bar has neither notes nor a copy."""
        return not self.copy and not any(isinstance(event, Note | Rest) for event in self.events)

    @property
    def duration(self) -> Fraction:
        """Length of the bar's own notes, in units."""
        return sum((e.duration for e in self.events if isinstance(e, Note | Rest)), Fraction(0))


class Body:
    """Turns tokens into bars."""

    def __init__(self, key: Key, metre: Metre | None) -> None:
        self.notes: list[tuple[int, str]] = []
        """Places in the text, each with what was not understood there."""
        self._key, self._metre = key, metre
        self._accidentals: dict[str, int] = {}
        self.bars: list[RawBar] = []
        self._bar = RawBar()
        self._decorations: list[str] = []
        self._syllable = ""
        self._triplets: list[tuple[RawBar, int, int]] = []
        """Bar, event number and place in the text of each text ``3``."""

    def read(self, tokens: Iterable[Token]) -> list[RawBar]:
        """All bars. Raises ScoreError for a mistake that makes them meaningless."""
        handlers = {
            "note": self._note,
            "rest": self._rest,
            "bar": self._bar_sign,
            "above": self._above,
            "under": self._under,
            "copy": self._copy,
            "change": self._change,
            "command": self._command,
            "tie": self._tie,
            "digit": self._digit,
        }
        for token in tokens:
            handlers.get(token.kind, self._unknown)(token)
            if len(self.bars) > _MOST_BARS:
                raise ScoreError(token.place, f"more than {_MOST_BARS} bars")
        if not self._bar.empty:
            self._end_bar("")
        elif self.bars:
            self.bars[-1].events += self._bar.events
        return self.bars

    def resolve_triplets(self, unit: Fraction) -> None:
        """Read a 3 as a triplet where that makes the bar as long as the metre says, else as a fingering."""
        for bar, number, place in self._triplets:
            three = [i for i in range(number, len(bar.events)) if isinstance(bar.events[i], Note | Rest)][:3]
            lengths = {bar.events[i].duration for i in three}  # type: ignore[union-attr]
            fits = self._metre is not None and len(three) == 3 and len(lengths) == 1
            if fits and self._metre:
                saved = sum(lengths) * (1 - _SCALED) * 3
                fits = (bar.duration - saved) * unit == self._metre.bar
            if fits:
                for i in three:
                    event = bar.events[i]
                    assert isinstance(event, Note | Rest)
                    bar.events[i] = replace(event, duration=event.duration * _SCALED)
                bar.events[number] = Tuplet(3, 2, 3)
            else:
                self._report(place, "the 3 does not make a triplet that fits the bar; kept as text")

    def _report(self, place: int, line: str) -> None:
        self.notes.append((place, line))

    def _note(self, token: Token) -> None:
        step, marks = token.match["step"], token.match["marks"]
        letter = step.upper()
        for mark in marks:
            if mark in _ALTERS:
                self._accidentals[letter] = _ALTERS[mark]
        alter = self._accidentals.get(letter, self._key.alterations[letter])
        octave = min(max(_OCTAVES[step] + marks.count("^") - marks.count("v"), 0), 8)
        decorations, self._decorations = tuple(self._decorations), []
        lyrics = (self._syllable,) if self._syllable else ()
        self._syllable = ""
        self._sound(
            Note(_length(marks), (Pitch(octave, letter, alter),), decorations=decorations, lyrics=lyrics),
            token.place,
        )

    def _rest(self, token: Token) -> None:
        self._report(token.place, f"{token.match[0][0]} is taken as a rest")
        self._sound(Rest(_length(token.match["rest_marks"])), token.place)

    def _sound(self, event: Note | Rest, place: int) -> None:
        if self._bar.copy:
            self._end_bar("|")
        if not self._bar.events:
            self._bar.place = place
        self._bar.events.append(event)

    def _tie(self, token: Token) -> None:
        notes = [i for i, event in enumerate(self._bar.events) if isinstance(event, Note)]
        events = self._bar.events
        if not notes and self.bars:
            events = self.bars[-1].events
            notes = [i for i, event in enumerate(events) if isinstance(event, Note)]
        if not notes:
            self._report(token.place, "- does not tie a note; passed over")
            return
        note = events[notes[-1]]
        assert isinstance(note, Note)
        events[notes[-1]] = replace(note, tie=True)

    def _end_bar(self, barline: str) -> None:
        self._bar.barline = barline
        self.bars.append(self._bar)
        self._bar = RawBar()
        self._accidentals = {}

    def _bar_sign(self, token: Token) -> None:
        sign = token.match[0]
        barline = "||" if sign == "||" else "|"
        if not self._bar.empty:
            self._end_bar(barline)
        elif self.bars and barline == "||":
            self.bars[-1].barline = barline
        if sign in (":|", "::", ":|:") and self.bars:
            self.bars[-1].repeat_end = True
        if sign in ("|:", "::", ":|:"):
            self._bar.repeat_start = True

    def _above(self, token: Token) -> None:
        meaning = read_text(token.match["text"])
        if meaning.number in (1, 2) and self._bar.empty and self.bars:
            self._bar.ending = meaning.number
        elif meaning.number == 3:
            self._triplets.append((self._bar, len(self._bar.events), token.place))
            self._bar.events.append(Annotation("3"))
        elif meaning.decoration:
            self._decorations.append(meaning.decoration)
        elif text := meaning.chord or meaning.annotation or str(meaning.number):
            self._bar.events.append(Annotation(text))

    def _under(self, token: Token) -> None:
        text = token.match["syllable"].strip()
        if text.startswith("-"):
            text = text[1:]
        self._syllable = text

    def _digit(self, token: Token) -> None:
        if self._bar.empty and self.bars:
            self._bar.ending = int(token.match[0])
        else:
            self._report(token.place, f"{token.match[0]} does not stand at a bar line; passed over")

    def _copy(self, token: Token) -> None:
        first, last = (int((token.match[end] or token.match["first"])[:_DIGITS]) for end in ("first", "last"))
        if token.match["last"]:
            self._report(token.place, f"{token.match[0]} is taken as bars {first} to {last}")
        if last - first > _MOST_BARS:
            raise ScoreError(token.place, f"more than {_MOST_BARS} bars")
        for number in range(first, last + 1):
            if not self._bar.empty:
                self._end_bar("|")
            self._bar.copy, self._bar.place = number, token.place

    def _change(self, token: Token) -> None:
        name, value = token.match["name"], token.match["value"].strip()
        if name == "key" and (key := read_key(value)):
            self._key = key
            self._bar.events.append(KeyChange(key))
        elif metre := read_metre(name, value):
            self._metre = metre
            self._bar.events.append(MetreChange(metre))
        else:
            self._report(token.place, f"\\{name} = {value} is not understood; passed over")

    def _command(self, token: Token) -> None:
        word = token.match["word"]
        meaning = read_text(f"\\{word}")
        if word == "endstave":
            if self.bars:
                self.bars[-1].line_end = True
        elif meaning.decoration:
            self._decorations.append(meaning.decoration)
        else:
            self._report(token.place, f"\\{word} is not understood; passed over")

    def _unknown(self, token: Token) -> None:
        self._report(token.place, f"{token.match[0]!r} is not understood; passed over")


def _length(marks: str) -> Fraction:
    length = Fraction(1)
    for mark in marks:
        length *= _FACTORS.get(mark, 1)
    return length
