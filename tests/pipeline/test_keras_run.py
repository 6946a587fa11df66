"""The main job with a real, tiny training: it survives being killed."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

import musegen
from helpers.invented import NGRAM_PIPELINE, write_pipeline
from musegen_sampling import LSTMWeights

TINY = NGRAM_PIPELINE.replace(
    'use = "ngram"',
    """use = "keras-lstm"
embedding = 8
units = [16, 16]
epochs = 6
place = true
batch = 8
sequence = 64
patience = 0""",
).replace("tunes = 3", "tunes = 2\nattempts = 1")


def start(file: Path) -> subprocess.Popen[str]:
    """A run in a process of its own."""
    return subprocess.Popen(
        [sys.executable, "-m", "musegen", "run", str(file)],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The run folder of an undisturbed run."""
    file = write_pipeline(tmp_path_factory.mktemp("undisturbed"), TINY)
    process = start(file)
    said, _ = process.communicate(timeout=600)
    assert process.returncode == 0, said
    return file.parent / "run"


def test_a_tiny_training_gives_tunes_and_figures(finished: Path) -> None:
    """Losses of every epoch, and figures that the saved model itself gives."""
    run = musegen.Run.load(finished)
    assert [loss.epoch for loss in run.losses] == [1, 2, 3, 4, 5, 6]
    assert run.losses[-1].train < run.losses[0].train
    assert (finished / "loss.png").read_bytes().startswith(b"\x89PNG")
    best = run.losses[run.report["best_epoch"] - 1].validation
    assert best == min(loss.validation for loss in run.losses if loss.validation is not None)
    assert run.report["validation_nats"] == pytest.approx(best, abs=1e-3)
    assert len(run.tunes) == 2


def test_killed_training_resumes_to_the_same_bytes(finished: Path, tmp_path: Path) -> None:
    """kill -9 after an epoch was saved: the same command says so, and ends with equal weights."""
    file = write_pipeline(tmp_path, TINY)
    process = start(file)
    partial = file.parent / "run" / "stages" / ".partial"
    deadline = time.monotonic() + 300
    while not list(partial.glob("model-*/checkpoints/training.safetensors")) and time.monotonic() < deadline:
        time.sleep(0.02)
    process.kill()
    process.wait(timeout=60)
    assert not list((file.parent / "run" / "stages").glob("model-*"))
    resumed = start(file)
    said, _ = resumed.communicate(timeout=600)
    assert resumed.returncode == 0, said
    assert "resuming after epoch" in said
    for name in ("model.safetensors", "loss.csv", "tunes/001.abc"):
        assert (file.parent / "run" / name).read_bytes() == (finished / name).read_bytes(), name


def test_precision_is_found_once_and_kept(finished: Path, tmp_path: Path) -> None:
    """The model file says what each precision loses; another may be asked for; all write valid files."""
    weights = LSTMWeights.load(finished / "model.safetensors")
    assert weights.losses is not None
    assert set(weights.losses) == {"fp32", "bf16", "int8"}
    assert weights.losses["fp32"] == pytest.approx(musegen.Run.load(finished).report["validation_nats"])
    for precision in ("auto", "fp32", "bf16", "int8"):
        out = tmp_path / precision
        line = [
            sys.executable,
            "-m",
            "musegen",
            "sample",
            str(finished / "model.safetensors"),
            "-n",
            "1",
            "-q",
        ]
        line += ["--precision", precision, "--keep", "all", "--to", "midi", "-o", str(out)]
        subprocess.run(line, check=True, timeout=120)
        assert (out / "001.abc").exists()


def test_export(finished: Path, tmp_path: Path) -> None:
    """A smaller file that samples the same tunes; a file in the way stays; nonsense is said in a line."""
    model, small = finished / "model.safetensors", tmp_path / "small.safetensors"
    made = musegen.export(model, small)
    assert made == musegen.Exported(small, small.stat().st_size, model.stat().st_size)
    assert small.stat().st_size < 0.8 * model.stat().st_size  # most of so tiny a model is header and tables
    drawn = [musegen.sample(file, tmp_path / file.stem, tunes=2, keep="all") for file in (model, small)]
    if LSTMWeights.load(model).precision == "int8":
        assert [tune.text for tune in drawn[0]] == [tune.text for tune in drawn[1]]
    before = small.read_bytes()
    for arguments, message in (
        (["-o", str(small)], "exists; name another file or add --force"),
        (
            ["-o", str(tmp_path / "m"), "--store", "int4"],
            "stored as int4; choose one of: fp32, int8",
        ),
    ):
        line = [sys.executable, "-m", "musegen", "export", str(model), *arguments]
        done = subprocess.run(line, check=False, capture_output=True, text=True, timeout=120)
        assert done.returncode == 2
        assert message in done.stderr
        assert done.stderr.count("\n") == 1
    assert small.read_bytes() == before
    with pytest.raises(musegen.MusegenError, match="cannot become fp32"):
        musegen.export(small, tmp_path / "big", "fp32")


def test_saved_figures_do_not_need_tensorflow(finished: Path, tmp_path: Path) -> None:
    """Sampling from the trained model imports none of it."""
    code = (
        "import sys, musegen\n"
        f"musegen.sample({str(finished / 'model.safetensors')!r}, {str(tmp_path)!r}, tunes=1, attempts=1)\n"
        "assert not {'tensorflow', 'keras'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=120)
    assert np.isfinite(musegen.Run.load(finished).report["test_nats"])
