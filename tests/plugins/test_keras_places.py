"""Further inputs in training with Keras: where a token stands, and what was heard before."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from helpers.tiny_keras import OPTIONS, train
from helpers.training_jobs import VOCABULARY, Report, dataset, job, tunes
from musegen import Dataset, Sampling, Tokens
from musegen.testing.examples import ExamplePlaces
from musegen_keras.model import KerasLSTMTrainer, LSTMModel
from musegen_sampling import Sampler

pytest.importorskip("tensorflow")


@pytest.mark.parametrize(("place", "memory"), [(False, False), (True, False), (True, True)])
@pytest.mark.parametrize("units", [(8,), (8, 4, 6)])
def test_saved_weights_compute_what_keras_computes(
    units: tuple[int, ...], place: bool, memory: bool, tmp_path: Path
) -> None:
    """Logits within 1e-4 over 200 steps, through the saved file."""
    import tensorflow as tf

    from musegen_keras.network import Network

    options = OPTIONS.model_copy(
        update={"units": units, "batch": 1, "sequence": 200, "place": place, "memory": memory}
    )
    places = ExamplePlaces()
    (tune,) = tunes(1, seed=8, longest=2)
    tune = np.concatenate([tune[:-1], *(t[1:-1] for t in tunes(20, seed=9))])[:201]
    data = Dataset(VOCABULARY, (tune,), (), places=places)
    result = KerasLSTMTrainer(options).train(data, job(tmp_path))
    result.model.save(tmp_path / "model")
    model = KerasLSTMTrainer(options).load(tmp_path / "model")
    read = places.first(3 if memory else 2) if place else None
    sizes = read.sizes if read else ()
    assert model.place_sizes == sizes
    network = Network(options, len(VOCABULARY), 1, 200, 0, tf.distribute.get_strategy(), read)
    assert model.weights.embedding is not None
    arrays = [model.weights.embedding, *model.weights.inputs]
    arrays += [array for layer in model.weights.layers for array in layer]
    arrays += [model.weights.dense_kernel, model.weights.dense_bias]
    network.assign(tuple(arrays))
    rows = places.rows(tune[:200])[np.newaxis, :, : len(sizes)]
    expected = network.logits(tune[np.newaxis, :200], rows)[0]
    sampler = Sampler(model.weights, precision="fp32", inputs=read.begin if read else None)
    assert np.abs(sampler.logits(tune[:200]) - expected).max() < 1e-4


class HashReader:
    """Tells a hash of all tokens read, modulo 5."""

    def __init__(self, told: int = 0) -> None:
        self.told = told

    def read(self, token: int) -> tuple[int]:
        """Read a token."""
        self.told = (3 * self.told + token) % 5
        return (self.told,)

    def copy(self) -> HashReader:
        """Another one at the same place."""
        return HashReader(self.told)


class Hashes:
    """Places of one feature, which no small network finds out by itself."""

    sizes: tuple[int, ...] = (5,)
    remembered = 0

    def first(self, count: int) -> Hashes:
        """There is no other."""
        return self

    def begin(self) -> HashReader:
        """At the beginning of a tune."""
        return HashReader()

    def rows(self, tokens: Tokens) -> NDArray[np.int32]:
        """int32 (n, 1)."""
        reader = self.begin()
        return np.array([reader.read(token) for token in tokens.tolist()], np.int32).reshape(-1, 1)


def test_a_model_that_reads_places_learns_from_them(tmp_path: Path) -> None:
    """Every second token is a hash of those before it: only the model that is told the hash finds out.

    It writes such tunes too: in training, in judging and in drawing a token has the same places.
    """
    rng = np.random.default_rng(3)
    learned = []
    for _ in range(80):
        reader, tokens = HashReader(), [0]
        (told,) = reader.read(0)
        for _ in range(20):
            for token in (2 + told, int(rng.integers(2, 8))):
                tokens.append(token)
                (told,) = reader.read(token)
        learned.append(np.array([*tokens, 1], np.int32))
    data = Dataset(VOCABULARY, tuple(learned[:70]), tuple(learned[70:]), places=Hashes())
    options = {
        "epochs": 8,
        "dropout": 0.0,
        "average": 0.0,
        "units": (16,),
        "embedding": 8,
        "place_dropout": 0.0,
    }
    known = train(tmp_path / "known", None, data, place=True, **options)
    unknown = train(tmp_path / "unknown", None, data, place=False, **options)
    told, untold = (result.losses[-1].validation or 0 for result in (known, unknown))
    assert told < untold - 0.4
    nats = np.concatenate(known.model.nats(data.validation))
    assert nats.mean() == pytest.approx(told, abs=1e-3)
    (tune,) = known.model.generate([np.array([0], np.int32)], Sampling(0.2, max_tokens=40), [1])
    hashes = Hashes().rows(np.concatenate([[0], tune]).astype(np.int32))[:, 0]
    assert np.mean(tune[::2] == 2 + hashes[:-1:2]) > 0.8


def test_it_says_that_places_are_left_out(tmp_path: Path) -> None:
    """A notation or a tokenizer that does not tell them gives a model that reads none."""
    report = Report()
    result = train(tmp_path, report, place=True, epochs=1)
    assert isinstance(result.model, LSTMModel)
    assert not result.model.place_sizes
    assert [line for line in report.lines if "place is left out" in line] == [
        "place is left out: notation and tokenizer do not tell where a token stands in its tune"
    ]


def test_it_says_that_memory_is_left_out(tmp_path: Path) -> None:
    """By a notation that tells places alone; the places are read."""
    report = Report()
    result = train(tmp_path, report, replace(dataset(), places=Hashes()), memory=True, place=True, epochs=1)
    assert result.model.place_sizes == (5,)
    assert [line for line in report.lines if "is left out" in line] == [
        "memory is left out: the notation does not tell what was heard before"
    ]


def test_features_are_left_out_at_random() -> None:
    """So many of each kind, others in each step, and none where nothing is learned."""
    import tensorflow as tf

    from musegen_keras.network import Network

    options = OPTIONS.model_copy(
        update={"place": True, "memory": True, "place_dropout": 0.2, "memory_dropout": 0.6}
    )
    network = Network(options, len(VOCABULARY), 40, 50, 3, tf.distribute.get_strategy(), ExamplePlaces())
    told = network._told().numpy()
    assert told.shape == (40, 50, 3)
    assert told.mean((0, 1)) == pytest.approx([0.8, 0.8, 0.4], abs=0.04)
    assert np.array_equal(network._told().numpy(), told)
    network._optimizer.iterations.assign(1)
    assert not np.array_equal(network._told().numpy(), told)
    rng = np.random.default_rng(0)
    tokens, rows = rng.integers(0, 9, (40, 50)), rng.integers(0, 2, (40, 50, 3))
    one = network.logits(tokens.astype(np.int32), rows.astype(np.int32))
    assert np.array_equal(network.logits(tokens.astype(np.int32), rows.astype(np.int32)), one)
