"""NumPy serves where the extension is missing."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from helpers.random_model import SHAPES, random_weights
from musegen_sampling import Sampler


@pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES.keys())
def test_logits_agree(
    target: str, shape: tuple[int, int | None, tuple[int, ...]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Within 1e-5 of the compiled kernels over 200 steps."""
    weights = random_weights(*shape, scale=0.2)
    tokens = np.random.default_rng(1).integers(0, shape[0], 200)
    compiled = Sampler(weights).logits(tokens)
    monkeypatch.setenv("MUSEGEN_ISA", "numpy")
    np.testing.assert_allclose(Sampler(weights).logits(tokens), compiled, rtol=0, atol=1e-5)


SCRIPT = """
import sys
sys.path.insert(0, {folder!r})
sys.modules["musegen_sampling._sampling"] = None
from helpers.random_model import random_weights
from musegen_sampling import Sampler
weights = random_weights(5, 3, (4,))
print(Sampler(weights).isa, len(Sampler(weights).generate([1], 30)))
"""


def without_extension(isa: str) -> subprocess.CompletedProcess[str]:
    """Runs a small generation in a process that cannot import the extension."""
    command = [sys.executable, "-c", SCRIPT.format(folder=str(Path(__file__).parents[1]))]
    return subprocess.run(
        command, capture_output=True, text=True, env={**os.environ, "MUSEGEN_ISA": isa}, check=False
    )


def test_missing_extension_is_said_once() -> None:
    """It samples, and warns in one line that says what to do, however many samplers there are."""
    result = without_extension("")
    assert result.stdout == "numpy 30\n"
    assert result.stderr.count("RuntimeWarning") == 1
    assert "install a C compiler" in result.stderr


def test_forced_numpy_says_nothing() -> None:
    """Who asks for NumPy need not be told."""
    assert without_extension("numpy").stderr == ""


def test_forced_target_without_extension_is_refused() -> None:
    """Never a fallback."""
    assert (
        "ValueError: MUSEGEN_ISA=baseline: the compiled extension is missing"
        in without_extension("baseline").stderr
    )
