"""The studies under docs/studies run, and the documents name them rightly."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

import pytest

from helpers.damage import DAMAGES
from helpers.invented import jig

ROOT = Path(__file__).parent.parent
STUDIES = ROOT / "docs" / "studies"


def study(name: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a study as its README says."""
    command = [sys.executable, f"docs/studies/{name}.py", *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300, check=False)


@pytest.fixture
def a_collection(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Invented jigs in the place of the Nottingham files."""
    (tmp_path / "jigs.abc").write_text("\n".join(jig(number) for number in range(30)))
    monkeypatch.setenv("MUSEGEN_NOTTINGHAM", str(tmp_path))


@pytest.mark.parametrize(
    ("name", "rows"), [("corpus_check", 1), ("near_duplicates", 1), ("entropy", 4), ("bar_copies", 7)]
)
@pytest.mark.usefixtures("a_collection")
def test_a_study_prints_its_table(name: str, rows: int) -> None:
    """Head, rule, and a row or more for the collection, all of the same columns."""
    check_table(study(name, "--only", "Nottingham, cleaned"), rows)


@pytest.mark.parametrize("name", ["abc2midi", "bars"])
@pytest.mark.skipif(find_spec("symusic") is None, reason="needs the package symusic")
@pytest.mark.usefixtures("a_collection")
def test_a_study_with_abc2midi_prints_its_table(name: str) -> None:
    """Likewise."""
    check_table(study(name, "--only", "Nottingham, cleaned"), 1)


@pytest.mark.skipif(find_spec("music21") is None, reason="needs the package music21")
@pytest.mark.usefixtures("a_collection")
def test_the_study_of_musicxml_prints_its_table() -> None:
    """Likewise, of a sample."""
    check_table(study("musicxml", "--only", "Nottingham, cleaned", "--sample", "3"), 1)


def check_table(done: subprocess.CompletedProcess[str], rows: int) -> None:
    """It is a table in Markdown with so many rows."""
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert [line.startswith("| Nottingham, cleaned |") for line in lines] == [False, False, *[True] * rows]
    assert len({line.count("|") for line in lines}) == 1


@pytest.mark.skipif(find_spec("tensorflow") is None, reason="needs musegen[keras]")
@pytest.mark.usefixtures("a_collection")
def test_the_study_of_form_prints_its_table(tmp_path: Path) -> None:
    """A row for each way, of small networks."""
    tiny = [
        "model.epochs=12",
        "model.units=[24]",
        "model.batch=8",
        "model.dropout=0",
        "model.average=0",
        "evaluate.temperature=0.2",
        "model.learning_rate=0.02",
        "evaluate.tunes=40",
    ]
    arguments = ["--only", "Nottingham, cleaned", "--runs", str(tmp_path / "runs"), "--set", *tiny]
    check_table(study("form", *arguments), 6)


@pytest.mark.usefixtures("a_collection")
def test_the_fuzzer_counts_outcomes() -> None:
    """Of so many tunes as were asked for."""
    done = study("fuzz_abc", "--tunes", "60", "--only", "Nottingham, cleaned")
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("130 tunes to break\n")
    assert "60 tunes, seed 1" in done.stdout


@pytest.mark.usefixtures("a_collection")
def test_the_study_of_lost_music_finds_nothing_silent() -> None:
    """A row for each kind of damage; the last column counts tunes that lost notes without a word."""
    done = study("told", "--tunes", "20", "--only", "Nottingham, cleaned")
    assert done.returncode == 0, done.stderr
    rows = [line.split(" | ") for line in done.stdout.splitlines()[2:]]
    assert [row[0].removeprefix("| ") for row in rows] == list(DAMAGES)
    assert [row[-1] for row in rows] == ["0 |"] * len(DAMAGES)


def test_a_collection_that_is_not_at_hand() -> None:
    """One line says so, and what to do."""
    done = study("corpus_check", "--only", "nothing")
    assert done.returncode == 1
    assert done.stderr.startswith("nothing: not at hand; set MUSEGEN_NOTTINGHAM")
    assert done.stderr.count("\n") == 1


def scripts(text: str) -> Sequence[str]:
    """The files that ``python ...`` runs in a text."""
    return re.findall(r"python ([\w./-]+\.py)\b", text)


@pytest.mark.parametrize(
    "page", ["README.md", *(f"docs/{path.name}" for path in (ROOT / "docs").glob("*.md"))]
)
def test_commands_named_are_there(page: str) -> None:
    """Those of this project's folders."""
    named = [
        path for path in scripts((ROOT / page).read_text("utf-8")) if path.startswith(("docs/", "tests/"))
    ]
    assert [path for path in named if not (ROOT / path).is_file()] == []


def test_every_study_is_listed_and_names_its_command() -> None:
    """In the studies' README, and in its own docstring."""
    listed = scripts((STUDIES / "README.md").read_text("utf-8"))
    studies = sorted(path for path in STUDIES.glob("*.py") if path.stem != "common")
    assert sorted(listed) == [path.relative_to(ROOT).as_posix() for path in studies]
    for path in studies:
        assert scripts(path.read_text("utf-8"))[0] == path.relative_to(ROOT).as_posix()
