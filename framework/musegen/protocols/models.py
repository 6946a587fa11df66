"""The protocols of models and their trainers, and the data that a training gets and returns."""

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

    from musegen.protocols.places import Places
    from musegen.protocols.vocabulary import Tokens, Vocabulary


@dataclass(frozen=True, slots=True)
class EpochLoss:
    """Mean losses of one epoch, in nats a token.

    A loss says how surprised the model is by a token: -ln of the probability that it gave it. Lower is
    better.
    """

    epoch: int
    """Number of the epoch, from 1."""
    train: float
    """Loss on the training tunes."""
    validation: float | None
    """Loss on the validation tunes; None if there are no validation tunes."""


@dataclass(frozen=True, slots=True)
class Transpositions:
    """The versions of one training tune in other keys."""

    tunes: Sequence[Tokens]
    """Each version as tokens, int32 (n + 2,), from the start mark to the end mark."""
    weights: Sequence[float]
    """How often to take each version, where the tune itself counts 1. With these weights every key stays as
    frequent as it is in the corpus."""


@dataclass(frozen=True)
class Dataset:
    """Tunes as tokens, each int32 (n + 2,), from the start mark to the end mark.

    The test tunes are not in it: a trainer never sees them.
    """

    vocabulary: Vocabulary
    """Symbols that the tokens stand for."""
    train: Sequence[Tokens]
    """Tunes to learn from."""
    validation: Sequence[Tokens]
    """Tunes to choose the best epoch by."""
    transposed: Sequence[Transpositions] = ()
    """Versions of each training tune in other keys, if the pipeline asks for them; otherwise empty. A model
    may learn from one of these versions in place of the tune. As long as ``train``, or empty."""
    places: Places | None = None
    """Where each token of a tune stands in it, which a model may read beside the tokens; None if the notation
    or the tokenizer does not tell."""


@dataclass(frozen=True)
class TrainingJob:
    """Everything that a training needs in addition to data and options."""

    seed: int
    """Seed of everything random in the training."""
    checkpoints: Path
    """Folder for checkpoints. If a training is interrupted, the next run of the same job finds them there."""
    progress: Progress
    """Receiver of progress and messages."""
    about: Mapping[str, JSON]
    """Components and tokenizer state that the model belongs to; the saved model must contain it unchanged."""
    logs: Path = Path("logs")
    """Folder for logs that people may watch during the training. It may not exist: make it before writing."""


class LanguageModel(Protocol):
    """A trained model of token sequences. Every sequence begins with the start mark."""

    def generate(
        self, primes: Sequence[Tokens], sampling: Sampling, seeds: Sequence[int]
    ) -> Iterator[Tokens]:
        """One continuation for each prime, without the prime itself: int32 (n,).

        ``seeds[i]`` alone decides the random choices for ``primes[i]``.
        """
        ...

    def nats(self, tunes: Sequence[Tokens]) -> list[NDArray[np.float64]]:
        """The loss of each token of each tune, in nats: float64 (n - 1,) for a tune of n tokens.

        It is -ln of the probability of the token, given the tokens before it. The first token has none.
        """
        ...

    def save(self, path: Path) -> None:
        """Write one safetensors file that :meth:`ModelTrainer.load` reads. Equal models give equal bytes."""
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
class PlacedModel(LanguageModel, Protocol):
    """A model that may read place features beside the tokens.

    A model that was trained with ``Dataset.places`` needs them again for every tune that it judges or writes.
    Its file does not hold them: musegen makes them from notation and tokenizer, and hands them to the model
    that it loaded.
    """

    place_sizes: tuple[int, ...]
    """The sizes of the features that it was trained with: the first of those that :class:`musegen.Places`
    has; empty if it reads none."""

    def with_places(self, places: Places) -> LanguageModel:
        """The same model, which has these features at hand. Their sizes are ``place_sizes``."""
        ...


@dataclass(frozen=True, slots=True)
class Passage:
    """A piece of a tune that a model has read or written, and where it led."""

    tokens: Tokens
    """The piece, with the end mark if the model wrote it: int32 (n,)."""
    nats: NDArray[np.float64]
    """The loss of each token, as :meth:`LanguageModel.nats` has it, or in the arithmetic that draws.

    float64 (n,), or (n - 1,) for a piece that begins with the start mark, which has none."""
    state: object
    """What the model goes on from. Only the model knows what it is, and never changes it."""
    left: NDArray[np.float64] | None = None
    """What the rules of ``sampling`` left of all probability at temperature 1, before each token that was
    written: float64 (n,). None where the model does not tell, and for a piece that was read."""


@runtime_checkable
class ContinuingModel(LanguageModel, Protocol):
    """A model that goes on where it stopped.

    The header of a new tune is written line by line, and the loss of a tune is asked for when it is written.
    Such a model reads no token twice for either; of another one musegen asks :meth:`generate` for each line
    with all that comes before it, and :meth:`nats` at the end. Its methods may be called from several threads
    at once: while some tunes are judged, the next are written.
    """

    def read_passages(
        self, tunes: Sequence[Tokens], after: Sequence[Passage | None], sampling: Sampling
    ) -> Sequence[Passage]:
        """The passage of each piece of a tune, which goes on from a passage, or begins with the start mark.

        ``sampling``: the options for what is drawn afterwards. No piece is empty.
        """
        ...

    def write_passages(
        self, after: Sequence[Passage], sampling: Sampling, seeds: Sequence[int]
    ) -> Sequence[Passage]:
        """One continuation of each passage: the tokens of :meth:`generate`, and the end mark that ends it."""
        ...


@runtime_checkable
class StorableModel(LanguageModel, Protocol):
    """A model that can be stored in more than one way."""

    stores: tuple[str, ...]
    """Names of the ways to store it, beginning with the one that :meth:`save` uses."""

    def save_as(self, path: Path, store: str) -> None:
        """Write the model in the way ``store``. Raises ModelError if its weights do not allow that."""
        ...


@dataclass(frozen=True)
class TrainedModel:
    """The result of a training."""

    model: LanguageModel
    """The trained model."""
    losses: tuple[EpochLoss, ...]
    """Losses of each epoch."""
    best_epoch: int
    """Number of the epoch whose weights the model has, from 1."""
    steps: tuple[Sequence[float], ...] = ()
    """Loss of every training step in nats a token, grouped by epoch; empty if training does not go by
    steps."""


@runtime_checkable
class ForeignModels(Protocol):
    """A model trainer that can also read models which another program saved."""

    def read_foreign(self, path: Path, symbols: Sequence[str] | None) -> StorableModel:
        """The model in a file with one of the component's ``suffixes``.

        ``symbols``: the symbol of each token, if the user gave them. Raises ModelError for a model that this
        one cannot represent; the message names the part.
        """
        ...


class ModelTrainer(Protocol):
    """A trainer of models, which also loads saved ones."""

    def train(self, dataset: Dataset, job: TrainingJob) -> TrainedModel:
        """A model that learned from ``dataset.train``, chosen by its loss on ``dataset.validation``.

        The same dataset, options and seed give the same model, even if the training was interrupted.
        """
        ...

    def load(self, path: Path) -> LanguageModel:
        """The model saved at ``path``. Raises ArtifactError for a file that is not a model of this kind."""
        ...
