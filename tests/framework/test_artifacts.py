"""Results in a run folder are whole or absent, and people's files are safe."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

import musegen
from musegen import ArtifactError
from musegen.canonical import content_key
from musegen.storage import RunFolder
from musegen.writing import all_or_none, os_errors_explained, sweep, written_whole


def made(folder: RunFolder, text: str = "result") -> Path:
    """A result of one file."""
    return folder.make("model", "k", {}, lambda path: (path / "file").write_text(text) and None)


def test_a_result_is_found_again(tmp_path: Path) -> None:
    """It is there after it was made, under its stage and key only."""
    folder = RunFolder(tmp_path / "run")
    assert not folder.has("model", "k")
    assert made(folder) == folder.folder("model", "k")
    assert folder.has("model", "k")
    assert not folder.has("model", "other")


def test_an_interrupted_build_leaves_no_result(tmp_path: Path) -> None:
    """What it wrote waits for the next try, which finds it."""
    folder = RunFolder(tmp_path / "run")

    def interrupted(path: Path) -> None:
        (path / "checkpoint").write_text("epoch 1")
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        folder.make("model", "k", {}, interrupted)
    assert not folder.has("model", "k")
    seen = []
    folder.make("model", "k", {}, lambda path: seen.append((path / "checkpoint").read_text()))
    assert seen == ["epoch 1"]


def test_checkpoints_stay_until_the_result_is_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A kill after the work and before the last rename costs nothing; no result has them."""
    folder = RunFolder(tmp_path / "run")
    found = list[bool]()

    def build(path: Path) -> None:
        found.append((path / "checkpoints" / "last").exists())
        (path / "checkpoints").mkdir(exist_ok=True)
        (path / "checkpoints" / "last").write_text("epoch 9")
        (path / "file").write_text("result")

    with monkeypatch.context() as patch:
        patch.setattr(Path, "rename", lambda *paths: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            folder.make("model", "k", {}, build)
    result = folder.make("model", "k", {}, build)
    assert found == [False, True]
    assert folder.has("model", "k")
    assert sorted(path.name for path in result.iterdir()) == ["artifact.json", "file"]
    (result / "checkpoints").mkdir()  # as after a kill behind the rename
    with folder.locked():
        assert not (result / "checkpoints").exists()


@pytest.mark.parametrize("damage", ["change", "delete", "marker"])
def test_a_damaged_result_counts_as_none(tmp_path: Path, damage: str) -> None:
    """A file that changed, is gone, or a marker that cannot be read; making it again mends it."""
    folder = RunFolder(tmp_path / "run")
    result = made(folder)
    if damage == "change":
        (result / "file").write_text("resul")
    elif damage == "delete":
        (result / "file").unlink()
    else:
        (result / "artifact.json").write_text("{")
    assert not folder.has("model", "k")
    made(folder)
    assert folder.has("model", "k")


def test_two_runs_exclude_each_other(tmp_path: Path) -> None:
    """The second is refused at once, the next one after the first is not."""
    folder = RunFolder(tmp_path / "run")
    second = RunFolder(tmp_path / "run").locked()
    with folder.locked(), pytest.raises(ArtifactError, match="another run is at work"), second:
        pytest.fail("both hold the folder")
    with folder.locked():
        pass


def test_published_files_follow_the_result(tmp_path: Path) -> None:
    """New content replaces the old, files that are no more are taken away, others stay."""
    folder = RunFolder(tmp_path)
    folder.publish({"tunes/1.abc": b"a", "tunes/2.abc": b"b"}, {})
    (tmp_path / "tunes" / "mine.abc").write_text("mine")
    assert folder.publish({"tunes/1.abc": b"c"}, {}) == {}
    assert (tmp_path / "tunes" / "1.abc").read_bytes() == b"c"
    assert not (tmp_path / "tunes" / "2.abc").exists()
    assert (tmp_path / "tunes" / "mine.abc").read_text() == "mine"


def test_a_file_changed_by_hand_is_kept(tmp_path: Path) -> None:
    """Under another name, as often as it is changed; both names are returned."""
    folder = RunFolder(tmp_path)
    folder.publish({"1.abc": b"a"}, {})
    (tmp_path / "1.abc").write_bytes(b"better")
    assert folder.publish({"1.abc": b"b"}, {}) == {"1.abc": "1.abc.yours"}
    assert (tmp_path / "1.abc").read_bytes() == b"b"
    (tmp_path / "1.abc").write_bytes(b"best")
    assert folder.publish({"1.abc": b"c"}, {}) == {"1.abc": "1.abc.yours.2"}
    assert (tmp_path / "1.abc.yours").read_bytes() == b"better"
    assert (tmp_path / "1.abc.yours.2").read_bytes() == b"best"


def test_a_folder_is_filled_whole_or_not_at_all(tmp_path: Path) -> None:
    """Where one file would replace another content none comes in; the same content may."""
    (tmp_path / "b").write_text("mine")

    def fill(force: bool = False) -> None:
        with all_or_none(tmp_path, "choose another folder", force=force) as made:
            for name in "ab":
                (made / name).write_text("new")

    with pytest.raises(ArtifactError, match="b: exists with other content; choose another folder"):
        fill()
    assert [path.name for path in tmp_path.iterdir()] == ["b"]
    assert (tmp_path / "b").read_text() == "mine"
    fill(force=True)
    fill()
    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == {"a": "new", "b": "new"}


def test_unfinished_work_without_checkpoints_is_swept_away(tmp_path: Path) -> None:
    """It can be made again at once, and nobody needs to hear of it."""
    folder = RunFolder(tmp_path / "run")
    for name in ("corpus-1", "model-1/checkpoints"):
        (tmp_path / "run" / "stages" / ".partial" / name).mkdir(parents=True)
    (tmp_path / "run" / "stages" / ".partial" / "model-1" / "checkpoints" / "last").touch()
    with folder.locked():
        assert [path.name for path in (tmp_path / "run" / "stages" / ".partial").iterdir()] == ["model-1"]


def test_a_report_cannot_reach_out_of_the_folder(tmp_path: Path) -> None:
    """A run.json that names a file elsewhere does not get it deleted."""
    (tmp_path / "mine").write_text("mine")
    run = tmp_path / "run"
    run.mkdir()
    (run / "run.json").write_text('{"files": {"../mine": "x", "/etc/hostname": "x"}}')
    RunFolder(run).publish({}, {})
    assert (tmp_path / "mine").read_text() == "mine"


def test_keys_depend_on_content_alone() -> None:
    """Not on the order of keys; a changed value changes the key."""
    assert content_key({"a": 1, "b": 2}) == content_key({"b": 2, "a": 1})
    assert content_key({"a": 1}) != content_key({"a": 2})


def test_a_full_disk_is_one_line(tmp_path: Path) -> None:
    """The file, the reason, and what to do."""
    full = Path("/dev/full")
    if not full.exists():
        pytest.skip("needs /dev/full")
    with (
        pytest.raises(ArtifactError, match="No space left on device; make room"),
        os_errors_explained(tmp_path),
    ):
        full.write_text("x" * 100_000)


def test_what_a_kill_left_is_taken_away(tmp_path: Path) -> None:
    """By whoever writes there next; not what somebody else is still at work on, nor what is not ours."""
    script = (
        "import sys, time\nfrom pathlib import Path\nfrom musegen.writing import all_or_none\n"
        "with all_or_none(Path(sys.argv[1]), 'x') as made:\n"
        "    (made / 'file').touch()\n    print('at work', flush=True)\n    time.sleep(600)\n"
    )

    def begin() -> subprocess.Popen[str]:
        line = [sys.executable, "-c", script, str(tmp_path)]
        process = subprocess.Popen(line, stdout=subprocess.PIPE, text=True)
        assert process.stdout is not None
        assert process.stdout.readline() == "at work\n"
        return process

    def left() -> set[Path]:
        return set(tmp_path.glob(".musegen-*"))

    killed = begin()
    killed.kill()
    killed.wait()
    stale = left()
    assert len(stale) == 1
    working = begin()  # which takes the stale one away
    try:
        assert not left() & stale
        others = left() | {tmp_path / ".musegen-notes", tmp_path / ".musegen-12345678"}
        (tmp_path / ".musegen-notes").mkdir()
        (tmp_path / ".musegen-12345678").mkdir()
        with all_or_none(tmp_path, "x") as made:
            (made / "done").touch()
        assert left() == others  # the last one may be about to be held
    finally:
        working.kill()
        working.wait()
    long_ago = time.time() - 3600
    os.utime(tmp_path / ".musegen-12345678", (long_ago, long_ago))
    with all_or_none(tmp_path, "x"):
        pass
    assert left() == {tmp_path / ".musegen-notes"}


def test_a_file_that_is_written_whole_is_swept_and_spared_alike(tmp_path: Path) -> None:
    """What a kill left of it goes, and nobody takes it away while it is written, however long that takes."""
    script = (
        "import os, sys\nfrom pathlib import Path\nfrom musegen.writing import written_whole\n"
        "with written_whole(Path(sys.argv[1])) as made:\n    made.touch()\n    os.kill(os.getpid(), 9)\n"
    )
    done = subprocess.run([sys.executable, "-c", script, str(tmp_path / "a.mid")], check=False)
    assert done.returncode == -9
    (left,) = tmp_path.iterdir()
    with written_whole(tmp_path / "b.mid") as made:
        assert not left.exists()
        (room,) = tmp_path.iterdir()
        long_ago = time.time() - 3600
        os.utime(room, (long_ago, long_ago))
        sweep(tmp_path)
        made.write_text("b")
    assert [path.name for path in tmp_path.iterdir()] == ["b.mid"]


@pytest.mark.parametrize("inside", ["mine.txt", "lock mine.txt", "files"])
def test_a_folder_of_somebody_else_s_is_not_swept(tmp_path: Path, inside: str) -> None:
    """Though its name looks like ours, and it is old."""
    folder = tmp_path / ".musegen-projects"
    folder.mkdir()
    for name in inside.split():
        (folder / name).touch()
    long_ago = time.time() - 3600
    os.utime(folder, (long_ago, long_ago))
    sweep(tmp_path)
    assert sorted(path.name for path in folder.iterdir()) == inside.split()


@pytest.mark.parametrize("kind", ["pipe", "folder"])
def test_what_is_no_file_is_not_read_to_compare(tmp_path: Path, kind: str) -> None:
    """It stays, and nobody waits for it."""
    os.mkfifo(tmp_path / "a") if kind == "pipe" else (tmp_path / "a").mkdir()
    with (
        pytest.raises(ArtifactError, match="a: exists with other content"),
        all_or_none(tmp_path, "x") as made,
    ):
        (made / "a").touch()
    assert not (tmp_path / "a").is_file()


def test_a_run_takes_away_what_a_kill_left_in_its_folder(tmp_path: Path) -> None:
    """And such a thing does not make it a folder of something else."""
    stale = tmp_path / "run" / ".musegen-abcdefgh"
    stale.mkdir(parents=True)
    (stale / "lock").touch()
    with RunFolder(tmp_path / "run").locked():
        assert not stale.exists()


def _read_only(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing can be written any more; the tests may run as root, who is never refused."""

    def refused(*_: object, **__: object) -> None:
        raise OSError(errno.EROFS, "Read-only file system")

    monkeypatch.setattr("musegen.storage.filelock.FileLock.acquire", refused)
    monkeypatch.setattr("musegen.storage.write_atomically", refused)


def test_a_finished_run_can_be_opened_where_nothing_can_be_written(
    pipeline_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As long as all is there and as it was; else the line says what cannot be written."""
    before = musegen.load(pipeline_file).run(musegen.Silent())
    _read_only(monkeypatch)
    again = musegen.load(pipeline_file).run(musegen.Silent())
    assert [tune.text for tune in again.tunes] == [tune.text for tune in before.tunes]
    with pytest.raises(ArtifactError, match="Read-only file system; make room or rights there"):
        musegen.load(pipeline_file, ["run.seed=7"]).run(musegen.Silent())
    before.tunes[0].text_file.unlink()
    with pytest.raises(ArtifactError, match="Read-only file system; make room or rights there"):
        musegen.load(pipeline_file).run(musegen.Silent())
