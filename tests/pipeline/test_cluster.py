"""Shards that workers of a dask cluster draw, some of which are killed."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import musegen
from helpers.cluster import Loopback, wait_for
from helpers.invented import NGRAM_PIPELINE, write_pipeline
from helpers.shards import PRIME, finished, joined
from musegen import Lines, MusegenError, Silent, demo_model
from musegen.commands.main import main

pytest.importorskip("distributed", reason="needs the package distributed")

ASKED: dict[str, Any] = {"tunes": 300, "keep": "all", "prime": PRIME, "max_length": 120, "seed": 3}


@pytest.fixture
def loopback(tmp_path: Path) -> Iterator[Loopback]:
    """A scheduler without workers."""
    (tmp_path / "dask").mkdir()
    found = Loopback(tmp_path / "dask")
    yield found
    found.close()


def test_killed_workers_cost_nothing_but_time(tmp_path: Path, loopback: Loopback) -> None:
    """The only worker is killed with its shards in hand, twice; two others draw the rest.

    What is written is what one process writes in shards of another size, byte for byte.
    """
    folder = tmp_path / "cluster"
    said: list[str] = []

    def killing() -> None:
        wait_for(lambda: bool(said))  # that it waits for a worker
        for _ in range(2):
            before, victim = finished(folder), loopback.worker()
            wait_for(lambda before=before: finished(folder) > max(before, 0))  # type: ignore[misc]
            victim.kill()
            victim.wait()
        for _ in range(2):
            loopback.worker()

    killer = threading.Thread(target=killing)
    killer.start()
    made = musegen.sample_shards(
        demo_model(), folder, cluster=loopback.address, shard_size=20, reporter=Lines(said.append), **ASKED
    )
    killer.join()
    assert len(loopback.workers) == 4
    assert said == [f"{loopback.address}: has no worker yet; waiting for one"]
    assert made.tunes == made.drawn == 300
    one = musegen.sample_shards(demo_model(), tmp_path / "one", processes=1, shard_size=77, **ASKED)
    assert (one.tunes, one.valid) == (made.tunes, made.valid)
    for suffix in ("abc", "csv"):
        assert joined(folder, suffix) == joined(tmp_path / "one", suffix)
    assert not list((tmp_path / "dask").rglob("model.safetensors"))  # of workers that were not killed


LETTERS = '''
"""One symbol per character, as char has it."""
from musegen import Options, component, hookimpl
from musegen_char.tokenizer import CharTokenizerTrainer

class LetterOptions(Options):
    """One symbol per character."""

@hookimpl
def musegen_tokenizers():
    build = lambda options: CharTokenizerTrainer()
    return [component("letters", version=1, options=LetterOptions, build=build)]
'''


def test_a_lost_scheduler_is_one_line(tmp_path: Path, loopback: Loopback) -> None:
    """What is finished stays, and the same call goes on with this machine's cores."""
    folder, asked = tmp_path / "out", {**ASKED, "shard_size": 20}
    loopback.worker()

    def losing() -> None:
        wait_for(lambda: finished(folder) > 0)
        loopback.close()

    loser = threading.Thread(target=losing)
    loser.start()
    with pytest.raises(MusegenError, match=f"{loopback.address}: the scheduler has gone; the same command"):
        musegen.sample_shards(demo_model(), folder, cluster=loopback.address, **asked)
    loser.join()
    before = finished(folder)
    assert 0 < before < 15
    kept = (folder / "000000.abc").stat().st_mtime_ns
    musegen.sample_shards(demo_model(), folder, processes=1, **{**asked, "tunes": 300})
    assert (folder / "000000.abc").stat().st_mtime_ns == kept
    assert finished(folder) == 15


def test_workers_are_sent_model_and_plugin_files(tmp_path: Path, loopback: Loopback) -> None:
    """They need none of the folders of the machine that asks; processes of that machine draw the same."""
    project = tmp_path / "project"
    text = NGRAM_PIPELINE.replace('use = "char"', 'use = "letters"')
    pipeline = write_pipeline(
        project, text.replace("[[corpus]]", '[plugins]\nfiles = ["letters.py"]\n\n[[corpus]]')
    )
    (project / "letters.py").write_text(LETTERS)
    model = musegen.load(pipeline).run(Silent()).model
    asked: dict[str, Any] = {
        "tunes": 30,
        "keep": "all",
        "shard_size": 10,
        "plugins": [project / "letters.py"],
    }
    loopback.worker()
    musegen.sample_shards(model, tmp_path / "cluster", cluster=loopback.address, **asked)
    musegen.sample_shards(model, tmp_path / "two", processes=2, **asked)
    musegen.sample_shards(model, tmp_path / "one", processes=1, **asked)
    for folder in ("cluster", "two"):
        assert joined(tmp_path / folder, "abc") == joined(tmp_path / "one", "abc")


def test_no_scheduler_is_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """And no shard."""
    monkeypatch.setattr("musegen.run.bulk.cluster.WAIT_S", 1)
    arguments = ["-n", "3", "--cluster", "tcp://127.0.0.1:9", "-o", str(tmp_path / "out"), "-q"]
    assert main(["sample", *arguments]) == 2
    assert "tcp://127.0.0.1:9: no dask scheduler answers there" in capsys.readouterr().err
    assert not list((tmp_path / "out").glob("0*"))


@pytest.mark.parametrize("address", ["", "nonsense://x", "tcp://127.0.0.1:port"])
def test_what_is_no_address_is_one_line(tmp_path: Path, address: str) -> None:
    """Whatever dask thinks of it."""
    with pytest.raises(MusegenError, match="no dask scheduler answers"):
        musegen.sample_shards(demo_model(), tmp_path, tunes=1, cluster=address)
