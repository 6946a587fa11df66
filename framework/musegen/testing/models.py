"""The laws of models."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import safetensors.numpy

from musegen.errors import ArtifactError, MusegenError
from musegen.models.sample_options import sample_options
from musegen.models.saved_model import read_about
from musegen.options import Options
from musegen.plugins.registry import Plugins
from musegen.progress import Silent
from musegen.protocols.component import Component
from musegen.protocols.models import (
    ContinuingModel,
    Dataset,
    LanguageModel,
    ModelTrainer,
    PlacedModel,
    StorableModel,
    TrainedModel,
    VocabularyModel,
)
from musegen.protocols.sampling import Sampling
from musegen.protocols.vocabulary import Tokens
from musegen.testing.declared import check_declared, check_options, connected
from musegen.testing.examples import ExampleRuleReader, example_dataset, example_job
from musegen.testing.laws import Laws, short
from musegen.testing.writes import Sandbox, sandbox
from musegen.words import counted

_DRAWS = 400
_SIGMAS = 6


def check_model(
    component: Component[ModelTrainer],
    options: Mapping[str, Any] | None = None,
    *,
    dataset: Dataset | None = None,
    sampling: Mapping[str, Any] | None = None,
    plugins: Plugins | None = None,
) -> None:
    """Check that a model keeps the laws of :class:`musegen.ModelTrainer` and :class:`musegen.LanguageModel`.

    The model is trained four times, once with an interruption, on ``dataset``, by default a tiny invented
    one. ``options``: its keys as in a pipeline; choose them so that the model is small. ``sampling``: values
    of the keys that it adds to ``[sample]``. ``plugins``: plugins with the components that it needs, by
    default the installed ones. Raises ContractError, an AssertionError that names the broken law, and
    ValueError if the component does not take the options.
    """
    laws = Laws(f'model "{component.name}"')
    component = connected(component, plugins)
    checked = check_declared("model", component, options)
    model_options = _check_sampling(laws, component, sampling)
    trainer, learned = component.build(checked), dataset or example_dataset()
    with sandbox() as box:
        model = _check_training(laws, box, trainer, learned)
        path = box.folder / "1" / "model.safetensors"
        _check_loading(laws, box, trainer, model, path, learned)
        loaded = _loaded(trainer, path, learned)
    drawing = Sampling(model=model_options)
    _check_shape(laws, loaded, learned, drawing)
    _check_seeds(laws, loaded, learned, drawing)
    _check_nats(laws, loaded, learned)
    _check_distribution(laws, loaded, learned, drawing)
    _check_rules(laws, loaded, learned, drawing)
    if isinstance(loaded, ContinuingModel):
        _check_continuing(laws, loaded, learned, drawing)


def _check_sampling(
    laws: Laws, component: Component[ModelTrainer], plain: Mapping[str, Any] | None
) -> Options | None:
    """The checked options that the model adds to ``[sample]``."""
    with laws.works("a model adds keys to [sample] that musegen does not have, each with a default"):
        sample_options(component).model_validate({})
    if component.sampling is None:
        return None
    return check_options(laws, component.sampling, dict(plain or {}))


def _check_training(laws: Laws, box: Sandbox, trainer: ModelTrainer, dataset: Dataset) -> LanguageModel:
    contents, trained = [], None
    for number in (1, 2):
        folder = box.folder / str(number)
        job = example_job(folder / "checkpoints")
        with laws.works("a model can be trained"):
            trained = trainer.train(dataset, job)
        law = "train gives a musegen.TrainedModel"
        laws.require(isinstance(trained, TrainedModel), law, f"got {short(repr(trained))}")
        path = folder / "model.safetensors"
        with box.watching(path) as strays, laws.works("a trained model can be saved"):
            trained.model.save(path)
        laws.require(path.is_file(), "save writes a file at the path it is given")
        law = "save writes to the path it is given and nothing else"
        laws.require(not strays, law, f"it wrote {short(', '.join(map(str, strays)))} too")
        contents.append(path.read_bytes())
    assert trained is not None
    law = "the same dataset, options and seed give the same model, saved as the same bytes"
    laws.require(contents[0] == contents[1], law, "two trainings differ")
    law = "losses are finite nats a token, one for each epoch, and the best epoch is among them"
    epochs = [loss.epoch for loss in trained.losses]
    finite = all(np.isfinite(loss.train) for loss in trained.losses)
    laws.require(finite and trained.best_epoch in epochs, law, f"best {trained.best_epoch} of {epochs}")
    again = _resumed(laws, box, trainer, dataset)
    law = "an interrupted training that is begun again gives the same model"
    laws.require(again == contents[0], law, "it differs from one that was not interrupted")
    with laws.refuses("no tune to learn from raises a MusegenError", MusegenError):
        trainer.train(Dataset(dataset.vocabulary, (), ()), example_job(box.folder / "none"))
    return trained.model


class _Interrupted(BaseException):
    """An interruption that, like Ctrl-C, is not an Exception."""


class _Interrupting(Silent):
    """A receiver of progress that interrupts a training at its first report."""

    def advance(self, done: int, total: int, note: str = "") -> None:
        """Raise the interruption."""
        raise _Interrupted


def _resumed(laws: Laws, box: Sandbox, trainer: ModelTrainer, dataset: Dataset) -> bytes:
    folder = box.folder / "resumed"
    job = example_job(folder / "checkpoints")
    with suppress(_Interrupted):
        trainer.train(dataset, replace(job, progress=_Interrupting()))
    trained = laws.made("an interrupted training can be begun again", lambda: trainer.train(dataset, job))
    trained.model.save(folder / "model.safetensors")
    return (folder / "model.safetensors").read_bytes()


def _check_loading(
    laws: Laws, box: Sandbox, trainer: ModelTrainer, model: LanguageModel, path: Path, dataset: Dataset
) -> None:
    law = "a saved model contains TrainingJob.about, as metadata musegen {about: ...}"
    with laws.works(law):
        about = read_about(path)
    laws.require(about == example_job(box.folder / "about").about, law, f"got {short(about)}")
    law = "load gives an equal model"
    tunes = dataset.validation or dataset.train
    with laws.works(law):
        loaded = _loaded(trainer, path, dataset)
        loaded.save(box.folder / "again.safetensors")
    saved = (box.folder / "again.safetensors").read_bytes()
    laws.require(saved == path.read_bytes(), law, "saved again, it gives other bytes")
    with laws.works(law):
        before, after = (np.concatenate(each.nats(tunes)) for each in (model, loaded))
        same = np.allclose(after, before, rtol=1e-3, atol=1e-3)
    laws.require(bool(same), law, "its nats differ")
    if isinstance(loaded, VocabularyModel):
        law = "symbols are those of the vocabulary that it was trained on, marks included, in their order"
        found = tuple(loaded.symbols)
        laws.require(found == dataset.vocabulary.symbols, law, f"got {short(found)}")
    if isinstance(loaded, PlacedModel):
        law = "place_sizes are the first of those of Dataset.places, or empty for a model that reads none"
        sizes, told = tuple(loaded.place_sizes), dataset.places.sizes if dataset.places else ()
        laws.require(sizes == tuple(told[: len(sizes)]), law, f"got {short(sizes)}")
    if isinstance(loaded, StorableModel):
        for store in loaded.stores:
            other = box.folder / f"{store}.safetensors"
            with box.watching(other) as strays, laws.works(f"a model can be saved as {store} and loaded"):
                loaded.save_as(other, store)
                trainer.load(other)
            law = "save_as writes to the path it is given and nothing else"
            laws.require(not strays, law, short(strays))
    nonsense = {
        "text": b"this is no model\n",
        "empty": b"",
        "other": safetensors.numpy.save({"weights": np.zeros(3, np.float32)}),
        "cut": path.read_bytes()[: path.stat().st_size // 2],
    }
    for name, content in nonsense.items():
        (box.folder / name).write_bytes(content)
        with laws.refuses("load raises ArtifactError for a file that is not a model", ArtifactError):
            trainer.load(box.folder / name)
    with laws.refuses("load raises ArtifactError for a file that does not exist", ArtifactError):
        trainer.load(box.folder / "nowhere")


def _loaded(trainer: ModelTrainer, path: Path, dataset: Dataset) -> LanguageModel:
    """The model in a file, with the place features that it was trained with, as musegen gives them to it."""
    model = trainer.load(path)
    if isinstance(model, PlacedModel) and model.place_sizes and dataset.places is not None:
        return model.with_places(dataset.places.first(len(model.place_sizes)))
    return model


def _generate(
    laws: Laws, model: LanguageModel, primes: Sequence[Tokens], sampling: Sampling, seeds: Sequence[int]
) -> list[Tokens]:
    with laws.works("generate continues any prime that begins with the start mark"):
        drawn = list(model.generate(primes, sampling, seeds))
    law = "generate gives one continuation for each prime"
    laws.require(len(drawn) == len(primes), law, f"got {len(drawn)}")
    return drawn


def _check_shape(laws: Laws, model: LanguageModel, dataset: Dataset, drawing: Sampling) -> None:
    vocabulary, prime = dataset.vocabulary, dataset.train[0][:3]
    _generate(laws, model, [], drawing, [])
    for most in (1, 25):
        for tokens in _generate(laws, model, [prime] * 8, replace(drawing, max_tokens=most), range(8)):
            right = isinstance(tokens, np.ndarray) and tokens.dtype == np.int32 and tokens.ndim == 1
            law = "a continuation is an int32 array of shape (n,)"
            laws.require(right, law, f"got {short(repr(tokens))}")
            laws.require(len(tokens) <= most, "max_tokens bounds a continuation", f"{len(tokens)} > {most}")
            law = "a continuation holds tokens in [0, V) and no end mark"
            inside = bool(np.all((tokens >= 0) & (tokens < len(vocabulary)) & (tokens != vocabulary.end)))
            laws.require(inside, law, f"got {short(tokens.tolist())}")
    stop = int(dataset.train[0][2])
    for tokens in _generate(
        laws, model, [prime] * 8, replace(drawing, max_tokens=25, stop=(stop,)), range(8)
    ):
        law = "a stop token ends a continuation and is its last token"
        laws.require(stop not in tokens[:-1], law, f"stop {stop} inside {short(tokens.tolist())}")
    greedy = _generate(laws, model, [prime] * 4, replace(drawing, max_tokens=10, top_k=1), range(4))
    same = all(np.array_equal(greedy[0], tokens) for tokens in greedy)
    laws.require(same, "top_k = 1 leaves nothing to chance", "seeds differ")


def _check_seeds(laws: Laws, model: LanguageModel, dataset: Dataset, drawing: Sampling) -> None:
    prime, sampling, seeds = dataset.train[0][:2], replace(drawing, max_tokens=20), range(8)
    together = _generate(laws, model, [prime] * 8, sampling, seeds)
    again = _generate(laws, model, [prime] * 8, sampling, seeds)
    same = all(np.array_equal(a, b) for a, b in zip(together, again, strict=True))
    laws.require(same, "the same seed gives the same continuation", "two draws differ")
    (alone,) = _generate(laws, model, [prime], sampling, seeds[5:6])
    law = "a continuation depends on its seed alone, not on what is drawn at the same time"
    laws.require(np.array_equal(alone, together[5]), law, "drawn alone, it differs")
    law = "another seed gives another continuation"
    kinds = {tokens.tobytes() for tokens in together}
    laws.require(
        len(kinds) > 1, law, f"{len(together)} seeds gave the same {counted(len(together[0]), 'token')}"
    )


def _check_rules(laws: Laws, model: LanguageModel, dataset: Dataset, drawing: Sampling) -> None:
    prime, most = dataset.train[0][:2], 12
    # The fourth has no rules.
    readers = [ExampleRuleReader(dataset.vocabulary) for _ in range(3)]
    rules = tuple(reader.copy() for reader in readers)
    ruled = replace(drawing, max_tokens=most, rules=(*rules, None))
    found = _generate(laws, model, [prime] * 4, ruled, range(4))
    law = "a model draws nothing that sampling.rules do not allow"
    for reader, tokens in zip(readers, found, strict=False):
        for token in tokens.tolist():
            laws.require(bool(reader.allow()[token]), law, f"it drew {token} in {short(tokens.tolist())}")
            reader.take(token)
    law = "a model tells sampling.rules each token that it draws, and asks before each"
    for rule, reader, tokens in zip(rules, readers, found, strict=False):
        told = len(tokens) + (len(tokens) < most)  # the end mark too
        laws.require(rule.taken in (len(tokens), told), law, f"{rule.taken} of {told}")
        laws.require(rule.taken >= reader.taken, law, f"{rule.taken} of {reader.taken}")
    free = replace(drawing, max_tokens=most)
    (alone,) = _generate(laws, model, [prime], free, [3])
    law = "a prime without rules is continued as if no other had any"
    laws.require(np.array_equal(alone, found[3]), law, f"got {short(found[3].tolist())}")


def _check_nats(laws: Laws, model: LanguageModel, dataset: Dataset) -> None:
    tune = max(dataset.validation or dataset.train, key=len)
    begun = [tune[:length] for length in range(1, len(tune) + 1)]
    with laws.works("nats gives -ln of the probability of any tune's tokens"):
        nats = model.nats(begun)
        none = model.nats([])
    law = "nats gives float64 of shape (n - 1,) for a tune of n tokens: all but the first"
    shapes = [np.shape(each) for each in nats]
    right = shapes == [(len(each) - 1,) for each in begun] and all(each.dtype == np.float64 for each in nats)
    laws.require(right and len(none) == 0, law, f"got shapes {short(shapes)}")
    every = np.concatenate(nats)
    laws.require(bool(np.isfinite(every).all()), "nats is finite for every token", f"got {short(every)}")
    law = "no token has a probability above 1"
    laws.require(bool(np.all(every > -1e-3)), law, f"nats below 0: {short(every)}")
    law = "nats of a token depend on the tokens before it, not on later tokens or on other tunes"
    with laws.works(law):
        (alone,) = model.nats([tune])
    for each in nats:
        close = np.allclose(alone[: len(each)], each, rtol=1e-4, atol=1e-3)
        laws.require(bool(close), law, f"{short(alone[: len(each)])}, {short(each)}")


def _check_continuing(laws: Laws, model: ContinuingModel, dataset: Dataset, drawing: Sampling) -> None:
    """Check that a tune which is read and written in pieces is the one that is written at once."""
    end, primes = dataset.vocabulary.end, [tune[:4] for tune in dataset.train[:3]]
    sampling, seeds = replace(drawing, max_tokens=60), range(len(primes))
    with laws.works("a model goes on where it stopped"):
        begun = model.read_passages([prime[:2] for prime in primes], [None] * len(primes), sampling)
        read = model.read_passages([prime[2:] for prime in primes], begun, sampling)
        written = [model.write_passages(read, sampling, seeds) for _ in range(2)]
        after = model.write_passages(begun, sampling, seeds)
    plain = _generate(laws, model, primes, sampling, seeds)
    for passages in written:
        for passage, tokens in zip(passages, plain, strict=True):
            own = passage.tokens[:-1] if passage.tokens[-1:].tolist() == [end] else passage.tokens
            law = "write_passages draws what generate draws, as often as it is asked"
            laws.require(own.tolist() == tokens.tolist(), law, f"{short(own)}, {short(tokens)}")
    law = "a passage that was gone on from can be gone on from once more"
    shorter = _generate(laws, model, [prime[:2] for prime in primes], sampling, seeds)
    same = all(
        passage.tokens[: len(tokens)].tolist() == tokens.tolist()
        for passage, tokens in zip(after, shorter, strict=True)
    )
    laws.require(same, law)
    for prime, *pieces in zip(primes, begun, read, written[0], strict=True):
        nats = np.concatenate([piece.nats for piece in pieces])
        with laws.works("passages have the nats of their tokens"):
            (whole,) = model.nats([np.concatenate([prime, pieces[-1].tokens])])
        law = "passages have the nats of their tokens, up to what the arithmetic that draws loses"
        laws.require(len(nats) == len(whole) and np.allclose(nats, whole, atol=0.5), law, short(nats - whole))


def _check_distribution(laws: Laws, model: LanguageModel, dataset: Dataset, drawing: Sampling) -> None:
    """Check for the token after a prime that ``generate`` draws from the distribution that ``nats`` gives."""
    vocabulary, prime = dataset.vocabulary, dataset.train[0][:4]
    followed = [np.append(prime, np.int32(token)) for token in range(len(vocabulary))]
    with np.errstate(divide="ignore"):  # the start mark may be impossible
        surprise = np.array([nats[-1] for nats in model.nats(followed)])
    chances = np.exp(-surprise)
    total = float(chances.sum())
    law = "the probabilities of all tokens that may follow add up to 1"
    laws.require(abs(total - 1) < 0.01, law, f"they add up to {total:.4f}")
    sampling = replace(drawing, max_tokens=1)
    drawn = _generate(laws, model, [prime] * _DRAWS, sampling, range(_DRAWS))
    tokens = [int(one[0]) if len(one) else vocabulary.end for one in drawn]
    counts = np.bincount(tokens, minlength=len(vocabulary)) / _DRAWS
    law = "generate draws from the distribution that nats gives"
    bounds = _SIGMAS * np.sqrt(chances * (1 - chances) / _DRAWS) + 0.01
    worst = int(np.argmax(np.abs(counts - chances) - bounds))
    found = f"token {worst} has probability {chances[worst]:.3f} and came {counts[worst]:.3f} of the time"
    laws.require(abs(counts[worst] - chances[worst]) <= bounds[worst], law, found)
