"""What plugins are made of: components, and the protocols of what components build.

A hook returns :class:`Component` objects at start-up and does nothing else; ``pipeline.toml`` picks them by
name, and from there on everything is a typed method call. The way of a tune: a :class:`CorpusReader` reads
it, its :class:`Notation` prepares it, a :class:`Tokenizer` encodes it, a :class:`LanguageModel` learns it
and writes new ones, the notation parses those and a :class:`Renderer` writes their files.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Generic, Protocol, TypeAlias, TypeVar, cast, runtime_checkable

from musegen.options import Options, Prepare
from musegen.sampling import Sampling

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from musegen.score import Key, Score
    from musegen.tune import Tune
    from musegen.vocabulary import Tokens, Vocabulary

JSON: TypeAlias = "None | bool | int | float | str | Sequence[JSON] | Mapping[str, JSON]"

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)
O = TypeVar("O", bound=Options)  # noqa: E741


class CorpusReader(Protocol):
    """Reads tunes from somewhere on this machine."""

    def sources(self) -> Iterable[Path]:
        """The files whose content decides what :meth:`read` gives, in a fixed order.

        Raises CorpusError where one is missing. The content of each goes into the cache key.
        """
        ...

    def read(self, report: Callable[[str], None]) -> Iterable[Tune]:
        """The tunes, in the order of the sources.

        Every tune is given, also one that its notation will not be able to read; ``report`` is given one
        located line for what a user should know, such as a guessed encoding.
        """
        ...


@dataclass(frozen=True, slots=True)
class Wishes:
    """What a user asks of a new tune; None leaves it to the model."""

    key: str | None = None
    metre: str | None = None
    rhythm: str | None = None
    home: str = ""
    """The tonic of all tunes that the model knows: of a wished key only the mode is asked of it."""


class HeaderGuide(Protocol):
    """Leads a header, line by line, to what a user wished; made anew for each tune."""

    opening: str
    """What every tune begins with."""

    def next(self, header: str, line: str) -> str:
        """What goes on after ``header``, given that the model would write ``line`` (``\\n`` included).

        It is ``line``, or the wished line whose turn has come.
        """
        ...

    def complete(self, header: str) -> bool:
        """Whether the body follows."""
        ...


class Notation(Protocol):
    """A way to write tunes as text."""

    def parse(self, tune: Tune) -> Score:
        """The tune as music. Raises NotationError, located, for text that is no tune."""
        ...

    def write(self, score: Score) -> str:
        """The score as text: ``parse(Tune(write(score)))`` is equal to it.

        Raises NotationError for what the notation cannot write.
        """
        ...

    def transpose(self, tune: Tune, semitones: int, tonic: str = "") -> Tune:
        """The tune so many semitones higher and changed in nothing else.

        Transposed back it gives the same score. ``tonic``: how the new one is spelled, ``Gb`` or ``F#``.
        Raises NotationError for text that is no tune.
        """
        ...

    def prepare(self, tune: Tune, options: Prepare) -> Tune:
        """The tune as the model sees it. Raises NotationError for text that is no tune."""
        ...

    def body(self, tune: Tune) -> int:
        """Where in the text the body begins. Raises NotationError for text that is no tune."""
        ...

    def chord_symbols(self, tune: Tune) -> Iterable[tuple[int, int]]:
        """Begin and end, in the text, of each accompaniment chord of the body: losses tell them apart.

        None in a notation that has no such thing.
        """
        ...

    def key(self, text: str) -> Key:
        """The key that a wish names. Raises NotationError for what is none."""
        ...

    def header(self, tune: Tune) -> Mapping[str, str]:
        """The header's fields and their values, in written order: ``{"X": "1", "K": "D"}``."""
        ...

    def guide(self, wishes: Wishes, fields: Sequence[str]) -> HeaderGuide:
        """A guide to headers of these fields in this order. Raises NotationError as :meth:`wished` does."""
        ...

    def wished(self, wishes: Wishes) -> Mapping[str, str]:
        """The fields and values that these force: ``{"K": "D"}``. Raises NotationError for what is none."""
        ...


class Tokenizer(Protocol):
    """Text to tokens and back: ``decode(encode(text)) == text`` for every text over the vocabulary."""

    vocabulary: Vocabulary

    def encode(self, text: str) -> Tokens:
        """int32 (n,), without the start and end marks. Raises VocabularyError for an unknown symbol."""
        ...

    def decode(self, tokens: Tokens) -> str:
        """The text of tokens, marks left out. Raises VocabularyError for a token outside [0, V)."""
        ...

    def state(self) -> JSON:
        """All that :meth:`TokenizerTrainer.load` needs to make an equal tokenizer."""
        ...


