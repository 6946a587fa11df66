"""The LSTM of musegen_training, forward and back, against its definition in float64."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st
from numpy.typing import NDArray

musegen_training = pytest.importorskip("musegen_training", reason="needs the compiled extension")

Floats: TypeAlias = NDArray[np.float32]
Doubles: TypeAlias = NDArray[np.float64]

HERE = musegen_training.targets()
SHAPES = [
    *((1, 1, 1, 0), (1, 3, 5, 2), (3, 5, 20, 0), (7, 9, 37, 5), (64, 12, 64, 9), (2, 300, 33, 0)),
    *((1, 3, 5, 2, 2), (7, 9, 37, 5, 4), (64, 12, 64, 30, 5)),
]
"""B, T, H, V, R; V = 0: inputs instead of lines of a table, R: lines that a step adds up, 1 if left out."""


@pytest.fixture(params=musegen_training.targets(here=False))
def target(request: pytest.FixtureRequest) -> str:
    """A kernel target; one that this CPU lacks is skipped."""
    if request.param not in HERE:
        pytest.skip(f"needs a CPU with {request.param}")
    return str(request.param)


@dataclass(frozen=True)
class Case:
    """One piece of a sequence, with gradients of what comes out."""

    start: Floats
    lookup: NDArray[np.int32] | None
    recurrent_kernel: Floats
    h: Floats
    c: Floats
    dh: Floats
    dc: Floats

    @property
    def given(self) -> tuple[Any, ...]:
        """The first arguments of both kernels."""
        return self.start, self.lookup, self.recurrent_kernel, self.h, self.c


def case(
    rows: int, steps: int, units: int, size: int, lines: int = 1, scale: float = 0.5, seed: int = 0
) -> Case:
    """Random numbers, the same for the same arguments."""
    generator = np.random.default_rng(seed)

    def normal(*shape: int) -> Floats:
        return (scale * generator.standard_normal(shape)).astype(np.float32)

    lookup = generator.integers(0, size, (rows, steps, lines), np.int32) if size else None
    start = normal(size, 4 * units) if size else normal(rows, steps, 4 * units)
    recurrent_kernel = (normal(units, 4 * units) / np.sqrt(units)).astype(np.float32)
    states = [normal(rows, units) for _ in range(3)]
    return Case(start, lookup, recurrent_kernel, states[0], states[1], normal(rows, steps, units), states[2])


def sigmoid(x: Doubles) -> Doubles:
    """Of each."""
    result: Doubles = 0.5 + 0.5 * np.tanh(x / 2)
    return result


def reference(case: Case) -> list[Doubles]:
    """h, last c and the four gradients, step by step."""
    kernel, h, c = (np.float64(x) for x in (case.recurrent_kernel, case.h, case.c))
    start = np.float64(case.start)
    if case.lookup is not None:
        start = start[case.lookup].sum(2)
    steps = start.shape[1]
    hs, cs, gates = [h], [c], []
    for t in range(steps):
        i, f, g, o = np.split(start[:, t] + hs[-1] @ kernel, 4, axis=1)
        i, f, g, o = sigmoid(i), sigmoid(f), np.tanh(g), sigmoid(o)
        gates.append((i, f, g, o))
        cs.append(f * cs[-1] + i * g)
        hs.append(o * np.tanh(cs[-1]))
    dstart, dkernel = np.zeros_like(start), np.zeros_like(kernel)
    dh, dc = np.zeros_like(h), np.float64(case.dc)
    for t in reversed(range(steps)):
        (i, f, g, o), squashed = gates[t], np.tanh(cs[t + 1])
        dh = dh + case.dh[:, t]
        dc = dc + dh * o * (1 - squashed**2)
        dz = np.concatenate(
            [
                dc * g * i * (1 - i),
                dc * cs[t] * f * (1 - f),
                dc * i * (1 - g**2),
                dh * squashed * o * (1 - o),
            ],
            1,
        )
        dstart[:, t] = dz
        dkernel += hs[t].T @ dz
        dh, dc = dz @ kernel.T, dc * f
    if case.lookup is not None:
        by_step, dstart = dstart, np.zeros(case.start.shape)
        for lines in np.moveaxis(case.lookup, 2, 0):
            np.add.at(dstart, lines, by_step)
    return [np.stack(hs[1:], 1), cs[-1], dstart, dkernel, dh, dc]


def compiled(case: Case, threads: int = 2, isa: str = "") -> list[Floats]:
    """The same from the kernels."""
    h, c, kept = musegen_training.forward(*case.given, threads, isa)
    return [h, c, *musegen_training.backward(*case.given, h, kept, case.dh, case.dc, threads, isa)]


@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_agrees_with_the_definition(target: str, shape: tuple[int, int, int, int]) -> None:
    """Values and gradients within 3e-6 of the largest, whatever the shape."""
    made = case(*shape)
    for ours, exact in zip(compiled(made, isa=target), reference(made), strict=True):
        np.testing.assert_allclose(ours, exact, rtol=0, atol=3e-6 * (np.abs(exact).max() + 1e-3))


@settings(max_examples=30)
@given(
    rows=st.integers(1, 20),
    steps=st.integers(1, 6),
    units=st.integers(1, 70),
    size=st.integers(0, 4),
    seed=st.integers(0, 9),
)
def test_agrees_for_every_shape(rows: int, steps: int, units: int, size: int, seed: int) -> None:
    """As above."""
    made = case(rows, steps, units, size, seed=seed)
    for ours, exact in zip(compiled(made), reference(made), strict=True):
        np.testing.assert_allclose(ours, exact, rtol=0, atol=3e-6 * (np.abs(exact).max() + 1e-3))


def test_wide_gates_saturate(target: str) -> None:
    """Gates far outside [-1, 1] come to 0 and 1, not to infinities."""
    made = case(4, 6, 24, 0, scale=60)
    h, c, *_ = compiled(made, isa=target)
    expected_h, expected_c, *_ = reference(made)
    np.testing.assert_allclose(h, expected_h, rtol=0, atol=1e-4)
    np.testing.assert_allclose(c, expected_c, rtol=1e-5, atol=1e-4)


def test_threads_do_not_change_a_bit(target: str) -> None:
    """One thread, two, more than there are cores or blocks of units: equal results."""
    made = case(9, 7, 130, 6)
    first, *others = ([x.tobytes() for x in compiled(made, n, target)] for n in (1, 2, 3, 8, 64))
    assert all(other == first for other in others)


def test_two_pieces_are_one_sequence(target: str) -> None:
    """With h and c carried on, and their gradients carried back."""
    made = case(5, 10, 40, 0)
    h, c, dstart, dkernel, dh, dc = compiled(made, isa=target)

    def piece(steps: slice, h: Floats, c: Floats) -> Case:
        cut = (np.ascontiguousarray(x[:, steps]) for x in (made.start, made.dh))
        return Case(next(cut), None, made.recurrent_kernel, h, c, next(cut), made.dc)

    one = piece(slice(0, 4), made.h, made.c)
    h1, c1, kept1 = musegen_training.forward(*one.given, 2, target)
    two = compiled(piece(slice(4, 10), np.ascontiguousarray(h1[:, -1]), c1), isa=target)
    one.dh[:, -1] += two[4]
    back = musegen_training.backward(*one.given, h1, kept1, one.dh, two[5], 2, target)
    np.testing.assert_allclose(np.concatenate([h1, two[0]], 1), h, atol=1e-6)
    np.testing.assert_allclose(two[1], c, atol=1e-6)
    np.testing.assert_allclose(np.concatenate([back[0], two[2]], 1), dstart, atol=1e-6)
    np.testing.assert_allclose(back[1] + two[3], dkernel, atol=1e-5)
    np.testing.assert_allclose(back[2], dh, atol=1e-6)
    np.testing.assert_allclose(back[3], dc, atol=1e-6)


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_what_is_not_finite_is_seen(target: str, bad: float) -> None:
    """NaN goes through to values and gradients of its row, an infinity saturates; nothing hangs."""
    made = case(3, 5, 20, 0)
    made.start[1, 2, 7] = bad
    h, _, dstart, dkernel, _, _ = compiled(made, isa=target)
    assert np.isfinite(h[[0, 2]]).all()
    assert np.isfinite(h[1, :2]).all()
    assert np.isnan(h[1, 2:]).any() == np.isnan(bad)
    assert np.isnan(dkernel).any() == np.isnan(bad)
    assert np.isnan(dstart[1]).any() == np.isnan(bad)


def test_memory_is_used_again_only_when_it_is_free() -> None:
    """What a call gave stays as it is while later calls of the same shape run."""
    made, other = case(3, 5, 20, 0), case(3, 5, 20, 0, seed=1)
    first = compiled(made)
    copies = [x.copy() for x in first]
    for _ in range(3):
        compiled(other)
    assert all(np.array_equal(x, copy) for x, copy in zip(first, copies, strict=True))


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_forked_child() -> None:
    """A child of a process that has used threads computes the same with its own."""
    made = case(3, 5, 40, 0)
    expected = [x.tobytes() for x in compiled(made)]
    child = os.fork()
    if child == 0:
        os._exit(0 if [x.tobytes() for x in compiled(made)] == expected else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


GOOD = case(2, 3, 4, 0)
WITH_LOOKUP = case(2, 3, 4, 5)


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("h", (GOOD.start, None, GOOD.recurrent_kernel, GOOD.h[0], GOOD.c)),
        ("h", (GOOD.start, None, GOOD.recurrent_kernel, np.empty((0, 4), np.float32), GOOD.c)),
        ("h", (GOOD.start, None, GOOD.recurrent_kernel, np.float64(GOOD.h), GOOD.c)),
        ("c", (GOOD.start, None, GOOD.recurrent_kernel, GOOD.h, GOOD.c[:, ::2])),
        ("c", (GOOD.start, None, GOOD.recurrent_kernel, GOOD.h, np.asfortranarray(GOOD.c))),
        ("recurrent_kernel", (GOOD.start, None, GOOD.recurrent_kernel.T, GOOD.h, GOOD.c)),
        ("start", (GOOD.start[0], None, GOOD.recurrent_kernel, GOOD.h, GOOD.c)),
        ("start", (GOOD.start[:, :0], None, GOOD.recurrent_kernel, GOOD.h, GOOD.c)),
        ("start", (GOOD.start[:1], None, GOOD.recurrent_kernel, GOOD.h, GOOD.c)),
        ("start", (GOOD.start, WITH_LOOKUP.lookup, GOOD.recurrent_kernel, GOOD.h, GOOD.c)),
        ("lookup", (WITH_LOOKUP.start, WITH_LOOKUP.lookup + np.int32(5), *GOOD.given[2:])),
        ("lookup", (WITH_LOOKUP.start, WITH_LOOKUP.lookup - np.int32(5), *GOOD.given[2:])),
        ("lookup", (WITH_LOOKUP.start, np.int64(WITH_LOOKUP.lookup), *GOOD.given[2:])),
        ("lookup", (WITH_LOOKUP.start, WITH_LOOKUP.lookup[:1], *GOOD.given[2:])),
        ("lookup", (WITH_LOOKUP.start, WITH_LOOKUP.lookup[:, :0], *GOOD.given[2:])),
    ],
)
def test_arrays_that_do_not_fit_are_refused(name: str, arguments: tuple[Any, ...]) -> None:
    """By name, before anything is read."""
    with pytest.raises(ValueError, match=f"^{name}: "):
        musegen_training.forward(*arguments, 1)


def test_what_comes_back_is_checked_too() -> None:
    """Gradients, outputs and what was kept, the number of threads and the target."""
    h, _, kept = musegen_training.forward(*GOOD.given, 1)
    for name, arrays in {
        "h": (h[:, :2], kept, GOOD.dh, GOOD.dc),
        "kept": (h, kept[1:], GOOD.dh, GOOD.dc),
        "dh": (h, kept, GOOD.dh[:, :2], GOOD.dc),
        "dc_last": (h, kept, GOOD.dh, GOOD.dc[:1]),
    }.items():
        with pytest.raises(ValueError, match=f"^{name}: "):
            musegen_training.backward(*GOOD.given, *arrays, 1)
    with pytest.raises(ValueError, match="threads: 1 to"):
        musegen_training.forward(*GOOD.given, 0)
    with pytest.raises(ValueError, match="cannot run on this CPU"):
        musegen_training.forward(*GOOD.given, 1, "z80")
