"""The model that a training ends with: an LSTM that generates and judges without TensorFlow."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Literal, cast

import numpy as np
from numpy.typing import NDArray

from musegen import (
    JSON,
    ArtifactError,
    Dataset,
    ModelError,
    Passage,
    PlaceReader,
    Places,
    Sampling,
    Tokens,
    TrainedModel,
    TrainingJob,
)
from musegen_keras.batches import features
from musegen_keras.memory import check_memory
from musegen_keras.options import KerasLSTMOptions, LSTMSampling
from musegen_keras.weights import lstm_weights
from musegen_sampling import LSTMWeights, Precision, Sampler, State, calibrate, memory_shares

_CALIBRATED = 100
"""Number of training tunes on which precisions are measured where there are no validation tunes."""


class LSTMModel:
    """Stacked LSTM layers over tokens; every tune begins from the zero state."""

    stores = ("fp32", "int8")

    def __init__(
        self,
        weights: LSTMWeights,
        about: Mapping[str, JSON] | None = None,
        places: Places | None = None,
    ) -> None:
        """``about``: what a saved file says about its use; by default what the weights' own file said.

        ``places``: see :meth:`with_places`.
        """
        self.weights, self._about, self._places = weights, about, places
        self.symbols = weights.vocabulary
        self.place_sizes = tuple(len(table) for table in weights.inputs)
        self._samplers: dict[tuple[str, str], Sampler] = {}

    def with_places(self, places: Places) -> LSTMModel:
        """This model, which then knows where each token stands; see :class:`musegen.PlacedModel`."""
        return LSTMModel(self.weights, self._about, places)

    def _sampler(self, precision: Precision | Literal["auto"]) -> Sampler:
        """A sampler in this precision. It is kept: to pack the weights takes as long as a hundred tokens."""
        key = precision, os.environ.get("MUSEGEN_ISA", "")
        if key not in self._samplers:
            begin = self._places.begin if self._places is not None and self.place_sizes else None
            self._samplers[key] = Sampler(self.weights, precision=precision, inputs=begin)
        return self._samplers[key]

    def _asked(self, sampling: Sampling) -> Sampler:
        asked = sampling.model if isinstance(sampling.model, LSTMSampling) else LSTMSampling()
        return self._sampler(asked.precision)

    def generate(
        self, primes: Sequence[Tokens], sampling: Sampling, seeds: Sequence[int]
    ) -> Iterator[Tokens]:
        """One continuation for each prime, without the prime."""
        yield from self._asked(sampling).generate_many(
            primes,
            sampling.max_tokens,
            sampling.temperature,
            sampling.top_k,
            sampling.top_p,
            seeds=seeds,
            stop=sampling.stop,
            constraints=sampling.rules or None,
        )

    def read_passages(
        self, tunes: Sequence[Tokens], after: Sequence[Passage | None], sampling: Sampling
    ) -> Sequence[Passage]:
        """The passage of each piece of a tune, in the precision that draws."""
        states = [None if passage is None else _state(passage) for passage in after]
        read = self._asked(sampling).read_many(tunes, states)
        return [Passage(each.tokens, each.nats, each.state) for each in read]

    def write_passages(
        self, after: Sequence[Passage], sampling: Sampling, seeds: Sequence[int]
    ) -> Sequence[Passage]:
        """One continuation of each passage."""
        written = self._asked(sampling).write_many(
            [_state(passage) for passage in after],
            sampling.max_tokens,
            sampling.temperature,
            sampling.top_k,
            sampling.top_p,
            seeds=seeds,
            stop=sampling.stop,
            constraints=sampling.rules or None,
        )
        return [Passage(each.tokens, each.nats, each.state, each.left) for each in written]

    def nats(self, tunes: Sequence[Tokens]) -> list[NDArray[np.float64]]:
        """float64 (n - 1,) for each tune: -ln probability of each token but the first, in fp32."""
        return self._sampler("fp32").nats_many(tunes)

    def save(self, path: Path) -> None:
        """Write one safetensors file whose bytes depend only on the weights, the vocabulary and ``about``."""
        self.weights.save(path, self._about)

    def save_as(self, path: Path, store: str) -> None:
        """Write the same file with the matrices in fp32 or int8."""
        try:
            self.weights.save(path, self._about, cast(Literal["fp32", "int8"], store))
        except ValueError as error:
            raise ModelError(str(error)) from None


def _state(passage: Passage) -> State:
    return cast(State, passage.state)


def remembering(
    weights: LSTMWeights, tunes: Sequence[Tokens], recall: float, begin: Callable[[], PlaceReader] | None
) -> LSTMWeights:
    """``weights`` with a memory of the tune so far.

    Its shares are ``recall`` times those that suit ``tunes`` best, which the model has not learned from.
    """
    nats = Sampler(weights, precision="fp32", inputs=begin).nats_many(tunes)
    return weights.with_memory(memory_shares(nats, tunes) * np.float32(recall))


class KerasLSTMTrainer:
    """Trains with Keras; loads without it."""

    def __init__(self, options: KerasLSTMOptions) -> None:
        self._options = options

    def train(self, dataset: Dataset, job: TrainingJob) -> TrainedModel:
        """The model of the epoch with the lowest validation loss; without validation tunes, of the last.

        Raises ModelError where there is too little memory, and where the loss stops being finite.
        """
        if not dataset.train:
            raise ModelError("no tune to learn from")
        check_memory(self._options, len(dataset.vocabulary), dataset.train)
        from musegen_keras.trainer import train

        end = train(self._options, dataset, job)
        places = self._options.reads(dataset.places)
        weights = lstm_weights(end.best, dataset.vocabulary, features(places))
        begin = places.begin if places is not None else None
        if self._options.recall and dataset.validation:
            weights = remembering(weights, dataset.validation, self._options.recall, begin)
        elif self._options.recall:
            job.progress.say("recall is left out: there are no validation tunes to find its shares on")
        weights = calibrate(weights, dataset.validation or dataset.train[:_CALIBRATED], inputs=begin)
        steps = tuple(epoch.tolist() for epoch in end.steps)
        model = LSTMModel(weights, job.about, places)
        return TrainedModel(model, end.losses, end.best_epoch, steps)

    def read_foreign(self, path: Path, symbols: Sequence[str] | None) -> LSTMModel:
        """The Embedding, LSTM layers and Dense of a saved ``keras.Sequential``. Raises ModelError."""
        from musegen_keras.foreign import read_keras

        return LSTMModel(read_keras(path, symbols))

    def load(self, path: Path) -> LSTMModel:
        """A saved model. Raises ArtifactError for a file that is not one."""
        try:
            return LSTMModel(LSTMWeights.load(path))
        except OSError as error:
            raise ArtifactError(f"{path}: {error.strerror or error}") from error
        except ValueError as error:
            raise ArtifactError(str(error)) from error
