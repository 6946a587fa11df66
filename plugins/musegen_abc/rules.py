"""Rules over tokens: which of them may come next so that a valid tune can still be finished.

:func:`abc_rules` gives them for any tokenizer whose tokens are text. The machine is ruled.py.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

import numpy as np
from numpy.typing import NDArray

from musegen import Pitch, TuneLimits, VocabularyError, counted
from musegen_abc.ruled_bars import is_complete
from musegen_abc.ruled_closing import accept, characters_left
from musegen_abc.ruled_state import LENGTHS, Draft, Lex, Limits
from musegen_abc.ruled_values import close_value

try:
    from musegen_reading import AbcRules
except ImportError:  # musegen was installed where there was no compiler
    AbcRules = None  # type: ignore[assignment,misc]

__all__ = ["AbcRules", "PythonRuleReader", "PythonRules", "abc_rules", "limits_of"]

ENDING = "MCK:\n|/2"
"""The characters that an ending may need, besides two notes; they must be tokens of their own."""
_NOTES = "cdefgabCDEFGAB"
_LETTERS = "ABCDEFGH"
_WIDEST = 2  # semitones that an accidental moves a note
_FINEST = 24  # parts of a unit note length: no tune at hand needs finer ones, and a bar can always be filled


def abc_rules(texts: Sequence[str], end: int, asked: TuneLimits, max_length: int) -> PythonRules | AbcRules:
    """The rules for tunes whose tokens have these texts.

    ``texts``: "" for marks; ``end``: the token that ends a tune; ``max_length``: most tokens before it.

    Raises VocabularyError for tokens of which no tune can be ended, ValueError for too short a length.
    """
    if AbcRules is None:
        return PythonRules(texts, end, asked, max_length)
    return AbcRules(texts, end, limits_of(texts, asked), max_length if asked.length else None)


def limits_of(texts: Sequence[str], asked: TuneLimits) -> Limits:
    """What is asked for, as the machine needs it.

    Raises VocabularyError for tokens of which no tune can be ended, ValueError for wishes that cannot be.
    """
    characters = frozenset(text for text in texts if len(text) == 1)
    runs = _runs(asked)
    missing = [character for character in ENDING if character not in characters]
    if missing:
        raise VocabularyError(
            f"the rules need each of {ENDING!r} as a token, to end tunes (missing: {''.join(missing)!r})"
        )
    notes = _notes(characters, asked)
    wanted = 2 + (3 * max(len(runs) - 1, 0) if asked.strain else 0)
    if len({note[-1] for note in notes}) < wanted:
        which = (
            "a tone inside" if asked.pitches is None else "with their accidentals among the pitches and in"
        )
        raise VocabularyError(
            f"the rules need {counted(wanted, 'note')} of {_NOTES} as tokens, {which} the MIDI pitches "
            f"{asked.lowest} to {asked.highest}, to end tunes (got {len(notes)})"
        )
    finest = max(length for length in LENGTHS[1:] if length <= _FINEST and set(str(length)) <= characters)
    limits = Limits(
        asked.bars,
        asked.repetition,
        asked.lowest,
        asked.highest,
        characters,
        finest,
        (notes[0], notes[1]),
        tuple(notes),
        asked.pitches,
        asked.metre,
        asked.repeats,
        runs,
        asked.strain,
        asked.cadence,
        asked.chords,
        "K" * asked.one_key + "M" * asked.one_metre + "R" * asked.one_rhythm,
    )
    _check_wishes(limits)
    return limits


def _runs(asked: TuneLimits) -> tuple[int, ...]:
    """How often each strain of the form is played. Raises ValueError for a form that cannot be."""
    form = asked.form
    runs = tuple(len(list(same)) for _, same in groupby(form))
    letters = "".join(letter for letter, _ in groupby(form))
    if letters != _LETTERS[: len(runs)] or any(times > 2 for times in runs):
        raise ValueError(
            f"form: letters from A to {_LETTERS[-1]} in their order, each once or twice in a row, as in AABB "
            f"or ABC, expected (got {form!r})"
        )
    if asked.strain and runs and asked.strain * len(runs) < asked.bars:
        raise ValueError(
            f"strain: {asked.form} has no more than {counted(asked.strain * len(runs), 'bar')}, and bars "
            f"asks for {asked.bars} (got {asked.strain})"
        )
    if asked.strain == 1 and len(runs) > 1:
        raise ValueError(f"strain: at least 2 expected for strains that differ, as in {form} (got 1)")
    return runs


def _notes(characters: frozenset[str], asked: TuneLimits) -> list[str]:
    """The notes that can be written in any key: those of the pitches that may sound, with an accidental."""
    letters = [note for note in _NOTES if note in characters]
    if asked.pitches is None:
        low, high = asked.lowest + _WIDEST, asked.highest - _WIDEST
        return [note for note in letters if low <= _natural(note) <= high]
    return [
        sign + note
        for sign, alter in (("=", 0), ("^", 1), ("_", -1))
        for note in letters
        if sign in characters
        and asked.lowest <= _natural(note) + alter <= asked.highest
        and _natural(note) + alter in asked.pitches
    ]


def _check_wishes(limits: Limits) -> None:
    """Raises VocabularyError where a wish needs tokens that are not there."""
    needed = {"^_=": limits.cadence, '"': bool(limits.chords)}
    missing = [
        sign for signs, wished in needed.items() if wished for sign in signs if not limits.writes(sign)
    ]
    if missing:
        raise VocabularyError(f"the wishes need more tokens of a character (missing: {''.join(missing)!r})")
    draft = Draft(limits)
    draft.field = "K"
    if not close_value(draft):
        raise VocabularyError("the pitches that may sound have the tonic of no key, for strains to end on")


def _natural(note: str) -> int:
    return Pitch(5 if note.islower() else 4, note.upper()).midi


class PythonRules:
    """The rules for tunes whose tokens have these texts."""

    def __init__(self, texts: Sequence[str], end: int, asked: TuneLimits, max_length: int) -> None:
        """``texts``: "" for marks; ``end``: the token that ends a tune; ``max_length``: most before it.

        Raises VocabularyError for tokens of which no tune can be ended, ValueError for too short a length.
        """
        self.texts, self.end, self.max_length = tuple(texts), end, max_length
        self.draft, self.length = Draft(limits_of(texts, asked)), asked.length
        shortest = characters_left(self.draft)
        if max_length < shortest and asked.length:
            wanted = f"at least {shortest} expected where bars is {asked.bars}"
            raise ValueError(f"max_length: {wanted} (got {max_length})")

    def begin(self) -> PythonRuleReader:
        """The rules for a new tune."""
        return PythonRuleReader(self, self.draft, self.max_length)


class PythonRuleReader:
    """The rules for one tune, which is written a token at a time: a constraint of a sampler."""

    def __init__(self, rules: PythonRules, draft: Draft, room: int) -> None:
        self._rules, self._draft, self._room = rules, draft, room

    def copy(self) -> PythonRuleReader:
        """The rules for the same tune, which goes on by itself."""
        return PythonRuleReader(self._rules, self._draft, self._room)

    def shortest(self) -> int:
        """How many characters a shortest ending from here has."""
        return characters_left(self._draft)

    def allow(self) -> NDArray[np.bool_]:
        """Which tokens may come: bool (V,)."""
        texts = self._rules.texts
        allowed = np.fromiter((self._after(text) is not None for text in texts), np.bool_, len(texts))
        allowed[self._rules.end] = self._draft.lex is Lex.LINE and is_complete(self._draft)
        return allowed

    def take(self, token: int) -> None:
        """Read a token. Raises ValueError for one that may not come."""
        texts = self._rules.texts
        if not 0 <= token < len(texts):
            raise ValueError(f"tokens: each from 0 to below {len(texts)} expected (got {token})")
        if token == self._rules.end and self._draft.lex is Lex.LINE and is_complete(self._draft):
            return
        after = self._after(texts[token])
        if after is None:
            raise ValueError(f"tokens: {texts[token]!r} may not come here")
        self._draft, self._room = after, self._room - 1

    def _after(self, text: str) -> Draft | None:
        """The draft behind a text; None if that may not come, or leaves no room for an ending."""
        draft = self._draft.copy()
        if not text or not all(accept(draft, character) for character in text):
            return None
        if not self._rules.length:
            return draft
        room = self._room - 1
        return draft if characters_left(draft, room) <= room else None
