"""Times contenders in turns, so that a disturbance of the machine disturbs them all."""

from __future__ import annotations

import platform
import statistics
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import metadata
from importlib.util import find_spec
from pathlib import Path

SETTLE_S = 0.15
"""Seconds until the threads of the last contender have stopped spinning."""


@dataclass(frozen=True, slots=True)
class Contender:
    """Something that generates ``tokens`` tokens, or reads so many tunes, each time it is run."""

    name: str
    tokens: int
    run: Callable[[int], object]
    """Where it returns a float, that is the rate; else the clock tells."""

    def rate(self, seconds: float = 0.0) -> float:
        """Tokens per second, over one run or as many as fit into so many seconds."""
        tokens, spent = 0, 0.0
        while tokens == 0 or spent < seconds:
            began = time.perf_counter()
            rate = self.run(self.tokens)
            spent += self.tokens / rate if isinstance(rate, float) else time.perf_counter() - began
            tokens += self.tokens
        return tokens / spent


@dataclass(frozen=True, slots=True)
class Result:
    """Tokens (or tunes) per second of one contender, round by round."""

    rates: tuple[float, ...]

    @property
    def median(self) -> float:
        """Tokens per second."""
        return statistics.median(self.rates)

    @property
    def quartiles(self) -> tuple[float, float]:
        """Lower and upper quartile; both are the rate where there is a single round."""
        low, _, high = statistics.quantiles(self.rates, n=4) if self.rates[1:] else self.rates * 3
        return low, high

    def times(self, other: Result) -> float:
        """How many times as fast as ``other``: the median of the rounds' ratios."""
        return statistics.median(a / b for a, b in zip(self.rates, other.rates, strict=True))


def compare(contenders: list[Contender], rounds: int, seconds: float = 0.0) -> dict[str, Result]:
    """Each contender's rate in each round, after one round to warm up that does not count.

    One round alone says that they run: it is not warmed up to, and takes no pauses.
    """
    warm_up = int(rounds > 1)
    rates: dict[str, list[float]] = {contender.name: [] for contender in contenders}
    for _ in range(warm_up + rounds):
        for contender in contenders:
            rates[contender.name].append(contender.rate(seconds))
            time.sleep(SETTLE_S * warm_up)
    return {name: Result(tuple(each[warm_up:])) for name, each in rates.items()}


def table(
    title: str, results: Mapping[str, Result], baseline: str, notes: list[str], unit: str = "tokens/s"
) -> str:
    """A table of medians, quartiles and ratios to ``baseline`` (left out where it did not run)."""
    lines = [title, machine(), *notes, f"{'':34}{unit:>10}{'quartiles':>18}{'× ' + baseline:>24}"]
    for name, result in results.items():
        low, high = result.quartiles
        ratio = f"{result.times(results[baseline]):.1f}" if baseline in results else "-"
        lines.append(f"{name:34}{result.median:10,.0f}{f'{low:,.0f} - {high:,.0f}':>18}{ratio:>24}")
    return "\n".join(lines)


def absent(*modules: str) -> str:
    """A note that names those of the modules that are not installed; empty where all are."""
    return " and ".join(module for module in modules if find_spec(module) is None)


def machine() -> str:
    """CPU, system and the versions of what is compared."""
    cpu = platform.processor() or platform.machine()
    if (info := Path("/proc/cpuinfo")).exists():
        names = [line.partition(": ")[2] for line in info.read_text().splitlines() if "model name" in line]
        cpu = f"{len(names)} × {names[0]}" if names else cpu
    versions = [f"Python {platform.python_version()}"]
    for name in ("numpy", "keras", "tensorflow", "onnxruntime", "torch", "symusic", "music21"):
        try:
            versions.append(f"{name} {metadata.version(name)}")
        except metadata.PackageNotFoundError:
            versions.append(f"{name} not installed")
    return f"{cpu}; {platform.system()}; {', '.join(versions)}"
