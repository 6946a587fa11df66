"""Transposition of tunes, to one tonic or to all other keys of the corpus."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import cast

from musegen.errors import NotationError
from musegen.music.score import Key
from musegen.music.transposing import transpose_score
from musegen.music.tune import Tune
from musegen.protocols.notations import Notation, TransposingNotation

_LOWEST, _HIGHEST = 57, 88
"""MIDI pitches of A3 and E6: about the range of a fiddle up to the third position."""


@dataclass(frozen=True, slots=True)
class Transposed:
    """The versions of one training tune in other keys."""

    texts: tuple[str, ...]
    """Text of each version."""
    weights: tuple[float, ...]
    """Number of tunes that the corpus has in each of these keys, divided by the number in the tune's own
    key."""


def transpose_all(notation: Notation, tunes: Sequence[Tune]) -> Iterator[Transposed]:
    """Each tune in all other keys that tunes of its mode have, as long as it stays within A3 to E6.

    It goes to each key by the smallest interval that keeps it in that range. A key in which its notation
    cannot write it is left out.
    """
    scores = [notation.parse(tune) for tune in tunes]
    counts = Counter((score.key.mode, score.key.tonic) for score in scores if score.key.tonic)
    for tune, score in zip(tunes, scores, strict=True):
        key = score.key
        found: list[tuple[str, float]] = []
        for (mode, tonic), count in sorted(counts.items()):
            if not score.pitch_range or mode != key.mode or tonic == key.tonic or not key.tonic:
                continue
            semitones = _way(key, tonic, *score.pitch_range)
            if semitones:
                with suppress(NotationError):
                    moved = transpose(notation, tune, semitones, tonic)
                    found.append((moved.text, count / counts[mode, key.tonic]))
        yield Transposed(tuple(text for text, _ in found), tuple(weight for _, weight in found))


def _way(key: Key, tonic: str, lowest: int, highest: int) -> int:
    """The smallest number of semitones from ``key`` to ``tonic`` that keeps these pitches in range, or 0."""
    near = key.semitones_to(tonic)
    inside = [
        semitones
        for semitones in (near, near - 12, near + 12)
        if _LOWEST <= lowest + semitones and highest + semitones <= _HIGHEST
    ]
    return min(inside, key=abs, default=0)


def transpose(notation: Notation, tune: Tune, semitones: int, tonic: str = "") -> Tune:
    """The tune, ``semitones`` higher. The notation edits its text, or its score is moved and written again.

    ``tonic``: spelling of the new tonic. Raises NotationError for text that is not a tune.
    """
    if hasattr(notation, "transpose"):  # isinstance() with a protocol takes as long as to parse the tune
        return cast(TransposingNotation, notation).transpose(tune, semitones, tonic)
    score = notation.parse(tune)
    moved = transpose_score(score, semitones, tonic)
    return tune if moved == score else replace(tune, text=notation.write(moved))


def to_tonic(notation: Notation, tune: Tune, tonic: str, key: Key | None = None) -> Tune:
    """The tune with this tonic, moved in the nearer direction, by six semitones at the most.

    ``key``: the tune's, where it is known. A tune without key stays as it is. Raises NotationError for text
    that is not a tune.
    """
    key = key or notation.parse(tune).key
    if not key.tonic:
        return tune
    return transpose(notation, tune, key.semitones_to(tonic), tonic)
