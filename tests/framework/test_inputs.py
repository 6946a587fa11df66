"""Files that users name are found, or it is said why not; and are read within bounds."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from helpers.invented import write_corpus
from musegen import (
    CorpusError,
    check_file,
    files_below,
    installed_plugins,
    matching_paths,
    read_file,
    read_tunes,
)
from musegen.commands.main import main


@pytest.fixture
def closed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that may not be looked into, below one with a corpus; the tests may run as root."""
    folder = tmp_path / "two" / "closed"
    folder.mkdir(parents=True)
    write_corpus(folder.parent)
    scandir: Callable[..., Any] = os.scandir

    def refusing(path: str | Path = ".") -> Any:
        if Path(path) == folder:
            raise PermissionError(13, "Permission denied", str(path))
        return scandir(path)

    monkeypatch.setattr(os, "scandir", refusing)
    return folder


def test_what_lies_below_is_found(tmp_path: Path) -> None:
    """Files alone, sorted, also hidden ones; links to folders are not followed."""
    for name in ("b/c.abc", "b/.d.abc", "a.abc"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    (tmp_path / "loop").symlink_to(tmp_path)
    found = [path.relative_to(tmp_path).as_posix() for path in files_below(tmp_path)]
    assert found == ["a.abc", "b/.d.abc", "b/c.abc"]


@pytest.mark.parametrize("pattern", ["two/**/*.abc", "two/*/*.abc", "two/clos?d/*", "**/*.abc"])
def test_a_pattern_passes_over_no_folder(closed: Path, pattern: str) -> None:
    """One that may not be looked into is an error, not fewer tunes."""
    with pytest.raises(PermissionError) as error:
        matching_paths(str(closed.parents[1] / pattern))
    assert str(error.value.filename).rstrip("/") == str(closed)


@pytest.mark.usefixtures("closed")
def test_a_pattern_looks_no_further_than_it_must(tmp_path: Path) -> None:
    """A folder beside what it names does not matter."""
    assert matching_paths(str(tmp_path / "two" / "*.abc")) == [tmp_path / "two" / "jigs.abc"]
    assert matching_paths(str(tmp_path / "none" / "**" / "*.abc")) == []


@pytest.mark.parametrize("reader", ["abc", "nmd"])
@pytest.mark.parametrize("path", ["two", "two/**/*.abc"])
def test_a_reader_of_a_folder_passes_over_none(closed: Path, reader: str, path: str) -> None:
    """Whether by a pattern or not; and so does whoever chooses readers for a folder."""
    built = installed_plugins().build("corpus reader", reader, paths=[str(closed.parents[1] / path)])
    with pytest.raises(CorpusError, match=rf"^{closed}/?: Permission denied$"):
        built.sources()
    with pytest.raises(CorpusError, match=rf"^{closed}: Permission denied$"):
        read_tunes(closed.parent)


def test_what_is_no_file_is_said(tmp_path: Path) -> None:
    """A pipe is not waited for."""
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "ten").write_bytes(b"0123456789")
    for path, words in (
        (tmp_path, "is a folder, not a file"),
        (tmp_path / "pipe", "is a pipe or a device, not a file"),
        (tmp_path / "none", "no such file"),
        (tmp_path / "ten", "is larger than 9 bytes, the most that is read"),
    ):
        for look in (check_file, read_file):
            with pytest.raises(OSError, match=words) as error:
                look(path, 9)
            assert error.value.strerror == words
    assert read_file(tmp_path / "ten", 10) == b"0123456789"


@pytest.mark.skipif(not Path("/proc/cpuinfo").exists(), reason="needs Linux")
def test_a_file_without_a_size_is_bounded() -> None:
    """As those that the system makes up."""
    with pytest.raises(OSError, match="larger than 10 bytes"):
        read_file(Path("/proc/cpuinfo"), 10)


@pytest.mark.parametrize("kind", ["a folder", "a pipe"])
@pytest.mark.parametrize(
    "arguments",
    [
        ("convert", "{}", "-o", "out.mid"),
        ("render", "{}", "-o", "out"),
        ("corpus", "check", "{}"),
        ("sample", "{}", "-o", "out"),
        ("export", "{}", "-o", "out.safetensors"),
    ],
    ids=" ".join,
)
def test_every_command_says_what_is_no_file(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    kind: str,
    arguments: tuple[str, ...],
) -> None:
    """One line that names it, not that there is none."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "x.abc").mkdir() if kind == "a folder" else os.mkfifo(tmp_path / "x.abc")
    assert main([word.format("x.abc") for word in arguments]) == 2
    said = capsys.readouterr().err
    assert len(said.splitlines()) == 1
    assert said.startswith("x.abc: ")
    assert "no such file" not in said.lower()
    assert kind == "a folder" or "is a pipe or a device, not a file" in said
    assert [path.name for path in tmp_path.iterdir()] == ["x.abc"]
