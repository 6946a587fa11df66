"""Measures how fast tunes are drawn, beside other tools and the limit of the memory; nothing is asserted.

The tools alternate in paired rounds, each in a process of its own, and each has first shown that its logits
are musegen's.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from contenders import TOOLS, TUNE, TUNE_IN_BATCH, Setting, Shape, contenders
from helpers.readers import compiled_reader
from musegen_sampling import LSTMWeights, Sampler
from musegen_sampling.precision import PRECISIONS
from paired import Contender, Result, compare, machine, table
from roofline import bytes_per_token, limit_name

ROUNDS = 7
SECONDS = 0.2
"""Seconds that a contender takes in a round, at least."""
EAGER, STEP, XLA = "Keras, eager", "Keras, step as tf.function", "tf.while_loop + XLA"
RUN, BOUND, INT8 = "ONNX Runtime, session.run", "ONNX Runtime, io-binding", "ONNX Runtime, int8"
TORCH, NUMPY = "torch, LSTMCell", "NumPy, token table"

MIT = Shape(83, 256, (1024,))
FOLK_RNN = Shape(137, 0, (512, 512, 512))


@dataclass(frozen=True, slots=True)
class Goal:
    """A goal: musegen in this precision should be at least so many times as fast as another tool."""

    precision: str
    other: str
    times: float
    stretch: float | None = None


@dataclass(frozen=True, slots=True)
class Case:
    """One table."""

    setting: Setting
    goals: tuple[Goal, ...]
    tools: tuple[str, ...] = tuple(TOOLS)

    def __str__(self) -> str:
        batch, threads, isa = self.setting.batch, self.setting.threads, self.setting.isa
        tunes = "one tune" if batch == 1 else f"{batch} tunes at once"
        forced = f", {isa} forced" if isa else ""
        return f"{self.setting.shape}, {tunes}, {threads} thread{'s'[: threads > 1]}{forced}"


def _share(precision: str, share: float, stretch: float | None = None) -> Goal:
    return Goal(precision, limit_name(precision), share, stretch)


BATCH_TOOLS = tuple(tool for tool in TOOLS if tool != "roofline")
"""Tools for a batch, which uses each weight many times, so that the read limit is not its limit."""
CASES = {
    "mit": Case(
        Setting(MIT),
        (
            Goal("int8", EAGER, 300),
            Goal("int8", XLA, 20),
            Goal("int8", INT8, 6.5),
            _share("int8", 0.75, stretch=0.85),
            Goal("fp32", BOUND, 1.7),
            Goal("fp32", TORCH, 2.1),
            Goal("fp32", NUMPY, 1.4),
            _share("fp32", 0.88),
            Goal("bf16", BOUND, 4),
            _share("bf16", 0.8),
        ),
    ),
    "mit-1-thread": Case(Setting(MIT, threads=1), (Goal("int8", INT8, 2.5), Goal("fp32", BOUND, 1.4))),
    "folk-rnn": Case(Setting(FOLK_RNN), (Goal("int8", INT8, 3.2, stretch=5),)),
    "mit-64-tunes": Case(
        Setting(MIT, batch=64), (Goal("int8", INT8, 5, stretch=10), Goal("bf16", BOUND, 6.5)), BATCH_TOOLS
    ),
    "mit-avx2": Case(Setting(MIT, isa="avx2"), (Goal("int8", NUMPY, 2),), ("musegen", "roofline", "numpy")),
}


def _goals(case: Case, results: dict[str, Result]) -> list[str]:
    """The goals beside the figures, for the contenders that ran."""
    lines = []
    for goal in case.goals:
        if goal.other in results:
            times = results[f"musegen, {goal.precision}"].times(results[goal.other])
            wanted = f"{goal.times:g}" + (f" (stretch {goal.stretch:g})" if goal.stretch else "")
            mark = "reached" if times >= goal.times else "missed"
            lines.append(f"  {goal.precision} ÷ {goal.other:32}{times:8.2f}   goal {wanted}: {mark}")
    return ["musegen's ratios, medians of the rounds:", *lines] if lines else []


def _reading(case: Case, results: dict[str, Result]) -> list[str]:
    """The measured bandwidth, and musegen's share of it."""
    lines, weights = [], case.setting.shape.weights()
    for precision in PRECISIONS:
        if limit := results.get(limit_name(precision)):
            size = bytes_per_token(weights, precision)
            share = results[f"musegen, {precision}"].times(limit)
            lines.append(
                f"{precision}: {size / 1e6:.1f} MB a token, read at {limit.median * size / 1e9:.0f} GB/s; "
                f"musegen reaches {share:.0%}"
            )
    return lines


