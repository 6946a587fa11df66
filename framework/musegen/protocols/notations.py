"""The protocols of notations, and the options and wishes that they are given."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Protocol, TypeAlias, runtime_checkable

from pydantic import AfterValidator, Field

from musegen.music.score import Key, Problem, Score
from musegen.music.tune import Tune
from musegen.music.tune_limits import TuneLimits
from musegen.options import Options
from musegen.protocols.places import Places
from musegen.protocols.token_rules import TokenRules


def _tonic(name: str) -> str:
    if not re.fullmatch(r"[A-G](#|b)?", name):
        raise ValueError("a tonic is written as D, Bb or F#")
    return name


Tonic: TypeAlias = Annotated[str, AfterValidator(_tonic)]


class Prepare(Options):
    """``[prepare]``: which parts of a tune the model sees."""

    raw: bool = False
    """Keep the text of every tune exactly as its collection has it. The keys below then have no effect,
    except for tonic, transpose and copies."""
    fields: tuple[str, ...] | None = None
    """Information fields to keep, in the order to write them. If left out, the notation decides."""
    annotations: bool = False
    """Keep fingerings and other text above the staff ("^text"). Chord symbols are always kept."""
    decorations: bool = False
    """Keep ornaments, grace notes and slurs. Notes, lengths, ties and tuplets are always kept."""
    canonical: bool = Field(False, json_schema_extra={"suggested": True})
    """Rewrite every tune in one fixed style: one spelling for each thing, explicit repeats, beams and line
    breaks that follow the metre."""
    tonic: Tonic | None = Field(None, examples=["C"], json_schema_extra={"suggested": "C"})
    """Transpose every tune to this tonic, in the nearer direction. The mode stays, and new tunes are
    transposed back to the keys of the corpus."""
    transpose: bool = False
    """Learn each training tune also in the other keys that tunes of the same mode have in the corpus."""
    copies: bool = Field(False, json_schema_extra={"suggested": True})
    """Let the model read and write a bar that equals an earlier bar of its tune as one symbol, "the same as
    so many bars ago". New tunes have these bars written out."""


@dataclass(frozen=True, slots=True)
class Wishes:
    """Wishes of a user for a new tune. None leaves a choice to the model."""

    key: str | None = None
    """Key, as the notation writes it."""
    metre: str | None = None
    """Metre, as the notation writes it."""
    rhythm: str | None = None
    """Rhythm, such as ``jig``."""
    home: str = ""
    """The one tonic that all training tunes were transposed to; empty if they were not. If it is set, the
    model is only asked for the mode of ``key``, because the framework transposes the new tune afterwards."""


class HeaderGuide(Protocol):
    """A guide that puts a user's wishes into the header of one new tune, line by line."""

    opening: str
    """Text that every tune begins with."""

    def next(self, header: str, line: str) -> str:
        """The line to write after ``header``, where the model would write ``line``. Both end with ``\\n``.

        It is ``line`` itself, a wished line that belongs at this place, or ``line`` changed so that it fits
        the header, such as a title that names another dance.
        """
        ...

    def complete(self, header: str) -> bool:
        """Whether the header is complete, so that the body of the tune follows."""
        ...


class Notation(Protocol):
    """A way to write tunes as text.

    These two methods are enough. A notation may also have the methods of the protocols below. The framework
    recognises them by their names, and each protocol says what happens to a notation without its methods.
    """

    def parse(self, tune: Tune) -> Score:
        """The tune as music. Raises NotationError, with line and column, for text that is not a tune."""
        ...

    def write(self, score: Score) -> str:
        """The score as text. Parsing that text gives an equal score.

        Raises NotationError for a score that the notation cannot express.
        """
        ...


@runtime_checkable
class HeadedNotation(Notation, Protocol):
    """A notation whose tunes begin with a header of fields, such as key and metre.

    With these methods new tunes get the key, metre and rhythm that a user wishes, and the losses of header
    and body are reported separately. Without them the whole text counts as body, the model chooses how a new
    tune begins, and a user who wishes for a key gets an error before any training.
    """

    def body(self, tune: Tune) -> int:
        """Index of the character in the text where the body begins.

        Raises NotationError for text that is not a tune.
        """
        ...

    def header(self, tune: Tune) -> Mapping[str, str]:
        """The header's fields and their values, in written order: ``{"title": "Kettle", "key": "D"}``."""
        ...

    def key(self, text: str) -> Key:
        """The key that ``text`` names. Raises NotationError for text that is not a key."""
        ...

    def wished(self, wishes: Wishes) -> Mapping[str, str]:
        """The fields, with their values, that the wishes fix: ``{"key": "D"}``.

        Raises NotationError for a wish that the notation cannot write.
        """
        ...

    def guide(self, wishes: Wishes, fields: Sequence[str]) -> HeaderGuide:
        """A new guide for the header of one tune, which has these fields in this order.

        Raises NotationError for a wish that the notation cannot write.
        """
        ...


