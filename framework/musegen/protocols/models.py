"""What models and those who train them must do, and what a training is given."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, runtime_checkable

from musegen.canonical import JSON
from musegen.progress import Progress
from musegen.protocols.sampling import Sampling

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from musegen.protocols.vocabulary import Tokens, Vocabulary


@dataclass(frozen=True, slots=True)
class EpochLoss:
    """Mean loss in nats a token over one epoch; ``validation`` is None without validation tunes."""

    epoch: int
    train: float
    validation: float | None


@dataclass(frozen=True, slots=True)
class Transpositions:
    """One training tune in other keys."""

    tunes: Sequence[Tokens]
    weights: Sequence[float]
    """How often to take each, the tune itself being 1: so the keys stay as frequent as they were."""


@dataclass(frozen=True)
class Dataset:
    """Tunes as tokens, each from the start mark to the end mark: int32 (n + 2,).

    Who trains is not given the test tunes.
    """

    vocabulary: Vocabulary
    train: Sequence[Tokens]
    validation: Sequence[Tokens]
    transposed: Sequence[Transpositions] = ()
    """Each training tune in other keys, where a pipeline asks for that: a model may learn from one of these
    versions instead of the tune. Empty, or as long as ``train``."""


@dataclass(frozen=True)
class TrainingJob:
    """What a training needs besides data and options."""

    seed: int
    checkpoints: Path
    """A folder that outlives an interrupted training; the same job finds in it what it left."""
    progress: Progress
    about: Mapping[str, JSON]
    """What the saved model says of where it fits: components and tokenizer state."""
    logs: Path = Path("logs")
    """A folder for what others may watch while the training works; made by whoever writes there."""


class LanguageModel(Protocol):
    """A trained model of token sequences. A sequence begins with the start mark."""

    def generate(
        self, primes: Sequence[Tokens], sampling: Sampling, seeds: Sequence[int]
    ) -> Iterator[Tokens]:
        """One continuation a prime, without it; ``seeds[i]`` alone decides the draws of item i."""
        ...

    def nats(self, tunes: Sequence[Tokens]) -> list[NDArray[np.float64]]:
        """float64 (n - 1,) a tune: -ln probability of each token but the first, given those before it."""
        ...

    def save(self, path: Path) -> None:
        """Write one safetensors file, a function of the model alone, that :meth:`ModelTrainer.load` reads."""
        ...


@runtime_checkable
class VocabularyModel(LanguageModel, Protocol):
    """A model that knows what its tokens stand for.

    A file whose tokenizer has other symbols, or the same in another order, is then refused; of a model
    without them musegen notices no more than a token that the tokenizer does not have.
    """

    symbols: Sequence[str]
    """Those of the vocabulary that it was trained on, in their order, the marks among them."""


@runtime_checkable
class StorableModel(LanguageModel, Protocol):
    """A model that has more than one way to be stored."""

    stores: tuple[str, ...]
    """Their names, the one of :meth:`save` first."""

    def save_as(self, path: Path, store: str) -> None:
        """Write it so. Raises ModelError where these weights cannot be."""
        ...


@dataclass(frozen=True)
class TrainedModel:
    """What a training ends with."""

    model: LanguageModel
    losses: tuple[EpochLoss, ...]
    best_epoch: int
    """The epoch whose weights the model has, from 1."""
    steps: tuple[Sequence[float], ...] = ()
    """Loss of every step in nats a token, epoch by epoch, where training goes by steps."""


@runtime_checkable
class ForeignModels(Protocol):
    """What a model trainer is that also reads models which something else saved."""

    def read_foreign(self, path: Path, symbols: Sequence[str] | None) -> StorableModel:
        """The model in a file that ends as one of the component's ``suffixes``.

        ``symbols``: what its tokens stand for, where a user knows. Raises ModelError that says what of it
        cannot be expressed.
        """
        ...


class ModelTrainer(Protocol):
    """Trains and loads models."""

    def train(self, dataset: Dataset, job: TrainingJob) -> TrainedModel:
        """A model of ``dataset.train``, chosen by ``dataset.validation``; the test tunes are not touched.

        The same dataset, options and seed give the same model, also after an interruption.
        """
        ...

    def load(self, path: Path) -> LanguageModel:
        """A saved model. Raises ArtifactError for a file that is none."""
        ...
