"""Measures how fast new tunes are written end to end, and where the time goes; nothing is asserted.

The model is the one that comes with musegen. The parts are timed alone, one after another; end to end the
model writes some tunes while those before are judged, so that it may take less than their sum.
"""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

import numpy as np

import musegen
from musegen import Sample, Tune, demo_model, judge, to_tonic
from musegen.models.numbering import draw_seeds
from musegen.music.melody import Melody
from musegen_abc.tunebook import Tunebook
from musegen_keras.model import LSTMModel
from musegen_sampling import Sampler
from paired import Contender, compare, table

ROUNDS, TUNES, BATCH = 7, 256, 64
END_TO_END = "end to end"


def test_new_tunes(quick: bool, tables: list[str]) -> None:
    """One paired run: end to end and each part alone; beside it the kernel, and a command from the shell."""
    tunes, rounds = (BATCH, 1) if quick else (TUNES, ROUNDS)
    model = musegen.open_model(demo_model())
    asked = Sample(tunes=tunes, keep="all")
    composer, language, notation = model.composer(asked), model.language, model.language.notation
    seeds = draw_seeds(0, 0, tunes)
    parts = [seeds[begin : begin + BATCH] for begin in range(0, tunes, BATCH)]
    written = [composer._written(part) for part in parts]
    draws = [draw for batch in written for draw in composer._judged(batch)]
    scores = [draw.score for draw in draws if draw.score]
    folded = [each.text for batch in written for each in batch]
    texts = [Tune(draw.tune.text, "abc") for draw in draws if draw.score]

    def end_to_end() -> None:
        with TemporaryDirectory() as folder:
            musegen.sample(model, Path(folder) / "out", renderers=["tunebook"], tunes=tunes, keep="all")

    def copied() -> None:
        melodies = model.melodies
        for begin in range(0, len(scores) if melodies else 0, BATCH):
            melodies.copied([Melody.of(score) for score in scores[begin : begin + BATCH]])  # type: ignore[union-attr]

    def book() -> None:
        with TemporaryDirectory() as folder:
            Tunebook().render_book(scores, Path(folder) / "tunes.abc")

    def each(function: Callable[..., object], of: Iterable[object]) -> Callable[[], None]:
        def all_of_them() -> None:
            for one in of:
                function(one)

        return all_of_them

    timed: dict[str, Callable[[], None]] = {
        END_TO_END: end_to_end,
        "the model: headers and bodies": each(composer._written, parts),
        "all that follows but the book": each(composer._judged, written),
        "  bars that come again": each(language.unfolded, folded),
        "  parsing, once": each(notation.parse, texts),
        "  to another key": each(lambda tune: to_tonic(notation, tune, "Bb"), texts),
        "  judging": each(partial(judge, rules=asked.valid), scores),
        "  what is copied": copied,
        "the book": book,
    }
    contenders = [Contender(name, tunes, lambda _, run=run: run()) for name, run in timed.items()]
    results = compare(contenders, rounds)
    a_tune = sum(draw.tokens for draw in draws) / tunes
    notes = [
        f"The kernel alone draws {_kernel(model, rounds):,.0f} tokens/s; a tune has {a_tune:.0f}",
        f"musegen sample -n 8 --keep all --to tunebook takes {_command(rounds):.2f} s from the shell",
        "ms a tune: "
        + ", ".join(f"{name.strip()} {1e3 / result.median:.2f}" for name, result in results.items()),
    ]
    title = f"{tunes} new tunes of the demo's model"
    tables.append(table(title, results, END_TO_END, notes, unit="tunes/s"))


def _kernel(model: musegen.TuneModel, rounds: int) -> float:
    """Tokens/s of whole tunes side by side, headers too, by the model that all parts above draw with."""
    network, places = demo_network(), model.language.places
    sampler = Sampler(network.weights, inputs=places.begin if places and network.place_sizes else None)
    start = np.array([network.weights.start], np.int32)
    rates = []
    for _ in range(rounds):
        began = time.perf_counter()
        drawn = sampler.generate_many([start] * BATCH, 2000, 0.9)
        rates.append(sum(map(len, drawn)) / (time.perf_counter() - began))
    return median(rates)


def demo_network() -> LSTMModel:
    """The network of the model that comes with musegen, as its plugin loads it."""
    from musegen_keras.model import KerasLSTMTrainer
    from musegen_keras.options import KerasLSTMOptions

    return KerasLSTMTrainer(KerasLSTMOptions()).load(demo_model())


def _command(rounds: int) -> float:
    """Seconds that the command takes."""
    spent = []
    for _ in range(rounds):
        with TemporaryDirectory() as folder:
            asked = ["-n", "8", "--keep", "all", "--to", "tunebook", "-q", "-o", f"{folder}/out"]
            began = time.perf_counter()
            subprocess.run(
                [sys.executable, "-m", "musegen", "sample", *asked], check=True, capture_output=True
            )
            spent.append(time.perf_counter() - began)
    return median(spent)