def _targets() -> tuple[str, ...]:
    try:
        from musegen_sampling._sampling import targets
    except ImportError:
        return ()
    return targets()


@pytest.mark.parametrize("name", CASES)
def test_sampling(name: str, quick: bool, tables: list[str], benchmark: Any) -> None:
    """One paired run; musegen's int8 alone for pytest-benchmark's records, with all figures beside it."""
    case = CASES[name]
    if (isa := case.setting.isa) and isa not in _targets():
        pytest.skip(f"needs a CPU with {isa}")
    rounds, seconds = (1, 0.0) if quick else (ROUNDS, SECONDS)
    with contenders(case.setting, case.tools) as (found, missing):
        results = compare(found, rounds, seconds)
        ours = next(contender for contender in found if contender.name == "musegen, int8")
        benchmark.pedantic(ours.run, args=(ours.tokens,), rounds=9)
    baseline = next(each for each in (EAGER, NUMPY) if each in results)
    notes = [*missing, *_reading(case, results)]
    title = f"{case}, {rounds} paired round{'s'[: rounds > 1]}"
    tables.append("\n".join([table(title, results, baseline, notes), *_goals(case, results)]))
    benchmark.extra_info |= {
        "case": str(case),
        "machine": machine(),
        "tokens": ours.tokens,
        "tokens_per_second": {each: result.median for each, result in results.items()},
        "times_each_paired_contender": {
            precision: {
                each: results[f"musegen, {precision}"].times(result) for each, result in results.items()
            }
            for precision in PRECISIONS
        },
        "not_installed": missing,
    }


INPUT_ROUNDS, INPUT_SECONDS, INPUT_ROWS = 31, 0.1, 16
"""Rounds and seconds of a paired run with further inputs, and the number of rows of each table."""
NO_INPUTS = "no further inputs"


def _with_inputs(weights: LSTMWeights, count: int) -> LSTMWeights:
    generator = np.random.default_rng(count)
    assert weights.embedding is not None
    shape = (INPUT_ROWS, weights.embedding.shape[1])
    tables = [generator.standard_normal(shape).astype(np.float32) for _ in range(count)]
    return LSTMWeights(
        weights.vocabulary,
        weights.embedding,
        weights.layers,
        weights.dense_kernel,
        weights.dense_bias,
        inputs=tables,
    )


@pytest.mark.parametrize("batch", [1, 64])
def test_further_inputs(batch: int, quick: bool, tables: list[str], tmp_path: Path, benchmark: Any) -> None:
    """The same model without and with further inputs, in turns; a reader in C changes them all each token.

    In int8, of which they cost the largest share.
    """
    if not _targets() or (make := compiled_reader(tmp_path)) is None:
        pytest.skip("needs the compiled extension and a C compiler")
    weights, length = MIT.weights(), TUNE if batch == 1 else TUNE_IN_BATCH

    def contender(count: int) -> Contender:
        inputs = functools.partial(make, *[INPUT_ROWS] * count) if count else None
        sampler = Sampler(_with_inputs(weights, count), 2, "int8", inputs)
        name = f"{count} further input{'s'[: count > 1]}" if count else NO_INPUTS
        return Contender(name, length * batch, lambda _: sampler.generate_many([[0]] * batch, length))

    found = [contender(count) for count in (0, 1, 2, 4)]
    rounds, seconds = (1, 0.0) if quick else (INPUT_ROUNDS, INPUT_SECONDS)
    results = compare(found, rounds, seconds)
    costs = {name: 1 - result.times(results[NO_INPUTS]) for name, result in results.items()}
    benchmark.pedantic(found[-1].run, args=(found[-1].tokens,), rounds=1 if quick else 9)
    notes = [f"{name}: {cost:.1%}" for name, cost in costs.items() if name != NO_INPUTS]
    tunes = "one tune" if batch == 1 else f"{batch} tunes at once"
    title = f"{MIT}, int8, {tunes}, 2 threads, {rounds} paired round{'s'[: rounds > 1]}"
    tables.append(
        "\n".join(
            [
                table(title, results, NO_INPUTS, []),
                "share of the tokens/s that they cost, medians of the rounds:",
                *notes,
            ]
        )
    )
    benchmark.extra_info |= {"case": title, "machine": machine(), "cost": costs}
