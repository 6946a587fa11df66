"""The ABC notation as the framework knows it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from musegen import HeaderGuide, NotationError, Prepare, Score, Tune, Wishes
from musegen_abc.guide import AbcGuide, wished_fields
from musegen_abc.layout import read_layout
from musegen_abc.parser import parse_abc
from musegen_abc.prepare import prepare_abc
from musegen_abc.transpose import transpose_abc
from musegen_abc.writer import write_abc


class AbcNotation:
    """ABC 2.1, tolerant of what was written before it."""

    def __init__(self, *, strict: bool = False) -> None:
        """``strict``: refuse what is otherwise read as well as can be."""
        self._strict = strict

    def parse(self, tune: Tune) -> Score:
        """The tune as music; what was read tolerantly is in its ``problems``. Raises NotationError."""
        score = parse_abc(tune)
        if self._strict and score.problems:
            first = score.problems[0]
            raise NotationError(first.message, source=tune.source, line=first.line, column=first.column)
        return score

    def write(self, score: Score) -> str:
        """The score as ABC 2.1, ``X:1`` first. Raises NotationError for a length that ABC cannot write."""
        return write_abc(score)

    def transpose(self, tune: Tune, semitones: int, tonic: str = "") -> Tune:
        """The tune so many semitones higher, by an edit of its text. Raises NotationError."""
        return transpose_abc(tune, semitones, tonic)

    def prepare(self, tune: Tune, options: Prepare) -> Tune:
        """The tune in few characters, in the same order always. Raises NotationError."""
        if self._strict:
            self.parse(tune)
        return prepare_abc(tune, options)

    def header(self, tune: Tune) -> Mapping[str, str]:
        """The header's fields in written order; of a repeated one the value that counts."""
        return {letter: line.text for letter, line in read_layout(tune.text).fields().items()}

    def guide(self, wishes: Wishes, fields: Sequence[str]) -> HeaderGuide:
        """A guide to headers of these fields in this order. Raises NotationError."""
        return AbcGuide(wished_fields(wishes), fields)

    def wished(self, wishes: Wishes) -> Mapping[str, str]:
        """What :meth:`guide` would force, by field. Raises NotationError."""
        return wished_fields(wishes)
