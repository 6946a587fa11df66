"""The interpolated Witten-Bell n-gram."""

from __future__ import annotations

import json
import math
import tracemalloc
from pathlib import Path

import numpy as np
import pytest
import safetensors
import safetensors.numpy
from hypothesis import given, settings, strategies as st

from helpers.training_jobs import ABOUT, VOCABULARY, Report, dataset, job
from musegen import ArtifactError, Dataset, ModelError, Sampling, Tokens, Vocabulary
from musegen_ngram.model import NgramModel
from musegen_ngram.plugin import musegen_models
from musegen_ngram.trainer import NgramTrainer
from musegen_sampling import LONGEST

V = len(VOCABULARY)
bodies = st.lists(st.integers(2, V - 1), max_size=12)


def tune(body: list[int]) -> Tokens:
    """With its marks."""
    return np.array([0, *body, 1], np.int32)


def trained(tunes: list[Tokens], order: int, folder: Path = Path(), *, memory: bool = False) -> NgramModel:
    """A model of some tunes."""
    trainer = NgramTrainer(order, memory=memory)
    model = trainer.train(Dataset(VOCABULARY, tuple(tunes), ()), job(folder)).model
    assert isinstance(model, NgramModel)
    return model


def brute_force(tunes: list[Tokens], context: list[int], token: int) -> float:
    """p(token | context) by the formula, counting anew each time."""
    followers = [
        int(t[i + len(context)])
        for t in tunes
        for i in range(len(t) - len(context))
        if list(t[i : i + len(context)]) == context and i + len(context) > 0
    ]
    if context:
        lower = brute_force(tunes, context[1:], token)
    else:
        lower = 0.0 if token == VOCABULARY.start else 1 / (V - 1)
    if not followers:
        return lower
    kinds = len(set(followers))
    return (followers.count(token) + kinds * lower) / (len(followers) + kinds)


@settings(deadline=None, max_examples=50)
@given(st.lists(bodies, min_size=1, max_size=4), bodies, st.integers(1, 5), st.booleans())
def test_probabilities_sum_to_one(
    corpus: list[list[int]], context: list[int], order: int, memory: bool
) -> None:
    """Over the vocabulary, after any context, start marks in it included; the start mark never comes."""
    model = trained([tune(body) for body in corpus], order, memory=memory)
    for begun in (
        np.array([0, *context], np.int32),
        np.array(context * 2, np.int32),
        np.array([2, 0] * 3, np.int32),
    ):
        chances = model.probabilities(begun)
        assert math.isclose(chances.sum(), 1)
        assert chances[VOCABULARY.start] == 0
        assert np.all(np.delete(chances, VOCABULARY.start) > 0)


@settings(deadline=None, max_examples=50)
@given(st.lists(bodies, min_size=1, max_size=3), bodies, st.integers(1, 4))
def test_nats_are_those_of_the_formula(corpus: list[list[int]], heard: list[int], order: int) -> None:
    """Token by token, for seen and unseen tunes; ``order`` counts the tokens of the context."""
    tunes, judged = [tune(body) for body in corpus], tune(heard)
    model = trained(tunes, order)
    expected = 0.0
    for i in range(1, len(judged)):
        context = [int(token) for token in judged[max(0, i - order) : i]]
        chance = brute_force(tunes, context, int(judged[i]))
        assert math.isclose(model.probabilities(judged[:i])[judged[i]], chance)
        expected -= math.log(chance)
    assert math.isclose(model.nats([judged])[0].sum(), expected)


def test_losses_are_nats_a_token(tmp_path: Path) -> None:
    """Every token after the start mark counts, the end mark included."""
    tunes, report = dataset(), Report()
    result = NgramTrainer(2).train(tunes, job(tmp_path, report))
    (loss,) = result.losses
    assert result.best_epoch == loss.epoch == 1
    for mean, part in ((loss.train, tunes.train), (loss.validation, tunes.validation)):
        assert mean == pytest.approx(np.concatenate(result.model.nats(part)).mean())
    assert report.steps == [(1, 1)]
    with pytest.raises(ModelError):
        NgramTrainer(2).train(Dataset(VOCABULARY, (), ()), job(tmp_path))


def test_a_seed_decides_its_tune_alone() -> None:
    """Whatever is drawn beside it."""
    model = trained(list(dataset().train), 2)
    prime = np.array([0], np.int32)
    sampling = Sampling(max_tokens=30)
    together = list(model.generate([prime] * 3, sampling, [4, 5, 6]))
    (alone,) = model.generate([prime], sampling, [5])
    assert np.array_equal(together[1], alone)
    assert alone.dtype == np.int32
    assert not np.array_equal(together[0], together[1])


def test_a_learned_tune_is_continued_to_its_end() -> None:
    """With the likeliest token each time; the prime and the end mark are left out."""
    learned = tune([2, 3, 4, 5, 6, 7])
    model = trained([learned], 3)
    (rest,) = model.generate([learned[:3]], Sampling(top_k=1), [0])
    assert rest.tolist() == learned[3:-1].tolist()


