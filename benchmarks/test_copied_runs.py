"""Measures how fast the longest shared run of notes is found, and the memory of a large index.

Figures are shown, not asserted. The tunes are those of Ryan, O'Neill and Aird in the music21 package, of
which every fifth is held out, else invented jigs.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from helpers.invented import jig
from helpers.real_tunes import collections
from musegen import NotationError, Score, Tune
from musegen.music.melody import Melody
from musegen.music.originality import MelodyIndex
from musegen_abc.notation import AbcNotation

COLLECTIONS = ("ryansMammoth", "oneills1850", "airdsAirs")
ROUNDS = 5
MANY, NEW = 50_000, 2_000


@pytest.fixture(scope="module")
def scores(quick: bool) -> list[tuple[str, Score]]:
    """The tunes at hand that can be read, with their sources."""
    tunes = [tune for _, found in collections(*COLLECTIONS) for tune in found]
    notation, read = AbcNotation(), []
    for tune in tunes or [Tune(jig(number), "abc", source=f"jig {number}") for number in range(4000)]:
        try:
            read.append((tune.source, notation.parse(tune)))
        except NotationError:
            continue
        if quick and len(read) == 200:
            break
    return read


def seconds(work: Callable[[], object], rounds: int) -> float:
    """The median time."""
    times = []
    for _ in range(rounds):
        began = time.perf_counter()
        work()
        times.append(time.perf_counter() - began)
    return statistics.median(times)


def test_tunes_against_training_tunes(
    scores: list[tuple[str, Score]], quick: bool, tables: list[str], benchmark: Any
) -> None:
    """Held-out tunes, and the training tunes themselves, which are copied whole: the most work there is."""
    rounds = 1 if quick else ROUNDS
    melodies = [(source, Melody.of(score)) for source, score in scores]
    training = [pair for number, pair in enumerate(melodies) if number % 5]
    held, own = [melody for _, melody in melodies[::5]], [melody for _, melody in training]
    index = MelodyIndex(training)
    windowed = index.windowed()
    speeds = {
        "melodies of scores": len(scores)
        / seconds(lambda: [Melody.of(score) for _, score in scores], rounds),
        "held-out tunes": len(held) / seconds(lambda: index.copied(held), rounds),
        "held-out tunes, by windows": len(held) / seconds(lambda: windowed.copied(held), rounds),
        "32 tunes at a time": 32 / seconds(lambda: index.copied(held[:32]), rounds),
        "training tunes": len(own) / seconds(lambda: index.copied(own), rounds),
    }
    build = seconds(lambda: MelodyIndex(training), rounds)
    benchmark.extra_info |= {"build_s": build, **speeds}
    lines = [f"{name:<28}{speed:>9,.0f} tunes/s" for name, speed in speeds.items()]
    title = f"copies of {len(training):,} training tunes, index built in {build:.2f} s"
    tables.append("\n".join([title, *lines]))
    benchmark.pedantic(index.copied, args=(held,), rounds=rounds)


def test_many_training_tunes(quick: bool, tables: list[str], benchmark: Any) -> None:
    """Time and memory of a process that builds an index and looks up tunes."""
    program = Path(__file__).with_name("many_melodies.py")
    count = 500 if quick else MANY
    command = [sys.executable, str(program), str(count), str(NEW // 10 if quick else NEW)]

    def measure() -> dict[str, float]:
        figures: dict[str, float] = json.loads(
            subprocess.run(command, check=True, capture_output=True).stdout
        )
        return figures

    figures = benchmark.pedantic(measure, rounds=1)
    benchmark.extra_info |= figures
    tables.append(
        f"copies of {count:,} invented training tunes: index built in {figures['build_s']:.1f} s, "
        f"{figures['tunes_per_second']:,.0f} tunes/s; the process had {figures['peak_mb']:,.0f} MB at most, "
        f"{figures['melodies_mb']:,.0f} MB before"
    )
