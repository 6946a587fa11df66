"""A tune as music, in its written form: bars with repeats and endings as they stand on the page.

Durations are exact fractions of a quarter note throughout. :mod:`musegen.music.performance` plays a score
out; :mod:`musegen.music.validity` judges it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property
from typing import TypeAlias

STEPS = "CDEFGAB"
"""The names of the seven notes, from C up."""
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
"""The modes that a key can have: ``lydian``, ``major``, ``mixolydian`` and on to ``locrian``."""


@dataclass(frozen=True, slots=True, order=True)
class Pitch:
    """A spelled pitch that sounds as it stands: key and bar accidentals are already in ``alter``."""

    octave: int
    """Scientific octave: middle C is C4."""
    step: str
    """``C`` to ``B``."""
    alter: int = 0
    """Semitones: -1 a flat, +1 a sharp, at most two either way."""

    @property
    def midi(self) -> int:
        """MIDI note number, 60 = middle C."""
        return 12 * (self.octave + 1) + _SEMITONES[self.step] + self.alter

    def __str__(self) -> str:
        return f"{self.step}{'#' * self.alter}{'b' * -self.alter}{self.octave}"


def _pitch_class(name: str) -> int:
    return _SEMITONES[name[0]] + name.count("#") - name[1:].count("b")


@dataclass(frozen=True)
class Key:
    """A key signature: tonic and mode, with the accidentals that a field adds to or sets against them."""

    tonic: str
    """Step with ``#`` or ``b``: ``F#``, ``Bb``; empty where the tune has none (``K:none``)."""
    mode: str = "major"
    """One of :data:`MODES`."""
    accidentals: tuple[tuple[str, int], ...] = ()
    """Explicit ``(step, alter)`` pairs that override the signature of tonic and mode."""

    @property
    def fifths(self) -> int:
        """Sharps (positive) or flats (negative) of tonic and mode, before explicit accidentals."""
        if not self.tonic:
            return 0
        alter = self.tonic.count("#") - self.tonic[1:].count("b")
        return _FIFTHS[self.tonic[0]] + 7 * alter + _MODE_FIFTHS[self.mode]

    @cached_property
    def alterations(self) -> Mapping[str, int]:
        """The alteration in semitones of each of the seven steps."""
        fifths = self.fifths
        alter = {step: (fifths - place + 6) // 7 for place, step in enumerate(_SHARPS)}
        return {**alter, **dict(self.accidentals)}

    def semitones_to(self, tonic: str) -> int:
        """Semitones, -6 to 5, that bring its tonic to this one; 0 where it has none."""
        return (_pitch_class(tonic) - _pitch_class(self.tonic) + 6) % 12 - 6 if self.tonic else 0

    def __str__(self) -> str:
        return f"{self.tonic} {self.mode}" if self.tonic else "none"


@dataclass(frozen=True, slots=True)
class Metre:
    """A time signature."""

    numerator: int
    denominator: int
    symbol: str = ""
    """``C`` or ``C|`` where it is written so."""

    @property
    def bar(self) -> Fraction:
        """Length of a bar in quarter notes."""
        return Fraction(4 * self.numerator, self.denominator)

    @property
    def beat(self) -> Fraction:
        """Length of a beat in quarter notes: three units in compound metres (6/8, 9/8, 12/8), else one."""
        compound = self.numerator > 3 and self.numerator % 3 == 0 and self.denominator >= 8
        return Fraction(12 if compound else 4, self.denominator)

    def __str__(self) -> str:
        return f"{self.numerator}/{self.denominator}"


@dataclass(frozen=True, slots=True)
class Tempo:
    """So many beats a minute, a beat being ``beat`` quarter notes long."""

    beat: Fraction
    per_minute: Fraction
    text: str = ""
    """What the tempo is called: ``Allegro``; empty where only a number is written."""

    @property
    def quarters_per_minute(self) -> Fraction:
        """The same tempo in quarter notes a minute."""
        return self.beat * self.per_minute


@dataclass(frozen=True, slots=True)
class Grace:
    """A grace note before a note; ``duration`` is what it takes from that note when played."""

    pitch: Pitch
    duration: Fraction


@dataclass(frozen=True, slots=True)
class Note:
    """One note, or several that sound together."""

    duration: Fraction
    pitches: tuple[Pitch, ...]
    tie: bool = False
    """Tied to the next note of the same pitch."""
    graces: tuple[Grace, ...] = ()
    decorations: tuple[str, ...] = ()
    """Names without marks: ``trill``, ``staccato``, ``upbow``; in written order."""
    slurs_begun: int = 0
    """How many slurs begin with this note."""
    slurs_ended: int = 0
    """How many slurs end with it."""
    lyrics: tuple[str, ...] = ()
    """A syllable for each verse: ends with ``-`` where the word goes on, ``_`` holds the syllable before over
    this note, an empty text sings nothing."""


@dataclass(frozen=True, slots=True)
class Rest:
    """Silence."""

    duration: Fraction


@dataclass(frozen=True, slots=True)
class ChordSymbol:
    """An accompaniment chord such as ``Am7`` or ``D/F#``, from here until the next one."""

    text: str
    """As written, without quotation marks."""
    root: int
    """Pitch class, 0 = C."""
    intervals: tuple[int, ...]
    """Semitones above the root, root (0) included, ascending."""
    bass: int
    """Pitch class of the bass; the root where none is written."""


@dataclass(frozen=True, slots=True)
class Annotation:
    """Text over the staff that is not a chord symbol."""

    text: str


@dataclass(frozen=True, slots=True)
class Tuplet:
    """The next ``notes`` notes and rests are ``actual`` written in the time of ``normal``.

    Their durations have that factor in them already: three eighths of a triplet last 1/3 each.
    """

    actual: int
    normal: int
    notes: int


@dataclass(frozen=True, slots=True)
class KeyChange:
    """A key signature inside the tune."""

    key: Key


@dataclass(frozen=True, slots=True)
class MetreChange:
    """A time signature inside the tune; None for free metre."""

    metre: Metre | None


@dataclass(frozen=True, slots=True)
class TempoChange:
    """A tempo inside the tune."""

    tempo: Tempo


Event: TypeAlias = Note | Rest | ChordSymbol | Annotation | Tuplet | KeyChange | MetreChange | TempoChange
"""What can stand in a bar."""


@dataclass(frozen=True, slots=True)
class Bar:
    """What stands between two bar-line signs: a whole bar, an upbeat, or one side of a repeat inside a bar.

    A bar holds at least one note or rest; signs without music between them belong to one neighbour.
    """

    events: tuple[Event, ...]
    repeat_start: bool = False
    """``|:`` at its left."""
    repeat_end: int = 0
    """How often the passage that ends at its right is played: 2 for ``:|``, 3 for ``::|``; else 0."""
    endings: tuple[int, ...] = ()
    """The numbers of the ending that begins with this bar: ``(1, 3)`` for ``[1,3``."""
    barline: str = "|"
    """The sign at its right without repeat dots: ``|``, ``||``, ``|]``, ``[|``, or empty at a bare end."""
    part: str = ""
    """The label of the part (ABC ``P:``) that begins with this bar."""
    line: int = field(default=0, compare=False)
    """Where the bar begins in its tune's text, 1-based."""
    column: int = field(default=0, compare=False)

    @property
    def duration(self) -> Fraction:
        """Sum of its notes and rests in quarter notes."""
        return sum((e.duration for e in self.events if isinstance(e, Note | Rest)), Fraction(0))

    @property
    def ends_strain(self) -> bool:
        """Whether a repeat sign or a double bar line stands at its right."""
        return self.repeat_end > 0 or self.barline in {"||", "|]", "[|"}


@dataclass(frozen=True, slots=True)
class Problem:
    """Something in a tune's text that was read tolerantly, and where (1-based)."""

    line: int
    column: int
    message: str
    kind: str = field(default="", compare=False)
    """A short word that all problems of this kind share, such as ``tie``: ``musegen corpus check`` counts
    them by it."""

    def __str__(self) -> str:
        return f"{self.line}:{self.column}: {self.message}"


@dataclass(frozen=True, slots=True)
class Score:
    """One tune as music."""

    bars: tuple[Bar, ...]
    key: Key
    metre: Metre | None = None
    """The metre the tune begins in; None where it has none (``M:none`` or no field)."""
    tempo: Tempo | None = None
    """The written tempo; None where the tune has none."""
    title: str = ""
    rhythm: str = ""
    unit: Fraction = Fraction(1, 2)
    """The unit note length (ABC ``L:``) in quarter notes."""
    play_order: str = ""
    """The labels of the parts in playing order, expanded: ``AABB``; empty where the tune gives none."""
    suggested_order: str = ""
    """An order of the parts that is only a suggestion (``Y:`` in the Nottingham database), expanded: played
    on request."""
    fields: tuple[tuple[str, str], ...] = ()
    """The other information fields of the header, in order: ``("S", "Foxley")``."""
    words: tuple[str, ...] = ()
    """Lines of text to sing that stand below the tune (ABC ``W:``)."""
    problems: tuple[Problem, ...] = field(default=(), compare=False)
