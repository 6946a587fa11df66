"""Tunes in shards: the same whoever draws them, kept when they are done, and nothing of another request."""

from __future__ import annotations

import csv
import io
import json
import os
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import musegen
from helpers.cluster import wait_for
from helpers.shards import PRIME, finished, joined
from musegen import ArtifactError, MusegenError, Silent, demo_model
from musegen.commands.main import main
from musegen.run.bulk.drawing import Job, Opened
from musegen.run.bulk.journal import locked

ASKED: dict[str, Any] = {"tunes": 40, "keep": "all", "prime": PRIME, "max_length": 120, "seed": 3}


def shards(folder: Path, **options: Any) -> musegen.Shards:
    """Draw here, unless told otherwise."""
    asked = {**ASKED, "processes": 1, "shard_size": 9, **options}
    return musegen.sample_shards(demo_model(), folder, **asked)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """All tunes in one shard."""
    folder = tmp_path_factory.mktemp("whole")
    shards(folder, shard_size=1000)
    assert finished(folder) == 1
    return folder


@pytest.mark.parametrize("options", [{}, {"shard_size": 40}, {"processes": 2}], ids=str)
def test_neither_bounds_nor_processes_matter(tmp_path: Path, whole: Path, options: dict[str, Any]) -> None:
    """The shards one behind another are one large shard, byte for byte."""
    made = shards(tmp_path, **options)
    assert (made.tunes, made.drawn) == (40, 40)
    assert len(made.files) == 2 * finished(tmp_path)
    for suffix in ("abc", "csv"):
        assert joined(tmp_path, suffix) == joined(whole, suffix)


@pytest.mark.parametrize("size", [5, 40])
def test_they_are_the_tunes_of_sample(tmp_path: Path, size: int) -> None:
    """The first valid ones, numbered from 1, whichever shards they are in; the last is cut behind them."""
    options = {"seed": 1, "prime": PRIME, "tunes": 7}
    expected = musegen.sample(demo_model(), tmp_path / "sample", **options)
    made = shards(tmp_path / "shards", keep="valid", max_length=2000, shard_size=size, **options)
    assert (made.tunes, len(list((tmp_path / "shards").glob("0*.abc")))) == (7, finished(tmp_path / "shards"))
    assert joined(tmp_path / "shards", "abc") == "".join(f"{tune.text}\n" for tune in expected).encode()
    table = joined(tmp_path / "shards", "csv").decode()
    rows = list(csv.DictReader(io.StringIO(table, newline="")))
    with (tmp_path / "sample" / "tunes.csv").open(newline="") as file:
        same = [{**row, "file": ""} for row in csv.DictReader(file)]
    assert rows == same
    assert [row["number"] for row in rows] == list("1234567")
    assert size < 40 or made.valid > 7


def test_where_attempts_run_out_that_is_said(tmp_path: Path) -> None:
    """What is valid is kept, and nothing else makes up the number."""
    said: list[str] = []
    options = {"tunes": 3, "keep": "valid", "max_length": 60, "attempts": 4, "rules": False}
    made = shards(tmp_path, reporter=musegen.Lines(said.append), **options)
    assert (made.tunes, made.drawn, made.valid) == (0, 12, 0)
    assert said == [f"{tmp_path}: 0 of 3 tunes; no attempts are left"]
    assert joined(tmp_path, "abc") == b""


class Stopping(Silent):
    """Interrupts, as Ctrl-C does, when so many tunes are there."""

    def __init__(self, tunes: int) -> None:
        self.tunes = tunes

    def advance(self, done: int, total: int, note: str = "") -> None:
        """Count."""
        if done >= self.tunes:
            raise KeyboardInterrupt


@pytest.mark.parametrize("processes", [1, 2])
def test_a_stopped_command_goes_on(tmp_path: Path, whole: Path, processes: int) -> None:
    """Finished shards stay as they are, whatever the kill has left of the next one."""
    with pytest.raises(KeyboardInterrupt) as stopped:
        shards(tmp_path, processes=processes, reporter=Stopping(18))
    assert stopped.value.__notes__ == ["the same command goes on behind the finished shards"]
    assert finished(tmp_path) == 2
    before = {path: path.stat().st_mtime_ns for path in tmp_path.glob("0*")}
    assert len(before) == 4
    with (tmp_path / "shards.jsonl").open("ab") as file:
        file.write(b'{"shard": 2, "dra')
    (tmp_path / ".000002.abc.partial").write_text("X:")
    shards(tmp_path, processes=processes)
    assert {path: path.stat().st_mtime_ns for path in before} == before
    for suffix in ("abc", "csv"):
        assert joined(tmp_path, suffix) == joined(whole, suffix)
    assert not (tmp_path / ".000002.abc.partial").exists()


