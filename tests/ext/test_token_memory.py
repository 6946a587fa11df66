"""The memory of the tune so far: what it recalls, its shares, and how a sampler mixes it into predictions."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from helpers.random_model import random_weights
from helpers.readers import Following
from musegen_sampling import LONGEST, LSTMWeights, Memory, Sampler, copy_shares, memory_shares, recall
from musegen_sampling.precision import PRECISIONS, Precision
from musegen_sampling.types import Floats, Tokens

V = 9


def shares(seed: int = 5) -> Floats:
    """Of any kind, some of them 0."""
    found = np.random.default_rng(seed).uniform(0, 0.9, LONGEST + 1).astype(np.float32)
    found[[0, 5]] = 0
    return found


@pytest.fixture
def weights() -> LSTMWeights:
    """A model of few symbols, so that much comes again."""
    return random_weights(V, 6, (40, 12), end=1).with_memory(shares())


def longest_match(tune: list[int]) -> tuple[int, int]:
    """What followed the longest earlier occurrence of the tune's end, of equals the latest; its length."""
    found = (0, 0)
    for end in range(1, len(tune)):
        length = next((n for n in range(end) if tune[end - 1 - n] != tune[-1 - n]), end)
        if length and length >= found[1]:
            found = tune[end], length
    return found


@settings(deadline=None, max_examples=100)
@given(st.lists(st.lists(st.integers(2, 4), min_size=1, max_size=50), max_size=5))
def test_the_memory_recalls_the_longest_match(bodies: list[list[int]]) -> None:
    """Counted anew at each place; tunes of any lengths side by side."""
    tunes = [np.array(body, np.int32) for body in bodies]
    for heard, guesses, matches in zip(tunes, *recall(tunes), strict=True):
        for place in range(1, len(heard)):
            guess, length = longest_match(heard[:place].tolist())
            assert matches[place - 1] == min(length, LONGEST)
            assert not length or guesses[place - 1] == guess


def test_the_memory_reaches_back_so_far_and_no_farther(monkeypatch: pytest.MonkeyPatch) -> None:
    """What lies farther back is forgotten; what lies within is matched as before."""
    monkeypatch.setattr("musegen_sampling.memory.REACH", 4)
    memory = Memory(1, 20)
    heard = [2, 3, 4, 5, 6, 7, 2, 3, 8, 2, 3]
    steps = [memory.hear(np.array([token], np.int32)) for token in heard]
    assert steps[6][1] == 0
    assert (steps[-1][0].item(), steps[-1][1].item()) == (8, 2)


def test_shares_are_those_of_the_copies_that_were_right() -> None:
    """Of a hundred copies with no other chance, drawn towards the length below by two; never 1."""
    right = np.arange(100) < 80
    found = copy_shares(np.full(100, 1e-12), right, np.full(100, 3))
    assert found[3] == pytest.approx(80 / 102, abs=1e-6)
    assert found[0] == found[1] == found[2] == 0
    assert found[4] == pytest.approx(found[3])
    assert copy_shares(np.full(9, 1e-12), np.ones(9, bool), np.full(9, 1)).max() < 1


def by_hand(weights: LSTMWeights, tokens: Tokens) -> Floats:
    """Logits (n, V) of the model without memory, each mixed with what the memory says, in float64."""
    assert weights.memory is not None
    plain = LSTMWeights(
        weights.vocabulary, weights.embedding, weights.layers, weights.dense_kernel, weights.dense_bias
    )
    logits = Sampler(plain, precision="fp32").logits(tokens).astype(np.float64)
    chances = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    for place in range(len(tokens)):
        guess, length = longest_match(tokens[: place + 1].tolist())
        share = weights.memory[min(length, LONGEST)]
        chances[place] *= 1 - share
        chances[place, guess] += share
    mixed: Floats = np.log(chances)
    return mixed


def test_predictions_by_hand(isa: str, weights: LSTMWeights) -> None:
    """The logits are those of the mixture, but for a constant, and so are the losses."""
    tokens = np.tile(np.random.default_rng(1).integers(2, V, 60), 2).astype(np.int32)
    expected = by_hand(weights, tokens)
    sampler = Sampler(weights, 2, "fp32")
    logits = sampler.logits(tokens).astype(np.float64)
    found = logits - np.log(np.exp(logits).sum(axis=1, keepdims=True))
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-5)
    np.testing.assert_allclose(sampler.nats(tokens), -expected[np.arange(119), tokens[1:]], rtol=0, atol=1e-5)


