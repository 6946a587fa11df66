"""Makes the model that comes with musegen: ``python -m musegen.demo.make [FOLDER]``. Needs ``musegen[full]``.

It runs ``pipeline.toml`` next to this file in ``runs/demo``, and writes the model in int8 and its losses to
the given folder, by default ``demo-model``. The same versions on the same kind of CPU give the same bytes.
"""

from __future__ import annotations

import json
import platform
import sys
from importlib.metadata import version
from pathlib import Path

import musegen

HERE = Path(__file__).parent
_FIGURES = ("validation_", "test_", "ngram_", "ngram_memory_")
_MOST_BYTES = 1_500_000


def make(folder: Path) -> None:
    """Train the model and write it with its losses to ``folder``.

    Raises MusegenError, for instance if the model is too large to come with musegen.
    """
    run = musegen.load(HERE / "pipeline.toml", [f"run.folder={Path('runs/demo').resolve()}"]).train()
    folder.mkdir(parents=True, exist_ok=True)
    model = folder / "model.safetensors"
    size = musegen.export(run.folder / "model.safetensors", model, "int8", force=True).size
    if size > _MOST_BYTES:
        raise musegen.MusegenError(
            f"{model}: has {musegen.counted(size, 'byte')}; at most {_MOST_BYTES:,} can come with musegen"
        )
    report = {
        "corpora": run.report["corpora"],
        "best_epoch": run.report["best_epoch"],
        **{name: value for name, value in run.report.items() if name.startswith(_FIGURES)},
        "made_with": {name: version(name) for name in ("musegen", "keras", "tensorflow", "numpy", "music21")},
        "python": platform.python_version(),
    }
    (folder / "losses.json").write_text(json.dumps(report, indent=1, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    make(Path(*sys.argv[1:2] or ["demo-model"]))
