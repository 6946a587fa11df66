"""Every kernel target that was compiled in; a test of one that this CPU lacks is skipped, never passed."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from helpers.readers import CompiledFollowing, compiled_reader

try:
    from musegen_sampling import _sampling
except ImportError:
    TARGETS, HERE = ("amx", "avx512", "avx2", "baseline"), ()
    NEEDED = "needs the compiled extension"
else:
    TARGETS, HERE = _sampling.targets(here=False), _sampling.targets()
    NEEDED = "needs a CPU with {}"


@pytest.fixture(scope="session")
def targets_here() -> tuple[str, ...]:
    """The kernel targets that this CPU runs, for tests that try each on the same case."""
    return HERE


@pytest.fixture(params=TARGETS)
def target(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """A kernel target, forced for every Sampler of the test."""
    if request.param not in HERE:
        pytest.skip(NEEDED.format(request.param))
    monkeypatch.setenv("MUSEGEN_ISA", request.param)
    return str(request.param)


@pytest.fixture(params=[*TARGETS, "numpy"])
def isa(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """A kernel target or the NumPy engine, forced for every Sampler of the test."""
    if request.param not in (*HERE, "numpy"):
        pytest.skip(NEEDED.format(request.param))
    monkeypatch.setenv("MUSEGEN_ISA", request.param)
    return str(request.param)


@pytest.fixture(scope="session")
def compiled(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., CompiledFollowing]:
    """Makes readers of further inputs in C."""
    pytest.importorskip(
        "musegen_sampling._sampling", reason="needs the compiled extension", exc_type=ImportError
    )
    make = compiled_reader(tmp_path_factory.mktemp("reader"))
    if make is None:
        pytest.skip("needs a C compiler")
    return make
