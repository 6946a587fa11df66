"""Whatever a user names, it is read within bounds, and a line says which bound was passed."""

from __future__ import annotations

import json
import os
import re
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from helpers.invented import NGRAM_PIPELINE, jig, write_corpus, write_pipeline
from musegen import (
    ArtifactError,
    Bounds,
    CorpusError,
    MusegenError,
    NotationError,
    Run,
    Tune,
    convert,
    export,
    parse,
)
from musegen.commands.main import main
from musegen.corpus import splitting
from musegen.corpus.split_file import read_split
from musegen.corpus.splitting import group_tunes
from musegen.music.score import Score
from musegen.pipeline.plan import load_plan
from musegen.plugins.loading import PluginFile
from musegen.storage import RunFolder
from musegen_abc.reader import split_tunes
from musegen_corpora.thesession import TheSessionReader

ROOT = Path(__file__).parents[2]


def test_the_page_lists_every_bound_as_it_is() -> None:
    """By name, with its value."""
    page = (ROOT / "docs" / "commands.md").read_text("utf-8")
    listed = {name: text for text, name in re.findall(r"\| ([\d,]+(?: MiB)?) \| `([A-Z_]+)` \|", page)}
    bounds = {name: value for name, value in vars(Bounds).items() if name.isupper()}
    assert len(bounds) > 8
    assert listed == {
        name: f"{value >> 20} MiB" if value >= 1 << 20 else f"{value:,}" for name, value in bounds.items()
    }


READS: dict[str, Callable[[Path], object]] = {
    "pipeline": load_plan,
    "plugin file": PluginFile.read,
    "split": lambda path: read_split(path, [], pytest.fail),
    "vocabulary": lambda path: export(keras_file(path), path.with_name("out"), vocabulary=path),
    "report": lambda path: Run.load(run_with(path)),
}


def keras_file(beside: Path) -> Path:
    """A file that is taken for a Keras model until its vocabulary has been read."""
    path = beside.with_name("model.keras")
    path.touch()
    return path


def run_with(report: Path) -> Path:
    """A run folder with this report."""
    report.rename(report.with_name("run.json"))
    return report.parent


@pytest.mark.parametrize("kind", ["a pipe", "an endless device", "too large"])
@pytest.mark.parametrize("what", READS)
def test_what_never_ends_is_not_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, what: str, kind: str
) -> None:
    """A pipe, a link to a device, a file beyond the bound: one line each."""
    path = tmp_path / "named"
    if kind == "a pipe":
        os.mkfifo(path)
    elif kind == "an endless device":
        path.symlink_to("/dev/zero")
    else:
        for name in ("PIPELINE", "PLUGIN_FILE", "RUN_FILE", "VOCABULARY"):
            monkeypatch.setattr(Bounds, name, 2000)
        path.write_text("x" * 2001)
    expected = "is larger than 2,000 bytes" if kind == "too large" else "is a pipe or a device, not a file"
    with pytest.raises(MusegenError) as error:
        READS[what](path)
    assert "\n" not in str(error.value)
    assert expected in f"{error.value} {error.value.__cause__}"


def test_a_result_with_a_pipe_in_it_is_no_result(tmp_path: Path) -> None:
    """It is made again, and nobody waits for the pipe."""
    folder = RunFolder(tmp_path)
    made = folder.make("corpus", "1", {}, lambda partial: (partial / "a").touch())
    assert folder.has("corpus", "1")
    (made / "a").unlink()
    os.mkfifo(made / "a")
    assert not folder.has("corpus", "1")


@pytest.mark.parametrize("name", ["loss.csv", "tunes/001.abc"])
def test_a_run_with_a_pipe_for_a_file_is_no_run(tmp_path: Path, name: str) -> None:
    """Whoever opens the run of somebody else does not wait for ever."""
    (tmp_path / "tunes").mkdir()
    row = {"number": 1, "title": "", "seed": 0, "faults": [], "files": ["tunes/001.abc"]}
    (tmp_path / "run.json").write_text(json.dumps({"tunes": [row]}))
    (tmp_path / "loss.csv").write_text("epoch,train,validation\n1,1.5,1.5\n")
    (tmp_path / "tunes" / "001.abc").write_text(jig(1))
    assert len(Run.load(tmp_path).tunes) == 1
    (tmp_path / name).unlink()
    os.mkfifo(tmp_path / name)
    with pytest.raises(ArtifactError, match="holds no finished run"):
        Run.load(tmp_path)


