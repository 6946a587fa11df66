"""pipeline.toml: what it may say, and single mistakes in it; test_every_mistake.py has many at once."""

from __future__ import annotations

from pathlib import Path

import pytest

import musegen
from helpers.invented import NGRAM_PIPELINE, write_pipeline
from musegen import PipelineError


def mistakes(tmp_path: Path, text: str, *overrides: str) -> list[str]:
    """What loading says, without the file's folder."""
    file = write_pipeline(tmp_path, text)
    with pytest.raises(PipelineError) as caught:
        musegen.load(file, overrides)
    return [line.replace(f"{tmp_path}/", "") for line in caught.value.mistakes]


def with_line(line: str, after: str = "[sample]") -> str:
    """The n-gram pipeline with a line put in behind another."""
    return NGRAM_PIPELINE.replace(f"{after}\n", f"{after}\n{line}\n", 1)


def test_a_right_pipeline_loads(tmp_path: Path) -> None:
    """Options arrive typed, left-out keys have their defaults."""
    pipeline = musegen.load(write_pipeline(tmp_path)).plan
    assert pipeline.sample.tunes == 3
    assert pipeline.sample.temperature == 0.9
    assert pipeline.split.test == 0.1
    assert [use.component.name for use in pipeline.render] == ["midi", "wav"]
    assert pipeline.folder == tmp_path / "run"


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("temperature = nan", "finite number"),
        ("temperature = inf", "finite number"),
        ("temperature = -0.1", "must be at least 0"),
        ('temperature = "hot"', "must be a number"),
        ("temperature = 2026-11-23", "TOML date"),
        ("temperature = [1]", "must be a number"),
        ("top_p = 1.5", "must be at most 1"),
        ('keep = "best"', "'valid' or 'all'"),
        ("nonsense = 1", "unknown key"),
        ("valid = 3", "sample.valid"),
        ("valid = { bar = 3 }", 'did you mean "bars"?'),
        ('valid = { lowest = "H2" }', "G3, F#5 or Bb4"),
        ('key = "H"', "H"),
        ('prime = "X:1"\nkey = "D"', "leave out key"),
    ],
)
def test_a_wrong_value_is_one_line(tmp_path: Path, line: str, said: str) -> None:
    """One line: where, what, what was given."""
    (found,) = mistakes(tmp_path, with_line(line))
    assert found.startswith(("pipeline.toml:16: sample", "pipeline.toml:15: sample"))
    assert said in found


def test_fields_that_no_notation_has(tmp_path: Path) -> None:
    """The notation knows its fields, and each mistake stands at its number."""
    table = '[prepare]\nfields = ["X", "KEY", "T", ""]\n\n[sample]'
    first, second = mistakes(tmp_path, NGRAM_PIPELINE.replace("[sample]", table))
    assert first == "pipeline.toml:16: prepare.fields.1: is not a field of abc (got 'KEY')"
    assert second.startswith("pipeline.toml:16: prepare.fields.3: ")


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('[tokenizer]\nuse = "char"', "", "tokenizer: the table [tokenizer] is missing"),
        ('[[render]]\nuse = "midi"', '[[render]]\nuse = "mid"', 'did you mean "midi"?'),
        ('[model]\nuse = "ngram"', "[model]", "choose one of: "),
        ("[[corpus]]", "[corpus]", "write it as [[corpus]]"),
        ("[sample]", "[sampel]", 'did you mean "sample"?'),
        ("[sample]", "[notation.abd]\n[sample]", 'did you mean "abc"?'),
        ('paths = ["jigs.abc"]', "", "paths: is missing and has no default"),
        ('paths = ["jigs.abc"]', 'paths = ["reels.abc"]', "reels.abc"),
        ('paths = ["jigs.abc"]', "paths = []", "at least 1"),
        ("[run]", "[run", "is not valid TOML"),
    ],
)
def test_wrong_tables(tmp_path: Path, old: str, new: str, said: str) -> None:
    """Missing, misspelt and misshapen tables."""
    assert any(said in line for line in mistakes(tmp_path, NGRAM_PIPELINE.replace(old, new)))


def test_a_missing_extra_is_refused_with_its_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is not installed is known before anything starts."""
    monkeypatch.setattr(
        "musegen.protocols.component.find_spec", lambda name: None if name == "tensorflow" else name
    )
    text = NGRAM_PIPELINE.replace('use = "ngram"', 'use = "keras-lstm"')
    (found,) = mistakes(tmp_path, text)
    assert 'pip install "musegen[keras]"' in found
    assert found.startswith("pipeline.toml:13: model.use: ")


def test_no_file_is_one_line(tmp_path: Path) -> None:
    """It says how to make one."""
    with pytest.raises(PipelineError, match="musegen init"):
        musegen.load(tmp_path / "none.toml")


def test_a_run_folder_that_is_a_file(tmp_path: Path) -> None:
    """It is refused, and the file stays."""
    (tmp_path / "run").write_text("mine")
    (found,) = mistakes(tmp_path, NGRAM_PIPELINE)
    assert "pipeline.toml:2: run.folder: " in found
    assert (tmp_path / "run").read_text() == "mine"


def test_a_folder_with_other_things_is_no_run_folder(tmp_path: Path) -> None:
    """Nobody's files are mixed with a run's."""
    (found,) = mistakes(tmp_path, NGRAM_PIPELINE.replace('folder = "run"', 'folder = "."'))
    assert "is not a run folder" in found


def test_overrides_replace_values(tmp_path: Path) -> None:
    """TOML values, strings without quotation marks, numbers of arrays."""
    file = write_pipeline(tmp_path)
    overrides = ["sample.temperature=1.1", "sample.key=G", "render.1.use=midi", "sample.valid.bars=3"]
    pipeline = musegen.load(file, overrides).plan
    assert (pipeline.sample.temperature, pipeline.sample.key) == (1.1, "G")
    assert pipeline.sample.valid.bars == 3
    assert [use.component.name for use in pipeline.render] == ["midi", "midi"]


@pytest.mark.parametrize(
    ("override", "said"),
    [
        ("sample.temperature=hot", "--set sample.temperature=hot: sample.temperature: "),
        ("temperature", "is not of the form"),
        ("render.7.use=wav", "render has no number 7; its items are numbered 0 to 1"),
        ("render.program=73", "render is a list; name one of its items by number, as render.0.program for"),
        ("corpus.0.paths.x=1", "is a list; name one of its items by number, as corpus.0.paths.0.x"),
        ("sampel.tunes=3", '--set sampel.tunes=3: sampel: unknown table; did you mean "sample"?'),
        ("rule.bars=3", "--set rule.bars=3: rule: write it as [[rule]]"),
        ("sample.tunes.more=1", "is not a table"),
        ("sample.temprature=1", 'did you mean "temperature"?'),
    ],
)
def test_wrong_overrides_are_named(tmp_path: Path, override: str, said: str) -> None:
    """The place of the mistake is the override, not a line of the file."""
    found = mistakes(tmp_path, NGRAM_PIPELINE, override)
    assert any(said in line for line in found)
    assert all(line.startswith("--set ") for line in found)
