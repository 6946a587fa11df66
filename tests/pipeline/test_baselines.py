"""Baselines: trained beside any model, kept, shown, and never in the way."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest

import musegen
from helpers.invented import NGRAM_PIPELINE, write_pipeline
from musegen import Component, Dataset, ModelTrainer, Options, Run, TrainedModel, TrainingJob, hookimpl
from musegen.protocols.component import component
from musegen_ngram.trainer import NgramTrainer


class Spoken:
    """A reporter that keeps what is said."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def begin(self, stage: str) -> Spoken:
        """Itself."""
        return self

    def finish(self, stage: str, line: str) -> None:
        """Keep the line."""
        self.lines.append(f"{stage}: {line}")

    def advance(self, done: int, total: int, note: str = "") -> None:
        """Nothing."""

    def say(self, line: str) -> None:
        """Keep the line."""
        self.lines.append(line)


def run(file: Path, *overrides: str) -> tuple[Run, list[str]]:
    """The run and what it said."""
    spoken = Spoken()
    return musegen.load(file, overrides).run(spoken), spoken.lines


def stages(result: Run, name: str) -> list[Path]:
    """The kept results of one stage."""
    return sorted((result.folder / "stages").glob(f"{name}-*"))


def test_every_run_has_both_lines(pipeline_file: Path) -> None:
    """In run.json, test.csv and one line; one that is the run's own model is not trained again."""
    result, lines = run(pipeline_file, "model.order=1")
    report = result.report
    assert report["ngram_memory_nats"] < report["ngram_nats"] < report["test_nats"]
    assert report["ngram_memory_validation_nats"] > 0
    assert report["ngram_memory_bits_a_note"] > 0
    assert any(line.startswith("baselines: ngram ") and "ngram_memory " in line for line in lines)
    assert any("(baselines ngram " in line for line in lines if line.startswith("figures"))
    assert len(stages(result, "baseline")) == 2
    with (result.folder / "test.csv").open() as file:
        rows = list(csv.DictReader(file))
    tokens = sum(int(row["tokens"]) for row in rows)
    for figure, column in (("test_nats", "nats"), ("ngram_memory_nats", "ngram_memory_nats")):
        assert sum(float(row[column]) for row in rows) / tokens == pytest.approx(report[figure])
    with (result.folder / "split.csv").open() as file:
        split = {row["source"]: row for row in csv.DictReader(file)}
    assert all(split[row["source"]]["part"] == "test" for row in rows)
    assert all(split[row["source"]]["group"] == row["group"] for row in rows)


def test_without_validation_tunes_no_loss_on_them_is_told(pipeline_file: Path) -> None:
    """The line names the baselines that were trained, and says why there is no figure."""
    _, lines = run(pipeline_file, "split.validation=0")
    (line,) = [line for line in lines if line.startswith("baselines: ")]
    assert line.endswith("ngram_memory; there are no validation tunes")


def test_lines_are_kept_while_the_model_changes(pipeline_file: Path) -> None:
    """They depend on corpus and tokenizer alone."""
    first, _ = run(pipeline_file, "model.order=1")
    second, _ = run(pipeline_file, "model.order=3")
    assert len(stages(second, "baseline")) == 2
    assert len(stages(second, "model")) == 2
    assert first.report["ngram_nats"] == second.report["ngram_nats"]


def test_a_run_of_a_line_trains_it_once(pipeline_file: Path) -> None:
    """Its figures are the line's."""
    result, _ = run(pipeline_file, "model.memory=true")
    assert len(stages(result, "baseline")) == 1
    assert result.report["ngram_memory_nats"] == result.report["test_nats"]
    assert result.report["ngram_memory_validation_nats"] == result.report["validation_nats"]
    again, _ = run(pipeline_file, "model.memory=true")
    assert all(stage["cached"] for stage in again.report["stages"].values())


