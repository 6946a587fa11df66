"""Makes the model that comes with musegen: ``python -m musegen.demo.make [FOLDER]``. Needs ``musegen[full]``.

It runs ``pipeline.toml`` next to this file in ``runs/demo``, and writes the model in int8, its losses and the
melodies of its training tunes to the given folder, by default ``demo-model``. The same versions on the same
kind of CPU give the same bytes. ``python -m musegen.demo.make --melodies [FOLDER]`` writes the melodies
alone, which takes half a minute and no training; they are the same on every machine.
"""

from __future__ import annotations

import json
import platform
import sys
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory

import musegen
from musegen.music.melody_library import MELODIES
from musegen.music.originality import MelodyIndex
from musegen.pipeline.plan import load_plan
from musegen.run.stages.corpus import CorpusStage
from musegen.run.stages.melodies import MelodiesStage
from musegen.storage import RunFolder

HERE = Path(__file__).parent
_FIGURES = ("validation_", "test_", "ngram_", "ngram_memory_")
_MOST_BYTES = 1_500_000
_MELODIES_ALONE = "--melodies"


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
    MelodyIndex.load(run.folder / MELODIES).windowed().save(folder / MELODIES)
    report = {
        "corpora": run.report["corpora"],
        "best_epoch": run.report["best_epoch"],
        **{name: value for name, value in run.report.items() if name.startswith(_FIGURES)},
        "made_with": {name: version(name) for name in ("musegen", "keras", "tensorflow", "numpy", "music21")},
        "python": platform.python_version(),
    }
    (folder / "losses.json").write_text(json.dumps(report, indent=1, ensure_ascii=False) + "\n")


def make_melodies(folder: Path) -> None:
    """Write the melodies of the training tunes to ``folder``, by windows, so that it holds no tune.

    Raises MusegenError. Nothing is transposed first: a melody is the same in every key.
    """
    with TemporaryDirectory() as temporary:
        overrides = [f"run.folder={temporary}/run", "prepare.transpose=false"]
        plan = load_plan(HERE / "pipeline.toml", overrides)
        storage, reporter = RunFolder(plan.folder), musegen.Console()
        corpus = CorpusStage(plan, storage)
        melodies = MelodiesStage(plan, storage, corpus)
        with storage.locked():
            corpus.bring(reporter)
            melodies.bring(reporter)
        folder.mkdir(parents=True, exist_ok=True)
        melodies.index.windowed().save(folder / MELODIES)


if __name__ == "__main__":
    named = [argument for argument in sys.argv[1:] if argument != _MELODIES_ALONE]
    task = make_melodies if _MELODIES_ALONE in sys.argv else make
    task(Path(*named[:1] or ["demo-model"]))
