"""Further inputs: rows of tables that a reader picks for each token that is fed."""

from __future__ import annotations

import functools
import pickle
from collections.abc import Callable, Sequence

import numpy as np
import pytest

from helpers.random_model import random_weights
from helpers.readers import CompiledFollowing, Following
from musegen_sampling import CompiledInputs, InputsError, LSTMWeights, Sampler
from musegen_sampling.types import Floats

SIZES = (5, 1, 9)

MakeCompiled = Callable[..., CompiledFollowing]


@pytest.fixture
def weights() -> LSTMWeights:
    """Without an end."""
    return random_weights(29, 8, (40, 12), inputs=SIZES)


class Told:
    """Makes readers and keeps them."""

    def __init__(self) -> None:
        self.readers: list[Following] = []

    def __call__(self) -> Following:
        """One more."""
        self.readers.append(Following(*SIZES))
        return self.readers[-1]

    @property
    def tokens(self) -> list[list[int]]:
        """What each was told."""
        return [reader.told for reader in self.readers]


def by_hand(weights: LSTMWeights, tokens: Sequence[int]) -> Floats:
    """Logits (n, V) in float64, layer by layer, from embedding rows to which the inputs' rows were added."""
    assert weights.embedding is not None
    reader, x = Following(*map(len, weights.inputs)), []
    for token in tokens:
        rows = [table[value] for table, value in zip(weights.inputs, reader.read(token), strict=True)]
        x.append(weights.embedding[token].astype(np.float64) + np.sum(rows, axis=0))
    for layer in weights.layers:
        h = c = np.zeros(layer.units)
        outputs = []
        for step in x:
            z = step @ layer.kernel + h @ layer.recurrent_kernel + layer.bias
            i, f, candidate, o = z.reshape(4, -1)
            sigmoid_i, sigmoid_f, sigmoid_o = (1 / (1 + np.exp(-gate)) for gate in (i, f, o))
            c = sigmoid_f * c + sigmoid_i * np.tanh(candidate)
            h = sigmoid_o * np.tanh(c)
            outputs.append(h)
        x = outputs
    logits: Floats = np.array(x) @ weights.dense_kernel + weights.dense_bias
    return logits


def test_logits_and_nats_by_hand(isa: str, weights: LSTMWeights) -> None:
    """The rows are added to the embedding's row, whichever engine adds them."""
    tokens = np.random.default_rng(1).integers(0, 29, 150).tolist()
    expected = by_hand(weights, tokens)
    sampler = Sampler(weights, 2, "fp32", lambda: Following(*SIZES))
    np.testing.assert_allclose(sampler.logits(tokens), expected, rtol=0, atol=1e-4)
    log_p = expected - np.log(np.exp(expected).sum(axis=1, keepdims=True))
    np.testing.assert_allclose(sampler.nats(tokens), -log_p[np.arange(149), tokens[1:]], rtol=0, atol=1e-4)
    without = LSTMWeights(
        weights.vocabulary, weights.embedding, weights.layers, weights.dense_kernel, weights.dense_bias
    )
    assert np.abs(Sampler(without).logits(tokens) - expected).max() > 0.1


@pytest.mark.parametrize("threads", [1, 2, 4])
def test_a_compiled_reader_reads_the_same(
    isa: str, weights: LSTMWeights, compiled: MakeCompiled, threads: int
) -> None:
    """Alone, side by side, fed and drawn; each is told every token that its tune is fed."""
    made: list[CompiledFollowing] = []

    def make() -> CompiledFollowing:
        made.append(compiled(*SIZES))
        return made[-1]

    assert isinstance(compiled(*SIZES), CompiledInputs)
    ours = Sampler(weights, threads, inputs=make)
    theirs = Sampler(weights, threads, inputs=lambda: Following(*SIZES))
    primes = [[1 + n, n] for n in range(7)]
    drawn = ours.generate_many(primes, 30)
    assert [reader.told for reader in made] == [31] * 7
    assert [tune.tolist() for tune in drawn] == [tune.tolist() for tune in theirs.generate_many(primes, 30)]
    assert ours.generate([3], 30).tolist() == theirs.generate([3], 30).tolist()
    assert ours.logits(range(29)).tobytes() == theirs.logits(range(29)).tobytes()
    assert ours.nats(range(29)).tobytes() == theirs.nats(range(29)).tobytes()


@pytest.mark.parametrize("threads", [1, 2, 3])
def test_each_token_is_read_once_and_in_order(isa: str, weights: LSTMWeights, threads: int) -> None:
    """Whatever feeds it: one reader for each tune, from its first token to the last that is fed."""
    told = Told()
    sampler = Sampler(weights, threads, inputs=told)
    tune = sampler.generate([3, 4], 20).tolist()
    assert told.tokens == [[3, 4, *tune[:-1]]]
    told.readers.clear()
    primes = [[1], [2, 3], [4], [5]]
    many = sampler.generate_many(primes, 15)
    assert told.tokens == [[*prime, *drawn[:-1]] for prime, drawn in zip(primes, many, strict=True)]
    told.readers.clear()
    streamed = list(sampler.stream([3, 4], 20))
    assert streamed == tune
    assert told.tokens == [[3, 4, *tune[:-1]]]
    told.readers.clear()
    assert sampler.logits([5, 6, 7]).shape == (3, 29)
    sampler.nats_many([range(9), [3, 4], [1]])
    assert told.tokens == [[5, 6, 7], list(range(8)), [3], []]


