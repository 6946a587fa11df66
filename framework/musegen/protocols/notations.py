"""What a notation must do, and what is asked of it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Protocol, TypeAlias, runtime_checkable

from pydantic import AfterValidator, Field

from musegen.music.score import Key, Score
from musegen.music.tune import Tune
from musegen.options import Options


def _tonic(name: str) -> str:
    if not re.fullmatch(r"[A-G](#|b)?", name):
        raise ValueError("a tonic is written as D, Bb or F#")
    return name


Tonic: TypeAlias = Annotated[str, AfterValidator(_tonic)]


class Prepare(Options):
    """``[prepare]``: what of a tune the model sees."""

    raw: bool = False
    """Leave every tune's text as its collection has it, fields and all; the keys below then do not count,
    except for tonic and transpose."""
    fields: tuple[str, ...] | None = None
    """Information fields to keep, in the order to write them; left out: those that the notation keeps."""
    annotations: bool = False
    """Keep fingerings and "^text"; chord symbols always stay."""
    decorations: bool = False
    """Keep ornaments, grace notes and slurs; notes, lengths, ties and tuplets always stay."""
    canonical: bool = False
    """Write every tune anew: one spelling for each thing, repeats explicit, beams and lines by the metre."""
    tonic: Tonic | None = Field(None, examples=["C"])
    """Bring every tune to this tonic, its mode kept, by the shorter way; new tunes are brought back."""
    transpose: bool = False
    """Let the model learn training tunes in all keys too that the others have in the same mode."""


@dataclass(frozen=True, slots=True)
class Wishes:
    """What a user asks of a new tune; None leaves it to the model."""

    key: str | None = None
    metre: str | None = None
    rhythm: str | None = None
    home: str = ""
    """The tonic of all tunes that the model knows: of a wished key only the mode is asked of it."""


class HeaderGuide(Protocol):
    """Leads a header, line by line, to what a user wished; made anew for each tune."""

    opening: str
    """What every tune begins with."""

    def next(self, header: str, line: str) -> str:
        """What goes on after ``header``, given that the model would write ``line`` (``\\n`` included).

        It is ``line``, or the wished line whose turn has come.
        """
        ...

    def complete(self, header: str) -> bool:
        """Whether the body follows."""
        ...


class Notation(Protocol):
    """A way to write tunes as text.

    These two methods are enough. What else a notation may have is a protocol of its own below; the framework
    finds it by the methods, and each says what happens to a notation without them.
    """

    def parse(self, tune: Tune) -> Score:
        """The tune as music. Raises NotationError, located, for text that is no tune."""
        ...

    def write(self, score: Score) -> str:
        """The score as text; parsing it gives an equal score.

        Raises NotationError for what the notation cannot write.
        """
        ...


@runtime_checkable
class HeadedNotation(Notation, Protocol):
    """A notation whose tunes begin with a header of fields, such as key and metre.

    New tunes then get the key, metre and rhythm that a user wishes, and losses of header and body are told
    apart. Without it all text is body, new tunes begin as the model likes, and who wishes for a key is told
    so before any training.
    """

    def body(self, tune: Tune) -> int:
        """Where in the text the body begins. Raises NotationError for text that is no tune."""
        ...

    def header(self, tune: Tune) -> Mapping[str, str]:
        """The header's fields and their values, in written order: ``{"title": "Kettle", "key": "D"}``."""
        ...

    def key(self, text: str) -> Key:
        """The key that a wish names. Raises NotationError for what is none."""
        ...

    def wished(self, wishes: Wishes) -> Mapping[str, str]:
        """The fields and values that these force: ``{"key": "D"}``. Raises NotationError for what is none."""
        ...

    def guide(self, wishes: Wishes, fields: Sequence[str]) -> HeaderGuide:
        """A guide to headers of these fields in this order. Raises NotationError as :meth:`wished` does."""
        ...


@runtime_checkable
class PreparingNotation(Notation, Protocol):
    """A notation that knows what of a text a model should see: ``[prepare]`` is for it.

    Without it every tune that parses is learned as it is written, and tunes are exact duplicates where their
    scores differ in nothing but the title.
    """

    fields: tuple[str, ...]
    """The fields that it keeps where ``[prepare] fields`` names none, in the order to write them."""

    def is_field(self, name: str) -> bool:
        """Whether ``[prepare] fields`` may name it."""
        ...

    def prepare(self, tune: Tune, options: Prepare) -> Tune:
        """The tune as the model sees it. Raises NotationError for text that is no tune.

        The framework has brought it to its tonic already: ``tonic`` and ``transpose`` mean nothing here.
        """
        ...

    def bare_text(self, tune: Tune) -> str:
        """The text without number and title: equal for exact duplicates. Raises NotationError for no tune."""
        ...


@runtime_checkable
class TransposingNotation(Notation, Protocol):
    """A notation that transposes a tune by an edit of its text.

    Without it the framework transposes the score and writes that anew.
    """

    def transpose(self, tune: Tune, semitones: int, tonic: str = "") -> Tune:
        """The tune so many semitones higher and changed in nothing else.

        Transposed back it gives the same score. ``tonic``: how the new one is spelled, ``Gb`` or ``F#``.
        Raises NotationError for text that is no tune.
        """
        ...


@runtime_checkable
class ChordedNotation(Notation, Protocol):
    """A notation that tells where in a text the accompaniment chords stand.

    Losses of chords and melody are then told apart. Without it all of a body is melody.
    """

    def chord_symbols(self, tune: Tune) -> Iterable[tuple[int, int]]:
        """Begin and end, in the text, of each chord of the body, in order.

        Raises NotationError for text that is no tune.
        """
        ...
