"""The kernels' own exp, sigmoid, tanh and log, against float64."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from musegen_sampling import reference
from musegen_sampling.types import Doubles, Floats

SWEEP = np.concatenate(
    [
        np.linspace(-87, 87, 1_000_001),
        np.geomspace(1e-18, 87, 200_001),
        -np.geomspace(1e-18, 87, 200_001),
    ]
).astype(np.float32)


def sigmoid(x: Doubles) -> Doubles:
    """The same in float64."""
    return 1 / (1 + np.exp(-x))


@pytest.mark.parametrize(
    ("function", "exact", "ulps"),
    [(reference.exp, np.exp, 1), (reference.sigmoid, sigmoid, 3), (reference.tanh, np.tanh, 2)],
)
def test_accuracy_over_the_whole_range(
    function: Callable[[Floats], Floats], exact: Callable[[Doubles], Doubles], ulps: int
) -> None:
    """Within few units in the last place: a polynomial fitted on the wrong interval is off by more."""
    wanted = exact(SWEEP.astype(np.float64))
    error = np.abs(function(SWEEP).astype(np.float64) - wanted)
    assert np.max(error / np.spacing(wanted.astype(np.float32))) <= ulps


def test_extremes_stay_finite() -> None:
    """Infinities and NaN give finite values, so no weights can make a state that is not a number."""
    x = np.array([-np.inf, np.inf, np.nan, -1e38, 1e38, -0.0], np.float32)
    with np.errstate(over="ignore", invalid="ignore"):
        for function in (reference.exp, reference.sigmoid, reference.tanh):
            assert np.isfinite(function(x)).all()
    assert reference.tanh(x).tolist()[:2] == [-1, 1]


def test_logarithms_of_all_sizes() -> None:
    """Within a unit in the last place of the result, or of a half where that is near 0."""
    x = np.concatenate([np.geomspace(1e-37, 1e38, 1_000_001), np.linspace(0.5, 2, 1_000_001)]).astype(
        np.float32
    )
    wanted = np.log(x.astype(np.float64))
    error = np.abs(reference.log(x).astype(np.float64) - wanted)
    assert np.max(error / np.spacing(np.abs(wanted).clip(2.0**-2).astype(np.float32))) <= 1