def test_a_finished_one_draws_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It tells what is there."""
    first = shards(tmp_path)
    monkeypatch.setattr(Opened, "draw", lambda *_: pytest.fail("drawn again"))
    assert shards(tmp_path) == first


@pytest.mark.parametrize(
    ("other", "words"),
    [
        ({"temperature": 1.1}, r"asked\.options\.temperature was 0\.9 and is 1\.1"),
        ({"seed": 4}, r"asked\.seed was 3 and is 4"),
        ({"tunes": 10}, r"asked\.tunes was 9 and is 10"),
        ({"keep": "valid"}, r"asked\.attempts was null and is 50"),
        ({"shard_size": 8}, r"asked\.shard_size was 9 and is 8"),
        ({"form": "parquet"}, r'asked\.form was "abc" and is "parquet"'),
    ],
)
def test_another_request_is_refused(tmp_path: Path, other: dict[str, Any], words: str) -> None:
    """In one line that names the difference; what is there stays."""
    pytest.importorskip("pyarrow", reason="needs the package pyarrow")
    shards(tmp_path, tunes=9, shard_size=9)
    before = {path: path.read_bytes() for path in tmp_path.iterdir()}
    with pytest.raises(ArtifactError, match=f"holds shards of another request: {words}; ask as before"):
        shards(tmp_path, **{"tunes": 9, "shard_size": 9, **other})
    assert {path: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_a_shard_that_has_gone_is_made_again(tmp_path: Path, whole: Path) -> None:
    """And no other one."""
    shards(tmp_path)
    kept = tmp_path / "000001.abc"
    before = kept.stat().st_mtime_ns
    for name in ("000000.abc", "000004.csv", "000003.csv"):
        (tmp_path / name).unlink()
    shards(tmp_path)
    for suffix in ("abc", "csv"):
        assert joined(tmp_path, suffix) == joined(whole, suffix)
    assert kept.stat().st_mtime_ns == before


@pytest.mark.parametrize("name", ["000001.abc", "000004.csv"])
def test_what_somebody_has_changed_is_not_written_over(tmp_path: Path, name: str) -> None:
    """Neither a finished shard, nor a file that stands where one should go."""
    shards(tmp_path / "done")
    file = tmp_path / "done" / name
    file.write_bytes(file.read_bytes() + b"mine")
    with pytest.raises(ArtifactError, match=f"{name}: was changed since it was written"):
        shards(tmp_path / "done")
    assert file.read_bytes().endswith(b"mine")
    (tmp_path / "new").mkdir()
    (tmp_path / "new" / name).write_text("mine")
    with pytest.raises(ArtifactError, match=f"{name}: exists with other content"):
        shards(tmp_path / "new")
    assert (tmp_path / "new" / name).read_text() == "mine"


@pytest.mark.parametrize("journal", [b"", b"{}\n", b"[]\n", b"\xff\n", b'{"request": 1}\n[1]\n'])
def test_a_damaged_journal_is_one_line(tmp_path: Path, journal: bytes) -> None:
    """It is not written over."""
    (tmp_path / "shards.jsonl").write_bytes(journal)
    with pytest.raises(ArtifactError, match=r"shards\.jsonl: is damaged|another request"):
        shards(tmp_path)
    assert (tmp_path / "shards.jsonl").read_bytes() == journal


def test_one_command_at_a_time(tmp_path: Path) -> None:
    """The other is told to wait."""
    with locked(tmp_path), pytest.raises(ArtifactError, match="another command draws tunes here"):
        shards(tmp_path)


def test_tables_hold_the_same(tmp_path: Path, whole: Path) -> None:
    """Every column of the manifest, typed, and the texts; a tune is made again from there."""
    parquet = pytest.importorskip("pyarrow.parquet", reason="needs the package pyarrow")
    shards(tmp_path, form="parquet")
    tables = [parquet.read_table(file) for file in sorted(tmp_path.glob("*.parquet"))]
    rows = [row for table in tables for row in table.to_pylist()]
    assert "".join(row["text"] + "\n" for row in rows).encode() == joined(whole, "abc")
    with (whole / "000000.csv").open(newline="") as file:
        listed = list(csv.DictReader(file))
    for row, cells in zip(rows, listed, strict=True):
        assert row["notation"] == "abc"
        for name, cell in cells.items():
            value = row.get(name)
            told = "; ".join(value) if name == "faults" else "" if value is None else str(value)
            assert told == (cell.title() if name == "valid" else cell), name
    (again,) = musegen.sample_again(f"{tmp_path / '000002.parquet'}:20", tmp_path / "again")
    assert again.text == rows[19]["text"]
    with pytest.raises(ArtifactError, match=r"000002\.parquet: has no tune 2$"):
        musegen.sample_again(f"{tmp_path / '000002.parquet'}:2", tmp_path / "again")
    (tmp_path / "no.parquet").write_text("no")
    with pytest.raises(ArtifactError, match=r"no\.parquet: cannot be read"):
        musegen.sample_again(f"{tmp_path / 'no.parquet'}:2", tmp_path / "again")


def test_a_tune_of_a_book_is_made_again(tmp_path: Path, whole: Path) -> None:
    """By its number, in the shard's part of the manifest."""
    (again,) = musegen.sample_again(f"{whole / '000000.csv'}:40", tmp_path)
    assert joined(whole, "abc").endswith(f"\n\n{again.text}\n".encode())


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"form": "midi"}, r'shards are written as abc or parquet \(got "midi"\)'),
        ({"tunes": 0}, "tunes: must be from 1"),
        ({"shard_size": 0}, "shard_size: must be from 1"),
        ({"processes": 0}, "processes: must be from 1"),
        ({"seed": 2**31}, "seed: must be from 0"),
        ({"temperature": -0.1}, "temperature: "),
        ({"plugins": ["none.py"]}, r"none\.py: "),
    ],
)
def test_a_mistake_is_told_before_anything_is_written(
    tmp_path: Path, options: dict[str, Any], words: str
) -> None:
    """In one line."""
    with pytest.raises(MusegenError, match=words):
        shards(tmp_path / "out", **options)
    assert not (tmp_path / "out").exists()


