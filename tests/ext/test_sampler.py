"""What Sampler promises, on every engine."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import numpy as np
import pytest

from helpers.random_model import random_weights
from musegen_sampling import LSTMWeights, Sampler
from musegen_sampling.sampler import MAX_THREADS

pytestmark = pytest.mark.usefixtures("isa")


@pytest.fixture
def weights() -> LSTMWeights:
    """Ends after a few dozen tokens."""
    return random_weights(29, 8, (17, 12), start=1, end=2)


@pytest.fixture
def endless() -> LSTMWeights:
    """The same without an end."""
    return random_weights(29, 8, (17, 12))


def test_without_end_exactly_length(endless: LSTMWeights) -> None:
    """int32 tokens of the vocabulary, without the prime."""
    tokens = Sampler(endless).generate([3, 4], 500)
    assert tokens.dtype == np.int32
    assert tokens.shape == (500,)
    assert 0 <= tokens.min() <= tokens.max() < 29


def test_stops_before_end(weights: LSTMWeights, endless: LSTMWeights) -> None:
    """What comes before the first end in the endless stream, and not the end itself."""
    stream = Sampler(endless).generate([1], 2000, seed=5).tolist()
    tokens = Sampler(weights).generate([1], 2000, seed=5).tolist()
    assert tokens == stream[: stream.index(2)]


def test_stops_after_a_stop_token(weights: LSTMWeights, endless: LSTMWeights) -> None:
    """A token in ``stop`` is returned as the last; one that is also the end is not."""
    stream = Sampler(endless).generate([1], 2000, seed=5).tolist()
    assert Sampler(endless).generate([1], 2000, seed=5, stop=[9]).tolist() == stream[: stream.index(9) + 1]
    assert Sampler(weights).generate([1], 2000, seed=5, stop=[2]).tolist() == stream[: stream.index(2)]


def test_seed_decides(endless: LSTMWeights) -> None:
    """The same seed gives the same tokens, another seed others, a shorter length their beginning."""
    sampler = Sampler(endless)
    tokens = sampler.generate([1], 300, seed=3).tolist()
    assert sampler.generate([1], 300, seed=3).tolist() == tokens
    assert sampler.generate([1], 100, seed=3).tolist() == tokens[:100]
    assert sampler.generate([1], 300, seed=4).tolist() != tokens


def test_slices_do_not_show(endless: LSTMWeights, monkeypatch: pytest.MonkeyPatch) -> None:
    """However often it looks at signals, the tokens, logits and nats are the same."""
    prime = list(range(20))
    whole = Sampler(endless, 2)
    monkeypatch.setattr("musegen_sampling.sampler.WORDS_A_SLICE", 7 * endless.weights_per_token)
    sliced = Sampler(endless, 2)
    assert sliced.generate(prime, 100).tolist() == whole.generate(prime, 100).tolist()
    np.testing.assert_allclose(sliced.logits(prime), whole.logits(prime), atol=1e-6)
    assert sliced.nats(prime) == pytest.approx(whole.nats(prime))


def test_prime_is_read(endless: LSTMWeights) -> None:
    """Generating is feeding: the continuation of a longer prime is the rest of the continuation's logits."""
    sampler = Sampler(endless)
    tokens = sampler.generate([5, 6, 7], 50, top_k=1)
    fed = np.concatenate([[5, 6, 7], tokens])
    assert sampler.logits(fed).argmax(axis=1)[2:-1].tolist() == tokens.tolist()


def test_length_zero(weights: LSTMWeights) -> None:
    """No tokens, of the right type."""
    tokens = Sampler(weights).generate([1], 0)
    assert tokens.dtype == np.int32
    assert tokens.shape == (0,)


@pytest.mark.parametrize("threads", [1, 2, 3])
def test_many_equal_one_by_one(weights: LSTMWeights, threads: int) -> None:
    """Item i is generate(primes[i], seed=seeds[i]), in order, however many run at once."""
    sampler = Sampler(weights, threads)
    primes, seeds = [[1], [1, 5], [7, 8, 9], [1], [3]], [4, 3, 2, 1, 0]
    many = sampler.generate_many(primes, 80, 0.9, 20, 0.95, seeds, stop=[11])
    each = [sampler.generate(p, 80, 0.9, 20, 0.95, s, stop=[11]) for p, s in zip(primes, seeds, strict=True)]
    assert [tune.tolist() for tune in many] == [tune.tolist() for tune in each]
    assert sampler.generate_many([], 80) == []


