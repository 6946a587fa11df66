"""Turns music code into bars, token by token (ABC 2.1 §4)."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace as _with
from fractions import Fraction
from functools import lru_cache
from typing import TypeAlias

from musegen import Annotation, Event, Grace, Key, Metre, Note, Pitch, Rest, Tuplet
from musegen_abc.accents import read_text
from musegen_abc.bars import Bars, read_sign
from musegen_abc.chord_symbols import read_chord_symbol, unknown_chord_symbol
from musegen_abc.layout import Voices
from musegen_abc.lexer import (
    DECORATIONS,
    MUSIC,
    NAMES,
    NOTE,
    TOKEN,
    Token,
    ending_fault,
    read_ending,
    read_length,
    read_tuplet,
)
from musegen_abc.lyrics import BAR, read_syllables
from musegen_abc.pitches import ACCIDENTALS, NO_KEY, Accidentals, alteration, is_microtone

# Limits beyond which a tune is mistaken: notes that sound together or grace a note, bars that Z rests at once
# and in all.
_MOST_NOTES = 16
_MOST_BARS_AT_ONCE, _MOST_BARS = 200, 2000
_LONGEST_LENGTH = 16
_USER_SYMBOL = re.compile(r"([~H-Wh-w])\s*=\s*(.*)")
_NOTHING = frozenset({"", "nil", "none", "!nil!", "!none!", "+nil+", "+none+"})
_UNCLOSED = {
    "[": ("chord", "a chord is not closed by ]"),
    "]": ("chord", "this ] closes no chord"),
    "{": ("grace", "grace notes are not closed by }"),
    "}": ("grace", "this } closes no grace notes"),
}
"""Kind and message of a bracket that has no other."""
_NOTES = re.compile(r"(?:[\^_=]*[A-Ga-g][,'0-9/]*){3,}")
_NO_GRACE = re.compile(r"[^\s0-9/~.!+()<>=^_,'HLMOPSTuvxyz-]+")
_ONE = Fraction(1)

Report: TypeAlias = Callable[[int, str, str], None]
"""Takes the column of a problem, its kind and its message."""


# Two notes of three were read before in the same key and unit, be it in another tune. No text makes more of
# them known than these.
_MOST_KEYS, _MOST_KNOWN = 64, 2000


@lru_cache(maxsize=_MOST_KEYS)
def _known(key: Key, unit: Fraction) -> tuple[dict[str, Note], dict[str, list[Note]]]:
    """The notes, and the runs of notes, that are known by their text in this key and unit."""
    return {}, {}


class Music:
    """Reads music code of one voice, line by line, into bars."""

    def __init__(self, problem: Report, field: Callable[[str, str, int], None], voices: Voices) -> None:
        """``field`` takes the letter, value and column of an inline field."""
        self._problem, self._field, self._voices = problem, field, voices
        self.bars = Bars()
        self.line = 1
        """Number of the line that is read, for the places of problems and notes."""
        self._accidentals = Accidentals(NO_KEY)
        self.metre: Metre | None = None
        self.notes = 0
        self._bars_rested = 0
        self._last: tuple[list[Event], int] | None = None  # where the last note or rest stands
        self._broken_by = ""  # the broken rhythm that waits for its second note
        self._tuplet, self._tuplet_left = _ONE, 0
        self._last_tuplet = Tuplet(1, 1, 1)
        # Where the notes of this line of music stand, with the bar line before which each does; None unless
        # the tune has lyrics to align
        self.sung: list[tuple[list[Event], int, int]] | None = None
        self._told_to = 0  # up to where in this line unknown characters have been told
        self._told: set[str] = set()  # unknown chord symbols, and microtones, each of which is told once
        self._slurs = 0  # how many begin with the next note
        self._graces: list[Grace] = []
        self._decorations: list[str] = []
        self._symbols: dict[str, list[Token]] = {}  # the redefined ones, with what they stand for
        self._key = NO_KEY
        self.set_unit(Fraction(1, 2))
        self._all: dict[str | None, Callable[[Token], None]] = {
            "run": self._run,
            "note": self._note,
            "bar": self._bar,
            "string": self._string,
            "tuplet": self._begin_tuplet,
            "broken": self._broken,
            "grace": self._grace,
            "rest": self._rest,
            "bars_rest": self._rest_bars,
            "ending": self._ending,
            "field": self._inline_field,
            "chord": self._chord,
            "old_chord": self._chord,
            "decoration": self._decoration,
            "old_decoration": self._decoration,
            "symbol": self._symbol,
            "tie_sign": self._tie,
            "slur": self._slur,
            "overlay": self._overlay,
            "open_string": self._open_string,
            "unknown": self._strange,
        }
        self._handlers = self._all
        self._under_overlay: dict[str | None, Callable[[Token], None]] = {
            kind: self._all[kind] for kind in ("bar", "ending", "field")
        }
        self._other_voice: dict[str | None, Callable[[Token], None]] = {"field": self._inline_field}

    @property
    def begun(self) -> bool:
        """Whether there was a note or rest yet."""
        return self._last is not None

    def set_key(self, key: Key) -> None:
        """Set the key."""
        self._key = key
        self._accidentals.set_key(key)
        self._plain, self._runs = _known(key, self.unit)

    def set_unit(self, unit: Fraction) -> None:
        """Set the unit note length, in quarter notes."""
        self.unit = unit
        self._plain, self._runs = _known(self._key, unit)
        self._durations: dict[str, Fraction] = {}

    def define_symbol(self, text: str, column: int) -> None:
        """Take a ``U:`` field: ``T = !trill!``, ``p = "^+"`` or, for nothing, ``T = !nil!`` (§4.16)."""
        match = _USER_SYMBOL.fullmatch(text)
        if not match:
            self._problem(column, "definition", f"U:{text[:20]} does not define a symbol")
            return
        meaning: list[Token] = []
        for token in TOKEN.finditer("" if match[2].strip() in _NOTHING else match[2]):
            if token.lastgroup in ("decoration", "old_decoration", "string") or token[0] == ".":
                meaning.append(token)
            elif token.lastgroup != "space":
                self._problem(column, "definition", f"U:{text[:20]} names no decoration or text")
                return
        self._symbols[match[1]] = meaning

    def event(self, event: Event, column: int) -> None:
        """Add an event without duration here."""
        bar = self.bars.current
        if not bar.line:
            bar.line, bar.column = self.line, column
        bar.events.append(event)

    def read(self, code: str) -> None:
        """Read one line of music code."""
        if not self._voices.reading and "[V:" not in code:
            return
        self._told_to = 0
        for token in MUSIC.finditer(code):
            handlers = self._handlers if self._voices.reading else self._other_voice
            handler = handlers.get(token.lastgroup)
            if handler:
                handler(token)

    def _sound(self, event: Note | Rest, column: int) -> None:
        bar = self.bars.current
        if not bar.line:
            bar.line, bar.column = self.line, column
        bar.sounds = True
        bar.events.append(event)
        self._last = bar.events, len(bar.events) - 1
        if self.sung is not None and isinstance(event, Note):
            self.sung.append((*self._last, len(self.bars)))

    def sing(self, text: str, verse: int, column: int) -> None:
        """Align the syllables of a ``w:`` field with the notes of the last line (ABC 2.1 §5.1)."""
        notes = self.sung or []
        place = 0
        for syllable in read_syllables(text):
            if syllable == BAR:
                if 0 < place < len(notes) and notes[place][2] == notes[place - 1][2]:
                    bar = notes[place - 1][2]
                    place = next((i for i in range(place, len(notes)) if notes[i][2] > bar), len(notes))
                continue
            if place >= len(notes):
                self._problem(column, "lyrics", "more syllables than notes")
                return
            events, number, _ = notes[place]
            note = events[number]
            if syllable and isinstance(note, Note):
                lyrics = (*note.lyrics, *[""] * (verse - len(note.lyrics)))
                events[number] = _with(note, lyrics=(*lyrics, syllable))
            place += 1

    def _duration(self, text: str, column: int) -> Fraction:
        """The duration of a note or rest by its written length alone."""
        duration = self._durations.get(text)
        if duration is None:
            duration = self._durations[text] = self.unit * self._length(text, column)
        return duration

    def _length(self, text: str, column: int) -> Fraction:
        length = read_length(text) if len(text) <= _LONGEST_LENGTH else None
        if length is None:
            self._problem(column, "length", f"no length: {text[:20]}")
        return length or _ONE

    def _in_time(self, duration: Fraction, column: int) -> Fraction:
        """``duration`` of the current note or rest with tuplet and broken rhythm applied."""
        if self._tuplet_left:
            duration *= self._tuplet
            self._tuplet_left -= 1
        if self._broken_by:
            duration = self._break(duration, column)
        return duration

    def _break(self, duration: Fraction, column: int) -> Fraction:
        """Lengthen or shorten the note before, and return the duration of this one (ABC 2.1 §4.4).

        ``>`` makes 3:1 of two equal notes, ``>>`` 7:1, ``<`` the reverse. Its effect on unequal notes is
        undefined; they stay as they are, as in abc2midi.
        """
        sign, self._broken_by = self._broken_by, ""
        events, place = self._last or ([], 0)
        event = events[place]
        if not isinstance(event, Note | Rest) or event.duration != duration:
            self._problem(column, "broken", f"{sign} between notes of different length")
            return duration
        short = Fraction(1, 2 ** len(sign))
        before, after = (2 - short, short) if sign[0] == ">" else (short, 2 - short)
        if isinstance(event, Note):
            events[place] = _with(event, duration=duration * before)
        else:
            events[place] = Rest(duration * before)
        return duration * after

    @property
    def _nothing_pending(self) -> bool:
        """Whether a plain note now means its pitch in the key and its length, and nothing else."""
        return not (
            self._graces
            or self._decorations
            or self._slurs
            or self._tuplet_left
            or self._broken_by
            or self._accidentals.deviate
        )

    def _run(self, token: Token) -> None:
        """Read plain notes in a row; known ones are added all at once."""
        nothing_pending = self._nothing_pending
        run = self._runs.get(token[0]) if nothing_pending and self.sung is None else None
        if run is None:
            for note in NOTE.finditer(token.string, token.start(), token.end()):
                self._note(note)
            if nothing_pending and len(self._runs) < _MOST_KNOWN:
                notes = [self._plain.get(note[0]) for note in NOTE.finditer(token[0])]
                if None not in notes:
                    self._runs[token[0]] = [note for note in notes if note]
            return
        bar = self.bars.current
        if not bar.line:
            bar.line, bar.column = self.line, token.start() + 1
        bar.sounds = True
        bar.events += run
        self._last = bar.events, len(bar.events) - 1
        self.notes += len(run)

    def _note(self, token: Token) -> None:
        column = token.start() + 1
        nothing_pending = self._nothing_pending
        if nothing_pending and (plain := self._plain.get(token[0])):  # two notes of three, at twice the speed
            self.notes += 1
            self._sound(plain, column)
            return
        accidental, name, length, tie = token.group("accidental", "pitch", "length", "tie")
        plain_pitch = self._accidentals.pitch
        pitch = self._pitch(accidental, name, column) if accidental else plain_pitch(None, name)
        duration = self._in_time(self._duration(length, column), column)
        note = self._play((pitch,), duration, (pitch,) if tie else (), column)
        known = nothing_pending and not accidental and not tie
        if known and len(self._plain) < _MOST_KNOWN and read_length(length) is not None:
            self._plain[token[0]] = note

    def _pitch(self, accidental: str | None, name: str, column: int) -> Pitch:
        """The pitch of a note here. A microtone is told once."""
        if accidental and is_microtone(accidental) and accidental not in self._told:
            self._told.add(accidental)
            sign = ACCIDENTALS[alteration(accidental)]
            self._problem(column, "microtone", f"{accidental} is read as {sign}, the nearest semitone")
        return self._accidentals.pitch(accidental, name)

    def _play(
        self, pitches: tuple[Pitch, ...], duration: Fraction, tied: tuple[Pitch, ...], column: int
    ) -> Note:
        partly = tied and len(tied) < len(pitches)
        untied = tuple([pitch for pitch in pitches if pitch not in tied]) if partly else ()
        graces, decorations = tuple(self._graces), tuple(self._decorations)
        note = Note(duration, pitches, bool(tied), graces, decorations, self._slurs, untied=untied)
        if self._graces or self._decorations or self._slurs:
            self._graces, self._decorations, self._slurs = [], [], 0
        self.notes += 1
        self._sound(note, column)
        self._accidentals.tie(tied)
        return note

    def _chord(self, token: Token) -> None:
        """Read notes that sound together, as long as the first of them (ABC 2.1 §4.17).

        A tie inside the brackets is that of its note, one behind them that of all notes (§4.11).
        """
        old = "old_" if token.lastgroup == "old_chord" else ""
        column = token.start() + 1
        notes, length, tie = token.group(f"{old}chord_notes", f"{old}chord_length", f"{old}chord_tie")
        pitches: dict[Pitch, None] = {}
        tied: dict[Pitch, None] = {}
        first, strange = None, False
        for inner in TOKEN.finditer(notes):
            match inner.lastgroup:
                case "note":
                    pitch = self._pitch(inner["accidental"], inner["pitch"], column + 1 + inner.start())
                    first = inner["length"] if first is None else first
                    if len(pitches) < _MOST_NOTES:
                        pitches[pitch] = None
                        tied |= {pitch: None} if tie or inner["tie"] else {}
                    elif pitch not in pitches:
                        self._problem(column, "notes", f"more than {_MOST_NOTES} notes at once")
                case "string" | "decoration" | "old_decoration" | "symbol" if not self._is_undefined(inner):
                    self._all[inner.lastgroup](inner)
                case "space" | "slur" | "spacer":
                    pass
                case _ if not strange:
                    strange = True
                    self._problem(
                        column + 1 + inner.start(), "chord", f"cannot stand in a chord: {inner[0][:20]}"
                    )
        if first is None:
            if notes:
                self._problem(column, "empty", "a chord without a note")
            return
        duration = self._duration(first, column) * self._length(length, column)
        self._play(tuple(pitches), self._in_time(duration, column), tuple(tied), column)

    def _rest(self, token: Token) -> None:
        column = token.start() + 1
        self._silence(self._in_time(self._duration(token["rest_length"], column), column), column)

    def _silence(self, duration: Fraction, column: int) -> None:
        self._graces, self._decorations = [], []
        self._sound(Rest(duration), column)
        self._accidentals.tie(())

    def _rest_bars(self, token: Token) -> None:
        """Read a rest such as ``Z4``, which lasts four whole bars (ABC 2.1 §4.5)."""
        digits, column = token["rest_bars"], token.start() + 1
        count = int(digits[:6]) if digits else 1
        allowed = min(_MOST_BARS_AT_ONCE, _MOST_BARS - self._bars_rested)
        if not 1 <= count <= allowed:
            self._problem(column, "rest", f"cannot rest for {digits[:20]} bars")
            count = 1
        self._bars_rested += count
        self._accidentals.bar_line()
        for number in range(count):
            if number:
                self._bar_line("|", (), column)
            self._silence(self.metre.bar if self.metre else Fraction(4), column)

    def _grace(self, token: Token) -> None:
        """Read grace notes of the next note, each a quarter as long as written; abc2midi plays them so."""
        many = False
        for inner in NOTE.finditer(token["graces"]):
            pitch = self._pitch(
                inner["accidental"], inner["pitch"], token.start("graces") + inner.start() + 1
            )
            length = self._length(inner["length"], token.start() + 1)
            if len(self._graces) < _MOST_NOTES:
                self._graces.append(Grace(pitch, self.unit * length / 4))
            elif not many:
                many = True
                self._problem(token.start() + 1, "grace", f"more than {_MOST_NOTES} grace notes")
        if strange := _NO_GRACE.search(NOTE.sub("", token["graces"])):
            self._problem(token.start() + 1, "grace", f"cannot stand among grace notes: {strange[0][:20]}")

    def _tie(self, token: Token) -> None:
        """Read a tie that does not stand right after its note."""
        events, place = self._last or ([], 0)
        note = events[place] if events else None
        if isinstance(note, Note):
            if note.tie and not note.untied:
                return
            events[place] = _with(note, tie=True, untied=())
            self._accidentals.tie(note.pitches)
        else:
            self._problem(token.start() + 1, "tie", "a tie after no note")

    def _slur(self, token: Token) -> None:
        """Read a slur sign: a slur begins with the next note, or ends with the last one (ABC 2.1 §4.11)."""
        if token[0][-1] == "(":
            self._slurs += self._slurs < _MOST_NOTES
            return
        events, place = self._last or ([], 0)
        note = events[place] if events else None
        if isinstance(note, Note) and note.slurs_ended < _MOST_NOTES:
            events[place] = _with(note, slurs_ended=note.slurs_ended + 1)

    def _broken(self, token: Token) -> None:
        if self._last is None or self._broken_by:
            self._problem(token.start() + 1, "broken", f"{token[0]} does not stand between two notes")
        else:
            self._broken_by = token[0]

    def _begin_tuplet(self, token: Token) -> None:
        beat = self.metre.beat * self.metre.denominator if self.metre else 0
        tuplet = read_tuplet(token[0], compound=beat == 12)
        if tuplet is None:
            self._problem(token.start() + 1, "tuplet", f"no tuplet: {token[0][:20]}")
        else:
            last = self._last_tuplet
            # The same sign again before the first note means no second tuplet
            if self._tuplet_left and (self._tuplet_left < last.notes or tuplet.actual != last.actual):
                message = f"{token[0]} begins inside a tuplet, which ends there: tuplets are not nested"
                self._problem(token.start() + 1, "tuplet", message)
            self._last_tuplet = tuplet
            self._tuplet, self._tuplet_left = Fraction(tuplet.normal, tuplet.actual), tuplet.notes
            self.event(tuplet, token.start() + 1)

    def _bar(self, token: Token) -> None:
        sign, endings = token.group("sign", "bar_ending")
        column = token.start() + 1
        self._bar_line(sign, self._numbers(endings, column + len(sign)) if endings else (), column)

    def _bar_line(self, sign: str, endings: tuple[int, ...], column: int) -> None:
        self._handlers = self._all
        self._accidentals.bar_line()
        if not self.bars.sign(read_sign(sign), endings):
            self._problem(column, "repeat", f"{sign[:20]} repeats nothing")

    def _ending(self, token: Token) -> None:
        endings = self._numbers(token["ending_numbers"], token.start() + 1)
        if not endings:
            return
        self._handlers = self._all
        self._accidentals.bar_line()
        self.bars.ending(endings)

    def _numbers(self, text: str, column: int) -> tuple[int, ...]:
        """Read the numbers of an ending; none where no number can be one."""
        endings = read_ending(text)
        if not endings:
            self._problem(column, "ending", f"no ending: {text[:20]}")
        elif fault := ending_fault(text):
            self._problem(column, "ending", fault)
        return endings

    def _string(self, token: Token) -> None:
        """Read a string: a chord symbol if it looks like one, else an annotation (ABC 2.1 §4.18, §4.19).

        A symbol that is not known is told once.
        """
        text, column = token["quoted"], token.start() + 1
        symbol = read_chord_symbol(text)
        if symbol is None and (symbol := unknown_chord_symbol(text)) and text not in self._told:
            self._told.add(text)
            message = f'unknown chord symbol "{text}": it is silent; words are written as "^{text}"'
            self._problem(column, "chord symbol", message)
        self.event(symbol or Annotation(read_text(text)), column)

    def _decoration(self, token: Token) -> None:
        name = token["name"] or token["old_name"]
        self._decorations.append(name)
        if _NOTES.fullmatch(name) and name not in NAMES:
            self._problem(token.start() + 1, "decoration", f"no decoration is called !{name}!")

    def _symbol(self, token: Token) -> None:
        if (meaning := self._symbols.get(token[0])) is not None:
            for part in meaning:
                self._all[part.lastgroup](part)
        elif token[0] in DECORATIONS:
            self._decorations.append(DECORATIONS[token[0]])
        else:
            self._strange(token)

    def _inline_field(self, token: Token) -> None:
        self._field(token["letter"], token["value"].strip(), token.start() + 1)

    def _overlay(self, token: Token) -> None:
        """Pass over a second voice inside the bar (ABC 2.1 §7.4)."""
        self._problem(token.start() + 1, "overlay", "an overlay is passed over")
        self._handlers = self._under_overlay

    def _open_string(self, token: Token) -> None:
        self._problem(token.start() + 1, "quotation", "a quotation mark is not closed")

    def _strange(self, token: Token) -> None:
        """Tell of a sign that means nothing here, once for all that follow it without a gap."""
        begin = end = token.start()
        if begin < self._told_to:
            return
        following: Token | None = token
        while following and (following.lastgroup == "unknown" or self._is_undefined(following)):
            end = following.end()
            following = TOKEN.match(token.string, end)
        self._told_to = end
        text = token.string[begin:end]
        unclosed = _UNCLOSED.get(text[0])
        if unclosed:
            kind, message = unclosed
            near = re.split(r"[\s|]", token.string[begin : begin + 20], maxsplit=1)[0]
            self._problem(begin + 1, kind, f"{message}: {near}")
        elif token.lastgroup == "symbol":
            self._problem(begin + 1, "symbol", f"unknown symbol: {text[:20]}")
        else:
            self._problem(begin + 1, "character", f"unknown character: {text[:20]}")

    def _is_undefined(self, token: Token) -> bool:
        """Whether it is a letter that could be a symbol, but that no ``U:`` field defines."""
        known = token[0] in self._symbols or token[0] in DECORATIONS
        return token.lastgroup == "symbol" and not known
