"""Where a training stands, in one file."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from helpers.training_jobs import dataset
from musegen import EpochLoss
from musegen_keras.checkpoint import Checkpoint, fingerprint, latest, previous

STATE = Checkpoint(
    (np.arange(6, dtype=np.float32).reshape(2, 3), np.array([0.1], np.float32)),
    (np.array(7), np.array(0.3, np.float32), np.zeros((2, 3), np.float32)),
    (np.full((2, 4), 0.5, np.float32),),
    (np.ones((2, 3), np.float32), np.array([1 / 3], np.float32)),
    1,
    (EpochLoss(1, 1 / 3, None), EpochLoss(2, 0.1, 2.5)),
    batch=3,
    nats=1 / 7,
    tokens=11,
    steps=(np.array([0.4, 0.3], np.float32), np.array([0.2], np.float32)),
)


def test_what_is_saved_is_loaded_bit_for_bit(tmp_path: Path) -> None:
    """Scalars, dtypes and losses included; no other file is left."""
    STATE.save(tmp_path / "state", "job")
    loaded = Checkpoint.load(tmp_path / "state", "job")
    assert loaded.like(STATE)
    for part in ("weights", "optimizer", "best"):
        for one, other in zip(getattr(loaded, part), getattr(STATE, part), strict=True):
            assert one.tobytes() == other.tobytes()
    assert (loaded.losses, loaded.best_epoch, loaded.epoch) == (STATE.losses, 1, 2)
    assert [path.name for path in tmp_path.iterdir()] == ["state"]


def test_a_damaged_file_is_refused(tmp_path: Path) -> None:
    """Cut anywhere, empty, of another job."""
    path = tmp_path / "state"
    STATE.save(path, "job")
    with pytest.raises(ValueError, match="another training"):
        Checkpoint.load(path, "other")
    whole = path.read_bytes()
    for length in (0, 4, 8, 50, len(whole) // 2, len(whole) - 1):
        path.write_bytes(whole[:length])
        with pytest.raises(ValueError, match=r"\w"):
            Checkpoint.load(path, "job")


def test_the_file_before_stays_until_the_new_one_is_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As on a disk that is full."""
    path = tmp_path / "state"
    STATE.save(path, "job")

    def fail(*arguments: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", fail)
    with pytest.raises(OSError, match="No space"):
        replace(STATE, best_epoch=2).save(path, "job")
    assert Checkpoint.load(path, "job").best_epoch == 1
    assert [file.name for file in tmp_path.iterdir()] == ["state"]


def test_the_last_good_one_is_never_written_over(tmp_path: Path) -> None:
    """After one that was cut short the next save keeps the one that was taken instead."""
    path = tmp_path / "state"
    for number in (1, 2):
        replace(STATE, best_epoch=number).save(path, "job")
    path.write_bytes(path.read_bytes()[:100])
    lines = list[str]()
    good = latest(path, "job", STATE, lines.append)
    assert good.best_epoch == 1
    assert len(lines) == 1
    replace(good, best_epoch=3).save(path, "job")
    assert Checkpoint.load(previous(path), "job").best_epoch == 1
    path.unlink()  # as a kill between the two renames of a save
    assert latest(path, "job", STATE, lines.append).best_epoch == 1
    assert Checkpoint.load(path, "job").best_epoch == 1


def test_other_shapes_are_not_alike() -> None:
    """So that they are never assigned."""
    assert not STATE.like(replace(STATE, weights=STATE.weights[:1]))
    assert not STATE.like(replace(STATE, best=(STATE.best[0].T, STATE.best[1])))


def test_a_fingerprint_tells_trainings_apart() -> None:
    """By options, seed and tunes."""
    tunes = dataset()
    same = fingerprint("{}", 1, tunes)
    assert same == fingerprint("{}", 1, replace(tunes))
    others = [
        fingerprint("{1}", 1, tunes),
        fingerprint("{}", 2, tunes),
        fingerprint("{}", 1, replace(tunes, train=tunes.train[1:])),
        fingerprint("{}", 1, replace(tunes, validation=())),
    ]
    assert len({same, *others}) == 5