@settings(deadline=None, max_examples=50)
@given(st.lists(bodies, min_size=1, max_size=4), bodies, st.integers(1, 4))
def test_nats_with_a_memory_are_those_of_its_probabilities(
    corpus: list[list[int]], heard: list[int], order: int
) -> None:
    """Token by token, the whole tune so far as context."""
    judged = tune(heard * 3)
    model = trained([tune(body * 2) for body in corpus], order, memory=True)
    (nats,) = model.nats([judged])
    expected = [-math.log(model.probabilities(judged[:i])[judged[i]]) for i in range(1, len(judged))]
    assert np.allclose(nats, expected)


def test_a_memory_pays_where_tunes_repeat_themselves() -> None:
    """Random phrases played twice: the second time costs little."""
    rng = np.random.default_rng(1)
    tunes = [tune([*phrase, *phrase]) for phrase in rng.integers(2, V, (40, 12)).tolist()]
    data = Dataset(VOCABULARY, tuple(tunes[:20]), tuple(tunes[20:30]))
    without, remembering = (
        np.concatenate(NgramTrainer(memory=memory).train(data, job(Path())).model.nats(tunes[30:])).mean()
        for memory in (False, True)
    )
    assert remembering < 0.8 * without


def test_the_order_is_the_one_that_validation_likes_best() -> None:
    """Tunes in which two tokens decide the next one: order 2, whatever is in the test part."""
    rng = np.random.default_rng(2)
    table = rng.integers(2, V, (V, V))

    def walk() -> Tokens:
        body = rng.integers(2, V, 2).tolist()
        while len(body) < 60:
            sure = rng.random() < 0.8
            body.append(int(table[body[-2], body[-1]]) if sure else int(rng.integers(2, V)))
        return tune(body)

    tunes = tuple(walk() for _ in range(60))
    data = Dataset(VOCABULARY, tunes[:40], tunes[40:])
    model = NgramTrainer().train(data, job(Path())).model
    assert isinstance(model, NgramModel)
    losses = [
        np.concatenate(NgramTrainer(order).train(data, job(Path())).model.nats(tunes[40:])).mean()
        for order in (1, 2, 3, 4)
    ]
    assert model.order == 1 + int(np.argmin(losses)) == 2


def test_without_validation_tunes_training_tunes_choose(tmp_path: Path) -> None:
    """And are counted all the same."""
    tunes = dataset(train=12).train
    model = NgramTrainer(memory=True).train(Dataset(VOCABULARY, tunes, ()), job(tmp_path)).model
    assert isinstance(model, NgramModel)
    assert sum(level.counts.sum() for level in model.counts.levels[:1]) == sum(len(t) - 1 for t in tunes)
    single = NgramTrainer(memory=True).train(Dataset(VOCABULARY, tunes[:1], ()), job(tmp_path))
    assert np.isfinite(np.concatenate(single.model.nats(tunes))).all()


@settings(deadline=None, max_examples=50)
@given(st.lists(bodies, min_size=1, max_size=4), st.integers(1, 5), st.booleans())
def test_a_draw_follows_the_whole_context(corpus: list[list[int]], order: int, memory: bool) -> None:
    """The likeliest token each time is the likeliest after all tokens so far, from the first on."""
    model = trained([tune(body) for body in corpus], order, memory=memory)
    (rest,) = model.generate([np.array([0], np.int32)], Sampling(top_k=1, max_tokens=20), [0])
    heard = [0]
    for token in [*rest.tolist(), VOCABULARY.end][:20]:
        chances = model.probabilities(np.array(heard, np.int32))
        assert chances[token] == pytest.approx(chances.max())
        heard.append(token)


def test_stop_tokens_end_a_continuation_and_are_kept() -> None:
    """As when a header is written line by line."""
    model = trained([tune([2, 3, 4, 5, 6, 7])], 3)
    (rest,) = model.generate([np.array([0], np.int32)], Sampling(top_k=1, stop=(4,)), [0])
    assert rest.tolist() == [2, 3, 4]
    (rest,) = model.generate([np.array([0], np.int32)], Sampling(top_k=1, max_tokens=2), [0])
    assert rest.tolist() == [2, 3]


@pytest.mark.parametrize(
    ("sampling", "expected"),
    [
        (Sampling(max_tokens=1), [0.6, 0.3, 0.1]),
        (Sampling(temperature=0.5, max_tokens=1), [36 / 46, 9 / 46, 1 / 46]),
        (Sampling(temperature=0, max_tokens=1), [1, 0, 0]),
        (Sampling(temperature=5e-324, max_tokens=1), [1, 0, 0]),
        (Sampling(top_k=2, max_tokens=1), [2 / 3, 1 / 3, 0]),
        (Sampling(top_p=0.6, max_tokens=1), [1, 0, 0]),
        (Sampling(top_p=0.61, max_tokens=1), [2 / 3, 1 / 3, 0]),
    ],
)
def test_draws_follow_temperature_top_k_and_top_p(sampling: Sampling, expected: list[float]) -> None:
    """In this order; 4,000 draws, within four standard deviations."""
    model = trained([tune([2])], 1)
    model.probabilities = None  # type: ignore[method-assign,assignment]
    model._probabilities = lambda context: np.array([0, 0, 0.3, 0.6, 0.1])  # type: ignore[method-assign]
    prime = np.array([0], np.int32)
    drawn = np.concatenate(list(model.generate([prime] * 4000, sampling, range(4000))))
    shares = np.bincount(drawn, minlength=5)[[3, 2, 4]] / 4000
    assert np.allclose(shares, expected, atol=4 * math.sqrt(0.25 / 4000))
    assert np.all(shares[np.array(expected) == 0] == 0)


