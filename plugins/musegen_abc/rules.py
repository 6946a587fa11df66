"""Rules over tokens: which of them may come next so that a valid tune can still be finished.

:func:`abc_rules` gives them for any tokenizer whose tokens are text. The machine is ruled.py.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from musegen import Pitch, TuneLimits, VocabularyError
from musegen_abc.ruled import take
from musegen_abc.ruled_bars import is_complete
from musegen_abc.ruled_closing import characters_left
from musegen_abc.ruled_state import LENGTHS, Draft, Lex, Limits

try:
    from musegen_reading import AbcRules
except ImportError:  # musegen was installed where there was no compiler
    AbcRules = None  # type: ignore[assignment,misc]

__all__ = ["AbcRules", "PythonRuleReader", "PythonRules", "abc_rules", "limits_of"]

ENDING = "MCK:\n|/2"
"""The characters that an ending may need, besides two notes; they must be tokens of their own."""
_NOTES = "cdefgabCDEFGAB"
_WIDEST = 2  # semitones that an accidental moves a note
_FINEST = 24  # parts of a unit note length: no tune at hand needs finer ones, and a bar can always be filled


def abc_rules(texts: Sequence[str], end: int, asked: TuneLimits, max_length: int) -> PythonRules | AbcRules:
    """The rules for tunes whose tokens have these texts.

    ``texts``: "" for marks; ``end``: the token that ends a tune; ``max_length``: most tokens before it.

    Raises VocabularyError for tokens of which no tune can be ended, ValueError for too short a length.
    """
    if AbcRules is None:
        return PythonRules(texts, end, asked, max_length)
    limits = limits_of(texts, asked)
    return AbcRules(
        texts,
        end,
        limits.bars,
        limits.repetition,
        limits.lowest,
        limits.highest,
        limits.finest,
        limits.characters,
        limits.fill,
        max_length,
    )


def limits_of(texts: Sequence[str], asked: TuneLimits) -> Limits:
    """What is asked for, as the machine needs it.

    Raises VocabularyError for tokens of which no tune can be ended.
    """
    if asked != TuneLimits(asked.bars, asked.repetition, asked.lowest, asked.highest):
        raise NotImplementedError("wishes for form, cadence, chords and pitches, and rules switched off")
    characters = frozenset(text for text in texts if len(text) == 1)
    lowest, highest = asked.lowest, asked.highest
    fill = [
        note
        for note in _NOTES
        if note in characters and lowest + _WIDEST <= _natural(note) <= highest - _WIDEST
    ]
    missing = [character for character in ENDING if character not in characters]
    if missing:
        raise VocabularyError(
            f"the rules need each of {ENDING!r} as a token, to end tunes (missing: {''.join(missing)!r})"
        )
    if len(fill) < 2:
        raise VocabularyError(
            f"the rules need two notes of {_NOTES} as tokens, a tone inside the MIDI pitches {lowest} to "
            f"{highest}, to end tunes (got {len(fill)})"
        )
    finest = max(length for length in LENGTHS[1:] if length <= _FINEST and set(str(length)) <= characters)
    return Limits(asked.bars, asked.repetition, lowest, highest, characters, finest, (fill[0], fill[1]))


def _natural(note: str) -> int:
    return Pitch(5 if note.islower() else 4, note.upper()).midi


class PythonRules:
    """The rules for tunes whose tokens have these texts."""

    def __init__(self, texts: Sequence[str], end: int, asked: TuneLimits, max_length: int) -> None:
        """``texts``: "" for marks; ``end``: the token that ends a tune; ``max_length``: most before it.

        Raises VocabularyError for tokens of which no tune can be ended, ValueError for too short a length.
        """
        self.texts, self.end, self.max_length = tuple(texts), end, max_length
        self.draft = Draft(limits_of(texts, asked))
        shortest = characters_left(self.draft)
        if max_length < shortest:
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
        if not text or not self._room or not all(take(draft, character) for character in text):
            return None
        room = self._room - 1
        return draft if characters_left(draft, room) <= room else None