def test_slices_do_not_show(isa: str, weights: LSTMWeights, monkeypatch: pytest.MonkeyPatch) -> None:
    """A reader goes on where it was between two slices."""
    whole = Sampler(weights, 2, inputs=Told())
    monkeypatch.setattr("musegen_sampling.sampler.WORDS_A_SLICE", 3 * weights.weights_per_token)
    told = Told()
    sliced = Sampler(weights, 2, inputs=told)
    prime = list(range(20))
    tune = sliced.generate(prime, 50).tolist()
    assert tune == whole.generate(prime, 50).tolist()
    assert told.tokens == [[*prime, *tune[:-1]]]
    assert sliced.logits(prime).tobytes() == whole.logits(prime).tobytes()
    assert sliced.nats(prime).tobytes() == whole.nats(prime).tobytes()


@pytest.mark.parametrize("kind", ["Python", "C"])
def test_states_hold_their_reader(isa: str, weights: LSTMWeights, kind: str, compiled: MakeCompiled) -> None:
    """Continued, primed further and copied, a state is what the whole prime gives, and stays as it is."""
    make = functools.partial(Following if kind == "Python" else compiled, *SIZES)
    sampler = Sampler(weights, 2, inputs=make)
    expected = [sampler.generate([3, 4, 5, 6], 30, seed=seed).tolist() for seed in range(5)]
    begun = sampler.prime([3, 4])
    for _ in range(2):
        state = sampler.prime([5, 6], begun)
        assert [sampler.generate(state, 30, seed=seed).tolist() for seed in range(5)] == expected
        assert [tune.tolist() for tune in sampler.generate_many([state] * 5, 30)] == expected
        assert sampler.generate(state.copy(), 30, seed=4).tolist() == expected[4]
    generator = np.random.Generator(np.random.PCG64(3))
    beginning = sampler.generate(state, 11, seed=generator)
    later = sampler.prime(beginning, state)
    assert [*beginning.tolist(), *sampler.generate(later, 19, seed=generator).tolist()] == expected[3]


@pytest.mark.parametrize("threads", [1, 2])
def test_read_before_the_constraint_is_asked(isa: str, weights: LSTMWeights, threads: int) -> None:
    """The order of a step: read what is fed, ask what may follow, tell what was drawn."""
    calls: list[tuple[str, int]] = []

    class Both(Following):
        def read(self, token: int) -> list[int]:
            calls.append(("read", token))
            return super().read(token)

        def allow(self) -> None:
            calls.append(("allow", -1))

        def take(self, token: int) -> None:
            calls.append(("take", token))

    both = Both(*SIZES)
    tune = Sampler(weights, threads, inputs=lambda: both).generate([3], 9, constraint=both).tolist()
    steps = [
        (("read", fed), ("allow", -1), ("take", drawn))
        for fed, drawn in zip([3, *tune[:-1]], tune, strict=True)
    ]
    assert calls == [call for step in steps for call in step]


def test_inputs_are_given_where_the_model_has_tables(isa: str, weights: LSTMWeights) -> None:
    """Neither forgotten nor given in vain; the error says what to do."""
    with pytest.raises(ValueError, match=r"inputs: a function that makes a reader .* \(5, 1, 9 rows\)"):
        Sampler(weights)
    with pytest.raises(ValueError, match="inputs: None expected, the model has no tables"):
        Sampler(random_weights(5, 2, (3,)), inputs=Told())


FEED: dict[str, Callable[[Sampler], object]] = {
    "generate": lambda sampler: sampler.generate([1], 30),
    "generate_many": lambda sampler: sampler.generate_many([[1]] * 7, 30),
    "stream": lambda sampler: list(sampler.stream([1], 30)),
    "prime": lambda sampler: sampler.prime(range(29)),
    "logits": lambda sampler: sampler.logits(range(29)),
    "nats_many": lambda sampler: sampler.nats_many([range(29)] * 7),
}


@pytest.mark.parametrize("feed", FEED.values(), ids=FEED.keys())
@pytest.mark.parametrize("threads", [1, 2])
@pytest.mark.parametrize("error", [KeyError("mine"), KeyboardInterrupt()])
@pytest.mark.parametrize("at", [1, 6])
def test_a_readers_exceptions_come_through(
    isa: str,
    weights: LSTMWeights,
    threads: int,
    error: BaseException,
    at: int,
    feed: Callable[[Sampler], object],
) -> None:
    """As they are, at the first token and later."""

    class Failing(Following):
        def read(self, token: int) -> list[int]:
            if len(self.told) + 1 == at:
                raise error
            return super().read(token)

    with pytest.raises(type(error)) as raised:
        feed(Sampler(weights, threads, inputs=lambda: Failing(*SIZES)))
    assert raised.value is error


