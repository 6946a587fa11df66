"""``musegen evaluate`` and the stage ``evaluate``: what they take, what they write, and what they refuse."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

import musegen
from helpers.invented import NGRAM_PIPELINE, write_corpus, write_pipeline
from musegen import MusegenError, Silent
from musegen.commands.main import main

STAGE = NGRAM_PIPELINE + "\n[evaluate]\ntunes = 15\n"


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> musegen.Run:
    """A finished run of an n-gram with the stage."""
    folder = tmp_path_factory.mktemp("evaluate")
    return musegen.load(write_pipeline(folder, STAGE, 200)).run(Silent())


@pytest.fixture
def no_classifier(monkeypatch: pytest.MonkeyPatch) -> None:
    """As where scikit-learn is not installed, which saves its time."""
    monkeypatch.setattr("musegen.evaluation.evaluation.can_classify", lambda: False)


def test_the_stage(run: musegen.Run) -> None:
    """Its files are at the top, its summary is in run.json, and its draws are not chosen."""
    state = json.loads((run.folder / "evaluation.json").read_text())
    assert run.report["evaluation"]["descriptors_within"] == state["descriptors_within"]
    assert state["new"]["tunes"] == 15
    assert state["real"]["tunes"] == 20
    with (run.folder / "evaluation.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["set"] for row in rows] == ["new"] * 15 + ["real"] * 20
    assert len({row["seed"] for row in rows[:15]}) == 15
    assert b"data:image/png" in (run.folder / "evaluation.html").read_bytes()


@pytest.mark.usefixtures("no_classifier")
def test_a_run_without_the_stage(tmp_path: Path) -> None:
    """No table or ``tunes = 0`` leaves it out; then a run's draws are all those of the stage sample."""
    pipeline = write_pipeline(tmp_path, STAGE, 100)
    run = musegen.load(pipeline, ["evaluate.tunes=0"]).run(Silent())
    assert not (run.folder / "evaluation.json").exists()
    assert "evaluation" not in run.report
    found = musegen.evaluate(run.folder)
    assert len(found.new.tunes) == run.report["draws"]["tunes"]


def test_a_stage_without_real_tunes_is_refused(tmp_path: Path) -> None:
    """Before anything is read."""
    pipeline = write_pipeline(tmp_path, STAGE)
    with pytest.raises(MusegenError, match=r"--set split.test=0: .*|evaluate: needs real tunes"):
        musegen.load(pipeline, ["split.test=0"])


def test_a_run_is_evaluated_as_its_stage_was(run: musegen.Run, capsys: pytest.CaptureFixture[str]) -> None:
    """The draws are kept, so that the same seed gives the same figures, on the command line too."""
    found = musegen.evaluate(run.folder, seed=3)
    state = json.loads((run.folder / "evaluation.json").read_text())
    assert found.state()["descriptors"] == state["descriptors"]
    assert found.copying is not None
    output = run.folder.parent / "out"
    assert main(["evaluate", str(run.folder), "--seed", "3", "-q", "--checklist", "-o", str(output)]) == 0
    printed = capsys.readouterr().out
    assert json.loads((output / "evaluation.json").read_text())["descriptors"] == state["descriptors"]
    assert printed.count("plagiarism: ") == len(found.new.scores)
    assert "bars that come again four bars later" in printed


@pytest.mark.usefixtures("no_classifier")
def test_a_model_draws_first(run: musegen.Run, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """Unselected, at temperature 1 unless another is asked for; the run beside it says what is real."""
    asked = [str(run.model), "-n", "12", "--temperature", "0.5", "--max-length", "200", "--json"]
    assert main(["evaluate", *asked, "-o", str(tmp_path / "a"), "--part", "validation"]) == 0
    state = json.loads(capsys.readouterr().out)
    assert state["new"]["tunes"] == 12
    assert "validation" in state["real"]["name"]


@pytest.mark.usefixtures("no_classifier")
def test_files_of_tunes_against_files(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Any source; each of several has a folder of its own, and a second time takes the place of the first."""
    (tmp_path / "a").mkdir()
    one, two = write_corpus(tmp_path, 12), write_corpus(tmp_path / "a", 14)
    for _ in range(2):
        command = ["evaluate", str(one), str(two), "--against", str(two), "-q", "-o", str(tmp_path / "out")]
        assert main(command) == 0
    assert "12 tunes" in capsys.readouterr().out
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["1-jigs.abc", "2-jigs.abc"]
    assert {path.suffix for path in (tmp_path / "out" / "1-jigs.abc").iterdir()} == {".json", ".csv", ".html"}


@pytest.mark.parametrize(
    ("words", "line"),
    [
        (["jigs.abc"], "jigs.abc: belongs to no run; say with against (--against) what to hold it against"),
        (["none.abc", "--against", "jigs.abc"], "none.abc: no such file, folder or reader"),
        (["jigs.abc", "--against", "none"], "none: no such file, folder or reader"),
        (["jigs.abc", "--against", "jigs.abc", "-n", "3"], "tunes: only a model can be asked for this"),
        (["empty", "--against", "jigs.abc"], "empty: no file of a known kind"),
    ],
)
def test_mistakes_are_one_line(
    words: list[str],
    line: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """And nothing is written."""
    monkeypatch.chdir(tmp_path)
    write_corpus(tmp_path)
    (tmp_path / "empty").mkdir()
    assert main(["evaluate", *words, "-q"]) == 2
    said = capsys.readouterr().err
    assert said.startswith(line)
    assert said.count("\n") == 1
    assert not (tmp_path / "evaluation").exists()
