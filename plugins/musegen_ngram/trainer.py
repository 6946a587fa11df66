"""Trains n-grams: counts tunes, and chooses order and memory's shares on tunes that were not counted."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from musegen import Dataset, EpochLoss, ModelError, Tokens, TrainedModel, TrainingJob
from musegen_ngram.counts import GramCounts
from musegen_ngram.model import NgramModel
from musegen_sampling import copy_shares, recall

HIGHEST = 12
"""The highest order that is tried."""
_HELD_OUT = 10
"""Without validation tunes, every tenth training tune serves for the choice and is counted afterwards."""


_ENOUGH = 400_000
"""Number of tokens to choose by: 33 shares and an order do not get better with more."""


class NgramTrainer:
    """Counts."""

    def __init__(self, order: int | None = None, *, memory: bool = False) -> None:
        """``order``: number of tokens looked back on; None: the number that suits the validation tunes best.

        ``memory``: also predict from the tune so far.
        """
        self._order, self._memory = order, memory

    def train(self, dataset: Dataset, job: TrainingJob) -> TrainedModel:
        """A model of ``dataset.train``; orders are tried from 1 up, until one is worse than the one before.

        Without validation tunes, every tenth training tune stands in for them while order and shares are
        chosen. Where there are more than 400,000 tokens, the training loss is that of every k-th tune. Raises
        ModelError without training tunes.
        """
        if not dataset.train:
            raise ModelError("no tune to learn from")
        learned, judged = dataset.train, dataset.validation
        if not judged and len(learned) > 1:
            judged = learned[::_HELD_OUT]
            learned = tuple(tune for i, tune in enumerate(dataset.train) if i % _HELD_OUT)
        best = _Candidates(learned, _some(judged or learned), dataset, job).best(self._order, self._memory)
        if learned is not dataset.train:
            counts = GramCounts.of(dataset.train, len(dataset.vocabulary), best.order + 1)
            best = _model(counts, dataset, job, best.shares)
        train = _mean_nats(best, _some(dataset.train))
        validation = _mean_nats(best, dataset.validation) if dataset.validation else None
        job.progress.advance(1, 1, f"order {best.order}, loss {train:.3f}")
        return TrainedModel(best, (EpochLoss(1, train, validation),), 1)

    def load(self, path: Path) -> NgramModel:
        """A saved model. Raises ArtifactError for a file that is not an n-gram."""
        return NgramModel.load(path)


class _Candidates:
    """Models of ``learned``, compared on ``judged``."""

    def __init__(
        self, learned: Sequence[Tokens], judged: Sequence[Tokens], dataset: Dataset, job: TrainingJob
    ) -> None:
        self._learned, self._judged, self._dataset, self._job = learned, judged, dataset, job

    def best(self, order: int | None, memory: bool) -> NgramModel:
        """The model of ``order``, or of the best order where that is None."""
        if memory:
            guesses, matches = recall(self._judged)
            self._matches = np.concatenate(matches)
            self._right = np.concatenate(
                [guess == tune[1:] for guess, tune in zip(guesses, self._judged, strict=True)]
            )
        growing = GramCounts.growing(self._learned, len(self._dataset.vocabulary))
        if order is not None:
            return self._candidate(next(islice(growing, order, None)), memory)
        best, lowest = None, np.inf
        for counts in islice(growing, 1, HIGHEST + 1):
            model = self._candidate(counts, memory)
            loss = _mean_nats(model, self._judged)
            if best is not None and loss >= lowest:
                break
            best, lowest = model, loss
        assert best is not None
        return best

    def _candidate(self, counts: GramCounts, memory: bool) -> NgramModel:
        model = _model(counts, self._dataset, self._job)
        if not memory:
            return model
        chances = np.concatenate([model.chances(tune) for tune in self._judged])
        shares = copy_shares(chances, self._right, self._matches)
        return _model(counts, self._dataset, self._job, shares)


def _model(
    counts: GramCounts, dataset: Dataset, job: TrainingJob, shares: NDArray[np.float64] | None = None
) -> NgramModel:
    vocabulary = dataset.vocabulary
    return NgramModel(counts, vocabulary.symbols, vocabulary.start, vocabulary.end, job.about, shares)


def _some(tunes: Sequence[Tokens]) -> Sequence[Tokens]:
    """All tunes, or every k-th where they have more than :data:`_ENOUGH` tokens."""
    return tunes[:: 1 + sum(map(len, tunes)) // _ENOUGH]


def _mean_nats(model: NgramModel, tunes: Sequence[Tokens]) -> float:
    nats = sum(float(each.sum()) for each in model.nats(tunes))
    return nats / max(sum(len(tune) - 1 for tune in tunes), 1)
