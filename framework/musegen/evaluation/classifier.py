"""A classifier that tries to tell new tunes from real ones by their descriptors."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Any

import numpy as np
from numpy.typing import NDArray

from musegen.canonical import JSON
from musegen.evaluation.resampling import Estimate, Weights, interval

_FOLDS = 5
_REPEATS = 2
_FLOOR_SPLITS = 10
_FEWEST = 10
"""Smallest number of groups on each side that a classifier is trained on."""


@dataclass(frozen=True, slots=True)
class ToldApart:
    """How well a classifier tells new tunes from real ones that it was not trained on."""

    auc: Estimate
    """Area under its ROC curve: the probability that it takes the new one of a new and a real tune for new.
    0.5 is chance, 1 is always."""
    floor: float | None
    """Median AUC of real tunes against real tunes, halves of the held-out ones; None without such halves."""
    floor_low: float | None
    """The smallest of these."""
    floor_high: float | None
    """The largest of these."""
    by: tuple[int, ...]
    """Columns of the descriptors that gave the new tunes away, the strongest first."""

    def state(self) -> dict[str, JSON]:
        """The figures as JSON."""
        floor = {"median": self.floor, "lowest": self.floor_low, "highest": self.floor_high}
        return {"auc": self.auc.state(), "real_against_real": floor}


def can_classify() -> bool:
    """Whether scikit-learn is installed."""
    return find_spec("sklearn") is not None


def tell_apart(
    new: NDArray[np.float64],
    real: NDArray[np.float64],
    groups: tuple[NDArray[np.int64], NDArray[np.int64]],
    weights: tuple[Weights, Weights],
    halves: tuple[Weights, Weights],
    seed: int,
) -> ToldApart | None:
    """Train on some groups of versions and judge the others, in turn, so that no tune is judged by a version.

    ``new``: float64 (n, d), ``real``: float64 (m, d); NaN where a descriptor is undefined. Gradient-boosted
    trees (Friedman 2001; scikit-learn's HistGradientBoostingClassifier), five folds. None if there are too
    few groups.
    """
    values, both = np.concatenate([new, real]), np.concatenate(groups)
    labels = np.repeat([1, 0], [len(new), len(real)])
    scores, importance = _judged(values, labels, both, seed, _REPEATS)
    if scores is None:
        return None
    drawn = _auc(labels, scores, np.concatenate(weights, axis=1))
    auc = interval(_auc(labels, scores, np.ones((1, len(labels))))[0], drawn)
    floors = []
    for number, half in enumerate(halves[0][:_FLOOR_SPLITS]):
        found, _ = _judged(real, half.astype(int), groups[1], seed + number, 1)
        if found is not None:
            floors.append(_auc(half.astype(int), found, np.ones((1, len(half))))[0])
    strongest = [int(column) for column in np.argsort(-importance, kind="stable") if importance[column] > 0]
    middle, low, high = (float(of(floors)) if floors else None for of in (np.median, min, max))
    return ToldApart(auc, middle, low, high, tuple(strongest))


def _judged(
    values: NDArray[np.float64],
    labels: NDArray[np.int64],
    groups: NDArray[np.int64],
    seed: int,
    repeats: int,
) -> tuple[NDArray[np.float64] | None, NDArray[np.float64]]:
    """The probability of label 1 of each tune by classifiers that did not learn from its group.

    With it the importance of each column: the AUC that is lost on judged tunes when the column is shuffled
    (Breiman 2001). None and zeros if there are too few groups.
    """
    from sklearn.inspection import permutation_importance
    from sklearn.model_selection import StratifiedGroupKFold
    from threadpoolctl import threadpool_limits

    importance = np.zeros(values.shape[1])
    if min(len(np.unique(groups[labels == label])) for label in (0, 1)) < _FEWEST:
        return None, importance
    scores = np.zeros(len(labels))
    for repeat in range(repeats):
        folds = StratifiedGroupKFold(_FOLDS, shuffle=True, random_state=seed + repeat)
        for train, test in folds.split(values, labels, groups):
            columns = _varying(values[train])
            learned, judged = values[train][:, columns], values[test][:, columns]
            with threadpool_limits(1):  # threads that wait for each other are slow on a shared machine
                model = _classifier(seed + repeat).fit(learned, labels[train])
                scores[test] += model.predict_proba(judged)[:, 1] / repeats
                if repeats > 1 and 0 < labels[test].sum() < len(test):
                    lost = permutation_importance(
                        model, judged, labels[test], scoring="roc_auc", n_repeats=1, random_state=seed
                    )
                    importance[columns] += lost.importances_mean / (_FOLDS * repeats)
    return scores, importance


def _varying(values: NDArray[np.float64]) -> NDArray[np.int64]:
    """The columns with two different values at least, without which scikit-learn finds no bins."""
    known = np.where(np.isfinite(values), values, np.nan)
    with np.errstate(invalid="ignore"):
        low, high = np.fmin.reduce(known), np.fmax.reduce(known)
    return np.flatnonzero(low < high)


def _classifier(seed: int) -> Any:
    from sklearn.ensemble import HistGradientBoostingClassifier

    return HistGradientBoostingClassifier(
        max_iter=100,
        max_leaf_nodes=15,
        min_samples_leaf=10,
        l2_regularization=1.0,
        early_stopping=False,
        random_state=seed,
    )


def _auc(labels: NDArray[np.int64], scores: NDArray[np.float64], weights: Weights) -> NDArray[np.float64]:
    """The AUC under each row of weights (r, n): float64 (r,).

    Equal scores count half (Mann & Whitney 1947).
    """
    values, place = np.unique(scores, return_inverse=True)
    found = np.full(len(weights), np.nan)
    for row, each in enumerate(weights):
        positive = np.bincount(place, each * (labels == 1), len(values))
        negative = np.bincount(place, each * (labels == 0), len(values))
        total = positive.sum() * negative.sum()
        if total:
            below = np.cumsum(negative) - negative
            found[row] = (positive * (below + negative / 2)).sum() / total
    return found


def sentences(by: Sequence[int], said: Sequence[str], most: int = 8) -> tuple[str, ...]:
    """The sentences of the descriptors that gave new tunes away, the strongest first."""
    return tuple(said[column] for column in by[:most])
