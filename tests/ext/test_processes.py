"""The sampler in processes that are forked, spawned, and short of cores."""

from __future__ import annotations

import functools
import multiprocessing
import os
import pickle
import threading
from pathlib import Path

import numpy as np
import pytest

from helpers.random_model import random_weights
from helpers.readers import Following
from musegen_sampling import LSTMWeights, Precision, Sampler


@pytest.fixture
def weights() -> LSTMWeights:
    """Without an end."""
    return random_weights(29, 8, (70, 40))


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_forked_child(isa: str, weights: LSTMWeights) -> None:
    """A child of a process that has sampled with threads samples the same with its own."""
    sampler = Sampler(weights, 2)
    expected = sampler.generate([1], 50).tolist()
    child = os.fork()
    if child == 0:
        os._exit(0 if sampler.generate([1], 50).tolist() == expected else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


def drawn(sampler: Sampler) -> list[int]:
    """In the other process."""
    return sampler.generate([1], 50).tolist()


def test_spawned_process(weights: LSTMWeights) -> None:
    """A sampler goes to another process as its weights and settings."""
    sampler = Sampler(weights, 2, "int8")
    again = pickle.loads(pickle.dumps(sampler))
    assert (again.threads, again.precision) == (2, "int8")
    context = multiprocessing.get_context("spawn")
    environment = os.environ.get("PYTHONPATH", "")
    os.environ["PYTHONPATH"] = os.pathsep.join([str(Path(__file__).parent), *filter(None, [environment])])
    try:
        with context.Pool(1) as pool:
            assert pool.apply(drawn, (sampler,)) == drawn(sampler)
    finally:
        os.environ["PYTHONPATH"] = environment


def drawn_at_once(sampler: Sampler, length: int) -> list[list[int]]:
    """What three Python threads draw that share a sampler."""
    results: list[list[int]] = []
    workers = [
        threading.Thread(target=lambda: results.append(sampler.generate([1], length).tolist()))
        for _ in range(3)
    ]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    return results


@pytest.mark.parametrize("precision", ["fp32", "int8"])
def test_threads_that_part_draw_the_same(
    isa: str, precision: Precision, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With far more threads than cores they wait for each other, part, and nobody sees it."""
    weights = random_weights(29, 8, (640,), scale=0.05)
    length = 50 if isa == "numpy" else 400  # NumPy's engine is slow, and has no threads that could part
    expected = Sampler(weights, 1, precision).generate([1], length).tolist()
    crowd = Sampler(weights, 16, precision)
    assert drawn_at_once(crowd, length) == [expected] * 3


def test_threads_that_part_read_once() -> None:
    """Where threads part, the one that goes on reads the further inputs as before, each token once."""
    weights = random_weights(29, 8, (640,), scale=0.05, inputs=(9, 4))
    length = 400
    expected = Sampler(weights, 1, "int8", functools.partial(Following, 9, 4)).generate([1], length).tolist()
    readers: list[Following] = []

    def make() -> Following:
        readers.append(Following(9, 4))
        return readers[-1]

    crowd = Sampler(weights, 16, "int8", make)
    assert drawn_at_once(crowd, length) == [expected] * 3
    assert [reader.told for reader in readers] == [[1, *expected[:-1]]] * 3


def test_a_million_tokens(weights: LSTMWeights) -> None:
    """In one call; a hundredth of that where the extension is missing, or it would take minutes."""
    sampler = Sampler(random_weights(3, None, (2,)), 1)
    length = 10**4 if sampler.isa == "numpy" else 10**6
    tokens = sampler.generate([1], length)
    assert tokens.shape == (length,)
    assert set(np.unique(tokens)) == {0, 1, 2}
