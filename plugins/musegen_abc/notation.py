"""The ABC notation as the framework knows it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from musegen import (
    HeaderGuide,
    Key,
    NotationError,
    Places,
    Prepare,
    Problem,
    Score,
    TokenRules,
    Tune,
    TuneLimits,
    Wishes,
)
from musegen_abc.canonical import canonical_abc
from musegen_abc.charset import encoded
from musegen_abc.copies import fold, unfold
from musegen_abc.guide import AbcGuide, wished_fields, wished_key
from musegen_abc.layout import read_layout
from musegen_abc.parser import no_tune, parse_abc
from musegen_abc.places import abc_places
from musegen_abc.prepare import FIELDS, prepare_abc
from musegen_abc.rules import AbcRules, abc_rules
from musegen_abc.spans import chord_symbol_spans
from musegen_abc.transpose import transpose_abc
from musegen_abc.writer import write_abc


class AbcNotation:
    """ABC 2.1, tolerant of what was written before it."""

    fields: tuple[str, ...] = FIELDS
    """The header fields that are kept unless others are asked for."""

    def __init__(self, *, strict: bool = False) -> None:
        """``strict``: refuse mistakes that are otherwise read as well as can be."""
        self._strict = strict

    def parse(self, tune: Tune) -> Score:
        """The tune as music; mistakes that were tolerated are in its ``problems``. Raises NotationError."""
        score = parse_abc(tune)
        if self._strict and score.problems:
            first = score.problems[0]
            line = tune.own_line(first.line)
            raise NotationError(
                first.message, source=tune.source, line=line, column=first.column, kind=first.kind
            )
        return score

    def write(self, score: Score) -> str:
        """The score as ABC 2.1, ``X:1`` first. Raises NotationError for a length that ABC cannot write."""
        return write_abc(score)

    def as_file(self, text: str) -> bytes:
        """The text as a file, in UTF-8, which says so where it has more than ASCII."""
        return encoded(text)

    def transpose(self, tune: Tune, semitones: int, tonic: str = "") -> Tune:
        """The tune moved up by so many semitones, by an edit of its text. Raises NotationError."""
        return transpose_abc(tune, semitones, tonic)

    def is_field(self, name: str) -> bool:
        """Whether ``field`` is one letter."""
        return len(name) == 1 and name.isascii() and name.isalpha()

    def bare_text(self, tune: Tune) -> str:
        """The text without ``X:`` and ``T:``. Raises NotationError for text that is not a tune."""
        begin = self.body(tune)
        header = [line for line in tune.text[:begin].splitlines() if not re.match(r"[XT]:", line)]
        return "\n".join(header) + "\n" + tune.text[begin:]

    def prepare(self, tune: Tune, options: Prepare) -> Tune:
        """The tune in few characters, always in the same order. Raises NotationError."""
        if self._strict:
            self.parse(tune)
        if options.raw:
            prepare_abc(tune, options)  # raises for text that is not a tune
            return tune
        if options.canonical:
            tune = canonical_abc(tune, options)
        return prepare_abc(tune, options)

    def body(self, tune: Tune) -> int:
        """The place in the text where the line after the first ``K:`` begins."""
        layout = read_layout(tune.text)
        if not layout.has_key:
            raise no_tune(tune, layout)
        end = -1
        for _ in range(layout.header[-1].number):
            end = tune.text.find("\n", end + 1)
            if end < 0:
                return len(tune.text)
        return end + 1

    def chord_symbols(self, tune: Tune) -> Iterator[tuple[int, int]]:
        """Begin and end of each chord symbol of the body, quotes included; annotations do not count."""
        return chord_symbol_spans(tune)

    def key(self, text: str) -> Key:
        """The key that a wish names. Raises NotationError for text that names no key."""
        return wished_key(text)

    def header(self, tune: Tune) -> Mapping[str, str]:
        """The header's fields in written order; a repeated field has the value that counts."""
        return {letter: line.text for letter, line in read_layout(tune.text).fields().items()}

    def fold(self, text: str) -> str:
        """The text with a symbol in place of each bar that equals one of the last 32."""
        return fold(text)

    def unfold(self, text: str) -> tuple[str, Sequence[Problem]]:
        """The text with all its bars written out, and the symbols that mean no bar."""
        return unfold(text)

    def token_rules(self, texts: Sequence[str], end: int, limits: TuneLimits, max_length: int) -> TokenRules:
        """What may come next in a tune whose tokens have these texts.

        Raises VocabularyError and ValueError as :func:`abc_rules`, and NotationError where the extension is
        missing: in Python the rules take seconds for a tune.
        """
        if AbcRules is None:
            raise NotationError("they need the compiled extension musegen_reading, which is not installed")
        return abc_rules(texts, end, limits, max_length)

    def places(self, texts: Sequence[str]) -> Places:
        """Tells of each token where in its tune it stands; ``texts``: what each token stands for."""
        return abc_places(texts)

    def guide(self, wishes: Wishes, fields: Sequence[str]) -> HeaderGuide:
        """A guide to headers of these fields in this order. Raises NotationError."""
        return AbcGuide(wished_fields(wishes), fields, wishes.home)

    def wished(self, wishes: Wishes) -> Mapping[str, str]:
        """The values that :meth:`guide` would force, by field. Raises NotationError."""
        return wished_fields(wishes)
