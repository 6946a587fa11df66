"""Scores: tunes as music, in their written form, with repeats and endings as they are on the page.

All durations are exact fractions of a quarter note. :mod:`musegen.music.performance` turns a score into notes
in time, and :mod:`musegen.music.validity` judges it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property, lru_cache
from typing import TypeAlias

STEPS = "CDEFGAB"
"""Names of the seven natural notes, from C upwards."""
_SEMITONES = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}
_SHARPS = "FCGDAEB"
_FIFTHS = {"F": -1, "C": 0, "G": 1, "D": 2, "A": 3, "E": 4, "B": 5}
_MODE_FIFTHS = {
    "lydian": 1,
    "major": 0,
    "mixolydian": -1,
    "dorian": -2,
    "minor": -3,
    "phrygian": -4,
    "locrian": -5,
}
MODES = tuple(_MODE_FIFTHS)
"""Modes that a key can have: ``lydian``, ``major``, ``mixolydian``, ``dorian``, ``minor``, ``phrygian`` and
``locrian``."""


@dataclass(frozen=True, slots=True, order=True)
class Pitch:
    """A spelled pitch. ``alter`` includes the accidentals of the key and of the bar."""

    octave: int
    """Octave in scientific notation, where middle C is C4."""
    step: str
    """Name of the natural note: ``C`` to ``B``."""
    alter: int = 0
    """Alteration in semitones, from -2 to 2: -1 is a flat, 1 is a sharp."""

    @property
    def midi(self) -> int:
        """MIDI note number; 60 is middle C."""
        return 12 * (self.octave + 1) + _SEMITONES[self.step] + self.alter

    def __str__(self) -> str:
        return f"{self.step}{'#' * self.alter}{'b' * -self.alter}{self.octave}"


def _pitch_class(name: str) -> int:
    return _SEMITONES[name[0]] + name.count("#") - name[1:].count("b")


@dataclass(frozen=True)
class Key:
    """A key: tonic and mode, and explicit accidentals that change their signature."""

    tonic: str
    """Tonic, such as ``D``, ``F#`` or ``Bb``; empty if the tune has no key (``K:none``)."""
    mode: str = "major"
    """Mode, one of :data:`MODES`."""
    accidentals: tuple[tuple[str, int], ...] = ()
    """Explicit accidentals as ``(step, alter)``, which override the signature of tonic and mode."""

    @property
    def fifths(self) -> int:
        """Number of sharps (positive) or flats (negative) of tonic and mode, without explicit accidentals."""
        if not self.tonic:
            return 0
        alter = self.tonic.count("#") - self.tonic[1:].count("b")
        return _FIFTHS[self.tonic[0]] + 7 * alter + _MODE_FIFTHS[self.mode]

    @cached_property
    def alterations(self) -> Mapping[str, int]:
        """Alteration in semitones of each of the seven steps."""
        fifths = self.fifths
        alter = {step: (fifths - place + 6) // 7 for place, step in enumerate(_SHARPS)}
        return {**alter, **dict(self.accidentals)}

    @cached_property
    def scale(self) -> frozenset[int]:
        """Pitch classes of its seven notes, explicit accidentals included; 0 is C."""
        return frozenset((_SEMITONES[step] + alter) % 12 for step, alter in self.alterations.items())

    @property
    def tonic_class(self) -> int:
        """Pitch class of the tonic; that of C (0) if it has none."""
        return _pitch_class(self.tonic) % 12 if self.tonic else 0

    def semitones_to(self, tonic: str) -> int:
        """Number of semitones, from -6 to 5, that move its tonic to ``tonic``; 0 if it has no tonic."""
        return (_pitch_class(tonic) - _pitch_class(self.tonic) + 6) % 12 - 6 if self.tonic else 0

    def __str__(self) -> str:
        return f"{self.tonic} {self.mode}" if self.tonic else "none"


@dataclass(frozen=True, slots=True)
class Metre:
    """A time signature."""

    numerator: int
    denominator: int
    symbol: str = ""
    """Sign that it is written with, ``C`` or ``C|``; empty if it is written in numbers."""

    @property
    def bar(self) -> Fraction:
        """Length of a bar in quarter notes."""
        return Fraction(4 * self.numerator, self.denominator)

    @property
    def beat(self) -> Fraction:
        """Length of a beat in quarter notes: three units in compound metres (6/8, 9/8, 12/8), otherwise one.

        A unit is the note of the denominator.
        """
        compound = self.numerator > 3 and self.numerator % 3 == 0 and self.denominator >= 8
        return Fraction(12 if compound else 4, self.denominator)

    def __str__(self) -> str:
        return f"{self.numerator}/{self.denominator}"


@dataclass(frozen=True, slots=True)
class Tempo:
    """A tempo in beats a minute."""

    beat: Fraction
    """Length of a beat in quarter notes."""
    per_minute: Fraction
    """Number of beats a minute."""
    text: str = ""
    """Name of the tempo, such as ``Allegro``; empty if only a number is written."""

    @property
    def quarters_per_minute(self) -> Fraction:
        """The same tempo in quarter notes a minute."""
        return self.beat * self.per_minute


@dataclass(frozen=True, slots=True)
class Grace:
    """A grace note before a note."""

    pitch: Pitch
    duration: Fraction
    """Time in quarter notes that it takes from the note when played."""


@dataclass(frozen=True, slots=True)
class Note:
    """A note, or several notes that sound together."""

    duration: Fraction
    """Duration in quarter notes."""
    pitches: tuple[Pitch, ...]
    """Pitch of each note."""
    tie: bool = False
    """Whether it is tied to the next note: each of its pitches, but for those in ``untied``."""
    graces: tuple[Grace, ...] = ()
    """Grace notes before it."""
    decorations: tuple[str, ...] = ()
    """Names of its decorations, such as ``trill``, ``staccato`` or ``upbow``, in written order."""
    slurs_begun: int = 0
    """Number of slurs that begin with this note."""
    slurs_ended: int = 0
    """Number of slurs that end with this note."""
    lyrics: tuple[str, ...] = ()
    """One syllable for each verse. It ends with ``-`` if the word goes on. ``_`` means that the syllable
    before is held over this note, and an empty text that nothing is sung."""
    untied: tuple[Pitch, ...] = ()
    """Those of its pitches that are struck again though others are tied, as the E of ``[C-E]``; empty if none
    is tied."""

    @property
    def tied(self) -> tuple[Pitch, ...]:
        """Those of its pitches that are tied to the next note."""
        if not self.untied:
            return self.pitches if self.tie else ()
        return tuple(pitch for pitch in self.pitches if self.tie and pitch not in self.untied)


@dataclass(frozen=True, slots=True)
class Rest:
    """A rest."""

    duration: Fraction
    """Duration in quarter notes."""


@dataclass(frozen=True, slots=True)
class ChordSymbol:
    """An accompaniment chord such as ``Am7`` or ``D/F#``, from here until the next one."""

    text: str
    """The symbol as written, without quotation marks."""
    root: int
    """Pitch class of the root; 0 is C, and of a chord without tones."""
    intervals: tuple[int, ...]
    """Tones of the chord in semitones above the root, in ascending order. The root itself (0) is included.
    Empty for ``N.C.`` (no chord), and for a symbol that is not known: both end the chord before them."""
    bass: int
    """Pitch class of the bass; the root if no bass is written."""


@dataclass(frozen=True, slots=True)
class Annotation:
    """A text above the staff that is not a chord symbol."""

    text: str


@dataclass(frozen=True, slots=True)
class Tuplet:
    """The mark of a tuplet: the next ``notes`` notes and rests go ``actual`` into the time of ``normal``.

    Their durations already include that factor: each eighth of a triplet lasts 1/3 of a quarter note.
    """

    actual: int
    normal: int
    notes: int


@dataclass(frozen=True, slots=True)
class KeyChange:
    """A change of key inside the tune."""

    key: Key


@dataclass(frozen=True, slots=True)
class MetreChange:
    """A change of metre inside the tune; None for free metre."""

    metre: Metre | None


@dataclass(frozen=True, slots=True)
class TempoChange:
    """A change of tempo inside the tune."""

    tempo: Tempo


@dataclass(frozen=True, slots=True)
class TranspositionChange:
    """A change, inside the tune, of how far its notes sound from where they are written."""

    semitones: int
    """Semitones that they sound higher from here on; negative if they sound lower."""


Event: TypeAlias = (
    Note
    | Rest
    | ChordSymbol
    | Annotation
    | Tuplet
    | KeyChange
    | MetreChange
    | TempoChange
    | TranspositionChange
)
"""The kinds of events that a bar can contain."""


_quarters = lru_cache(maxsize=4096)(Fraction)
"""A fraction of whole numbers, computed once for each pair."""


@dataclass(frozen=True, slots=True)
class Bar:
    """The music between two bar-line signs: a whole bar, an upbeat, or one side of a repeat inside a bar.

    A bar contains at least one note or rest. Signs without music between them belong to one neighbouring bar.
    """

    events: tuple[Event, ...]
    """Events of the bar, in order."""
    repeat_start: bool = False
    """Whether ``|:`` is at its left."""
    repeat_end: int = 0
    """Number of times that the passage which ends at its right is played: 2 for ``:|``, 3 for ``::|``. 0 if
    no repeat ends there."""
    endings: tuple[int, ...] = ()
    """Numbers of the ending that begins with this bar: ``(1, 3)`` for ``[1,3``."""
    barline: str = "|"
    """Sign at its right without repeat dots: ``|``, ``||``, ``|]`` or ``[|``; empty if there is none."""
    part: str = ""
    """Label of the part (ABC ``P:``) that begins with this bar."""
    line: int = field(default=0, compare=False)
    """Line of the tune's text where the bar begins, from 1; 0 if it is not known."""
    column: int = field(default=0, compare=False)
    """Column where the bar begins, from 1; 0 if it is not known."""

    @property
    def duration(self) -> Fraction:
        """Total length of its notes and rests in quarter notes."""
        total, parts = 0, 1  # whole numbers, because adding two Fractions takes as long as reading a note
        for event in self.events:
            if isinstance(event, Note | Rest):
                duration = event.duration
                of = duration.denominator
                if of == parts:
                    total += duration.numerator
                else:
                    total, parts = total * of + duration.numerator * parts, parts * of
        return _quarters(total, parts)

    @property
    def ends_strain(self) -> bool:
        """Whether a strain, a section of the tune, ends here: at its right is ``:|`` or a double bar line."""
        return self.repeat_end > 0 or self.barline in {"||", "|]", "[|"}


@dataclass(frozen=True, slots=True)
class Problem:
    """A mistake in a tune's text that was tolerated, with its place."""

    line: int
    """Line of the tune's text, from 1."""
    column: int
    """Column, from 1."""
    message: str
    """The mistake in words."""
    kind: str = field(default="", compare=False)
    """Short word that all problems of one kind share, such as ``tie``; ``musegen corpus check`` counts
    problems by it."""

    def __str__(self) -> str:
        return f"{self.line}:{self.column}: {self.message}"


@dataclass(frozen=True, slots=True)
class Score:
    """One tune as music."""

    bars: tuple[Bar, ...]
    """Bars in written order."""
    key: Key
    """Key that the tune begins in."""
    metre: Metre | None = None
    """Metre that the tune begins in; None if it has none (``M:none``, or no such field)."""
    tempo: Tempo | None = None
    """Written tempo; None if the tune has none."""
    title: str = ""
    rhythm: str = ""
    """Kind of dance or tune, such as ``jig``."""
    unit: Fraction = Fraction(1, 2)
    """Unit note length (ABC ``L:``) in quarter notes."""
    play_order: str = ""
    """Labels of the parts in playing order, written out: ``AABB``; empty if the tune gives no order."""
    suggested_order: str = ""
    """Order of the parts that is only a suggestion (``Y:`` in the Nottingham database), written out. It is
    played on request."""
    fields: tuple[tuple[str, str], ...] = ()
    """Other information fields of the header, in order: ``("S", "Foxley")``."""
    words: tuple[str, ...] = ()
    """Lines of a song text below the tune (ABC ``W:``)."""
    problems: tuple[Problem, ...] = field(default=(), compare=False)
    """Mistakes in the text that were tolerated."""
    transposition: int = 0
    """Semitones that its beginning sounds higher than it is written: 12 under the clef ``treble+8``, -2 for a
    clarinet in B flat. Notes, keys and chord symbols of the score are the written ones."""

    @property
    def pitch_range(self) -> tuple[int, int] | None:
        """Lowest and highest pitch of its notes, without grace notes, as MIDI numbers; None without notes."""
        notes = [event for bar in self.bars for event in bar.events if isinstance(event, Note)]
        pitches = [pitch.midi for note in notes for pitch in note.pitches]
        return (min(pitches), max(pitches)) if pitches else None
