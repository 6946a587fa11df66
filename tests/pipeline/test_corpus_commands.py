"""``musegen corpus list``, ``check`` and ``show``; splits that are given back."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import pytest

from helpers.invented import jig, write_corpus, write_pipeline
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
    assert main(["corpus", "show", str(path), "--tune", "2"]) == 0
    assert capsys.readouterr().out == jig(2)


def test_what_check_prints_show_takes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Every place, of a file, a folder, an archive and a pipeline; and check takes that of a file."""
    pipeline = write_pipeline(tmp_path, count=3)
    path = tmp_path / "jigs.abc"
    broken = {number: jig(number).replace("D3 D3", "D3 D3 ?", 1) for number in (1, 2, 3)}
    path.write_text("%abc-2.1\n\n" + "\n".join(broken.values()))
    with zipfile.ZipFile(tmp_path / "jigs.zip", "w") as archive:
        archive.write(path, "inside/jigs.abc")
    monkeypatch.chdir(tmp_path)
    for source in ("jigs.abc", ".", "jigs.zip", str(pipeline)):
        assert main(["corpus", "check", source, "--json"]) == 0
        places = json.loads(capsys.readouterr().out)["warnings"]["character"]
        assert len(places) == 3
        for place, text in zip(places, broken.values(), strict=True):
            assert place.count(":") == 2
            assert main(["corpus", "show", source, place]) == 0
            assert capsys.readouterr().out == text
            if source == "jigs.abc":
                assert main(["corpus", "show", place]) == 0
                assert capsys.readouterr().out == text
                assert main(["corpus", "check", place, "--json"]) == 0
                found = json.loads(capsys.readouterr().out)
                assert (found["tunes"], found["warnings"]["character"]) == (1, [place])
    assert main(["corpus", "check", "jigs.abc"]) == 0
    assert "musegen corpus show SOURCE FILE:LINE prints" in capsys.readouterr().out


def test_a_number_behind_a_source_is_a_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Where it was taken for the number of a tune, one line says how that is written now."""
    path = write_corpus(tmp_path, 12)
    path.write_text("% first line\n\n" + path.read_text())
    second = path.read_text().splitlines().index("X:2") + 1
    assert main(["corpus", "show", f"{path}:{second + 3}"]) == 0
    shown, told = capsys.readouterr()
    assert shown == jig(2)
    assert not told or "--tune" in told
    assert main(["corpus", "show", f"{path}:3"]) == 0
    shown, told = capsys.readouterr()
    assert shown == jig(1)
    assert told == f"{path}:3: the tune at line 3; --tune 3 is the one of that number\n"
    assert main(["corpus", "show", f"{path}:1"]) == 0
    shown, told = capsys.readouterr()
    assert shown == jig(1)
    assert "taken for --tune 1" in told
    assert main(["corpus", "show", "music21/ryansMammoth:2"]) == 0
    shown, told = capsys.readouterr()
    assert shown.startswith("X:")
    assert "taken for --tune 2" in told


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["check", "nowhere.abc"], "nowhere.abc: no such file, folder or reader"),
        (["check", "thesession"], "thesession: this reader needs options (path)"),
        (["check", "music21/nothing"], "nothing"),
        (["show", "jigs.abc", "--tune", "9"], "jigs.abc: has no tune 9; it holds 3"),
        (["show", "jigs.abc:999"], "jigs.abc: has no line 999; its last is 26"),
        (["show", "jigs.abc", "other.abc:3"], "jigs.abc: has no tune at other.abc:3"),
        (["show", "jigs.abc", "3"], "jigs.abc: has no tune at 3; write FILE:LINE"),
        (["show", "jigs.abc", "jigs.abc:3", "--tune", "2"], "by its place or by --tune; give one"),
        (["show", "jigs.abc"], '"jigs.abc" names no tune; write jigs.abc:120 for the one at line 120'),
        (["show", "."], '"." names no tune; write . FILE:120 for the one at line 120, or . --tune 3'),
        (["show", "music21"], '"music21" names no tune; write music21 FILE:120 for'),
        (["check", "gone.abc:3"], "gone.abc: no such file, folder or reader"),
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
