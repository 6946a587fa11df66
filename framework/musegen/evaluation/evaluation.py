"""The evaluation of new tunes against real ones: what is measured, and the result."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from musegen.canonical import JSON
from musegen.errors import CorpusError
from musegen.evaluation.classifier import ToldApart, can_classify, sentences, tell_apart
from musegen.evaluation.copying import Copying, measure_copying
from musegen.evaluation.described import Compared, compare_descriptors, describe
from musegen.evaluation.resampling import Estimate, bootstrap, halves, interval, means
from musegen.evaluation.rows import Row, tune_rows
from musegen.evaluation.tunes import TuneSet, versions
from musegen.music.originality import MelodyIndex
from musegen.protocols.measures import Measure

if TYPE_CHECKING:
    import pandas

_RESAMPLES = 400
_SPLITS = 200
_FEW = 50


@dataclass(frozen=True, slots=True)
class Validity:
    """How many tunes keep the rules of ``[sample.valid]``, and which rules the others break."""

    new: Estimate
    """Share of the new tunes that are valid."""
    real: Estimate
    """Share of the real tunes that are valid."""
    reasons: Mapping[str, tuple[float, float]]
    """Shares of new and of real tunes with a fault of each kind, the most frequent in new tunes first."""

    def state(self) -> dict[str, JSON]:
        """The shares as JSON."""
        reasons = {kind: {"new": new, "real": real} for kind, (new, real) in self.reasons.items()}
        return {"new": self.new.state(), "real": self.real.state(), "reasons": reasons}


@dataclass(frozen=True)
class Evaluation:
    """How new tunes differ from real ones. ``str()`` gives the table, and notebooks show the page."""

    new: TuneSet
    """The tunes that are evaluated."""
    real: TuneSet
    """The real tunes that they are held against. No model has learned from them."""
    groups: tuple[int, int]
    """Number of groups of versions among the new and among the real tunes."""
    validity: Validity
    compared: tuple[Compared, ...]
    """Every descriptor of every measure."""
    copying: Copying | None
    """What new tunes share with the training tunes; None where these are not known."""
    told_apart: ToldApart | None
    """What a classifier makes of the tunes; None without scikit-learn or with too few tunes."""
    rows: tuple[Row, ...]
    """A row of facts and figures for each tune, new ones first."""
    remarks: tuple[str, ...]
    """One line for each thing that a reader of the figures should know."""
    seed: int
    """Seed of everything random: resamples, halves and the classifier."""

    @property
    def within(self) -> tuple[int, int]:
        """The number of descriptors whose distance is within that of real from real tunes, and of all."""
        known = [each.within for each in self.compared if each.within is not None]
        return sum(known), len(known)

    @cached_property
    def giveaways(self) -> tuple[str, ...]:
        """The descriptors by which the classifier knows new tunes, the strongest first, as sentences."""
        if self.told_apart is None:
            return ()
        return sentences(self.told_apart.by, [each.sentence for each in self.compared])

    def state(self) -> dict[str, JSON]:
        """All figures as JSON: the content of ``evaluation.json``."""
        inside, known = self.within
        return {
            "new": {"name": self.new.name, "tunes": len(self.new.tunes), "groups": self.groups[0]},
            "real": {"name": self.real.name, "tunes": len(self.real.tunes), "groups": self.groups[1]},
            "seed": self.seed,
            "validity": self.validity.state(),
            "classifier": self.told_apart.state() if self.told_apart else None,
            "giveaways": self.giveaways,
            "descriptors_within": {"within": inside, "of": known},
            "originality": self.copying.state() if self.copying else None,
            "descriptors": [each.state() for each in self.compared],
            "remarks": self.remarks,
        }

    def frame(self) -> pandas.DataFrame:
        """The rows as a pandas frame. Raises ImportError where pandas is not installed."""
        import pandas

        return pandas.DataFrame(list(self.rows))

    def __str__(self) -> str:
        from musegen.evaluation.showing import table

        return table(self)

    def _repr_html_(self) -> str:
        from musegen.evaluation.page import body

        return body(self)


def evaluate_tunes(
    new: TuneSet,
    real: TuneSet,
    measures: Mapping[str, Measure],
    training: MelodyIndex | None = None,
    *,
    seed: int = 0,
    advance: Callable[[int, int, str], None] = lambda done, total, note: None,
) -> Evaluation:
    """The evaluation of ``new`` tunes against ``real`` ones by ``measures``.

    ``training``: melodies of the tunes that a model has learned from. ``seed``: seed of everything random.
    ``advance`` gets the progress. Raises CorpusError for a set without a tune that can be read.
    """
    for each in (new, real):
        if not each.scores:
            raise CorpusError(f"{each.name}: has no tune that can be read; there is nothing to compare")
    steps = ("versions", "measures", "distances", "originality", "classifier")
    say = iter(enumerate(steps))

    def go_on() -> None:
        number, step = next(say)
        advance(number, len(steps), step)

    go_on()
    groups_new, groups_real = versions(new, real)
    rng = np.random.default_rng(seed)
    drawn = bootstrap(np.concatenate([groups_new, groups_real]), _RESAMPLES, rng)
    weights = drawn[:, : len(groups_new)], drawn[:, len(groups_new) :]
    split = halves(groups_real, _SPLITS, rng)
    go_on()
    values_new, values_real = (describe(measures, each.scores) for each in (new, real))
    go_on()
    compared = compare_descriptors(measures, values_new, values_real, weights, split)
    go_on()
    copying = None if training is None else measure_copying(training, new, real, weights)
    go_on()
    told, remarks = None, _remarks(new, real)
    if not can_classify():
        remarks.append('no classifier: it needs scikit-learn; pip install "musegen[evaluate]"')
    else:
        told = tell_apart(values_new, values_real, (groups_new, groups_real), weights, split, seed)
        if told is None:
            remarks.append("no classifier: it needs ten groups of versions of new and of real tunes")
    advance(len(steps), len(steps), "")
    names = [each.descriptor.name for each in compared]
    return Evaluation(
        new,
        real,
        (len(np.unique(groups_new)), len(np.unique(groups_real))),
        _validity(new, real, rng),
        compared,
        copying,
        told,
        tune_rows(new, real, names, values_new, values_real, copying),
        tuple(remarks),
        seed,
    )


def _remarks(new: TuneSet, real: TuneSet) -> list[str]:
    said = []
    for each in (new, real):
        unread = len(each.tunes) - len(each.scores)
        if unread:
            said.append(
                f"{each.name}: {unread} of {len(each.tunes)} tunes cannot be read; "
                "they count for validity alone"
            )
        if len(each.scores) < _FEW:
            said.append(f"{each.name}: has only {len(each.scores)} tunes, so all intervals are wide")
    return said


def _validity(new: TuneSet, real: TuneSet, rng: np.random.Generator) -> Validity:
    """Every tune counts here, also those that cannot be read, and each as a group of its own."""
    rates = []
    for each in (new, real):
        valid = np.array([[float(tune.judgement.valid)] for tune in each.tunes])
        drawn = means(valid, bootstrap(np.arange(len(valid)), _RESAMPLES, rng))[:, 0]
        rates.append(interval(float(valid.mean()), drawn))
    counts = [_kinds(each) for each in (new, real)]
    kinds = sorted({*counts[0], *counts[1]}, key=lambda kind: (-counts[0][kind], -counts[1][kind], kind))
    sizes = len(new.tunes), len(real.tunes)
    reasons = {kind: (counts[0][kind] / sizes[0], counts[1][kind] / sizes[1]) for kind in kinds}
    return Validity(rates[0], rates[1], reasons)


def _kinds(tunes: TuneSet) -> Counter[str]:
    return Counter(
        kind for tune in tunes.tunes for kind in dict.fromkeys(fault.kind for fault in tune.judgement.faults)
    )
