"""What new tunes share with those that their model learned from: in runs, from saved models, as a rule."""

from __future__ import annotations

import csv
import json
import shutil
from pathlib import Path

import pytest

import musegen
from helpers.invented import NGRAM_PIPELINE, jig, write_pipeline
from musegen import ArtifactError, Composition, Run, Sample, Silent, Valid, open_model
from musegen.music.melody import Melody
from musegen.music.originality import Copied, MelodyIndex

_BODY = NGRAM_PIPELINE.replace('[[render]]\nuse = "wav"\n', "").replace('"ngram"', '"ngram"\norder = 8')
PIPELINE = f"{_BODY}\n[sample.valid]\ncopied = 12\n"
"""A model that copies much, and a rule against it."""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """A run of the pipeline that keeps every tune."""
    file = write_pipeline(tmp_path_factory.mktemp("made"), PIPELINE)
    return musegen.load(file, ["sample.keep=all", "sample.tunes=20"]).run(Silent())


@pytest.fixture
def moved(made: Run, tmp_path: Path) -> Path:
    """The model in a folder of its own."""
    return Path(shutil.copy(made.model, tmp_path / "model.safetensors"))


def test_every_new_tune_names_its_nearest_relative(made: Run) -> None:
    """A training tune, as the index of the run finds it; in run.json, and in the tunes of the run."""
    index = MelodyIndex.load(made.folder / "melodies.npz")
    with (made.folder / "split.csv").open() as file:
        train = {row["source"]: row["title"] for row in csv.DictReader(file) if row["part"] == "train"}
    assert len(index) == len(train)
    found = index.copied([Melody.of(tune.score()) for tune in made.tunes if tune.copied])
    assert [tune.copied for tune in made.tunes if tune.copied] == found
    assert len(found) > 10
    for tune, row in zip(made.tunes, made.report["tunes"], strict=True):
        parses = not any(fault.startswith("parse") for fault in tune.faults)
        assert (tune.copied is not None) == parses == (row["copied"] is not None)
        if tune.copied:
            assert train[tune.copied.source] == tune.copied.title
            assert list(row["copied"]) == ["notes", "share", "source", "title", "bars", "source_bars"]
            assert row["copied"]["bars"] == list(tune.copied.bars or ())


def test_a_tune_that_copies_too_much_breaks_the_rule(made: Run) -> None:
    """Its fault names the tune that it copies from; a shorter run is none."""
    kinds = []
    for tune in made.tunes:
        faults = [fault for fault in tune.faults if fault.startswith("copied: ")]
        assert faults == [f"copied: {tune.copied}"] * bool(tune.copied and tune.copied.notes > 12)
        kinds.append(bool(faults))
    assert True in kinds
    assert False in kinds
    assert made.report["draws"]["reasons"]["copied"] == sum(kinds)


def test_real_tunes_are_judged_by_the_rule_too(made: Run, tmp_path: Path) -> None:
    """So that it can be seen how many of them break it: here one that has a training tune as its ending."""
    with (made.folder / "split.csv").open() as file:
        rows = list(csv.DictReader(file))
    held, known = (
        next(int(row["title"].removeprefix("Jig No ")) for row in rows if row["part"] == part)
        for part in ("test", "train")
    )
    file = write_pipeline(tmp_path, PIPELINE)
    own, ending = jig(held).splitlines()[-1], jig(known).splitlines()[-1]
    jigs = (tmp_path / "jigs.abc").read_text()
    (tmp_path / "jigs.abc").write_text(jigs.replace(own, ending))
    shutil.copy(made.folder / "split.csv", tmp_path)
    before = made.report["real_test_tunes"]["reasons"].get("copied", 0)
    after = musegen.load(file, ["split.file=split.csv"]).run(Silent()).report["real_test_tunes"]["reasons"]
    assert after["copied"] == before + 1


