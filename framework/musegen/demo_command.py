"""``musegen demo``: tunes from the model that comes with musegen."""

from __future__ import annotations

import argparse
from importlib.resources import as_file, files
from pathlib import Path

from musegen.api import sample
from musegen.console import Console
from musegen.errors import ArtifactError
from musegen.results import NewTune

TUNES = 3


def demo_model() -> Path:
    """The model that comes with musegen. Raises ArtifactError where it was left out."""
    with as_file(files("musegen") / "demo" / "model.safetensors") as path:
        if not path.is_file():
            raise ArtifactError(f"{path}: musegen's own model is not here; install musegen anew")
        return path


def run_demo(options: argparse.Namespace) -> int:
    """Write, render and name the tunes."""
    tunes = sample(
        demo_model(),
        options.output,
        seed=options.seed,
        tunes=TUNES,
        rhythm="reel",
        temperature=0.7,
        top_p=0.9,
        renderers=("midi", "wav"),
        reporter=Console(),
    )
    for tune in tunes:
        print(_line(tune))
    return 0


def _line(tune: NewTune) -> str:
    return f"{tune.files['.wav']}  {tune.title}" if ".wav" in tune.files else str(tune.files[".abc"])
