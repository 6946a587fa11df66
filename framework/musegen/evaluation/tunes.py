"""Sets of tunes to evaluate: parsed, judged, and grouped with the versions of one another."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from musegen.corpus.splitting import group_tunes
from musegen.models.draws import Draw
from musegen.models.examining import examine
from musegen.music.score import Score
from musegen.music.tune import Tune
from musegen.music.validity import Judgement, Valid
from musegen.protocols.notations import Notation
from musegen.protocols.rules import Rule


@dataclass(frozen=True, slots=True)
class JudgedTune:
    """A tune, new or real, with what the rules say of it."""

    tune: Tune
    judgement: Judgement
    score: Score | None
    """The tune as music; None if its text cannot be parsed."""
    seed: int | None = None
    """Seed of its draw; None for a tune that was not drawn here."""


@dataclass(frozen=True)
class TuneSet:
    """Tunes that are evaluated together."""

    name: str
    """Name in tables, such as the folder that they come from."""
    tunes: tuple[JudgedTune, ...]

    @property
    def scores(self) -> list[Score]:
        """The tunes that can be parsed, as music."""
        return [each.score for each in self.tunes if each.score is not None]

    @classmethod
    def judged(
        cls,
        name: str,
        tunes: Iterable[Tune],
        notations: Mapping[str, Notation],
        valid: Valid,
        rules: Sequence[Rule] = (),
    ) -> TuneSet:
        """Tunes as they are written, judged by ``valid`` and by ``rules`` of plugins."""
        found = []
        for tune in tunes:
            judgement, score = examine(notations[tune.notation], tune, valid, more=rules)
            found.append(JudgedTune(tune, judgement, score))
        return cls(name, tuple(found))

    @classmethod
    def drawn(cls, name: str, draws: Iterable[Draw]) -> TuneSet:
        """Tunes as a model drew them."""
        return cls(name, tuple(JudgedTune(one.tune, one.judgement, one.score, one.seed) for one in draws))


def versions(*sets: TuneSet) -> list[NDArray[np.int64]]:
    """The group of near-duplicates of each parsed tune of each set: int64 (n,), numbered across all sets.

    Tunes with equal texts and tunes that share half of their patterns are in one group
    (:mod:`musegen.music.similarity`), wherever they stand.
    """
    parsed = [(each.tune, each.score) for one in sets for each in one.tunes if each.score is not None]
    texts: dict[str, list[int]] = {}
    for number, (tune, _) in enumerate(parsed):
        texts.setdefault(tune.text, []).append(number)
    groups = group_tunes([tune for tune, _ in parsed], [score for _, score in parsed], [*texts.values()])
    ends = np.cumsum([len(one.scores) for one in sets])
    return np.split(np.array(groups, np.int64), ends[:-1])
