"""What a notation must do, and what is asked of it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Protocol, TypeAlias

from pydantic import AfterValidator, Field

from musegen.music.score import Key, Score
from musegen.music.tune import Tune
from musegen.options import Options


def _letter(field: str) -> str:
    if len(field) != 1 or not (field.isascii() and field.isalpha()):
        raise ValueError("a field is one letter")
    return field


def _tonic(name: str) -> str:
    if not re.fullmatch(r"[A-G](#|b)?", name):
        raise ValueError("a tonic is written as D, Bb or F#")
    return name


Tonic: TypeAlias = Annotated[str, AfterValidator(_tonic)]


FieldLetter: TypeAlias = Annotated[str, AfterValidator(_letter)]


class Prepare(Options):
    """``[prepare]``: what of a tune the model sees."""

    raw: bool = False
    """Leave every tune's text as its collection has it, fields and all; the keys below then do not count,
    except for tonic and transpose."""
    fields: tuple[FieldLetter, ...] = ("X", "T", "R", "M", "L", "K", "P")
    """Information fields to keep, in the order to write them; the key always closes the header."""
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
    """A way to write tunes as text."""

    def parse(self, tune: Tune) -> Score:
        """The tune as music. Raises NotationError, located, for text that is no tune."""
        ...

    def write(self, score: Score) -> str:
        """The score as text: ``parse(Tune(write(score)))`` is equal to it.

        Raises NotationError for what the notation cannot write.
        """
        ...

    def transpose(self, tune: Tune, semitones: int, tonic: str = "") -> Tune:
        """The tune so many semitones higher and changed in nothing else.

        Transposed back it gives the same score. ``tonic``: how the new one is spelled, ``Gb`` or ``F#``.
        Raises NotationError for text that is no tune.
        """
        ...

    def prepare(self, tune: Tune, options: Prepare) -> Tune:
        """The tune as the model sees it. Raises NotationError for text that is no tune."""
        ...

    def body(self, tune: Tune) -> int:
        """Where in the text the body begins. Raises NotationError for text that is no tune."""
        ...

    def chord_symbols(self, tune: Tune) -> Iterable[tuple[int, int]]:
        """Begin and end, in the text, of each accompaniment chord of the body: losses tell them apart.

        None in a notation that has no such thing.
        """
        ...

    def key(self, text: str) -> Key:
        """The key that a wish names. Raises NotationError for what is none."""
        ...

    def header(self, tune: Tune) -> Mapping[str, str]:
        """The header's fields and their values, in written order: ``{"X": "1", "K": "D"}``."""
        ...

    def guide(self, wishes: Wishes, fields: Sequence[str]) -> HeaderGuide:
        """A guide to headers of these fields in this order. Raises NotationError as :meth:`wished` does."""
        ...

    def wished(self, wishes: Wishes) -> Mapping[str, str]:
        """The fields and values that these force: ``{"K": "D"}``. Raises NotationError for what is none."""
        ...