@pytest.mark.parametrize("threads", [1, 2])
@pytest.mark.parametrize(
    ("values", "message"),
    [
        ([0, 0], r"inputs: read\(\) must return 3 values \(got 2\)"),
        ([0, 0, 0, 0], r"inputs: read\(\) must return 3 values \(got 4\)"),
        ([5, 0, 0], r"inputs: values\[0\] from 0 to 4 expected \(got 5\)"),
        ([0, -1, 0], r"inputs: values\[1\] from 0 to 0 expected \(got -1\)"),
        ([0, 0, 2**40], r"inputs: values\[2\] from 0 to 8 expected"),
    ],
)
def test_values_outside_their_tables(
    isa: str, weights: LSTMWeights, threads: int, values: list[int], message: str
) -> None:
    """A ValueError that says which, whatever feeds the token."""

    class Crooked(Following):
        def read(self, token: int) -> list[int]:
            return super().read(token) if len(self.told) < 5 else values

    sampler = Sampler(weights, threads, inputs=lambda: Crooked(*SIZES))
    for feed in FEED.values():
        with pytest.raises(ValueError, match=message):
            feed(sampler)


def test_values_of_other_types(isa: str, weights: LSTMWeights) -> None:
    """NumPy's integers are as good as any; fractions are not."""

    class Array(Following):
        def read(self, token: int) -> list[int]:
            return np.array(super().read(token), np.int16)  # type: ignore[return-value]

    class Fractions(Following):
        def read(self, token: int) -> list[int]:
            return [0.5, 0, 0]  # type: ignore[list-item]

    expected = Sampler(weights, inputs=Told()).generate([1], 30).tolist()
    assert Sampler(weights, inputs=lambda: Array(*SIZES)).generate([1], 30).tolist() == expected
    with pytest.raises(TypeError, match="integer"):
        Sampler(weights, inputs=lambda: Fractions(*SIZES)).generate([1], 30)


@pytest.mark.parametrize("threads", [1, 2])
@pytest.mark.parametrize("feed", FEED.values(), ids=FEED.keys())
def test_compiled_readers_that_fail(
    isa: str, weights: LSTMWeights, threads: int, feed: Callable[[Sampler], object], compiled: MakeCompiled
) -> None:
    """What is not 0 is an InputsError, a value that is in no table a ValueError; at any token."""
    for at in (1, 2, 7):
        with pytest.raises(InputsError, match="reported an error"):
            feed(Sampler(weights, threads, inputs=functools.partial(compiled, *SIZES, refuse_at=at)))
        with pytest.raises(ValueError, match=r"inputs: values\[2\] from 0 to 8 expected \(got 9\)"):
            feed(Sampler(weights, threads, inputs=functools.partial(compiled, *SIZES, outside_at=at)))
    with pytest.raises(ValueError, match=r"inputs: a reader of 3 values expected \(got 2\)"):
        feed(Sampler(weights, threads, inputs=lambda: compiled(*SIZES[:2])))


@pytest.mark.parametrize("threads", [1, 2, 3])
def test_the_other_tunes_of_a_call_go_on(
    isa: str, weights: LSTMWeights, threads: int, compiled: MakeCompiled
) -> None:
    """A reader that fails ends its own tune alone, though the call raises; so do many of them."""
    made: list[CompiledFollowing] = []

    def make() -> CompiledFollowing:
        number = len(made)
        made.append(compiled(*SIZES, refuse_at=3 if number % 3 == 1 else 0, outside_at=number == 2))
        return made[-1]

    with pytest.raises((InputsError, ValueError)):
        Sampler(weights, threads, inputs=make).generate_many([[1]] * 7, 20)
    if isa != "numpy":  # which feeds one tune after the other
        assert [reader.told for reader in made] == [20, 3, 1, 20, 3, 20, 20]


def test_pickled_with_its_inputs(isa: str, weights: LSTMWeights) -> None:
    """The maker goes along, and the tunes are the same."""
    sampler = Sampler(weights, 2, "bf16", functools.partial(Following, *SIZES))
    again = pickle.loads(pickle.dumps(sampler))
    assert (again.threads, again.precision) == (2, "bf16")
    assert again.generate([1], 30).tolist() == sampler.generate([1], 30).tolist()


def test_samplers_share_an_engine_but_no_reader(isa: str, weights: LSTMWeights) -> None:
    """What was packed serves both; each reads its own inputs."""

    class Still(Following):
        def read(self, token: int) -> list[int]:
            return [0, 0, 0]

    moving, still = Sampler(weights, inputs=Told()), Sampler(weights, inputs=lambda: Still(*SIZES))
    assert moving._engine is still._engine
    alone = random_weights(29, 8, (40, 12), inputs=SIZES)
    expected = Sampler(alone, inputs=Told()).generate([1], 40).tolist()
    assert moving.generate([1], 40).tolist() == expected
    assert still.generate([1], 40).tolist() != expected
    assert moving.generate([1], 40).tolist() == expected
