"""How fast ABC is read and played out, against what people use, and in proportion to its length.

Figures are shown, not asserted. The tunes are the Nottingham files (``MUSEGEN_NOTTINGHAM``, or beside the
project), else invented jigs.
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
from importlib.util import find_spec
from itertools import cycle
from typing import Any

import pytest

from helpers.invented import jig
from helpers.real_tunes import NOTTINGHAM, collections
from musegen import Tune, perform
from musegen_abc.notation import AbcNotation
from musegen_abc.reader import split_tunes
from paired import Contender, Result, compare, table

ROUNDS = 9
NOTATION = AbcNotation()
BASELINE = "symusic (abc2midi)"
OTHERS = {BASELINE: ("symusic", 60), "music21": ("music21", 4)}
"""Name -> module, and how many tunes it reads in a round."""
MEGABYTE = 1_000_000


@pytest.fixture(scope="module")
def tunes() -> list[Tune]:
    """The cleaned Nottingham tunes, else as many invented ones."""
    for name, tunes in collections() if NOTTINGHAM.is_dir() else ():
        if name == "Nottingham, cleaned":
            return tunes
    return [Tune(jig(number)) for number in range(884)]


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
    """Takes other tunes each time, so that none is timed by a few alone."""

    def __init__(self, tunes: Sequence[Tune], read: Callable[[Sequence[Tune]], None]) -> None:
        self._tunes, self._read, self._at = tunes, read, 0

    def __call__(self, count: int) -> None:
        taken = [self._tunes[(self._at + i * 37) % len(self._tunes)] for i in range(count)]
        self._at += count * 37
        self._read(taken)


@pytest.fixture(scope="module")
def contenders(tunes: list[Tune]) -> list[Contender]:
    """Those that are installed."""
    ours = [
        Contender("musegen, read and played", 400, _InTurn(tunes, _musegen)),
        Contender("musegen, read", 400, _InTurn(tunes, _musegen_parse)),
    ]
    readers = {BASELINE: _symusic, "music21": _music21}
    return ours + [
        Contender(name, count, _InTurn(tunes, readers[name]))
        for name, (module, count) in OTHERS.items()
        if find_spec(module)
    ]


@pytest.fixture(scope="module")
def results(contenders: list[Contender], tunes: list[Tune], tables: list[str]) -> dict[str, Result]:
    """One paired run of all contenders; its table is printed at the end."""
    for name, (module, _) in OTHERS.items():
        if name in {contender.name for contender in contenders}:
            import_module(module)
    gc.collect()
    gc.freeze()  # or the garbage of one is looked for among the modules of another
    results = compare(contenders, ROUNDS)
    gc.unfreeze()
    notes = [f"{name}: skipped, not installed" for name in OTHERS if name not in results]
    if "music21" in results:
        times = results[contenders[0].name].times(results["music21"])
        notes.append(f"musegen, read and played, is {times:.0f} times as fast as music21")
    title = f"{len(tunes)} tunes in ABC, one core, {ROUNDS} paired rounds"
    tables.append(table(title, results, BASELINE, notes, unit="tunes/s"))
    return results


@pytest.mark.parametrize("number", range(4), ids=["musegen", "musegen-read", "symusic", "music21"])
def test_reading(
    number: int, contenders: list[Contender], results: dict[str, Result], benchmark: Any
) -> None:
    """One contender alone for pytest-benchmark's records, with the paired figures beside it."""
    if number >= len(contenders):
        pytest.skip("symusic and music21 come with musegen[benchmark]")
    contender = contenders[number]
    result = results[contender.name]
    benchmark.extra_info |= {
        "tunes": contender.tokens,
        "tunes_per_second": result.median,
        "times_each_paired_contender": {name: result.times(other) for name, other in results.items()},
    }
    benchmark.pedantic(contender.run, args=(contender.tokens,), rounds=3, warmup_rounds=1)


def _file(tunes: Sequence[Tune], size: int) -> str:
    """A file of ``size`` characters or a few more: the tunes again and again."""
    texts: list[str] = []
    written = 0
    for tune in cycle(tunes):
        if written >= size:
            return "\n".join(texts)
        texts.append(tune.text)
        written += len(tune.text) + 1
    return ""


def _line(tunes: Sequence[Tune], size: int) -> str:
    """A tune whose body is one line of about ``size`` characters: all music of the tunes."""
    lines = [line for tune in tunes for line in tune.text.split("\n") if line[1:2] != ":" and "%" not in line]
    music = " ".join(lines).replace("\\", "")
    return f"X:1\nK:D\n{(music * (size // len(music) + 1))[:size]}\n"


def _read_file(text: str) -> None:
    for tune in split_tunes(text, "tunes.abc"):
        NOTATION.parse(tune)


def _read_tune(text: str) -> None:
    NOTATION.parse(Tune(text))


@pytest.mark.parametrize(
    ("what", "make", "read", "size"),
    [
        ("a file of 10 MB", _file, _read_file, 10 * MEGABYTE),
        ("a line of 1 MB", _line, _read_tune, MEGABYTE),
    ],
    ids=["file", "line"],
)
def test_time_in_proportion(
    what: str,
    make: Callable[[Sequence[Tune], int], str],
    read: Callable[[str], None],
    size: int,
    tunes: list[Tune],
    tables: list[str],
    benchmark: Any,
) -> None:
    """Ten times the text takes about ten times the time; both are shown, in turns."""
    whole, tenth = make(tunes, size), make(tunes, size // 10)
    times: dict[int, list[float]] = {len(whole): [], len(tenth): []}
    for _ in range(3):
        for text in (tenth, whole):
            began = time.perf_counter()
            read(text)
            times[len(text)].append(time.perf_counter() - began)
    long, short = (statistics.median(times[len(text)]) for text in (whole, tenth))
    benchmark.extra_info |= {"seconds": long, "seconds_of_a_tenth": short}
    tables.append(
        f"{what}: {long:.2f} s, {len(whole) / long / MEGABYTE:.2f} MB/s; "
        f"a tenth of it: {short:.3f} s; {long / short:.1f} times as long"
    )
    benchmark.pedantic(partial(read, tenth), rounds=1)
