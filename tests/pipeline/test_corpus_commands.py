"""``musegen corpus list``, ``check`` and ``show``; splits that are given back."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from helpers.invented import jig, write_corpus
from musegen import Run, load
from musegen.commands.main import main
from musegen.progress import Silent


def test_every_collection_has_a_source_and_a_licence(capsys: pytest.CaptureFixture[str]) -> None:
    """As JSON, and for people."""
    assert main(["corpus", "list", "--json"]) == 0
    rows = json.loads(capsys.readouterr().out)
    assert {"music21", "nottingham", "mitdeeplearning"} <= {row["reader"] for row in rows}
    assert all(row["source"] and row["licence"] for row in rows)
    assert main(["corpus", "list"]) == 0
    assert "music21/ryansMammoth" in capsys.readouterr().out


def test_check_a_file_and_a_pipeline(
    tmp_path: Path, pipeline_file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A file, a folder and a pipeline are sources alike."""
    write_corpus(tmp_path, 5)
    for source, count in ((tmp_path / "jigs.abc", 5), (pipeline_file, 30), (pipeline_file.parent, 30)):
        assert main(["corpus", "check", str(source), "--json"]) == 0
        assert json.loads(capsys.readouterr().out)["tunes"] == count
    assert main(["corpus", "check", str(tmp_path / "jigs.abc")]) == 0
    assert capsys.readouterr().out.startswith("5 tunes, 0 cannot be read")


def test_show_a_tune(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The N-th, as it stands."""
    path = write_corpus(tmp_path, 3)
    assert main(["corpus", "show", f"{path}:2"]) == 0
    assert capsys.readouterr().out == jig(2)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["check", "nowhere.abc"], "nowhere.abc: no such file, folder or reader"),
        (["check", "thesession"], "thesession: this reader needs options (path)"),
        (["check", "music21/nothing"], "nothing"),
        (["show", "jigs.abc:9"], "jigs.abc: has no tune 9; it holds 3"),
        (["show", "jigs.abc"], '"jigs.abc" does not name a tune'),
    ],
)
def test_mistakes(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    message: str,
) -> None:
    """One line, exit code 2."""
    write_corpus(tmp_path, 3)
    monkeypatch.chdir(tmp_path)
    assert main(["corpus", *arguments]) == 2
    error = capsys.readouterr().err
    assert message in error
    assert error.count("\n") == 1


def test_a_split_can_be_given_back(pipeline_file: Path) -> None:
    """The same parts under another seed; and run.json names what the tunes come from."""
    first = load(pipeline_file).run(Silent())
    split = (first.folder / "split.csv").read_text()
    assert split.startswith("source,title,part,group,melody\n")
    (pipeline_file.parent / "split.csv").write_text(split)
    again = load(pipeline_file, ["run.seed=99", "run.folder=again", "split.file=split.csv"]).run(Silent())
    assert (again.folder / "split.csv").read_text() == split
    other = load(pipeline_file, ["run.seed=99", "run.folder=other"]).run(Silent())
    assert (other.folder / "split.csv").read_text() != split
    [corpus] = first.report["corpora"]
    assert (corpus["reader"], corpus["source"]) == ("abc", "files given by the user")
    assert corpus["options"]["paths"] == ["jigs.abc"]
    assert first.report["validation_bits_a_note"] > 0


def test_tunes_under_one_tonic_are_brought_back(pipeline_file: Path) -> None:
    """A model that knows only C writes in the key asked for, else in those that the corpus had."""
    one = ["prepare.tonic=C", "prepare.canonical=true", "sample.keep=all", "sample.tunes=12"]
    asked = load(pipeline_file, [*one, "sample.key=G", "run.folder=asked"]).run(Silent())
    assert keys_of(asked) == {"G major"}
    free = keys_of(load(pipeline_file, [*one, "run.folder=free"]).run(Silent()))
    assert free <= {"D major", "G major", "E minor"}
    assert len(free) > 1


def keys_of(run: Run) -> set[str]:
    """The keys of the tunes that can be read."""
    return {
        str(tune.score().key)
        for tune in run.tunes
        if not any(fault.startswith("parse") for fault in tune.faults)
    }