def long_tune() -> str:
    """A tune in one line, longer than any is read."""
    return "X:1\nL:1/8\nK:C\n" + "CDEF|" * (Bounds.TUNE // 5) + "\n"


def test_a_tune_too_long_is_one_that_cannot_be_read(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """By every way to read it; the others stay."""
    file = tmp_path / "tunes.abc"
    file.write_text(f"{jig(1)}\n{long_tune()}\n{jig(2)}")
    words = r"the tune has 262,1\d\d characters; at most 262,144 are read"
    with pytest.raises(NotationError, match=words) as error:
        parse(long_tune(), "abc")
    assert error.value.kind == "too long"
    made = convert(file, tmp_path / "out.abc", tonic="G")
    assert made.tunes == 2
    assert re.fullmatch(rf"tunes.abc:\d+: {words}; tune 2 is not converted", *made.failed)
    assert main(["corpus", "check", str(file)]) == 0
    said = capsys.readouterr().out
    assert said.startswith("3 tunes, 1 cannot be read")
    assert re.search(rf"1 x too long: {words} \(tunes.abc:\d+\)", said)
    assert main(["run", str(write_long_pipeline(tmp_path)), "--quiet"]) == 0


def write_long_pipeline(folder: Path) -> Path:
    """A pipeline whose corpus has a tune that is too long among others."""
    file = write_pipeline(folder / "long", NGRAM_PIPELINE.replace('use = "wav"', 'use = "tunebook"'))
    with (folder / "long" / "jigs.abc").open("a") as tunes:
        tunes.write(f"\n{long_tune()}")
    return file


def test_a_score_of_foxley_s_too_long_is_left_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """With its place; and a bar number of six thousand digits is that of no bar."""
    monkeypatch.setattr(Bounds, "TUNE", 200)
    score = ".MS\ntitle = Kettle; key = d; time = 4 4.\n{}\n.ME\n"
    bodies = ("d e f g | a b c d |", "d e f g | " * 30, f"d e f g | \\{'9' * 100} |")
    (tmp_path / "all.mus").write_text("text\n".join(score.format(body) for body in bodies))
    main(["corpus", "check", str(tmp_path / "all.mus")])
    said = capsys.readouterr()
    assert said.out.startswith("1 tune,")
    assert "all.mus:6:4: the score has 339 characters; at most 200 are read; the tune is left out" in said.err
    assert "all.mus:13:11: there is no bar 999999 before this one to copy" in said.err


def test_an_archive_has_so_many_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """More are not unpacked one by one."""
    monkeypatch.setattr(Bounds, "ARCHIVE_FILES", 2)
    with zipfile.ZipFile(tmp_path / "all.zip", "w") as archive:
        for number in range(3):
            archive.writestr(f"{number}.abc", jig(number))
    with pytest.raises(CorpusError, match=r"all.zip: holds 3 .abc files; at most 2 are read; unpack it"):
        convert(tmp_path / "all.zip", tmp_path / "out.abc")


def test_a_header_is_not_written_into_tunes_without_end(monkeypatch: pytest.MonkeyPatch) -> None:
    """A few kilobytes would make gigabytes."""
    monkeypatch.setattr(Bounds, "TUNE_FILE", 1000)
    text = "C:" + "x" * 90 + "\n\n" + "X:1\n\n" * 100
    with pytest.raises(CorpusError, match=r"^a\.abc: its header, written into every tune, makes more than"):
        list(split_tunes(text, "a.abc"))


def test_a_reader_gives_so_many_tunes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file of megabytes may hold millions, and each takes memory."""
    monkeypatch.setattr(Bounds, "TUNES", 4)
    write_corpus(tmp_path, 5)
    with pytest.raises(CorpusError, match=r"^jigs.abc:\d+: is one tune more than the 4 that are read"):
        convert(tmp_path / "jigs.abc", tmp_path / "out.abc")
    assert main(["corpus", "check", str(tmp_path)]) == 2
    monkeypatch.setattr(Bounds, "TUNES", 5)
    assert convert(tmp_path / "jigs.abc", tmp_path / "out.abc").tunes == 5


def test_json_with_a_number_of_any_length_is_one_line(tmp_path: Path) -> None:
    """Python refuses such numbers with an error of its own."""
    (tmp_path / "tunes.json").write_text(f'[{{"tune_id": {"9" * 6000}}}]')
    with pytest.raises(CorpusError, match=r"tunes.json:1: is not JSON \(Exceeds the limit"):
        list(TheSessionReader(str(tmp_path / "tunes.json")).read(pytest.fail))


def test_tunes_of_one_melody_are_compared_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """All pairs of them would take time that grows with the square of their number."""
    compared: list[int] = []
    monkeypatch.setattr(splitting, "similar_pairs", lambda sets: compared.append(len(sets)) or iter(()))
    texts = [f"X:1\nR:kind {number}\nL:1/8\nK:C\n{body}\n" for number, body in enumerate(["CDEF|" * 9] * 20)]
    texts.append("X:1\nL:1/8\nK:C\n" + "CEGc BdgA|" * 9 + "\n")
    tunes = [Tune(text, "abc") for text in texts]
    scores: list[Score | None] = [parse(text, "abc") for text in texts]
    assert group_tunes(tunes, scores, []) == [0] * 20 + [20]
    assert compared == [2]


def test_a_long_check_says_how_far_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The number of tunes and the place, as how many there will be is not known."""
    clock = iter(range(0, 100_000, 4))
    monkeypatch.setattr("musegen.progress.time.monotonic", lambda: float(next(clock)))
    write_corpus(tmp_path, 12)
    assert main(["corpus", "check", str(tmp_path)]) == 0
    lines = capsys.readouterr().err.splitlines()
    assert re.fullmatch(r"check     3  jigs.abc:\d+", lines[0])
    assert lines[-1] == "check     12 tunes"
    assert len(lines) > 3
