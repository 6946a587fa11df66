"""Splitting of a corpus into training, validation and test tunes, by whole groups of near-duplicates."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Hashable, Sequence
from itertools import chain

from pydantic import Field, ValidationInfo, field_validator

from musegen.corpus.preparing import without_title
from musegen.corpus.split_file import SPLIT_FILE
from musegen.errors import CorpusError, NotationError
from musegen.music.score import Score
from musegen.music.similarity import NO_PATTERNS, melody_digest, patterns, similar_pairs, union_find
from musegen.music.tune import Tune
from musegen.options import Options, PathPattern
from musegen.protocols.notations import Notation
from musegen.words import counted

_LARGEST_GROUP = 20
"""Groups larger than this are reported: a common phrase may have joined different tunes."""


class Split(Options):
    """``[split]``: shares of tunes for validation and test. Versions of one tune always stay in one part."""

    validation: float = Field(0.1, ge=0, lt=1)
    """Share of the tunes that the best epoch is chosen by. An epoch is one pass through the training
    tunes."""
    test: float = Field(0.1, ge=0, lt=1)
    """Share of the tunes that the finished model is judged by. Nothing else uses them."""
    file: PathPattern | None = Field(None, examples=[SPLIT_FILE])
    """The split.csv of an earlier run. If it is given, the same tunes are held out, and the shares have no
    effect."""

    @field_validator("test")
    @classmethod
    def _leaves_tunes_to_learn_from(cls, test: float, info: ValidationInfo) -> float:
        validation = info.data.get("validation", 0)
        if validation + test >= 1:
            raise ValueError(
                f"leaves no tune to learn from beside validation = {validation:g}; their sum must be below 1"
            )
        return test


def find_groups(tunes: Sequence[Tune], notation: Notation) -> tuple[list[int], list[str]]:
    """The near-duplicate group of each tune (:func:`group_tunes`), and a digest of each tune's melody.

    A tune that cannot be parsed is only grouped by its text and work, and its digest is that of its text.
    """
    scores: list[Score | None] = []
    texts: dict[Hashable, list[int]] = {}
    for i, tune in enumerate(tunes):
        try:
            texts.setdefault(without_title(notation, tune), []).append(i)
            scores.append(notation.parse(tune))
        except NotationError:
            texts.setdefault(tune.text, []).append(i)
            scores.append(None)
    melodies = [
        melody_digest(score) if score else hashlib.sha256(tune.text.encode()).hexdigest()[:16]
        for tune, score in zip(tunes, scores, strict=True)
    ]
    return group_tunes(tunes, scores, list(texts.values())), melodies


def group_tunes(
    tunes: Sequence[Tune], scores: Sequence[Score | None], equal: Sequence[Sequence[int]]
) -> list[int]:
    """The group of each tune: the number of the first tune in the group.

    Two tunes are in one group if they share half of their patterns (:mod:`musegen.music.similarity`), if
    ``equal`` lists them together, or if they are settings of one work.
    """
    works: dict[str, list[int]] = {}
    for i, tune in enumerate(tunes):
        if tune.work:
            works.setdefault(tune.work, []).append(i)
    pairs = [(same[0], other) for same in (*equal, *works.values()) for other in same[1:]]
    sets = [patterns(score) if score else NO_PATTERNS for score in scores]
    # A pattern costs the square of the sets that share it, so of equal ones only the first is compared.
    first: dict[bytes, int] = {}
    for i, each in enumerate(sets):
        if len(each) and (same := first.setdefault(each.tobytes(), i)) != i:
            pairs.append((same, i))
    different = list(first.values())
    near = similar_pairs([sets[i] for i in different])
    return union_find(len(tunes), chain(pairs, ((different[i], different[j]) for i, j in near)))


def split_groups(tunes: Sequence[Tune], groups: Sequence[int], split: Split, seed: int) -> tuple[str, ...]:
    """The part of each tune. Whole groups are held out until the wanted shares are reached.

    Whether a group is held out depends on its texts and on ``seed``, not on the order of the corpus. Raises
    CorpusError if the tunes are too few for the wanted shares.
    """
    members: dict[int, list[int]] = {}
    for i, group in enumerate(groups):
        members.setdefault(group, []).append(i)
    digests = {
        hashlib.sha256(
            f"{seed}/{sorted(tunes[i].text.replace(tunes[i].title, '', 1) for i in inside)}".encode()
        ).hexdigest(): inside
        for inside in members.values()
    }
    parts = ["train"] * len(tunes)
    waiting = [digests[digest] for digest in sorted(digests)]
    for part, share in (("test", split.test), ("validation", split.validation)):
        wanted = max(round(share * len(tunes)), 1) if share else 0
        held_out = 0
        while held_out < wanted and len(waiting) > 1:
            inside = waiting.pop()
            if held_out and held_out + len(inside) > wanted + max(_LARGEST_GROUP, wanted // 10):
                continue  # a large group would make the part much larger than wanted; it stays in train
            held_out += len(inside)
            for i in inside:
                parts[i] = part
        if held_out < wanted:
            raise CorpusError(
                f"{counted(len(tunes), 'tune')} in {counted(len(members), 'group')} of versions: too few for "
                f"[split] {part} = {share}; add tunes or set it to 0"
            ).at("split", part)
    return tuple(parts)


def torn_groups(groups: Sequence[int], parts: Sequence[str]) -> list[int]:
    """The groups with tunes in more than one part: a model would be judged by tunes that it has learned."""
    first: dict[int, str] = {}
    return sorted(
        {group for group, part in zip(groups, parts, strict=True) if first.setdefault(group, part) != part}
    )


def large_groups(groups: Sequence[int]) -> list[int]:
    """The groups with more than twenty tunes."""
    return [group for group, size in Counter(groups).items() if size > _LARGEST_GROUP]