@pytest.mark.parametrize("precision", PRECISIONS)
@pytest.mark.parametrize("threads", [1, 2, 3])
def test_the_same_tunes_on_every_target(
    target: str, weights: LSTMWeights, precision: Precision, threads: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Bit for bit what the reference computes: drawn, fed, measured, alone and side by side."""
    ours = Sampler(weights, threads, precision)
    monkeypatch.setenv("MUSEGEN_ISA", "reference")
    theirs = Sampler(weights, 1, precision)
    primes = [[2 + n % 7, 3, 2 + n % 7] for n in range(5)]
    read = np.tile(np.arange(2, V), 9)
    assert ours.logits(read).tobytes() == theirs.logits(read).tobytes()
    for one, other in zip(ours.write_many(primes, 70), theirs.write_many(primes, 70), strict=True):
        assert one.tokens.tolist() == other.tokens.tolist()
        assert one.nats.tobytes() == other.nats.tobytes()
    assert ours.generate([3], 90, seed=4).tolist() == theirs.generate([3], 90, seed=4).tolist()


@pytest.mark.parametrize("kind", ["plain", "with inputs"])
def test_a_state_keeps_its_memory(isa: str, kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Primed in pieces, copied, gone on from, cut in slices or streamed: as if read at once."""
    sizes = (5, 9) if kind == "with inputs" else ()
    weights = random_weights(V, 6, (40, 12), inputs=sizes).with_memory(shares())
    sampler = Sampler(weights, 2, inputs=(lambda: Following(*sizes)) if sizes else None)
    prime = [2, 3, 4, 2, 3, 4, 5, 2, 3]
    expected = sampler.generate(prime, 60, seed=8).tolist()
    state = sampler.prime(prime[4:], sampler.prime(prime[:4]))
    assert sampler.generate(state, 60, seed=8).tolist() == expected
    assert sampler.generate(state.copy(), 60, seed=8).tolist() == expected
    assert list(sampler.stream(prime, 60, seed=8)) == expected
    (passage,) = sampler.write_many([prime], 25, seeds=[8])
    whole = [*prime, *passage.tokens.tolist()]
    assert passage.tokens.tolist() == expected[:25]
    np.testing.assert_allclose(passage.nats, sampler.nats(whole)[len(prime) - 1 :], atol=1e-4)
    assert (
        sampler.generate(passage.state, 30, seed=9).tolist() == sampler.generate(whole, 30, seed=9).tolist()
    )
    monkeypatch.setattr("musegen_sampling.sampler.WORDS_A_SLICE", 3 * weights.weights_per_token)
    sliced = Sampler(weights, 2, inputs=sampler.inputs)
    assert sliced.generate(prime, 60, seed=8).tolist() == expected
    assert sliced.logits(whole).tobytes() == sampler.logits(whole).tobytes()


def test_files_keep_the_shares(weights: LSTMWeights, tmp_path: Path) -> None:
    """Saved and loaded, in fp32 and in int8; a model without memory has none."""
    assert weights.memory is not None
    for store in ("fp32", "int8"):
        weights.save(tmp_path / "model.safetensors", store=store)
        found = LSTMWeights.load(tmp_path / "model.safetensors")
        assert found.memory is not None
        assert found.memory.tobytes() == weights.memory.tobytes()
    assert random_weights(V, 6, (8,)).memory is None


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (np.zeros(5, np.float32), r"memory: shape \(33,\) expected"),
        (np.full(33, 0.5, np.float32), "memory: shares from 0 to below 1"),
        (np.array([0.0, *[1.0] * 32], np.float32), "memory: shares"),
        (np.array([0.0, *[np.nan] * 32], np.float32), "memory: shares"),
    ],
)
def test_wrong_shares_are_refused(wrong: Floats, message: str) -> None:
    """Before anything is drawn."""
    with pytest.raises(ValueError, match=message):
        random_weights(V, 6, (8,)).with_memory(wrong)


def test_shares_of_a_model_are_found_on_tunes_that_it_repeats(weights: LSTMWeights) -> None:
    """Where tunes are played twice, mixing their memory in makes them likelier."""
    plain = random_weights(V, 6, (40, 12))
    rng = np.random.default_rng(3)
    twice = [np.tile(rng.integers(2, V, 40), 2).astype(np.int32) for _ in range(20)]
    before = Sampler(plain, precision="fp32").nats_many(twice)
    found = memory_shares(before, twice)
    after = Sampler(plain.with_memory(found), precision="fp32").nats_many(twice)
    assert found[12:].min() > 0.9
    assert np.concatenate(after).mean() < 0.7 * np.concatenate(before).mean()
