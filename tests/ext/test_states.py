"""Tunes that are begun once and continued often, paused, streamed and cancelled."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import numpy as np
import pytest

from helpers.random_model import random_weights
from musegen_sampling import LSTMWeights, Precision, Sampler
from musegen_sampling.precision import PRECISIONS

pytestmark = pytest.mark.usefixtures("isa")


@pytest.fixture
def weights() -> LSTMWeights:
    """Without an end."""
    return random_weights(29, 8, (40, 12))


@pytest.mark.parametrize("precision", PRECISIONS)
def test_many_tunes_from_one_state(weights: LSTMWeights, precision: Precision) -> None:
    """Each is what it would be from the prime itself, and the state stays as it is."""
    sampler, prime = Sampler(weights, 2, precision), [3, 4, 5, 6]
    state = sampler.prime(prime)
    expected = [sampler.generate(prime, 40, seed=seed).tolist() for seed in range(5)]
    assert [sampler.generate(state, 40, seed=seed).tolist() for seed in range(5)] == expected
    assert [tune.tolist() for tune in sampler.generate_many([state] * 5, 40)] == expected


@pytest.mark.parametrize("cut", [1, 2, 17])
def test_pause_and_resume(weights: LSTMWeights, cut: int) -> None:
    """Going on after a pause, with the same generator, gives the rest of the tune."""
    sampler = Sampler(weights)
    whole = sampler.generate([3], 40, seed=7).tolist()
    generator, state = np.random.Generator(np.random.PCG64(7)), sampler.prime([3])
    begun = sampler.generate(state, cut, seed=generator)
    later = sampler.prime(begun, state.copy())
    assert [*begun.tolist(), *sampler.generate(later, 40 - cut, seed=generator).tolist()] == whole


def test_priming_in_parts(weights: LSTMWeights) -> None:
    """The state after a and then b is that after a + b."""
    sampler = Sampler(weights)
    parts = sampler.prime([5, 6, 7], sampler.prime([3, 4]))
    assert sampler.generate(parts, 20).tolist() == sampler.generate([3, 4, 5, 6, 7], 20).tolist()


def test_state_of_another_model(weights: LSTMWeights) -> None:
    """Refused, also one of another precision."""
    state = Sampler(weights, precision="fp32").prime([1])
    for other in (Sampler(weights, precision="int8"), Sampler(random_weights(29, 8, (40, 12), seed=2))):
        with pytest.raises(ValueError, match="prime: a State of this model"):
            other.generate(state, 5)


def test_stream(weights: LSTMWeights) -> None:
    """Token for token what generate gives, as ints, up to a stop."""
    sampler = Sampler(weights)
    whole = sampler.generate([3], 100, seed=4).tolist()
    assert list(sampler.stream([3], 100, seed=4)) == whole
    ended = sampler.generate([3], 100, seed=4, stop=[whole[30]]).tolist()
    assert list(sampler.stream([3], 100, seed=4, stop=[whole[30]])) == ended


def test_stream_draws_only_what_is_asked(weights: LSTMWeights) -> None:
    """A tune of a million tokens begins at once and costs nothing once it is dropped."""
    stream: Iterator[int] = Sampler(weights).stream([3], 10**6)
    assert 0 <= next(stream) < 29


def test_cancelled_before_it_begins(weights: LSTMWeights) -> None:
    """Nothing is drawn; what there was would be returned."""
    cancel = threading.Event()
    cancel.set()
    assert Sampler(weights).generate([3], 100, cancel=cancel).tolist() == []


def test_cancelled_on_the_way(weights: LSTMWeights, monkeypatch: pytest.MonkeyPatch) -> None:
    """The beginning of the tune comes back."""
    monkeypatch.setattr("musegen_sampling.sampler.WORDS_A_SLICE", 5 * weights.weights_per_token)
    sampler, cancel = Sampler(weights), threading.Event()

    class Cancelling:
        """Asked before each draw."""

        asked = 0

        def allow(self) -> None:
            self.asked += 1
            if self.asked == 12:
                cancel.set()

        def take(self, token: int) -> None:
            pass

    begun = sampler.generate([3], 1000, constraint=Cancelling(), cancel=cancel).tolist()
    assert 12 <= len(begun) < 20
    assert sampler.generate([3], 1000).tolist()[: len(begun)] == begun


def test_samplers_share_what_they_load(weights: LSTMWeights, tmp_path: pytest.TempPathFactory) -> None:
    """One copy of the weights and of the packed matrices for the same file, until it changes."""
    path = tmp_path / "m.safetensors"  # type: ignore[operator]
    weights.save(path)
    first, second = Sampler.load(path, 1), Sampler.load(path, 2)
    assert first.weights is second.weights
    assert first._engine is second._engine
    random_weights(29, 8, (41,)).save(path)
    assert Sampler.load(path).weights is not first.weights


@pytest.mark.parametrize("threads", [1, 2])
@pytest.mark.parametrize("precision", PRECISIONS)
def test_tunes_written_in_pieces(weights: LSTMWeights, precision: Precision, threads: int) -> None:
    """Read and written side by side they are the tunes that are written at once, with the losses of nats."""
    sampler, primes = Sampler(weights, threads, precision), [[3, 4, 5], [6], [7, 8], [9, 10, 11, 12]]
    whole = sampler.generate_many(primes, 30, 0.7, 20, 0.95, seeds=[1, 2, 3, 4])
    begun = sampler.read_many([prime[:1] for prime in primes])
    rest = [number for number, prime in enumerate(primes) if len(prime) > 1]
    read = sampler.read_many([primes[n][1:] for n in rest], [begun[n].state for n in rest])
    ready = dict(enumerate(begun)) | dict(zip(rest, read, strict=True))
    states = [ready[number].state for number in range(4)]
    for _ in range(2):  # a state stays as it is
        written = sampler.write_many(states, 30, 0.7, 20, 0.95, seeds=[1, 2, 3, 4])
        assert [each.tokens.tolist() for each in written] == [tokens.tolist() for tokens in whole]
    for number, (prime, passage) in enumerate(zip(primes, written, strict=True)):
        nats = [*begun[number].nats, *(ready[number].nats if number in rest else []), *passage.nats]
        expected = sampler.nats([*prime, *passage.tokens])
        assert np.allclose(nats, expected, rtol=1e-5, atol=1e-5)
    more = sampler.generate_many([each.state for each in written], 5)
    longer = [np.concatenate([prime, tokens]) for prime, tokens in zip(primes, whole, strict=True)]
    assert [each.tolist() for each in more] == [each.tolist() for each in sampler.generate_many(longer, 5)]


def test_what_is_written_has_the_end_mark() -> None:
    """With its loss; what stops a tune otherwise is its last token as it is."""
    ending = random_weights(29, 8, (40, 12), end=1)
    sampler = Sampler(ending)
    plain = sampler.generate_many([[3]] * 20, 300)
    written = sampler.write_many([[3]] * 20, 300)
    assert any(len(tokens) < 300 for tokens in plain)
    for tokens, passage in zip(plain, written, strict=True):
        assert passage.tokens.tolist() == [*tokens, *([1] if len(tokens) < 300 else [])]
        assert np.allclose(passage.nats, sampler.nats([3, *passage.tokens]), rtol=1e-5, atol=1e-5)


def test_losses_of_unlikely_tokens() -> None:
    """Those that are drawn at a high temperature are told in full, and nothing overflows."""
    layer = (np.zeros((4, 4), np.float32), np.zeros((1, 4), np.float32), np.zeros(4, np.float32))
    logits = np.array([0, -300, 3e38, -3e38], np.float32)
    flat = LSTMWeights("abcd", None, [layer], np.zeros((1, 4), np.float32), logits)
    (written,) = Sampler(flat).write_many([[0]], 50, temperature=1e39)
    assert np.isfinite(written.nats).all()
    assert np.allclose(written.nats, Sampler(flat).nats([0, *written.tokens]), rtol=1e-6)
    assert len(set(written.tokens.tolist())) > 1


def test_pieces_are_checked(weights: LSTMWeights) -> None:
    """By name."""
    sampler, other = Sampler(weights), Sampler(random_weights(29, 8, (40, 12), seed=2))
    with pytest.raises(ValueError, match=r"tunes\[1\]: at least one token expected"):
        sampler.read_many([[1], []])
    with pytest.raises(ValueError, match=r"states: one for each of 2 tunes expected \(got 1\)"):
        sampler.read_many([[1], [2]], [None])
    with pytest.raises(ValueError, match=r"states\[0\]: a State of this model"):
        sampler.read_many([[1]], [other.prime([1])])
    with pytest.raises(ValueError, match=r"primes\[1\]: a State of this model"):
        sampler.write_many([[1], other.prime([1])], 5)
    assert sampler.read_many([]) == sampler.write_many([], 5) == []
