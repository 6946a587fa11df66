"""What is read tolerantly is told: by every command, once for each kind and file, in few lines."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import musegen
from helpers.invented import NGRAM_PIPELINE, jig, write_pipeline
from musegen import Lines, Tune
from musegen.commands.main import main
from musegen.corpus.told import Told
from musegen_abc.parser import parse_abc
from musegen_abc.splitting import CUT_OFF

SLIPS = "X:1\nT:a\nM:4/4\nL:1/8\nK:C\nCDEF ?GABc|\n[EF|GABc|?c4|\n</html>\n\nGABc|\n"
TOLD = [
    f"a.abc:10: {CUT_OFF}",
    "a.abc:6:6: unknown character: ? (and 1 more like this)",
    "a.abc:7:1: a chord is not closed by ]: [EF",
    "a.abc:8:1: HTML in the music is passed over: </html>; an empty line or % before it keeps it apart",
]


@pytest.fixture
def slips(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file with five slips of four kinds, in the working folder."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.abc").write_text(SLIPS)
    return tmp_path / "a.abc"


@pytest.mark.parametrize(
    "words",
    [
        ["render", "a.abc", "--to", "midi", "-o", "out"],
        ["convert", "a.abc", "-o", "b.abc"],
        ["convert", "a.abc", "-o", "b.mid"],
    ],
)
@pytest.mark.usefixtures("slips")
def test_by_every_command(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """In the order of the places where each kind is met first, and how to see all."""
    main(words)
    lines = [line for line in capsys.readouterr().err.splitlines() if ".abc:" in line]
    assert sorted(lines) == sorted(TOLD)


@pytest.mark.usefixtures("slips")
def test_how_to_see_all(capsys: pytest.CaptureFixture[str]) -> None:
    """The command that is named lists every place, and counts them as warnings."""
    main(["render", "a.abc", "--to", "midi", "-o", "out"])
    assert "all of them: musegen corpus check a.abc --json" in capsys.readouterr().err
    assert main(["corpus", "check", "a.abc"]) == 0
    out = capsys.readouterr().out
    assert "1 tune, 0 cannot be read, 5 warnings" in out
    assert "2 x character: unknown character: ? (a.abc:6:6, a.abc:7:10)" in out
    assert "1 x music outside of a tune is passed over" in out


def test_by_a_run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Among its other lines, which -q hides; skipped tunes of one kind are one line."""
    text = NGRAM_PIPELINE.replace('["jigs.abc"]', '["jigs.abc", "a.abc", "bad.abc"]')
    (tmp_path / "a.abc").write_text(SLIPS)
    (tmp_path / "bad.abc").write_text("X:1\nT:a\nC|\n\nX:2\nT:b\nC|\n")
    file = write_pipeline(tmp_path, text)
    main(["train", str(file)])
    lines = capsys.readouterr().err.splitlines()
    assert set(TOLD) <= set(lines)
    assert "bad.abc:2:1: no tune: it has no K: field; skipped (and 1 more like this)" in lines
    (tmp_path / "jigs.abc").write_text((tmp_path / "jigs.abc").read_text() + "\n" + jig(99))
    main(["train", str(file), "-q"])
    assert capsys.readouterr().err == ""


def test_in_python(slips: Path) -> None:
    """To the reporter; whoever parses tunes one by one finds it in their scores."""
    for told, call in (
        (lines := list[str](), lambda: musegen.read_scores(slips, reporter=Lines(lines.append))),
        (more := list[str](), lambda: musegen.render([slips], "out", ["midi"], Lines(more.append))),
    ):
        call()
        assert [line for line in told if line in TOLD] == [line for line in told if "a.abc:" in line]
        assert set(TOLD) <= set(told)
    (tune,) = musegen.read_tunes(slips)
    assert len(musegen.parse(tune).problems) == 4