def test_one_sampler_for_many_python_threads(endless: LSTMWeights) -> None:
    """A Sampler keeps nothing of a tune."""
    sampler, results = Sampler(endless, 2), {}

    def work(seed: int) -> None:
        results[seed] = sampler.generate([1], 200, seed=seed).tolist()

    workers = [threading.Thread(target=work, args=(seed,)) for seed in range(6)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert all(sampler.generate([1], 200, seed=seed).tolist() == tokens for seed, tokens in results.items())


def test_nats_follow_from_logits(endless: LSTMWeights) -> None:
    """The sum of -log softmax(logits)[next token]; nothing to predict in one token."""
    sampler = Sampler(endless)
    tokens = np.random.default_rng(0).integers(0, 29, 700)
    logits = sampler.logits(tokens)[:-1].astype(np.float64)
    log_p = logits - np.log(np.exp(logits).sum(axis=1, keepdims=True))
    assert sampler.nats(tokens) == pytest.approx(-log_p[np.arange(699), tokens[1:]], rel=1e-12)
    assert sampler.nats([3]).shape == (0,)


def test_logits_of_nothing(weights: LSTMWeights) -> None:
    """Shape (0, V)."""
    assert Sampler(weights).logits([]).shape == (0, 29)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"prime": []}, r"prime: at least one token expected \(got none\); begin with start, 1"),
        ({"prime": [[1]]}, r"prime: shape \(n,\) expected \(got \(1, 1\)\)"),
        ({"prime": [1.0]}, "prime: integers expected"),
        ({"prime": ["a"]}, "prime: integers expected"),
        ({"prime": [29]}, r"prime: tokens from 0 to 28 expected \(got 29\)"),
        ({"prime": [-1]}, "prime: tokens from 0 to 28 expected"),
        ({"stop": [2**40]}, "stop: tokens from 0 to 28 expected"),
        ({"length": -1}, "length: at least 0"),
        ({"seed": -1}, "seed: at least 0"),
        ({"temperature": -0.1}, "temperature: a finite number from 0"),
        ({"temperature": float("nan")}, "temperature"),
        ({"temperature": float("inf")}, "temperature"),
        ({"top_k": -1}, "top_k: at least 0"),
        ({"top_p": 0.0}, "top_p: above 0 and at most 1"),
        ({"top_p": 1.1}, "top_p"),
        ({"top_p": float("nan")}, "top_p"),
    ],
)
def test_bad_arguments(weights: LSTMWeights, arguments: dict[str, object], message: str) -> None:
    """A ValueError that names the argument, what it may be and what it was."""
    with pytest.raises(ValueError, match=message):
        Sampler(weights).generate(**{"prime": [1], "length": 5, **arguments})  # type: ignore[arg-type]


def test_bad_numbers_of_things(weights: LSTMWeights) -> None:
    """One seed a prime; one to 64 threads."""
    with pytest.raises(ValueError, match="seeds: one for each of 2 primes"):
        Sampler(weights).generate_many([[1], [1]], 5, seeds=[1])
    for threads in (0, 65, -1):
        with pytest.raises(ValueError, match="threads: 1 to 64"):
            Sampler(weights, threads)


def test_limit_of_threads_is_the_extensions() -> None:
    """Written in C and in Python: both say the same."""
    _sampling = pytest.importorskip(
        "musegen_sampling._sampling", reason="needs the compiled extension", exc_type=ImportError
    )
    assert MAX_THREADS == _sampling.MAX_THREADS


def test_more_threads_than_cores(endless: LSTMWeights) -> None:
    """Slow, but the same."""
    assert Sampler(endless, 8).generate([1], 5).tolist() == Sampler(endless).generate([1], 5).tolist()


INTERRUPTED = """
import sys
sys.path.insert(0, {folder!r})
from musegen_sampling.sampler import MAX_THREADS
from helpers.random_model import random_weights
import signal
from musegen_sampling import Sampler
signal.signal(signal.SIGINT, signal.default_int_handler)  # a job in the background inherits SIG_IGN
sampler = Sampler(random_weights(50, 8, (256,)), threads=2)
print("ready", flush=True)
sampler.{call}
"""


@pytest.mark.skipif(os.name != "posix", reason="needs SIGINT")
@pytest.mark.parametrize("call", ["generate([1], 10**9)", "generate_many([[1]] * 4, 10**9)"])
def test_ctrl_c(call: str) -> None:
    """Ends a long generation within moments, as KeyboardInterrupt."""
    script = INTERRUPTED.format(folder=str(Path(__file__).parents[1]), call=call)
    child = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    try:
        assert child.stdout is not None
        child.stdout.readline()
        time.sleep(0.3)
        child.send_signal(signal.SIGINT)
        errors = child.communicate(timeout=100)[1].decode()
    finally:
        child.kill()
    assert errors.rstrip().endswith("KeyboardInterrupt")
