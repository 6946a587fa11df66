"""Invented tunes for tests, and pipelines over them."""

from __future__ import annotations

import random
from pathlib import Path

BEATS = ("{}{}{}", "{}{}{}", "{}2{}", "{}3")
NOTES = "CDEFGABcdef"


def _beat(rng: random.Random) -> str:
    shape = rng.choice(BEATS)
    return shape.format(*rng.choices(NOTES, k=shape.count("{}")))


def jig(number: int) -> str:
    """A jig of two repeated strains of four bars, and its title; the same number gives the same jig."""
    rng = random.Random(number)
    strains = []
    for _ in range(2):
        bars = [f"{_beat(rng)} {_beat(rng)}" for _ in range(3)]
        strains.append("|: " + " | ".join([*bars, "D3 D3"]) + " :|")
    key = rng.choice(["D", "G", "Em"])
    return (
        "\n".join([f"X:{number}", f"T:Jig No {number}", "R:jig", "M:6/8", "L:1/8", f"K:{key}", *strains])
        + "\n"
    )


def write_corpus(folder: Path, count: int = 30) -> Path:
    """A file of so many jigs."""
    path = folder / "jigs.abc"
    path.write_text("\n".join(jig(number) for number in range(1, count + 1)))
    return path


NGRAM_PIPELINE = """\
[run]
folder = "run"
seed = 3

[[corpus]]
use = "abc"
paths = ["jigs.abc"]

[tokenizer]
use = "char"

[model]
use = "ngram"

[sample]
tunes = 3
max_length = 600

[[render]]
use = "midi"

[[render]]
use = "wav"
"""


def write_pipeline(folder: Path, text: str = NGRAM_PIPELINE, count: int = 30) -> Path:
    """A pipeline file beside a corpus of its own."""
    folder.mkdir(parents=True, exist_ok=True)
    write_corpus(folder, count)
    path = folder / "pipeline.toml"
    path.write_text(text)
    return path