@pytest.mark.parametrize("quiet", [[], ["-q"]])
@pytest.mark.usefixtures("slips")
def test_of_a_prime(quiet: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """By the name of its file, even where other lines are hidden; what its last line lacks may still come."""
    Path("p.abc").write_text("X:1\nT:a\nR:jig\nM:6/8\nL:1/8\nK:G\nGAB ?c|\n[EF")
    main(["sample", "--prime", "p.abc", "-n", "1", "--to", "tunebook", "-o", "out", *quiet])
    lines = [line for line in capsys.readouterr().err.splitlines() if line.startswith("p.abc:")]
    assert lines == ["p.abc:7:5: unknown character: ?"]


@pytest.mark.usefixtures("slips")
def test_all_unknown_characters_of_a_prime_are_named(capsys: pytest.CaptureFixture[str]) -> None:
    """Each once, in their order."""
    assert main(["sample", "--prime", "X:1\nT:éßé ж\nK:G\n", "-o", "out"]) == 2
    assert "sample.prime: none of 'é', 'ß' and 'ж' is among the 118 symbols" in capsys.readouterr().err


def test_many_files_are_few_lines() -> None:
    """One line for each kind, with the number of files, where files are more than a dozen."""
    lines: list[str] = []
    told = Told(lines.append, "tunes")
    for number in range(2000):
        told.line(f"{number}.abc:2: not UTF-8; the file is read as Latin-1")
        tune = Tune("X:1\nK:C\nC?D?E|\n", "abc", source=f"{number}.abc:1")
        told.score(tune, parse_abc(tune))
    told.line("there is more")
    told.finish()
    assert lines == [
        "there is more",
        "0.abc:2: not UTF-8; the file is read as Latin-1 (and 1,999 more like this in 2,000 files)",
        "0.abc:3:2: unknown character: ? (and 3,999 more like this in 2,000 files)",
        "all of them: musegen corpus check tunes --json",
    ]


@pytest.mark.usefixtures("slips")
def test_convert_goes_on_past_a_tune_that_cannot_be_read(capsys: pytest.CaptureFixture[str]) -> None:
    """It is told and left out, what stands around it stays, and the exit code is 1."""
    good = "X:{}\nT:{}\nK:C\nCDEF|\n"
    Path("two.abc").write_text(
        f"Words\n\n{good.format(1, 'a')}\nX:2\nT:b\nC|\n\n% c\n\n{good.format(3, 'c')}"
    )
    assert main(["convert", "two.abc", "-o", "out.abc"]) == 1
    captured = capsys.readouterr()
    assert captured.out == "out.abc: 2 tunes; failed: 1\n"
    assert captured.err == "two.abc:9:1: no tune: it has no K: field; tune 2 is not converted\n"
    assert Path("out.abc").read_text() == f"Words\n\n{good.format(1, 'a')}\n\n% c\n\n{good.format(3, 'c')}"
    Path("none.abc").write_text("X:1\nT:b\nC|\n\nX:2\nT:b\nC|\n")
    assert main(["convert", "none.abc", "-o", "out2.abc"]) == 2
    assert "none.abc: none of its 2 tunes can be converted" in capsys.readouterr().err
    assert not Path("out2.abc").exists()


def test_a_corpus_without_a_tune_says_what_was_found(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """And what to do."""
    file = write_pipeline(tmp_path)
    (tmp_path / "jigs.abc").write_text("Dear all,\nno tunes today\n")
    assert main(["run", str(file), "-q"]) == 2
    assert "jigs.abc: no tune to learn from; found: jigs.abc:1: no tune is here: a tune begins with X:" in (
        capsys.readouterr().err
    )


@pytest.mark.parametrize("keep", ["valid", "all"])
def test_a_run_without_valid_tunes_ends_with_1(
    keep: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """As sample does, and its last line says so; with keep = "all" no tune has to be valid."""
    file = write_pipeline(tmp_path, NGRAM_PIPELINE.replace('[[render]]\nuse = "wav"\n', ""))
    never = [
        "sample.valid.lowest='C8'",
        "sample.valid.highest='D8'",
        "sample.rules=false",
        "sample.attempts=2",
    ]
    words = ["run", str(file), "-q", f"--set=sample.keep='{keep}'", *(f"--set={key}" for key in never)]
    assert main(words) == (1 if keep == "valid" else 0)
    assert capsys.readouterr().out.startswith("3 tunes, none of them valid (.abc, .mid)")


@pytest.mark.parametrize("suffix", ["abc", "mid", "wav", "musicxml"])
def test_an_output_that_cannot_be_written_is_one_line(suffix: str, slips: Path) -> None:
    """Which names it, and nothing comes behind, such as what Python says of objects that are half made."""
    Path("folder").mkdir()
    Path("file").touch()
    long = "n" * 300
    slips.write_text(SLIPS.partition("\n[EF")[0].replace("?", ""))
    for target, line in {
        f"gone/x.{suffix}": "gone: no such folder",
        f"file/x.{suffix}": "file: is a file, not a folder",
        f"{long}.{suffix}": f"{long}.{suffix}: File name too long",
        "folder": "folder: cannot write this kind of file",
        f"/proc/x.{suffix}": f"/proc/x.{suffix}: ",
    }.items():
        done = subprocess.run(
            [sys.executable, "-m", "musegen", "convert", "a.abc", "-o", target],
            capture_output=True,
            text=True,
        )
        assert done.returncode == 2
        assert done.stderr.startswith(line)
        assert done.stderr.count("\n") == 1