def test_a_process_that_draws_other_tunes_is_refused() -> None:
    """As on a machine with another sampler; it would spoil what the others draw."""
    job = Job("x", demo_model(), (), {}, 0, 10, 10, False)
    opened = Opened(job, musegen.open_model(demo_model()))
    plugins = musegen.installed_plugins()
    job = replace(job, first_tune=opened.first_tune())
    assert Opened.of(job, plugins, job.model, ()).draw(0) == opened.draw(0)
    with pytest.raises(MusegenError, match="draws another tune from the same seed"):
        Opened.of(replace(job, options={"temperature": 0.5}), plugins, job.model, ())


def command(*arguments: object) -> list[str]:
    """A ``musegen sample`` of quick tunes."""
    quick = ("--keep", "all", "--prime", PRIME, "--max-length", "120", "-q")
    return ["sample", *map(str, arguments), *quick]


def test_the_command_writes_shards(tmp_path: Path, whole: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Where it is asked to, with a line or a JSON document of what there is."""
    asked = command("-n", 40, "--seed", 3, "--shards", "abc", "--shard-size", 25, "-o", tmp_path)
    assert main(asked) == 0
    assert capsys.readouterr().out == f"{tmp_path}: 40 tunes in 4 files\n"
    assert joined(tmp_path, "csv") == joined(whole, "csv")
    assert main([*asked, "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    names = ["000000.abc", "000000.csv", "000001.abc", "000001.csv"]
    assert told["files"] == [str(tmp_path / name) for name in names]
    assert (told["tunes"], told["drawn"]) == (40, 40)


@pytest.mark.parametrize(
    ("arguments", "form"),
    [(["-n", "10001"], None), (["--cluster", "tcp://x:1"], None), (["--shards", "parquet"], "parquet")],
)
def test_many_tunes_are_always_shards(
    tmp_path: Path, arguments: list[str], form: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And what a cluster draws; fewer are files, unless shards are asked for."""
    asked: dict[str, Any] = {}

    def recorded(model: Path, folder: Path, **options: Any) -> musegen.Shards:
        asked.update(options)
        return musegen.Shards(folder, (), options["tunes"], 0, 0)

    monkeypatch.setattr("musegen.api.bulk.sample_shards", recorded)
    assert main(["sample", *arguments, "-o", str(tmp_path)]) == 0
    assert (asked["form"], asked["shard_size"]) == (form, 1000)
    assert asked["tunes"] == (10001 if "-n" in arguments else 8)


@pytest.mark.parametrize("flag", [["--to", "midi"], ["--again", "tunes.csv:1"]])
def test_what_shards_cannot_do_is_said(
    tmp_path: Path, flag: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    """In one line that names the flag."""
    assert main(["sample", "--shards", "abc", *flag, "-o", str(tmp_path)]) == 2
    assert capsys.readouterr().err == f"{flag[0]}: does not go with shards of tunes; leave it out\n"


@pytest.mark.skipif(sys.platform != "linux", reason="needs /proc")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_a_signal_ends_all_processes(tmp_path: Path, number: signal.Signals) -> None:
    """What is finished is kept, and no process goes on drawing."""
    asked = command("-n", 9000, "--shards", "abc", "--shard-size", 10, "-o", tmp_path)
    code = f"import signal, sys\nsignal.signal({signal.SIGINT.value}, signal.default_int_handler)\n"
    code += "import musegen.api.bulk\nmusegen.api.bulk.cores = lambda: 2\n"
    code += "from musegen.commands.main import main\n"
    code += f"if __name__ == '__main__': sys.exit(main({asked!r}))"
    (tmp_path / "started.py").write_text(code)
    line = [sys.executable, str(tmp_path / "started.py")]
    process = subprocess.Popen(line, stderr=subprocess.PIPE, text=True, start_new_session=True)
    wait_for(lambda: finished(tmp_path) > 0)
    os.kill(process.pid, number)
    _, said = process.communicate(timeout=120)
    assert process.returncode == (-9 if number == signal.SIGKILL else 128 + number)
    if number != signal.SIGKILL:
        assert said.endswith("stopped; the same command goes on behind the finished shards\n")
    wait_for(lambda: not _session(process.pid))
    assert 1 <= finished(tmp_path) < 900


def _session(leader: int) -> list[int]:
    """Processes of a session."""
    found = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = path.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[3]) == leader and fields[0] != "Z":
            found.append(int(path.parent.name))
    return found
