"""Measures how fast ABC is read and played out, beside other tools and in proportion to its length.

Figures are shown, not asserted. The tunes are those of the Nottingham files (``MUSEGEN_NOTTINGHAM``, or
beside the project), else invented jigs.
"""

from __future__ import annotations

import gc
import os
import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from importlib import import_module
from typing import Any

import pytest

from helpers.invented import jig
from helpers.long_texts import long_file, long_line
from helpers.needs import lack
from helpers.real_tunes import collections
from musegen import Tune, perform
from musegen_abc.notation import AbcNotation
from musegen_abc.reader import split_tunes
from paired import Contender, Result, absent, compare, table

ROUNDS = 9
NOTATION = AbcNotation()
PLAYED, READ = "musegen, read and played", "musegen, read"
BASELINE = "symusic (abc2midi)"
OTHERS = {BASELINE: ("symusic", 60), "music21": ("music21", 4)}
"""For each contender, its module and the number of tunes that it reads in a round."""
MEGABYTE = 1_000_000


@pytest.fixture(scope="module")
def tunes() -> list[Tune]:
    """The cleaned Nottingham tunes, else as many invented ones."""
    at_hand = dict(collections("Nottingham, cleaned"))
    return at_hand.get("Nottingham, cleaned") or [Tune(jig(number), "abc") for number in range(884)]


@contextmanager
def _silent() -> Iterator[None]:
    """Send what programs and libraries write to the terminal nowhere."""
    kept = os.dup(1), os.dup(2)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.dup2(nowhere, 2)
    try:
        yield
    finally:
        os.dup2(kept[0], 1)
        os.dup2(kept[1], 2)
        for opened in (*kept, nowhere):
            os.close(opened)


def _musegen(tunes: Sequence[Tune]) -> None:
    for tune in tunes:
        perform(NOTATION.parse(tune))


def _musegen_parse(tunes: Sequence[Tune]) -> None:
    for tune in tunes:
        NOTATION.parse(tune)


def _symusic(tunes: Sequence[Tune]) -> None:
    from symusic import Score

    with _silent():
        for tune in tunes:
            Score.from_abc(tune.text)


def _music21(tunes: Sequence[Tune]) -> None:
    from music21 import converter

    with _silent():
        for tune in tunes:
            converter.parse(tune.text, format="abc")


class _InTurn:
    """Reads other tunes each time, so that no contender is timed on a few alone."""

    def __init__(self, tunes: Sequence[Tune], read: Callable[[Sequence[Tune]], None]) -> None:
        self._tunes, self._read, self._at = tunes, read, 0

    def __call__(self, count: int) -> None:
        taken = [self._tunes[(self._at + i * 37) % len(self._tunes)] for i in range(count)]
        self._at += count * 37
        self._read(taken)


@pytest.fixture(scope="module")
def contenders(tunes: list[Tune]) -> list[Contender]:
    """The contenders that are installed."""
    ours = [
        Contender(PLAYED, 400, _InTurn(tunes, _musegen)),
        Contender(READ, 400, _InTurn(tunes, _musegen_parse)),
    ]
    readers = {BASELINE: _symusic, "music21": _music21}
    return ours + [
        Contender(name, count, _InTurn(tunes, readers[name]))
        for name, (module, count) in OTHERS.items()
        if not absent(module)
    ]


@pytest.fixture(scope="module")
def results(
    contenders: list[Contender], tunes: list[Tune], quick: bool, tables: list[str]
) -> dict[str, Result]:
    """One paired run of all contenders; its table is printed at the end."""
    for name, (module, _) in OTHERS.items():
        if name in {contender.name for contender in contenders}:
            import_module(module)
    rounds = 1 if quick else ROUNDS
    gc.collect()
    gc.freeze()  # or the garbage of one is looked for among the modules of another
    results = compare(contenders, rounds)
    gc.unfreeze()
    notes = [f"{name}: skipped, not installed" for name in OTHERS if name not in results]
    if "music21" in results:
        times = results[PLAYED].times(results["music21"])
        notes.append(f"musegen, read and played, is {times:.0f} times as fast as music21")
    kind = "real" if tunes[0].source else "invented"
    title = f"{len(tunes)} {kind} tunes in ABC, one core, {rounds} paired round{'s'[: rounds > 1]}"
    tables.append(table(title, results, BASELINE, notes, unit="tunes/s"))
    return results


@pytest.mark.parametrize(
    "name",
    [PLAYED, READ, *OTHERS],
    ids=["musegen", "musegen-read", "symusic", "music21"],
)
def test_reading(name: str, contenders: list[Contender], results: dict[str, Result], benchmark: Any) -> None:
    """One contender alone for pytest-benchmark's records, with the paired figures beside it."""
    if name not in results:
        lack("symusic and music21, which come with musegen[benchmark]")
    contender = next(each for each in contenders if each.name == name)
    result = results[name]
    benchmark.extra_info |= {
        "tunes": contender.tokens,
        "tunes_per_second": result.median,
        "times_each_paired_contender": {name: result.times(other) for name, other in results.items()},
    }
    benchmark.pedantic(contender.run, args=(contender.tokens,), rounds=3, warmup_rounds=1)


def _read_file(text: str) -> None:
    for tune in split_tunes(text, "tunes.abc"):
        NOTATION.parse(tune)


def _read_tune(text: str) -> None:
    NOTATION.parse(Tune(text, "abc"))


@pytest.mark.parametrize(
    ("what", "make", "read", "size"),
    [
        ("a file", long_file, _read_file, 10 * MEGABYTE),
        ("a line", long_line, _read_tune, MEGABYTE),
    ],
    ids=["file", "line"],
)
def test_time_in_proportion(
    what: str,
    make: Callable[[Sequence[Tune], int], str],
    read: Callable[[str], None],
    size: int,
    tunes: list[Tune],
    quick: bool,
    tables: list[str],
    benchmark: Any,
) -> None:
    """Ten times the text takes about ten times the time; both are timed in turns and shown."""
    size, turns = (size // 100, 1) if quick else (size, 3)
    whole, tenth = make(tunes, size), make(tunes, size // 10)
    times: dict[int, list[float]] = {len(whole): [], len(tenth): []}
    for _ in range(turns):
        for text in (tenth, whole):
            began = time.perf_counter()
            read(text)
            times[len(text)].append(time.perf_counter() - began)
    long, short = (statistics.median(times[len(text)]) for text in (whole, tenth))
    benchmark.extra_info |= {"seconds": long, "seconds_of_a_tenth": short}
    tables.append(
        f"{what} of {size / MEGABYTE:g} MB: {long:.2f} s, {len(whole) / long / MEGABYTE:.2f} MB/s; "
        f"a tenth of it: {short:.3f} s; {long / short:.1f} times as long"
    )
    benchmark.pedantic(partial(read, tenth), rounds=1)
