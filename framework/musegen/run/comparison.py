"""Comparison of two runs: their losses on the test tunes that both held out, with confidence intervals."""

from __future__ import annotations

import csv
import io
import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from musegen.bounds import Bounds
from musegen.canonical import JSON
from musegen.corpus.split_file import SPLIT_FILE
from musegen.errors import ArtifactError
from musegen.inputs import read_file
from musegen.music.similarity import union_find
from musegen.run.stages.figures import TEST_TABLE
from musegen.storage import REPORT
from musegen.words import counted

MODEL = "model"
UNITS = {"nats_a_token": "nats a token", "bits_a_note": "bits a note"}
_RESAMPLED_AT_ONCE = 250
_Identity = tuple[str, str, int]
"""Identity of a tune: file, melody, and number of earlier tunes with both the same. Another spelling of the
text does not change it.

The file is without its folders: how many a name has depends on what else that run reads.
"""


@dataclass(frozen=True, slots=True)
class Difference:
    """The difference of two runs in one figure. Figures are losses: lower is better."""

    of: str
    """Model that the figure is of: ``model`` for the run's own, or the name of a baseline such as
    ``ngram``."""
    unit: str
    """Unit: ``nats_a_token`` for whole tunes, or ``bits_a_note`` for their bodies."""
    first: float
    """The first run's figure."""
    second: float
    """The second run's figure."""
    difference: float
    """First figure minus second. Below 0 the first run is better."""
    low: float | None
    """Lower end of the 95 % interval of the difference; None if all tunes are in one group."""
    high: float | None
    """Upper end of that interval; None if all tunes are in one group."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """The comparison of two runs on the test tunes that they share."""

    first: str
    """Folder of the first run."""
    second: str
    """Folder of the second run."""
    tunes: int
    """Number of test tunes that both runs hold out."""
    groups: int
    """Number of groups of near-duplicates among these tunes. Groups are the units that are resampled."""
    resamples: int
    """Number of random resamples that each interval is based on."""
    seed: int
    """Seed of the resamples."""
    differences: tuple[Difference, ...]
    """Differences in nats a token and bits a note, of the runs' models and of each baseline (a simple model
    to compare with) that both have."""
    warnings: tuple[str, ...]
    """One line for each circumstance that makes the comparison less fair than it looks."""

    def state(self) -> dict[str, JSON]:
        """The comparison as JSON, for ``musegen compare --json``."""
        return asdict(self)

    def __str__(self) -> str:
        rows = [("", "A", "B", "A - B", "95 % of A - B")]
        for each in self.differences:
            name = UNITS[each.unit] + ("" if each.of == MODEL else f", {each.of}")
            unknown = each.low is None or each.high is None
            interval = "one group only" if unknown else f"{each.low:+.4f} to {each.high:+.4f}"
            rows.append(
                (name, f"{each.first:.4f}", f"{each.second:.4f}", f"{each.difference:+.4f}", interval)
            )
        widths = [max(len(cell) for cell in column) for column in zip(*rows, strict=True)]
        table = [
            "  ".join(
                [row[0].ljust(widths[0])]
                + [cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True)]
            )
            for row in rows
        ]
        shared = f"{counted(self.tunes, 'test tune')} in {counted(self.groups, 'group')} of versions"
        meaning = "losses in nats and bits, measures of surprise: lower is better"
        return "\n".join(
            [f"A: {self.first}", f"B: {self.second}", f"held out by both: {shared}", meaning, *table]
        )


def compare(first: Path | str, second: Path | str, *, resamples: int = 10_000, seed: int = 0) -> Comparison:
    """The figures of two runs on the test tunes that both hold out, and the differences between them.

    The interval is a paired bootstrap over groups of near-duplicates (Efron & Tibshirani 1993, percentiles):
    each of ``resamples`` resamples draws as many groups as there are, with replacement and the same for both
    runs, and divides total nats by total tokens or notes. Raises ArtifactError for a folder that is not a
    run, for a run of an older version without figures of single tunes, and for runs without a common test
    tune.
    """
    one, two = _Held.load(Path(first)), _Held.load(Path(second))
    common = [identity for identity in one.tests if identity in two.tests]
    if not common:
        raise ArtifactError(
            f"{one.folder} and {two.folder}: have no test tune in common; "
            "run both on the same corpus with the same [split]"
        )
    groups = _joined(common, one, two)
    names = [
        (of, unit) for of in [MODEL, *(line for line in one.lines if line in two.lines)] for unit in UNITS
    ]
    sums = np.array(
        [[_sums(held, of, unit, group) for of, unit in names for held in (one, two)] for group in groups]
    ).reshape(len(groups), len(names), 4)
    drawn = _resampled(sums, resamples, seed)
    differences = [
        found
        for number, name in enumerate(names)
        if (found := _difference(*name, sums[:, number], drawn[:, number]))
    ]
    return Comparison(
        str(first),
        str(second),
        len(common),
        len(groups),
        resamples,
        seed,
        tuple(differences),
        tuple(_warnings(one, two, common)),
    )


@dataclass(frozen=True)
class _Held:
    """The tunes of a run folder: figures of the test tunes, and the part of each tune."""

    folder: Path
    tests: Mapping[_Identity, Mapping[str, str]]
    parts: Mapping[_Identity, str]
    sources: int
    """Number of different sources: fewer than tunes in runs of versions that could not tell them apart."""
    lines: tuple[str, ...]

    @classmethod
    def load(cls, folder: Path) -> _Held:
        if not (folder / REPORT).is_file():
            raise ArtifactError(f"{folder}: holds no finished run; `musegen run` makes one")
        rows = _table(folder / TEST_TABLE, ("source", "melody", "group", "tokens", "notes"))
        parts = _identified(_table(folder / SPLIT_FILE, ("source", "melody", "part")))
        # Both files have the tunes in the same order, but only the split tells equal melodies apart.
        tested = [key for key, row in parts.items() if row["part"] == "test"]
        if [(row["source"], row["melody"]) for row in rows] != [
            (parts[key]["source"], parts[key]["melody"]) for key in tested
        ]:
            raise ArtifactError(
                f"{folder}: {TEST_TABLE} and {SPLIT_FILE} differ; `musegen run` makes them again"
            )
        tests = dict(zip(tested, rows, strict=True))
        lines = [name.removesuffix("_nats") for name in next(iter(rows), {}) if _is_line(name)]
        sources = len({row["source"] for row in parts.values()})
        held = cls(folder, tests, {key: row["part"] for key, row in parts.items()}, sources, tuple(lines))
        for row in tests.values():
            held.check(row)
        return held

    def check(self, row: Mapping[str, str]) -> None:
        """Raises ArtifactError for a row whose figures are not numbers that a loss can have."""
        names = ["tokens", "notes", *(column for line in (MODEL, *self.lines) for column in _columns(line))]
        try:
            good = all(0 <= float(row[name]) < math.inf for name in names) and float(row["tokens"]) > 0
        except (KeyError, ValueError, TypeError):
            good = False
        if not good:
            raise ArtifactError(f"{self.folder / TEST_TABLE}: is damaged; `musegen run` makes it again")


def _is_line(column: str) -> bool:
    return column.endswith("_nats") and not column.endswith("body_nats")


def _columns(of: str) -> tuple[str, str]:
    """The names of the columns with all nats, and with those of the body."""
    return ("nats", "body_nats") if of == MODEL else (f"{of}_nats", f"{of}_body_nats")


def _table(file: Path, needed: Iterable[str]) -> list[dict[str, str]]:
    try:
        text = read_file(file, Bounds.RUN_FILE).decode("utf-8")
        reader = csv.DictReader(io.StringIO(text, newline=""))
        missing = set(needed) - set(reader.fieldnames or ())
        rows = [] if missing else list(reader)
    except FileNotFoundError:
        missing = set(needed)
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        cause = error.strerror if isinstance(error, OSError) else "it is not a table"
        raise ArtifactError(f"{file}: cannot be read ({cause}); `musegen run` makes it again") from None
    if missing:
        raise ArtifactError(
            f"{file.parent}: is a run of an older version, without figures of single tunes; "
            "`musegen run` brings it up to date"
        )
    return rows


def _identified(rows: Iterable[dict[str, str]]) -> dict[_Identity, dict[str, str]]:
    """The rows by the identity of their tunes, in their order."""
    seen: Counter[tuple[str, str]] = Counter()
    found = {}
    for row in rows:
        source = (row["source"] or "").rpartition("/")[2]
        key = re.sub(r":\d+$", "", source), row["melody"] or ""
        found[(*key, seen[key])] = row
        seen[key] += 1
    return found


def _joined(common: Sequence[_Identity], one: _Held, two: _Held) -> list[list[_Identity]]:
    """The tunes in groups. Two tunes are in one group if either run has them in one."""
    firsts: dict[tuple[int, str], int] = {}
    pairs = [
        (firsts.setdefault((which, held.tests[identity]["group"]), i), i)
        for i, identity in enumerate(common)
        for which, held in enumerate((one, two))
    ]
    groups: dict[int, list[_Identity]] = {}
    for identity, group in zip(common, union_find(len(common), pairs), strict=True):
        groups.setdefault(group, []).append(identity)
    return list(groups.values())


def _sums(held: _Held, of: str, unit: str, group: Sequence[_Identity]) -> tuple[float, float]:
    """The total nats or bits of a group, and its number of tokens or notes."""
    whole, body = _columns(of)
    rows = [held.tests[identity] for identity in group]
    if unit == "nats_a_token":
        return sum(float(row[whole]) for row in rows), sum(float(row["tokens"]) for row in rows)
    rows = [row for row in rows if float(row["notes"])]
    return sum(float(row[body]) for row in rows) / math.log(2), sum(float(row["notes"]) for row in rows)


def _resampled(sums: NDArray[np.float64], resamples: int, seed: int) -> NDArray[np.float64]:
    """float64 (resamples, ...): ``sums`` (G, ...) added up over G groups drawn with replacement."""
    rng = np.random.default_rng(seed)
    count = len(sums)
    drawn = []
    for at in range(0, resamples, _RESAMPLED_AT_ONCE):
        rows = min(resamples - at, _RESAMPLED_AT_ONCE)
        drawn.append(rng.multinomial(count, np.full(count, 1 / count), rows) @ sums.reshape(count, -1))
    return np.concatenate(drawn).reshape(resamples, *sums.shape[1:])


def _difference(
    of: str, unit: str, sums: NDArray[np.float64], drawn: NDArray[np.float64]
) -> Difference | None:
    """The difference in one figure; None if there are no tokens or notes to divide by.

    ``sums``: float64 (G, 4), total and count of the first run and of the second run for each group.
    ``drawn``: float64 (resamples, 4), the same for each resample.
    """
    totals = sums.sum(axis=0)
    if not totals[1] or not totals[3]:
        return None
    first, second = totals[0] / totals[1], totals[2] / totals[3]
    low = high = None
    if len(sums) > 1:
        drawn = drawn[(drawn[:, 1] > 0) & (drawn[:, 3] > 0)]
        low, high = (
            float(bound)
            for bound in np.percentile(drawn[:, 0] / drawn[:, 1] - drawn[:, 2] / drawn[:, 3], (2.5, 97.5))
        )
    return Difference(of, unit, float(first), float(second), float(first - second), low, high)


def _warnings(one: _Held, two: _Held, common: Sequence[_Identity]) -> Iterable[str]:
    for held, other in ((one, two), (two, one)):
        if shared := len(held.parts) - held.sources:
            yield (
                f"tunes of {held.folder} share their source ({shared} with one before), so that groups may "
                "be counted as one; `musegen run` tells them apart"
            )
        known = sum(other.parts.get(identity) in ("train", "validation") for identity in held.tests)
        if known:
            yield (
                f"{known} of {counted(len(held.tests), 'test tune')} of {held.folder}: learned from or "
                f"chosen by in {other.folder}, which may know versions of the others too; "
                "give both one [split] file"
            )
    if any(one.tests[identity]["tokens"] != two.tests[identity]["tokens"] for identity in common):
        yield "the runs write the same tunes with different tokens: only bits a note can be compared"
