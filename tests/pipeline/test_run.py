"""A pipeline from tunes to files, with a model that trains at once."""

from __future__ import annotations

import csv
import json
import re
import shutil
import wave
from pathlib import Path
from types import SimpleNamespace

import mido
import pytest
import safetensors
from safetensors.numpy import save_file

import musegen
from helpers.invented import NGRAM_PIPELINE, jig, write_pipeline
from musegen import (
    ArtifactError,
    Dataset,
    MusegenError,
    Run,
    Silent,
    TrainedModel,
    TrainingJob,
    VocabularyError,
    hookimpl,
)

STAGES = ("corpus", "tokenizer", "melodies", "model", "figures", "sample", "render")


def run(file: Path, *overrides: str) -> Run:
    """Run without a word."""
    return musegen.load(file, overrides).run(Silent())


def cached(result: Run) -> dict[str, bool]:
    """Stage to whether it was reused."""
    return {name: stage["cached"] for name, stage in result.report["stages"].items()}


def contents(folder: Path) -> dict[str, bytes]:
    """The files that a run promises to repeat."""
    found = {path.name: path.read_bytes() for path in sorted((folder / "tunes").iterdir())}
    return {**found, "loss.csv": (folder / "loss.csv").read_bytes()}


def test_a_run_leaves_what_it_promises(pipeline_file: Path) -> None:
    """Tunes in three forms, losses, picture, split, model and report, all under human names."""
    result = run(pipeline_file)
    folder = pipeline_file.parent / "run"
    assert result.folder == folder
    names = {path.relative_to(folder).as_posix() for path in folder.glob("*") if path.is_file()}
    assert {
        "loss.png",
        "loss.csv",
        "model.safetensors",
        "split.csv",
        "test.csv",
        "tunes.csv",
        "run.json",
    } <= names
    assert sorted(path.name for path in (folder / "tunes").iterdir()) == [
        f"00{number}{suffix}" for number in (1, 2, 3) for suffix in (".abc", ".mid", ".wav")
    ]
    report = json.loads((folder / "run.json").read_text())
    assert set(report["stages"]) == {
        "corpus",
        "tokenizer",
        "melodies",
        "model",
        "figures",
        "sample",
        "render",
    }
    assert all(isinstance(report[name], float) for name in ("train_nats", "validation_nats", "test_nats"))
    assert report["best_epoch"] == 1
    assert report["draws"]["tunes"] >= report["kept"]["tunes"] == 3
    assert report["real_test_tunes"]["valid_rate"] == 1.0
    with (folder / "split.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 30
    assert {row["part"] for row in rows} == {"train", "validation", "test"}
    first = {"source": "jigs.abc:1", "title": "Jig No 1", "part": rows[0]["part"], "group": "jigs.abc:1"}
    assert rows[0] == first | {"melody": rows[0]["melody"]}


def test_tunes_are_objects(pipeline_file: Path) -> None:
    """Text, MIDI and WAV of each, and a run that is loaded from its folder is the same."""
    result = run(pipeline_file)
    tune = result.tunes[0]
    assert tune.abc.startswith("X:1\n")
    assert mido.MidiFile(tune.midi).length > 1
    with wave.open(str(tune.wav)) as sound:
        assert sound.getframerate() == 44100
    assert tune.valid == (not tune.faults)
    assert Run.load(result.folder) == result
    assert [loss.epoch for loss in result.losses] == [1]


def test_objects_show_themselves_in_notebooks(pipeline_file: Path) -> None:
    """A run with its picture, tunes with text, piano roll and player."""
    result = run(pipeline_file)
    page = result._repr_html_()
    assert page.count("<audio") == page.count("<svg") == 3
    assert "data:image/png;base64," in page
    assert "K:" in result.tunes[0]._repr_html_()


def test_a_second_run_reuses_everything(pipeline_file: Path) -> None:
    """And repeats every file to the byte."""
    first = contents(run(pipeline_file).folder)
    second = run(pipeline_file)
    assert all(cached(second).values())
    assert contents(second.folder) == first


def test_the_same_seed_gives_the_same_bytes_elsewhere(tmp_path: Path) -> None:
    """In another folder, from scratch; another seed gives others."""
    one, two = write_pipeline(tmp_path / "one"), write_pipeline(tmp_path / "two")
    first, second = run(one), run(two)
    assert contents(first.folder) == contents(second.folder)
    model = "model.safetensors"
    assert (first.folder / model).read_bytes() == (second.folder / model).read_bytes()
    assert contents(run(two, "run.seed=4").folder) != contents(first.folder)


@pytest.mark.parametrize(
    ("override", "reused"),
    [
        ("render.0.tempo_bpm=100.0", ["corpus", "tokenizer", "melodies", "model", "figures", "sample"]),
        ("sample.temperature=0.8", ["corpus", "tokenizer", "melodies", "model", "figures"]),
        ("model.order=3", ["corpus", "tokenizer", "melodies"]),
        ("prepare.decorations=true", []),
    ],
)
def test_a_change_remakes_what_depends_on_it(pipeline_file: Path, override: str, reused: list[str]) -> None:
    """And nothing before it."""
    run(pipeline_file)
    stages = cached(run(pipeline_file, override))
    assert [name for name, was in stages.items() if was] == reused


def test_a_change_of_the_corpus_files_is_noticed(pipeline_file: Path) -> None:
    """One more tune trains anew."""
    run(pipeline_file)
    with (pipeline_file.parent / "jigs.abc").open("a") as file:
        file.write("\n" + jig(99))
    assert not any(cached(run(pipeline_file)).values())


def test_a_project_may_move(pipeline_file: Path, tmp_path: Path) -> None:
    """Its results are found again in the new place."""
    run(pipeline_file)
    moved = tmp_path / "moved"
    pipeline_file.parent.rename(moved)
    assert all(cached(run(moved / "pipeline.toml")).values())


def test_fewer_tunes_take_the_others_away(pipeline_file: Path) -> None:
    """The folder shows one run's tunes, and what a user put there."""
    folder = run(pipeline_file).folder / "tunes"
    (folder / "mine.abc").write_text("mine")
    run(pipeline_file, "sample.tunes=1")
    assert sorted(path.name for path in folder.iterdir()) == ["001.abc", "001.mid", "001.wav", "mine.abc"]


def test_wishes_are_refused_before_training(pipeline_file: Path) -> None:
    """Nothing of the model stage exists afterwards."""
    with pytest.raises(VocabularyError, match=r"sample\.start"):
        run(pipeline_file, "sample.start=$$")
    assert not list((pipeline_file.parent / "run" / "stages").glob("model-*"))


def test_wishes_hold_in_every_tune(pipeline_file: Path) -> None:
    """Key, metre and rhythm as asked."""
    result = run(pipeline_file, "sample.key=G", "sample.metre=6/8", "sample.rhythm=jig")
    for tune in result.tunes:
        assert {"K:G", "M:6/8", "R:jig"} <= set(tune.abc.splitlines())


def test_a_held_folder_is_refused(pipeline_file: Path) -> None:
    """Two runs at once would mix."""
    pipeline = musegen.load(pipeline_file)
    from musegen.storage import RunFolder

    with RunFolder(pipeline.plan.folder).locked(), pytest.raises(ArtifactError, match="another run"):
        pipeline.run(Silent())


def test_observers_hear_of_every_stage(pipeline_file: Path) -> None:
    """With its folder, and whether it was reused."""
    heard: list[tuple[str, bool]] = []

    @hookimpl
    def musegen_stage_finished(stage: str, folder: Path, cached: bool) -> None:
        assert (folder / "artifact.json").exists()
        heard.append((stage, cached))

    plugins = musegen.installed_plugins()
    observer = SimpleNamespace(musegen_stage_finished=musegen_stage_finished)
    plugins.add(observer, "observer")
    try:
        run(pipeline_file)
    finally:
        plugins._manager.unregister(observer)
    assert heard == [(stage, False) for stage in STAGES]


@pytest.fixture
def model_file(pipeline_file: Path) -> Path:
    """A trained model, away from the run it came from."""
    run(pipeline_file)
    alone = pipeline_file.parent.parent / "alone.safetensors"
    shutil.move(pipeline_file.parent / "run" / "model.safetensors", alone)
    shutil.rmtree(pipeline_file.parent)
    return alone


def test_sampling_needs_the_model_file_alone(model_file: Path, tmp_path: Path) -> None:
    """Wishes hold, the same seed repeats, another does not."""
    one = musegen.sample(model_file, tmp_path / "a", seed=1, tunes=2, key="D", renderers=["midi", "wav"])
    two = musegen.sample(model_file, tmp_path / "b", seed=1, tunes=2, key="D")
    other = musegen.sample(model_file, tmp_path / "c", seed=2, tunes=2, key="D")
    assert [tune.text for tune in one] == [tune.text for tune in two]
    assert [tune.text for tune in one] != [tune.text for tune in other]
    assert all("K:D" in tune.abc for tune in one)
    assert one[0].midi.exists()
    assert one[0].wav.exists()


def test_sampling_does_not_overwrite_another_tune(model_file: Path, tmp_path: Path) -> None:
    """What is there stays; the same tune again is no harm."""
    (tmp_path / "001.abc").write_text("mine")
    with pytest.raises(ArtifactError, match=r"001\.abc: exists"):
        musegen.sample(model_file, tmp_path, tunes=1)
    assert (tmp_path / "001.abc").read_text() == "mine"
    musegen.sample(model_file, tmp_path / "new", tunes=1)
    musegen.sample(model_file, tmp_path / "new", tunes=1)


@pytest.mark.parametrize("options", [{"temperature": -0.1}, {"tunes": 0}, {"key": "H"}, {"start": "$"}])
def test_wrong_sampling_is_one_line(model_file: Path, tmp_path: Path, options: dict[str, object]) -> None:
    """Refused before anything is written."""
    with pytest.raises(MusegenError):
        musegen.sample(model_file, tmp_path / "out", **options)
    assert not (tmp_path / "out").exists()


def test_a_key_of_another_model_is_told_and_does_not_count(model_file: Path, tmp_path: Path) -> None:
    """An n-gram has no precision; a key that no model has is refused."""
    said: list[str] = []

    class Heard(musegen.Silent):
        def say(self, line: str) -> None:
            said.append(line)

    plain = musegen.sample(model_file, tmp_path / "a", tunes=1)
    asked = musegen.sample(model_file, tmp_path / "b", tunes=1, precision="int8", reporter=Heard())
    assert [tune.text for tune in asked] == [tune.text for tune in plain]
    assert 'precision: has no effect: it belongs to the model "keras-lstm", and this one is "ngram"' in said
    with pytest.raises(MusegenError, match="precison"):
        musegen.sample(model_file, tmp_path / "c", tunes=1, precison="int8")


@pytest.mark.parametrize("content", [b"", b"\xff" * 100, b'\x08\x00\x00\x00\x00\x00\x00\x00{"a":{}}'])
def test_a_file_that_is_no_model_is_one_line(tmp_path: Path, content: bytes) -> None:
    """Whatever it is."""
    path = tmp_path / "model.safetensors"
    path.write_bytes(content)
    with pytest.raises(ArtifactError, match="is not a model"):
        musegen.sample(path, tmp_path / "out")


@pytest.mark.parametrize(
    ("part", "change", "said"),
    [
        ("tokenizer", {"name": "chars"}, 'no tokenizer "chars"; did you mean "char"?'),
        ("notation", {"name": "nmd"}, 'no notation "nmd"'),
        ("model", {"version": 99}, 'version 99 of model "ngram"; version 2 is installed'),
        ("tokenizer", {"state": 7}, "char"),
    ],
)
def test_a_model_of_parts_that_are_not_here_is_one_line(
    model_file: Path, tmp_path: Path, part: str, change: dict[str, object], said: str
) -> None:
    """The line names the file and the part."""
    with safetensors.safe_open(model_file, "np") as file:
        tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 (it is no dict)
        metadata = json.loads(file.metadata()["musegen"])
    metadata["about"][part] |= change
    save_file(tensors, model_file, {"musegen": json.dumps(metadata)})
    with pytest.raises(MusegenError, match=re.escape(said)) as caught:
        musegen.sample(model_file, tmp_path / "out")
    assert len(str(caught.value).splitlines()) == 1
    assert not (tmp_path / "out").exists()


def test_rendering_numbers_tunes_through_all_files(tmp_path: Path) -> None:
    """A tune that fails leaves its number unused."""
    (tmp_path / "one.abc").write_text(f"{jig(1)}\nX:2\nT:no key\nABC|\n\n{jig(3)}")
    (tmp_path / "two.abc").write_text(jig(4))
    out = tmp_path / "out"
    made = musegen.render([tmp_path / "one.abc", tmp_path / "two.abc"], out, ["midi"])
    assert (made.folder, made.rendered, len(made.failed)) == (out, 3, 1)
    assert made.failed[0].endswith("tune 2 is not rendered")
    assert made.files == tuple(out / name for name in ("001.mid", "003.mid", "004.mid"))
    assert sorted(out.iterdir()) == list(made.files)


def test_an_empty_corpus_is_one_line(tmp_path: Path) -> None:
    """A file without a tune."""
    file = write_pipeline(tmp_path, NGRAM_PIPELINE)
    (tmp_path / "jigs.abc").write_text("nothing here\n")
    with pytest.raises(MusegenError, match=r"jigs\.abc: no tune to learn from"):
        run(file)


def test_training_goes_up_to_the_model(pipeline_file: Path) -> None:
    """It leaves model and report; a run goes on from there, and training again takes no tune away."""
    trained = musegen.load(pipeline_file).train(Silent())
    assert trained.tunes == ()
    assert set(cached(trained)) == {"corpus", "tokenizer", "melodies", "model", "figures"}
    assert (trained.folder / "model.safetensors").exists()
    finished = run(pipeline_file)
    assert cached(finished)["model"]
    assert len(finished.tunes) == 3
    again = musegen.load(pipeline_file).train(Silent())
    assert len(again.tunes) == 3
    assert all(cached(again).values())


def test_work_that_does_not_fit_any_more_is_named(
    pipeline_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An interrupted training whose options changed is kept, and one line says what changed."""
    from musegen_ngram.trainer import NgramTrainer

    train = NgramTrainer.train

    def interrupt(trainer: NgramTrainer, dataset: Dataset, job: TrainingJob) -> TrainedModel:
        if "model-" in str(job.checkpoints):
            (job.checkpoints / "epoch").touch()
            raise KeyboardInterrupt
        return train(trainer, dataset, job)

    with monkeypatch.context() as patched:
        patched.setattr(NgramTrainer, "train", interrupt)
        with pytest.raises(KeyboardInterrupt):
            run(pipeline_file, "model.order=3")
    said: list[str] = []
    reporter = SimpleNamespace(
        begin=lambda stage: reporter, finish=lambda *_: None, advance=lambda *_: None, say=said.append
    )
    musegen.load(pipeline_file, ["model.order=2"]).run(reporter)
    (line,) = [line for line in said if "interrupted work" in line]
    assert "component.options.order was 3 and is 2" in line
