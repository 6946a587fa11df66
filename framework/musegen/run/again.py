"""Rows of manifests as the draws that they describe, to draw them again."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from musegen.errors import ArtifactError, PluginError
from musegen.models.numbering import DRAWS, draw_place, draw_seed
from musegen.run.manifest import MANIFEST, Recipe, cell, read_manifest


@dataclass(frozen=True, slots=True)
class Drawn:
    """A tune that a manifest says how to draw."""

    place: str
    """The row: ``tunes.csv:17``."""
    run_seed: int
    """Seed of its run."""
    number: int
    """Number of its draw in the run, from 0."""
    recipe: Recipe
    folder: Path
    """Folder of the manifest, which the model's name is relative to."""


def read_drawn(place: str) -> Drawn:
    """The tune of a row, ``tunes.csv:17``, where 17 is the row's ``number``.

    In place of the manifest its folder may be named, or a Parquet file of tunes. Raises ArtifactError for a
    row that is not there, or does not say how to draw the tune.
    """
    name, _, number = place.rpartition(":")
    if not name or not number.isdecimal():
        raise ArtifactError(f"{place}: name a tune by its manifest and number, as in {MANIFEST}:17")
    path = Path(name) / MANIFEST if Path(name).is_dir() else Path(name)
    row = _row(path, str(int(number)))
    lacking = [column for column in ("seed", "model", "model_sha256", "options") if column not in row]
    if lacking:
        raise ArtifactError(f"{path}: has no column {lacking[0]}; name the {MANIFEST} of new tunes")
    seed = row["seed"]
    if not seed.isdecimal() or int(seed) >= draw_seed(0, DRAWS):
        raise ArtifactError(f'{place}: "{seed:.40}" is not the seed of a draw; was the table changed?')
    try:
        options = json.loads(row["options"])
        if not isinstance(options, dict):
            raise ValueError
    except (ValueError, RecursionError):
        raise ArtifactError(f"{place}: its options are not a JSON object; was the table changed?") from None
    recipe = Recipe(row["model"], row["model_sha256"], options)
    return Drawn(place, *draw_place(int(seed)), recipe, path.parent)


def _row(path: Path, number: str) -> Mapping[str, str]:
    if path.suffix == ".parquet":
        try:
            from musegen.run.parquet import read_row
        except ImportError as error:
            raise PluginError(f'{path}: needs {error.name}; pip install "musegen[cluster]"') from None
        found = read_row(path, int(number))
        if found is not None:
            return {name: cell(value) for name, value in found.items()}
    else:
        names, rows = read_manifest(path)
        for row in rows:
            cells = dict(zip(names, row, strict=False))
            if cells.get("number") == number:
                return cells
    raise ArtifactError(f"{path}: has no tune {number}")
