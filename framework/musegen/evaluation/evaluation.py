"""The evaluation of new tunes against real ones: what is measured, and the result."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import NDArray

from musegen.errors import CorpusError
from musegen.evaluation.classifier import can_classify, tell_apart
from musegen.evaluation.copying import measure_copying
from musegen.evaluation.described import compare_descriptors, describe
from musegen.evaluation.findings import Findings, Validity
from musegen.evaluation.page import body
from musegen.evaluation.resampling import bootstrap, halves, interval, means
from musegen.evaluation.rows import tune_rows
from musegen.evaluation.showing import table
from musegen.evaluation.tunes import TuneSet, versions
from musegen.music.originality import MelodyIndex
from musegen.protocols.measures import Measure
from musegen.words import counted

_RESAMPLES = 400
_SPLITS = 200
_FEW = 50


class Evaluation(Findings):
    """The :class:`Findings` of :func:`evaluate`. ``str()`` gives the table, and notebooks show the page."""

    def __str__(self) -> str:
        return table(self)

    def _repr_html_(self) -> str:
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
        _validity((new, real), (groups_new, groups_real), rng),
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
                f"{each.name}: of {counted(len(each.tunes), 'tune')} {unread} cannot be read; "
                "they count for validity alone"
            )
        if len(each.scores) < _FEW:
            said.append(f"{each.name}: {counted(len(each.scores), 'tune')} only, so all intervals are wide")
    return said


def _validity(
    sets: tuple[TuneSet, TuneSet],
    groups: tuple[NDArray[np.int64], NDArray[np.int64]],
    rng: np.random.Generator,
) -> Validity:
    """Every tune counts here, also those that cannot be read, each of which is a group of its own."""
    new, real = sets
    rates = []
    for each, parsed in zip(sets, groups, strict=True):
        valid = np.array([[float(tune.judgement.valid)] for tune in each.tunes])
        grouped = -1 - np.arange(len(valid))
        grouped[[tune.score is not None for tune in each.tunes]] = parsed
        drawn = means(valid, bootstrap(grouped, _RESAMPLES, rng))[:, 0]
        rates.append(interval(float(valid.mean()), drawn))
    counts = [_kinds(each) for each in sets]
    kinds = sorted({*counts[0], *counts[1]}, key=lambda kind: (-counts[0][kind], -counts[1][kind], kind))
    sizes = len(new.tunes), len(real.tunes)
    reasons = {kind: (counts[0][kind] / sizes[0], counts[1][kind] / sizes[1]) for kind in kinds}
    return Validity(rates[0], rates[1], reasons)


def _kinds(tunes: TuneSet) -> Counter[str]:
    return Counter(
        kind for tune in tunes.tunes for kind in dict.fromkeys(fault.kind for fault in tune.judgement.faults)
    )
