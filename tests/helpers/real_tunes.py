"""The real tunes at hand: the Nottingham files, and collections that installed packages bring along."""

from __future__ import annotations

import os
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

from musegen import Tune
from musegen_abc.reader import AbcReader

NOTTINGHAM = Path(
    os.environ.get("MUSEGEN_NOTTINGHAM", Path(__file__).parents[3] / "shared" / "data" / "nottingham")
)
"""The folder of the cleaned files, with those as they were in ``original``."""


def collections(*names: str) -> Iterator[tuple[str, list[Tune]]]:
    """Name and tunes of each collection at hand, or of those that are named. No package is imported."""
    music21 = _package("music21") / "corpus"
    folders = {
        "Nottingham, cleaned": NOTTINGHAM,
        "Nottingham, original": NOTTINGHAM / "original",
        "irish.abc": _package("mitdeeplearning") / "data",
        **{name: music21 / name for name in ("ryansMammoth", "oneills1850", "airdsAirs")},
    }
    for name, folder in folders.items():
        if folder.is_dir() and (not names or name in names):
            yield name, list(AbcReader([str(folder / "*.abc")]).read(lambda _: None))


def _package(name: str) -> Path:
    """The folder of an installed package; for another, one that is not there."""
    spec = find_spec(name)
    places = (spec.submodule_search_locations if spec else None) or [f"{name} is not installed"]
    return Path(places[0])
