"""What is known of a tune that is being written under rules: whole numbers, and tuples of them.

These are parts of the machine in ruled.py. Times are counted in parts of a whole note, :data:`WHOLE` to each,
so that whatever the machine accepts has an exact time: what has none is refused.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum, auto

WHOLE = 30720
"""Parts of a whole note. A unit note length (``L:``) from 1/2 to 1/64 has a multiple of :data:`FINEST`."""
FINEST = 480
"""The finest part of a unit note length that may have a time."""
MOST_IN_CHORD = 6
ALL_TIED = -1
"""The bits of notes that are all tied."""
LENGTHS = (1, 2, 3, 4, 5, 6, 8, 10, 12, 15, 16, 20, 24, 30, 32, 40, 48, 60, 80, 96, 120, 160, 240, 480)
"""The divisors of :data:`FINEST`: the denominators that a length may have."""
UNKNOWN = -1
"""The hash of a bar before the first one."""


class Lex(IntEnum):
    """What is being read."""

    HEADER = auto()  # the beginning of a line of the header
    LETTER = auto()  # behind the letter of a field
    FIRST = auto()  # the first character of a free text
    TEXT = auto()  # a free text
    PERCENT = auto()  # behind the "%" that begins a line
    COMMENT = auto()
    VALUE = auto()  # the value of M:, L:, K: or Q:
    LINE = auto()  # the beginning of a line of the body
    MUSIC = auto()  # between the signs of music code
    ACCIDENTAL = auto()
    PITCH = auto()  # behind the letter of a note and its octave marks
    OVER = auto()  # behind digits of a length, before a slash
    SLASH = auto()  # behind slashes
    UNDER = auto()  # behind digits after a slash
    TIE = auto()
    SIGN = auto()  # behind "|"
    CLOSED = auto()  # behind "|]"
    OPENED = auto()  # behind "|:"
    COLON = auto()  # behind ":"
    COLON_BRACKET = auto()  # behind ":["
    BRACKET = auto()  # behind "["
    NUMBER = auto()  # behind the number of an ending
    CLOSED_COLON = auto()  # behind "|]:"
    PLUS = auto()  # behind the "+" that begins a chord
    CHORD_TIE = auto()  # behind a tie in a chord
    COMMA = auto()  # behind "1,"
    STRING = auto()
    PAREN = auto()  # behind "("
    TUPLET = auto()
    DOUBLE = auto()  # behind "::"
    BREAK = auto()  # behind ">" and "<"
    INDENT = auto()  # behind blanks that begin a line
    INITIAL = auto()  # behind a letter that begins a line: a decoration, or the letter of a field
    DOT = auto()  # behind "."
    NAME = auto()  # in the name of a decoration, such as "!trill!"
    GRACE = auto()  # between braces
    JOIN = auto()  # behind a "\" at the end of a line
    SPACER = auto()  # behind "y"
    RESTS = auto()  # behind "Z"
    CHORD_SPACE = auto()  # behind a blank in a chord


class StringKind(IntEnum):
    """What a string may be, as far as it is read."""

    BLANK = 0
    CHORD = 1  # a chord symbol
    OTHER = 2


@dataclass(frozen=True, slots=True)
class Limits:
    """What the rules allow, as numbers."""

    bars: int
    """Number of full bars that a tune must have."""
    repetition: int
    """Largest number of times that the same bar may come in a row; 0 for any."""
    lowest: int
    """Lowest pitch as a MIDI note number."""
    highest: int
    """Highest pitch."""
    characters: frozenset[str]
    """The characters that are tokens of their own, and so can always be written."""
    finest: int
    """The finest part of a unit note length that can be written, a divisor of :data:`FINEST`."""
    fill: tuple[str, str]
    """Two notes that can always be written, whatever the key is."""
    notes: tuple[str, ...] = ()
    """More of them, with accidentals where only some pitches may sound."""
    pitches: frozenset[int] | None = None
    """MIDI note numbers that may sound; None for all within the range."""
    metre: bool = True
    """Whether bars must fit their metre."""
    repeats: bool = True
    """Whether every ``|:`` must be closed."""
    runs: tuple[int, ...] = ()
    """How often each strain is played; empty for any strains."""
    strain: int = 0
    """Number of bars of each strain; 0 for any."""
    cadence: bool = False
    """Whether strains end on the tonic."""
    chords: bool | None = None
    """Whether strains begin with a chord symbol; False for no chord symbols."""
    fixed: str = ""
    """The letters of fields that the header alone may have."""

    def writes(self, text: str) -> bool:
        """Whether each character of the text can be written."""
        return all(character in self.characters for character in text)

    @property
    def form(self) -> bool:
        """Whether there is a wish for the strains."""
        return bool(self.runs or self.strain or self.cadence or self.chords)

    @property
    def plain(self) -> bool:
        """Whether there is no such wish, and bars and repeats are ruled: only then rare signs may come."""
        return self.metre and self.repeats and not self.form

    @property
    def picks(self) -> bool:
        """Whether it depends on the place which notes may come."""
        return self.cadence or self.pitches is not None or (self.strain > 0 and len(self.runs) > 1)


class Draft:
    """A tune in the making; a copy goes on by itself, because every attribute is immutable."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.lex = Lex.HEADER
        self.begun = self.in_body = False  # whether a line has been written, and the header
        self.column = 0  # characters of the line so far, up to 2
        # The field that is read: the phase of its value and up to four numbers of it (ruled_values.py)
        self.field, self.inline = "", False
        self.phase = self.a = self.b = self.c = self.d = 0
        self.altered: tuple[int, ...] = (9,) * 7
        self.has_text = False
        self.has_metre = self.has_unit = False
        self.ordered = False  # whether the header has a play order
        # In force: a whole bar by the metre, whether it is compound, the unit, and the key's alteration of
        # each step from C to B
        self.metre = self.unit = 0
        self.compound = False
        self.key: tuple[int, ...] = (0,) * 7

        # The note or chord that is read: its unit, and its length, whose default is 0 each
        self.base = self.over = self.slashes = self.under = 0
        self.accidental = 9  # 9 for none
        self.step = self.octave = 0
        self.is_rest = False
        self.in_chord = self.closed = False  # closed: behind the "]"
        self.tied_in_chord = 0  # which of its notes have a tie inside the brackets, a bit each
        self.old = False  # whether the chord stands between plus signs
        self.chord_unit = 0  # the length of the chord's first note; 0 before it is over
        self.chord_length = (0, 0, 0)  # that length as it is written: over, slashes and under
        self.sounding: tuple[tuple[int, int], ...] = ()  # (step + 7 * octave, alteration) of its notes
        # The last note: its pitches, and which of them are tied to the next, a bit each
        self.last_pitches: tuple[tuple[int, int], ...] = ()
        self.last_is_note = self.tieable = False
        self.tied = 0
        self.last = self.last_content = 0  # its time, and its hash without that
        self.last_time = 0  # the time of the last note of the last bar; 0 for a rest
        self.last_length = (0, 0, 0)  # over, slashes and under as written
        self.breakable = False  # whether a broken rhythm may follow
        self.broken = 0  # the number of ">", or of "<" below 0, that wait for a note
        self.in_bar: tuple[int, ...] = (9,) * 7
        self.p, self.q, self.left, self.least = 1, 1, 0, 0  # the tuplet; least: the time of its shortest note
        self.r = self.parts = 0

        # The bar: its time so far, its length by the metre, and what came before it
        self.bar = 0  # which bar of the tune, from 1; 3 for all later ones
        self.open = False  # whether it sounds
        self.time = self.whole = 0
        self.owed = self.owed_whole = 0
        self.due = self.due_whole = 0  # what the next bar will owe, where the metre changes
        self.boundary = True
        self.copied = False
        self.cut = False  # whether the label of a part has ended the bar, for the parser alone
        self.hash = 0  # of its notes but the last
        self.before, self.run = UNKNOWN, 0  # the hash of the bar before, and how many are the same in a row
        self.run_length = self.length = 0  # its characters, up to 3, as place.py counts them
        self.plain = False
        self.put_off = 0  # the same up to a character that belongs to the bar only if the next one lets it
        self.graces = 0  # how many of them wait for their note
        self.sung = 0  # notes of the last line of music that can have syllables
        self.full = 0  # full bars so far, up to the number that is needed
        self.notes = False
        # Signs since the last bar: at its end, and at the beginning of the next
        self.repeats = self.heavy = self.was_heavy = False
        self.lines = 0
        self.marks = 0  # signs since the last note or bar line that are neither: slurs, blanks and the like
        self.signs = 0  # how many bar lines there were, up to 5
        self.bracket = self.no_bracket = False
        self.starts = self.part = False
        self.ending_next = 0  # 1 for a first ending, 2 for a later one
        self.numbers = 0  # of that ending, a bit each

        # Repeats and endings
        self.opened = False
        self.turns, self.turns_closed = 0, False
        self.ending = 0  # 0 in none, 1 in a first one, 2 in a later one
        self.first = True  # whether the bar is the first of its passage
        self.entry = self.entry_whole = 0  # time of that bar, and of a whole one
        self.repeatable = self.passage_opened = False
        self.fork = self.fork_whole = self.fork_upbeat = 0  # owed where the endings begin
        self.upbeat = self.strain_upbeat = 0
        self.strain = True  # whether the bar is the first of its strain
        self.named = False  # whether the label of the part is a letter, which a play order can have
        self.heads = False  # whether the bar is the first of a part in a tune with a play order
        self.head = 0  # the time of such bars; 0 before the first one is over

        # The lowest and highest octave of each step in the bar, and the lowest and highest pitch that an
        # accidental gives; and the last 32 bars
        self.low: tuple[int, ...] = (99,) * 7
        self.high: tuple[int, ...] = (-99,) * 7
        self.low_given, self.high_given = 999, -999
        self.bars: tuple[Heard, ...] = ()

        # The strain, as far as a wish needs it (ruled_strains.py): its bars and its time before this bar, the
        # length of a bar at its beginning, whether this bar is its first, and the time of the short bar that
        # this one, the first of an ending, completes
        self.strain_count = self.strain_time = self.strain_whole = 0
        self.leads, self.joins = False, 0
        self.fork_count = self.fork_joins = 0  # where its endings begin
        self.letter = 0  # how many strains are over
        self.has_chord = self.bar_has_chord = False  # whether it has a chord symbol, and whether this bar has
        self.run_has_chord = False  # the same for the text that a copy of the bar has
        self.strays = False  # whether a tie gives it a pitch that a copy has not
        self.on_tonic = False  # whether the last note of this bar is the tonic
        self.tonic, self.tonic_step, self.tonic_alter = -1, 0, 0  # its pitch class (-1 for none) and its name
        self.top, self.top_step = (
            0,
            0,
        )  # the highest pitch of its last note (0 for none), and the step of that
        # Hashes of melodies: of this bar but for its last note, which is apart; of the strain before this
        # bar, and without its last bar; and of those that are over, with their number of bars
        self.sound, self.factor, self.last_sound = 0, 1, 0
        self.strain_sound = self.strain_before = 0
        self.first_key = 0
        self.keys: tuple[int, ...] = ()
        self.string, self.string_kind = "", StringKind.BLANK  # the beginning of the string that is read

    def copy(self) -> Draft:
        """A draft of the same text, which goes on by itself."""
        new = Draft.__new__(Draft)
        new.__dict__.update(self.__dict__)
        return new


@dataclass(frozen=True, slots=True)
class Heard:
    """One of the last bars, as far as a copy of it needs it."""

    time: int
    last: int
    """Time of its last note; 0 for a rest."""
    hash: int
    notes: bool
    tied: bool
    """Whether its last note is tied on."""
    copyable: bool
    low: tuple[int, ...]
    high: tuple[int, ...]
    low_given: int
    high_given: int
    # What a wish needs: the hash of its melody, its last pitch, whether it has a chord symbol, and its key
    sound: int
    factor: int
    top: int
    top_step: int
    has_chord: bool
    strays: bool
    key: tuple[int, ...]
