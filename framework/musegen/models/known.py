"""What a model knows: the keys, metres and rhythms of its training tunes, with their numbers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import TypeAlias

from musegen.errors import NotationError
from musegen.models.home import Home
from musegen.music.score import Key
from musegen.protocols.notations import HeadedNotation, Notation, Wishes

WISHES = ("key", "metre", "rhythm")
"""What a user can wish of a tune's header."""
Counts: TypeAlias = Mapping[str, int]
"""Number of training tunes by value, the most frequent first."""
_MOST = 1000
"""Largest number of values of one field that a model's file holds."""


def header_counts(notation: Notation, headers: Sequence[Mapping[str, str]]) -> dict[str, Counts]:
    """The values of the fields that wishes fix, as some headers have them."""
    if not isinstance(notation, HeadedNotation):
        return {}
    seen: dict[str, Counter[str]] = {}
    for header in headers:
        for field, value in header.items():
            seen.setdefault(field, Counter())[value] += 1
    fields = dict.fromkeys(_wished_fields(notation, seen).values())
    return {field: dict(seen[field].most_common(_MOST)) for field in fields if field in seen}


def _wished_fields(notation: HeadedNotation, seen: Mapping[str, Counts]) -> dict[str, str]:
    """The field that each wish fixes, found with the values that headers have."""
    found: dict[str, str] = {}
    for wish in WISHES:
        for value in _frequent(seen):
            try:
                fields = notation.wished(Wishes(**{wish: value}))
            except NotationError:  # such as a metre for a key
                continue
            found[wish] = next(iter(fields))
            break
    return found


def _frequent(seen: Mapping[str, Counts]) -> Iterator[str]:
    """The most frequent value of each field."""
    return (max(counts, key=counts.__getitem__) for counts in seen.values() if counts)


def known_values(
    notation: Notation, headers: Mapping[str, Counts], home: Home | None
) -> dict[str, Counts | None]:
    """For each wish the values that training tunes have, as users write them; None where that is not known.

    ``headers``: the counts of :func:`header_counts`. With a home, keys are those before the tunes were
    brought there.
    """
    known: dict[str, Counts | None] = dict.fromkeys(WISHES)
    if isinstance(notation, HeadedNotation):
        for wish, field in _wished_fields(notation, headers).items():
            known[wish] = headers.get(field)
    if home:
        known["key"] = {
            str(Key(tonic, mode)): count
            for mode, counts in home.tonics.items()
            for tonic, count in counts.items()
        }
    return {
        wish: None if counts is None else dict(sorted(counts.items(), key=lambda row: (-row[1], row[0])))
        for wish, counts in known.items()
    }
