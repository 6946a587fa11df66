"""The top of a run folder: what people look at, copied from the stages' results."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from musegen.canonical import JSON
from musegen.corpus.corpus import Corpus
from musegen.progress import Reporter
from musegen.protocols.models import EpochLoss
from musegen.run.results import Run
from musegen.run.stage_results import Finished
from musegen.storage import RunFolder


def publish(
    folder: RunFolder,
    finished: Mapping[str, Finished],
    pipeline: str,
    seed: int,
    corpora: Sequence[Mapping[str, JSON]],
    reporter: Reporter,
) -> Run:
    """Copy what people look at to the top of the folder, and write ``run.json``.

    ``corpora``: source and licence of what the tunes come from.
    """
    corpus, model, measured = (finished[stage].folder for stage in ("corpus", "model", "figures"))
    losses = json.loads((model / "losses.json").read_text())
    figures = json.loads((measured / "figures.json").read_text())
    files: dict[str, Path | bytes] = {
        "model.safetensors": model / "model.safetensors",
        "loss.csv": _loss_csv([EpochLoss(**row) for row in losses["losses"]]),
        **({"steps.csv": _steps_csv(losses["steps"])} if losses["steps"] else {}),
        "split.csv": _split_csv(Corpus.load(corpus)),
        "test.csv": measured / "test.csv",
    }
    if (measured / "loss.png").exists():
        files["loss.png"] = measured / "loss.png"
    else:
        reporter.say('loss.png is not drawn: it needs matplotlib; pip install "musegen[plot]"')
    sampled: dict[str, Any] = {"tunes": []}
    if "render" in finished:
        sampled, made = _tunes(finished["sample"].folder, finished["render"].folder)
        files |= made
    report = {
        "pipeline": pipeline,
        "seed": seed,
        "corpora": list(corpora),
        "stages": {
            name: {"key": done.key, "seconds": round(done.seconds, 3), "cached": done.cached}
            for name, done in finished.items()
        },
        "best_epoch": losses["best_epoch"],
        **figures,
        **sampled,
    }
    contents = {name: path if isinstance(path, bytes) else path.read_bytes() for name, path in files.items()}
    for name, kept in folder.publish(contents, report).items():
        reporter.say(f"{name} had been changed by hand; it is kept as {kept}")
    return Run.load(folder.path)


def _tunes(sample: Path, render: Path) -> tuple[dict[str, Any], dict[str, Path | bytes]]:
    """What ``run.json`` says of the new tunes, and their files."""
    sampled = json.loads((sample / "sample.json").read_text("utf-8"))
    failures = json.loads((render / "failures.json").read_text("utf-8"))
    files: dict[str, Path | bytes] = {}
    tunes = []
    for row in sampled["tunes"]:
        stem = f"{row['number']:03}"
        made = [path for stage in (sample, render) for path in sorted(stage.glob(f"{stem}.*"))]
        files |= {f"tunes/{path.name}": path for path in made}
        faults = [*row["faults"], *(f"render: {line}" for line in failures[stem])]
        tunes.append({**row, "faults": faults, "files": [f"tunes/{path.name}" for path in made]})
    files |= {f"tunes/{path.name}": path for path in _books(render)}
    return {**{name: sampled[name] for name in ("draws", "kept", "real_test_tunes")}, "tunes": tunes}, files


def _books(render: Path) -> list[Path]:
    """The files that hold all tunes: neither those of one tune nor the stage's own."""
    own = {"failures.json", "artifact.json"}
    return [
        path
        for path in sorted(render.iterdir())
        if path.name not in own and not path.name.partition(".")[0].isdecimal()
    ]


def _loss_csv(losses: Sequence[EpochLoss]) -> bytes:
    rows = [["epoch", "train", "validation"]]
    for loss in losses:
        validation = "" if loss.validation is None else repr(loss.validation)
        rows.append([str(loss.epoch), repr(loss.train), validation])
    return _csv(rows)


def _steps_csv(epochs: Sequence[Sequence[float]]) -> bytes:
    rows = [["step", "epoch", "train"]]
    for epoch, losses in enumerate(epochs, 1):
        rows += [[str(step), str(epoch), f"{loss:.6g}"] for step, loss in enumerate(losses, len(rows))]
    return _csv(rows)


def _split_csv(corpus: Corpus) -> bytes:
    rows = [["source", "title", "part", "group", "melody"]]
    columns = zip(corpus.tunes, corpus.parts, corpus.groups, corpus.melodies, strict=True)
    rows += [
        [tune.source, tune.title, part, corpus.tunes[group].source, melody]
        for tune, part, group, melody in columns
    ]
    return _csv(rows)


def _csv(rows: Sequence[Sequence[str]]) -> bytes:
    file = io.StringIO(newline="")
    csv.writer(file, lineterminator="\n").writerows(rows)
    return file.getvalue().encode()
