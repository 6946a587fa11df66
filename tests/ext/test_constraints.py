"""Constraints decide what may be drawn."""

from __future__ import annotations

import ctypes
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest

import musegen_sampling
from helpers.random_model import random_weights
from musegen_sampling import ConstraintError, DeadEndError, LSTMWeights, Sampler


@pytest.fixture
def weights() -> LSTMWeights:
    """Without an end."""
    return random_weights(29, 8, (40, 12))


class Alternating:
    """Even and odd tokens by turns; remembers what it was told."""

    def __init__(self) -> None:
        self.told: list[int] = []

    def allow(self) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
        """Half of the tokens."""
        return np.arange(29) % 2 == len(self.told) % 2

    def take(self, token: int) -> None:
        """Remember it."""
        self.told.append(token)


class Everything:
    """Allows all."""

    def allow(self) -> None:
        """None means all."""

    def take(self, token: int) -> None:
        """Nothing to remember."""


@pytest.mark.parametrize("threads", [1, 2, 3])
def test_only_what_is_allowed(isa: str, weights: LSTMWeights, threads: int) -> None:
    """Asked before each draw, told after it, whoever draws, and whatever top-k would keep."""
    constraint = Alternating()
    tokens = Sampler(weights, threads).generate([1], 60, 0.9, 5, 0.9, constraint=constraint).tolist()
    assert [token % 2 for token in tokens] == [0, 1] * 30
    assert constraint.told == tokens
    assert len(set(tokens)) > 3


@pytest.mark.parametrize("temperature", [0.0, 0.7])
def test_targets_agree_under_a_constraint(
    isa: str, weights: LSTMWeights, temperature: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The tokens of reference.py."""
    tokens = Sampler(weights, 2).generate([1], 60, temperature, constraint=Alternating())
    if isa != "numpy":
        monkeypatch.setenv("MUSEGEN_ISA", "reference")
        again = Sampler(weights).generate([1], 60, temperature, constraint=Alternating())
        assert tokens.tolist() == again.tolist()


def test_allowing_everything_changes_nothing(isa: str, weights: LSTMWeights) -> None:
    """None, and a mask of ones."""
    sampler = Sampler(weights, 2)
    free = sampler.generate([1], 60).tolist()
    assert sampler.generate([1], 60, constraint=Everything()).tolist() == free


def test_each_tune_has_its_own(isa: str, weights: LSTMWeights) -> None:
    """Side by side as alone."""
    sampler = Sampler(weights, 2)
    rules = [Alternating() for _ in range(7)]
    many = sampler.generate_many([[1]] * 7, 30, constraints=rules)
    for seed, (tune, rule) in enumerate(zip(many, rules, strict=True)):
        assert tune.tolist() == rule.told
        assert tune.tolist() == sampler.generate([1], 30, seed=seed, constraint=Alternating()).tolist()
    with pytest.raises(ValueError, match="constraints: one for each of 7 primes"):
        sampler.generate_many([[1]] * 7, 30, constraints=rules[:2])


@pytest.mark.parametrize("threads", [1, 2])
def test_dead_end(isa: str, weights: LSTMWeights, threads: int) -> None:
    """No token allowed is an error of its own."""

    class Nothing(Alternating):
        def allow(self) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
            return np.full(29, len(self.told) < 5)

    with pytest.raises(DeadEndError, match="no token is allowed"):
        Sampler(weights, threads).generate([1], 60, constraint=Nothing())


@pytest.mark.parametrize("threads", [1, 2])
@pytest.mark.parametrize("where", ["allow", "take"])
@pytest.mark.parametrize("error", [KeyError("mine"), KeyboardInterrupt()])
def test_its_exceptions_come_through(
    isa: str, weights: LSTMWeights, threads: int, where: str, error: BaseException
) -> None:
    """As they are, from any method and with any number of threads."""

    class Failing(Everything):
        pass

    def fail(*arguments: object) -> None:
        raise error

    setattr(Failing, where, fail)
    with pytest.raises(type(error)):
        Sampler(weights, threads).generate([1], 60, constraint=Failing())


def test_a_mask_of_another_shape(isa: str, weights: LSTMWeights) -> None:
    """Said with both shapes."""

    class Crooked(Everything):
        def allow(self) -> list[bool]:  # type: ignore[override]
            return [True]

    with pytest.raises(ValueError, match=r"allow\(\) must return shape \(29,\) or None \(got \(1,\)\)"):
        Sampler(weights).generate([1], 60, constraint=Crooked())


SOURCE = """
#include <string.h>
#include "constraint.h"

typedef struct { long asked, told, refuse_at; } counts;

/* Tokens below 10 alone, and every third time all. */
static int allow(void *self, uint8_t *allowed, ptrdiff_t V) {
    counts *c = self;
    if (++c->asked % 3 == 0) return MUSEGEN_ALL;
    memset(allowed, 0, (size_t)V);
    memset(allowed, 1, 10);
    return MUSEGEN_SOME;
}

static int take(void *self, int32_t token) {
    counts *c = self;
    (void)token;
    return ++c->told == c->refuse_at;
}

static counts shared;
static musegen_constraint constraint = {&shared, allow, take};

musegen_constraint *begin(long refuse_at) {
    shared = (counts){0, 0, refuse_at};
    return &constraint;
}

long told(void) { return shared.told; }
"""


class Compiled:
    """A constraint whose functions are in a shared library."""

    def __init__(self, library: ctypes.CDLL, refuse_at: int = 0) -> None:
        library.begin.restype = ctypes.c_void_p
        new = ctypes.pythonapi.PyCapsule_New
        new.restype, new.argtypes = ctypes.py_object, [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_void_p]
        self.capsule = new(library.begin(ctypes.c_long(refuse_at)), b"musegen_sampling.constraint", None)

    def __musegen_constraint__(self) -> object:
        """The capsule."""
        return self.capsule


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> ctypes.CDLL:
    """Compiled against the header of the package."""
    compiler = shutil.which("cc") or shutil.which("gcc")
    if compiler is None:
        pytest.skip("needs a C compiler")
    pytest.importorskip(
        "musegen_sampling._sampling", reason="needs the compiled extension", exc_type=ImportError
    )
    folder = tmp_path_factory.mktemp("constraint")
    (folder / "rule.c").write_text(SOURCE)
    include = Path(musegen_sampling.get_include())
    command = [compiler, "-shared", "-fPIC", f"-I{include}", "rule.c", "-o", "rule.so"]
    subprocess.run(command, cwd=folder, check=True)
    return ctypes.CDLL(str(folder / "rule.so"))


@pytest.mark.parametrize("threads", [1, 2, 3])
def test_compiled_constraint(isa: str, weights: LSTMWeights, library: ctypes.CDLL, threads: int) -> None:
    """C functions are asked and told as Python's are."""
    tokens = Sampler(weights, threads).generate([1], 90, constraint=Compiled(library)).tolist()
    assert library.told() == 90
    assert all(token < 10 for n, token in enumerate(tokens) if n % 3 != 2)
    assert any(token >= 10 for token in tokens[2::3])


@pytest.mark.parametrize("threads", [1, 2])
def test_compiled_constraint_that_refuses(
    isa: str, weights: LSTMWeights, library: ctypes.CDLL, threads: int
) -> None:
    """What is not 0 is an error; also at the very last token."""
    for at in (1, 7, 20):
        with pytest.raises(ConstraintError, match="reported an error"):
            Sampler(weights, threads).generate([1], 20, constraint=Compiled(library, at))