def test_who_trains_never_sees_a_test_tune(pipeline_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither model nor lines; train and validation are those of split.csv."""
    seen: list[Dataset] = []
    train = NgramTrainer.train

    def watched(self: NgramTrainer, dataset: Dataset, job: TrainingJob) -> TrainedModel:
        seen.append(dataset)
        return train(self, dataset, job)

    monkeypatch.setattr(NgramTrainer, "train", watched)
    result, _ = run(pipeline_file, "model.order=2")
    with (result.folder / "split.csv").open() as opened:
        parts = Counter(row["part"] for row in csv.DictReader(opened))
    assert len(seen) == 3
    for dataset in seen:
        assert (len(dataset.train), len(dataset.validation)) == (parts["train"], parts["validation"])


@pytest.mark.parametrize("part", ["validation", "test"])
def test_a_part_may_be_empty(pipeline_file: Path, part: str) -> None:
    """Its figures are null; the others are there."""
    pipeline_file.write_text(pipeline_file.read_text() + f"\n[split]\n{part} = 0.0\n")
    result, _ = run(pipeline_file)
    assert result.report[f"{part}_nats"] is None
    assert result.report["train_nats"] > 0
    assert (result.report["ngram_memory_nats"] is None) == (part == "test")


class Broken:
    """A trainer that fails."""

    def train(self, dataset: Dataset, job: TrainingJob) -> TrainedModel:
        """Never."""
        raise ZeroDivisionError("too clever\nby half")

    def load(self, path: Path) -> None:
        """Never."""


@pytest.fixture
def broken() -> Iterator[None]:
    """A plugin whose lines fail, each in its own way, for one test."""

    @hookimpl
    def musegen_models() -> list[Component[ModelTrainer]]:
        declared: Component[ModelTrainer] = component(
            "broken",
            version=1,
            options=Options,
            build=lambda options: Broken(),  # type: ignore[arg-type,return-value]
            baselines={"breaks": {}, "misspelt": {"order": 1}},
        )
        needs: Component[ModelTrainer] = component(
            "needs",
            version=1,
            options=Options,
            build=lambda options: Broken(),  # type: ignore[arg-type,return-value]
            requires=["no_such_module"],
            baselines={"wants": {}},
        )
        return [declared, needs]

    plugins = musegen.installed_plugins()
    before = dict(plugins._installed)
    plugin = SimpleNamespace(musegen_models=musegen_models)
    plugins.add(plugin, "broken")
    yield
    plugins._manager.unregister(plugin)
    plugins._installed = before


def test_a_line_that_fails_costs_a_line(broken: None, pipeline_file: Path) -> None:
    """Not the run, and not the other lines."""
    result, lines = run(pipeline_file)
    failed = [line for line in lines if "this baseline" in line]
    assert [line.partition(":")[0] for line in failed] == ["breaks", "misspelt", "wants"]
    assert "(too clever)" in failed[0]
    assert "no_such_module" in failed[2]
    assert all("\n" not in line for line in failed)
    assert result.report["ngram_nats"] > 0
    assert "breaks_nats" not in result.report


def test_a_given_split_that_tears_versions_apart_is_told(tmp_path: Path) -> None:
    """With the number of groups; the split is used as it is."""
    file = write_pipeline(tmp_path, NGRAM_PIPELINE)
    jigs = tmp_path / "jigs.abc"
    jigs.write_text(
        jigs.read_text() + "\n" + jigs.read_text().replace("T:Jig", "T:Other").replace("D3", "D2D")
    )
    first, _ = run(file)
    rows = list(csv.reader((first.folder / "split.csv").open()))
    groups = [row[3] for row in rows[1:]]
    assert len(set(groups)) < len(groups)
    for number, row in enumerate(rows[1:]):
        row[2] = ("train", "train", "validation", "test")[number % 4]
    with (tmp_path / "torn.csv").open("w", newline="") as opened:
        csv.writer(opened).writerows(rows)
    text = file.read_text() + '\n[split]\nfile = "torn.csv"\n'
    file.write_text(text)
    _, lines = run(file)
    assert any("versions of one tune into different parts" in line for line in lines)


def test_versions_stay_in_one_part(tmp_path: Path) -> None:
    """Of train, validation and test, with the group of each tune in split.csv."""
    file = write_pipeline(tmp_path, NGRAM_PIPELINE)
    jigs = tmp_path / "jigs.abc"
    jigs.write_text(
        jigs.read_text() + "\n" + jigs.read_text().replace("T:Jig", "T:Other").replace("D3", "D2D")
    )
    result, lines = run(file)
    parts: dict[str, set[str]] = {}
    with (result.folder / "split.csv").open() as opened:
        for row in csv.DictReader(opened):
            parts.setdefault(row["group"], set()).add(row["part"])
    assert all(len(found) == 1 for found in parts.values())
    assert len({part for found in parts.values() for part in found}) == 3
    assert not any("apart" in line for line in lines)
