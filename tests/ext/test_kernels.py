"""Every compiled target gives the bits and the tokens of reference.py."""

from __future__ import annotations

import functools
from collections.abc import Callable

import numpy as np
import pytest

from helpers.random_model import SHAPES, random_weights
from helpers.readers import CompiledFollowing, Following
from musegen_sampling import LSTMWeights, Precision, Sampler
from musegen_sampling.inputs import MakeReader
from musegen_sampling.precision import PRECISIONS


def reference(
    weights: LSTMWeights,
    monkeypatch: pytest.MonkeyPatch,
    precision: Precision = "fp32",
    inputs: MakeReader | None = None,
) -> Sampler:
    """A sampler that adds in NumPy, in the kernels' order."""
    with monkeypatch.context() as patch:
        patch.setenv("MUSEGEN_ISA", "reference")
        return Sampler(weights, precision=precision, inputs=inputs)


@pytest.mark.parametrize("precision", PRECISIONS)
@pytest.mark.parametrize("threads", [1, 2, 3])
@pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES.keys())
def test_logits_bit_for_bit(
    target: str,
    shape: tuple[int, int | None, tuple[int, ...]],
    threads: int,
    precision: Precision,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Same logits for sizes that do and do not fill a vector, and for more threads than parts."""
    weights = random_weights(*shape)
    tokens = np.random.default_rng(1).integers(0, shape[0], 60)
    sampler = Sampler(weights, threads, precision)
    assert sampler.isa == target
    expected = reference(weights, monkeypatch, precision).logits(tokens)
    assert sampler.logits(tokens).tobytes() == expected.tobytes()


@pytest.mark.parametrize("precision", PRECISIONS)
def test_many_parts_bit_for_bit(target: str, precision: Precision, monkeypatch: pytest.MonkeyPatch) -> None:
    """A layer that is shared out in parts, its last one partly filled, by any number of threads."""
    weights = random_weights(40, 8, (70, 150), scale=0.1)
    tokens = np.random.default_rng(1).integers(0, 40, 30)
    expected = reference(weights, monkeypatch, precision).logits(tokens)
    for threads in (1, 2, 5, 40):
        assert Sampler(weights, threads, precision).logits(tokens).tobytes() == expected.tobytes()


@pytest.mark.parametrize("precision", PRECISIONS)
@pytest.mark.parametrize("threads", [1, 2, 4])
@pytest.mark.parametrize("kind", ["Python", "C"])
def test_further_inputs_bit_for_bit(
    target: str,
    kind: str,
    threads: int,
    precision: Precision,
    compiled: Callable[..., CompiledFollowing],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Rows of tables are added in the order of the tables, whoever reads them and walks."""
    weights, sizes = random_weights(29, 8, (70, 33), inputs=(7, 16, 1, 3)), (7, 16, 1, 3)
    expected = reference(weights, monkeypatch, precision, functools.partial(Following, *sizes))
    make = functools.partial(Following if kind == "Python" else compiled, *sizes)
    sampler = Sampler(weights, threads, precision, make)
    tokens = np.random.default_rng(1).integers(0, 29, 40)
    assert sampler.logits(tokens).tobytes() == expected.logits(tokens).tobytes()
    drawn = [expected.generate([1 + n, n], 12, seed=n).tolist() for n in range(9)]
    assert [tune.tolist() for tune in sampler.generate_many([[1 + n, n] for n in range(9)], 12)] == drawn
    assert sampler.generate([1, 0], 12).tolist() == drawn[0]


@pytest.mark.parametrize("begin", range(0, 300, 50))
def test_random_models_with_further_inputs(
    begin: int,
    targets_here: tuple[str, ...],
    compiled: Callable[..., CompiledFollowing],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """300 models of any shape, each alike on every target that this CPU runs, fed and drawn."""
    for seed in range(begin, begin + 50):
        generator = np.random.default_rng(seed)
        size, sizes = int(generator.integers(1, 40)), tuple(generator.integers(1, 20, 1 + seed % 4).tolist())
        units = tuple(generator.integers(1, 40, generator.integers(1, 4)).tolist())
        weights = random_weights(size, int(generator.integers(1, 12)), units, seed=seed, inputs=sizes)
        precision, threads = PRECISIONS[seed % 3], 1 + seed % 4
        primes = generator.integers(0, size, (1 + seed % 6, 3))
        expected = reference(weights, monkeypatch, precision, functools.partial(Following, *sizes))
        drawn = [expected.generate(prime, 5, seed=n).tolist() for n, prime in enumerate(primes)]
        logits = expected.logits(primes.reshape(-1)).tobytes()
        for target in targets_here:
            with monkeypatch.context() as patch:
                patch.setenv("MUSEGEN_ISA", target)
                make = functools.partial(compiled if seed % 2 else Following, *sizes)
                sampler = Sampler(weights, threads, precision, make)
            assert sampler.logits(primes.reshape(-1)).tobytes() == logits, (seed, target)
            many = [tune.tolist() for tune in sampler.generate_many(list(primes), 5)]
            assert many == drawn, (seed, target)


@pytest.mark.parametrize("precision", PRECISIONS)
@pytest.mark.parametrize("scale", [1e-38, 1e-30, 1e-20, 30.0, 1e19, 3e37])
def test_extreme_further_inputs_bit_for_bit(
    target: str, scale: float, precision: Precision, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Rows that vanish or overflow, also against each other."""
    weights = random_weights(40, 6, (24, 24), seed=2, scale=scale, inputs=(9, 5))
    tokens, make = np.random.default_rng(1).integers(0, 40, 100), functools.partial(Following, 9, 5)
    logits = Sampler(weights, 2, precision, make).logits(tokens)
    assert np.isfinite(logits).all()
    assert logits.tobytes() == reference(weights, monkeypatch, precision, make).logits(tokens).tobytes()


@pytest.mark.parametrize("precision", PRECISIONS)
@pytest.mark.parametrize("tunes", [2, 3, 9, 40, 70])
def test_tunes_side_by_side(
    target: str, tunes: int, precision: Precision, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each tune is what it is alone, at any place among any number, while others end beside it."""
    weights, stop = random_weights(29, 8, (40, 33), end=2, scale=0.4), [5, 9]
    primes = [[1 + n % 28, n % 7] for n in range(tunes)]
    alone = Sampler(weights, 1, precision)
    expected = [alone.generate(prime, 30, seed=n, stop=stop).tolist() for n, prime in enumerate(primes)]
    assert tunes < 9 or len({len(tune) for tune in expected}) > 3
    again = reference(weights, monkeypatch, precision).generate(primes[1], 30, seed=1, stop=stop)
    assert again.tolist() == expected[1]
    for threads in (1, 2, 3):
        many = Sampler(weights, threads, precision).generate_many(primes, 30, stop=stop)
        assert [tune.tolist() for tune in many] == expected


@pytest.mark.parametrize("precision", PRECISIONS)
@pytest.mark.parametrize("scale", [1e-38, 1e-30, 1e-3, 30.0, 3e38])
def test_extreme_weights_bit_for_bit(
    target: str, scale: float, precision: Precision, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Sums that vanish, saturate every gate or overflow to infinity minus infinity: finite and the same."""
    weights = random_weights(40, None, (24, 24), seed=2, scale=scale / 10)
    tokens = np.random.default_rng(1).integers(0, 40, 100)
    logits = Sampler(weights, 2, precision).logits(tokens)
    assert np.isfinite(logits).all()
    assert logits.tobytes() == reference(weights, monkeypatch, precision).logits(tokens).tobytes()


def test_gates_over_their_whole_range_bit_for_bit(target: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """One-hot rows put any value before any gate; a dense layer of ones and zeros shows each h."""
    size, units = 600, 32
    generator = np.random.default_rng(3)
    rows = generator.uniform(-1, 1, (size, 4 * units)) * np.geomspace(1e-18, 120, size)[:, np.newaxis]
    zeros = np.zeros((units, 4 * units), np.float32)
    layer = (rows.astype(np.float32), zeros, np.zeros(4 * units, np.float32))
    symbols = [chr(0x100 + n) for n in range(size)]
    weights = LSTMWeights(
        symbols, None, [layer], np.eye(units, size, dtype=np.float32), np.zeros(size, np.float32)
    )
    tokens = generator.permutation(size)
    assert (
        Sampler(weights).logits(tokens).tobytes() == reference(weights, monkeypatch).logits(tokens).tobytes()
    )


def test_decaying_states_never_become_denormal(target: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A cell that halves each step ends at zero, on every machine at the same step."""
    kernel = np.zeros((2, 4), np.float32)
    kernel[0] = 5
    weights = LSTMWeights(
        "ab",
        None,
        [(kernel, np.zeros((1, 4), np.float32), np.zeros(4, np.float32))],
        np.full((1, 2), 1e20, np.float32),
        np.zeros(2, np.float32),
    )
    tokens = [0] + 200 * [1]
    logits = Sampler(weights).logits(tokens)
    assert logits[50, 0] > 0
    assert logits[-1, 0] == 0
    assert logits.tobytes() == reference(weights, monkeypatch).logits(tokens).tobytes()


@pytest.mark.parametrize("threads", [1, 2, 3])
@pytest.mark.parametrize("temperature", [0.0, 1e-300, 0.05, 0.7, 1.0, 1e300])
@pytest.mark.parametrize(
    ("top_k", "top_p"), [(0, 1.0), (5, 1.0), (0, 0.8), (10, 0.6), (1, 1e-300), (999, 0.999999)]
)
def test_tokens(
    target: str, temperature: float, top_k: int, top_p: float, threads: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Same tokens for every way to draw them and every number of threads."""
    weights = random_weights(29, 8, (17,))
    arguments = ([1, 2, 3], 40, temperature, top_k, top_p, 7)
    tokens = Sampler(weights, threads).generate(*arguments)
    assert len(tokens) == 40
    assert tokens.tolist() == reference(weights, monkeypatch).generate(*arguments).tolist()


def test_ties_go_to_the_lower_token(target: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """With all logits equal, top-k and top-p keep the first tokens."""
    zeros = np.zeros((6, 8), np.float32)
    layer = (zeros, np.zeros((2, 8), np.float32), np.zeros(8, np.float32))
    weights = LSTMWeights("abcdef", None, [layer], np.zeros((2, 6), np.float32), np.zeros(6, np.float32))
    for sampler in (Sampler(weights), reference(weights, monkeypatch)):
        assert set(sampler.generate([0], 200, top_k=2).tolist()) == {0, 1}
        assert set(sampler.generate([0], 200, top_p=0.4).tolist()) == {0, 1, 2}


def test_target_that_cannot_run_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """A name that is unknown, or a target this CPU lacks, is a ValueError, never another target."""
    weights = random_weights(3, 2, (2,))
    _sampling = pytest.importorskip(
        "musegen_sampling._sampling", reason="needs the compiled extension", exc_type=ImportError
    )
    lacking = set(_sampling.targets(here=False)) - set(_sampling.targets())
    for isa in {"sse9", *lacking}:
        monkeypatch.setenv("MUSEGEN_ISA", isa)
        with pytest.raises(ValueError, match=f"MUSEGEN_ISA={isa}"):
            Sampler(weights)


def test_best_target_is_the_default(monkeypatch: pytest.MonkeyPatch) -> None:
    """Unset and empty mean the best that this CPU runs."""
    _sampling = pytest.importorskip(
        "musegen_sampling._sampling", reason="needs the compiled extension", exc_type=ImportError
    )
    weights = random_weights(3, 2, (2,))
    monkeypatch.delenv("MUSEGEN_ISA", raising=False)
    assert Sampler(weights).isa == _sampling.targets()[0]
    monkeypatch.setenv("MUSEGEN_ISA", "")
    assert Sampler(weights).isa == _sampling.targets()[0]