class TokenizerTrainer(Protocol):
    """Makes tokenizers."""

    def train(self, texts: Sequence[str]) -> Tokenizer:
        """A tokenizer that can encode every one of ``texts``."""
        ...

    def load(self, state: JSON) -> Tokenizer:
        """The tokenizer that :meth:`Tokenizer.state` described. Raises ArtifactError for anything else."""
        ...


@dataclass(frozen=True, slots=True)
class Versions:
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
    transposed: Sequence[Versions] = ()
    """Of each training tune its versions in other keys, where a pipeline asks for them: a model may learn
    from one of them instead of the tune. Empty, or as long as ``train``."""


class Progress(Protocol):
    """Where long work reports to; the command line draws it."""

    def advance(self, done: int, total: int, note: str = "") -> None:
        """``done`` of ``total`` steps of the stage are finished."""
        ...

    def say(self, line: str) -> None:
        """One line that a user should read."""
        ...


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


@dataclass(frozen=True, slots=True)
class EpochLoss:
    """Mean loss in nats a token over one epoch; ``validation`` is None without validation tunes."""

    epoch: int
    train: float
    validation: float | None


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
    """Of each epoch the loss in nats a token of its steps, where training goes by steps."""


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


@runtime_checkable
class Renderer(Protocol):
    """Writes a score to a file."""

    suffix: str
    """What its files end with: ``.mid``."""

    def render(self, score: Score, path: Path) -> None:
        """Write ``score`` to ``path``, and nothing else. The same score gives the same bytes."""
        ...


@runtime_checkable
class BookRenderer(Protocol):
    """Writes all scores of a run, or of some files, to one file."""

    file_name: str
    """Of that file: ``tunes.abc``."""

    def render_book(self, scores: Sequence[Score], path: Path) -> None:
        """Write ``scores`` to ``path``, and nothing else. The same scores give the same bytes."""
        ...


@dataclass(frozen=True, slots=True)
class Collection:
    """Tunes that a corpus reader can fetch or find: where they come from, and on which terms."""

    name: str
    """As the reader's option ``collections`` names it; the reader's own name where it has but one."""
    title: str
    """What it is: ``Ryan's Mammoth Collection (Boston, 1883)``."""
    source: str
    """Where it comes from: an address or a package."""
    licence: str
    """The terms as its keepers state them, in one line."""
    tunes: int | None = None
    """How many tunes it has; None where that changes."""


@dataclass(frozen=True)
class Component(Generic[T_co]):
    """A named part that a pipeline can ``use``; see :func:`component`."""

    name: str
    version: int
    options: type[Options]
    build: Callable[[Options], T_co]
    summary: str = ""
    requires: tuple[str, ...] = ()
    extra: str = ""
    suffixes: tuple[str, ...] = ()
    """Of a corpus reader with the option ``paths``: which files it reads, as ``.abc``. Of a model: which
    files of others :meth:`ForeignModels.read_foreign` reads, as ``.keras``."""
    collections: tuple[Collection, ...] = ()
    """Of a corpus reader: what it can give without files of the user's."""
    baselines: Mapping[str, Mapping[str, JSON]] = field(default_factory=dict, hash=False)
    """Of a model: lines that every run is compared with, by name, each with the options that make it."""

    def missing(self) -> tuple[str, ...]:
        """The modules of ``requires`` that are not installed; nothing is imported."""
        return tuple(module for module in self.requires if find_spec(module) is None)


def component(
    name: str,
    *,
    version: int,
    options: type[O],
    build: Callable[[O], T],
    requires: Sequence[str] = (),
    extra: str = "",
    suffixes: Sequence[str] = (),
    collections: Sequence[Collection] = (),
    baselines: Mapping[str, Mapping[str, JSON]] | None = None,
) -> Component[T]:
    """Declare a component.

    ``version`` is raised when the same input gives another output, so that no cached result is taken for it.
    ``build`` gets checked options and imports what is heavy. ``requires`` names top-level modules that it
    needs, and ``extra`` the extra of its distribution that brings them: ``keras``. ``suffixes`` are a
    corpus reader's or a model's, ``collections`` a corpus reader's. ``baselines`` are a model's that trains
    in seconds: each name, such as ``ngram_memory``, stands for options (``{"memory": True}``), and every run
    of any model gets the figures of a model of these beside its own: ``ngram_memory_nats`` in ``run.json``,
    a line in ``loss.png``. The first line of the options' docstring describes the component.
    """
    summary = (options.__doc__ or "").strip().splitlines()
    return Component(
        name,
        version,
        options,
        cast("Callable[[Options], T]", build),
        summary[0] if summary else "",
        tuple(requires),
        extra,
        tuple(suffixes),
        tuple(collections),
        dict(baselines or {}),
    )