def test_a_model_finds_the_melodies_beside_it(made: Run, moved: Path, tmp_path: Path) -> None:
    """A copy of both in another folder does too; without them nothing is known, and nothing is said."""
    options = {"keep": "all", "tunes": 6, "seed": 3, "max_length": 600}
    beside = musegen.sample(made.model, tmp_path / "beside", **options)
    assert [tune.copied for tune in beside] == [tune.copied for tune in made.tunes[:6]]
    said: list[str] = []
    alone = musegen.sample(moved, tmp_path / "alone", reporter=musegen.Lines(said.append), **options)
    assert [tune.copied for tune in alone] == [None] * 6
    assert [tune.text for tune in alone] == [tune.text for tune in beside]
    assert "melodies" not in "\n".join(said)
    shutil.copy(made.folder / "melodies.npz", moved.parent)
    again = musegen.sample(moved, tmp_path / "again", **options)
    assert [tune.copied for tune in again] == [tune.copied for tune in beside]


def composed(model: Path, most: int) -> Composition:
    """Draws under the rule."""
    return open_model(model).compose(Sample(tunes=4, keep="all", valid=Valid(copied=most)), seed=3)


def test_the_rule_needs_the_melodies(made: Run, moved: Path) -> None:
    """Else one line says so; and windows of eight notes do not tell runs of six."""
    with pytest.raises(ArtifactError, match=r"melodies\.npz: no such file, so copies .* are not known; "):
        composed(moved, 12)
    MelodyIndex.load(made.folder / "melodies.npz").windowed().save(moved.with_name("melodies.npz"))
    with pytest.raises(ArtifactError, match=r"\[sample\.valid\] copied must be at least 7 \(got 6\)"):
        composed(moved, 6)
    by_windows, exact = composed(moved, 7), composed(made.model, 7)
    for one, other in zip(by_windows.draws, exact.draws, strict=True):
        assert one.judgement == other.judgement
        assert one.copied == other.copied or (other.copied and other.copied.notes < 8)
    assert any(fault.kind == "copied" for draw in by_windows.draws for fault in draw.judgement.faults)


def test_damaged_melodies_are_one_line(moved: Path, tmp_path: Path) -> None:
    """Nothing is written."""
    moved.with_name("melodies.npz").write_text("?")
    with pytest.raises(ArtifactError, match=r"melodies\.npz: is not a file of melodies"):
        musegen.sample(moved, tmp_path / "out", tunes=1)
    assert not (tmp_path / "out").exists()


def test_without_the_rule_a_copy_is_no_fault(made: Run) -> None:
    """It is told all the same."""
    draws = composed(made.model, 0).draws
    assert all(fault.kind != "copied" for draw in draws for fault in draw.judgement.faults)
    assert any(draw.copied and draw.copied.notes > 12 for draw in draws)


def test_a_report_of_an_older_run_is_read(made: Run, tmp_path: Path) -> None:
    """What its tunes share is not known. What is no such thing is refused."""
    shutil.copytree(made.folder, tmp_path / "run")
    report = json.loads((tmp_path / "run" / "run.json").read_text())
    for row in report["tunes"]:
        del row["copied"]
    (tmp_path / "run" / "run.json").write_text(json.dumps(report))
    assert {tune.copied for tune in Run.load(tmp_path / "run").tunes} == {None}
    for wrong in ({"notes": "9"}, {"notes": 9, "bars": [1]}, [9]):
        report["tunes"][0]["copied"] = wrong
        (tmp_path / "run" / "run.json").write_text(json.dumps(report))
        with pytest.raises(ArtifactError, match=r"tunes\.0\.copied") as caught:
            Run.load(tmp_path / "run")
        assert "\n" not in str(caught.value)


def test_a_copy_in_words() -> None:
    """Where it is, whose it is, and where it is there."""
    copied = Copied(17, 0.5, "oneills1850/0001.abc:12", "The Wise Maid", (1, 3), (5, 5))
    assert str(copied) == (
        '17 notes in bars 1 to 3 are those of "The Wise Maid" (oneills1850/0001.abc:12), bar 5'
    )
    assert "those of jigs.abc:1, bar 5" in str(Copied(17, 0.5, "jigs.abc:1", "", (1, 3), (5, 5)))
    assert str(Copied()) == "no run of notes is that of a training tune"