@runtime_checkable
class PreparingNotation(Notation, Protocol):
    """A notation that can reduce a tune to the parts that a model should see, as ``[prepare]`` asks.

    Without these methods every tune that parses is learned as it is written, and two tunes count as exact
    duplicates if their scores differ only in the title.
    """

    fields: tuple[str, ...]
    """Fields to keep if ``[prepare] fields`` is left out, in the order to write them."""

    def is_field(self, name: str) -> bool:
        """Whether ``name`` is a field that ``[prepare] fields`` may list."""
        ...

    def prepare(self, tune: Tune, options: Prepare) -> Tune:
        """The tune as the model sees it. Raises NotationError for text that is not a tune.

        Ignore ``options.tonic``, ``options.transpose`` and ``options.copies``: the framework does what they
        say.
        """
        ...

    def bare_text(self, tune: Tune) -> str:
        """The text without number and title. It is equal for exact duplicates.

        Raises NotationError for text that is not a tune.
        """
        ...


@runtime_checkable
class TransposingNotation(Notation, Protocol):
    """A notation that transposes a tune by editing its text.

    Without this method the framework parses the tune, transposes the score and writes it as new text.
    """

    def transpose(self, tune: Tune, semitones: int, tonic: str = "") -> Tune:
        """The tune, ``semitones`` higher and otherwise unchanged. A negative number makes it lower.

        Transposing back gives the same score. ``tonic``: spelling of the new tonic, such as ``Gb`` or ``F#``;
        if empty, the notation chooses. Raises NotationError for text that is not a tune.
        """
        ...


@runtime_checkable
class ChordedNotation(Notation, Protocol):
    """A notation that can find the chord symbols of the accompaniment in a text.

    With this method the losses of chords and melody are reported separately. Without it the whole body counts
    as melody.
    """

    def chord_symbols(self, tune: Tune) -> Iterable[tuple[int, int]]:
        """``(begin, end)`` of each chord symbol of the body as indices into the text, in order.

        Raises NotationError for text that is not a tune.
        """
        ...


@runtime_checkable
class CopyingNotation(Notation, Protocol):
    """A notation that can write a bar which equals an earlier bar of the tune as one symbol.

    With ``[prepare] copies = true`` a model reads and writes the text that :meth:`fold` gives, and every text
    that it writes goes through :meth:`unfold` before anything else reads it. Where a notation also has
    ``body`` or ``chord_symbols``, they must work on a folded text too. Without these methods bars that come
    again stay written out.
    """

    def fold(self, text: str) -> str:
        """The text with a symbol in place of each bar that equals an earlier one.

        ``unfold(fold(text)) == (text, ())`` for every text, be it a tune or not. Folding the beginning of a
        text, up to the end of a bar, gives the beginning of the folded text.
        """
        ...

    def unfold(self, text: str) -> tuple[str, Sequence[Problem]]:
        """The text with all its bars written out, and what could not be.

        It takes every text, since a model may write a symbol where none makes sense, and never raises. Each
        problem becomes a fault of the new tune, of the kind ``copies``.
        """
        ...


@runtime_checkable
class PlacingNotation(Notation, Protocol):
    """A notation that can tell where in the form of its tune a token stands, from what came before it alone.

    A model may read these place features beside each token, so that it knows which bar of the strain (a
    section of the tune) it is in, and how much of the bar is left. Without this method a model reads the
    tokens alone.
    """

    def places(self, texts: Sequence[str]) -> Places:
        """The place features of tunes whose tokens have these texts; marks have an empty text.

        If ``[prepare] copies`` is set, the texts are those of folded tunes.
        """
        ...


@runtime_checkable
class RulingNotation(Notation, Protocol):
    """A notation that can say, while a tune is written, what may come next so that a valid tune comes of it.

    Without this method a model writes what it likes, and tunes that are not valid are rejected afterwards.
    """

    def token_rules(self, texts: Sequence[str], end: int, limits: TuneLimits, max_length: int) -> TokenRules:
        """The rules for tunes whose tokens have these texts; marks have an empty text.

        ``end``: the end mark. ``limits``: what the tune has to keep to; a tune that ends by these rules keeps
        to it, and has no fault by :func:`musegen.judge` if nothing in them is switched off. ``max_length``:
        largest number of tokens, without the marks. If ``[prepare] copies`` is set, the texts are those of
        folded tunes. Raises VocabularyError if no tune can be finished with these tokens, ValueError if
        ``max_length`` is too short for one or the limits ask for what cannot be, and NotationError if there
        are no rules for another reason.
        """
        ...
