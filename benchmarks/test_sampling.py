"""How fast one tune is drawn, against what people use. Ratios are shown, not asserted."""

from __future__ import annotations

from typing import Any

import pytest
from contenders import THREADS, keras_loops, mit_weights, musegen, numpy_loop
from paired import Contender, Result, compare, table

ROUNDS = 9
RECORDED_TOKENS = 60
"""So few because Keras's eager loop needs more than a second for them."""
EAGER = "Keras, eager"
TITLE = (
    f"Embedding(83 × 256) → LSTM(1024) → Dense(83), fp32, one tune, {THREADS} threads, {ROUNDS} paired rounds"
)


@pytest.fixture(scope="module")
def contenders() -> list[Contender]:
    """Those that can run here."""
    weights = mit_weights()
    ours = [musegen(weights), numpy_loop(weights)]
    try:
        return [*ours, *keras_loops(weights)]
    except ImportError:
        return ours


@pytest.fixture(scope="module")
def results(contenders: list[Contender], tables: list[str]) -> dict[str, Result]:
    """One paired run of all contenders; its table is printed at the end."""
    results = compare(contenders, ROUNDS)
    notes = [] if EAGER in results else ["Keras: skipped, TensorFlow is not installed (musegen[keras])"]
    tables.append(table(TITLE, results, EAGER, notes))
    return results


@pytest.mark.parametrize("number", range(4), ids=["musegen", "numpy", "keras-eager", "keras-tf-function"])
def test_one_tune(
    number: int, contenders: list[Contender], results: dict[str, Result], benchmark: Any
) -> None:
    """One contender alone for pytest-benchmark's records, with the paired figures beside it."""
    if number >= len(contenders):
        pytest.skip("TensorFlow is not installed (musegen[keras])")
    contender = contenders[number]
    result = results[contender.name]
    benchmark.extra_info |= {
        "tokens": RECORDED_TOKENS,
        "tokens_per_second": result.median,
        "times_each_paired_contender": {name: result.times(other) for name, other in results.items()},
    }
    benchmark.pedantic(contender.run, args=(RECORDED_TOKENS,), rounds=5, warmup_rounds=1)