@pytest.mark.parametrize("memory", [False, True])
def test_a_saved_model_is_the_same_model(tmp_path: Path, memory: bool) -> None:
    """Equal figures, equal bytes when saved again, ``about`` where every model has it."""
    model = trained(list(dataset().train), 3, memory=memory)
    model.save(tmp_path / "one")
    loaded = NgramTrainer(1).load(tmp_path / "one")
    assert loaded.order == 3
    assert (loaded.shares is not None) == memory
    assert np.array_equal(*(np.concatenate(each.nats(dataset().validation)) for each in (loaded, model)))
    loaded.save(tmp_path / "two")
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()
    with safetensors.safe_open(tmp_path / "one", "np") as file:
        assert json.loads(file.metadata()["musegen"])["about"] == ABOUT


def damaged(path: Path, **changes: object) -> Path:
    """The file with metadata (names with a dot: tensors) changed."""
    with safetensors.safe_open(path, "np") as file:
        tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
        metadata = json.loads(file.metadata()["musegen"])
    for name, value in changes.items():
        if isinstance(value, np.ndarray):
            tensors[name.replace("_", ".")] = value
        else:
            metadata[name] = value
    path.write_bytes(safetensors.numpy.save(tensors, {"musegen": json.dumps(metadata)}))
    return path


@pytest.mark.parametrize(
    "changes",
    [
        {"format": "other"},
        {"order": 0},
        {"order": 50},
        {"order": True},
        {"vocabulary": "abc"},
        {"vocabulary": []},
        {"vocabulary": ["a", 3]},
        {"vocabulary": ["a"] * 11},
        {"start": 99},
        {"end": 0},
        {"about": None},
        {"1_keys": np.zeros(3, np.float32)},
        {"1_keys": np.zeros((3, 3), np.int64)},
        {"1_keys": np.arange(3)[::-1].copy()},
        {"1_keys": np.array([-(2**63)])},
        {"1_counts": np.full(11, 2**60)},
        {"2_keys": np.full(1, 2**62)},
        {"2_counts": np.zeros(0, np.int64)},
        {"format": "musegen-ngram-1"},
        {"memory": 1},
        {"memory": np.zeros(3)},
        {"memory": np.zeros(LONGEST + 1, np.float32)},
        {"memory": np.full(LONGEST + 1, 0.5)},
        {"memory": np.array([0.0, *[1.0] * LONGEST])},
        {"memory": np.array([0.0, *[np.nan] * LONGEST])},
        {"memory": np.array([0.0, *[-0.1] * LONGEST])},
    ],
)
def test_a_hostile_file_is_refused(changes: dict[str, object], tmp_path: Path) -> None:
    """One line that names the file."""
    path = tmp_path / "model"
    trained(list(dataset().train), 2, memory=True).save(path)
    with pytest.raises(ArtifactError, match="not an n-gram model") as caught:
        NgramTrainer(2).load(damaged(path, **changes))
    assert str(path) in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_file_that_is_no_safetensors_is_refused(tmp_path: Path) -> None:
    """Truncated, empty, missing."""
    path = tmp_path / "model"
    trained(list(dataset().train), 2).save(path)
    whole = path.read_bytes()
    for content in (whole[:-1], whole[:20], b"", b"\xff" * 100):
        path.write_bytes(content)
        with pytest.raises(ArtifactError):
            NgramTrainer(2).load(path)
    with pytest.raises(ArtifactError):
        NgramTrainer(2).load(tmp_path / "none")


def test_it_is_declared() -> None:
    """Under the name that pipelines use, without needing TensorFlow."""
    (declared,) = musegen_models()
    assert declared.name == "ngram"
    assert declared.requires == ()
    assert declared.options().model_dump() == {"order": "auto", "memory": False}


def test_a_large_vocabulary_does_not_fill_the_memory() -> None:
    """What is remembered while a tune is drawn is bounded, however many tokens each choice is of."""
    size = 100_000
    vocabulary = Vocabulary(map(str, range(size - 2)))
    rng = np.random.default_rng(1)
    heard = tuple(np.array([0, *rng.integers(2, size, 200), 1], np.int32) for _ in range(5))
    model = NgramTrainer(2).train(Dataset(vocabulary, heard, ()), job(Path())).model
    tracemalloc.start()
    try:
        primes = [np.array([0], np.int32)] * 4
        drawn = [*model.generate(primes, Sampling(max_tokens=100), range(4))]
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert sum(map(len, drawn)) > 100
    assert peak < 100_000_000
