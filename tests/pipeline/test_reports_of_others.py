"""What somebody else wrote as a run: none of it is believed unchecked, and no run shows files of others."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import musegen
from helpers.invented import write_pipeline
from musegen import ArtifactError, NewTune, Run, Silent


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a run."""
    return musegen.load(write_pipeline(tmp_path_factory.mktemp("made"))).run(Silent()).folder


@pytest.fixture
def report(made: Path) -> Iterator[dict[str, Any]]:
    """The content of its run.json, which is put back."""
    before = (made / "run.json").read_text()
    yield json.loads(before)
    (made / "run.json").write_text(before)


@pytest.mark.parametrize(
    ("key", "value", "said"),
    [
        ("number", "<script>alert(1)</script>", r"tunes\.0\.number: "),
        ("number", 0, r"tunes\.0\.number: "),
        ("title", ["<b>"], r"tunes\.0\.title: "),
        ("faults", "<b>", r"tunes\.0\.faults: "),
        ("faults", [1], r"tunes\.0\.faults\.0: "),
        ("files", [], r"tunes\.0\.files: "),
        ("files", ["../secret.abc"], r"tunes\.0\.files\.0: is not the name of a file below"),
        ("files", ["/etc/hostname"], r"tunes\.0\.files\.0: is not the name of a file below"),
        ("files", ["tunes/../../secret.abc"], r"tunes\.0\.files\.0: is not the name"),
        ("files", ["tunes/001.abc", "..\\secret.wav"], r"tunes\.0\.files\.1: is not the name"),
        ("files", ["link.abc"], r"link\.abc: lies outside of the run folder"),
        ("seed", None, r"tunes\.0\.seed: "),
        ("key", 3, r"tunes\.0\.key: "),
        ("bars", "<b>", r"tunes\.0\.bars: "),
        ("nats", "low", r"tunes\.0\.nats: "),
    ],
)
def test_a_report_that_says_what_it_cannot_is_refused(
    key: str, value: object, said: str, made: Path, report: dict[str, Any]
) -> None:
    """In one line; files of others are never shown."""
    (made.parent / "secret.abc").write_text("X:1\nT:secret\nK:D\nD|\n")
    link = made / "link.abc"
    link.is_symlink() or link.symlink_to(made.parent / "secret.abc")
    report["tunes"][0][key] = value
    (made / "run.json").write_text(json.dumps(report))
    with pytest.raises(ArtifactError, match=said) as caught:
        Run.load(made)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "text",
    [
        *("[]", "{}", '{"tunes": 3}', "[" * 100_000, '{"tunes": [{}]}', "nonsense"),
        '{"tunes": [], "drawn_with": 3}',
    ],
)
def test_what_is_no_report_is_refused(text: str, made: Path, report: dict[str, Any]) -> None:
    """However it is none."""
    (made / "run.json").write_text(text)
    with pytest.raises(ArtifactError):
        Run.load(made)


def test_what_is_shown_is_escaped(made: Path) -> None:
    """Whatever a tune says, and whoever made the object."""
    sly = "<script>alert(1)</script>"
    tune = NewTune(sly, sly, f"X:1\n{sly}", "abc", 0, (sly,), {})  # type: ignore[arg-type]
    assert "<script" not in tune._repr_html_()
    assert "<script" not in Run(Path(sly), (tune,), (), {})._repr_html_()


@pytest.mark.parametrize("name", ["run.json", "loss.csv", "tunes/001.abc"])
def test_a_pipe_in_a_run_folder_is_not_waited_for(name: str, made: Path, tmp_path: Path) -> None:
    """Nor is anything else opened that is not a regular file."""
    copy = shutil.copytree(made, tmp_path / "copy")
    (copy / name).unlink()
    os.mkfifo(copy / name)
    with pytest.raises(ArtifactError, match="holds no finished run"):
        Run.load(copy)


def test_a_picture_that_is_a_link_out_of_the_folder_is_not_shown(made: Path, tmp_path: Path) -> None:
    """Else a notebook would hold any file of the reader's."""
    copy = shutil.copytree(made, tmp_path / "copy")
    (tmp_path / "secret.png").write_bytes(b"secret")
    (copy / "loss.png").unlink(missing_ok=True)
    (copy / "loss.png").symlink_to(tmp_path / "secret.png")
    run = Run.load(copy)
    assert run.picture is None
    assert "image/png" not in run._repr_html_()
    (copy / "loss.png").unlink()
    (copy / "loss.png").write_bytes(b"picture")
    assert "image/png" in run._repr_html_()
